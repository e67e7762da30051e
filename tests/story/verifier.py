# SPDX-License-Identifier: BSD-2-Clause
"""Whose certificates count: the verifier's word, whatever a worker says."""

import os
import re
import signal
import ssl
import struct
import threading
import time

from ftp import ask, connect, log_in, logged_in, transfer
from keybytes import memory, tag_secret
from story import (CONF, PATIENCE, PKI, STAGE, Helper, await_that, begins,
                   equal, log, read, reload, run, since, story, tell, write)

BUILT = os.environ["builddir"] + "/tests/"
LIES = STAGE + "/lies"
# struct lies of tests/liar.c: the lie, and what is kept for it.
SIZE = 8 + 64 + 32 + 65536
(TRUTH, NO_SIGNATURE, SIGNATURE_OF_ANOTHER, CHAIN_OF_ANOTHER, ANOTHER_HANDSHAKE,
 SAME_NONCE, OTHER_VERSION, FIRST_HELLO_AGAIN, CUT, OWN_RECORD, OWN_CLAIM,
 ANOTHER_SESSION, FOREIGN_NONCE, OWN_SIGNATURE) = range(14)
VERSIONS = ("TLSv1_2", "TLSv1_3")


def lying(conf=CONF):
    """A helper whose workers say what LIES demands."""
    os.environ["LD_PRELOAD"] = BUILT + "liar.so"
    try:
        return Helper(conf)
    finally:
        del os.environ["LD_PRELOAD"]


with open(LIES, "wb") as made:
    made.truncate(SIZE)
os.chmod(LIES, 0o666)
os.environ["LIES"] = LIES
HELPER = lying()
FTP = HELPER.address("ftp")


def tell_lie(which):
    with open(LIES, "r+b") as file:
        file.write(struct.pack("I", which))


def attempt(user="acme-1", certificate=None, version=None, address=None):
    """How a login by certificate goes."""
    version = version and getattr(ssl.TLSVersion, version)
    ftp = connect(address or FTP, certificate=certificate or user,
                  version=version)
    outcome = log_in(ftp, user)
    ftp.close()
    return outcome


def refused(outcome):
    begins(outcome, "530 The certificate is not accepted: its owner is not "
           "proven to be there.")


@story("{1}: a worker that hands in {0} logs nobody in by it",
       *((name, version, lie) for version in VERSIONS for name, lie in (
           ("no signature", NO_SIGNATURE),
           ("another handshake's signature", SIGNATURE_OF_ANOTHER),
           ("a chain exchanged after the signature", CHAIN_OF_ANOTHER),
           ("a handshake that was handed in before", ANOTHER_HANDSHAKE),
           ("a handshake with a nonce that was used", SAME_NONCE),
           ("another version", OTHER_VERSION),
           ("a message more", FIRST_HELLO_AGAIN),
           ("a handshake without its end", CUT),
           ("a signature that the keyholder has not made", OWN_SIGNATURE))))
def lies(_, version, lie):
    if lie == OTHER_VERSION and version == "TLSv1_2":
        return  # there is no such extension in it
    tell_lie(TRUTH)
    equal(attempt("acme-2", version=version), "certificate")
    start = len(log("helper.log"))
    try:
        tell_lie(lie)
        refused(attempt(version=version))
    finally:
        tell_lie(TRUTH)
    equal(len(re.findall("warning: unproven session=",
                         since("helper.log", start))), 1)
    equal(attempt(version=version), "certificate")


@story("{0}: a handshake with another server of the same CA logs nobody in",
       *((version,) for version in VERSIONS))
def another_server(version):
    run("certtool", "--generate-certificate", "--load-privkey",
        PKI + "server.key", "--load-ca-privkey", PKI + "ca.key",
        "--load-ca-certificate", PKI + "ca.pem", "--template",
        PKI + "server.tmpl", "--outfile", PKI + "twin.pem")
    path = STAGE + "/twin.conf"
    write(path, 'status-socket = "/run/stssl/other.sock"\n' + read(CONF)
          .replace("/etc/stssl/server.pem", PKI + "twin.pem"))
    twin = lying(path)
    # Its handshake is kept, whatever becomes of the login.
    attempt("acme-1", version=version, address=twin.address("ftp"))
    equal(twin.stop(), 0)
    start = len(log("helper.log"))
    try:
        tell_lie(ANOTHER_HANDSHAKE)
        refused(attempt("acme-2", version=version))
    finally:
        tell_lie(TRUTH)
    equal("unproven session=" in since("helper.log", start), True)


def nobody(lie, **more):
    """While this lie is told nobody gets in; the connection may end."""
    tell_lie(lie)
    try:
        ftp = connect(FTP, **more)
        equal(log_in(ftp, "acme-1") == "certificate", False)
    except (OSError, EOFError):
        pass
    finally:
        tell_lie(TRUTH)


@story("a worker that writes a certificate into a record by itself is ended")
def own_record():
    start = len(log("helper.log"))
    nobody(OWN_RECORD)
    await_that(lambda: "error: impossible message from a worker"
               in since("helper.log", start), "the end of the worker")
    await_that(lambda: attempt() == "certificate", "another worker")


@story("a worker that claims a proof that there is not has no record")
def own_claim():
    start = len(log("helper.log"))
    nobody(OWN_CLAIM)
    equal("record is not kept" in since("helper.log", start), True)
    equal(attempt(), "certificate")


@story("a worker that hands in a handshake for another's session is ended")
def another_session():
    # The next client gets the other worker.
    ftp = logged_in(FTP, "acme-2", certificate="acme-2")
    start = len(log("helper.log"))
    nobody(ANOTHER_SESSION, certificate="acme-1")
    await_that(lambda: "hands in a handshake of another one's session"
               in since("helper.log", start), "its end")
    transfer(ftp, "acme-2")
    await_that(lambda: attempt() == "certificate", "another worker")


