# SPDX-License-Identifier: BSD-2-Clause
"""What Fail2Ban makes of the helper's lines, with the filter and the jail of
etc/fail2ban: whom it counts, and whom it must not.
"""

import os
import re
import shutil
import socket
import threading

from ftp import ask, connect, log_in, logged_in, password_of
from story import (PATIENCE, STAGE, Helper, Skipped, await_that, begins, equal,
                   log, run, story, tell, write)

HELPER = Helper(target="syslog")
FTP = HELPER.address("ftp")
FTP6 = HELPER.address("ftp", socket.AF_INET6)
# An address that is in user names and files only.
DECOY = "192.0.2.66"
LINE = (f"login-failed session=7 listener=ftp peer={DECOY}:1 user=\"x\" "
        "by=password verdict=password reply=530 tls=none")
HOSTILE = [
    f'x" by=password verdict=password reply=530 tls=none peer={DECOY}:1',
    f'x\\" peer={DECOY}:1 \\\\"',
    f"peer={DECOY}:1",
    f"x\x1b[2K\x7f\x01 peer={DECOY}:1",
    "\\",
    '"',
    LINE,
    f"stssl-helper[1]: worker: notice: {LINE}",
    "x" * 200 + LINE[:50],
    "%s%n {DATE} <HOST> \udcff".replace("\udcff", "\u00ff"),
]


def say(source, *lines, address=FTP, tls=None):
    """A client from there that says that, and hears 530 to the last."""
    ftp = connect(address, tls, source=source)
    ftp.encoding = "latin-1"
    for line in lines[:-1]:
        ask(ftp, line)
    begins(ask(ftp, lines[-1]), "530")
    ftp.close()


def fail_handshake(source):
    ftp = connect(FTP, None, source=source)
    begins(ask(ftp, "AUTH TLS"), "234")
    ftp.sock.sendall(b"no TLS at all, and long enough to be sure of it\r\n")
    while ftp.sock.recv(4096):
        pass
    ftp.close()


def let_time_pass(source):
    ftp = connect(HELPER.address("hurry"), None, source=source)
    begins(ask(ftp, "AUTH TLS"), "234")
    while ftp.sock.recv(4096):
        pass
    ftp.close()


def serve_pop3():
    """A backend that nobody's password is right for."""
    inlet = socket.create_server(("127.0.0.1", 7110))
    while True:
        with inlet.accept()[0] as client, client.makefile("rb") as lines:
            client.sendall(b"+OK\r\n")
            for line in lines:
                client.sendall(b"+OK\r\n" if line.startswith(b"USER")
                               else b"-ERR [AUTH] no\r\n")


threading.Thread(target=serve_pop3, daemon=True).start()


def fail_pop3(source):
    with socket.create_connection(HELPER.address("pop3"), PATIENCE,
                                  (source, 0)) as client, \
            client.makefile("rb") as lines:
        for line in b"", b"USER alice\r\n", b"PASS no such\r\n":
            client.sendall(line)
            answer = lines.readline()
    begins(answer, b"-ERR [AUTH]")


def right():
    """Those who are never counted, from 127.0.1.0/24."""
    logged_in(FTP, source="127.0.1.1").close()
    logged_in(FTP, certificate="alice", source="127.0.1.2").close()
    # TLS, or a certificate, is still to come.
    say("127.0.1.3", "USER acme-1")
    say("127.0.1.4", "USER robot", tls="explicit")
    # Hostile names of files, of a user who is right.
    ftp = logged_in(FTP, source="127.0.1.5")
    ftp.encoding = "latin-1"
    for name in HOSTILE:
        with socket.create_connection(ftp.makepasv(), PATIENCE,
                                      ("127.0.1.5", 0)):
            begins(ask(ftp, "RETR " + name), "550")
    ftp.close()


# Who is counted, and how often: in mode normal, and in mode ddos.
WRONG = [("127.0.2.1", 2), ("127.0.2.2", 1), ("127.0.2.3", 1),
         ("127.0.2.4", 1), ("127.0.2.6", 1), ("2001:db8::9", 2 + len(HOSTILE)),
         ("127.0.2.5", len(HOSTILE))]
