# SPDX-License-Identifier: BSD-2-Clause
"""Clients of the stories: TLS, FTP over it, and what they transfer."""

import ctypes
import ftplib
import hashlib
import os
import random
import re
import socket
import ssl
import subprocess

from story import (PATIENCE, PKI, STAGE, await_that, begins, equal, run, since)

RIGHT = "right"
WRONG = "wrong"


def context(certificate=None, version=None):
    """TLS for a client that checks the server, with a certificate or none."""
    tls = ssl.create_default_context(cafile=PKI + "ca.pem")
    if certificate is not None:
        tls.load_cert_chain(f"{PKI}{certificate}.pem",
                            f"{PKI}{certificate}.key")
    if version is not None:
        tls.minimum_version = tls.maximum_version = version
    return tls


def forget_errors():
    """To be called after an OSError of a TLS socket that is not the only one.

    Python 3.13 leaves the error of a write that failed in OpenSSL's queue,
    which the whole thread shares: whatever waits on another socket seems to
    have failed by it as well, again and again.
    """
    ctypes.CDLL("libcrypto.so.3").ERR_clear_error()


class Implicit(ftplib.FTP_TLS):
    """ftplib, with TLS from the first byte on."""

    inner = None

    @property
    def sock(self):
        return self.inner

    @sock.setter
    def sock(self, value):
        if value is not None and not isinstance(value, ssl.SSLSocket):
            value = self.context.wrap_socket(value, server_hostname=self.host)
        self.inner = value


def connect(address, tls="explicit", certificate=None, version=None,
            source=None):
    """An FTP client, connected, with TLS already there unless tls is None, or
    "late", and then it is auth()'s."""
    forget_errors()
    if tls is None:
        ftp = ftplib.FTP()
    elif tls == "implicit":
        ftp = Implicit(context=context(certificate, version))
    else:
        ftp = ftplib.FTP_TLS(context=context(certificate, version))
    ftp.connect(*address, timeout=PATIENCE,
                source_address=source and (source, 0))
    if tls == "explicit":
        ftp.auth()
    return ftp


def ask(ftp, line):
    """Send a command; returns the reply, whatever it says."""
    ftp.putcmd(line)
    return ftp.getmultiline()


def log_in(ftp, user, password=None):
    """How it went: "certificate", "password", or the reply that ended it.

    Without a password, one that nobody has is sent if one is asked for:
    whoever gets in with it, got in without.
    """
    reply = ask(ftp, "USER " + user)
    if reply.startswith("331"):
        reply = ask(ftp, "PASS " + (password or "nobody's password"))
    if not reply.startswith("23"):
        return reply
    return "certificate" if password is None else "password"


def password_of(user):
    return user + "'s password"


def transfer(ftp, user):
    """A user who is logged in can really use it."""
    lines = []
    ftp.retrlines("RETR hello", lines.append)
    equal(lines, ["hello " + user])


def play(user, certificate, which, outcome, tls, address, **more):
    """A login, with a transfer if it is one.  The certificate "-": no TLS."""
    password = {RIGHT: password_of(user), WRONG: "no such", None: None}[which]
    ftp = connect(address, None if certificate == "-" else tls,
                  None if certificate == "-" else certificate, **more)
    seen = log_in(ftp, user, password)
    begins(seen, outcome)
    if seen in ("certificate", "password"):
        if certificate != "-":
            ftp.prot_p()
        transfer(ftp, user)
    ftp.close()


def logged_in(address, user="alice", tls="explicit", protect=True, **more):
    """A client that is in, by its certificate if it has one."""
    ftp = connect(address, tls, **more)
    if more.get("certificate") is None:
        equal(log_in(ftp, user, password_of(user)), "password")
    else:
        equal(log_in(ftp, user), "certificate")
    if tls is not None:
        ftp.prot_p() if protect else ftp.prot_c()
    return ftp