@story("a worker that hands in an old handshake as that of an Edge is ended")
def foreign_nonce():
    equal(attempt("acme-2"), "certificate")
    start = len(log("helper.log"))
    nobody(FOREIGN_NONCE, certificate="acme-1")
    await_that(lambda: "hands in a handshake that another machine has to judge"
               in since("helper.log", start), "its end")
    await_that(lambda: attempt() == "certificate", "another worker")


def verifier():
    """The one in use."""
    found = re.findall(r"verifier (\d+): gives nonces", log("helper.log"))
    mine = [int(pid) for pid in found if int(pid) in HELPER.processes()]
    return mine[-1] if mine else None


def nothing():
    pass


def renew():
    """By a reload: those of before end, as they have no sessions."""
    before = set(HELPER.processes()[1:])
    equal(reload(), "")
    await_that(lambda: not before & set(HELPER.processes()), "their ends")


def kill_both():
    for pid in HELPER.keyholder(), verifier():
        os.kill(pid, signal.SIGKILL)
        await_that(lambda pid=pid: pid not in HELPER.processes(), "its end")


@story("nobody but monitor, keyholder and verifier has the secret of tags: {0}",
       ("at the start", nothing), ("after a reload", renew),
       ("after the end of the two", kill_both))
def untold(_, happens):
    happens()
    await_that(lambda: HELPER.keyholder() and verifier(), "the two")
    equal(attempt(), "certificate")
    has = {HELPER.process.pid, HELPER.keyholder(), verifier()}
    secret = tag_secret(HELPER.process.pid)
    equal(secret == bytes(32), False)
    equal({tag_secret(pid) for pid in has}, {secret})
    others = set(HELPER.processes()) - has
    equal(len(others) >= 4, True)
    equal({tag_secret(pid) for pid in others}, {bytes(32)})
    equal([pid for pid in others
           if any(secret in piece for piece in memory(pid))], [])


@story("the verifier is killed: certificates count again when it is replaced")
def killed():
    for _ in range(5):
        old = verifier()
        # Nonces of the old one are no nonces of the new one.
        half = connect(FTP, tls=None)
        begins(ask(half, "AUTH TLS"), "234")
        os.kill(old, signal.SIGKILL)
        begin = time.monotonic()
        outcome = attempt()
        equal(time.monotonic() - begin < PATIENCE, True)
        if outcome != "certificate":
            refused(outcome)
        half.close()
        await_that(lambda: verifier() not in (None, old), "the next one")
        await_that(lambda: attempt() == "certificate", "its nonces")


@story("an old verifier is killed: its workers get the new one")
def old_killed():
    # Handshakes of these come late, in an old worker.
    waiting = [connect(FTP, tls="late", certificate="acme-1")
               for _ in range(20)]
    old = verifier()
    equal(reload(), "")
    outcomes = []

    def late():
        equal(waiting != [], True)
        ftp = waiting.pop()
        ftp.auth()
        outcomes.append(log_in(ftp, "acme-1"))
        ftp.close()
        return outcomes[-1] == "certificate"

    equal(late(), True)
    os.kill(old, signal.SIGKILL)
    await_that(late, "the new verifier")
    for outcome in outcomes:
        if outcome != "certificate":
            refused(outcome)


@story("the verifier is killed in the middle of handshakes: nobody is let in "
       "who should not be, and all is well afterwards")
def killed_meanwhile():
    stop, outcomes = threading.Event(), []

    def come():
        while not stop.is_set():
            try:
                outcomes.append(attempt("acme-1"))
                outcomes.append(attempt("acme-1", "acme-2"))
            except (OSError, EOFError):
                pass

    client = threading.Thread(target=come)
    client.start()
    try:
        old = None
        for _ in range(10):
            await_that(lambda: verifier() not in (None, old), "a verifier")
            old = verifier()
            seen = len(outcomes)
            await_that(lambda: len(outcomes) > seen + 1, "handshakes")
            os.kill(old, signal.SIGKILL)
    finally:
        stop.set()
        client.join()
    for outcome in outcomes:
        equal(outcome == "certificate" or outcome.startswith("530 "), True)
    equal(outcomes.count("certificate") > 0, True)
    await_that(lambda: attempt() == "certificate", "all is well")
    begins(attempt("acme-1", "acme-2"), "530 ")


@story("a verifier that does not answer logs nobody in, and keeps nobody else")
def stopped():
    it = verifier()
    os.kill(it, signal.SIGSTOP)
    try:
        begin = time.monotonic()
        refused(attempt())
        equal(2 < time.monotonic() - begin < PATIENCE, True)
        ftp = logged_in(FTP)
        transfer(ftp, "alice")
        ftp.quit()
    finally:
        os.kill(it, signal.SIGCONT)
    await_that(lambda: attempt() == "certificate", "its answers")


def resident(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", read(f"/proc/{pid}/status"))
               .group(1))


@story("{0} handshakes with certificates leave nothing behind",
       (int(os.environ.get("STORY_HANDSHAKES", "300")),))
def many(count):
    def come(times):
        for _ in range(times):
            ftp = connect(FTP, certificate="acme-1")
            ftp.close()

    come(100)
    before = {pid: resident(pid) for pid in HELPER.processes()}
    come(count)
    files = {pid: len(os.listdir(f"/proc/{pid}/fd")) for pid in before}
    for pid, then in before.items():
        # A page or two for each process; a leak of a chain would be more.
        equal(resident(pid) - then < 512 + count / 16, True)
        equal(files[pid] < 100, True)
    equal(set(before) == set(HELPER.processes()), True)


tell()
