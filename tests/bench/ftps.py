# SPDX-License-Identifier: BSD-2-Clause
"""FTPS: ours in front of a plain vsftpd, vsftpd's own TLS, and ProFTPD's.

All have the same account, and a PAM stack that takes any password, so that no
hash hides the rest; ours has pam_stssl before it, as README recommends.
"""

import contextlib
import ftplib
import os
import shutil
import ssl
import subprocess
import time

import fronts
import module
from machine import STAGE, TOP, Server, output
from rounds import alternate, scaled

GIB = 1 << 30
BACKEND = 7040
HOME = STAGE + "/home/alice"
SMALL = 4096
ACCOUNT = 61001
# Debian has no two FTP servers on one machine: bootstrap unpacks this one.
UNPACKED = TOP + "/.proftpd"
PROFTPD = UNPACKED + "/usr/sbin/proftpd"


class Pair:
    """A front and its backend, counted as one."""

    def __init__(self, front, backend):
        self.front, self.backend, self.port = front, backend, front.port

    def seconds(self):
        return self.front.seconds() + self.backend.seconds()

    def stop(self):
        self.front.stop()
        self.backend.stop()


def account():
    """alice, who is nobody else's, and the files that she has."""
    for name, line in (("passwd", f"alice:x:{ACCOUNT}:{ACCOUNT}::{HOME}:"
                                  "/bin/sh"),
                       ("group", f"alice:x:{ACCOUNT}:"),
                       ("shadow", "alice:*:19000:0:99999:7:::")):
        path = "/etc/" + name
        with open(path) as file:
            lines = [each for each in file.read().splitlines()
                     if not each.startswith("alice:")]
        with open(path, "w") as file:
            file.write("\n".join(lines + [line]) + "\n")
    with open("/etc/nsswitch.conf", "w") as file:
        file.write("passwd: files\ngroup: files\nshadow: files\n"
                   "hosts: files\n")
    os.makedirs(HOME)
    os.makedirs("/run/vsftpd/empty", exist_ok=True)


def services():
    """The PAM stacks: with ours before it, and without."""
    ours = f"{module.MODULE} classes={STAGE}/ftps-classes.conf"
    controls = {"auth": "[success=done ignore=ignore default=die]",
                "account": "required", "session": "optional"}
    for name, with_ours in ("bench-plain", False), ("bench-stssl", True):
        with open("/etc/pam.d/" + name, "w") as file:
            for kind, control in controls.items():
                if with_ours:
                    file.write(f"{kind} {control} {ours}\n")
                file.write(f"{kind} required pam_permit.so\n")


def files(size, count):
    os.mkdir(HOME + "/small")
    for name, length in [("big", size)] + [
            (f"small/{i}", SMALL) for i in range(1, count + 1)]:
        with open(f"{HOME}/{name}", "wb") as file:
            for _ in range(0, length, 1 << 20):
                file.write(os.urandom(min(length, 1 << 20)))
    for directory, _, names in os.walk(HOME):
        for name in [""] + names:
            os.chown(f"{directory}/{name}", ACCOUNT, ACCOUNT)


def server(command, port):
    return Server(command, port, env=dict(os.environ, PATH=fronts.PATH))


def vsftpd(port, service, more=""):
    # seccomp_sandbox: vsftpd 3.0.3 fails at the first transfer with it.
    return server(["vsftpd", fronts.write(f"vsftpd-{port}.conf", f'''\
listen=YES
listen_address=127.0.0.1
listen_port={port}
background=NO
anonymous_enable=NO
local_enable=YES
write_enable=YES
seccomp_sandbox=NO
pam_service_name={service}
secure_chroot_dir=/run/vsftpd/empty
xferlog_enable=NO
{more}''')], port)


def vsftpd_tls(port):
    return vsftpd(port, "bench-plain", f'''\
ssl_enable=YES
ssl_tlsv1=YES
ssl_ciphers=HIGH
require_ssl_reuse=NO
rsa_cert_file={STAGE}/ecdsa.pem
rsa_private_key_file={STAGE}/ecdsa.key
''')


def proftpd(port):
    return server([PROFTPD, "-n", "-c", fronts.write("proftpd.conf", f'''\
ModulePath {UNPACKED}/usr/lib/proftpd
LoadModule mod_tls.c
DefaultAddress 127.0.0.1
Port {port}
UseIPv6 off
UseReverseDNS off
DelayEngine off
User nobody
Group nogroup
PidFile {STAGE}/proftpd.pid
ScoreboardFile {STAGE}/proftpd.scoreboard
WtmpLog off
TransferLog none
SystemLog none
AllowOverwrite on
AuthOrder mod_auth_pam.c* mod_auth_unix.c
AuthPAMConfig bench-plain
TLSEngine on
TLSLog none
TLSProtocol TLSv1.3
TLSECCertificateFile {STAGE}/ecdsa.pem
TLSECCertificateKeyFile {STAGE}/ecdsa.key
TLSOptions NoSessionReuseRequired
''')], port)


