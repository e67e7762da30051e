# SPDX-License-Identifier: BSD-2-Clause
"""Who fails too often is not let in for a while, and nobody else is hurt."""

import contextlib
import json
import os
import re
import signal
import socket
import struct

from ftp import ask, connect, log_in, logged_in, password_of
from story import (CONF, PATIENCE, Helper, await_that, begins, equal, log,
                   read, run, since, story, tell, write)

CTL = os.environ["STSSLCTL"]
HELPER = Helper()
FTP, FTPS = HELPER.address("ftp"), HELPER.address("ftps")
SENT_AWAY = 'stssl_sent_away_total{reason="penalty"}'
REFUSED = "421 Too many failures from your address"


def ctl(*arguments, status=0):
    done = run(CTL, *arguments, check=False)
    equal(done.returncode, status)
    return done.stdout.decode()


def penalties():
    """Sources, by address."""
    found = json.loads(ctl("who", "--penalties", "--json"))["sources"]
    return {s["source"]: s for s in found}


def events(source, event):
    return penalties().get(source, {"events": {event: 0}})["events"][event]


def counted(name):
    found = re.search("^" + re.escape(name) + r" (\d+)$", ctl("metrics"),
                      re.MULTILINE)
    return int(found.group(1)) if found else 0


def dial(address, source):
    return socket.create_connection(address, PATIENCE, (source, 0))


def babble(source, address=FTPS):
    """A failed handshake; returns when the helper has hung up."""
    with dial(address, source) as sock:
        try:
            sock.sendall(b"GET / HTTP/1.0\r\n\r\n")
            while sock.recv(1000):
                pass
        except ConnectionError:
            pass


def greeting(source):
    with dial(FTP, source) as sock:
        return sock.makefile("rb").readline().decode()


def is_refused(source):
    return penalties().get(source, {}).get("refused", False)


@story("thousands of failed handshakes have their sources refused, and others "
       "log in meanwhile")
def flood():
    start = len(log("helper.log"))
    bad = [f"127.0.1.{i}" for i in range(1, 101)]
    for _ in range(20):
        for source in bad:
            babble(source)
        equal(log_in(connect(FTP, source="127.0.0.9"), "alice",
                     password_of("alice")), "password")
    for source in bad:
        babble(source)
    equal("127.0.0.9" in penalties(), False)
    text = since("helper.log", start)
    equal("penalty source=127.0.1." in text, True)
    equal("reason=penalty more=" in text, True)
    equal(counted('stssl_penalties_total{reason="handshake-failed"}') > 1000,
          True)
    equal(counted(SENT_AWAY) > 0, True)


@story("a source is refused after so many failures, and let in again when its "
       "penalty has run down")
def runs_down():
    source = "127.0.0.2"
    failed = 0
    while not is_refused(source):
        babble(source)
        failed += 1
    # 11 of 50 seconds, and one more for as many that this has taken.
    equal(11 <= failed < 60, True)
    begins(greeting(source), REFUSED)
    with dial(FTPS, source) as sock:
        equal(sock.recv(100), b"")
    begins(greeting("127.0.0.3"), "220")
    before = read(CONF)
    # Some seconds more than it has to go.
    limit = penalties()[source]["seconds"] - 5
    write(CONF, before.replace("refuse-above = 500", f"refuse-above = {limit}"))
    ctl("reload")
    await_that(lambda: not is_refused(source), "its penalty runs down")
    equal(log_in(connect(FTP, source=source), "alice", password_of("alice")),
          "password")
    # That it could log in is no pardon.
    equal(source in penalties(), True)
    write(CONF, before)
    ctl("reload")


@story("failed logins of {0} count, and are told by who --penalties",
       ("bob",), ("nobody-at-all",))
def logins(user):
    source = "127.0.0.4" if user == "bob" else "127.0.0.5"
    inside = logged_in(FTP, source=source)
    ftp = connect(FTP, source=source)
    for _ in range(3):
        begins(log_in(ftp, user, "wrong"), "530")
    equal(events(source, "login-failed"), 3)
    equal(is_refused(source), True)
    line = [row for row in ctl("who", "--penalties").splitlines()
            if row.startswith(f"source={source} ")][0]
    equal(line.split()[2:], ["refused=yes", "login-failed=3"])
    begins(greeting(source), REFUSED)
    # Who is inside stays there.
    begins(ask(inside, "NOOP"), "200")


def refuse_source(source):
    """By failed logins, on one connection."""
    ftp = connect(FTP, source=source)
    while not is_refused(source):
        begins(log_in(ftp, "nobody-at-all", "wrong"), "530")


def last_words(ftp):
    """What is said before the connection ends."""
    said = b""
    try:
        while part := ftp.sock.recv(1000):
            said += part
    except ConnectionError:
        pass
    return said.decode()


@story("who has connected before its source was refused gets no further than"
       " {0}", ("USER",), ("PASS",), ("SITE AUTH",), ("USER, implicit TLS",))
