# SPDX-License-Identifier: BSD-2-Clause
"""PostgreSQL and psql: SSLRequest, what comes before and behind it, and logins
in a daemon that is not root."""

import signal
import socket
import ssl

from backend import LOGINS, client_of, own_only
from ftp import connect, context, password_of
from postgresqls import (PROGRAMS, USER, administer, outcome_of,
                         postgresql_is_needed, psql, start_postgresql)
from story import (PATIENCE, Helper, Skipped, await_that, equal, log, run,
                   since, story, tell)

SSL_REQUEST = bytes.fromhex("0000000804d2162f")
GSS_REQUEST = bytes.fromhex("0000000804d21630")
# user=x, nothing else
STARTUP = bytes.fromhex("0000001000030000") + b"user\0x\0\0"


if PROGRAMS:
    HOME = start_postgresql()
    HELPER = Helper()
    BACKEND = socket.create_server(("127.0.0.1", 433))


def ask(user, password="x", certificate=None, port=None, **more):
    """A psql that is running, before the helper if no port is given."""
    postgresql_is_needed()
    return psql(port or HELPER.address("postgresql")[1], user, password,
                certificate, **more)


@story("postgresql: {0}: {5}", *LOGINS)
def login(_, certificate, user, password, tls, outcome):
    client = ask(user, password, certificate) if tls else \
        ask(user, password, port=432, mode="disable")
    equal(outcome_of(client, user), "in" if outcome == "in" else "refused")


@story("postgresql: by certificate, or refused by class, nobody is asked for a "
       "password: {0}",
       ("alice", "alice", "verify-full", "in"),
       ("robot", None, "verify-full", "refused"),
       ("acme-1", None, "disable", "refused"))
def no_password(user, certificate, mode, outcome):
    client = ask(user, None, certificate, mode=mode)
    equal(outcome_of(client, user), outcome)


@story("postgresql: in clear, {0} is {1} by password",
       ("alice", "in"), ("acme-1", "refused"), ("robot", "refused"))
def in_clear(user, outcome):
    start = len(log("syslog"))
    client = ask(user, password_of(user), mode="disable")
    equal(outcome_of(client, user), outcome)
    equal(" tls=" in since("syslog", start), False)
    equal(" listener=postgresql " in since("syslog", start), True)


@story("postgresql: sslmode=prefer tries again in clear after a refusal")
def prefer():
    start = len(log("helper.log"))
    client = ask("robot", password_of("robot"), mode="prefer")
    equal(outcome_of(client, "robot"), "refused")
    refused = [line for line in since("helper.log", start).splitlines()
               if " verdict=refuse reason=" in line]
    equal([" tls=none" in line for line in refused], [False, True])


@story("postgresql: a query is cancelled, which libpq asks for in clear")
def cancel():
    client = ask("alice", certificate="alice", command="select pg_sleep(99)")
    await_that(lambda: administer(
        HOME, "select count(*) from pg_stat_activity where usename = 'alice' "
        "and state = 'active'") == "1\n", "the query")
    client.send_signal(signal.SIGINT)
    _, error = client.communicate(timeout=PATIENCE)
    equal(b"canceling statement due to user request" in error, True)


@story("postgresql: forty clients at once, by certificate")
def many():
    clients = [ask("alice", certificate="alice") for _ in range(40)]
    equal([outcome_of(client, "alice") for client in clients], 40 * ["in"])


@story("postgresql: a megabyte comes back whole")
def large():
    client = ask("alice", certificate="alice",
                 command="select repeat('x', 1000000)")
    said, _ = client.communicate(timeout=PATIENCE)
    equal(said == 1000000 * b"x" + b"\n", True)


@story("postgresql: sslnegotiation=direct, at a listener with tls = {0}",
       ("explicit", "postgresql"), ("implicit", "direct"))
def direct(_, listener):
    postgresql_is_needed()
    version = run("psql", "--version").stdout.split()[2]
    if int(version.split(b".")[0]) < 17:
        raise Skipped("psql is older than 17")
    client = ask("alice", certificate="alice", more="sslnegotiation=direct",
                 port=HELPER.address(listener)[1])
    equal(outcome_of(client, "alice"), "in")


@story("postgresql: its user learns and reports about its own sessions only")
def own_sessions_only():
    postgresql_is_needed()
    client, ftp = client_of(HELPER, "direct"), connect(HELPER.address("ftp"))
    own_only(USER, "direct", 432)
    client.close()
    ftp.close()


# Byte by byte, with a backend that is played here.

