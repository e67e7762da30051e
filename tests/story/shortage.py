# SPDX-License-Identifier: BSD-2-Clause
"""What the helper needs and does not get: backends, descriptors, memory, room
for its log, its status socket.
"""

import glob
import os
import re
import resource
import signal
import socket
import ssl
import struct
import subprocess
import threading
import time

from ftp import ask, connect, log_in, logged_in, password_of
from story import (CONF, PATIENCE, SANITIZED, STAGE, Helper, await_that,
                   begins, equal, log, read, since, story, tell)

HELPER = Helper()
FTP = HELPER.address("ftp")
STATUS = "/run/stssl/status.sock"
# Gone, from a client's point of view: any of these.
GONE = (ConnectionError, EOFError, ssl.SSLError)


def reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack("ii", 1, 0))
    sock.close()


class Backend:
    """Accepts, and does `what` with each connection."""

    def __init__(self, port, what, backlog=10):
        self.listening = socket.create_server(("127.0.0.1", port),
                                              backlog=backlog)
        self.what = what
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        held = []
        while self.what is not None:
            try:
                sock = self.listening.accept()[0]
            except OSError:
                return
            held.append(sock)
            self.what(sock)


def silent(_):
    """Holds the connection."""


BACKENDS = {
    "resetting": lambda: Backend(2132, reset),
    "closing": lambda: Backend(2133, lambda sock: sock.close()),
    "silent": lambda: Backend(2134, silent),
    "full": lambda: Backend(2135, None, 0),
}


@story("a backend that is {0}: 421 before long, and others are served",
       ("nobody",), ("resetting",), ("closing",), ("silent",), ("full",))
def backend(what):
    other = logged_in(FTP)
    held = [BACKENDS[what]()] if what in BACKENDS else []
    if what == "full":
        # Its queue is: nobody is accepted, and no SYN is answered.
        for _ in range(3):
            sock = socket.socket()
            sock.setblocking(False)
            sock.connect_ex(("127.0.0.1", 2135))
            held.append(sock)
    try:
        ftp = connect(HELPER.address(what), "implicit", certificate="acme-1")
        reply = "none"
    except GONE:
        reply = "gone"
    except Exception as error:
        reply = str(error)
    begins(reply, "421")
    begins(ask(other, "NOOP"), "200")
    other.quit()


@story("a helper that is out of descriptors goes on by itself afterwards")
def descriptors():
    path = STAGE + "/few.conf"
    with open(CONF) as conf, open(path, "w") as file:
        file.write(conf.read() + 'status-socket = "/run/stssl/few.sock"\n')
    helper = Helper(path, limits={resource.RLIMIT_NOFILE: 60})
    address = helper.address("ftp")
    # The module asks the first helper, so nobody logs in here.
    running = connect(address, "explicit")
    crowd, start = [], len(log("helper.log"))
    for _ in range(120):
        sock = socket.create_connection(address, PATIENCE)
        crowd.append(sock)
    await_that(lambda: "out of descriptors" in since("helper.log", start) or
               "Too many open files" in since("helper.log", start),
               "the shortage")
    before = sum(map(cpu, helper.processes()))
    for _ in range(5):
        begins(ask(running, "NOOP"), "530")
        time.sleep(0.2)
    equal(sum(map(cpu, helper.processes())) - before < 0.5, True)
    for sock in crowd:
        sock.close()
    await_that(lambda: greeted(address), "a place for the next")
    begins(ask(running, "NOOP"), "530")
    equal(helper.stop(), 0)


def greeted(address):
    try:
        connect(address, "explicit").quit()
        return True
    except Exception:
        return False


