# SPDX-License-Identifier: BSD-2-Clause
"""Two machines in a row, each with TLS: an Edge and a Server beside chains of
two haproxys and of two stunnels.  Between the two there is TLS 1.3 with
certificates on both sides, and the second is told who the client is."""

import hashlib
import os
import subprocess

import fronts
from fronts import BACKEND, HELPER, PRIORITY, STAGE, SUITE, behind, write
from idle import held
from machine import load
from rounds import FAILURES, alternate, rates, scaled
from sizes import GIB, MIB

# Of the second of the two, for the front at a port.
BEYOND = 100
PARALLEL = 8


def link_keys():
    """link-near and link-far, which each other side trusts alone."""
    for name in "link-near", "link-far":
        path = f"{STAGE}/{name}"
        if os.path.exists(path + ".both"):
            continue
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
                        "-subj", "/CN=" + name, "-keyout", path + ".key",
                        "-out", path + ".pem"], check=True,
                       stderr=subprocess.DEVNULL)
        write(name + ".both", "".join(open(path + end).read()
                                      for end in (".pem", ".key")))


def pin(name):
    key = subprocess.run(["openssl", "x509", "-in", f"{STAGE}/{name}.pem",
                          "-noout", "-pubkey"], check=True,
                         stdout=subprocess.PIPE).stdout
    der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"],
                         input=key, check=True, stdout=subprocess.PIPE).stdout
    return "sha256:" + hashlib.sha256(der).hexdigest()


def both(first, second):
    """One command for the two; the second listens first."""
    def quoted(words):
        return " ".join(f"'{word}'" for word in words)

    return ["sh", "-c", f"{quoted(second)} & sleep 1; {quoted(first)} & wait"]


def helper(name, text):
    return [HELPER, "--log=stderr", "-c", write(name + ".conf", f"""
user = "nobody"
workers = 2
sessions-per-worker = 65536
status-socket = "/run/stssl/{name}.sock"
classes = "{STAGE}/classes.conf"
{text}""")]


LIMITS = """
    max-sessions = 0
    max-sessions-per-address = 0
    max-unauthenticated = "20000:1:30000"
    max-unauthenticated-per-address = 0
"""


def ours(port, kind, asks):
    write("classes.conf", 'class "all" { ssl = optional login = password }\n')
    server = helper("server", f"""
tls {{ client-ca = {{ "{STAGE}/ca.pem" }} priority = "{PRIORITY}" }}
link {{
    certificate = "{STAGE}/link-far.pem"
    key = "{STAGE}/link-far.key"
    edges = {{ "edge {pin("link-near")}" }}
    edge-certificate = {{ "{STAGE}/{kind}.pem" }}
}}
listen "from-edge" {{
    address = {{ "127.0.0.1:{port + BEYOND}" }}
    protocol = stream
    tls = link
    backend = "{behind(port)}:{BACKEND}"
    {LIMITS}
}}""")
    edge = helper("edge", f"""
tls {{
    certificate = {{ "{STAGE}/{kind}.pem" }}
    key = {{ "{STAGE}/{kind}.key" }}
    client-ca = {{ "{STAGE}/ca.pem" }}
    priority = "{PRIORITY}"
}}
link {{
    certificate = "{STAGE}/link-near.pem"
    key = "{STAGE}/link-near.key"
    servers = {{ "{pin("link-far")}" }}
}}
listen "bench" {{
    address = {{ "127.0.0.1:{port}" }}
    protocol = stream
    tls = implicit
    client-certificate = {"request" if asks else "none"}
    backend = {{ "link:127.0.0.1:{port + BEYOND}" }}
    {LIMITS}
}}""")
    return both(edge, server)


