# SPDX-License-Identifier: BSD-2-Clause
"""What a connection, a MiB and an idle session cost, in numbers that are the
same on every machine: system calls, and memory.  Time is for `make bench`.
"""

import os
import re
import selectors
import shutil
import signal
import socket
import struct
import subprocess
import threading
import time

from edgehosts import make_key, place_key
from ftp import context, logged_in, password_of
from story import (CONF, PATIENCE, STAGE, Helper, Skipped, await_that, equal,
                   log, read, run, since, story, tell, write)

# The most that may be, in one place: whoever makes something cheaper lowers it.
# What there was stands in the test's log, on lines that begin with #.
#
# System calls of each process for one of what is done: what strace -c counted,
# divided, with two of a connection's and some of a MiB's on top.  A round
# trip to another process is three calls in each of the two.  Counted were
#   connection, full     worker 34.0, monitor 9.05, keyholder 5.0
#   connection, resumed  worker 32.1, monitor 9.05, keyholder 0.05
#   MiB down             worker 82.2: a send for each of 64 records, 16 receives
#                        of 64 KiB and some that find less
#   MiB up               worker 81.6: a receive for each of 64 records, 16 sends
#                        of 64 KiB
#   FTP transfer         worker 68 to 85, as vsftpd is faster or not, and most
#                        with Debian 13's: one of them, write, is its line in
#                        the log; with syslog that is one message to the monitor
# and of a MiB monitor and keyholder see only the connection that it is in; what
# the monitor does once a second is counted, too.
CALLS = (
    # what, what load does, how many of it, at most
    ("connection, full", "new 100 1 full", 100,
     {"worker": 36, "monitor": 10, "keyholder": 5.5}),
    ("connection, resumed", "new 100 1 resumed", 100,
     {"worker": 34, "monitor": 10, "keyholder": 0.2}),
    ("MiB down", f"down {32 << 20} 1", 32,
     {"worker": 90, "monitor": 3, "keyholder": 1}),
    ("MiB up", f"up {32 << 20} 1", 32,
     {"worker": 90, "monitor": 3, "keyholder": 1}),
    ("FTP transfer in clear", "ftp 100", 100,
     {"worker": 93, "monitor": 3, "keyholder": 1}),
)
# What a process keeps for an idle session: blocks, and bytes as the heap rounds
# them up.  Counted were 13.0 and 11505 in the worker, of which GnuTLS has the
# most, and 4.0 and 529 in the monitor.  The budget is 24 KiB in all.  Of mail,
# with its user logged in, it may be 1 KiB more; counted were 15.0 and 11928,
# the name that OpenSSL's client sends among them.  A link's two sides together
# had 51.0 and 35920 in the worker: there are two TLS connections on the Edge's,
# and one on the Server's, and GnuTLS has 7304 bytes for each before all else.
KEPT = {"worker": (13.5, 12700), "monitor": (4.5, 608), "keyholder": (0.1, 2)}
# libev begins a list with the first timer that goes off.
LISTS = 4
# When it matters who is faster, a connection takes some more calls.
SLACK = 1.15

LOAD = os.environ["builddir"] + "/tests/bench/load"
TALLY = STAGE + "/tally"
TALLY_ONE = struct.Struct("qqq")  # struct tally of tests/tally.c
TALLIES = 64

# One worker: how clients are shared out would be counted, too.
write(CONF, read(CONF).replace("workers = 2", "workers = 1")
      .replace("@PIN@", make_key("link")))
place_key("server", "link")
with open(TALLY, "wb") as file:
    file.write(bytes(TALLIES * TALLY_ONE.size))
os.environ["TALLY"] = TALLY
os.environ["LD_PRELOAD"] = os.environ["builddir"] + "/tests/tally.so"
# All share one processor, and the worker is the last of them: who is faster
# must not matter, or a busy machine has other counts.
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
HELPER = Helper()
del os.environ["LD_PRELOAD"]


def go_first(pid=0):
    """Before the worker, and whoever else has no such priority."""
    os.sched_setscheduler(pid, os.SCHED_FIFO, os.sched_param(1))


try:
    go_first()
    SLACK = 1
except PermissionError as error:
    print("# who is faster matters here:", error)
BACKEND = subprocess.Popen([LOAD, "backend", "7007"],
                           stdin=subprocess.DEVNULL)
PORT = str(HELPER.address("counted")[1])
EDGE_PORT = str(HELPER.address("edge")[1])


def ended(start, count):
    """All sessions since the log had `start` characters are over."""
    last = re.compile(r"monitor\[\d+\]: info: closed session=")
    await_that(lambda: len(last.findall(since("helper.log", start))) >= count,
               "the ends of all sessions")


def list_often(count):
    """One session, in clear, with so many listings."""
    ftp = logged_in(HELPER.address("ftp"), tls=None)
    for _ in range(count):
        ftp.retrlines("LIST", len)
    ftp.close()


def load(work):
    """What tests/bench/load does, or that, to the end of the last session."""
    what, count, *more = work.split()
    start = len(log("helper.log"))
    if what == "ftp":
        list_often(int(count))
        ended(start, 1)
        return
    run(LOAD, what, PORT, count, *more)
    ended(start, int(count) if what == "new" else 1)


load("new 100 1 full")
PIDS = {"worker": int(re.search(r"(?m)^worker\[(\d+)\]: info: tls ",
                                log("helper.log")).group(1)),
        "monitor": HELPER.process.pid,
        "keyholder": HELPER.keyholder()}
if SLACK == 1:
    go_first(PIDS["monitor"])
    go_first(PIDS["keyholder"])