class Raw:
    """A client that says `first` in clear, and the backend that it has."""

    def __init__(self, first=b"", listener="bytes"):
        postgresql_is_needed()
        self.client = socket.create_connection(HELPER.address(listener),
                                               PATIENCE)
        self.client.sendall(first)
        if listener in ("bytes", "hasty"):
            self.backend, _ = BACKEND.accept()
            self.backend.settimeout(PATIENCE)

    def answered(self, size=1):
        """What the helper says; b"" when it ends the session."""
        try:
            return self.client.recv(size)
        except ConnectionResetError:
            return b""

    def heard(self, size):
        """What the backend has read; less when it has ended."""
        said = b""
        try:
            while len(said) < size and (more := self.backend.recv(size)):
                said += more
        except ConnectionResetError:
            pass
        return said

    def secure(self, alpn=None):
        tls = context("alice")
        if alpn:
            tls.set_alpn_protocols([alpn])
        self.client = tls.wrap_socket(self.client, server_hostname="localhost")

    def close(self):
        self.client.close()
        self.backend.close()


@story("{0}, then TLS: what is said inside is what the backend hears",
       ("SSLRequest", [SSL_REQUEST], [b"S"]),
       ("GSSENCRequest and SSLRequest", [GSS_REQUEST, SSL_REQUEST],
        [b"N", b"S"]),
       ("SSLRequest in single bytes",
        [bytes([byte]) for byte in SSL_REQUEST], 7 * [b""] + [b"S"]),
       ("nothing", [], []))
def then_tls(_, said, answers):
    raw = Raw()
    for part, answer in zip(said, answers):
        raw.client.sendall(part)
        if answer:
            equal(raw.answered(), answer)
    raw.secure()
    raw.client.sendall(STARTUP + b"more")
    equal(raw.heard(20), STARTUP + b"more")
    raw.backend.sendall(b"R")
    equal(raw.client.recv(10), b"R")
    raw.close()


@story("in clear, {0} comes to the backend as it is",
       ("a startup message", b"", b"", STARTUP + b"more"),
       ("one that is asked after GSSENCRequest", GSS_REQUEST, b"N", STARTUP),
       ("a second GSSENCRequest", GSS_REQUEST, b"N", GSS_REQUEST),
       ("CancelRequest", b"", b"", bytes.fromhex("0000001004d2162e") +
        b"12345678"),
       ("another length", b"", b"", b"\0\0\0\x09" + SSL_REQUEST[4:] + b"x"),
       ("what is no message", b"", b"", b"GET / HTTP/1.1\r\n\r\n"))
def as_it_is(_, first, answer, said):
    raw = Raw(first)
    if answer:
        equal(raw.answered(), answer)
    raw.client.sendall(said)
    equal(raw.heard(len(said)), said)
    raw.backend.sendall(b"E")
    equal(raw.answered(), b"E")
    raw.client.shutdown(socket.SHUT_WR)
    equal(raw.heard(1), b"")
    raw.close()


@story("{0} in one piece ends the session, and no backend hears of it",
       ("SSLRequest and a startup message", SSL_REQUEST + STARTUP),
       ("SSLRequest and one byte", SSL_REQUEST + b"\0"),
       ("SSLRequest, twice", 2 * SSL_REQUEST),
       ("GSSENCRequest and SSLRequest", GSS_REQUEST + SSL_REQUEST))
def in_one_piece(_, said):
    start = len(log("helper.log"))
    raw = Raw(said)
    equal((raw.answered(), raw.heard(1)), (b"", b""))
    await_that(lambda: " clear-bytes\n" in since("helper.log", start),
               "the line in the log")
    raw.close()


@story("{0} in clear behind the S is no TLS, and no backend hears of it",
       ("a startup message", STARTUP), ("SSLRequest", SSL_REQUEST),
       ("GSSENCRequest", GSS_REQUEST))
def behind_the_s(_, said):
    raw = Raw(SSL_REQUEST)
    equal(raw.answered(), b"S")
    raw.client.sendall(said)
    while raw.answered(100):
        pass  # an alert
    equal(raw.heard(1), b"")
    raw.close()


@story("ALPN with {0}: {1}", ("postgresql", "TLS"), ("h2", "no TLS"))
def alpn(name, outcome):
    raw = Raw(SSL_REQUEST)
    equal(raw.answered(), b"S")
    try:
        raw.secure(name)
        seen = "TLS"
        equal(raw.client.selected_alpn_protocol(), name)
    except ssl.SSLError:
        seen = "no TLS"
    equal(seen, outcome)
    raw.close()


@story("who says {0} is sent away when login-timeout is over",
       ("nothing", b""), ("half a request", SSL_REQUEST[:5]),
       ("GSSENCRequest", GSS_REQUEST))
def silent(_, said):
    start = len(log("helper.log"))
    raw = Raw(said, "hasty")
    while raw.answered():
        pass
    equal(raw.heard(1), b"")
    equal("login-timeout session=" in since("helper.log", start), True)
    raw.close()


@story("who leaves after {0} leaves nothing behind",
       ("nothing", b""), ("half a request", SSL_REQUEST[:5]),
       ("SSLRequest", SSL_REQUEST), ("GSSENCRequest", GSS_REQUEST))
def gone(_, said):
    raw = Raw(said)
    raw.client.close()
    equal(raw.heard(1), b"")
    raw.close()


tell()
