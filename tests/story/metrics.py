# SPDX-License-Identifier: BSD-2-Clause
"""What monitoring needs: counters that move, and a scraper that is answered,
by stsslctl as its systemd unit runs it."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time

from ftp import logged_in
from story import (CONF, STAGE, Helper, Skipped, await_that, begins, equal,
                   read, revocation_list, run, story, tell, write)

CTL = os.environ["STSSLCTL"]
SOURCE = os.environ["srcdir"]
PLACE = os.path.dirname(os.path.abspath(__file__))
UNIT = SOURCE + "/etc/stssl-metrics@.service.in"
CRL = "/etc/stssl/crl.pem"
DEAD = 222
PORT = 9921
revocation_list(CRL, 3600)
write(CONF, read(CONF).replace(
    "client-ca   =", f'client-crl = {{ "{CRL}" }}\nclient-ca   =') + f"""
listen "dead" {{
    address  = {{ "127.0.0.1:0" }}
    protocol = stream
    backend  = "127.0.0.1:{DEAD}"
    max-sessions = 7
}}
""")
HELPER = Helper()


def counted(name):
    """The value of a sample; None when it is not there."""
    text = run(CTL, "metrics").stdout.decode()
    found = re.search("^" + re.escape(name) + r" (\d+)$", text, re.MULTILINE)
    return int(found.group(1)) if found else None


def becomes(name, value):
    await_that(lambda: counted(name) == value, f"{name} is {value}")


@story("what is not there yet is told, too: build, start, ends of certificates")
def begin():
    version = run(CTL, "--version").stdout.decode().split()[1]
    equal(counted(f'stssl_build_info{{version="{version}"}}'), 1)
    now = time.time()
    for name in "start", "last_reload", "last_reload_success":
        equal(abs(counted(f"stssl_{name}_timestamp_seconds") - now) < 600, True)
    text = run(CTL, "metrics").stdout.decode()
    equal(re.findall(r'expiration_timestamp_seconds{use="(.*?)",file="(.*?)"',
                     text),
          [("server", "/etc/stssl/server.pem"),
           ("client-ca", "/etc/stssl/client-ca.pem")])
    end = int(re.search(rf'^stssl_crl_expiration_timestamp_seconds{{file="{CRL}'
                        r'",number="1",issuer=".*?"} (\d+)$', text,
                        re.MULTILINE).group(1))
    equal(0 < end - now <= 3600, True)


def reload(status):
    equal(run(CTL, "reload", check=False).returncode, status)


@story("a reload is counted, a bad one too, and nothing begins anew")
def reloads():
    ftp = logged_in(HELPER.address("ftp"), "alice", certificate="alice")
    accepted = counted("stssl_accepted_total")
    before = read(CONF)
    write(CONF, "nonsense\n" + before)
    reload(1)
    equal(counted("stssl_last_reload_successful"), 0)
    equal(counted('stssl_reloads_total{result="failed"}'), 1)
    write(CONF, before)
    reload(0)
    equal(counted("stssl_last_reload_successful"), 1)
    equal(counted('stssl_reloads_total{result="done"}'), 1)
    equal(counted("stssl_accepted_total"), accepted)
    equal(counted('stssl_logins_total{class="guests",verdict="accept"}'), 1)
    equal(counted('stssl_sessions{listener="ftp",tls="TLSv1.3"}'), 1)
    for role in "worker", "keyholder", "advisor":
        equal(counted(f'stssl_restarts_total{{role="{role}"}}'), 0)
    ftp.close()
    becomes('stssl_sessions{listener="ftp",tls="TLSv1.3"}', 0)


@story("a keyholder, and a worker, that are killed are counted as restarts")
def restarts():
    old = HELPER.keyholder()
    os.kill(old, signal.SIGKILL)
    becomes('stssl_restarts_total{role="keyholder"}', 1)
    await_that(lambda: HELPER.keyholder() not in (None, old), "a new one")
    ftp = logged_in(HELPER.address("ftp"), "alice", certificate="alice")
    ends = [ftp.sock.getsockname()[1], ftp.sock.getpeername()[1]]
    found = run("ss", "-Htnp", "state", "established",
                f"sport = :{ends[1]} and dport = :{ends[0]}").stdout.decode()
    os.kill(int(re.search(r"pid=(\d+)", found).group(1)), signal.SIGKILL)
    becomes('stssl_restarts_total{role="worker"}', 1)
    logged_in(HELPER.address("ftp"), "alice", certificate="alice").quit()


def visit():
    """A client of the listener whose backend is not there."""
    run("gnutls-cli", "--insecure", "--port", str(HELPER.address("dead")[1]),
        "127.0.0.1", data=b"", check=False)


@story("a backend that cannot be reached is down, until it is up again")
def backends():
    up = 'stssl_backend_up{listener="dead"}'
    equal(counted(up), None)
    visit()
    becomes(up, 0)
    visit()
    becomes('stssl_backend_failures_total{listener="dead"}', 2)
    equal(counted('stssl_backend_up{listener="ftp"}'), 1)
    with socket.create_server(("127.0.0.1", DEAD)):
        visit()
        becomes(up, 1)
    equal(counted('stssl_backend_failures_total{listener="dead"}'), 2)


SERVER = subprocess.Popen(
    ["systemd-socket-activate", "--accept", "--inetd", "-l",
     f"127.0.0.1:{PORT}", "unshare", "--net", "python3",
     PLACE + "/confine.py", UNIT, "stssl", CTL, "metrics", "--http"],
    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    stderr=subprocess.DEVNULL)


def is_there():
    try:
        socket.create_connection(("127.0.0.1", PORT)).close()
    except ConnectionRefusedError:
        return False
    return True


await_that(is_there, "the metrics' socket")


def http(*arguments, path="/metrics"):
    """Status, Content-Type and body, as curl has them."""
    done = run("curl", "-s", *arguments, "-w", "\n%{http_code} %{content_type}",
               f"http://127.0.0.1:{PORT}{path}")
    body, _, last = done.stdout.decode().rpartition("\n")
    status, _, kind = last.partition(" ")
    return int(status), kind, body


@story("a scraper gets OpenMetrics, or the older form when it wants that")
def scrape():
    status, kind, body = http()
    equal((status, kind), (200, "application/openmetrics-text; version=1.0.0; "
                           "charset=utf-8"))
    equal(body.startswith("# TYPE stssl_build info\n"), True)
    equal(body.endswith("\n# EOF\n"), True)
    status, kind, body = http("-H", "Accept: text/plain;version=0.0.4")
    equal((status, kind), (200, "text/plain; version=0.0.4; charset=utf-8"))
    equal("\n# TYPE stssl_accepted_total counter\n" in body, True)
    equal("# EOF" in body, False)
    equal(http("--http1.0")[0], 200)
    status, kind, body = http("--head")
    begins(kind, "application/openmetrics-text")
    equal("# EOF" in body, False)


@story("what is asked wrongly is refused",
       ([], "/", 404),
       (["-X", "POST", "-d", "x" * 1000], "/metrics", 405),
       (["-X", "DELETE"], "/metrics", 405),
       (["-H", "Host:"], "/metrics", 400),
       (["-H", "X: " + "x" * 9000], "/metrics", 400))
def wrong(arguments, path, status):
    equal(http(*arguments, path=path)[0], status)


def exchange(data):
    """What comes back for these bytes, until the end."""
    with socket.create_connection(("127.0.0.1", PORT)) as client:
        client.sendall(data)
        answer = b""
        while piece := client.recv(65536):
            answer += piece
    return answer


@story("who is slow, or speaks something else, is answered and let go")
def slow():
    begins(exchange(b"\x16\x03\x01\r\n\r\n").decode(), "HTTP/1.1 400 ")
    begins(exchange(b"GET /metrics HTTP/1.1\r\n").decode(), "HTTP/1.1 408 ")
    begins(exchange(b"GET /metrics HTTP/1.0\r\n\r\nGET").decode(),
           "HTTP/1.1 200 ")


@story("a helper that does not answer is 503, and no counters")
def absent():
    HELPER.process.send_signal(signal.SIGSTOP)
    status, _, body = http()
    HELPER.process.send_signal(signal.SIGCONT)
    equal((status, body), (503, "503 Service Unavailable\n"))
    equal(http()[0], 200)


@story("promtool has nothing to say of counters and alerts")
def lint():
    if not shutil.which("promtool"):
        raise Skipped("promtool is not installed (Debian: prometheus)")
    text = run(CTL, "metrics", "--plain").stdout
    done = run("promtool", "check", "metrics", data=text, check=False)
    equal((done.returncode, done.stdout, done.stderr), (0, b"", b""))
    run("promtool", "check", "rules", SOURCE + "/etc/alerts.yml")
    run("promtool", "test", "rules", PLACE + "/alerts-test.yml")


STRICT = """
import sys
try:
    from prometheus_client.openmetrics.parser import \\
        text_string_to_metric_families as parse
except ImportError:
    sys.exit(77)
print(len(list(parse(sys.stdin.read()))))
"""


@story("a strict reader of OpenMetrics takes the counters")
def strict():
    done = run("/usr/bin/python3", "-c", STRICT, check=False,
               data=run(CTL, "metrics").stdout)
    if done.returncode == 77:
        raise Skipped("python3-prometheus-client is not installed")
    equal(done.stderr, b"")
    equal(int(done.stdout) >= 20, True)


@story("systemd has nothing to say of the units")
def verify():
    units = STAGE + "/units"
    os.mkdir(units)
    shutil.copy(SOURCE + "/etc/stssl-metrics.socket", units)
    write(units + "/stssl-metrics@.service",
          read(UNIT).replace("@sbindir@/stsslctl", CTL))
    done = run("systemd-analyze", "verify", "--man=no",
               units + "/stssl-metrics.socket",
               units + "/stssl-metrics@.service", check=False)
    equal((done.returncode, done.stdout, done.stderr), (0, b"", b""))


@story("the socket is closed, and the helper stops")
def end():
    SERVER.terminate()
    SERVER.wait()
    equal(HELPER.stop(), 0)


tell()
