# SPDX-License-Identifier: BSD-2-Clause
"""An Edge and a Server that run, and what stories ask of them."""

import json
import os

from edgehosts import (Cable, ctl, edge_conf, listener, make_key, place_key,
                       serve_echo, server_conf, start_edge, start_server)
from ftp import fetch, store
from story import equal, hash_of, home, revocation_list

PINS = {name: make_key(name) for name in ("server-link", "edge-link")}
place_key("server", "server-link")
place_key("edge", "edge-link")
serve_echo()
CABLE = Cable()
# Only the Server knows that this one is revoked.
INSIDE_LIST = "/etc/stssl/inside.crl"
revocation_list(INSIDE_LIST, 3600, "acme-2")
SERVER_TEXT = server_conf({"dmz1": PINS["edge-link"]},
                          tls=f'client-crl = {{ "{INSIDE_LIST}" }}')
SERVER = start_server(SERVER_TEXT)
EDGE = start_edge(edge_conf(PINS["server-link"],
                            listener("cable", to=(CABLE.address,)) +
                            listener("spare", to=("10.9.0.2:1",
                                                  "10.9.0.2:5990"))))
FTP, FTPS = EDGE.address("ftp"), EDGE.address("ftps")


def sessions(machine):
    return json.loads(ctl(machine, "who", "--json"))["sessions"]


def there_and_back(ftp, size):
    sent = store(ftp, "file", size)
    equal(os.path.getsize(home("alice", "file")), size)
    equal(hash_of(home("alice", "file")), sent)
    equal(fetch(ftp, "file"), sent)
    ftp.delete("file")
