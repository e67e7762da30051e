# SPDX-License-Identifier: BSD-2-Clause
"""OCSP: what responders say of clients' certificates, or do not say."""

import contextlib
import os
import re
import signal
import socket
import ssl
import threading

from ftp import connect, context, log_in, password_of
from responders import ELSEWHERE, PORT, faulty, mute, responder
from story import (CONF, PATIENCE, PKI, Helper, await_that, begins, equal, log,
                   read, reload, run, since, story, tell, write)

URL = f"http://127.0.0.1:{PORT}/"
REFUSED = "530 The certificate is not accepted: "
REVOKED = REFUSED + "certificate revoked"
NOT_KNOWN = REFUSED + "revocation state is not known"


def make(name, *lines, user=None, signer="ca"):
    """A certificate NAME, of a user's or nobody's, with a key of its own."""
    write(PKI + name + ".tmpl",
          "\n".join([f'cn = "{user or name}"', "signing_key",
                     "expiration_days = 30", *lines]) + "\n")
    run("certtool", "--generate-privkey", "--key-type=ecdsa",
        "--curve=secp256r1", "--outfile", f"{PKI}{name}.key")
    run("certtool", "--generate-certificate", "--load-privkey",
        f"{PKI}{name}.key", "--load-ca-privkey", f"{PKI}{signer}.key",
        "--load-ca-certificate", f"{PKI}{signer}.pem", "--template",
        f"{PKI}{name}.tmpl", "--outfile", f"{PKI}{name}.pem")


make("delegate", "ocsp_signing_key")
make("pretender", "tls_www_client")
make("acme-2-aia", "tls_www_client", f'ocsp_uri = "{URL}"', user="acme-2")
make("acme-1-lost", "tls_www_client", 'ocsp_uri = "http://lost.example/"',
     user="acme-1")
# Nobody listens there: whoever asks by a proxy gets no answer.
os.environ["http_proxy"] = os.environ["all_proxy"] = "http://127.0.0.1:1/"
# One worker, so that whoever comes again may resume.
BEFORE = read(CONF).replace("workers = 2", "workers = 1")
write(CONF, BEFORE)
HELPER = Helper()
# It listens before it catches signals: a reload must not come in between.
await_that(lambda: "info: ready" in log("helper.log"), "the start")
FTP = HELPER.address("ftp")


def use(ocsp, *lines, url=URL):
    """From now on this is in section tls.  Nothing is remembered, either."""
    keys = [f"ocsp = {ocsp}", *lines]
    if url:
        keys.append(f'ocsp-responder = "{url}"')
    write(CONF, BEFORE.replace("client-ca   =",
                               "\n".join(keys) + "\nclient-ca   ="))
    equal(reload(), "")


def attempt(user="acme-1", certificate=None):
    """How a login by certificate went; the client has gone afterwards."""
    ftp = connect(FTP, certificate=certificate or user)
    outcome = log_in(ftp, user)
    ftp.close()
    return outcome


@story("who is not revoked gets in, who is does not: {0}, signed by the {1}",
       ("soft", "ca"), ("hard", "ca"), ("soft", "delegate"),
       ("hard", "delegate"))
def plain(mode, signer):
    use(mode)
    start = len(log("helper.log"))
    with responder(signer=signer, good=["acme-2"], revoked=["acme-1"]):
        equal(attempt("acme-2"), "certificate")
        begins(attempt("acme-1"), REVOKED)
    equal("verify=FAILED:revoked" in since("helper.log", start), True)


@story("an answer that {0} says nothing: {1}",
       ("is not about this certificate", "soft"),
       ("is not about this certificate", "hard"),
       ("is signed by another CA", "soft"),
       ("is signed by another CA", "hard"),
       ("is signed by somebody's certificate", "soft"),
       ("is signed by somebody's certificate", "hard"))
def worthless(why, mode):
    signer = {"is signed by another CA": "other-ca",
              "is signed by somebody's certificate": "pretender"}.get(
                  why, "ca")
    good = [] if signer == "ca" else ["acme-1"]
    use(mode)
    with responder(signer=signer, good=good):
        outcome = attempt()
    if mode == "soft":
        equal(outcome, "certificate")
    else:
        begins(outcome, NOT_KNOWN)


@story("a web server that {0} says nothing about certificates",
       ("redirects",), ("has an error",), ("says too much",), ("never ends",),
       ("says nothing",), ("says rubbish",))
def no_responder(how):
    use("hard")
    with responder(good=["acme-1"], port=ELSEWHERE), faulty(how):
        begins(attempt(), NOT_KNOWN)


@story("no responder: {0}", ("soft",), ("hard",))
def down(mode):
    use(mode)
    start = len(log("helper.log"))
    for user in "acme-1", "acme-2", "acme-1":
        outcome = attempt(user)
        if mode == "soft":
            equal(outcome, "certificate")
        else:
            begins(outcome, NOT_KNOWN)
    # Once, not for everybody who comes.
    complaints = re.findall(r"(?m)^.*ocsp responder .*$",
                            since("helper.log", start))
    equal(len(complaints), 1)
    equal(f'"{URL}"' in complaints[0], True)


@story("a responder that says nothing keeps nobody but who has to wait: {0}",
       ("soft",), ("hard",))