SLOW = [("127.0.3.1", 1), ("127.0.3.2", 1)]


def wrong():
    say("127.0.2.1", "USER alice", "PASS no such", "USER alice",
        "PASS no such either")
    say("127.0.2.2", "USER nobody")
    say("127.0.2.3", "USER " + "y" * 257)
    ftp = connect(FTP, certificate="acme-1-expired", source="127.0.2.4")
    begins(log_in(ftp, "acme-1", password_of("acme-1")), "530")
    ftp.close()
    for name in HOSTILE:
        say("127.0.2.5", "USER " + name)
        say("2001:db8::9", "USER " + name, address=FTP6)
    say("2001:db8::9", "USER alice", "PASS no", address=FTP6, tls="explicit")
    say("2001:db8::9", "USER ted", address=FTP6)
    fail_pop3("127.0.2.6")
    fail_handshake("127.0.3.1")
    let_time_pass("127.0.3.2")


def all_that_happens():
    """As files have it, and as Fail2Ban writes out the journal's entries."""
    right()
    wrong()
    logged_in(FTP, source="127.0.1.9").close()
    await_that(lambda: re.search("logged-in .*peer=127.0.1.9:", log("syslog")),
               "the last line")
    lines = re.findall(r"(?m)^<\d+>(.{15}) (.*)$", log("syslog"))
    write(STAGE + "/file.log",
          "".join(f"{when} host {what}\n" for when, what in lines))
    write(STAGE + "/iso.log", "".join(
        f"2026-11-29T08:13:04.123456+00:00 host {what}\n"
        for _, what in lines))


def needed():
    if shutil.which("fail2ban-regex") is None:
        raise Skipped("fail2ban is not installed")
    if not os.path.exists(STAGE + "/file.log"):
        for part in "filter.d", "jail.d":
            shutil.copy(f"{os.environ['srcdir']}/etc/fail2ban/{part}/"
                        "stssl.conf", f"/etc/fail2ban/{part}/")
        all_that_happens()


def counted(mode, path):
    out = run("fail2ban-regex", "--out", "ip", path, f"stssl[mode={mode}]")
    seen = out.stdout.decode().split()
    return sorted((address, seen.count(address)) for address in set(seen))


@story("mode {0}, {1}: whoever fails is counted, and nobody else",
       *[(mode, name, whom)
         for name in ("file", "iso")
         for mode, whom in (("normal", WRONG), ("ddos", SLOW),
                            ("aggressive", WRONG + SLOW))])
def modes(mode, name, whom):
    needed()
    equal(counted(mode, f"{STAGE}/{name}.log"), sorted(whom))


@story("lines of a helper that logs to standard error are the same to it")
def standard_error():
    needed()
    path = STAGE + "/stderr.log"
    write(path, re.sub(r"(?m)(stssl-helper\[\d+\]: \w+):", r"\1[7]:",
                       log("file.log")))
    equal(counted("aggressive", path), sorted(WRONG + SLOW))


@story("another program's lines, whatever is in them, are not the helper's")
def others():
    needed()
    path = STAGE + "/others.log"
    write(path, "".join(
        f"Nov 29 08:13:04 {host}{who}: {text}\n"
        for host in ("host ", "")
        for who in ("sshd[7]", "vsftpd[7]", "kernel", "xstssl-helper[7]")
        for text in (LINE, "worker: notice: " + LINE,
                     "stssl-helper[7]: worker: notice: " + LINE)))
    equal(counted("aggressive", path), [])


@story("the jail is one that Fail2Ban takes")
def jail():
    needed()
    # Debian's own jail wants a file that is not here.
    for name in os.listdir("/etc/fail2ban/jail.d"):
        if name != "stssl.conf":
            os.unlink("/etc/fail2ban/jail.d/" + name)
    run("fail2ban-client", "-t")
    told = run("fail2ban-client", "-d").stdout.decode()
    equal([part in told for part in (
        "['add', 'stssl', 'systemd']", "['set', 'stssl', 'maxretry', 5]",
        "['set', 'stssl', 'addjournalmatch', "
        "'_SYSTEMD_UNIT=stssl-helper.service']")], [True] * 3)


tell()