def ours(port):
    classes = fronts.write("ftps-classes.conf", 'class "all" '
                           '{ ssl = required login = password }\n')
    backend = vsftpd(BACKEND, "bench-stssl")
    try:
        return Pair(server(
            [fronts.HELPER, "--log=stderr", "-c",
             fronts.write("ftps.conf", f'''
user = "nobody"
workers = 2
status-socket = "/run/stssl/status.sock"
classes = "{classes}"
tls {{
    certificate = {{ "{STAGE}/ecdsa.pem" }}
    key = {{ "{STAGE}/ecdsa.key" }}
    priority = "{fronts.PRIORITY}"
}}
listen "ftp" {{
    address = {{ "127.0.0.1:{port}" }}
    protocol = ftp
    backend = "127.0.0.1:{BACKEND}"
    service = "bench-stssl"
}}
''')], port), backend)
    except AssertionError:
        backend.stop()
        raise


SERVERS = {"ours": (ours, "vsftpd"), "vsftpd": (vsftpd_tls, "vsftpd"),
           "proftpd": (proftpd, PROFTPD)}


@contextlib.contextmanager
def running(names):
    servers = {}
    try:
        for name in names:
            port = 7041 + list(SERVERS).index(name)
            servers[name] = SERVERS[name][0](port)
        yield servers
    finally:
        for server in servers.values():
            server.stop()


def log_in(port, count):
    """One login after the other; the time is until each is logged in."""
    context = ssl.create_default_context(cafile=STAGE + "/ca.pem")
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    took = 0
    for _ in range(count):
        begin = time.monotonic()
        with ftplib.FTP_TLS(context=context) as ftp:
            ftp.connect("127.0.0.1", port)
            ftp.login("alice", "any")
            took += time.monotonic() - begin
    return {"seconds": took}


def run(*command):
    begin = time.monotonic()
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL)
    return {"seconds": time.monotonic() - begin}


def curl(port, path, *words):
    return run("curl", "-sS4", "--ssl-reqd", "--tlsv1.3", "--cacert",
               STAGE + "/ca.pem", "-u", "alice:any", *words,
               f"ftp://localhost:{port}/{path}")


def curl_small(port, count):
    return curl(port, f"small/[1-{count}]", "-o", "/dev/null")


def lftp_small(port, count):
    """Into a directory that is gone afterwards."""
    target = STAGE + "/mirrored"
    seen = run("lftp", "--norc", "-c", f'''
set ssl:ca-file {STAGE}/ca.pem
set ftp:ssl-force yes
set ftp:ssl-protect-data yes
set dns:order inet
set net:max-retries 1
set cmd:fail-exit yes
open -u alice,any ftp://localhost:{port}
mirror small {target}
''')
    if len(os.listdir(target)) != count:
        raise AssertionError("lftp has not got all files")
    shutil.rmtree(target)
    return seen


def available(report):
    """The names of those that are there."""
    found = []
    for name, (_, program) in SERVERS.items():
        if shutil.which(program, path=fronts.PATH):
            found.append(name)
            if name == "proftpd":
                report.say(output(program, "-v").strip())
        else:
            report.say(f"{program} is not installed: {name} left out")
    return found


def measure(chosen, report):
    """Logins, a large file, and many small ones."""
    logins, size, count, few = ((30, GIB >> 2, 50, 10) if chosen.short else
                                (200, GIB, 1000, 50))
    if not os.path.exists(STAGE + "/ca.pem"):
        fronts.certificates()
    account()
    services()
    files(size, count)
    works = (
        ("login", logins, lambda s: log_in(s.port, logins)),
        ("GiB, RETR", size / GIB,
         lambda s: curl(s.port, "big", "-o", "/dev/null")),
        ("GiB, STOR", size / GIB,
         lambda s: curl(s.port, "stored", "-T", HOME + "/big")),
        ("file of 4 KiB, curl", few, lambda s: curl_small(s.port, few)),
        ("file of 4 KiB, lftp", count, lambda s: lftp_small(s.port, count)),
    )
    with running(available(report)) as servers:
        for name, number, work in works:
            found = alternate(chosen.rounds, servers, work)
            for key, what in ("cpu", "CPU"), ("seconds", "time"):
                report.table(f"FTPS: {what} of a {name}", "ms",
                             scaled(found, key, 1e3 / number))
