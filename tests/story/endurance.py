# SPDX-License-Identifier: BSD-2-Clause
"""Many of everything: what is counted before is counted again afterwards."""

import os
import resource
import select
import socket
import struct
import subprocess
import time

from ftp import logged_in
from story import (PKI, SANITIZED, STAGE, Helper, await_that, equal, log, run,
                   since, story, tell)

# Sanitizers make everything slow, and memory hard to judge.
HALF_OPEN = 1000 if SANITIZED else 10000
# Tenths of a second: helper/base/socket.c has five seconds.
LINGERS = 55
LOGINS = 500 if SANITIZED else 20000
WARM = LOGINS // 10
TIMEOUT = 15
BUILT = os.environ["builddir"] + "/tests/"

files = HALF_OPEN + 1000
resource.setrlimit(resource.RLIMIT_NOFILE,
                   (files, max(files, resource.getrlimit(
                       resource.RLIMIT_NOFILE)[1])))
# What is allocated is counted by tests/tally.c, but with sanitizers, which look
# for leaks themselves.
TALLY = STAGE + "/tally"
TALLY_ONE = struct.Struct("qqq")  # struct tally
TALLIES = 64
if not SANITIZED:
    with open(TALLY, "wb") as file:
        file.write(bytes(TALLIES * TALLY_ONE.size))
    os.environ["TALLY"] = TALLY
    os.environ["LD_PRELOAD"] = BUILT + "tally.so"
DAEMONS = [subprocess.Popen([BUILT + "tiny-ftpd", str(port)],
                            stdin=subprocess.DEVNULL) for port in (2122, 2123)]
HELPER = Helper()
os.environ.pop("LD_PRELOAD", None)
WIDE = HELPER.address("wide")


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def kilobytes(pid):
    """What a process has written for itself, wherever it is now.

    Other pages, as those of libraries, are its own only as long as nobody else
    has them, on the whole machine.
    """
    with open(f"/proc/{pid}/smaps_rollup") as file:
        return sum(int(line.split()[1]) for line in file
                   if line.startswith(("Private_Dirty:", "Swap:")))


def allocated(pid):
    """Blocks and bytes that a process has not freed."""
    if SANITIZED:
        return 0, 0
    with open(TALLY, "rb") as file:
        return {process: (blocks, size) for process, blocks, size
                in TALLY_ONE.iter_unpack(file.read())}[pid]


def seconds(function):
    start = time.monotonic()
    function()
    return time.monotonic() - start


def log_in_and_out():
    logged_in(WIDE, "acme-1", "implicit", certificate="acme-1").quit()


def cost():
    """What nine logins cost the helper, in seconds of a processor."""
    start = HELPER.worked()
    for _ in range(9):
        log_in_and_out()
    return HELPER.worked() - start


def counts():
    """Processes and descriptors of the helper, when nothing is going on."""
    pids = HELPER.processes()
    return len(pids), sum(map(descriptors, pids))


def unread():
    """Connections whose bytes the helper has not read yet."""
    lines = run("ss", "-Htn", "state", "established", "sport", "=",
                f":{WIDE[1]}").stdout.splitlines()
    return sum(line.split()[0] != b"0" for line in lines)


def idle(what):
    """The same counts for longer than the helper keeps what it has closed."""
    seen = [counts()]

    def steady():
        time.sleep(0.1)
        seen.append(counts())
        return len(seen) > LINGERS and len(set(seen[-LINGERS:])) == 1

    await_that(steady, what)
    return seen[-1]


class HalfOpen:
    """Connections that begin a handshake, and never finish it."""

    def __init__(self, count):
        self.poll = select.epoll()
        self.begun, self.ended, self.socks = {}, {}, {}
        for number in range(count):
            sock = socket.socket()
            # From everywhere, as a botnet would.
            sock.bind((f"127.1.{number // 250}.{number % 250 + 1}", 0))
            sock.connect(WIDE)
            sock.setblocking(False)
            self.socks[sock.fileno()] = sock
            self.begun[sock.fileno()] = time.monotonic()
            self.poll.register(sock, select.EPOLLIN | select.EPOLLRDHUP)
        # A ClientHello of 512 bytes, which some send a byte at a time.
        for sock in self.socks.values():
            sock.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        self.slow = list(self.socks)[:100]

    def look(self):
        """Whose connection has ended; the slow ones send another byte."""
        for fd, _ in self.poll.poll(0.1):
            self.ended[fd] = time.monotonic() - self.begun[fd]
            self.poll.unregister(fd)
            self.socks.pop(fd).close()
        for fd in self.slow:
            if fd in self.socks:
                try:
                    self.socks[fd].send(b"\0")
                except OSError:
                    pass
        return not self.socks


# First of all: in what a crowd has left free in the heap, a leak has room.
def log_in_often(count):
    """Through both listeners at once."""
    ports = [str(HELPER.address(f"tiny-{i}")[1]) for i in (1, 2)]
    clients = [subprocess.Popen(
        [BUILT + "tls-client", port, PKI + "ca.pem", PKI + "acme-1.pem",
         PKI + "acme-1.key", "login", str(count // 2)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        for port in ports]
    for client in clients:
        equal(client.communicate()[0], f"{count // 2}\n")


def everybody():
    """Each process that takes part, by its id."""
    return HELPER.processes() + [daemon.pid for daemon in DAEMONS]


@story(f"{LOGINS} logins, each by PAM: as many processes, descriptors and"
       " memory as before")
def many_logins():
    log_in_often(WARM)
    before = idle("nobody is there")
    held = {pid: (descriptors(pid), *allocated(pid), kilobytes(pid))
            for pid in everybody()}
    taken = seconds(lambda: log_in_often(LOGINS - WARM))
    print(f"# {(LOGINS - WARM) / taken:.0f} logins a second")
    equal(idle("nobody is there"), before)
    equal(set(everybody()), set(held))
    for pid, before in held.items():
        files, blocks, size = now = descriptors(pid), *allocated(pid)
        # How much the heap has of the system for it depends on how much was
        # needed at once, so on who was faster: it is told only.
        print(f"# process {pid}: descriptors, blocks, bytes: {before[:3]}, "
              f"then {now}; {before[3]} kB, then {kilobytes(pid)} kB")
        equal(files, before[0])
        # A block for each hundredth login would be seen, and a list that grows
        # by a few bytes for each.
        equal(blocks < before[1] + LOGINS // 100, True)
        equal(size < before[2] + 4 * LOGINS, True)


@story(f"{HALF_OPEN} handshakes that do not end: others log in as usual,"
       " and all of them are cut off in time, however they drip")
def half_open():
    normal = cost()
    before = idle("nobody is there")
    start = len(log("helper.log"))
    crowd = HalfOpen(HALF_OPEN)
    await_that(lambda: counts()[1] >= before[1] + HALF_OPEN and
               unread() == 0, "all of them are inside, and wait")
    inside = cost()
    print(f"# nine logins cost {normal * 1000:.0f} ms, with all of them "
          f"inside {inside * 1000:.0f} ms")
    equal(len(crowd.socks), HALF_OPEN)
    # Not more and more with each that is there.
    equal(inside < 3 * normal + 0.1, True)
    await_that(crowd.look, "the ends of all of them")
    print(f"# cut off after {min(crowd.ended.values()):.1f} to "
          f"{max(crowd.ended.values()):.1f} s")
    equal(min(crowd.ended.values()) > TIMEOUT - 2, True)
    equal(since("helper.log", start).count("handshake-timeout") > 0, True)
    equal(idle("nobody is there any more"), before)
    log_in_and_out()


tell()
