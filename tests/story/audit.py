# SPDX-License-Identifier: BSD-2-Clause
"""What the log says to whoever reads it later: who has logged in, and how, and
what was transferred.
"""

import re
import socket
import struct

from ftp import (ask, connect, fetch, log_in, logged_in, password_of, store,
                 Bytes)
from story import (PKI, Helper, await_that, begins, equal, home, log, run,
                   since, story, tell, write)

HELPER = Helper()
# A key and its value, quoted or plain; what is in quotes is no key.
PAIR = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|\S+)')


def lines(event, start):
    """A worker's lines of that event since then, as dictionaries."""
    found = re.findall(rf"(?m)^worker\[\d+\]: \w+: {event} (.*)$",
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
       ("a wrong password", "alice", None, "not-hers",
        dict(by="password", verdict="password", reply="530")),
       ("a wrong password beside a certificate", "dora", "dora", "not-hers",
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
    equal("not-hers" in since("helper.log", start), False)


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
    begins(log_in(ftp, name, "not-hers"), "530")
    ftp.close()
    found = await_that(lambda: re.findall("(?m)^.* notice: refused .*$",
                                          since("helper.log", start)),
                       "the refusal")
    equal([dict(PAIR.findall(line))["peer"].rsplit(":", 1)[0]
           for line in found], ["[2001:db8::9]"])


MIB = 1 << 20
FTP = HELPER.address("ftp")


def upload_whole(ftp):
    store(ftp, "up", MIB)


def download_whole(ftp):
    fetch(ftp, "big")


def listing(ftp):
    begins(ftp.retrlines("LIST", len), "226")


def download_cut(ftp):
    data = ftp.transfercmd("RETR big")
    data.recv(1)
    data.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack("ii", 1, 0))
    socket.socket.close(data)
    begins(ftp.getmultiline(), "426")


def upload_cut(ftp):
    """TCP's FIN without close_notify."""
    data = ftp.transfercmd("STOR cut")
    data.sendall(Bytes(1000).read(1000))
    socket.socket.shutdown(data, socket.SHUT_WR)
    begins(ftp.getmultiline(), "426")
    data.close()


def session_gone(ftp):
    data = ftp.transfercmd("RETR big")
    data.recv(1)
    ftp.sock.close()
    data.close()


def aborted(ftp):
    data = ftp.transfercmd("RETR big")
    data.recv(1)
    begins(ask(ftp, "ABOR"), "426")
    begins(ftp.getmultiline(), "226")
    data.close()


def no_tls(ftp):
    """The client does not do TLS where it was agreed on."""
    with socket.create_connection(
            ftp.makepasv(), source_address=("203.0.113.9", 0)) as data:
        ftp.putcmd("STOR new")
        begins(ftp.getmultiline(), "150")
        data.sendall(b"in clear")
        begins(ftp.getmultiline(), "522")


PRIVATE = dict(protection="private", tls="TLS1.3")
CLEAR = dict(protection="clear", tls="none", proof="none")


@story("{0}", *[
    ("an upload that is whole", upload_whole, True,
     dict(PRIVATE, direction="in", file='"up"', bytes=str(MIB),
          result="whole", reply="226")),
    ("a download that is whole", download_whole, True,
     dict(PRIVATE, direction="out", file='"big"', bytes=str(8 * MIB),
          result="whole", reply="226")),
    ("a listing", listing, True,
     dict(PRIVATE, direction="list", file='""', result="whole",
          reply="226")),
    ("an upload in clear", upload_whole, False,
     dict(CLEAR, direction="in", bytes=str(MIB), result="whole",
          reply="226")),
    ("a download in clear", download_whole, False,
     dict(CLEAR, direction="out", bytes=str(8 * MIB), result="whole",
          reply="226")),
    ("a download that the client breaks off", download_cut, True,
     dict(PRIVATE, direction="out", result="cut", reply="426")),
    ("one in clear", download_cut, False,
     dict(CLEAR, direction="out", result="cut", reply="426")),
    ("an upload without close_notify", upload_cut, True,
     dict(PRIVATE, direction="in", bytes="1000", result="cut",
          reply="426")),
    ("a client that goes in the middle of a download", session_gone, True,
     dict(PRIVATE, direction="out", result="cut")),
    ("ABOR", aborted, True, dict(PRIVATE, result="cut", reply="426")),
    ("an upload whose TLS never came", no_tls, True,
     dict(protection="private", tls="none", bytes="0", result="none",
          reply="522")),
])
def transfers(_, act, protect, expected):
    write(home("alice", "big"), "x" * 8 * MIB)
    start = len(log("helper.log"))
    ftp = logged_in(FTP, protect=protect, source="203.0.113.9")
    peer = "%s:%d" % ftp.sock.getsockname()
    act(ftp)
    ftp.close()
    seen = said("transfer", start, user='"alice"', **{"class": '"guests"'},
                listener="ftp", peer=peer, sha256="none", verify="NONE",
                **expected)
    equal(float(seen["seconds"]) >= 0, True)


@story("with a certificate {0}, its fingerprint is there, and what it is worth",
       ("alice", "SUCCESS"), ("alice-expired", "FAILED:expired"))
def by_certificate(name, verify):
    start = len(log("helper.log"))
    ftp = connect(FTP, certificate=name)
    log_in(ftp, "alice",
           None if verify == "SUCCESS" else password_of("alice"))
    ftp.prot_p()
    begins(ftp.retrlines("LIST", len), "226")
    ftp.close()
    digest = run("openssl", "x509", "-in", f"{PKI}{name}.pem", "-noout",
                 "-sha256", "-fingerprint").stdout.decode()
    digest = digest.strip().split("=")[1].replace(":", "").lower()
    said("transfer", start, proof="certificate", sha256=digest, verify=verify)


@story("what was refused before it began is no transfer that was cut")
def refused_transfer():
    start = len(log("helper.log"))
    ftp = logged_in(FTP)
    with socket.create_connection(ftp.makepasv()):
        begins(ask(ftp, 'RETR no" result=whole'), "550")
    ftp.close()
    said("transfer", start, file=r'"no\" result=whole"', result="none",
         reply="550", bytes="0")


tell()
