# SPDX-License-Identifier: BSD-2-Clause
"""What the helper answers itself: TLS, and FTP's commands about it."""

import glob
import os
import re
import signal
import socket
import ssl

from ftp import (Raw, after_wrong_record, ask, connect, context, log_in,
                 logged_in, password_of)
from story import (PATIENCE, Helper, await_that, begins, equal, log, run,
                   since, story, tell)

HELPER = Helper()
FTP = HELPER.address("ftp")
FTPS = HELPER.address("ftps")
# Versions of TLS.
TLS = [("TLSv1_2",), ("TLSv1_3",)]


@story("{0}: a client that says goodbye to TLS is told the same", *TLS)
def goodbye(version):
    ftp = connect(FTP, version=getattr(ssl.TLSVersion, version))
    raw = ftp.sock.unwrap()
    equal(raw.recv(1), b"")


@story("{0}: a record that is wrong gets an alert, and no reset takes it away",
       *TLS)
def wrong_record(version):
    ftp = connect(FTP, version=getattr(ssl.TLSVersion, version))
    equal(after_wrong_record(ftp.sock), ("SSLV3_ALERT_BAD_RECORD_MAC", b""))


@story("commands in clear behind AUTH TLS end the session: {0!a}",
       (b"AUTH TLS\r\nUSER alice\r\n",), (b"AUTH TLS\r\nU",),
       (b"AUTH TLS\nUSER alice\n",), (b"AUTH SSL\r\n\r\n",))
def injection(segment):
    start = len(log("vsftpd.log"))
    client = Raw(FTP).welcome()
    client.send(segment)
    begins(client.line(), "421")
    equal(client.rest(), [])
    equal("USER alice" in since("vsftpd.log", start), False)


@story("a user name given in clear is forgotten inside TLS")
def forgotten():
    client = Raw(FTP).welcome()
    client.send(b"USER alice\r\n")
    begins(client.line(), "331")
    client.secure()
    client.send(f"PASS {password_of('alice')}\r\n".encode())
    begins(client.line(), "503")


def greetings(start):
    return since("vsftpd.log", start).count("220 (vsFTPd")


def log_in_raw(client):
    begins(client.ask(b"USER alice"), "331")
    begins(client.ask(f"PASS {password_of('alice')}".encode()), "230")


@story("after {0!a} in clear TLS has {1}",
       (b"", "the same connection to the daemon"),
       (b"FEAT", "the same connection to the daemon"),
       (b"AUTH X", "the same connection to the daemon"),
       (b"SYST", "a new connection to the daemon"),
       (b"USER alice", "a new connection to the daemon"))
def reuse(command, which):
    start = len(log("vsftpd.log"))
    client = Raw(FTP).welcome()
    if command:
        client.ask(command)
    log_in_raw(client.secure())
    equal(greetings(start), 1 + which.startswith("a new"))


def ended():
    """The helper's ends of connections that the daemon has closed."""
    seen = run("ss", "-Htn", "state", "close-wait", "dport", "=", ":221")
    return {line.split()[2] for line in seen.stdout.splitlines()}


@story("a daemon's process that ends during the handshake is replaced")
def replaced():
    start = len(log("vsftpd.log"))
    client = Raw(FTP).welcome()
    begins(client.ask(b"AUTH TLS"), "234")
    pids = re.findall(r"\[pid (\d+)\] FTP response: .* .220 ",
                      since("vsftpd.log", start))
    before = ended()
    os.kill(int(pids[-1]), signal.SIGKILL)
    await_that(lambda: ended() - before, "the end of its connection")
    log_in_raw(client.shake_hands())
    equal(greetings(start), 2)


@story("{0} in clear: {1}",
       ("AUTH TLS-C", "234"), ("auth tls", "234"), ("AUTH SSL", "234"),
       ("AUTH TLS-P", "234"), ("AUTH KERBEROS_V4", "504"), ("AUTH", "501"),
       ("PBSZ 0", "503"), ("PROT P", "503"), ("CCC", "533"), ("ADAT x", "503"),
       ("REIN", "502"), ("QUIT", "221"))
def in_clear(command, reply):
    ftp = connect(FTP, None)
    begins(ask(ftp, command), reply)
    ftp.close()