def haproxy(port, kind, asks):
    most = fronts.most_sessions()
    common = f"""
global
    nbthread 2
    maxconn {most}
    ssl-default-bind-ciphersuites {SUITE}
    ssl-default-server-ciphersuites {SUITE}
defaults
    mode tcp
    timeout connect 10s
    timeout client 1h
    timeout server 1h
listen bench
"""
    ask = f"ca-file {STAGE}/ca.pem verify optional" if asks else ""
    first = write("haproxy-1.cfg", common + f"""
    bind 127.0.0.1:{port} ssl crt {STAGE}/{kind}.both ssl-min-ver TLSv1.3 \
backlog 4096 {ask}
    server one 127.0.0.1:{port + BEYOND} ssl crt {STAGE}/link-near.both \
ca-file {STAGE}/link-far.pem verify required verifyhost link-far send-proxy-v2
""")
    second = write("haproxy-2.cfg", common + f"""
    bind 127.0.0.1:{port + BEYOND} ssl crt {STAGE}/link-far.both \
ca-file {STAGE}/link-near.pem verify required ssl-min-ver TLSv1.3 backlog 4096 \
accept-proxy
    server one {behind(port)}:{BACKEND}
""")
    return both(["haproxy", "-db", "-f", first], ["haproxy", "-db", "-f",
                                                  second])


def stunnel(port, kind, asks):
    common = """
foreground = yes
pid =
debug = err
setuid = nobody
setgid = nogroup
socket = l:TCP_NODELAY=1
socket = r:TCP_NODELAY=1
"""
    ask = f"verify = 1\nCAfile = {STAGE}/ca.pem" if asks else ""
    near, far = port + 2 * BEYOND, port + BEYOND
    # Who ends TLS does not begin it: the first machine has two services.
    first = write("stunnel-1.conf", common + f"""
[clients]
accept = 127.0.0.1:{port}
connect = 127.0.0.1:{near}
cert = {STAGE}/{kind}.both
sslVersion = TLSv1.3
ciphersuites = {SUITE}
TIMEOUTidle = 43200
{ask}
[link]
client = yes
accept = 127.0.0.1:{near}
connect = 127.0.0.1:{far}
cert = {STAGE}/link-near.both
CAfile = {STAGE}/link-far.pem
verify = 2
sslVersion = TLSv1.3
TIMEOUTidle = 43200
""")
    second = write("stunnel-2.conf", common + f"""
[link]
accept = 127.0.0.1:{far}
connect = {behind(port)}:{BACKEND}
cert = {STAGE}/link-far.both
CAfile = {STAGE}/link-near.pem
verify = 2
sslVersion = TLSv1.3
ciphersuites = {SUITE}
TIMEOUTidle = 43200
""")
    return both(["stunnel4", first], ["stunnel4", second])


CHAINS = {"ours": ours, "haproxy": haproxy, "stunnel": stunnel}
OTHERS = [name for name in fronts.FRONTS if name not in CHAINS]


def memory_of(report, name, count):
    """PSS of each of so many idle sessions, on both machines together."""
    with fronts.running(report, [name], commands=CHAINS) as servers:
        server = servers[name]
        load("new", server.port, 64, PARALLEL, "full")
        empty = server.memory()
        with held(server.port, count):
            return (server.memory() - empty) / count


def memory(chosen, report, names):
    count = chosen.size.held[0]
    found = {name: [] for name in names}
    for _ in range(chosen.rounds):
        for name in list(found):
            try:
                found[name].append(memory_of(report, name, count))
            except (KeyError, *FAILURES) as error:
                report.left_out(name, error)
                del found[name]
    report.table(f"memory of a session on two machines, {count} of them",
                 "KiB", found)


def measure(chosen, report):
    names = fronts.available(chosen, report, fronts.FRONTS, *OTHERS)
    count, size = chosen.size.connections, chosen.size.bulk
    link_keys()
    few = min(count, 8 * PARALLEL)
    with fronts.running(report, names, commands=CHAINS) as servers:
        found = alternate(
            report, chosen.rounds, servers,
            lambda s: load("new", s.port, count, PARALLEL, "full"),
            lambda s: load("new", s.port, few, PARALLEL, "full"))
        report.table("CPU of a new connection through two machines", "us",
                     scaled(found, "cpu", 1e6 / count))
        report.table("rate of new connections through two machines", "1/s",
                     rates(found, count))
        for way in "down", "up":
            found = alternate(
                report, chosen.rounds, servers,
                lambda s: load(way, s.port, size, 1),
                lambda s: load(way, s.port, min(size, 16 * MIB), 1))
            report.table(f"CPU of a GiB, {way}, through two machines", "s",
                         scaled(found, "cpu", GIB / size))
    memory(chosen, report, names)
