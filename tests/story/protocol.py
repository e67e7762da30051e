# SPDX-License-Identifier: BSD-2-Clause
"""What the helper answers itself, and how it treats unruly clients."""

import ftplib
import glob
import os
import re
import signal
import socket
import ssl
import struct
import time

from story import (Helper, PATIENCE, after_wrong_record, ask, await_that, begins, connect,
                   context, equal, log, log_in, logged_in, password_of, run,
                   since, story, tell)

HELPER = Helper()
FTP = HELPER.address("ftp")
FTPS = HELPER.address("ftps")


class Raw:
    """A client that sends what it is told to, whatever FTP says."""

    def __init__(self, address=FTP):
        self.sock = socket.create_connection(address, PATIENCE)

    def welcome(self):
        begins(self.line(), "220")
        return self

    def send(self, data):
        self.sock.sendall(data)

    def line(self):
        """The next line; "" at the end of the connection."""
        got = b""
        try:
            while not got.endswith(b"\n"):
                byte = self.sock.recv(1)
                if not byte:
                    break
                got += byte
        except ConnectionResetError:
            pass
        return got.decode("latin-1")

    def rest(self):
        """All lines until the connection ends."""
        lines = []
        while line := self.line():
            lines.append(line)
        return lines

    def ask(self, command):
        """The last line of the reply."""
        self.send(command + b"\r\n")
        while (line := self.line())[3:4] == "-" or line.startswith(" "):
            pass
        return line

    def secure(self):
        begins(self.ask(b"AUTH TLS"), "234")
        return self.shake_hands()

    def shake_hands(self):
        self.sock = context().wrap_socket(self.sock,
                                          server_hostname="localhost")
        return self


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
    client = Raw().welcome()
    client.send(segment)
    begins(client.line(), "421")
    equal(client.rest(), [])
    equal("USER alice" in since("vsftpd.log", start), False)


@story("a user name given in clear is forgotten inside TLS")
def forgotten():
    client = Raw().welcome()
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
    client = Raw().welcome()
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
    client = Raw().welcome()
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


@story("an over-long line gets 500, and many of them the door")
def long_lines():
    client = Raw().welcome()
    replies = []
    try:
        for _ in range(50):
            client.send(b"X" * 5000 + b"\r\n")
            reply = client.line()
            if not reply.startswith("500"):
                break
            replies.append(reply)
        else:
            raise AssertionError("50 over-long lines were borne")
    except (BrokenPipeError, ConnectionResetError):
        pass
    equal(len(replies) > 0, True)


@story("a line without an end does not fill the memory")
def endless_line():
    client = Raw().welcome()
    try:
        for _ in range(256):
            client.send(b"X" * 65536)
        client.send(b"\r\n")
        begins(client.line(), "500")
    except (BrokenPipeError, ConnectionResetError):
        pass


@story("a command with a NUL in it is none")
def nul():
    start = len(log("vsftpd.log"))
    client = Raw().welcome().secure()
    client.send(b"USER alice\0x\r\nNOOP\0\r\nNOOP\r\n")
    begins(client.line(), "500")
    begins(client.line(), "500")
    begins(client.line(), "530")
    equal("alice" in since("vsftpd.log", start), False)


@story("who says thousands of things before a login is sent away, {0}",
       ("in clear", False), ("inside TLS", True))
def talkative(_, secure):
    client = Raw().welcome()
    if secure:
        client.secure()
    try:
        client.send(b"XYZZY\r\n" * 10000)
    except ConnectionError:
        pass
    replies = client.rest()
    # The last may be lost: there was more to read when we closed.
    equal(len(replies) <= 21, True)
    equal({reply[:3] for reply in replies} <= {"530", "421"}, True)


@story("in clear, between AUTH's 234 and TLS, nothing is listened to")
def after_auth():
    start = len(log("vsftpd.log"))
    client = Raw().welcome()
    client.send(b"AUTH TLS\r\n")
    begins(client.line(), "234")
    client.send(b"USER alice\r\nNOOP\r\n")
    equal([line for line in client.rest() if line[:1].isdigit()], [])
    equal("USER alice" in since("vsftpd.log", start), False)


def texts_of_ours():
    """What we may say with 530: the strings of the sources, less others."""
    found = set()
    for pattern in ("helper/worker/ftp/*.c", "policy/decide.*",
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


@story("connections that come to nothing leave nothing behind: {0}",
       ("closed at once", b"", False), ("reset at once", b"", True),
       ("reset within a record", b"\x16\x03\x01\x02\x00\x01", True))
def port_scan(_, data, reset):
    def held():
        """Sessions' sockets, and processes that have ended unseen."""
        pids = HELPER.processes()
        states = [open(f"/proc/{pid}/stat").read().rsplit(")")[1].split()[0]
                  for pid in pids]
        return (sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in pids),
                states.count("Z"), len(pids))

    logged_in(FTP).quit()
    before = await_that(lambda: steady(held), "no session is left")
    for number in range(100):
        client = Raw(FTPS if number % 2 else FTP)
        client.send(data)
        if reset:
            client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                   struct.pack("ii", 1, 0))
        client.sock.close()
    await_that(is_served, "vsftpd has seen its fifty of one address go")
    await_that(lambda: held() == before, "all is as before")


def is_served():
    try:
        logged_in(FTP).quit()
        return True
    except ftplib.error_temp:
        return False


def steady(look):
    """What look() sees, when it sees it for a while."""
    seen = look()
    for _ in range(20):
        time.sleep(0.01)
        if look() != seen:
            return None
    return seen


@story("a browser is sent away, {0}",
       ("explicit", False), ("inside TLS", True))
def browser(_, secure):
    start = len(log("vsftpd.log"))
    client = Raw().welcome()
    if secure:
        client.secure()
    client.send(b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\nUSER alice\r\n")
    equal(any(line.startswith("331") for line in client.rest()), False)
    equal("USER alice" in since("vsftpd.log", start), False)


# What SSL 2 began with: length, type, version 2.0, and what it offers.
SSLV2_HELLO = (b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10"
               b"\x01\x00\x80\x02\x00\x80\x03\x00\x80\x04\x00\x80\x05"
               b"\x00\x80\x06\x00\x40\x07\x00\xc0" + b"challenge" * 2)


@story("{0} is no ClientHello, and never reaches the backend",
       ("FTP", b"USER alice\r\nPASS x\r\n"),
       ("HTTP", b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
       ("SSL 2", SSLV2_HELLO), ("a flood of zeros", bytes(100000)))
def garbage(_, data):
    start = len(log("vsftpd.log"))
    client = Raw(FTPS)
    try:
        client.send(data)
    except ConnectionError:
        pass
    seen = b""
    try:
        while more := client.sock.recv(100):
            seen += more
    except ConnectionResetError:
        pass
    # Nothing, or a TLS alert; no text.
    equal(seen == b"" or seen[0] == 21, True)
    equal("CONNECT" in since("vsftpd.log", start), False)


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
