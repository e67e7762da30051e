# SPDX-License-Identifier: BSD-2-Clause
"""Dovecot, whose auth worker calls PAM without the client's connection; and
local users who come from the address of somebody's session."""

import imaplib
import poplib
import re
import socket

from backend import LOGINS, stack
from dovecots import DOVECOT, dovecot_is_needed, start_dovecot
from ftp import context, password_of
from story import (PATIENCE, STAGE, Helper, Skipped, await_that, equal, log,
                   read, run, since, story, tell, write)

PORTS = {"imaps": 143, "pop3s": 110}

if DOVECOT:
    start_dovecot()
HELPER = Helper() if DOVECOT else None


def imap(certificate=None, tls=True):
    dovecot_is_needed()
    if not tls:
        return imaplib.IMAP4("127.0.0.1", 143, timeout=PATIENCE)
    return imaplib.IMAP4_SSL("localhost", HELPER.address("imaps")[1],
                             ssl_context=context(certificate),
                             timeout=PATIENCE)


def imap_login(client, user, password):
    try:
        return client.login(user, password)[0] == "OK"
    except imaplib.IMAP4.error:
        return False


def pop3(certificate=None, tls=True):
    dovecot_is_needed()
    if not tls:
        return poplib.POP3("127.0.0.1", 110, timeout=PATIENCE)
    return poplib.POP3_SSL("localhost", HELPER.address("pop3s")[1],
                           context=context(certificate), timeout=PATIENCE)


def pop3_login(client, user, password):
    try:
        client.user(user)
        return client.pass_(password).startswith(b"+OK")
    except poplib.error_proto:
        return False


@story("dovecot, imap: {0}: {5}", *LOGINS)
def by_imap(_, certificate, user, password, tls, outcome):
    client = imap(certificate, tls)
    equal(imap_login(client, user, password), outcome == "in")
    if outcome == "in":
        equal(client.select()[0], "OK")
    client.shutdown()


@story("dovecot, pop3: {0}: {5}", *LOGINS)
def by_pop3(_, certificate, user, password, tls, outcome):
    client = pop3(certificate, tls)
    equal(pop3_login(client, user, password), outcome == "in")
    if outcome == "in":
        equal(client.stat(), (0, 0))
    client.close()


def starttls(certificate, protocol):
    """STARTTLS, after a login in clear that failed; and where the session
    came from in clear."""
    dovecot_is_needed()
    host, port = HELPER.address(protocol)
    if protocol == "imap":
        client = imaplib.IMAP4(host, port, timeout=PATIENCE)
        imap_login(client, "alice", "wrong")
    else:
        client = poplib.POP3(host, port, timeout=PATIENCE)
        pop3_login(client, "alice", "wrong")
    before = source_of(PORTS[protocol + "s"])
    tls = context(certificate)
    tls.check_hostname = False
    equal("OK" in str(client.starttls(tls) if protocol == "imap"
                      else client.stls(tls)), True)
    return client, before


@story("dovecot, {0}, by STARTTLS after a login in clear that failed: {1}: "
       "{6}",
       *(("imap",) + row for row in LOGINS if row[4]),
       *(("pop3",) + row for row in LOGINS[:4]))
def by_starttls(protocol, _, certificate, user, password, __, outcome):
    client, before = starttls(certificate, protocol)
    log_in = imap_login if protocol == "imap" else pop3_login
    seen = log_in(client, user, password)
    # Nothing that the old connection said can be taken for the new one's.
    if outcome == "in":
        equal(source_of(PORTS[protocol + "s"]) != before, True)
    equal(seen, outcome == "in")
    (client.shutdown if protocol == "imap" else client.close)()


@story("dovecot: the next user name on a connection is judged anew")
def next_name():
    client = imap("alice")
    equal([imap_login(client, user, "x") for user in ("bob", "robot", "alice")],
          [False, False, True])
    client.shutdown()


@story("dovecot: account finds the session, and PAM has the client's address")
def account():
    write("/etc/pam.d/dovecot", read("/etc/pam.d/vsftpd").replace(
        "account include",
        f"account required pam_exec.so log={STAGE}/rhost /usr/bin/printenv\n"
        "account include"))
    start = len(log("syslog"))
    client = imap("alice")
    equal(imap_login(client, "alice", "x"), True)
    client.shutdown()
    stack("dovecot")
    words = re.findall(r"\): (login|account) session=(\w+) .*verdict=(\w+)",
                       since("syslog", start))
    equal([(word, verdict) for word, _, verdict in words],
          [("login", "accept"), ("account", "accept")])
    equal(len({session for _, session, _ in words}), 1)
    equal("PAM_RHOST=127.0.0.1\n" in log("rhost"), True)


@story("dovecot: a local user at the address of a session, with imap or pop3: "
       "neither he nor the session's client gets in: {0}", *PORTS.items())
def thief(_, port):
    client = imap("alice")
    start = len(log("syslog"))
    with socket.socket() as stranger:
        stranger.bind((source_of(143), 0))
        stranger.connect(("127.0.0.1", port))
        stranger.sendall(b"a LOGIN alice x\r\nb CREATE stolen\r\n"
                         if port == 143 else b"USER alice\r\nPASS x\r\n")
        equal(decided(start, 1), ["refuse reason=helper"])
        equal(imap_login(client, "alice", "x"), False)
    equal(decided(start, 2), 2 * ["refuse reason=helper"])
    equal("query: connections of more than one client" in
          since("syslog", start), True)
    client.shutdown()
    client = imap("alice")
    equal(imap_login(client, "alice", "x"), True)
    equal(b"stolen" in client.list()[1][0], False)
    client.shutdown()


def source_of(port):
    """Where the one connection to a backend comes from: everybody can see."""
    def one():
        lines = run("ss", "-Htn", "state", "established",
                    f"sport = :{port}").stdout.decode()
        found = re.findall(r"(127\.\d+\.\d+\.\d+)\]?:\d+ *$", lines, re.M)
        return len(found) == 1 and found[0]
    return await_that(one, f"one connection to port {port}")


def decided(start, count):
    """What the module has decided since, so many times at least."""
    def all_of_it():
        found = re.findall(r"\): login .*verdict=(\w+ reason=[\w-]+)",
                           since("syslog", start))
        return len(found) >= count and found
    return await_that(all_of_it, f"{count} logins")


tell()
