# SPDX-License-Identifier: BSD-2-Clause
"""A local user on loopback, and the data connections behind the helper."""

import contextlib
import ftplib
import os
import socket
import subprocess
import sys

from ftp import ask, fetch, logged_in, store, vsftpd
from story import (PATIENCE, STAGE, Helper, await_that, begins, equal, home,
                   log, run, since, story, tell)

# Connects to all that the helper's user has listening on 127.0.0.1, as fast
# as it can, and writes what it reads to its standard output.
THIEF = """
import os, select, socket, sys
os.setgroups([]); os.setgid(65534); os.setuid(65534)
mine, known, user = [], set(), sys.argv[1]
print("ready", flush=True)
while True:
    with open("/proc/net/tcp") as table:
        rows = [line.split() for line in table][1:]
    ports = {int(row[1].split(":")[1], 16) for row in rows
             if row[3] == "0A" and row[7] in (user, "0")
             and row[1].startswith("0100007F")}
    for port in ports - known:
        mine.append(socket.socket())
        try:
            mine[-1].connect(("127.0.0.1", port))
            mine[-1].send(b"stolen" * 10)
        except OSError:
            pass
    known = ports
    for sock in select.select(mine, [], [], 0)[0]:
        try:
            got = sock.recv(65536)
        except OSError:
            got = b""
        if got:
            os.write(1, got)
        else:
            mine.remove(sock)
            sock.close()
"""


vsftpd(2130, "connect_from_port_20=NO")
vsftpd(231, "port_enable=NO")
vsftpd(232, "connect_from_port_20=NO")
HELPER = Helper()
USER = next(line.split(":")[2] for line in open("/etc/passwd")
            if line.startswith("stssl:"))


class Thief:
    """A local user who watches, for as long as it is entered."""

    def __enter__(self):
        self.loot = open(STAGE + "/loot", "wb+")
        self.process = subprocess.Popen(
            [sys.executable, "-c", THIEF, USER], stdin=subprocess.DEVNULL,
            stdout=self.loot)
        await_that(lambda: os.path.getsize(STAGE + "/loot"), "the thief")
        return self

    def __exit__(self, *_):
        equal(self.process.poll(), None)
        self.process.kill()
        self.process.wait()

    def has(self, secret):
        with open(STAGE + "/loot", "rb") as loot:
            return secret in loot.read()


# Clients come from elsewhere, or the thief could be one of them.
ELSEWHERE = "203.0.113.9"
SECRET = b"nobody else's business\n"


def moved(ftp, command, move):
    """Whether the transfer is said to be whole; move(data) does the client's
    part, which may break off."""
    try:
        data = ftp.transfercmd(command)
    except ftplib.Error:
        return False
    except OSError:  # after the 1xx: its TLS
        pass
    else:
        with data, contextlib.suppress(OSError):
            move(data)
    return ftp.getmultiline().startswith("226")


def up_and_down(ftp, turn):
    """Each of the two is whole, or is said to have failed.

    Returns how many were whole.
    """
    path, parts = home("alice", "secret"), []

    def put(data):
        data.sendall(SECRET * (turn + 1))
        if hasattr(data, "unwrap"):
            data.unwrap()

    def get(data):
        while part := data.recv(65536):
            parts.append(part)

    stored = moved(ftp, "STOR secret", put)
    if stored:
        with open(path, "rb") as file:
            equal(file.read(), SECRET * (turn + 1))
    with open(path, "wb") as file:
        file.write(SECRET)
    os.chmod(path, 0o666)
    fetched = moved(ftp, "RETR secret", get)
    if fetched:
        equal(b"".join(parts), SECRET)
    equal(b"stolen" in b"".join(parts), False)
    return stored + fetched


@story("a local user who watches the ports gets and changes nothing, "
       "and breaks nothing: {0} data", ("protected", True), ("clear", False))
def watched(_, protect):
    ftp = logged_in(HELPER.address("ftp"), protect=protect, source=ELSEWHERE)
    with Thief() as thief:
        for turn in range(40):
            equal(up_and_down(ftp, turn), 2)
        equal(thief.has(SECRET), False)
    ftp.quit()


