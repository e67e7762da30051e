# SPDX-License-Identifier: BSD-2-Clause
"""Too much of what is allowed once: the one who sends it is cut off."""

import os
import re
import shutil
import socket
import ssl
import threading
import time

from ftp import ask, connect, fetch, log_in, logged_in
from story import (PATIENCE, PKI, SANITIZED, Helper, await_that, begins, equal,
                   home, read, run, story, tell, write)

HELPER = Helper()
FTP = HELPER.address("ftp")
FTPS = HELPER.address("ftps")
CLIENT = os.environ["builddir"] + "/tests/tls-client"
TLS12 = "NORMAL:-VERS-ALL:+VERS-TLS1.2"
TLS13 = "NORMAL:-VERS-ALL:+VERS-TLS1.3"
# Gone, from a client's point of view: any of these.
GONE = (ConnectionError, EOFError, ssl.SSLError)


def resident(pid):
    """The most memory that a process has had so far, in bytes."""
    with open(f"/proc/{pid}/status") as file:
        return 1024 * int(re.search(r"VmHWM:\s+(\d+)", file.read()).group(1))


class Bounded:
    """No process of the helper grows by more than so many bytes meanwhile."""

    def __init__(self, limit):
        self.limit = limit

    def __enter__(self):
        self.before = {pid: resident(pid) for pid in HELPER.processes()}

    def __exit__(self, kind, *_):
        if kind is None:
            equal(set(self.before) <= set(HELPER.processes()), True)
            # Sanitizers keep what was freed.
            equal([pid for pid, size in self.before.items()
                   if resident(pid) > size + self.limit and not SANITIZED],
                  [])


def flood(what, count, priority):
    """How many were sent until the helper had enough."""
    done = run(CLIENT, str(FTPS[1]), PKI + "ca.pem", PKI + "acme-1.pem",
               PKI + "acme-1.key", what, str(count), priority)
    return int(done.stdout)


@story("{0}, {1}: the connection is closed, others are served",
       ("empty-record", "TLS 1.2", TLS12), ("empty-record", "TLS 1.3", TLS13),
       ("key-update", "TLS 1.3", TLS13), ("key-update-both", "TLS 1.3", TLS13),
       ("alert", "TLS 1.2", TLS12), ("alert", "TLS 1.3", TLS13))
def flooded(what, _, priority):
    other = logged_in(FTP)
    with Bounded(4 << 20):
        # What the network holds was sent, but not read any more.
        sent = flood(what, 1000000, priority)
    print(f"# {what}: {sent} sent")
    equal(0 < sent < 1000000, True)
    begins(ask(other, "NOOP"), "200")
    other.quit()


@story("renegotiation is refused at once, and the connection closed")
def renegotiation():
    equal(flood("renegotiation", 10, TLS12) < 2, True)


def pem(name):
    with open(f"{PKI}{name}.pem") as file:
        return file.read()


NAMES = """[req]
distinguished_name = subject
x509_extensions = extensions
prompt = no
[subject]
CN = acme-1
[extensions]
keyUsage = digitalSignature
extendedKeyUsage = clientAuth
subjectAltName = @names
[names]
"""


def many_names(count):
    """A certificate with so many names; certtool's have no more than 128."""
    with open(PKI + "names.conf", "w") as file:
        file.write(NAMES)
        for number in range(count):
            file.write(f"DNS.{number} = name-{number}.acme.example\n")
    run("openssl", "req", "-new", "-x509", "-days", "30", "-config",
        PKI + "names.conf", "-key", PKI + "acme-1.key", "-CA", PKI + "ca.pem",
        "-CAkey", PKI + "ca.key", "-out", PKI + "names.pem")
    return pem("names")


CHAINS = {
    "10 certificates": lambda: pem("acme-1") + 9 * pem("other-ca"),
    "100 names": lambda: many_names(100),
    "11 certificates": lambda: pem("acme-1") + 10 * pem("other-ca"),
    "100 certificates": lambda: pem("acme-1") + 99 * pem("other-ca"),
    "more than 1 MB": lambda: pem("acme-1") + 3000 * pem("other-ca"),
    "1,000 names": lambda: many_names(1000),
    "10,000 names": lambda: many_names(10000),
}


@story("a chain with {0}, {1}: {2}, and it takes no memory",
       *[(what, version, "logged in" if number < 2 else "not logged in")
         for number, what in enumerate(CHAINS)
         for version in ("TLSv1_2", "TLSv1_3")])
def chains(what, version, expected):
    with open(PKI + "chain.pem", "w") as file:
        file.write(CHAINS[what]())
    shutil.copy(PKI + "acme-1.key", PKI + "chain.key")
    outcome = "not logged in"
    with Bounded(4 << 20):
        begin = HELPER.worked()
        try:
            ftp = connect(FTP, certificate="chain",
                          version=ssl.TLSVersion[version])
            if log_in(ftp, "acme-1") == "certificate":
                outcome = "logged in"
        except GONE:
            pass
        equal(SANITIZED or HELPER.worked() - begin < 1, True)
    equal(outcome, expected)


