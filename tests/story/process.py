# SPDX-License-Identifier: BSD-2-Clause
"""The helper's processes: what they may, and what happens when they die."""

import contextlib
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess

from story import (CONF, Helper, PATIENCE, PKI, STAGE, ask, await_that, begins,
                   connect, equal, failed_upload, fetch, hash_of, home, log,
                   log_in, logged_in, password_of, revocation_list, run, since,
                   story, tell)

HELPER = Helper()
# A login may wait this long for a helper that does not answer.
# So many seconds the helper gives to transfers when it stops, but not to idle
# sessions.
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
    # The monitor, the keyholder, two workers, four advisors.
    pids = await_that(lambda: len(HELPER.processes()) == 8 and
                      HELPER.processes(), "all processes")
    for pid in pids:
        facts = status(pid)
        equal(facts["Uid"].split(), [str(uid)] * 4)
        equal(facts["Gid"].split(), [str(uid)] * 4)
        equal(set(facts["Groups"].split()) <= {str(uid)}, True)
        equal(facts["NoNewPrivs"], "1")
        equal(int(facts["CapEff"], 16), 0)
        equal(int(facts["CapPrm"], 16), 0)


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


@story("-t warns of a chain that ends early, but at a root of the system's")
def early_end():
    shutil.copy(PKI + "other-ca.pem", "/etc/stssl/other-ca.pem")
    path, _ = changed_conf("client-ca.pem", "other-ca.pem")

    def said():
        done = run(os.environ["HELPER"], "-t", "-c", path, "--log=stderr")
        return done.stderr.decode()

    equal(' warning: /etc/stssl/server.pem: the chain ends with '
          '"CN=localhost", and its issuer "CN=ca" is missing: ' in said(),
          True)
    os.makedirs("/etc/ssl/certs", exist_ok=True)
    with open("/etc/ssl/certs/ca-certificates.crt", "a") as file:
        with open(PKI + "ca.pem") as ca:
            file.write(ca.read())
    equal(said(), "")


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


def changed_conf(before, after):
    """helper.conf with one change; its path and the change's line."""
    with open(CONF) as file:
        text = file.read()
    equal(before in text, True)
    path = STAGE + "/changed.conf"
    with open(path, "w") as file:
        file.write(text.replace(before, after, 1))
    return path, text[:text.index(before)].count("\n") + 1


BAD = [
    ("an unknown key", "workers = 2", "wrokers = 2"),
    ("a bad number", "workers = 2", "workers = two"),
    ("a bad word", "tls      = explicit", "tls      = implizit"),
    ("a bad address", '"127.0.0.1:221"', '"127.0.0.1:ftp"'),
    ("a missing file", "/etc/stssl/server.pem", "/etc/stssl/absent.pem"),
    ("a key that does not fit", "/etc/stssl/server.key",
     STAGE + "/pki/alice.key"),
]


@story("-t says file and line: {0}", *BAD)
def bad_configuration(_, before, after):
    path, line = changed_conf(before, after)
    done = run(os.environ["HELPER"], "-t", "-c", path, "--log=stderr",
               check=False)
    equal(done.returncode, 1)
    equal(f"{path}:{line}: " in (done.stdout + done.stderr).decode(), True)


@story("a bad configuration does not start, either")
def bad_start():
    path, line = changed_conf(*BAD[0][1:])
    done = run(os.environ["HELPER"], "-c", path, "--log=stderr", check=False)
    equal(done.returncode, 1)
    equal(f"{path}:{line}: " in done.stderr.decode(), True)


@story("-t finds nothing wrong with a good configuration")
def good_configuration():
    done = run(os.environ["HELPER"], "-t", "-c", CONF, "--log=stderr")
    equal(done.stdout + done.stderr, b"")


@story("-t warns of a backend whose port any local user may take")
def open_backend():
    path, line = changed_conf("127.0.0.1:221", "127.0.0.1:2121")
    done = run(os.environ["HELPER"], "-t", "-c", path, "--log=stderr")
    equal(f" warning: {path}:{line}: backend: any local user may take" in
          done.stderr.decode(), True)


@story("-V and an unknown option")
def options():
    run(os.environ["HELPER"], "-V")
    done = run(os.environ["HELPER"], "--no-such-option", check=False)
    equal(done.returncode, 1)


