# SPDX-License-Identifier: BSD-2-Clause
"""Who gets in, how, and who does not: class by class, through real PAM."""

import socket
import ssl

from ftp import (RIGHT, WRONG, ask, connect, log_in, password_of, play,
                 transfer)
from story import Helper, await_that, begins, equal, log, since, story, tell

HELPER = Helper()
# what, user, certificate (None: none, "-": no TLS at all), password, outcome
ROWS = [
    # TLS optional, either
    ("optional: a good certificate is enough", "alice", "alice", None,
     "certificate"),
    ("optional: the password is enough", "alice", None, RIGHT, "password"),
    ("optional: a wrong password is not", "alice", None, WRONG, "530"),
    ("optional: an expired certificate leaves the password", "alice",
     "alice-expired", RIGHT, "password"),
    ("optional: an expired certificate does not log in", "alice",
     "alice-expired", None, "530"),
    ("optional: an expired certificate and a wrong password", "alice",
     "alice-expired", WRONG, "530"),
    ("optional: a certificate of an unknown CA leaves the password", "alice",
     "alice-unknown", RIGHT, "password"),
    ("optional: a certificate of an unknown CA does not log in", "alice",
     "alice-unknown", None, "530"),
    ("optional: a server's certificate leaves the password", "alice",
     "alice-server", RIGHT, "password"),
    ("optional: a server's certificate does not log in", "alice",
     "alice-server", None, "530"),
    ("optional: somebody else's certificate leaves the password", "alice",
     "bob", RIGHT, "password"),
    ("optional: somebody else's certificate does not log in", "alice", "bob",
     None, "530"),
    ("optional: somebody else's certificate and a wrong password", "alice",
     "bob", WRONG, "530"),
    ("optional: the password in clear", "alice", "-", RIGHT, "password"),
    ("optional: a wrong password in clear", "alice", "-", WRONG, "530"),
    # TLS required, either
    ("required: a good certificate is enough", "acme-1", "acme-1", None,
     "certificate"),
    ("required: the password is enough", "acme-1", None, RIGHT, "password"),
    ("required: a wrong password is not", "acme-1", None, WRONG, "530"),
    ("required: an expired certificate is refused", "acme-1",
     "acme-1-expired", RIGHT, "530"),
    ("required: a certificate of an unknown CA is refused", "acme-1",
     "acme-1-unknown", RIGHT, "530"),
    ("required: a server's certificate is refused", "acme-1",
     "acme-1-server", RIGHT, "530"),
    ("required: somebody else's certificate is refused", "acme-1", "acme-2",
     RIGHT, "530"),
    ("required: clear is refused", "acme-1", "-", RIGHT, "530"),
    # a certificate, no password
    ("certificate: a good one is enough", "robot", "robot", None,
     "certificate"),
    ("certificate: the password is no substitute", "robot", None, RIGHT,
     "530"),
    ("certificate: nor beside an expired one", "robot", "robot-expired",
     RIGHT, "530"),
    ("certificate: nor in clear", "robot", "-", RIGHT, "530"),
    # a certificate and the password
    ("both: certificate and password", "dora", "dora", RIGHT, "password"),
    ("both: the certificate alone is not enough", "dora", "dora", None,
     "530"),
    ("both: nor with a wrong password", "dora", "dora", WRONG, "530"),
    ("both: the password alone is not enough", "dora", None, RIGHT, "530"),
    ("both: nor with an expired certificate", "dora", "dora-expired", RIGHT,
     "530"),
    # a class that refuses
    ("refuse: a good certificate is refused", "ted", "ted", RIGHT, "530"),
    ("refuse: a right password is refused", "ted", None, RIGHT, "530"),
    ("refuse: so is clear", "ted", "-", RIGHT, "530"),
    # nobody's class
    ("a user of no class is refused", "zoe", None, RIGHT, "530"),
    ("a user of no class is refused in clear", "zoe", "-", RIGHT, "530"),
    ("a user whom nobody knows is refused", "ghost", None, RIGHT, "530"),
]


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
