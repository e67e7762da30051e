# SPDX-License-Identifier: BSD-2-Clause
"""Backends that are told who their client is, by PROXY: Dovecot, Exim, and one
that looks at every byte."""

import contextlib
import ftplib
import imaplib
import re
import shutil
import smtplib
import socket
import ssl
import struct
import subprocess
import threading

from backend import home_of, let_read_shadow, stack
from ftp import ask, context, password_of
from story import (PATIENCE, STAGE, Helper, Skipped, await_that, begins, equal,
                   log, run, since, story, tell, write)

CLIENT = "203.0.113.9"
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
TOLD = []  # a header for each connection


def values(data):
    """Type and value, as they follow each other."""
    while data:
        kind, size = struct.unpack(">BH", data[:3])
        equal(len(data) >= 3 + size, True)
        yield kind, data[3:3 + size]
        data = data[3 + size:]


def announced(client):
    """The header, which nothing may come before."""
    head = client.recv(16, socket.MSG_WAITALL)
    equal(head[:12], SIGNATURE)
    command, family, size = struct.unpack(">BBH", head[12:])
    body = client.recv(size, socket.MSG_WAITALL)
    equal((command, len(body)), (0x21, size))
    ip, kind = {0x11: (4, socket.AF_INET), 0x21: (16, socket.AF_INET6)}[family]
    ports = struct.unpack(">HH", body[2 * ip:2 * ip + 4])
    found = {"client": (socket.inet_ntop(kind, body[:ip]), ports[0]),
             "server": (socket.inet_ntop(kind, body[ip:2 * ip]), ports[1])}
    for kind, value in values(body[2 * ip + 4:]):
        equal(kind, 0x20)
        found["flags"], found["verify"] = struct.unpack(">BI", value[:5])
        found.update(values(value[5:]))
    TOLD.append(found)


def echo(client):
    while data := client.recv(65536):
        client.sendall(data)


def ftp(client):
    """Greets, and answers whatever comes."""
    client.sendall(b"220 ready\r\n")
    for line in client.makefile("rb"):
        client.sendall(b"200 " + line)


def attend(client, handle):
    with client, contextlib.suppress(ConnectionError):
        announced(client)
        handle(client)


def serve(port, handle):
    inlet = socket.create_server(("127.0.0.1", port))
    while True:
        threading.Thread(target=attend, args=(inlet.accept()[0], handle),
                         daemon=True).start()


for number, served in (7007, echo), (7008, ftp):
    threading.Thread(target=serve, args=(number, served), daemon=True).start()

DOVECOT, EXIM = shutil.which("dovecot"), shutil.which("exim4")
# Whatever the password is, the user is in; a name of a certificate counts for
# more than the one that the user gives.
CONFIGURATION = """
base_dir = /run/dovecot
log_path = {stage}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = no
haproxy_trusted_networks = 127.0.0.1
auth_ssl_username_from_cert = yes
first_valid_uid = 1000
service imap-login {{
  inet_listener imap {{
    port = 143
    haproxy = yes
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""
OLD = """
disable_plaintext_auth = yes
mail_location = maildir:~/Maildir
passdb {
  driver = static
  args = nopassword=y
}
userdb {
  driver = passwd
}
"""
NEW = """
auth_allow_cleartext = no
mail_driver = maildir
mail_path = ~/Maildir
passdb static {
  fields {
    nopassword = yes
  }
}
userdb passwd {
}
"""
MAIL = """
primary_hostname = localhost
spool_directory = {home}
log_file_path = {home}/%s
local_interfaces = 127.0.0.1
daemon_smtp_ports = 465
hosts_proxy = 127.0.0.1
tls_advertise_hosts =
auth_advertise_hosts = *
host_lookup =
rfc1413_query_timeout = 0s
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if pam{{$auth2:${{sg{{$auth3}}{{:}}{{::}}}}}}}}
  server_set_id = $auth2
