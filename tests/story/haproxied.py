# SPDX-License-Identifier: BSD-2-Clause
"""Mail and PostgreSQL for clients who come through a real haproxy."""

import contextlib
import json
import os
import re
import socket
import subprocess

from dovecots import DOVECOT, dovecot_is_needed, start_dovecot
from ftp import password_of
from mailclients import Imap, Pop3, Smtp, serve_relay
from postgresqls import (PROGRAMS, outcome_of, postgresql_is_needed, psql,
                         start_postgresql)
from story import (PATIENCE, STAGE, Helper, await_that, equal, log, read, run,
                   since, story, tell, write)

CLASSES = "/etc/stssl/classes.conf"
# Clients of haproxy are at 127.0.0.1; the helper would see 127.0.0.77.
PROXY, CLIENT = "127.0.0.77", "127.0.0.1"
write(CLASSES, f'class "near" {{ user = {{ "bob" }}  from = {{ "{CLIENT}" }}\n'
               "  ssl = required  login = password }\n"
               'class "far" { user = { "bob" }  login = refuse }\n' +
      read(CLASSES))
HOWS = "send-proxy", "send-proxy-v2"
LISTENERS = "imap", "imaps", "pop3", "smtp", "postgresql"
PORTS = {(name, how): 2100 + number for number, (name, how) in enumerate(
    (name, how) for name in LISTENERS for how in (*HOWS, ""))}
if DOVECOT:
    serve_relay()
    start_dovecot()
if PROGRAMS:
    start_postgresql()
HELPER = Helper()


def start_haproxy():
    path = STAGE + "/haproxy.cfg"
    text = ("defaults\n mode tcp\n timeout connect 30s\n timeout client 90s\n"
            f" timeout server 90s\n source {PROXY}\n")
    for (name, how), port in PORTS.items():
        text += (f"listen {name}-{port}\n bind 127.0.0.1:{port}\n"
                 f" server s 127.0.0.1:{HELPER.address(name)[1]} {how}\n")
    write(path, text)
    with open(STAGE + "/haproxy.log", "w") as stderr:
        subprocess.Popen(["haproxy", "-f", path], stdin=subprocess.DEVNULL,
                         stderr=stderr)
    last = max(PORTS.values())
    await_that(lambda: run("ss", "-Hltn", f"sport = :{last}").stdout,
               "haproxy listens")


start_haproxy()


class Front:
    """haproxy, for clients that ask a Helper where its listeners are."""

    def __init__(self, how):
        self.how = how

    def address(self, name):
        return "127.0.0.1", PORTS[name, self.how]


def is_named(start, port):
    """Helper and module name the client, and the list does."""
    peer = f"peer={CLIENT}:{port} "
    for own, events in (("helper.log", (" proxied ", " tls ", " login ")),
                        ("syslog", (" login ",))):
        text = since(own, start[own])
        for event in events:
            found = [line for line in text.splitlines() if event in line]
            equal((event, {peer in line for line in found}), (event, {True}))
    done = run(os.environ["STSSLCTL"], "who", "--json")
    equal((CLIENT, port) in [(s["address"], s["port"]) for s in
                             json.loads(done.stdout)["sessions"]], True)


def ends():
    return {name: len(log(name)) for name in ("helper.log", "syslog")}


MAIL = [(kind, how, implicit) for how in HOWS
        for kind, implicit in ((Imap, False), (Imap, True), (Pop3, False),
                               (Smtp, False))]


@story("{0.name}, {1}, implicit TLS: {2}: EXTERNAL, and all name the client",
       *MAIL)
def external(kind, how, implicit):
    dovecot_is_needed()
    start = ends()
    client = kind(Front(how), "alice", implicit=implicit)
    client.external("")
    equal(client.is_in(), True)
    client.use()
    is_named(start, client.client.sock.getsockname()[1])
    client.close()


@story("{0.name}, {1}: in by password from the client's address, whom the "
       "class refuses past the proxy", *[(kind, how) for kind, how, implicit in
                                         MAIL if not implicit])
def of_a_class(kind, how):
    dovecot_is_needed()
    client = kind(Front(how), None)
    client.plain("bob", password_of("bob"))
    equal(client.is_in(), True)
    client.close()


@story("postgresql, {0}: {1}", *[(how, way) for how in HOWS
                                 for way in ("certificate", "password")])
def postgresql(how, way):
    postgresql_is_needed()
    start = ends()
    user = "alice" if way == "certificate" else "bob"
    client = psql(PORTS["postgresql", how], user,
                  "x" if way == "certificate" else password_of(user),
                  user if way == "certificate" else None)
    equal(outcome_of(client, user), "in")
    text = since("helper.log", start["helper.log"])
    equal(set(re.findall(r" peer=(\S+):", text)), {CLIENT})
    equal(f"proxy={PROXY}:" in text, True)


@story("postgresql in clear behind the header: {0}", *[(how,) for how in HOWS])
def in_clear(how):
    postgresql_is_needed()
    for user, outcome in ("alice", "in"), ("bob", "refused"):
        client = psql(PORTS["postgresql", how], user, password_of(user),
                      mode="disable")
        equal(outcome_of(client, user), outcome)


@story("{0}: without the header the client gets no word",
       *[(name,) for name in LISTENERS])
def without(name):
    with socket.create_connection(("127.0.0.1", PORTS[name, ""]),
                                  PATIENCE) as sock:
        sock.sendall(b"1 NOOP\r\n")
        with contextlib.suppress(ConnectionResetError):
            equal(sock.recv(1), b"")


tell()
