# SPDX-License-Identifier: BSD-2-Clause
"""What the log says to whoever reads it later: who has logged in, and how."""

import re
import socket

from ftp import ask, connect, log_in, password_of
from story import Helper, await_that, begins, equal, log, run, since, \
    story, tell

HELPER = Helper()
# A key and its value, quoted or plain; what is in quotes is no key.
PAIR = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|\S+)')


def lines(event, start):
    """The lines of that event since then, as dictionaries."""
    found = re.findall(rf"(?m)^worker\[\d+\]: notice: {event} (.*)$",
                       since("helper.log", start))
    return [dict(PAIR.findall(line)) for line in found]


def said(event, start, **expected):
    """One line of that event comes, and says that of itself."""
    await_that(lambda: lines(event, start), "the line " + event)
    seen, = lines(event, start)
    equal({key: seen.get(key) for key in expected}, expected)
    return seen


@story("{0}",
       ("a right password", "alice", None, "alice's password",
        dict(by="password", verdict="password", reply="230")),
       ("a certificate", "alice", "alice", None,
        dict(by="certificate", verdict="accept", reply="230")),
       ("both", "dora", "dora", "dora's password",
        dict(by="password", verdict="password", reply="230")),
       ("a wrong password", "alice", None, "no such",
        dict(by="password", verdict="password", reply="530")),
       ("a wrong password beside a certificate", "dora", "dora", "no such",
        dict(by="password", verdict="password", reply="530")))
def login(_, user, certificate, password, expected):
    start = len(log("helper.log"))
    source = "203.0.113.9"
    ftp = connect(HELPER.address("ftp"), certificate=certificate,
                  source=source)
    peer = "%s:%d" % ftp.sock.getsockname()
    log_in(ftp, user, password)
    ftp.close()
    success = expected["reply"] == "230"
    seen = said("logged-in" if success else "login-failed", start,
                user=f'"{user}"', listener="ftp", peer=peer, tls="TLS1.3",
                **expected)
    equal(lines("login-failed" if success else "logged-in", start), [])
    # The module's line is of the same session.
    equal(f'login session={seen["session"]} ' in since("helper.log", start),
          True)
    equal("such" in since("helper.log", start), False)


@story("a right password of an account that has expired is not called wrong")
def account():
    run("chage", "-E", "1", "bob")
    start = len(log("helper.log"))
    ftp = connect(HELPER.address("ftp"), None)
    begins(log_in(ftp, "bob", password_of("bob")), "530")
    ftp.close()
    run("chage", "-E", "-1", "bob")
    said("login-failed", start, by="password", verdict="password",
         reply="530", tls="none")


@story("what never reaches the backend is refused, and no failed login")
def refused():
    start = len(log("helper.log"))
    ftp = connect(HELPER.address("ftp"), None)
    begins(ask(ftp, "USER acme-1"), "530")
    begins(ask(ftp, "USER " + 257 * "x"), "530")
    begins(ask(ftp, "SITE AUTH"), "530")
    ftp.close()
    found = await_that(
        lambda: (seen := re.findall(
            r"(?m)^(\w+)\[\d+\]: notice: refused .* reason=(\S+) tls=none$",
            since("helper.log", start))) and len(seen) == 3 and seen,
        "three refusals")
    equal(sorted(found), [("monitor", "tls-required"), ("worker", "bad-user"),
                          ("worker", "tls-required")])
    equal(lines("login-failed", start), [])


@story("over IPv6, a name that pretends to be a line stays in its quotes")
def hostile():
    start = len(log("helper.log"))
    name = 'bob" peer=[2001:db8::66]:1 \\'
    ftp = connect(HELPER.address("ftp", socket.AF_INET6), None,
                  source="2001:db8::9")
    begins(log_in(ftp, name, "no such"), "530")
    ftp.close()
    found = await_that(lambda: re.findall("(?m)^.* notice: refused .*$",
                                          since("helper.log", start)),
                       "the refusal")
    equal([dict(PAIR.findall(line))["peer"].rsplit(":", 1)[0]
           for line in found], ["[2001:db8::9]"])


tell()
