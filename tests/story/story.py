# SPDX-License-Identifier: BSD-2-Clause
"""What the stories share: TAP, the helper, and FTP clients.

A story file decorates functions with @story("sentence") and ends with tell().
It runs on the stage that lib.sh sets up, as the first process in there.
"""

import ctypes
import ftplib
import hashlib
import os
import random
import re
import resource
import signal
import socket
import ssl
import subprocess
import time
import traceback

STAGE = "/run/stage"
PKI = STAGE + "/pki/"
CONF = "/etc/stssl/helper.conf"
# Generous, for sanitizers on a busy machine; only a failure waits so long.
PATIENCE = 30
# Stories that take longer than this many seconds say so.
SLOW = 3

# Whether the helper was built with sanitizers.
with open(os.environ["HELPER"], "rb") as program:
    SANITIZED = b"__asan_init" in program.read()

STORIES = []


class Skipped(Exception):
    """What a story raises, with the reason, that cannot be played here."""


def story(sentence, *rows, todo=""):
    """One case for each of `rows`, put into the sentence; or just one.

    `todo` says what is not there yet: the case fails until it is.
    """
    directive = " # TODO " + todo if todo else ""

    def add(function):
        for row in rows or [()]:
            STORIES.append((sentence.format(*row) + directive, function, row))
        return function

    return add


def tell():
    """Run all stories and report in TAP; the exit status stays 0."""
    story("at the end the helper stops with status 0, and no complaint")(
        the_end)
    print(f"1..{len(STORIES)}", flush=True)
    for number, (sentence, function, row) in enumerate(STORIES, 1):
        start, helpers = time.monotonic(), len(Helper.all)
        try:
            function(*row)
            verdict = "ok"
        except Skipped as why:
            verdict, sentence = "ok", f"{sentence} # SKIP {why}"
        except Exception:
            verdict = "not ok"
            for line in traceback.format_exc().splitlines() + tails():
                print("# " + line)
            # What it leaves behind is in the way of the next one's.
            for helper in Helper.all[helpers:]:
                helper.process.kill()
        print(f"{verdict} {number} - {sentence}", flush=True)
        seconds = time.monotonic() - start
        if seconds > SLOW:
            print(f"# took {seconds:.1f} s", flush=True)


def the_end():
    for helper in Helper.all:
        if helper.process.poll() is None:
            equal(helper.stop(), 0)
    for name in "helper.log", "syslog":
        equal(re.findall("(?m)^.*(?:Sanitizer: |runtime error: ).*$",
                         log(name)), [])


def tails():
    """The last lines of every log, for a failure's diagnostics."""
    lines = []
    for name in "helper.log", "syslog", "vsftpd.log":
        lines += [f"{name}: {line}" for line in log(name).splitlines()[-8:]]
    return lines


def log(name):
    try:
        with open(f"{STAGE}/{name}", errors="backslashreplace") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def equal(seen, expected):
    if seen != expected:
        raise AssertionError(f"{seen!r} instead of {expected!r}")


def begins(seen, expected):
    if not seen.startswith(expected):
        raise AssertionError(f"{seen!r} instead of {expected!r}...")


def await_that(condition, what):
    """Poll until condition() is true; its value is returned."""
    deadline = time.monotonic() + PATIENCE
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError("not within the time: " + what)
        time.sleep(0.02)


def run(*command, data=None, check=True):
    """Run a command; returns the completed process, output as bytes."""
    done = subprocess.run(command, input=data, timeout=4 * PATIENCE,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if check and done.returncode != 0:
        raise AssertionError(f"{command}: exit status {done.returncode}: "
                             f"{done.stderr[-800:]!r}")
    return done


def since(name, start):
    """What was added to a log since it had `start` characters."""
    return log(name)[start:]


def read(path):
    with open(path) as file:
        return file.read()


def write(path, text):
    """As an editor does it: in place, owner and mode stay."""
    with open(path, "w") as file:
        file.write(text)


class Helper:
    """A running stssl-helper, started anew for each object."""

    all = []

    def __init__(self, conf=CONF, limits=None):
        """`limits`: those of resource.setrlimit(), for this helper alone."""
        Helper.all.append(self)

        def limit():
            for what, value in (limits or {}).items():
                resource.setrlimit(what, (value, value))

        start = len(log("helper.log"))
        with open(conf) as file:
            wanted = len(re.findall(r':0"', file.read()))
        with open(STAGE + "/helper.log", "a") as stderr:
            self.process = subprocess.Popen(
                [os.environ["HELPER"], "-c", conf, "--log=stderr"],
                stdin=subprocess.DEVNULL, stderr=stderr, preexec_fn=limit)
        try:
            self.listening = await_that(
                lambda: self._read(since("helper.log", start), wanted),
                "the helper listens")
        except AssertionError:
            print("\n".join("# " + line for line in tails()))
            raise

    def _read(self, text, wanted):
        if self.process.poll() is not None:
            raise AssertionError("the helper ended at once")
        found = re.findall(
            r"listening listener=(\S+) address=\[?([0-9a-f.:]+?)\]?:(\d+)$",
            text, re.MULTILINE)
        return found if len(found) >= wanted else None

    def address(self, listener, family=socket.AF_INET):
        for name, host, port in self.listening:
            if name == listener and (":" in host) == (
                    family == socket.AF_INET6):
                return host, int(port)
        raise AssertionError("no listener " + listener)

    def processes(self):
        """All its processes, the monitor first."""
        return [self.process.pid] + children(self.process.pid)

    def worked(self):
        """Seconds of a processor that those who are there have had so far:
        what something costs, however busy the machine is."""
        total = 0
        for pid in self.processes():
            with open(f"/proc/{pid}/schedstat") as file:
                total += int(file.read().split()[0])
        return total / 1e9

    def keyholder(self):
        """The one in use."""
        found = re.findall(r"keyholder (\d+): has the keys", log("helper.log"))
        mine = [int(pid) for pid in found if int(pid) in self.processes()]
        return mine[-1] if mine else None

    def stop(self):
        """Ask it to stop; returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


def children(pid):
    found = []
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            for child in map(int, file.read().split()):
                found += [child] + children(child)
    except (FileNotFoundError, ProcessLookupError):
        pass  # it has gone away, before it was opened or before it was read
    return found


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
    """An FTP client, connected, with TLS already there unless tls is None."""
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


def revocation_list(path, seconds, *revoked):
    """A list of the authority's, good for so many seconds."""
    template = STAGE + "/crl.template"
    end = time.strftime("%Y-%m-%d %H:%M:%S UTC",
                        time.gmtime(time.time() + seconds))
    with open(template, "w") as file:
        file.write(f'crl_number = 1\ncrl_next_update_date = "{end}"\n')
    certificates = sum((["--load-certificate", f"{PKI}{name}.pem"]
                        for name in revoked), [])
    run("certtool", "--generate-crl", "--load-ca-privkey", PKI + "ca.key",
        "--load-ca-certificate", PKI + "ca.pem", *certificates,
        "--template", template, "--outfile", path)


def hash_of(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def home(user, name=""):
    return f"{STAGE}/home/{user}/{name}"
