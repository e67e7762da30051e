# SPDX-License-Identifier: BSD-2-Clause
"""Headers of the PROXY protocol, as a proxy in front sends them, or should."""

import contextlib
import re
import socket
import ssl
import time

from ftp import context
from proxies import (HELPER, LOCAL, PROXY, SIGNATURE, THIRD, V1, dial, faults,
                     first_line, receive, v2)
from story import (PATIENCE, await_that, begins, equal, log, since, story,
                   tell)

GOOD = {
    "version 1": (V1,),
    "version 1, byte by byte": tuple(bytes([byte]) for byte in V1),
    "version 2": (v2(),),
    "version 2, byte by byte": tuple(bytes([byte]) for byte in v2()),
    "version 2 with values": (v2(more=b"\x04\0\x02ab\xe0\0\0"),),
    "UNKNOWN": (b"PROXY UNKNOWN\r\n",),
    "LOCAL": (LOCAL,),
}


@story("a header is taken: {0}", *[(name,) for name in GOOD])
def good(name):
    start = len(log("helper.log"))
    with dial("proxied", *GOOD[name]) as sock:
        begins(first_line(sock), "220")
        mine = "%s:%d" % sock.getsockname()
    peer = mine if name in ("UNKNOWN", "LOCAL") else THIRD + ":4711"
    equal(f"peer={peer} proxy={mine}" in since("helper.log", start), True)


BAD = {
    "none": b"USER alice\r\n",
    "in small letters": V1.lower(),
    "of version 3": v2(0x31),
    "of an unknown command": v2(0x22),
    "of a datagram": v2(family=0x12),
    "of a Unix socket": v2(family=0x31, body=bytes(216)),
    "with an address that is too short": v2(body=bytes(11)),
    "with values that are too short": v2(more=b"\x04\0\x09a"),
    "with a wrong checksum": v2(more=b"\x03\0\x04abcd"),
    "with a leading zero": V1.replace(b"11 ", b"011 "),
    "with a port that is none": V1.replace(b"4711", b"65536"),
    "with an address of another family": V1.replace(b"TCP4", b"TCP6"),
    "without an end": b"PROXY TCP4 " + 100 * b" ",
    "that is too long": SIGNATURE + b"\x21\x11\xff\xff",
    "of a multicast address": V1.replace(b"203.0.113.11", b"224.0.0.1"),
    "that is cut off": V1[:-2],
}


@story("a header {0}: closed without a word, and no backend is asked",
       *[(name,) for name in BAD])
def bad(name):
    start, before = len(log("vsftpd.log")), faults()
    with dial("proxied", BAD[name]) as sock:
        if name == "that is cut off":
            sock.shutdown(socket.SHUT_WR)
        equal(first_line(sock), "")
    equal(since("vsftpd.log", start), "")
    await_that(lambda: faults() == before + 1, "it is counted")
    equal(log("helper.log").count(" proxy-header "), 1)
    equal(f"warning: proxy-header listener=proxied proxy={PROXY}:" in
          log("helper.log"), True)


@story("a second header is {1}", ("proxied", "a bad command"),
       ("proxieds", "no TLS"))
def second(listener, _):
    with dial(listener, V1 + V1) as sock:
        rest = b"".join(iter(lambda: receive(sock), b""))
    equal(rest.startswith(b"220 ") if listener == "proxied" else
          b"220" not in rest, True)
    equal(rest.count(b"\n") <= 1, True)


@story("TLS that comes in one piece with the header is not lost: {0}",
       ("whole",), ("cut",))
def one_piece(how):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context().wrap_bio(incoming, outgoing, server_hostname="localhost")
    with dial("proxieds") as sock:
        begun = v2()
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                out = begun + outgoing.read()
                cut = 7 if begun and how == "cut" else 0
                sock.sendall(out[:cut])
                sock.sendall(out[cut:])
                begun = b""
                incoming.write(sock.recv(65536))


@story("from elsewhere no header is taken: {1}",
       ("proxied", "FTP's bad command"), ("proxieds", "TLS that is none"))
def elsewhere(listener, _):
    start = len(log("helper.log"))
    with dial(listener, source="127.0.0.5") as sock:
        if listener == "proxied":
            begins(first_line(sock), "220")
        sock.sendall(V1)
        rest = b"".join(iter(lambda: receive(sock), b""))
        mine = "%s:%d" % sock.getsockname()
    equal(b"220" in rest, False)
    await_that(lambda: re.search(rf" closed session=.* peer={mine} ",
                                 since("helper.log", start)), "its end")


@story("the header has a deadline, which bytes of it do not put off")
def deadline():
    before = faults()
    idle, slow = dial("hurry"), dial("hurry")
    begin = time.monotonic()
    with contextlib.suppress(ConnectionError):
        for byte in V1[:-1]:
            slow.sendall(bytes([byte]))
            time.sleep(0.1)
            if time.monotonic() > begin + PATIENCE:
                break
    equal(time.monotonic() - begin < PATIENCE, True)
    equal(idle.recv(1), b"")
    await_that(lambda: faults() == before + 2, "both are counted")


@story("who has not sent a header takes one of the listener's places")
def places():
    waiting = [dial("full"), dial("full")]
    begins(first_line(dial("full")), "421 Too many sessions, try again")
    for sock in waiting:
        sock.close()
    await_that(lambda: first_line(dial("full", V1)).startswith("220"),
               "a free place")


tell()