"""


def start(port, *command):
    subprocess.Popen(command, stdin=subprocess.DEVNULL)
    await_that(lambda: run("ss", "-Hltn", f"sport = :{port}").stdout,
               command[0])


VERSION_OF_DOVECOT = DOVECOT and re.match(
    r"[\d.]+", run(DOVECOT, "--version").stdout.decode())[0]
IS_OLD = DOVECOT and VERSION_OF_DOVECOT.startswith("2.3.")


def start_dovecot():
    head = "" if IS_OLD else (
        f"dovecot_config_version = {VERSION_OF_DOVECOT}\n"
        f"dovecot_storage_version = {VERSION_OF_DOVECOT}\n")
    write(STAGE + "/dovecot.conf", head + CONFIGURATION.format(stage=STAGE) +
          (OLD if IS_OLD else NEW))
    start(143, DOVECOT, "-F", "-c", STAGE + "/dovecot.conf")


if DOVECOT:
    start_dovecot()
if EXIM:
    let_read_shadow("Debian-exim")
    stack("exim")
    write("/etc/exim4/exim4.conf",
          MAIL.format(home=home_of("Debian-exim", "exim")))
    start(465, EXIM, "-bdf")
HELPER = Helper()


def dial(listener, source=CLIENT):
    return socket.create_connection(HELPER.address(listener), PATIENCE,
                                    (source, 0))


def last(count):
    """What was said at the beginning of the latest connection."""
    await_that(lambda: len(TOLD) >= count, "a header")
    equal(len(TOLD), count)
    return TOLD[-1]


SSL, CONNECTION, SESSION = 1, 2, 4
VERSION, NAME, CIPHER = 0x21, 0x22, 0x23


@story("TLS {3}, {0}: the header says flags {1}, verified {2}",
       *[(certificate, flags, good, version)
         for certificate, flags, good in (
             ("none", SSL, False),
             ("alice", SSL | CONNECTION | SESSION, True),
             ("alice-expired", SSL | CONNECTION | SESSION, False),
             ("alice-unknown", SSL | CONNECTION | SESSION, False),
             ("alice-server", SSL | CONNECTION | SESSION, False))
         for version in ("1_2", "1_3")])
def with_tls(certificate, flags, good, version):
    count = len(TOLD) + 1
    own = context(None if certificate == "none" else certificate,
                  ssl.TLSVersion["TLSv" + version])
    with own.wrap_socket(dial("told"), server_hostname="localhost") as tls:
        tls.sendall(b"hello")
        equal(tls.recv(100), b"hello")
        mine, session = tls.getsockname(), tls.session
    header = last(count)
    equal(header["client"], mine)
    equal(header["server"], HELPER.address("told"))
    equal((header["flags"], header["verify"] == 0), (flags, good))
    equal(header[VERSION], b"TLSv" + version.replace("_", ".").encode())
    equal(header[CIPHER] != b"", True)
    equal(header.get(NAME), b"alice" if good else None)
    # Once more: who has a certificate shows it again, and is not resumed; nor
    # is TLS 1.2 where one is asked for.
    with own.wrap_socket(dial("told"), server_hostname="localhost",
                         session=session) as tls:
        tls.sendall(b"hello")
        equal(tls.recv(100), b"hello")
        equal(tls.session_reused, (certificate, version) == ("none", "1_3"))
    again = last(count + 1)
    equal((again["flags"], again["verify"] == 0), (flags, good))
    equal(again.get(NAME), b"alice" if good else None)


@story("what a proxy in front has said is passed on")
def passed_on():
    count = len(TOLD) + 1
    raw = dial("told", "127.0.0.77")
    raw.sendall(b"PROXY TCP6 2001:db8::7 2001:db8::80 4711 993\r\n")
    with context().wrap_socket(raw, server_hostname="localhost") as tls:
        tls.sendall(b"hello")
        equal(tls.recv(100), b"hello")
    header = last(count)
    equal((header["client"], header["server"], header["flags"]),
          (("2001:db8::7", 4711), ("2001:db8::80", 993), SSL))


@story("FTP: the header is about the connection as it is, in clear and with "
       "TLS")
def in_clear_and_with_tls():
    count = len(TOLD) + 1
    client = ftplib.FTP_TLS(context=context("alice"))
    client.connect(*HELPER.address("ftp-told"), timeout=PATIENCE,
                   source_address=(CLIENT, 0))
    client.host = "localhost"
    header = last(count)
    equal(header, {"client": client.sock.getsockname(),
                   "server": HELPER.address("ftp-told")})
    # Nothing was said to the backend, but this.
    client.auth()
    begins(ask(client, "NOOP"), "200")
    header = last(count + 1)
    equal((header["flags"], header["verify"], header[NAME]),
          (SSL | CONNECTION | SESSION, 0, b"alice"))
    client.close()


# Dovecot

class Imap(imaplib.IMAP4_SSL):
    """A client that comes from another address than the helper's."""

    def _create_socket(self, timeout):
        return self.ssl_context.wrap_socket(dial("imaps"),
                                            server_hostname="localhost")