def connected_before(what):
    source = {"USER": "127.0.0.30", "PASS": "127.0.0.31",
              "SITE AUTH": "127.0.0.32"}.get(what, "127.0.0.33")
    inside = logged_in(FTP, source=source)
    if what.endswith("TLS"):
        waiting = [connect(FTPS, "implicit", source=source) for _ in range(20)]
    else:
        waiting = [connect(FTP, source=source, certificate="alice")
                   for _ in range(20)]
    if what == "PASS":
        for ftp in waiting:
            begins(ask(ftp, "USER bob"), "331")
    refuse_source(source)
    start, heard = len(log("helper.log")), len(log("vsftpd.log"))
    failed, away = events(source, "login-failed"), counted(SENT_AWAY)
    line = {"PASS": "PASS " + password_of("bob"),
            "SITE AUTH": "SITE AUTH"}.get(what, "USER bob")
    for ftp in waiting:
        ftp.putcmd(line)
        begins(last_words(ftp), REFUSED)
    # They are counted as those who come then, and it costs no more.
    equal(counted(SENT_AWAY), away + 20)
    equal(since("helper.log", start).count(" penalty\n"), 20)
    equal(events(source, "login-failed"), failed)
    equal("bob" in since("vsftpd.log", heard), False)
    # Who is inside stays there.
    begins(ask(inside, "NOOP"), "200")


@story("through a stream listener it is cut off when the module refuses it")
def stream_before():
    source = "127.0.0.34"
    inside = connect(HELPER.address("stream"), "implicit", source=source)
    waiting = connect(HELPER.address("stream"), "implicit", source=source)
    begins(log_in(inside, "alice", password_of("alice")), "password")
    refuse_source(source)
    begins(ask(waiting, "USER nobody-at-all"), "331")
    waiting.putcmd("PASS x")
    # Its own reply may have been faster.
    equal(last_words(waiting)[:3] in ("", "530"), True)
    begins(ask(inside, "NOOP"), "200")


def worker_of(ftp):
    """The process that has the other end of a connection."""
    port = ftp.sock.getsockname()[1]
    found = run("ss", "-Htnp", "dport", "=", f":{port}").stdout.decode()
    return int(re.search(r"pid=(\d+)", found).group(1))


@story("a question that an advisor has no answer to in time costs its source")
def advice_timeout():
    source = "127.0.0.40"
    ftp = connect(FTP, tls=None, source=source)
    # The advisors are among them.
    others = set(HELPER.processes()[1:]) - {worker_of(ftp)}
    for pid in others:
        os.kill(pid, signal.SIGSTOP)
    begins(ask(ftp, "USER alice"), "530 Login refused")
    for pid in others:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
    equal(events(source, "advice-timeout"), 1)
    equal(is_refused(source), True)
    begins(ask(ftp, "USER alice"), REFUSED)
    equal(log_in(connect(FTP, source="127.0.0.41"), "alice",
                 password_of("alice")), "password")


@story("what is no attempt is free: {0}",
       ("USER in clear where TLS is required",), ("QUIT",))
def no_attempt(what):
    ftp = connect(FTP, tls=None, source="127.0.0.6")
    if what == "QUIT":
        begins(ask(ftp, "QUIT"), "221")
    else:
        begins(ask(ftp, "USER acme-1"), "530 TLS required")
    equal("127.0.0.6" in penalties(), False)


@story("who only looks whether the port is open is not penalised: {0}",
       ("close",), ("reset",))
def looks(how):
    source = "127.0.0.7"
    for _ in range(30):
        sock = dial(FTPS, source)
        if how == "reset":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                            struct.pack("ii", 1, 0))
        sock.close()
    # It is accepted after them.
    babble("127.0.0.1")
    await_that(lambda: all(s["address"] != source for s in
                           json.loads(ctl("who", "--json"))["sessions"]),
               "all have come and gone")
    equal(source in penalties(), False)


@story("time that a client lets pass counts: {0}",
       ("handshake-timeout",), ("login-timeout",))
def delays(event):
    source = "127.0.0.8" if event == "login-timeout" else "127.0.0.10"
    listener = "idle" if event == "login-timeout" else "hurry"
    ftp = connect(HELPER.address(listener), tls=None, source=source)
    if event == "handshake-timeout":
        begins(ask(ftp, "AUTH TLS"), "234")
    while ftp.sock.recv(1000):
        pass
    equal(events(source, event), 1)
    begins(greeting(source), REFUSED)


@story("who is exempt is never refused: {0}", ("127.0.0.1",), ("127.0.77.3",))
def exempt(source):
    for _ in range(20):
        babble(source)
    equal(source in penalties(), False)
    begins(greeting(source), "220")


@story("pardon lifts a penalty")
def pardon():
    source = "127.0.0.11"
    while not is_refused(source):
        babble(source)
    start = len(log("helper.log"))
    ctl("pardon", source)
    equal(f"pardoned address={source} by uid=0" in since("helper.log", start),
          True)
    begins(greeting(source), "220")
    ctl("pardon", source, status=1)
    ctl("pardon", "somewhere", status=2)


@story("a reload keeps penalties")
def reload():
    source = "127.0.0.12"
    while not is_refused(source):
        babble(source)
    count = events(source, "handshake-failed")
    ctl("reload")
    equal(events(source, "handshake-failed") >= count, True)


tell()