@story("an address that is taken: status 2, and it says which")
def address_taken():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = "127.0.0.1:%d" % taken.getsockname()[1]
        path, _ = changed_conf('"127.0.0.1:0"', f'"{address}"')
        done = run(os.environ["HELPER"], "-c", path, "--log=stderr",
                   check=False)
    equal(done.returncode, 2)
    equal(address in done.stderr.decode(), True)


@story("what is revoked is refused, and with a list out of date all are")
def revocation():
    start = len(log("helper.log"))
    os.mkdir("/etc/stssl/crl.d")
    revocation_list("/etc/stssl/crl.d/ca.crl", 8, "acme-1")
    path, _ = changed_conf(
        "client-ca   =",
        'client-crl = { "/etc/stssl/crl.d" }\nclient-ca   =')
    with open(path, "a") as file:
        file.write('status-socket = "/run/stssl/other.sock"\n')
    helper = Helper(path)

    def refusal(user):
        ftp = connect(helper.address("ftp"), certificate=user)
        reply = ask(ftp, "USER " + user)
        ftp.close()
        return reply

    equal(refusal("acme-1"),
          "530 The certificate is not accepted: certificate revoked.")
    await_that(lambda: "revocation state is not known" in refusal("acme-2"),
               "the end of the list")
    await_that(lambda: "out of date since" in since("helper.log", start),
               "the log about it")
    equal(helper.stop(), 0)

    # With such a list it starts all the same: there are passwords, too.
    done = run(os.environ["HELPER"], "-t", "-c", path)
    equal("out of date since" in done.stderr.decode(), True)
    helper = Helper(path)
    equal("revocation state is not known" in refusal("acme-2"), True)
    ftp = connect(helper.address("ftp"))
    begins(ask(ftp, "USER alice"), "331")
    ftp.close()
    equal(helper.stop(), 0)


# As systemd starts it: sockets as descriptors 3 and up, and who they are for.
AS_SYSTEMD = """
exec 3<&"$1" && export LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=ftp
exec "$HELPER" -c "$2" --log=stderr
"""


class Systemd:
    """Holds a socket for helpers, and hears what they say of themselves."""

    def __init__(self):
        self.path, _ = changed_conf('"127.0.0.1:0", "[::1]:0"', "")
        with open(self.path, "a") as file:
            file.write('status-socket = "/run/stssl/other.sock"\n')
        self.front = socket.create_server(("127.0.0.1", 0))
        self.address = self.front.getsockname()
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(STAGE + "/notify")
        os.chmod(STAGE + "/notify", 0o666)
        self.notify.settimeout(PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.front.close()
        self.notify.close()
        os.unlink(STAGE + "/notify")

    @contextlib.contextmanager
    def helper(self):
        """One that serves the socket, and is stopped in the end."""
        number = self.front.fileno()
        helper = subprocess.Popen(
            ["sh", "-c", AS_SYSTEMD, "sh", str(number), self.path],
            env={**os.environ, "NOTIFY_SOCKET": STAGE + "/notify"},
            pass_fds=(number,), stderr=subprocess.DEVNULL)
        try:
            equal(b"READY=1" in self.notify.recv(4096), True)
            yield
            helper.send_signal(signal.SIGTERM)
            equal(b"STOPPING=1" in self.notify.recv(4096), True)
            equal(helper.wait(PATIENCE), 0)
        finally:
            helper.kill()


@story("a restart refuses no client where systemd holds the socket")
def restart():
    with Systemd() as systemd:
        for _ in range(3):
            # Nobody is there to accept them, yet.
            clients = [socket.create_connection(systemd.address, PATIENCE)
                       for _ in range(5)]
            with systemd.helper():
                for client in clients:
                    begins(client.makefile().readline(), "220")
                    client.close()


@story("sockets from systemd are served, and it is told how things are")
def systemd_sockets():
    with Systemd() as systemd, systemd.helper():
        ftp = connect(systemd.address, certificate="alice")
        ask(ftp, "NOOP")
        ftp.close()


@story("what another helper knows of its clients counts for nothing")
def two_helpers():
    # Both are in front of one vsftpd, whose module asks the first.
    first = Helper()
    with Systemd() as systemd, systemd.helper():
        ours = logged_in(first.address("ftp"), "acme-1", certificate="acme-1")
        theirs = connect(systemd.address, certificate="acme-1")
        begins(log_in(theirs, "acme-1"), "530")
        theirs.close()
        begins(ask(ours, "PWD"), "257")
        ours.quit()
    equal(first.stop(), 0)


if __name__ == "__main__":
    tell()