@story("dovecot: {0}'s certificate, {1} as user: {2} is logged in, from the "
       "client's address and with TLS",
       ("nobody", "bob", "bob"), ("alice", "bob", "alice"),
       ("alice-expired", "bob", "bob"), ("alice-unknown", "bob", "bob"))
def dovecot(certificate, user, outcome):
    if not DOVECOT:
        raise Skipped("dovecot is not installed")
    if user != outcome and not IS_OLD:
        raise Skipped("dovecot 2.4.1 loses the name that the header has")
    start = len(log("dovecot.log"))
    client = Imap("localhost", timeout=PATIENCE, ssl_context=context(
        None if certificate == "nobody" else certificate))
    # Without TLS it would refuse every password.
    equal("LOGINDISABLED" in client.capabilities, False)
    equal(client.login(user, "x")[0], "OK")
    line = await_that(lambda: re.search(" (Login|Logged in): .*",
                                        since("dovecot.log", start)), "it")[0]
    # Version 2.3 says secured when a proxy has said that there is TLS.
    for word in f"user=<{outcome}>", f"rip={CLIENT}", "secured|TLS":
        equal(bool(re.search(word, line)), True)
    who = run("doveadm", "-c", STAGE + "/dovecot.conf", "who").stdout.decode()
    equal(bool(re.search(rf"(?m)^{outcome} .*\({CLIENT}\)", who)), True)
    client.logout()


@story("dovecot: told of no TLS, it takes no password")
def dovecot_in_clear():
    if not DOVECOT:
        raise Skipped("dovecot is not installed")
    if not IS_OLD:
        raise Skipped("dovecot 2.4 takes what comes by loopback for protected")
    with socket.create_connection(("127.0.0.1", 143), PATIENCE) as sock:
        sock.sendall(b"PROXY TCP4 203.0.113.9 203.0.113.80 4711 143\r\n")
        equal(b"LOGINDISABLED" in sock.makefile("rb").readline(), True)


# Exim

@story("exim: {1}, from the client's address", ("alice", "by certificate"),
       (None, "by password"))
def exim(certificate, _):
    if not EXIM:
        raise Skipped("exim4 is not installed")
    start = len(log("syslog"))
    with smtplib.SMTP_SSL("localhost", HELPER.address("smtps")[1],
                          timeout=PATIENCE, context=context(certificate),
                          source_address=(CLIENT, 0)) as client:
        equal(f"[{CLIENT}]" in client.ehlo("localhost")[1].decode(), True)
        client.user = "alice"
        client.password = password_of("alice") if certificate is None else "x"
        equal(client.auth("PLAIN", client.auth_plain)[0], 235)
    equal(bool(re.search(f"pam_stssl.exim:auth.: login .*peer={CLIENT}:",
                         since("syslog", start))), True)


tell()
