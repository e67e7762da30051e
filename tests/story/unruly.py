# SPDX-License-Identifier: BSD-2-Clause
"""Clients that do not keep to the protocol, or do not mean it."""

import ftplib
import os
import socket
import struct
import time

from ftp import Raw, logged_in
from story import Helper, await_that, begins, equal, log, since, story, tell

HELPER = Helper()
FTP = HELPER.address("ftp")
FTPS = HELPER.address("ftps")


@story("an over-long line gets 500, and many of them the door")
def long_lines():
    client = Raw(FTP).welcome()
    replies = []
    try:
        for _ in range(50):
            client.send(b"X" * 5000 + b"\r\n")
            reply = client.line()
            if not reply.startswith("500"):
                break
            replies.append(reply)
        else:
            raise AssertionError("50 over-long lines were borne")
    except (BrokenPipeError, ConnectionResetError):
        pass
    equal(len(replies) > 0, True)


@story("a line without an end does not fill the memory")
def endless_line():
    client = Raw(FTP).welcome()
    try:
        for _ in range(256):
            client.send(b"X" * 65536)
        client.send(b"\r\n")
        begins(client.line(), "500")
    except (BrokenPipeError, ConnectionResetError):
        pass


@story("a command with a NUL in it is none")
def nul():
    start = len(log("vsftpd.log"))
    client = Raw(FTP).welcome().secure()
    client.send(b"USER alice\0x\r\nNOOP\0\r\nNOOP\r\n")
    begins(client.line(), "500")
    begins(client.line(), "500")
    begins(client.line(), "530")
    equal("alice" in since("vsftpd.log", start), False)


@story("who says thousands of things before a login is sent away, {0}",
       ("in clear", False), ("inside TLS", True))
def talkative(_, secure):
    client = Raw(FTP).welcome()
    if secure:
        client.secure()
    try:
        client.send(b"XYZZY\r\n" * 10000)
    except ConnectionError:
        pass
    replies = client.rest()
    # The last may be lost: there was more to read when we closed.
    equal(len(replies) <= 21, True)
    equal({reply[:3] for reply in replies} <= {"530", "421"}, True)


@story("connections that come to nothing leave nothing behind: {0}",
       ("closed at once", b"", False), ("reset at once", b"", True),
       ("reset within a record", b"\x16\x03\x01\x02\x00\x01", True))
def port_scan(_, data, reset):
    def held():
        """Sessions' sockets, and processes that have ended unseen."""
        pids = HELPER.processes()
        states = [open(f"/proc/{pid}/stat").read().rsplit(")")[1].split()[0]
                  for pid in pids]
        return (sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in pids),
                states.count("Z"), len(pids))

    logged_in(FTP).quit()
    before = await_that(lambda: steady(held), "no session is left")
    for number in range(100):
        client = Raw(FTPS if number % 2 else FTP)
        client.send(data)
        if reset:
            client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                   struct.pack("ii", 1, 0))
        client.sock.close()
    await_that(is_served, "vsftpd has seen its fifty of one address go")
    await_that(lambda: held() == before, "all is as before")


def is_served():
    try:
        logged_in(FTP).quit()
        return True
    except ftplib.error_temp:
        return False


def steady(look):
    """What look() sees, when it sees it for a while."""
    seen = look()
    for _ in range(20):
        time.sleep(0.01)
        if look() != seen:
            return None
    return seen


@story("a browser is sent away, {0}",
       ("explicit", False), ("inside TLS", True))
def browser(_, secure):
    start = len(log("vsftpd.log"))
    client = Raw(FTP).welcome()
    if secure:
        client.secure()
    client.send(b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\nUSER alice\r\n")
    equal(any(line.startswith("331") for line in client.rest()), False)
    equal("USER alice" in since("vsftpd.log", start), False)


# What SSL 2 began with: length, type, version 2.0, and what it offers.
SSLV2_HELLO = (b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10"
               b"\x01\x00\x80\x02\x00\x80\x03\x00\x80\x04\x00\x80\x05"
               b"\x00\x80\x06\x00\x40\x07\x00\xc0" + b"challenge" * 2)


@story("{0} is no ClientHello, and never reaches the backend",
       ("FTP", b"USER alice\r\nPASS x\r\n"),
       ("HTTP", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
       ("SSL 2", SSLV2_HELLO), ("a flood of zeros", bytes(100000)))
def garbage(_, data):
    start = len(log("vsftpd.log"))
    client = Raw(FTPS)
    try:
        client.send(data)
    except ConnectionError:
        pass
    seen = b""
    try:
        while more := client.sock.recv(100):
            seen += more
    except ConnectionResetError:
        pass
    # Nothing, or a TLS alert; no text.
    equal(seen == b"" or seen[0] == 21, True)
    equal("CONNECT" in since("vsftpd.log", start), False)


if __name__ == "__main__":
    tell()