@story("{0} inside TLS: {1}",
       ("AUTH TLS", "503"), ("PBSZ 0", "200"), ("PBSZ 16384", "200"),
       ("PBSZ x", "501"), ("PBSZ 4294967296", "501"), ("PROT C", "200"),
       ("PROT P", "200"), ("PROT S", "536"), ("PROT E", "536"),
       ("PROT Q", "504"), ("CCC", "534"), ("QUIT", "221"))
def in_tls(command, reply):
    ftp = connect(FTP)
    if command.startswith("PROT"):
        begins(ask(ftp, "PBSZ 0"), "200")
    begins(ask(ftp, command), reply)
    ftp.close()


@story("AUTH after the login is refused")
def auth_late():
    ftp = logged_in(FTP, tls=None)
    begins(ask(ftp, "AUTH TLS"), "503")
    begins(ask(ftp, "NOOP"), "200")
    ftp.quit()


@story("FEAT names AUTH TLS, PBSZ and PROT beside the backend's features")
def feat():
    ftp = connect(FTP)
    log_in(ftp, "alice", password_of("alice"))
    lines = ask(ftp, "FEAT").split("\n")
    for feature in " AUTH TLS", " PBSZ", " PROT", " EPSV", " TVFS":
        equal(any(line.startswith(feature) for line in lines), True)
    ftp.quit()


@story("in clear, between AUTH's 234 and TLS, nothing is listened to")
def after_auth():
    start = len(log("vsftpd.log"))
    client = Raw(FTP).welcome()
    client.send(b"AUTH TLS\r\n")
    begins(client.line(), "234")
    client.send(b"USER alice\r\nNOOP\r\n")
    equal([line for line in client.rest() if line[:1].isdigit()], [])
    equal("USER alice" in since("vsftpd.log", start), False)


def texts_of_ours():
    """What we may say with 530: the strings of the sources, less others."""
    found = set()
    for pattern in ("helper/worker/ftp/*.c", "policy/decide.[ch]",
                    "status/*.[ch]"):
        for path in glob.glob(f"{os.environ['srcdir']}/{pattern}"):
            with open(path) as file:
                found.update(re.findall(r'"((?:[^"\\\n]|\\.)+)"',
                                        file.read()))
    return [text for text in found if not re.match(r"(?!530)\d{3} ", text)]


@story("no refusal of ours makes lftp try again")
def lftp_tries_once():
    settings = run("lftp", "--norc", "-c", "set -a").stdout.decode()
    patterns = re.findall(r'set ftp:retry-530\S* "(.*)"', settings)
    equal(len(patterns), 2)
    texts = texts_of_ours()
    equal("TLS required; use AUTH TLS." in texts, True)
    equal([text for text in texts for pattern in patterns
           if re.search(pattern, text, re.IGNORECASE)], [])


@story("ALPN: {0} is {1}", ("ftp", "agreed"), ("http/1.1", "refused"))
def alpn(name, outcome):
    client = context()
    client.set_alpn_protocols([name])
    with socket.create_connection(FTPS, PATIENCE) as raw:
        try:
            with client.wrap_socket(raw, server_hostname="localhost") as tls:
                equal(tls.selected_alpn_protocol(), name)
                begins(tls.recv(100).decode(), "220")
                seen = "agreed"
        except (ssl.SSLError, ConnectionResetError):
            seen = "refused"
    equal(seen, outcome)


@story("TLS 1.1 is refused")
def old_tls():
    done = run("openssl", "s_client", "-connect", "%s:%d" % FTPS, "-tls1_1",
               "-cipher", "ALL:@SECLEVEL=0", data=b"", check=False)
    equal(done.returncode != 0, True)
    equal(b"protocol version" in done.stderr, True)


@story("the server names the authorities whose certificates it takes")
def names_authorities():
    done = run("openssl", "s_client", "-connect", "%s:%d" % FTPS, "-CAfile",
               "/run/stage/pki/ca.pem", data=b"")
    text = done.stdout.decode()
    # OpenSSL 3.2 and later leave out the blanks.
    equal(re.search("Acceptable client certificate CA names\nCN ?= ?ca\n",
                    text) is not None, True)
    equal("Verify return code: 0 (ok)" in text, True)


if __name__ == "__main__":
    tell()
