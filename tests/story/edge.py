# SPDX-License-Identifier: BSD-2-Clause
"""Through an Edge and a Server: all that one machine would do."""

import os
import socket
import ssl

from edgepair import EDGE, FTP, FTPS, sessions, there_and_back
from ftp import ask, connect, context, log_in, logged_in, play
from matrix import ROWS
from programs import Curl, Lftp
from story import (PATIENCE, STAGE, await_that, begins, equal, hash_of, home,
                   log, run, since, story, tell)

MIB = 1 << 20


# Who gets in

@story("{0}", *ROWS)
def explicit(_, user, certificate, which, outcome):
    play(user, certificate, which, outcome, "explicit", FTP)


@story("implicit TLS, {0}", *[row for row in ROWS if row[2] != "-"])
def implicit(_, user, certificate, which, outcome):
    play(user, certificate, which, outcome, "implicit", FTPS)


@story("a certificate over {0}", ("TLSv1_2",), ("TLSv1_3",))
def version(name):
    play("alice", "alice", None, "certificate", "explicit", FTP,
         version=getattr(ssl.TLSVersion, name))


@story("a list that only the Server has counts: {0}",
       ("USER by certificate", None), ("with the password", "right"))
def revoked_inside(_, which):
    start = len(log("helper.log"))
    play("acme-2", "acme-2", which, "530", "explicit", FTP)
    equal("revoked" in since("helper.log", start), True)


@story("PAM and the records see {0}, where the client really is",
       ("203.0.113.9", socket.AF_INET), ("2001:db8::9", socket.AF_INET6))
def real_address(source, family):
    start = len(log("syslog"))
    ftp = connect(EDGE.address("ftp", family), source=source)
    begins(log_in(ftp, "alice", "no such"), "530")
    await_that(lambda: "rhost=" + source in since("syslog", start),
               "pam_unix complains of " + source)
    equal(source in [s["address"] for s in sessions("server")], True)
    ftp.close()


@story("both sides know the session, the Server also by which Edge")
def known():
    ftp = logged_in(FTP, certificate="alice")
    inside = [s for s in sessions("server") if s["user"] == "alice"]
    equal([(s["verify"], s["edge"], s["listener"]) for s in inside],
          [("SUCCESS", "dmz1", "from-edge")])
    equal(len(sessions("edge")), 1)
    ftp.quit()


@story("SITE AUTH through both, for {0}: {1}",
       ("alice", "232"), ("alice-expired", "530"), (None, "530"))
def site_auth(certificate, code):
    begins(ask(connect(FTP, certificate=certificate), "SITE AUTH"), code)


# Files

@story("{1} TLS, PROT {2}, {3}: {0} bytes there and back",
       *[(size, tls, level, mode) for tls in ("explicit", "implicit")
         for level in "PC" for mode in ("passive", "active")
         for size in (0, 1, 65537)
         # ftplib's active uploads end without close_notify.
         if (mode, level) != ("active", "P")],
       (300 * MIB, "explicit", "P", "passive"))
def sizes(size, tls, level, mode):
    ftp = logged_in(FTP if tls == "explicit" else FTPS, tls=tls,
                    protect=level == "P", certificate="alice")
    ftp.set_pasv(mode == "passive")
    there_and_back(ftp, size)
    ftp.quit()


@story("in clear: there and back")
def clear():
    ftp = logged_in(FTP, tls=None)
    there_and_back(ftp, 65537)
    ftp.quit()


@story("over IPv6, passive and active")
def ipv6():
    ftp = logged_in(EDGE.address("ftp", socket.AF_INET6))
    there_and_back(ftp, 65537)
    ftp.prot_c()
    ftp.set_pasv(False)
    there_and_back(ftp, 65537)
    ftp.quit()


def local_file(name, size):
    path = f"{STAGE}/{name}"
    with open(path, "wb") as file:
        file.write(os.urandom(size))
    return path


@story("{0}, {1} TLS, {2}: there and back",
       *[(kind.__name__, tls, mode) for kind in (Curl, Lftp)
         for tls in ("explicit", "implicit")
         for mode in ("passive", "active")])
def programs(name, tls, mode):
    kind = {"Curl": Curl, "Lftp": Lftp}[name]
    client = kind(FTP if tls == "explicit" else FTPS, tls, "alice", "alice")
    client.options = ["set ftp:passive-mode " +
                      ("yes" if mode == "passive" else "no")]
    if name == "Curl" and mode == "active":
        # With protected data, curl 7.88 forgets the TLS.
        client.protection = ["--ftp-ssl-control", "--ftp-port", "-"]
    path = local_file("upload", 200000)
    if name == "Curl" and mode == "active":
        equal(client.get("hello"), b"hello alice\n")
        return
    client.put(path, "sent")
    equal(hash_of(home("alice", "sent")), hash_of(path))
    equal(client.get("sent"), open(path, "rb").read())
    os.unlink(home("alice", "sent"))


@story("500 small files up and down, by lftp")
def small_files():
    up, down = STAGE + "/many", STAGE + "/back"
    os.mkdir(up)
    for number in range(500):
        with open(f"{up}/{number}", "w") as file:
            file.write(f"file {number}\n" * (number % 50))
    client = Lftp(FTP, "explicit", "alice", "alice")
    client.run(f"mirror -R --parallel=4 {up} many")
    client.run(f"mirror --parallel=4 many {down}", "rm -r many")
    run("diff", "-r", up, down)


@story("between the machines there is one port")
def one_port():
    ftp = logged_in(FTP)
    data = ftp.transfercmd("STOR one")
    data.sendall(b"x" * 100000)
    await_that(lambda: os.path.exists(home("alice", "one")), "a file")
    lines = run("ss", "-Htn", "state", "established",
                "dst 10.9.0.2").stdout.decode().splitlines()
    equal({line.split()[3] for line in lines}, {"10.9.0.2:5990"})
    equal(len(lines) >= 2, True)
    equal(run("ss", "-Htln", "src 10.9.0.1").stdout, b"")
    data.unwrap()
    data.close()
    begins(ftp.getmultiline(), "226")
    ftp.delete("one")
    ftp.quit()


@story("private data: the Server's verdict is {1} for {0}",
       ("NLST in clear", "521"), ("PROT C", "534"))
def private(what, code):
    ftp = connect(FTP, certificate="acme-1")
    equal(log_in(ftp, "acme-1"), "certificate")
    if what == "PROT C":
        begins(ask(ftp, "PROT C"), code)
    else:
        ftp.makepasv()
        begins(ask(ftp, "NLST"), code)
    ftp.prot_p()
    equal("hello" in ftp.nlst(), True)
    ftp.quit()


@story("a stream through both: {0} bytes come back", (1,), (3 * MIB,))
def stream(size):
    sent = os.urandom(size)
    tls = context("alice").wrap_socket(
        socket.create_connection(EDGE.address("echo"), PATIENCE),
        server_hostname="203.0.113.80")
    got = b""
    for at in range(0, size, 65536):
        chunk = sent[at:at + 65536]
        tls.sendall(chunk)
        while len(got) < at + len(chunk):
            more = tls.recv(65536)
            equal(more == b"", False)
            got += more
    equal(got == sent, True)
    tls.unwrap()


tell()
