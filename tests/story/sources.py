# SPDX-License-Identifier: BSD-2-Clause
"""A daemon that has another process for PAM, and local users who come from the
address of somebody's session."""

import errno
import os
import queue
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading

from backend import asked_by, cookie
from ftp import context, password_of
from story import (CONF, PATIENCE, STAGE, Helper, Skipped, await_that, equal,
                   log, read, run, since, story, tell, write)

PORT = 513
OTHER_PORT = 514
# PAM_SUCCESS, PAM_PERM_DENIED, PAM_AUTH_ERR, PAM_CRED_INSUFFICIENT,
# PAM_AUTHINFO_UNAVAIL
IN, DENIED, WRONG, INSUFFICIENT, UNCERTAIN = 0, 6, 7, 8, 9


def ask_pam(user, rhost, password="x", typed=""):
    """What a process without a connection hears: auth, account, PAM_RHOST."""
    done = run(sys.executable, os.path.dirname(__file__) +
               "/login_elsewhere.py", "vsftpd", user, rhost, password, typed)
    auth, account, after = done.stdout.decode().split()
    return int(auth), int(account), after


class Daemon:
    """Hears one line of each client, and says who it was, and the line."""

    def __init__(self, port):
        self.clients = queue.Queue()
        inlet = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, args=(inlet,),
                         daemon=True).start()

    def _accept(self, inlet):
        while True:
            client, (source, _) = inlet.accept()
            threading.Thread(target=self._hear, args=(client, source),
                             daemon=True).start()

    def _hear(self, client, source):
        line = b""
        while not line.endswith(b"\n"):
            more = client.recv(1)
            if not more:
                return
            line += more
        self.clients.put((client, source, line.decode().strip()))

    def next(self):
        return self.clients.get(timeout=PATIENCE)


DAEMON = Daemon(PORT)
OTHER = Daemon(OTHER_PORT)
HELPER = Helper()


class Client:
    """A client of the helper's, whom the daemon knows by `source`."""

    count = 0

    def __init__(self, certificate="alice"):
        self.tls = context(certificate).wrap_socket(
            socket.create_connection(HELPER.address("login"), PATIENCE),
            server_hostname="localhost")
        Client.count += 1
        self.tls.sendall(b"%d\n" % Client.count)
        # Others may have left theirs.
        line = ""
        while line != str(Client.count):
            self.backend, self.source, line = DAEMON.next()

    def close(self):
        start = len(log("helper.log"))
        self.tls.close()
        self.backend.close()
        await_that(lambda: re.search(r"monitor\[\d+\]: info: closed session",
                                     since("helper.log", start)), "its end")


def thief(source, port=PORT):
    """A local user's connection from there."""
    connection = socket.socket()
    connection.bind((source, 0))
    connection.connect(("127.0.0.1", port))
    return connection


def idle(connection):
    return connection


def half_close(connection):
    connection.shutdown(socket.SHUT_WR)
    return connection


def close(connection):
    connection.close()


