# SPDX-License-Identifier: BSD-2-Clause
"""The helper's processes: what they may, and what happens when they die."""

import os
import re
import signal
import socket
import ssl

from ftp import (ask, connect, failed_upload, fetch, log_in, logged_in,
                 password_of)
from story import (PATIENCE, Helper, await_that, begins, equal, hash_of, home,
                   log, run, since, story, tell)

HELPER = Helper()
# So many seconds the helper gives to transfers when it stops.
GRACE = 10
# Gone, from a client's point of view: any of these.
GONE = (ConnectionError, EOFError, ssl.SSLError)


def status(pid):
    """/proc/PID/status as a dictionary."""
    with open(f"/proc/{pid}/status") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file)


def worker_of(ftp):
    """The process that holds the other end of a client's connection."""
    local, peer = ftp.sock.getsockname(), ftp.sock.getpeername()
    out = run("ss", "-Htnp", "state", "established",
              f"sport = :{peer[1]} and dport = :{local[1]}").stdout.decode()
    return int(re.search(r"pid=(\d+)", out).group(1))


def exists(pid):
    try:
        return status(pid)["State"][0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def on_two_workers():
    """Two sessions in two processes."""
    first = logged_in(HELPER.address("ftp"))
    for _ in range(8):
        second = logged_in(HELPER.address("ftp"))
        if worker_of(second) != worker_of(first):
            return first, second
    raise AssertionError("all sessions are on one worker")


@story("started as root, every process changes to the user, for good")
def unprivileged():
    uid = 61000
    # The monitor, the keyholder, the verifier, two workers, four advisors.
    pids = await_that(lambda: len(HELPER.processes()) == 9 and
                      HELPER.processes(), "all processes")
    for pid in pids:
        facts = status(pid)
        equal(facts["Uid"].split(), [str(uid)] * 4)
        equal(facts["Gid"].split(), [str(uid)] * 4)
        equal(set(facts["Groups"].split()) <= {str(uid)}, True)
        equal(facts["NoNewPrivs"], "1")
        equal(int(facts["CapEff"], 16), 0)
        equal(int(facts["CapPrm"], 16), 0)


def shared_memory(pid):
    """Where it is that this process shares with others."""
    with open(f"/proc/{pid}/maps") as file:
        return {line.split()[4] for line in file
                if line.split()[1] == "rw-s"}


@story("a worker shares memory with the monitor and with nobody else")
def rings():
    pids = await_that(lambda: len(HELPER.processes()) == 9 and
                      HELPER.processes(), "all processes")
    first, second = on_two_workers()
    workers = worker_of(first), worker_of(second)
    ours = shared_memory(HELPER.process.pid)
    equal(len(ours), len(workers))
    equal([len(shared_memory(pid)) for pid in workers], [1, 1])
    equal(set.union(*map(shared_memory, workers)), ours)
    for pid in set(pids) - {HELPER.process.pid, *workers}:
        equal(shared_memory(pid), set())
    first.close()
    second.close()


@story("only root and the helper may ask for the records")
def socket_mode():
    found = os.stat("/run/stssl/status.sock")
    equal(oct(found.st_mode & 0o777), "0o660")
    start = len(log("helper.log"))
    script = ("import socket; s = socket.socket(socket.AF_UNIX, "
              "socket.SOCK_SEQPACKET); s.connect('/run/stssl/status.sock')")
    done = run("setpriv", "--reuid", "65534", "--regid", "65534",
               "--clear-groups", "python3", "-c", script, check=False)
    equal(done.returncode != 0, True)
    equal(b"PermissionError" in done.stderr, True)
    equal("error" in since("helper.log", start), False)


@story("a killed worker takes its own sessions along, and no others")
def killed_worker():
    start = len(log("vsftpd.log"))
    first, second = on_two_workers()
    victim = worker_of(first)
    cut = first.transfercmd("STOR cut")
    cut.sendall(b"x" * 300000)
    whole = second.transfercmd("STOR whole")
    whole.sendall(b"x" * 300000)
    # It is an upload for vsftpd only when it has the command.
    await_that(lambda: '"STOR cut"' in since("vsftpd.log", start), "STOR")

    os.kill(victim, signal.SIGKILL)
    try:
        equal(first.getmultiline(), "nothing")
    except GONE:
        pass
    whole.sendall(b"x" * 300000)
    whole.unwrap()
    whole.close()
    begins(second.getmultiline(), "226")
    equal(os.path.getsize(home("alice", "whole")), 600000)
    failed_upload("cut", start)

    await_that(lambda: not exists(victim), "it is dead")
    third, fourth = on_two_workers()
    for ftp in second, third, fourth:
        equal(fetch(ftp, "whole"), hash_of(home("alice", "whole")))
        ftp.quit()
    equal(HELPER.process.poll(), None)


@story("any worker may be killed any number of times")
def killed_again():
    for _ in range(3):
        ftp = await_that(attempt_login, "a login after the respawn")
        os.kill(worker_of(ftp), signal.SIGKILL)
        ftp.close()
    await_that(attempt_login, "a login after the last one").quit()


def attempt_login():
    try:
        return logged_in(HELPER.address("ftp"))
    except GONE:
        return None


def backend_port_of(pid):
    """The port from which a worker talks to the backend for its session."""
    out = run("ss", "-Htnp", "state", "established",
              "dport = :221").stdout.decode()
    return int(re.search(rf":(\d+)\s+\S+:221\s.*pid={pid},", out).group(1))


PORTS = "/proc/sys/net/ipv4/ip_local_port_range"


def connect_from(port):
    """Straight to the backend from a port used before; None while it rests.

    Not bind(): the kernel lends a port that rests to connect() only.
    """
    with open(PORTS) as file:
        usual = file.read()
    try:
        with open(PORTS, "w") as file:
            file.write(f"{port} {port}")
        return socket.create_connection(("127.0.0.1", 221), PATIENCE)
    except OSError:
        return None
    finally:
        with open(PORTS, "w") as file:
            file.write(usual)


@story("no record outlives its session, not even for the same address pair")
def no_stale_record():
    ftp = connect(HELPER.address("ftp"), certificate="acme-1")
    begins(ask(ftp, "NOOP"), "5")
    victim = worker_of(ftp)
    port = backend_port_of(victim)
    os.kill(victim, signal.SIGKILL)
    sock = await_that(lambda: connect_from(port), "the port is free again")
    with sock, sock.makefile("rw") as lines:
        equal(sock.getsockname()[1], port)
        begins(lines.readline(), "220")
        for command, reply in ("USER acme-1", "331"), ("PASS x", "530"):
            lines.write(command + "\r\n")
            lines.flush()
            begins(lines.readline(), reply)


@story("while the helper does not answer, logins are refused before long")
def stopped():
    start = len(log("syslog"))
    waiting = connect(HELPER.address("ftp"), certificate="alice")
    os.kill(HELPER.process.pid, signal.SIGSTOP)
    try:
        begins(log_in(waiting, "alice", password_of("alice")), "530")
        straight = connect(("127.0.0.1", 221), None)
        begins(log_in(straight, "alice", password_of("alice")), "530")
        straight.close()
    finally:
        os.kill(HELPER.process.pid, signal.SIGCONT)
    waiting.close()
    await_that(lambda: "reason=helper" in since("syslog", start),
               "the module's reason in the log")
    logged_in(HELPER.address("ftp"), certificate="alice").quit()


@story("SIGTERM: transfers are finished, then all processes end, status 0")
def terminated():
    pids = HELPER.processes()
    idle = logged_in(HELPER.address("ftp"))
    busy = logged_in(HELPER.address("ftp"))
    data = busy.transfercmd("STOR last")
    data.sendall(b"x" * 100000)
    HELPER.process.send_signal(signal.SIGTERM)
    try:
        while idle.getmultiline():
            pass
    except GONE:
        pass
    data.sendall(b"x" * 100000)
    data.unwrap()
    data.close()
    begins(busy.getmultiline(), "226")
    equal(HELPER.process.wait(GRACE / 2), 0)
    await_that(lambda: not any(map(exists, pids)), "all processes end")
    equal(os.path.getsize(home("alice", "last")), 200000)
    refused_straight()
    try:
        socket.create_connection(HELPER.address("ftp"), PATIENCE)
    except ConnectionRefusedError:
        return
    raise AssertionError("somebody still listens")


def refused_straight():
    """Without a helper even a class with TLS optional does not get in."""
    straight = connect(("127.0.0.1", 221), None)
    begins(log_in(straight, "alice", password_of("alice")), "530")
    straight.close()


@story("the monitor's death ends all processes; a new helper takes over")
def killed_monitor():
    helper = Helper()
    pids = helper.processes()
    helper.process.kill()
    equal(helper.process.wait(PATIENCE), -signal.SIGKILL)
    await_that(lambda: not any(map(exists, pids)), "no orphan is left")
    refused_straight()

    helper = Helper()
    logged_in(helper.address("ftp"), certificate="alice").quit()
    equal(helper.stop(), 0)


@story("a helper that is stopped in the middle of a reload stops")
def stopped_in_between():
    for orders in range(1, 4):
        start = len(log("helper.log"))
        helper = Helper()
        # Before that there is nothing to reload, and SIGTERM ends it at once.
        await_that(
            lambda: "info: ready" in since("helper.log", start), "ready")
        for _ in range(orders):
            helper.process.send_signal(signal.SIGHUP)
        pids = helper.processes()
        equal(helper.stop(), 0)
        await_that(lambda: not any(map(exists, pids)), "no orphan is left")


if __name__ == "__main__":
    tell()
