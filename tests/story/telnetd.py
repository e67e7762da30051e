# SPDX-License-Identifier: BSD-2-Clause
"""login(1) behind inetutils' telnetd: it runs on a terminal, and asks for the
user name by PAM."""

import os
import re
import shutil
import socket
import subprocess
import threading

from backend import LOGINS, stack
from ftp import context
from story import (PATIENCE, Helper, Skipped, equal, log, read, since, story,
                   tell, write)

# Installed, or unpacked by bootstrap.
TELNETD = shutil.which("telnetd", path=os.environ["srcdir"] +
                       "/.daemons/usr/sbin:/usr/sbin")
IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240


def superserver():
    """inetd(8), or a socket of systemd's with Accept=yes."""
    inlet = socket.create_server(("127.0.0.1", 23))

    def accept():
        while True:
            client = inlet.accept()[0]
            daemon = subprocess.Popen(
                [TELNETD, "-E", "/bin/login -h %h"], stdin=client,
                stdout=client, stderr=subprocess.DEVNULL)
            threading.Thread(target=daemon.wait, daemon=True).start()
            client.close()

    threading.Thread(target=accept, daemon=True).start()


if TELNETD:
    # With -h, util-linux' login(1), which Debian 13 has, is "remote".
    stack("login")
    stack("remote")
    # login(1) waits after a failure.
    write("/etc/login.defs", re.sub(r"(?m)^FAIL_DELAY.*", "FAIL_DELAY 0",
                                    read("/etc/login.defs")))
    superserver()
HELPER = Helper() if TELNETD else None


class Telnet:
    """A client that wants none of the options."""

    def __init__(self, certificate, tls):
        if not TELNETD:
            raise Skipped("telnetd is not there: ./bootstrap check gets it")
        address = HELPER.address("telnets") if tls else ("127.0.0.1", 23)
        self.socket = socket.create_connection(address, PATIENCE)
        if tls:
            self.socket = context(certificate).wrap_socket(
                self.socket, server_hostname="localhost")
        self.bytes = self.text()
        self.seen = ""

    def text(self):
        """What comes, without commands, which are refused."""
        received = self.received()
        for byte in received:
            if byte != IAC:
                yield byte
                continue
            command = next(received)
            if command in (DO, WILL):
                option = next(received)
                self.socket.sendall(bytes(
                    (IAC, WONT if command == DO else DONT, option)))
            elif command in (DONT, WONT):
                next(received)
            elif command == SB:
                while next(received) != SE:
                    pass

    def received(self):
        while data := self.socket.recv(4096):
            yield from data

    def until(self, pattern):
        """Reads on until that comes, or the end."""
        for byte in self.bytes:
            self.seen += chr(byte)
            found = re.search(pattern, self.seen)
            if found:
                self.seen = self.seen[found.end():]
                return found[0]
        raise AssertionError(f"no {pattern!r} in {self.seen!r}")

    def say(self, line):
        self.socket.sendall(line.encode() + b"\r\n")


def shell(telnet):
    """There is one; whose?"""
    telnet.say("echo I am $(id -un), from $PAM_RHOST.")
    return telnet.until(r"I am [a-z0-9-]+, from ")


@story("telnetd: {0}: {5}", *LOGINS)
def login(_, certificate, user, password, tls, outcome):
    telnet = Telnet(certificate, tls)
    telnet.until("login: ")
    telnet.say(user)
    if outcome == "in" and password == "x":
        asked = ""
    else:
        asked = telnet.until("Password: |incorrect")
        if asked == "Password: ":
            telnet.say(password)
    if outcome == "in":
        telnet.until(r"\$ ")
        equal(shell(telnet), f"I am {user}, from ")
    else:
        if asked == "Password: ":
            telnet.until("incorrect")
        equal(asked, "Password: " if outcome == "wrong" else "incorrect")
    telnet.socket.close()


@story("telnetd: who is refused may try another name, which is judged anew")
def again():
    telnet = Telnet("alice", True)
    telnet.until("login: ")
    telnet.say("robot")
    telnet.until("incorrect")
    start = len(log("syslog"))
    telnet.until("login: ")
    telnet.say("alice")
    telnet.until(r"\$ ")
    equal(shell(telnet), "I am alice, from ")
    equal(re.findall(r"\): (login|account|session-open) session=\w+ .* "
                     r"peer=127\.0\.0\.1:\d+ user=\"alice\"",
                     since("syslog", start)),
          ["login", "account", "session-open"])
    telnet.socket.close()


tell()
