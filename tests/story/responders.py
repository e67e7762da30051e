# SPDX-License-Identifier: BSD-2-Clause
"""OCSP responders, good ones and others."""

import contextlib
import http.client
import http.server
import socket
import subprocess
import threading
import time

from story import PATIENCE, PKI, await_that, run, write

PORT = 8888
INDEX = PKI + "index"


def serial(name):
    out = run("openssl", "x509", "-in", f"{PKI}{name}.pem", "-noout",
              "-serial").stdout.decode()
    return out.strip().partition("=")[2]


def index(good=(), revoked=()):
    """What the responder knows, in the format of openssl-ca(1)."""
    now = time.gmtime()
    then = time.strftime("%y%m%d%H%M%SZ", time.gmtime(time.time() + 86400))
    when = time.strftime("%y%m%d%H%M%SZ", now)
    write(INDEX, "".join(
        [f"V\t{then}\t\t{serial(name)}\tunknown\t/CN={name}\n"
         for name in good] +
        [f"R\t{then}\t{when}\t{serial(name)}\tunknown\t/CN={name}\n"
         for name in revoked]))


@contextlib.contextmanager
def responder(*more, signer="ca", good=(), revoked=(), port=PORT):
    """A responder, for as long as this lasts."""
    index(good, revoked)
    process = subprocess.Popen(
        ["openssl", "ocsp", "-index", INDEX, "-CA", PKI + "ca.pem",
         "-rsigner", f"{PKI}{signer}.pem", "-rkey", f"{PKI}{signer}.key",
         "-port", str(port), *(more or ["-nmin", "60"])],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    try:
        await_that(lambda: run("ss", "-Hltn", f"sport = :{port}").stdout,
                   "the responder listens")
        yield process
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def mute():
    """A responder that accepts and says nothing; gives its connections."""
    taken = []

    def accept():
        with contextlib.suppress(OSError):
            while True:
                taken.append(inlet.accept()[0])

    with socket.create_server(("127.0.0.1", PORT)) as inlet:
        threading.Thread(target=accept, daemon=True).start()
        try:
            yield taken
        finally:
            inlet.shutdown(socket.SHUT_RDWR)
            for one in taken:
                one.close()


ELSEWHERE = 8889


def good_answer(question):
    """What the responder that listens elsewhere says."""
    connection = http.client.HTTPConnection("127.0.0.1", ELSEWHERE,
                                            timeout=PATIENCE)
    connection.request("POST", "/", question,
                       {"Content-Type": "application/ocsp-request"})
    with connection.getresponse() as answer:
        return answer.read()


class Faulty(http.server.BaseHTTPRequestHandler):
    """A web server that has learnt something else."""

    how = None

    def do_POST(self):
        question = self.rfile.read(int(self.headers["Content-Length"]))
        status, body = {
            "redirects": (307, b""),
            "has an error": (500, b""),
            "says too much": (200, b"x" * 65537),
            "never ends": (200, None),
            "says nothing": (200, b""),
            "says rubbish": (200, b"<html>What?</html>"),
        }[self.how]
        if status == 500:
            # Good but for that.
            body = good_answer(question)
        self.send_response(status)
        self.send_header("Location", f"http://127.0.0.1:{ELSEWHERE}/")
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body or b"")
            while body is None:
                self.wfile.write(b"x" * 4096)

    def log_message(self, *_):
        """Keep quiet."""


@contextlib.contextmanager
def faulty(how):
    Faulty.how = how
    with http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Faulty) as it:
        threading.Thread(target=it.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            it.shutdown()