class Strace:
    """strace -c of one process, from now on."""

    def __init__(self, pid):
        if shutil.which("strace") is None:
            raise Skipped("strace is not installed")
        self.path = f"{STAGE}/strace.{pid}"
        self.process = subprocess.Popen(
            ["strace", "-c", "-U", "calls,name", "-o", self.path,
             "-p", str(pid)],
            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        told = self.process.stderr.readline().strip()
        if not told.endswith("attached"):
            self.process.wait(PATIENCE)
            raise Skipped(told)

    def stop(self):
        """Returns how many calls there were, by their names."""
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=PATIENCE)
        rows = re.findall(r"(?m)^ *(\d+) (\w+)$", read(self.path))
        return {name: int(count) for count, name in rows if name != "total"}


def system_calls(work):
    """What each role asked of the kernel while that was done."""
    running = {}
    try:
        for role, pid in PIDS.items():
            running[role] = Strace(pid)
        load(work)
    finally:
        counted = {role: strace.stop() for role, strace in running.items()}
    return counted


@story("{0}: no more system calls than there were", *CALLS)
def calls(what, work, count, most):
    too_many = []
    for role, names in system_calls(work).items():
        each = sum(names.values()) / count
        limit = SLACK * most[role]
        rows = sorted(names.items(), key=lambda row: -row[1])
        print(f"# {what}, {role}: {each:.2f} of {limit:.4g}:",
              *(f"{name} {calls / count:.2f}" for name, calls in rows))
        if each > limit:
            too_many.append(f"{role}: {each:.2f}, at most {limit:.4g}")
        # Whoever was not looked at has none.
        equal(bool(names) or role == "keyholder", True)
    equal(too_many, [])


def kept():
    """Blocks and bytes that each role has, by now that nothing happens."""
    seen = []

    def steady():
        time.sleep(0.1)
        with open(TALLY, "rb") as file:
            pids = {pid: (blocks, size) for pid, blocks, size
                    in TALLY_ONE.iter_unpack(file.read())}
        seen.append({role: pids[pid] for role, pid in PIDS.items()})
        return len(seen) > 3 and len(set(map(str, seen[-3:]))) == 1

    await_that(steady, "nothing is allocated any more")
    return seen[-1]


class Idle:
    """So many sessions, with nothing in flight."""
    port, sides = PORT, 1

    def __init__(self, count):
        self.count, self.start = count, len(log("helper.log"))

    def __enter__(self):
        self.clients = subprocess.Popen(
            [LOAD, "idle", self.port, str(self.count), "1", "full"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        equal(self.clients.stdout.readline(), f"count={self.count}\n")

    def __exit__(self, *_):
        self.clients.communicate()
        ended(self.start, self.count * self.sides)


class IdleLink(Idle):
    """The same through a link; this helper is Edge and Server."""
    port, sides = EDGE_PORT, 2


def serve_imap():
    """A backend that lets everybody in."""
    inlet = socket.create_server(("127.0.0.1", 7143), backlog=64)
    chosen = selectors.DefaultSelector()
    chosen.register(inlet, selectors.EVENT_READ)
    while True:
        for key, _ in chosen.select():
            if key.fileobj is inlet:
                session = inlet.accept()[0]
                session.sendall(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
                chosen.register(session, selectors.EVENT_READ)
                continue
            try:
                data = key.fileobj.recv(4096)
            except ConnectionResetError:
                data = b""
            if data:
                key.fileobj.sendall(b"a OK in\r\n")
            else:
                chosen.unregister(key.fileobj)
                key.fileobj.close()


class IdleImap:
    """The same, of users who are logged in."""

    def __init__(self, count):
        self.count, self.start = count, len(log("helper.log"))
        self.clients = []

    def __enter__(self):
        tls = context()
        for _ in range(self.count):
            client = tls.wrap_socket(
                socket.create_connection(HELPER.address("imap"), PATIENCE),
                server_hostname="localhost")
            client.sendall(b'a LOGIN alice "' + password_of("alice").encode() +
                           b'"\r\n')
            said = b""
            while b"a OK in\r\n" not in said:
                said += client.recv(4096)
            self.clients.append(client)

    def __exit__(self, *_):
        for client in self.clients:
            client.close()
        ended(self.start, self.count)


threading.Thread(target=serve_imap, daemon=True).start()


@story("an idle session keeps no more memory than it did, and none when it"
       " has gone: {2}",
       (Idle, (0, 0), "stream"), (IdleImap, (2, 1024), "imap"),
       (IdleLink, (39, 24200), "both sides of a link"))
def idle(sessions, more, _):
    count = 400
    # Lists grow with sessions, and stay.
    with sessions(count):
        pass
    before = kept()
    with sessions(count):
        during = kept()
    after = kept()
    for role, (blocks, size) in KEPT.items():
        most = blocks + more[0], size + more[1]
        each = [(now - then) / count
                for now, then in zip(during[role], before[role])]
        print(f"# {role}: {each[0]:.2f} of {most[0]} blocks, "
              f"{each[1]:.0f} of {most[1]} bytes; then and now "
              f"{before[role]}, {after[role]}")
        equal([seen <= limit for seen, limit in zip(each, most)],
              [True, True])
        equal(after[role][0] <= before[role][0] + LISTS, True)


@story("when 1000 sessions have come and gone, as much is allocated as before")
def come_and_gone():
    before = kept()
    load("new 500 1 full")
    load("new 500 1 resumed")
    after = kept()
    print(f"# before {before}, after {after}")
    for role in PIDS:
        equal(after[role][0] <= before[role][0] + LISTS, True)
        # Less than 17 bytes for each of them.
        equal(after[role][1] <= before[role][1] + 16384, True)


tell()
