# SPDX-License-Identifier: BSD-2-Clause
"""Keys of links change while sessions run: both sides get new ones, and an Edge
is shut out."""

import json
import os
import re

from edgehosts import (CONF, EDGE_CONF, ETC, ctl, edge_conf, make_key,
                       place_key, server_conf, start_edge, start_server)
from ftp import ask, connect, fetch, logged_in, store
from story import (PKI, await_that, begins, equal, hash_of, home, log, read,
                   run, since, story, tell, write)

PINS = {name: make_key(name) for name in ("server-link", "server-2", "edge-2",
                                          "edge-link", "stranger")}
place_key("server", "server-link")
place_key("edge", "edge-link")
SERVER = start_server(server_conf({"dmz1": PINS["edge-link"]}))
EDGE = start_edge(edge_conf(PINS["server-link"]))
FTP = EDGE.address("ftp")
CONFS = {"server": CONF, "edge": EDGE_CONF}
LOGS = {"server": "helper.log", "edge": "edge.log"}


def there_and_back(ftp):
    sent = store(ftp, "file", 65537)
    equal(hash_of(home("alice", "file")), sent)
    equal(fetch(ftp, "file"), sent)
    ftp.delete("file")


def goes_on(old):
    """A session that there was, and one that begins now."""
    begins(ask(old, "NOOP"), "200")
    there_and_back(old)
    new = logged_in(FTP, certificate="alice")
    there_and_back(new)
    new.quit()


def configure(machine, old, new):
    """Replace it in the configuration, and reload that machine."""
    text = read(CONFS[machine])
    assert old in text
    write(CONFS[machine], text.replace(old, new))
    ctl(machine, "reload")


def renew(machine, name):
    """Its helper notices the new key by itself."""
    start = len(log(LOGS[machine]))
    place_key(machine, name)
    await_that(lambda: "notice: reloaded" in since(LOGS[machine], start),
               "the new key of the " + machine)


@story("stsslctl says on the {0} what the other side has to know",
       ("server",), ("edge",))
def pin(machine):
    equal(ctl(machine, "pin", ETC[machine] + "stssl/link.pem").strip(),
          PINS[machine + "-link"])


@story("the {0} gets another key: no session is lost, and none refused",
       ("server", "edge", 'servers = { "', 'servers = { "%s", "'),
       ("edge", "server", '"dmz1 ', '"dmz1 %s", "dmz1 '))
def another_key(machine, other, old, new):
    session = logged_in(FTP, certificate="alice")
    configure(other, old, new % PINS[machine + "-2"])
    goes_on(session)
    renew(machine, machine + "-2")
    goes_on(session)
    # The old one is not used any more.
    configure(other, PINS[machine + "-link"], PINS["stranger"])
    goes_on(session)
    session.quit()


@story("a key that is not the certificate's is told with its line, and the old "
       "one stays: {0}", ("server",), ("edge",))
def wrong_key(machine):
    start = len(log(LOGS[machine]))
    key = ETC[machine] + "stssl/link.key"
    before = read(key)
    write(key, read(f"{PKI}stranger.key"))
    line = next(n for n, text in enumerate(read(CONFS[machine]).split("\n"), 1)
                if "link.key" in text)
    await_that(lambda: "not reloaded: /etc/stssl/helper.conf:%d: "
               "/etc/stssl/link.key: " % line in
               since(LOGS[machine], start).replace(CONFS[machine],
                                                   "/etc/stssl/helper.conf"),
               "the mistake")
    session = logged_in(FTP, certificate="alice")
    there_and_back(session)
    write(key, before)
    await_that(lambda: "notice: reloaded" in since(LOGS[machine], start),
               "the right key")
    goes_on(session)
    session.quit()


@story("an Edge that is taken out gets no new sessions, those that it has go "
       "on until they are kicked")
def shut_out():
    start, there = len(log("helper.log")), len(log("edge.log"))
    old = logged_in(FTP, certificate="alice")
    configure("server", PINS["edge-2"], PINS["server-2"])
    begins(refusal(), "421")
    is_told("helper.log", start, "its key is not in edges: " + PINS["edge-2"])
    is_told("edge.log", there, "the Server's edges lack this machine's pin")
    equal(" backend unreachable: " in since("edge.log", there), True)
    begins(ask(old, "NOOP"), "200")
    there_and_back(old)
    session, = json.loads(ctl("server", "who", "--json"))["sessions"]
    ctl("server", "kick", session["session"])
    begins(refusal(old), "421")
    configure("server", PINS["server-2"], PINS["edge-2"])
    logged_in(FTP, certificate="alice").quit()


@story("a Server whose key the Edge does not know gets no client, and the Edge "
       "says which key it was")
def stranger():
    there = len(log("edge.log"))
    configure("edge", PINS["server-2"], PINS["edge-link"])
    begins(refusal(), "421")
    is_told("edge.log", there, "its key is not in servers: " + PINS["server-2"])
    configure("edge", PINS["edge-link"], PINS["server-2"])
    logged_in(FTP, certificate="alice").quit()


def is_told(name, start, why):
    """Why there were no links, by this log.  The other machine's client may
    know before the line is written."""
    told = await_that(
        lambda: re.findall(r" link session=.* failed: (.*)\n",
                           since(name, start)), "the failure of the link")
    equal(set(told), {why})


def refusal(ftp=None):
    """What a client hears, a new one."""
    try:
        return ask(ftp or connect(FTP, None), "NOOP")
    except Exception as error:
        return str(error)


@story("a certificate of links that ends soon is told, by the log and by check")
def ending():
    start = len(log("helper.log"))
    run("openssl", "x509", "-in", PKI + "server-2.pem", "-signkey",
        PKI + "server-2.key", "-days", "5", "-out", PKI + "short.pem")
    os.link(PKI + "server-2.key", PKI + "short.key")
    renew("server", "short")
    told = 'warning: /etc/stssl/link.pem: "CN=server-2" expires on '
    equal(told in since("helper.log", start), True)
    equal(told in ctl("server", "check", check=False), True)
    logged_in(FTP, certificate="alice").quit()


tell()
