# SPDX-License-Identifier: BSD-2-Clause
"""TLS fronts, all told the same: two workers, one cipher, no more log than
must be, tickets, the same certificate and backlog."""

import contextlib
import os
import resource
import shutil
import subprocess

from machine import LOAD, PATH, STAGE, TOP, Server
from rounds import FAILURES

HELPER = os.environ.get("HELPER") or TOP + "/helper/stssl-helper"
BACKEND = 7000
FIRST_PORT = 7001
# What tests/bench/login listens at, and ours in front of it.
LOGIN = 7020
LOGIN_FRONT = 7021
SUITE = "TLS_AES_256_GCM_SHA384"
PRIORITY = "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-256-GCM"


def most_sessions():
    """As many as one process has descriptors for, two each."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return min(30000, limit // 2 - 100)


def room(name, count):
    """How many of `count` sessions a program can hold."""
    most = most_sessions()
    if name == "haproxy":
        # With room for others under its maxconn.
        return min(count, most - 100)
    if name == "stunnel":
        # It takes no more than its descriptors times 125 / 256.
        return min(count, most // 33 * 32)
    # Two processes.
    return min(count, 2 * most)


def behind(port):
    """The backend's address for the front at `port`.

    It is at all of them, and each front has its own, as one address has not
    ports enough for all that are held or have just been."""
    return f"127.0.0.{10 + port - FIRST_PORT}"


def write(name, text):
    path = f"{STAGE}/{name}"
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, 0o644)
    return path


def certificates():
    """pki.KIND.pem and .key of kinds ecdsa and rsa, servers' and clients'."""
    def tool(*words):
        subprocess.run(["certtool", *words], check=True,
                       stderr=subprocess.DEVNULL)

    def make(name, lines, *kind, signer="ca"):
        path = f"{STAGE}/{name}"
        write(name + ".tmpl", "\n".join(lines + ["expiration_days = 30"]))
        tool("--generate-privkey", *kind, "--outfile", path + ".key")
        by = ["--generate-self-signed"] if signer == name else [
            "--generate-certificate", "--load-ca-privkey",
            f"{STAGE}/{signer}.key", "--load-ca-certificate",
            f"{STAGE}/{signer}.pem"]
        tool(*by, "--load-privkey", path + ".key", "--template",
             path + ".tmpl", "--outfile", path + ".pem")
        with open(path + ".both", "w") as both:
            for end in ".pem", ".key":
                with open(path + end) as part:
                    both.write(part.read())

    kinds = {"ecdsa": ["--key-type=ecdsa", "--curve=secp256r1"],
             "rsa": ["--key-type=rsa", "--bits=2048"]}
    make("ca", ["cn = ca", "ca", "cert_signing_key", "crl_signing_key"],
         *kinds["ecdsa"], signer="ca")
    for kind, words in kinds.items():
        make(kind, ["cn = localhost", "dns_name = localhost",
                    "tls_www_server", "signing_key"], *words)
        make(kind + "-client", ["cn = alice", "tls_www_client",
                                "signing_key"], *words)


def ours(port, kind, asks):
    write("classes.conf", 'class "all" { ssl = optional login = password }\n')
    return [HELPER, "--log=stderr", "-c", write("helper.conf", f'''
user = "nobody"
workers = 2
sessions-per-worker = 65536
status-socket = "/run/stssl/status.sock"
classes = "{STAGE}/classes.conf"
tls {{
    certificate = {{ "{STAGE}/{kind}.pem" }}
    key = {{ "{STAGE}/{kind}.key" }}
    client-ca = {{ "{STAGE}/ca.pem" }}
    priority = "{PRIORITY}"
}}
listen "bench" {{
    address = {{ "127.0.0.1:{port}" }}
    protocol = stream
    tls = implicit
    backend = "{behind(port)}:{BACKEND}"
    client-certificate = {"request" if asks else "none"}
    max-sessions = 0
    max-sessions-per-address = 0
    max-unauthenticated = "20000:1:30000"
    max-unauthenticated-per-address = 0
}}
listen "login" {{
    address = {{ "127.0.0.1:{LOGIN_FRONT}" }}
    protocol = stream
    tls = implicit
    backend = "127.0.0.1:{LOGIN}"
}}
''')]


def haproxy(port, kind, asks):
    tls = "ssl-min-ver TLSv1.3 backlog 4096"
    if asks:
        tls += f" ca-file {STAGE}/ca.pem verify optional"
    return ["haproxy", "-db", "-f", write("haproxy.cfg", f'''
global
    nbthread 2
    maxconn {most_sessions()}
    ssl-default-bind-ciphersuites {SUITE}
defaults
    mode tcp
    timeout connect 10s
    timeout client 1h
    timeout server 1h
listen bench
    bind 127.0.0.1:{port} ssl crt {STAGE}/{kind}.both {tls}
    server one {behind(port)}:{BACKEND}
''')]


def nginx(port, kind, asks):
    ask = (f"ssl_verify_client optional; ssl_client_certificate "
           f"{STAGE}/ca.pem;") if asks else ""
    return ["nginx", "-c", write("nginx.conf", f'''
load_module /usr/lib/nginx/modules/ngx_stream_module.so;
daemon off;
user nobody nogroup;
pid {STAGE}/nginx.pid;
error_log stderr crit;
worker_processes 2;
events {{ worker_connections {2 * most_sessions()}; }}
stream {{
    server {{
        listen 127.0.0.1:{port} ssl backlog=4096;
        ssl_protocols TLSv1.3;
        ssl_conf_command Ciphersuites {SUITE};
        ssl_certificate {STAGE}/{kind}.pem;
        ssl_certificate_key {STAGE}/{kind}.key;
        {ask}
        access_log off;
        proxy_timeout 1h;
        proxy_pass {behind(port)}:{BACKEND};
    }}
}}
''')]


def hitch(port, kind, asks):
    ask = (f'client-verify = optional\nclient-verify-ca = "{STAGE}/ca.pem"'
           if asks else "")
    return ["hitch", "--config=" + write("hitch.conf", f'''
frontend = "[127.0.0.1]:{port}"
backend = "[{behind(port)}]:{BACKEND}"
pem-file = "{STAGE}/{kind}.both"
user = "nobody"
group = "nogroup"
workers = 2
backlog = 4096
quiet = on
syslog = off
daemon = off
tls-protos = TLSv1.3
ciphersuites = "{SUITE}"
{ask}
''')]


def stunnel(port, kind, asks):
    ask = f"verify = 1\nCAfile = {STAGE}/ca.pem" if asks else ""
    return ["stunnel4", write("stunnel.conf", f'''
foreground = yes
pid =
debug = err
setuid = nobody
setgid = nogroup
socket = l:TCP_NODELAY=1
socket = r:TCP_NODELAY=1
[bench]
accept = 127.0.0.1:{port}
connect = {behind(port)}:{BACKEND}
cert = {STAGE}/{kind}.both
sslVersion = TLSv1.3
ciphersuites = {SUITE}
TIMEOUTidle = 43200
{ask}
''')]


def bare(port, kind, asks):
    return [LOAD, "bare", str(port), f"{STAGE}/{kind}.pem",
            f"{STAGE}/{kind}.key", "request" if asks else "none"]


FRONTS = {"ours": (ours, HELPER), "bare": (bare, LOAD),
          "haproxy": (haproxy, "haproxy"), "nginx": (nginx, "nginx"),
          "hitch": (hitch, "hitch"), "stunnel": (stunnel, "stunnel4")}
MISSING = set()


def available(chosen, report, programs, *but):
    """The names of those of `programs` that are there and wanted."""
    found = []
    for name, (_, program) in programs.items():
        if name in but or name not in (chosen.size.programs or programs):
            continue
        if shutil.which(program, path=PATH):
            found.append(name)
        elif name not in MISSING:
            MISSING.add(name)
            report.say(f"{program} is not installed: {name} is left out")
    return found


def start(name, kind="ecdsa", asks=False, command=None):
    """`command`: what to start in the place of the usual one."""
    port = FIRST_PORT + list(FRONTS).index(name)
    return Server((command or FRONTS[name][0])(port, kind, asks), port,
                  env=dict(os.environ, PATH=PATH))


def backend():
    return Server([LOAD, "backend", str(BACKEND)], BACKEND)


@contextlib.contextmanager
def running(report, names, kind="ecdsa", asks=False, commands=None):
    """Those of them that start, in front of one backend; `commands` are what
    to start in the place of the usual ones."""
    if not os.path.exists(STAGE + "/ca.pem"):
        certificates()
    with contextlib.ExitStack() as stack:
        stack.callback(backend().stop)
        servers = {}
        for name in names:
            try:
                servers[name] = start(name, kind, asks,
                                      commands and commands[name])
            except FAILURES as error:
                report.left_out(name, error)
                continue
            stack.callback(servers[name].stop)
        yield servers
