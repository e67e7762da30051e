# SPDX-License-Identifier: BSD-2-Clause
"""Proxies of the stories, and what they say first: the PROXY protocol."""

import contextlib
import json
import os
import re
import socket
import struct
import threading

from story import PATIENCE, Helper, run

CTL = os.environ["STSSLCTL"]
PROXY = "127.0.0.77"
# Where clients come from, and where haproxy listens.
FRONT, CLIENT, OTHER, THIRD, GUESSER = (f"203.0.113.{i}"
                                         for i in (80, 9, 10, 11, 12))
SIX = "2001:db8::80"
for ours in FRONT, OTHER, THIRD, GUESSER:
    run("ip", "address", "add", ours + "/32", "dev", "lo")
run("ip", "address", "add", SIX + "/128", "dev", "lo", "nodad")
V1 = b"PROXY TCP4 203.0.113.11 203.0.113.80 4711 21\r\n"
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def v2(command=0x21, family=0x11, body=None, more=b""):
    if body is None:
        body = (socket.inet_aton(THIRD) + socket.inet_aton(FRONT) +
                struct.pack(">HH", 4711, 21))
    return SIGNATURE + bytes([command, family]) + \
        struct.pack(">H", len(body + more)) + body + more


LOCAL = v2(0x20, 0, b"")


def echo(client):
    with client:
        with contextlib.suppress(ConnectionError):
            while data := client.recv(65536):
                client.sendall(data)


def serve_echo():
    inlet = socket.create_server(("127.0.0.1", 7007))
    while True:
        threading.Thread(target=echo, args=(inlet.accept()[0],),
                         daemon=True).start()


threading.Thread(target=serve_echo, daemon=True).start()
HELPER = Helper()


def dial(listener, *parts, source=PROXY):
    """A proxy by hand: what it says at first, piece by piece."""
    sock = socket.create_connection(HELPER.address(listener), PATIENCE,
                                    (source, 0))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for part in parts:
        sock.sendall(part)
    return sock


def first_line(sock):
    """What a proxy that gets this far passes on to its client first."""
    got = b""
    with contextlib.suppress(ConnectionError):
        while not got.endswith(b"\n"):
            byte = sock.recv(1)
            if not byte:
                break
            got += byte
    return got.decode()


def receive(sock):
    try:
        return sock.recv(1000)
    except ConnectionError:
        return b""


def ctl(*arguments):
    return run(CTL, *arguments).stdout.decode()


def penalties():
    """Sources, by address."""
    found = json.loads(ctl("who", "--penalties", "--json"))["sources"]
    return {s["source"]: s for s in found}


def faults():
    """How many connections of proxies had no good header."""
    return int(re.search(r'stssl_sent_away_total{reason="proxy-header"} (\d+)',
                         ctl("metrics")).group(1))
