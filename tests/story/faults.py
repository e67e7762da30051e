# SPDX-License-Identifier: BSD-2-Clause
"""Calls that hardly ever fail, and a clock that jumps: tests/faulty.c does it,
in the helper and around the module.
"""

import ftplib
import os
import socket
import struct
import subprocess
import time

from ftp import ask, connect, context, fetch, log_in, logged_in, store
from story import (PATIENCE, STAGE, Helper, await_that, begins, equal, story,
                   tell)

BUILT = os.environ["builddir"] + "/tests/"
FAULTS = STAGE + "/faults"
YEAR = 365 * 86400


class Faults:
    """What goes wrong for as long as this lasts."""

    def __init__(self, shift=0, no_bytes=0, cut=0, signals=0):
        self.values = shift, no_bytes, cut, signals

    @staticmethod
    def write(*values):
        with open(FAULTS, "r+b") as file:
            file.write(struct.pack("qqqq", *values))

    def __enter__(self):
        self.write(*self.values)

    def __exit__(self, *_):
        self.write(0, 0, 0, 0)


def usual_again():
    """A login as it should be."""
    ftp = logged_in(FTP, "acme-1", certificate="acme-1")
    equal(store(ftp, "usual", 100000), fetch(ftp, "usual"))
    ftp.quit()


with open(FAULTS, "wb") as file:
    file.write(struct.pack("qqqq", 0, 0, 0, 0))
os.chmod(FAULTS, 0o644)
os.environ["FAULTS"] = FAULTS
os.environ["LD_PRELOAD"] = BUILT + "faulty.so"
HELPER = Helper()
TINY = subprocess.Popen([BUILT + "tiny-ftpd", "2122"],
                        stdin=subprocess.DEVNULL)
del os.environ["LD_PRELOAD"]
FTP = HELPER.address("ftp")


def cpu():
    """Seconds of the processor that the helper has used."""
    ticks = 0
    for pid in HELPER.processes():
        with open(f"/proc/{pid}/stat") as file:
            ticks += sum(map(int, file.read().rsplit(")")[1].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


@story("the clock jumps by {0}: sessions go on, deadlines stay, no storm",
       ("an hour", 3600), ("ten days back", -10 * 86400))
def jump(_, seconds):
    ftp = logged_in(FTP)
    half = connect(FTP, tls=None)
    begins(ask(half, "AUTH TLS"), "234")
    late = connect(FTP, tls=None)
    begin, used = time.monotonic(), cpu()
    with Faults(shift=seconds):
        for _ in range(5):
            begins(ask(ftp, "NOOP"), "200")
            time.sleep(0.2)
        # Who logs in just now has the rest of his minute.
        begins(ask(late, "AUTH TLS"), "234")
        late.sock = context().wrap_socket(late.sock,
                                          server_hostname=late.host)
        late.file = late.sock.makefile("r", encoding=late.encoding)
        begins(ask(late, "USER alice"), "331")
        equal(store(ftp, "jump", 300000), fetch(ftp, "jump"))
        equal(cpu() - used < 0.7, True)
        equal(half.sock.recv(1), b"")
        equal(time.monotonic() - begin > 8, True)
    for client in ftp, late:
        begins(ask(client, "NOOP"), "200" if client is ftp else "530")
        client.quit()


@story("a certificate is judged by the clock of the login, ten years later too")
def ten_years():
    with Faults(shift=10 * YEAR):
        ftp = connect(FTP, certificate="acme-1")
        begins(ask(ftp, "USER acme-1"), "530")
        ftp.close()
    usual_again()


def all_arrives(kind):
    """Files of all sizes, there and back."""
    # Private data come after a ticket, which may be cut as well.
    ftp = logged_in(FTP, protect=kind == "PROT P")
    for size in 1, 100000, 3000000:
        equal(store(ftp, "cut", size), fetch(ftp, "cut"))
    ftp.quit()


@story("one of {0} sends is cut, {1}: all arrives whole",
       *((number, kind) for number in (1, 2, 7, 20)
         for kind in ("PROT C", "PROT P")))
def cut(number, kind):
    with Faults(cut=number):
        all_arrives(kind)
    usual_again()


# Not one of two: where the loop looks at two sockets in turn, it would always
# be the same one's.
@story("one of {0} receives is interrupted, {1}: all arrives whole",
       *((number, kind) for number in (3, 7, 20)
         for kind in ("PROT C", "PROT P")))
def interrupted(number, kind):
    with Faults(signals=number):
        all_arrives(kind)
    usual_again()


def answer_of_tiny(user):
    """What the module's daemon says to a client in clear."""
    with socket.create_connection(("127.0.0.1", 2122), PATIENCE) as sock:
        lines = sock.makefile("r")
        if not lines.readline():
            return "421"
        for line in f"USER {user}\r\n", "PASS nobody's password\r\n":
            sock.sendall(line.encode())
            reply = lines.readline()
    return reply[:3]


@story("every nth allocation fails, n to 500: the module lets nobody in, and"
       " nothing crashes")
def module():
    for number in range(1, 501):
        with Faults(no_bytes=number):
            # Without an answer there was no memory for one.
            equal(answer_of_tiny("acme-1") in ("530", "421", ""), True)
        equal(TINY.poll(), None)


# GMP aborts when it gets no memory, and libtasn1 (to 4.20) follows a NULL when
# it copies the form of a certificate: a worker may end in gnutls_handshake().
@story("every {0}th allocation fails: nobody gets in who should not, and"
       " afterwards all is well", (3,), (50,), (200,))
def helper(number):
    with Faults(no_bytes=number):
        for user, certificate in 5 * [("acme-1", "acme-2"),
                                      ("acme-1", "acme-1-expired"),
                                      ("acme-1", "acme-1")]:
            try:
                ftp = connect(FTP, certificate=certificate)
                outcome = log_in(ftp, user)
                equal(outcome != "certificate" or user == certificate, True)
                ftp.close()
            except (OSError, EOFError, ftplib.Error):
                pass  # a session that got no memory has ended
    await_that(well, "all is well again")
    equal(HELPER.process.poll(), None)


def well():
    try:
        usual_again()
        return True
    except (OSError, EOFError, ftplib.Error, AssertionError):
        return False


tell()