@story("passive ports that are all taken: 425, for who has none only")
def passive():
    narrow = HELPER.address("narrow")
    clients = [logged_in(narrow) for _ in range(6)]
    replies = [ask(ftp, "EPSV")[:3] for ftp in clients]
    equal(replies, 4 * ["229"] + 2 * ["425"])
    # Who asks again and again has one at a time.
    for _ in range(2000):
        begins(ask(clients[0], "EPSV"), "229")
    clients[1].close()
    await_that(lambda: ask(clients[5], "EPSV").startswith("229"),
               "a free port")
    for ftp in clients:
        ftp.close()
    ftp = logged_in(narrow)
    fetch(ftp, "hello")
    ftp.quit()


def babble(service):
    """A backend whose reply never ends."""
    client, _ = service.accept()
    with client:
        try:
            client.sendall(b"220 hello\r\n")
            client.recv(1000)
            while True:
                client.sendall(65536 * b"x")
        except OSError:
            pass


@story("a backend that does not stop talking: the session ends")
def endless():
    with socket.create_server(("127.0.0.1", 2124)) as service:
        thread = threading.Thread(target=babble, args=(service,))
        thread.start()
        with Bounded(4 << 20):
            try:
                ftp = connect(HELPER.address("endless"), "implicit",
                              certificate="acme-1")
                begins(ask(ftp, "USER acme-1"), "4")
            except GONE:
                pass
            thread.join(PATIENCE)
            equal(thread.is_alive(), False)


@story("a slow reader of a large download: the backend waits, all arrives")
def slow_reader():
    path = home("alice", "large")
    with open(path, "wb") as file:
        file.truncate(300 << 20)
    os.chmod(path, 0o644)
    ftp = logged_in(FTP)
    with Bounded(4 << 20), ftp.transfercmd("RETR large") as data:
        # Nothing is read until nothing moves any more.
        before, since_when = -1, time.monotonic()
        while time.monotonic() - since_when < 1:
            now = queued()
            if now != before:
                before, since_when = now, time.monotonic()
            time.sleep(0.05)
        seen = 0
        while part := data.recv(1 << 20):
            seen += len(part)
        equal(seen, 300 << 20)
    begins(ftp.getmultiline(), "226")
    os.unlink(path)


def queued():
    """Everything that waits in the queues of the network."""
    return run("ss", "-Htn", "state", "established").stdout


@story("questions to the status socket, as many as it takes: logins go on")
def questions():
    stop = threading.Event()
    count = []

    def ask_on():
        while not stop.is_set():
            held = []
            try:
                for _ in range(100):
                    sock = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                    sock.settimeout(1)
                    held.append(sock)
                    sock.connect("/run/stssl/status.sock")
                count.append(1)
                held[0].send(b"nonsense")
            except OSError:
                pass
            for sock in held:
                sock.close()

    askers = [threading.Thread(target=ask_on) for _ in range(2)]
    for thread in askers:
        thread.start()
    try:
        with Bounded(4 << 20):
            for _ in range(10):
                logged_in(FTP, certificate="alice").quit()
    finally:
        stop.set()
        for thread in askers:
            thread.join()
    equal(len(count) > 0, True)


LOOKED_UP = """
resolve-names = true
class "near" {
    user = { "alice" } from = { "127.0.0.9" }
    ssl = optional login = password
}
class "named" { from = { "*.example" } ssl = optional login = password }
class "rest" { ssl = optional login = password }
"""
ADVISORS, REMEMBERED = 4, 30


@story("sixty clients of one address whose reverse DNS is silent: others log"
       " in, and the DNS is not asked again and again")
def silent_dns():
    files = {"/etc/resolv.conf": "nameserver 127.0.0.1\n",
             "/etc/stssl/classes.conf": LOOKED_UP}
    before = {path: read(path) for path in files}
    begin = time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 53))
        server.settimeout(PATIENCE)
        for path, text in files.items():
            write(path, text)
        try:
            crowd = [connect(FTP, tls=None, source="127.0.0.20")
                     for _ in range(60)]
            for ftp in crowd:
                ftp.sock.sendall(50 * b"USER bob\r\n")
            equal(b"\00220\0010\0010\003127" in server.recv(512), True)
            for _ in range(10):
                logged_in(FTP, source="127.0.0.9").quit()
            # All of theirs are answered.
            for ftp in crowd:
                equal([ftp.getresp()[:3] for _ in range(50)], 50 * ["331"])
                ftp.close()
            questions = 1 + len(datagrams(server))
        finally:
            for path, text in before.items():
                write(path, text)
    often = 1 + (time.monotonic() - begin) // REMEMBERED
    equal(questions <= ADVISORS * often, True)


def datagrams(sock):
    """All that have come."""
    sock.setblocking(False)
    seen = []
    while True:
        try:
            seen.append(sock.recv(512))
        except BlockingIOError:
            return seen


if __name__ == "__main__":
    tell()
