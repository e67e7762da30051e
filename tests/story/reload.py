# SPDX-License-Identifier: BSD-2-Clause
"""New files and a new configuration while sessions run."""

import os
import shutil
import signal
import threading

from story import (CONF, PKI, Bytes, Helper, ask, await_that, begins,
                   connect, equal, fetch, hash_of, home, log, logged_in, run,
                   since, story, store, tell)

HELPER = Helper()
FTP = HELPER.address("ftp")
SERVER = "/etc/stssl/server.pem"
KEY = "/etc/stssl/server.key"


def read(path):
    with open(path) as file:
        return file.read()


def write(path, text):
    """As an editor does it: in place, owner and mode stay."""
    with open(path, "w") as file:
        file.write(text)


def reload():
    """Ask for one; returns what the helper said of it."""
    start = len(log("helper.log"))
    HELPER.process.send_signal(signal.SIGHUP)
    return await_that(lambda: outcome(since("helper.log", start)),
                      "the outcome of a reload")


def outcome(text):
    for line in text.splitlines():
        if "reloaded" in line:
            return line
    return None


class Changed:
    """helper.conf with `old` replaced, for as long as this lasts."""

    def __init__(self, old, new):
        self.before = read(CONF)
        assert old in self.before
        write(CONF, self.before.replace(old, new))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        write(CONF, self.before)
        begins(reload().split(": ")[1], "notice")


def make_certificate(name):
    """Another certificate of the server's, in the PKI directory."""
    os.chdir(PKI)
    run("certtool", "--generate-privkey", "--key-type=ecdsa",
        "--curve=secp256r1", "--outfile", name + ".key")
    run("certtool", "--generate-certificate", "--load-privkey",
        name + ".key", "--load-ca-privkey", "ca.key",
        "--load-ca-certificate", "ca.pem", "--template", "server.tmpl",
        "--outfile", name + ".pem")


def shown():
    """The certificate that a new client is shown."""
    return connect(FTP).sock.getpeercert(binary_form=True)


def der(name):
    return run("openssl", "x509", "-in", PKI + name + ".pem", "-outform",
               "DER").stdout


@story("a new configuration holds for new clients, old sessions go on")
def new_configuration():
    old = logged_in(FTP)
    with Changed('service  = "vsftpd"\n', 'service  = "vsftpd"\n'
                 'client-certificate = require\n'):
        equal("notice" in reload(), True)
        equal("hello" in old.nlst(), True)
        try:
            ask(connect(FTP), "NOOP")
            equal("a client without a certificate", "refused")
        except (OSError, EOFError):
            pass
        equal("hello" in logged_in(FTP, certificate="alice").nlst(), True)
    equal("hello" in old.nlst(), True)
    equal("hello" in logged_in(FTP).nlst(), True)


@story("a transfer that runs over a reload is finished whole")
def transfer():
    ftp = logged_in(FTP)
    source = Paused(200 << 20)
    sender = threading.Thread(
        target=ftp.storbinary, args=("STOR over", source, Bytes.CHUNK))
    sender.start()
    source.half.wait()
    before = set(HELPER.processes()[1:])
    try:
        equal("notice" in reload(), True)
        await_that(lambda: len(before & set(HELPER.processes())) == 1,
                   "one old worker is left")
    finally:
        source.go.set()
    sender.join()
    equal(hash_of(home("alice", "over")), source.hash.hexdigest())
    equal(fetch(ftp, "over"), source.hash.hexdigest())
    ftp.quit()
    await_that(lambda: not before & set(HELPER.processes()),
               "the old worker's end")


class Paused(Bytes):
    """Stops in the middle until it may go on."""

    def __init__(self, size):
        super().__init__(size)
        self.middle = size // 2
        self.half, self.go = threading.Event(), threading.Event()

    def read(self, size):
        if self.left <= self.middle and not self.half.is_set():
            self.half.set()
            self.go.wait()
        return super().read(size)


@story("a new certificate and its key are noticed, and taken together")
def new_certificate():
    make_certificate("server-2")
    start = len(log("helper.log"))
    write(SERVER, read(PKI + "server-2.pem"))
    write(KEY, read(PKI + "server-2.key"))
    await_that(lambda: shown() == der("server-2"), "the new certificate")
    equal("not reloaded" in since("helper.log", start), False)


@story("a link that points to another certificate is noticed")
def new_link():
    shutil.copy(PKI + "server.pem", "/etc/stssl/server-1.pem")
    shutil.copy(PKI + "server.key", "/etc/stssl/server-1.key")
    shutil.chown("/etc/stssl/server-1.key", group="stssl")
    os.chmod("/etc/stssl/server-1.key", 0o640)
    for kind in "pem", "key":
        os.symlink("server-1." + kind, "/etc/stssl/new")
        os.rename("/etc/stssl/new", "/etc/stssl/server." + kind)
    await_that(lambda: shown() == der("server"), "the certificate")


@story("what is faulty is told with its line, and the old goes on: {0}",
       ("half a file",), ("a key of another certificate",),
       ("an unknown key",), ("another address",), ("faulty classes",))
def faulty(what):
    faults = {
        "half a file": (CONF, lambda text: text[:len(text) // 2],
                        "helper.conf:"),
        "a key of another certificate": (
            KEY, lambda text: read(PKI + "ca.key"), "helper.conf:6: "),
        "an unknown key": (CONF, lambda text: "colour = 1\n" + text,
                           "helper.conf:1: no such option"),
        "another address": (
            CONF, lambda text: text.replace("127.0.0.1:0", "127.0.0.2:0"),
            "listen: names and addresses: changed, which needs a restart"),
        "faulty classes": ("/etc/stssl/classes.conf",
                           lambda text: text + "colour = 1\n",
                           "classes.conf:"),
    }
    path, spoil, message = faults[what]
    before = read(path)
    workers = HELPER.processes()
    try:
        write(path, spoil(before))
        line = reload()
        equal("error: not reloaded: " in line and message in line, True)
        equal(HELPER.processes(), workers)
        begins(ask(connect(FTP), "NOOP"), "530")
    finally:
        write(path, before)
    equal("notice: reloaded" in reload(), True)
    equal("hello" in logged_in(FTP).nlst(), True)


@story("fifty reloads with sessions coming and going lose none, and nothing")
def many():
    files = f"/proc/{HELPER.process.pid}/fd"
    await_that(lambda: len(HELPER.processes()) <= 7, "old workers' ends")
    before = len(os.listdir(files))
    stop, failures, count = threading.Event(), [], []

    def come_and_go():
        while not stop.is_set():
            try:
                ftp = logged_in(FTP)
                equal(store(ftp, f"many-{len(count)}", 100000),
                      fetch(ftp, f"many-{len(count)}"))
                ftp.quit()
                count.append(1)
            except Exception as error:
                failures.append(repr(error))

    client = threading.Thread(target=come_and_go)
    client.start()
    for _ in range(50):
        equal("notice" in reload(), True)
    stop.set()
    client.join()
    equal(failures, [])
    equal(len(count) > 0, True)
    await_that(lambda: len(HELPER.processes()) <= 7, "old workers' ends")
    await_that(lambda: len(os.listdir(files)) <= before,
               "as many descriptors as before")


tell()
