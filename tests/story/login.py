# SPDX-License-Identifier: BSD-2-Clause
"""Who gets in, how, and who does not: class by class, through real PAM."""

import socket
import ssl

from ftp import ask, connect, log_in, password_of, play, transfer
from matrix import ROWS
from story import Helper, await_that, begins, equal, log, since, story, tell

HELPER = Helper()


@story("{0}", *ROWS)
def explicit(_, user, certificate, which, outcome):
    play(user, certificate, which, outcome, "explicit", HELPER.address("ftp"))


@story("implicit TLS, {0}", *[row for row in ROWS if row[2] != "-"])
def implicit(_, user, certificate, which, outcome):
    play(user, certificate, which, outcome, "implicit", HELPER.address("ftps"))


@story("a certificate over {0}", ("TLSv1_2",), ("TLSv1_3",))
def version(name):
    play("alice", "alice", None, "certificate", "explicit",
         HELPER.address("ftp"), version=getattr(ssl.TLSVersion, name))


@story("over IPv6, with a backend that knows IPv4 only")
def ipv6():
    play("acme-1", "acme-1", None, "certificate", "explicit",
         HELPER.address("ftp", socket.AF_INET6))


@story("where TLS is required, the backend never gets a password in clear")
def no_password_in_clear():
    start = len(log("vsftpd.log"))
    ftp = connect(HELPER.address("ftp"), None)
    begins(ask(ftp, "USER acme-1"), "530")
    begins(ask(ftp, "PASS " + password_of("acme-1")), "5")
    ftp.close()
    equal("PASS" in since("vsftpd.log", start), False)


@story("the module's log and PAM see {0}, where the client really is",
       ("203.0.113.9", socket.AF_INET), ("2001:db8::9", socket.AF_INET6))
def real_address(source, family):
    start = len(log("syslog"))
    ftp = connect(HELPER.address("ftp", family), source=source)
    begins(log_in(ftp, "alice", "no such"), "530")
    ftp.close()
    await_that(lambda: "rhost=" + source in since("syslog", start),
               "pam_unix complains of " + source)


@story("a refused certificate is named in the log, with the reason")
def reason_in_the_log():
    start = len(log("helper.log"))
    ftp = connect(HELPER.address("ftp"), certificate="acme-1-expired")
    begins(log_in(ftp, "acme-1", password_of("acme-1")), "530")
    ftp.close()
    await_that(lambda: "verify=FAILED:expired" in since("helper.log", start),
               "the reason")


@story("another name on the same connection is judged anew")
def another_name():
    ftp = connect(HELPER.address("ftp"), certificate="alice")
    begins(log_in(ftp, "bob", "no such"), "530")
    begins(log_in(ftp, "acme-1", password_of("acme-1")), "530")
    equal(log_in(ftp, "alice"), "certificate")
    ftp.close()


@story("who is in by certificate does not become another by USER")
def logged_in_already():
    ftp = connect(HELPER.address("ftp"), certificate="alice")
    equal(log_in(ftp, "alice"), "certificate")
    begins(ask(ftp, "USER bob"), "5")
    begins(ask(ftp, "PASS no such"), "503")
    equal("/alice" in ask(ftp, "PWD"), True)
    ftp.prot_p()
    transfer(ftp, "alice")
    ftp.close()


@story("what one name's password opens is not opened for the next name")
def next_name():
    ftp = connect(HELPER.address("ftp"))
    begins(ask(ftp, "USER alice"), "331")
    begins(log_in(ftp, "bob", password_of("alice")), "530")
    begins(ask(ftp, "PASS " + password_of("alice")), "5")
    equal(log_in(ftp, "bob", password_of("bob")), "password")
    ftp.close()


@story("sessions of one user at the same time, each with its own certificate")
def not_mixed():
    start = len(log("helper.log"))
    shown = {"alice": "232", "alice-expired": "331", None: "331", "bob": "331"}
    sessions = {certificate: connect(HELPER.address("ftp"),
                                     certificate=certificate)
                for certificate in shown}
    for ftp in sessions.values():
        ftp.putcmd("USER alice")
    replies = {name: ftp.getmultiline() for name, ftp in sessions.items()}
    for name, reply in replies.items():
        begins(reply, shown[name])
        equal("expired" in reply, name == "alice-expired")
    for name, ftp in sessions.items():
        ftp.putcmd("PASS nobody's password")
    for name, ftp in reversed(sessions.items()):
        begins(ftp.getmultiline(), "230" if name == "alice" else "530")
        ftp.close()
    equal(since("helper.log", start).count("reason=certificate"), 2)


@story("nothing but replies reaches the client while it logs in")
def no_stray_output():
    ftp = connect(HELPER.address("ftp"), certificate="alice")
    begins(ftp.welcome, "220")
    begins(log_in(ftp, "bob"), "530")
    begins(ask(ftp, "NOOP"), "530")
    equal(log_in(ftp, "alice"), "certificate")
    begins(ask(ftp, "NOOP"), "200")
    begins(ask(ftp, "QUIT"), "221")
    ftp.close()


@story("who logs in by certificate is not asked for a password")
def not_asked():
    ftp = connect(HELPER.address("ftp"), certificate="alice")
    begins(ask(ftp, "USER alice"), "232")
    ftp.close()


@story("a user whom nobody knows is answered as one who may not log in")
def enumeration():
    replies = []
    for user in "zoe", "ghost":
        for tls in None, "explicit":
            ftp = connect(HELPER.address("ftp"), tls)
            replies.append([ask(ftp, "USER " + user), ask(ftp, "PASS x")])
            ftp.close()
    equal(replies, [replies[0]] * 4)


@story("straight to the backend, a class that requires TLS is refused")
def around_the_helper():
    ftp = connect(("127.0.0.1", 221), None)
    begins(log_in(ftp, "acme-1", password_of("acme-1")), "530")
    equal(log_in(ftp, "alice", password_of("alice")), "password")
    ftp.close()


@story("faulty classes refuse everybody until they are mended")
def faulty_classes():
    path = "/etc/stssl/classes.conf"
    with open(path) as file:
        good = file.read()
    with open(path, "w") as file:
        file.write(good + 'class "worse" { sll = optional }\n')
    try:
        start = len(log("helper.log"))
        for certificate in "alice", None:
            ftp = connect(HELPER.address("ftp"), certificate=certificate)
            begins(log_in(ftp, "alice", password_of("alice")), "530")
            ftp.close()
        place = "classes.conf:%d: " % (good.count("\n") + 1)
        await_that(lambda: place in since("helper.log", start),
                   "file and line in the log")
    finally:
        with open(path, "w") as file:
            file.write(good)
    play("alice", "alice", None, "certificate", "explicit",
         HELPER.address("ftp"))


if __name__ == "__main__":
    tell()
