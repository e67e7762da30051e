# SPDX-License-Identifier: BSD-2-Clause
"""TLS in front of any TCP service: bytes in, bytes out, both ends."""

import contextlib
import hashlib
import os
import socket
import ssl
import subprocess
import threading

from ftp import Bytes, after_wrong_record, context
from story import (PATIENCE, PKI, Helper, await_that, equal, log, run, story,
                   tell)


def echo(client):
    """Gives back what comes, until it ends."""
    while data := client.recv(65536):
        client.sendall(data)


def digest(client):
    """Reads to the end, and only then answers."""
    seen = hashlib.sha256()
    while data := client.recv(65536):
        seen.update(data)
    client.sendall(seen.hexdigest().encode() + b"\n")


def serve(address, handle):
    """A TCP service with a thread for each client."""
    inlet = socket.create_server(address)

    def attend(client):
        with client:
            try:
                handle(client)
            except ConnectionError:
                pass

    def accept():
        while True:
            threading.Thread(target=attend, args=(inlet.accept()[0],),
                             daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


# The ports of helper.conf's backends, in stream.sh.
serve(("127.0.0.1", 7007), echo)
serve(("127.0.0.1", 7008), digest)
serve(("127.0.0.1", 7009), lambda client: client.sendall(b"bye\n"))
HELPER = Helper()


def connect(listener, certificate=None, version=None):
    raw = socket.create_connection(HELPER.address(listener), PATIENCE)
    return context(certificate, version).wrap_socket(
        raw, server_hostname="localhost")


def read(connection, size):
    got = b""
    while len(got) < size:
        more = connection.recv(size - len(got))
        if not more:
            break
        got += more
    return got


def gnutls_cli(listener, data):
    host, port = HELPER.address(listener)
    return run("gnutls-cli", "--x509cafile", PKI + "ca.pem", "--port",
               str(port), "--logfile", "/dev/null", host, data=data).stdout


@story("{0}: an echo of 3 MB comes back whole", ("TLSv1_2",), ("TLSv1_3",))
def whole(version):
    source = Bytes(1 << 20)
    with connect("echo", version=getattr(ssl.TLSVersion, version)) as tls:
        for _ in range(60):
            source.left = 50000
            sent = source.read(0)
            tls.sendall(sent)
            equal(read(tls, len(sent)) == sent, True)


@story("{0}, {1}: a session is {2}, whichever worker its client comes to",
       ("TLSv1_2", "no certificate is asked for", "resumed"),
       ("TLSv1_3", "no certificate is asked for", "resumed"),
       ("TLSv1_2", "a client without a certificate", "not resumed"),
       ("TLSv1_3", "a client without a certificate", "resumed"),
       ("TLSv1_2", "a client with a certificate", "not resumed"),
       ("TLSv1_3", "a client with a certificate", "not resumed"))
def resumed(version, which, outcome):
    version = getattr(ssl.TLSVersion, version)
    listener = "anonymous" if which.startswith("no ") else "echo"
    # A session belongs to the context that it was made with.
    own = context("alice" if "with a c" in which else None, version=version)
    session, reused = None, []
    # Two at a time, so that both workers have one.
    for _ in range(4):
        pair = []
        for _ in range(2):
            raw = socket.create_connection(HELPER.address(listener),
                                           PATIENCE)
            pair.append(own.wrap_socket(raw, server_hostname="localhost",
                                        session=session))
            pair[-1].sendall(b"x")
            equal(read(pair[-1], 1), b"x")
        reused += [tls.session_reused for tls in pair]
        session = pair[0].session
        for tls in pair:
            tls.close()
    equal(reused, 2 * [False] + 6 * [outcome == "resumed"])


@story("{0}: a record that is wrong gets an alert, and no reset takes it away",
       ("TLSv1_2",), ("TLSv1_3",))
def wrong_record(version):
    tls = connect("echo", version=getattr(ssl.TLSVersion, version))
    tls.sendall(b"x")
    equal(read(tls, 1), b"x")
    equal(after_wrong_record(tls), ("SSLV3_ALERT_BAD_RECORD_MAC", b""))


@story("gnutls-cli: 3 MB in both directions at once")
def both_ways():
    sent = b"".join(b"%07d\n" % number for number in range(400000))
    equal(gnutls_cli("echo", sent).endswith(sent), True)


@story("gnutls-cli: an answer that comes after the question's end")
def half_close():
    question = Bytes(1 << 20).read(0)
    answer = hashlib.sha256(question).hexdigest().encode() + b"\n"
    equal(gnutls_cli("digest", question).endswith(answer), True)


@story("half-closed by close_notify, the other half still carries {0} bytes",
       (0,), (1,), (1000000,))
def close_notify(size):
    question = b"q" * size
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context().wrap_bio(incoming, outgoing, server_hostname="localhost")
    with socket.create_connection(HELPER.address("digest"), PATIENCE) as raw:
        def attempt(step, *arguments):
            while True:
                try:
                    return step(*arguments)
                except ssl.SSLWantReadError:
                    raw.sendall(outgoing.read())
                    data = raw.recv(65536)
                    incoming.write(data) if data else incoming.write_eof()

        attempt(tls.do_handshake)
        if question:
            attempt(tls.write, question)
        try:
            tls.unwrap()
        except ssl.SSLWantReadError:
            pass
        raw.sendall(outgoing.read())
        answer = b""
        try:
            while True:
                answer += attempt(tls.read, 1000)
        except ssl.SSLZeroReturnError:
            pass
    equal(answer, hashlib.sha256(question).hexdigest().encode() + b"\n")


@story("openssl s_client: a line there and back")
def openssl():
    client = subprocess.Popen(
        ["openssl", "s_client", "-quiet", "-no_ign_eof", "-nocommands",
         "-verify_return_error", "-CAfile", PKI + "ca.pem",
         "-connect", "%s:%d" % HELPER.address("echo")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL)
    try:
        client.stdin.write(b"a line\n")
        client.stdin.flush()
        equal(client.stdout.readline(), b"a line\n")
        client.stdin.close()
        equal(client.wait(PATIENCE), 0)
    finally:
        client.kill()


@story("the service's end of the stream reaches the client as close_notify")
def server_end():
    with connect("closing") as tls:
        # Python raises SSLEOFError when the end is not announced.
        tls.suppress_ragged_eofs = False
        equal(read(tls, 100), b"bye\n")
        equal(tls.recv(100), b"")


@story("a client that is cut off does not look like one that has finished")
def cut_off():
    seen = []

    def notice(client):
        try:
            while client.recv(65536):
                pass
            seen.append("end")
        except ConnectionResetError:
            seen.append("reset")

    serve(("127.0.0.1", 7010), notice)
    tls = connect("noticing")
    tls.sendall(b"half a message")
    socket.socket(fileno=tls.detach()).close()
    await_that(lambda: seen, "the service sees it")
    equal(seen, ["reset"])


@story("where a certificate is demanded, {0} is {1}",
       ("none", "refused", None), ("a good one", "let in", "alice"),
       ("an expired one", "refused", "alice-expired"),
       ("one of an unknown CA", "refused", "alice-unknown"))
def demanded(_, outcome, certificate):
    seen = "refused"
    try:
        with connect("strict", certificate) as tls:
            tls.sendall(b"x")
            seen = "let in" if tls.recv(1) == b"x" else "refused"
    except (ssl.SSLError, ConnectionError):
        pass
    equal(seen, outcome)


@story("no service behind it: the client sees the end, the helper goes on")
def nobody_there():
    try:
        with connect("nobody") as tls:
            tls.recv(1)
    except (ssl.SSLError, ConnectionError):
        pass
    with connect("echo") as tls:
        tls.sendall(b"x")
        equal(tls.recv(1), b"x")


@story("200 connections at once, each with its own bytes")
def many():
    all_of_them = [connect("echo") for _ in range(200)]
    for number, tls in enumerate(all_of_them):
        tls.sendall(b"%06d" % number)
    for number, tls in enumerate(all_of_them):
        equal(read(tls, 6), b"%06d" % number)
        tls.close()


@story("a service on a unix socket")
def unix():
    path = "/run/stage/echo.sock"
    inlet = socket.socket(socket.AF_UNIX)
    inlet.bind(path)
    os.chmod(path, 0o666)
    inlet.listen()

    def once():
        client, _ = inlet.accept()
        with client:
            echo(client)

    threading.Thread(target=once, daemon=True).start()
    with connect("unix") as tls:
        tls.sendall(b"through a socket")
        equal(read(tls, 16), b"through a socket")


@story("a stream without a byte for idle-timeout is ended; one that goes on "
       "is not")
def idle():
    silent, talking = connect("idle"), connect("idle")
    ended = threading.Event()

    def wait():
        with contextlib.suppress(OSError):
            silent.recv(1)
        ended.set()

    threading.Thread(target=wait, daemon=True).start()
    while not ended.is_set():
        talking.sendall(b"x")
        equal(talking.recv(1), b"x")
    equal(log("helper.log").count("idle-timeout session="), 1)
    talking.close()


@story("the kernel asks silent clients whether they are still there")
def keepalive():
    client = connect("echo")
    port = client.getsockname()[1]
    await_that(lambda: b"timer:(keepalive," in
               run("ss", "-Htno", f"dport = :{port}").stdout,
               "keepalive on the helper's socket")
    client.close()


if __name__ == "__main__":
    tell()