class Raw:
    """A client that sends what it is told to, whatever FTP says."""

    def __init__(self, address):
        self.sock = socket.create_connection(address, PATIENCE)

    def welcome(self):
        begins(self.line(), "220")
        return self

    def send(self, data):
        self.sock.sendall(data)

    def line(self):
        """The next line; "" at the end of the connection."""
        got = b""
        try:
            while not got.endswith(b"\n"):
                byte = self.sock.recv(1)
                if not byte:
                    break
                got += byte
        except ConnectionResetError:
            pass
        return got.decode("latin-1")

    def rest(self):
        """All lines until the connection ends."""
        lines = []
        while line := self.line():
            lines.append(line)
        return lines

    def ask(self, command):
        """The last line of the reply."""
        self.send(command + b"\r\n")
        while (line := self.line())[3:4] == "-" or line.startswith(" "):
            pass
        return line

    def secure(self):
        begins(self.ask(b"AUTH TLS"), "234")
        return self.shake_hands()

    def shake_hands(self):
        self.sock = context().wrap_socket(self.sock,
                                          server_hostname="localhost")
        return self


def after_wrong_record(tls):
    """Send a record that nobody has sealed, and more than the peer will read.

    Returns the alert that comes, and what comes behind it: b"" is a FIN.
    """
    record = b"\x17\x03\x03\x00\x40" + bytes(64)
    socket.socket.sendall(tls, record * 500)
    try:
        while tls.recv(4096):
            pass
        alert = "none"
    except ssl.SSLError as error:
        alert = error.reason
    return alert, socket.socket.recv(tls, 1)


def vsftpd(port, *lines):
    """Another vsftpd, which differs by some lines from the stage's."""
    path = f"{STAGE}/vsftpd-{port}.conf"
    with open(STAGE + "/vsftpd.conf") as ours, open(path, "w") as file:
        file.write(ours.read().replace("listen_port=221",
                                       f"listen_port={port}"))
        file.write("\n".join(lines) + "\n")
    subprocess.Popen(["vsftpd", path], stdin=subprocess.DEVNULL)
    await_that(lambda: run("ss", "-Hltn", f"sport = :{port}").stdout,
               f"vsftpd listens on {port}")


class Bytes:
    """A file of `size` pseudo-random bytes that is never in memory whole."""

    CHUNK = 1 << 20

    def __init__(self, size, seed=1):
        self.left = size
        self.random = random.Random(seed)
        self.hash = hashlib.sha256()

    def read(self, size):
        chunk = self.random.randbytes(min(self.CHUNK, self.left))
        self.left -= len(chunk)
        self.hash.update(chunk)
        return chunk


def store(ftp, name, size):
    """Upload `size` bytes; returns their SHA-256."""
    source = Bytes(size)
    # A chunk at a time, however ftplib likes to split its reads.
    begins(ftp.storbinary("STOR " + name, source, Bytes.CHUNK), "226")
    return source.hash.hexdigest()


def fetch(ftp, name):
    """Download; returns the SHA-256 of what came."""
    seen = hashlib.sha256()
    begins(ftp.retrbinary("RETR " + name, seen.update, 1 << 16), "226")
    return seen.hexdigest()


def failed_upload(name, start):
    """vsftpd took the upload of `name` for a failure.

    It logs FAIL UPLOAD only if there is still a client to tell it to, and just
    ends when its client is gone before it can say anything.
    """
    command = re.compile(rf'\[pid (\d+)\].* FTP command: .*"STOR {name}"')
    outcome = re.compile(rf'(OK|FAIL) UPLOAD: .*/{name}"|"(426) Failure')
    pid = await_that(lambda: command.search(since("vsftpd.log", start)),
                     "the command of the upload").group(1)
    await_that(lambda: outcome.search(since("vsftpd.log", start)) or
               not os.path.exists("/proc/" + pid),
               "the end of the upload for vsftpd")
    found = outcome.search(since("vsftpd.log", start))
    equal(found is None or found.group(1) != "OK", True)