def cpu(pid):
    """Seconds of the processor that it has used."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")")[1].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


@story("a log on a disk that is full keeps nobody from logging in")
def full_disk():
    path = STAGE + "/full.conf"
    with open(CONF) as conf, open(path, "w") as file:
        file.write(re.sub(r":0\"", ":4221\"", conf.read(), 1).replace(
            "[::1]:0", "[::1]:4222") +
            'status-socket = "/run/stssl/full.sock"\n')
    with open("/dev/full", "w") as stderr:
        helper = subprocess.Popen([os.environ["HELPER"], "-c", path,
                                   "--log=stderr"],
                                  stdin=subprocess.DEVNULL, stderr=stderr)
    try:
        await_that(lambda: greeted(("127.0.0.1", 4221)), "the helper")
        for _ in range(20):
            equal(greeted(("127.0.0.1", 4221)), True)
    finally:
        helper.terminate()
    equal(helper.wait(PATIENCE), 0)


@story("a syslog that is stopped, and then full, keeps nobody waiting")
def stopped_syslog():
    daemon = next(int(path.split("/")[2])
                  for path in glob.glob("/proc/[0-9]*/cmdline")
                  if "/syslog.py" in read(path))
    path = STAGE + "/syslog.conf"
    with open(CONF) as conf, open(path, "w") as file:
        file.write(re.sub(r":0\"", ":4231\"", conf.read(), 1).replace(
            "[::1]:0", "[::1]:4232") +
            'status-socket = "/run/stssl/syslog.sock"\n')
    os.kill(daemon, signal.SIGSTOP)
    helper = subprocess.Popen([os.environ["HELPER"], "-c", path,
                               "--log=syslog"], stdin=subprocess.DEVNULL)
    try:
        await_that(lambda: greeted(("127.0.0.1", 4231)), "the helper")
        for _ in range(50):
            equal(greeted(("127.0.0.1", 4231)), True)
    finally:
        os.kill(daemon, signal.SIGCONT)
        helper.terminate()
    equal(helper.wait(PATIENCE), 0)


@story("syslog's socket is the monitor's alone, and lines say whose they are")
def own_lines():
    path = STAGE + "/lines.conf"
    with open(CONF) as conf, open(path, "w") as file:
        file.write(re.sub(r":0\"", ":4241\"", conf.read(), 1).replace(
            "[::1]:0", "[::1]:4242") +
            'status-socket = "/run/stssl/lines.sock"\n')
    start = len(log("syslog"))
    helper = subprocess.Popen([os.environ["HELPER"], "-c", path,
                               "--log=syslog"], stdin=subprocess.DEVNULL)
    try:
        await_that(lambda: greeted(("127.0.0.1", 4241)), "the helper")
        worker = int(await_that(lambda: re.search(
            r" stssl-helper\[(\d+)\]: worker: info: closed session=",
            since("syslog", start)), "a worker's line").group(1))
        children = [int(pid) for pid in read(
            f"/proc/{helper.pid}/task/{helper.pid}/children").split()]
        equal(worker in children and len(children) >= 7, True)
        datagrams = {line.split()[6] for line in
                     read("/proc/net/unix").splitlines()[1:]
                     if line.split()[4] == "0002"}
        owners = {pid for pid in [helper.pid, *children]
                  for fd in glob.glob(f"/proc/{pid}/fd/*")
                  if os.readlink(fd)[8:-1] in datagrams}
        equal(owners, {helper.pid})
    finally:
        helper.terminate()
    equal(helper.wait(PATIENCE), 0)
    equal(" monitor: info: stopped" in since("syslog", start), True)


@story("the status socket is {0}: nobody gets in who is not known",
       ("removed",), ("somebody else's",))
def status_socket(what):
    waiting = connect(FTP, certificate="alice")
    start = len(log("syslog"))
    os.rename(STATUS, STATUS + ".away")
    try:
        if what == "somebody else's":
            # As the attacker would: he says that everybody may come in.
            liar = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            liar.bind(STATUS)
            liar.listen(10)
            os.chown(STATUS, 65534, 65534)
            os.chmod(STATUS, 0o666)
        begins(log_in(waiting, "alice", password_of("alice")), "530")
    finally:
        os.rename(STATUS + ".away", STATUS)
    await_that(lambda: "reason=helper" in since("syslog", start),
               "the module's reason")
    logged_in(FTP, certificate="alice").quit()


@story("a hundred SIGHUPs at once, and a client meanwhile")
def hangups():
    ftp = logged_in(FTP)
    start = len(log("helper.log"))
    for _ in range(100):
        HELPER.process.send_signal(signal.SIGHUP)
    begins(ask(ftp, "NOOP"), "200")
    await_that(lambda: "notice: reloaded" in since("helper.log", start),
               "a reload")
    equal("hello" in ftp.nlst(), True)
    ftp.quit()
    logged_in(FTP, certificate="alice").quit()


class Dying:
    """A backend that dies in the middle of a download."""

    def __init__(self, port):
        self.listening = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        sock = self.listening.accept()[0]
        lines = sock.makefile("r")
        sock.sendall(b"220 hello\r\n")
        replies = {
            "USER": "331 password", "PASS": "230 in", "TYPE": "200 yes",
            "PORT": "200 yes", "RETR": "150 here it comes"}
        for line in lines:
            word = line[:4].strip().upper()
            if word == "PORT":
                *ip, high, low = line[5:].strip().split(",")
                target = ".".join(ip), int(high) << 8 | int(low)
            if word == "RETR":
                data = socket.create_connection(target)
            reply = replies.get(word, "500 what?")
            sock.sendall(reply.encode() + b"\r\n")
            if word == "RETR":
                data.sendall(b"x" * 100000)
                reset(data)
                reset(sock)
                return


@story("a backend that dies in the middle of a download is no clean end")
def dying():
    Dying(2136)
    ftp = connect(HELPER.address("dying"), "implicit", certificate="acme-1")
    equal(log_in(ftp, "acme-1"), "certificate")
    ftp.prot_p()
    try:
        reply = ftp.retrbinary("RETR file", lambda data: None)
    except GONE:
        reply = "gone"
    except Exception as error:
        reply = str(error)
    equal(reply[:3] in ("gon", "426", "421", "451"), True)


def address_space(pid):
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


@story("with no memory left, who needs some is refused and the rest go on")
def memory():
    if SANITIZED:
        return
    most = max(map(address_space, HELPER.processes()))
    equal(HELPER.stop(), 0)
    helper = Helper(limits={resource.RLIMIT_AS: most + (4 << 20)})
    address = helper.address("ftp")
    running = [logged_in(address) for _ in range(4)]
    pids, crowd, refused = helper.processes(), [], 0
    for _ in range(600):
        try:
            crowd.append(connect(address))
        except Exception:
            refused += 1
        if refused > 20:
            break
    print(f"# {len(crowd)} found a place, {refused} did not")
    equal(refused > 20, True)
    for ftp in running:
        begins(ask(ftp, "NOOP"), "200")
    for ftp in crowd:
        ftp.close()
    for ftp in running:
        equal("hello" in ftp.nlst(), True)
        ftp.quit()
    equal(set(pids) <= set(helper.processes()), True)
    await_that(lambda: greeted(address), "a place again")
    logged_in(address, certificate="alice").quit()
    equal(helper.stop(), 0)


tell()
