# SPDX-License-Identifier: BSD-2-Clause
"""FTPS servers: ours in front of a plain vsftpd, vsftpd's own TLS, and
ProFTPD's.

All have the same account, and a PAM stack that takes any password, so that no
hash hides the rest; ours has pam_stssl before it, and vsftpd on ports that are
root's, as README recommends.  "ours-passive" is the same with the helper
connecting to vsftpd for data.
"""

import contextlib
import os

import fronts
import module
from machine import ACCOUNT, PATH, STAGE, TOP, Server, account
from rounds import FAILURES

# How the backend's data connections come, and where it listens: below 1024.
BACKENDS = {"active": 221, "passive": 222}
FIRST_PORT = 7041
HOME = STAGE + "/home/alice"
SMALL = 4096
# Debian has no two FTP servers on one machine: bootstrap unpacks this one.
UNPACKED = TOP + "/.daemons"
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


def services():
    """The PAM stacks: with ours before it, and without."""
    os.makedirs("/run/vsftpd/empty", exist_ok=True)
    controls = {"auth": "[success=done ignore=ignore default=die]",
                "account": "required", "session": "optional"}
    for data in (None, *BACKENDS):
        with open("/etc/pam.d/" + service(data), "w") as file:
            for kind, control in controls.items():
                if data:
                    file.write(f"{kind} {control} {module.MODULE} "
                               f"classes={STAGE}/ftps-classes.conf "
                               f"socket={status(data)}\n")
                file.write(f"{kind} required pam_permit.so\n")


def service(data):
    return "bench-" + (data or "plain")


def status(data):
    return f"/run/stssl/{data}.sock"


def files(sizes, counts):
    """alice's: some by name and size, and directories of so many small
    ones."""
    account("alice", HOME)
    os.makedirs(HOME)
    for count in counts:
        os.mkdir(f"{HOME}/small-{count}")
    small = {f"small-{count}/{i}": SMALL
             for count in counts for i in range(count)}
    for name, length in {**sizes, **small}.items():
        with open(f"{HOME}/{name}", "wb") as file:
            for _ in range(0, length, 1 << 20):
                file.write(os.urandom(min(length, 1 << 20)))
    for directory, _, names in os.walk(HOME):
        for name in [""] + names:
            os.chown(f"{directory}/{name}", ACCOUNT, ACCOUNT)


def server(command, port):
    return Server(command, port, env=dict(os.environ, PATH=PATH))


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
    return vsftpd(port, service(None), f'''\
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
AuthPAMConfig {service(None)}
TLSEngine on
TLSLog none
TLSProtocol TLSv1.3
TLSECCertificateFile {STAGE}/ecdsa.pem
TLSECCertificateKeyFile {STAGE}/ecdsa.key
TLSOptions NoSessionReuseRequired
''')], port)


def ours(port, data="active"):
    classes = fronts.write("ftps-classes.conf", 'class "all" '
                           '{ ssl = required login = password }\n')
    backend = vsftpd(BACKENDS[data], service(data),
                     "port_enable=YES\nconnect_from_port_20=YES\n")
    try:
        return Pair(server(
            [fronts.HELPER, "--log=stderr", "-c",
             fronts.write(f"ftps-{data}.conf", f'''
user = "nobody"
workers = 2
status-socket = "{status(data)}"
classes = "{classes}"
tls {{
    certificate = {{ "{STAGE}/ecdsa.pem" }}
    key = {{ "{STAGE}/ecdsa.key" }}
    priority = "{fronts.PRIORITY}"
}}
listen "ftp" {{
    address = {{ "127.0.0.1:{port}" }}
    protocol = ftp
    backend = "127.0.0.1:{BACKENDS[data]}"
    backend-data = {data}
    service = "{service(data)}"
}}
''')], port), backend)
    except AssertionError:
        backend.stop()
        raise


def ours_passive(port):
    return ours(port, "passive")


SERVERS = {"ours": (ours, "vsftpd"), "ours-passive": (ours_passive, "vsftpd"),
           "vsftpd": (vsftpd_tls, "vsftpd"), "proftpd": (proftpd, PROFTPD)}


@contextlib.contextmanager
def running(report, names):
    """Those of them that start."""
    with contextlib.ExitStack() as stack:
        servers = {}
        for name in names:
            port = FIRST_PORT + list(SERVERS).index(name)
            try:
                servers[name] = SERVERS[name][0](port)
            except FAILURES as error:
                report.left_out(name, error)
                continue
            stack.callback(servers[name].stop)
        yield servers
