# SPDX-License-Identifier: BSD-2-Clause
"""FTPS: logins, a large file, and many small ones."""

import contextlib
import os
import shutil
import subprocess
import sys
import time

import daemons
import fronts
from machine import GUARD, STAGE, output
from rounds import alternate, scaled
from sizes import GIB, MIB

HERE = os.path.dirname(os.path.abspath(__file__))
CURL = HERE + "/curl.py"
LOGINS = HERE + "/logins.py"


def shares(groups):
    """OpenSSL's configuration for a client with these groups, of which it
    sends a share of the first."""
    return fronts.write("groups.cnf", f"""openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = client
[client]
Groups = {groups}
""")


def log_in(port, count, **environment):
    """One login after the other."""
    text = output(sys.executable, LOGINS, STAGE + "/ca.pem", str(port),
                  str(count), env=dict(os.environ, **environment))
    return {"seconds": float(text)}


def run(*command):
    begin = time.monotonic()
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, timeout=GUARD)
    return {"seconds": time.monotonic() - begin}


def curl(port, way, file, *paths):
    return run(sys.executable, CURL, STAGE + "/ca.pem", str(port), way, file,
               *paths)


def curl_small(port, count):
    return curl(port, "get", "/dev/null",
                *(f"small-{count}/{i}" for i in range(count)))


def lftp_small(port, count):
    """Into a directory that is gone afterwards."""
    target = STAGE + "/mirrored"
    shutil.rmtree(target, ignore_errors=True)
    seen = run("lftp", "--norc", "-c", f'''
set ssl:ca-file {STAGE}/ca.pem
set ftp:ssl-force yes
set ftp:ssl-protect-data yes
set dns:order inet
set net:max-retries 1
set cmd:fail-exit yes
open -u alice,any ftp://localhost:{port}
mirror small-{count} {target}
''')
    if len(os.listdir(target)) != count:
        raise AssertionError("lftp has not got all files")
    return seen


def acknowledge(at_once):
    for address in "127.0.0.0/8", "127.0.0.1":
        output("ip", "route", "replace", "local", address, "dev", "lo",
               "table", "local", "proto", "kernel", "scope", "host",
               "src", "127.0.0.1", "quickack", "1" if at_once else "0")


@contextlib.contextmanager
def prompt():
    """Whoever hears something acknowledges it at once.

    Else a server that sends two small messages, as 150 and 226, without having
    said TCP_NODELAY waits 40 ms for lftp's delayed acknowledgement, at each
    file, and hardly anything else is seen."""
    acknowledge(True)
    try:
        yield
    finally:
        acknowledge(False)


def works(size, few):
    """Name of one, how many are done, the work, and a little of it to begin
    with; and what holds meanwhile."""
    stored = daemons.HOME
    as_is = contextlib.nullcontext
    # Clients of OpenSSL 3.0 do so by default: a server that asks for another
    # share has one more flight each way.
    x25519 = shares("X25519:P-256:P-384")
    return (
        ("login", size.logins, as_is,
         lambda s: log_in(s.port, size.logins),
         lambda s: log_in(s.port, 1)),
        ("login, X25519 its only key share", size.logins, as_is,
         lambda s: log_in(s.port, size.logins, OPENSSL_CONF=x25519),
         lambda s: log_in(s.port, 1, OPENSSL_CONF=x25519)),
        ("GiB, RETR", size.large / GIB, as_is,
         lambda s: curl(s.port, "get", "/dev/null", "large"),
         lambda s: curl(s.port, "get", "/dev/null", "little")),
        ("GiB, STOR", size.large / GIB, as_is,
         lambda s: curl(s.port, "put", stored + "/large", "stored"),
         lambda s: curl(s.port, "put", stored + "/little", "stored")),
        ("file of 4 KiB, curl", size.small, as_is,
         lambda s: curl_small(s.port, size.small),
         lambda s: curl_small(s.port, few)),
        ("file of 4 KiB, lftp, acknowledged at once", size.small, prompt,
         lambda s: lftp_small(s.port, size.small),
         lambda s: lftp_small(s.port, few)),
        ("file of 4 KiB, lftp", size.delayed, as_is,
         lambda s: lftp_small(s.port, size.delayed),
         lambda s: lftp_small(s.port, few)),
    )


def available(chosen, report):
    names = fronts.available(chosen, report, daemons.SERVERS)
    if "proftpd" in names:
        report.say(output(daemons.PROFTPD, "-v").strip())
    return names


def measure(chosen, report):
    size = chosen.size
    few = max(1, size.small // 50)
    if not os.path.exists(STAGE + "/ca.pem"):
        fronts.certificates()
    daemons.services()
    daemons.files({"large": size.large, "little": min(size.large, 16 * MIB)},
                  {size.small, size.delayed, few})
    with daemons.running(report, available(chosen, report)) as servers:
        for name, number, holds, work, little in works(size, few):
            with holds():
                found = alternate(report, chosen.rounds, servers, work,
                                  little)
            for key, what in ("cpu", "CPU"), ("seconds", "time"):
                report.table(f"FTPS: {what} of a {name}", "ms",
                             scaled(found, key, 1e3 / number))
