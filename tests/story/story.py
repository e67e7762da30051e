# SPDX-License-Identifier: BSD-2-Clause
"""What the stories share: TAP, the helper, and its logs.

A story file decorates functions with @story("sentence") and ends with tell().
It runs on the stage that lib.sh sets up, as the first process in there.
"""

import contextlib
import hashlib
import os
import re
import resource
import signal
import socket
import subprocess
import threading
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
    """Run all stories and report in TAP; the exit status stays 0.

    With STORY_ONLY set, only those whose sentence has these words."""
    words = os.environ.get("STORY_ONLY", "")
    chosen = [story for story in STORIES if words in story[0]]
    chosen.append(("at the end the helper stops with status 0, and no "
                   "complaint", the_end, ()))
    print(f"1..{len(chosen)}", flush=True)
    for number, (sentence, function, row) in enumerate(chosen, 1):
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
    for name in [*Helper.logs, "syslog"]:
        equal(re.findall("(?m)^.*(?:Sanitizer: |runtime error: ).*$",
                         log(name)), [])


def tails():
    """The last lines of every log, for a failure's diagnostics."""
    lines = []
    for name in [*Helper.logs, "syslog", "vsftpd.log"]:
        lines += [f"{name}: {line}" for line in log(name).splitlines()[-8:]]
    return lines


def settle_syslog():
    """Wait for the lines that have been sent."""
    # On a path: the story may be in another network than the log.
    path = f"{STAGE}/settled-{os.getpid()}-{threading.get_ident()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock, \
            contextlib.suppress(OSError):
        sock.settimeout(PATIENCE)
        sock.bind(path)
        try:
            sock.sendto(b"settled?", "/dev/log")
            sock.recv(8)
        finally:
            os.unlink(path)


def log(name):
    if name == "syslog":
        settle_syslog()
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
    logs = {"helper.log"}

    def __init__(self, conf=CONF, limits=None, before=lambda: None,
                 target="stderr", own="helper.log"):
        """`limits`: those of resource.setrlimit(), for this helper alone;
        `before`: called by its process before it is the helper; `target`:
        with "syslog" its lines are in log("syslog"); `own`: the log that its
        lines are in otherwise."""
        Helper.all.append(self)
        Helper.logs.add(own)

        def limit():
            for what, value in (limits or {}).items():
                resource.setrlimit(what, (value, value))
            before()

        name = "syslog" if target == "syslog" else own
        start = len(log(name))
        with open(conf) as file:
            wanted = len(re.findall(r':0"', file.read()))
        with open(f"{STAGE}/{own}", "a") as stderr:
            self.process = subprocess.Popen(
                [os.environ["HELPER"], "-c", conf, "--log=" + target],
                stdin=subprocess.DEVNULL, stderr=stderr, preexec_fn=limit)
        try:
            self.listening = await_that(
                lambda: self._read(since(name, start), wanted),
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


def revocation_list(path, seconds, *revoked):
    """A list of the authority's, good for so many seconds."""
    template = STAGE + "/crl.template"
    end = time.strftime("%Y-%m-%d %H:%M:%S UTC",
                        time.gmtime(time.time() + seconds))
    with open(template, "w") as file:
        file.write(f'crl_number = 1\ncrl_next_update_date = "{end}"\n')
    # certtool takes one file.
    with open(STAGE + "/revoked.pem", "w") as file:
        file.write("".join(read(f"{PKI}{name}.pem") for name in revoked))
    certificates = ["--load-certificate", file.name] if revoked else []
    run("certtool", "--generate-crl", "--load-ca-privkey", PKI + "ca.key",
        "--load-ca-certificate", PKI + "ca.pem", *certificates,
        "--template", template, "--outfile", path)


def reload():
    """Have the helper load its files; returns why it could not, or nothing.

    A SIGHUP would not do: its outcome cannot be told from that of a reload
    for files that the helper has seen changing by itself."""
    return run(os.environ["STSSLCTL"], "reload", check=False).stderr.decode()


def hash_of(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def home(user, name=""):
    return f"{STAGE}/home/{user}/{name}"