def reset(connection):
    """Nothing of it is left in the kernel; what was said can be read."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                          struct.pack("ii", 1, 0))
    connection.close()


@story("each session comes from an address of its own, of 127.64.0.0/10")
def own_addresses():
    clients = [Client() for _ in range(20)]
    seen = {client.source for client in clients}
    for client in clients:
        client.close()
    equal(len(seen), 20)
    equal([a for a in seen if not re.match(r"127\.(6[4-9]|[7-9]\d|1[01]\d|"
                                           r"12[0-7])\.", a)], [])


@story("a process without a connection finds the session by PAM_RHOST, in auth "
       "and account, written as {0}", ("127.64.1.2", "{}"),
       ("::ffff:127.64.1.2", "::ffff:{}"),
       ("0:0:0:0:0:FFFF:127.64.1.2", "0:0:0:0:0:FFFF:{}"))
def found(_, form):
    client = Client()
    equal(ask_pam("alice", form.format(client.source)),
          (IN, IN, "127.0.0.1"))
    equal(ask_pam("bob", form.format(client.source)),
          (WRONG, IN, "127.0.0.1"))
    client.close()


@story("a user name that is not there is asked for")
def asked_for():
    client = Client()
    equal(ask_pam("", client.source, typed="alice"), (IN, IN, "127.0.0.1"))
    equal(ask_pam("", client.source, typed="bob")[0], WRONG)
    client.close()


@story("the record is that of the session: {0}",
       ("no certificate", None, "acme-1", WRONG),
       ("another's", "acme-2", "acme-1", INSUFFICIENT),
       ("one's own", "acme-1", "acme-1", IN),
       ("a class that wants it", None, "robot", INSUFFICIENT))
def record(_, certificate, user, expected):
    client = Client(certificate)
    equal(ask_pam(user, client.source)[0], expected)
    client.close()


# The stranger's line is read before he does what he does.
@story("a local user comes from a session's address and {0}: neither he nor "
       "the session's client gets in",
       ("stays", idle), ("half-closes", half_close), ("closes", close),
       ("resets", reset))
def meanwhile(_, then):
    client = Client()
    stranger = thief(client.source)
    stranger.sendall(b"alice\n")
    backend, source, user = DAEMON.next()
    kept = then(stranger)
    equal((source, user), (client.source, "alice"))
    equal(ask_pam(user, source), (UNCERTAIN, UNCERTAIN, source))
    backend.close()
    equal(ask_pam("alice", client.source)[0], UNCERTAIN)
    equal(kept is None or kept.close() is None, True)
    client.close()


@story("the same, and the daemon has not even accepted him when he resets")
def unaccepted():
    client = Client()
    stranger = thief(client.source)
    stranger.sendall(b"alice\n")
    reset(stranger)
    equal(ask_pam("alice", client.source)[0], UNCERTAIN)
    client.close()


@story("a local user who comes from a session's address to another daemon")
def other_daemon():
    client = Client()
    stranger = thief(client.source, OTHER_PORT)
    stranger.sendall(b"alice\n")
    equal(ask_pam("alice", OTHER.next()[1])[0], UNCERTAIN)
    stranger.close()
    client.close()


@story("a local user who comes when the session is over is a client in clear")
def after():
    client = Client("acme-1")
    client.close()
    stranger = thief(client.source)
    equal(ask_pam("acme-1", client.source),
          (DENIED, DENIED, client.source))
    stranger.close()


@story("a local user who has bound a session's address, without connecting, is "
       "in nobody's way")
def bound():
    client = Client()
    with socket.socket() as stranger:
        stranger.bind((client.source, 0))
        stranger.listen()
        equal(ask_pam("alice", client.source)[0], IN)
    client.close()


@story("a local user at an address that is no session's is a client in clear: "
       "{0}", ("acme-1", "x", DENIED), ("alice", password_of("alice"), IN),
       ("alice", "x", WRONG))
def unknown(user, password, expected):
    equal(ask_pam(user, "127.64.1.2", password)[0], expected)


@story("PAM_RHOST that is no address of the range says nothing: {0}",
       ("127.0.0.1",), ("localhost",), ("127.64.1.2.",), ("127.63.255.255",),
       ("127.128.0.0",), ("::ffff:0:127.64.1.2",))
def elsewhere(rhost):
    equal(ask_pam("acme-1", rhost), (DENIED, DENIED, rhost))


@story("a process with a connection of its own is not found by PAM_RHOST")
def own_connection():
    client = Client()
    with socket.create_connection(("127.0.0.1", PORT)) as own:
        code = ("import runpy, sys; sys.argv = sys.argv[1:]; "
                "runpy.run_path(sys.argv[0])")
        done = subprocess.run(
            [sys.executable, "-c", code, os.path.dirname(__file__) +
             "/login_elsewhere.py", "vsftpd", "alice", client.source, "x"],
            pass_fds=[own.fileno()], stdout=subprocess.PIPE, check=True)
    equal(done.stdout.split()[0], b"%d" % UNCERTAIN)
    client.close()


@story("a flood of connections from the range hides nobody: sessions that were "
       "there are refused, later ones are not")
def flood():
    client = Client()
    for n in range(9000):
        with socket.socket() as stranger:
            stranger.bind((f"127.100.{n >> 8}.{n & 255}", 0))
            equal(stranger.connect_ex(("127.0.0.1", 1)), errno.ECONNREFUSED)
    equal(ask_pam("alice", client.source)[0], UNCERTAIN)
    client.close()
    equal("connections were missed" in log("helper.log"), True)
    client = await_that(client_again, "a session")
    equal(ask_pam("alice", client.source)[0], IN)
    client.close()


def client_again():
    """None while the helper does not know yet who else is there."""
    try:
        return Client()
    except OSError:
        return None


def calls(key, count):
    """System calls of the monitor for so many questions, without those by
    which it waits."""
    path = STAGE + "/strace"
    strace = subprocess.Popen(
        ["strace", "-c", "-U", "calls,name", "-o", path, "-p",
         str(HELPER.process.pid)],
        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    told = strace.stderr.readline().strip()
    if not told.endswith("attached"):
        strace.wait(PATIENCE)
        raise Skipped(told)
    for _ in range(count):
        equal(asked_by("root", "STSSL_ASK=query",
                       f"STSSL_CONNECTION_0={cookie()} {key}"), "found")
    strace.send_signal(signal.SIGINT)
    strace.communicate(timeout=PATIENCE)
    rows = re.findall(r"(?m)^ *(\d+) (\w+)$", read(path))
    return sum(int(calls) for calls, name in rows
               if not name.startswith(("total", "epoll", "timer", "clock")))


@story("to find a session by its address takes the helper one system call more")
def cheap():
    if shutil.which("strace") is None:
        raise Skipped("strace is not installed")
    client = Client()
    local, peer = (f"{a[0]}:{a[1]}" for a in (client.backend.getsockname(),
                                              client.backend.getpeername()))
    exact = calls(f"{local} {peer}", 50)
    by_address = calls(f"0.0.0.0:0 {client.source}:0", 50)
    print(f"# {exact / 50} and {by_address / 50} a question")
    # Two a second are its own business.
    equal(by_address <= exact + 50 + 20, True)
    client.close()


@story("without CAP_NET_RAW the helper does not start, and says why")
def no_capability():
    done = run("setpriv", "--reuid", "stssl", "--clear-groups",
               "--bounding-set", "-all", os.environ["HELPER"], "-c", CONF,
               check=False)
    equal((done.returncode, b"cannot be watched without CAP_NET_RAW" in
           done.stderr), (2, True))


@story("CAP_NET_RAW is all that its user needs, as etc/per-session.conf has it")
def capability_alone():
    unit = read(os.environ["srcdir"] + "/etc/per-session.conf")
    equal(re.findall(r"(?m)^(\w+)=(\S+)$", unit),
          [("AmbientCapabilities", "CAP_NET_RAW"),
           ("CapabilityBoundingSet", "CAP_NET_RAW"),
           ("RestrictAddressFamilies", "AF_PACKET")])
    conf = STAGE + "/other.conf"
    write(conf, f'status-socket = "{STAGE}/other/status.sock"\n' + read(CONF))
    run("install", "-d", "-o", "stssl", STAGE + "/other")
    other = subprocess.Popen(
        ["setpriv", "--reuid", "stssl", "--regid", "stssl", "--clear-groups",
         "--inh-caps", "-all,+net_raw", "--ambient-caps", "-all,+net_raw",
         "--bounding-set", "-all,+net_raw", os.environ["HELPER"], "-c", conf],
        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    lines = []
    for line in other.stderr:
        lines.append(line)
        if "info: ready" in line:
            break
    other.terminate()
    other.communicate(timeout=PATIENCE)
    equal((other.returncode, lines[-1][-6:]), (0, "ready\n"))


tell()