def silent(mode):
    use(mode, "ocsp-timeout = 5")
    outcome = []
    start = len(log("helper.log"))
    with mute() as taken:
        waiter = threading.Thread(target=lambda: outcome.append(attempt()))
        waiter.start()
        await_that(lambda: taken, "the question")
        # Nobody else waits for it: neither without a certificate ...
        equal(log_in(connect(FTP), "alice", password_of("alice")), "password")
        # ... nor the same one, when he does nothing with TLS.
        equal("ocsp session" in since("helper.log", start), False)
        equal(outcome, [])
        waiter.join(PATIENCE)
        # Whoever comes next does not wait for it again.
        other = attempt("acme-2")
        equal(len(taken), 1)
    for one in outcome[0], other:
        if mode == "soft":
            equal(one, "certificate")
        else:
            begins(one, NOT_KNOWN)


@story("an answer is good until its next update, without a responder")
def cached():
    use("hard")
    with responder("-nmin", "60", "-nrequest", "1", good=["acme-1"]) as it:
        equal(attempt(), "certificate")
        equal(it.wait(PATIENCE), 0)
    equal(attempt(), "certificate")
    begins(attempt("acme-2"), NOT_KNOWN)


@story("many at once are one question")
def together():
    use("hard")
    outcome = []
    with responder("-nmin", "60", "-nrequest", "1", good=["acme-1"]) as it:
        os.kill(it.pid, signal.SIGSTOP)
        clients = [threading.Thread(target=lambda: outcome.append(attempt()))
                   for _ in range(8)]
        for client in clients:
            client.start()
        await_that(lambda: run("ss", "-Htn", f"dport = :{PORT}").stdout,
                   "the question")
        os.kill(it.pid, signal.SIGCONT)
        for client in clients:
            client.join(PATIENCE)
    equal(outcome, ["certificate"] * 8)


@story("the certificate says itself whom to ask")
def by_certificate():
    use("hard", url=None)
    with responder(good=["acme-2-aia", "acme-1"]):
        equal(attempt("acme-2", "acme-2-aia"), "certificate")
        begins(attempt("acme-1"), NOT_KNOWN)
    use("hard", url=None)
    with responder(revoked=["acme-2-aia"]):
        begins(attempt("acme-2", "acme-2-aia"), REVOKED)


@story("a name server that says nothing keeps nobody else")
def slow_name():
    names = {"/etc/nsswitch.conf": read("/etc/nsswitch.conf").replace(
        "hosts: files", "hosts: files dns"),
        "/etc/resolv.conf": "nameserver 127.0.0.1\noptions timeout:20\n"}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 53))
        server.settimeout(PATIENCE)
        before = {path: read(path) for path in names}
        for path, text in names.items():
            write(path, text)
        try:
            use("hard", "ocsp-timeout = 4", url=None)
            with responder(good=["acme-2-aia"]):
                begins(attempt("acme-1", "acme-1-lost"), NOT_KNOWN)
                equal(b"lost" in server.recv(512), True)
                equal(attempt("acme-2", "acme-2-aia"), "certificate")
        finally:
            for path, text in before.items():
                write(path, text)


def echo():
    """The service behind the listener "must"."""
    inlet = socket.create_server(("127.0.0.1", 7007))
    while True:
        with inlet.accept()[0] as client, \
                contextlib.suppress(ConnectionError):
            while data := client.recv(65536):
                client.sendall(data)


threading.Thread(target=echo, daemon=True).start()


def visit(tls, session=None):
    """What comes back through the listener "must", and the TLS session."""
    raw = socket.create_connection(HELPER.address("must"), PATIENCE)
    try:
        with tls.wrap_socket(raw, server_hostname="localhost",
                             session=session) as client:
            client.sendall(b"hello")
            return client.recv(5), client.session
    except OSError:
        return b"", None


@story("client-certificate = require minds what OCSP says: {0}",
       ("TLSv1_2",), ("TLSv1_3",))
def required(version):
    use("soft")
    version = ssl.TLSVersion[version]
    with responder(good=["acme-2"], revoked=["acme-1"]):
        equal(visit(context("acme-2", version))[0], b"hello")
        equal(visit(context("acme-1", version))[0], b"")


@story("who comes again with a TLS session is asked about again: {0}",
       ("TLSv1_2",), ("TLSv1_3",))
def resumed(version):
    use("soft")
    tls = context("acme-1", ssl.TLSVersion[version])
    with responder(good=[]):
        answer, session = visit(tls)
        equal(answer, b"hello")
    start = len(log("helper.log"))
    with responder(revoked=["acme-1"]):
        equal(visit(tls, session)[0], b"")
    equal(len(re.findall("resumed=no verify=FAILED:revoked",
                         since("helper.log", start))), 1)


def inquirer():
    """Its process: the youngest."""
    return max(HELPER.processes())


@story("the process is there only when it is needed, and replaced when it dies")
def process():
    use("off", url=None)
    equal(attempt(), "certificate")
    await_that(lambda: len(HELPER.processes()) == 8, "old ones' ends")
    use("hard")
    start = len(log("helper.log"))
    begins(attempt(), NOT_KNOWN)
    await_that(lambda: len(HELPER.processes()) == 9, "one more")
    it = int(re.search(r"inquirer\[(\d+)\]: warning: ocsp responder",
                       since("helper.log", start)).group(1))
    with responder(good=["acme-1"]):
        os.kill(it, signal.SIGKILL)
        await_that(lambda: attempt() == "certificate", "another process")
        equal(it in HELPER.processes(), False)
        # One that hangs keeps nobody waiting for long, and is replaced, too.
        hung = inquirer()
        os.kill(hung, signal.SIGSTOP)
        begins(attempt(), NOT_KNOWN)
        await_that(lambda: attempt() == "certificate", "yet another process")
        equal(hung in HELPER.processes(), False)
    use("off", url=None)
    await_that(lambda: len(HELPER.processes()) == 8, "its end")


tell()