# Here he may stop a transfer, but not change one that counts.
@story("{0}, a transfer is whole or said to have failed, while a local user "
       "tries",
       ("behind a backend on a port that anybody may have", "high"),
       ("with backend-data = passive", "passive"))
def watched_weakly(_, listener):
    ftp = logged_in(HELPER.address(listener), source=ELSEWHERE)
    with Thief():
        for turn in range(40):
            up_and_down(ftp, turn)
    ftp.quit()


@story("who connects before the transfer is not the backend, and is told of")
def too_early():
    start = len(log("helper.log"))
    ftp = logged_in(HELPER.address("ftp"))
    makepasv, strangers = ftp.makepasv, []

    def visited():
        """All ports have a visitor before the client comes."""
        address = makepasv()
        table = run("ss", "-Hltn", "src 127.0.0.1").stdout.decode()
        for line in table.splitlines():
            port = int(line.split()[3].rsplit(":", 1)[1])
            strangers.append(socket.create_connection(
                ("127.0.0.1", port), PATIENCE, ("127.0.0.2", 0)))
        return address

    ftp.makepasv = visited
    equal(store(ftp, "file", 70000), fetch(ftp, "file"))
    ftp.makepasv = makepasv
    ftp.delete("file")
    ftp.quit()
    for sock in strangers:
        sock.close()
    for key in " foreign=127.0.0.2:", " foreign-backend=127.0.0.2:":
        equal(since("helper.log", start).count(key), 2)


@story("backend-data = {0}: transfers in a row, from the middle, empty, "
       "refused, aborted", ("active",), ("passive",))
def modes(listener):
    start = len(log("vsftpd.log"))
    ftp = logged_in(HELPER.address(listener))
    for size in 0, 1, 300000:
        equal(store(ftp, "file", size), fetch(ftp, "file"))
    ftp.delete("file")
    parts = []
    begins(ftp.retrbinary("RETR hello", parts.append, rest=6), "226")
    equal(b"".join(parts), b"alice\n")
    ftp.makepasv()
    begins(ask(ftp, "RETR nothing-of-that-name"), "550")
    begins(ask(ftp, "NOOP"), "200")
    with open(home("alice", "big"), "wb") as file:
        file.truncate(64 << 20)
    os.chmod(home("alice", "big"), 0o666)
    with ftp.transfercmd("RETR big") as data:
        data.recv(1000)
        ftp.putcmd("ABOR")
        begins(ftp.getmultiline(), "426")
        begins(ftp.getmultiline(), "226")
    equal(store(ftp, "file", 70000), fetch(ftp, "file"))
    ftp.delete("file")
    ftp.delete("big")
    ftp.quit()
    said = since("vsftpd.log", start)
    equal('"PORT 127,0,0,1,' in said, listener == "active")
    equal('"PASV"' in said, listener == "passive")


@story("a passive backend that leads out of backend-passive-ports: 425")
def narrow():
    start = len(log("helper.log"))
    ftp = logged_in(HELPER.address("narrow"))
    begins(ask(ftp, "PASV"), "425")
    begins(ask(ftp, "NOOP"), "200")
    ftp.quit()
    equal("failed=backend-port" in since("helper.log", start), True)


@story("a backend that refuses PORT: 425, and a line that says why")
def stubborn():
    start = len(log("helper.log"))
    ftp = logged_in(HELPER.address("stubborn"))
    begins(ask(ftp, "EPSV"), "425")
    ftp.quit()
    equal("failed=backend-refuses-port" in since("helper.log", start), True)


@story("a backend below 1024 whose data connections are not: no transfer, and "
       "a line that says why")
def unprivileged():
    start = len(log("helper.log"))
    ftp = logged_in(HELPER.address("unprivileged"), protect=False)
    data = ftp.transfercmd("STOR file")
    data.close()
    begins(ftp.getmultiline(), "4")
    ftp.close()
    equal("foreign-backend=127.0.0.1:" in since("helper.log", start), True)


if __name__ == "__main__":
    tell()
