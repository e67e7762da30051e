# SPDX-License-Identifier: BSD-2-Clause
"""Which host is meant, whose a certificate is, and how many may come."""

import ftplib
import hashlib
import os
import re
import signal
import socket
import ssl
import time

from ftp import ask, connect, context, log_in, logged_in, password_of
from story import (PATIENCE, PKI, Helper, await_that, begins, equal, log, run,
                   since, story, tell)

CLASSES = "/etc/stssl/classes.conf"


def name_server(address):
    """What nat.example.org stands for from now on."""
    with open("/etc/hosts", "w") as hosts:
        hosts.write(f"127.0.0.1 localhost\n{address} nat.example.org\n")


name_server("203.0.113.77")
HELPER = Helper()
FTP = HELPER.address("ftp")


def on_sni(name, address=FTP):
    """A connection with TLS, as a client does it that asks for `name`."""
    ftp = ftplib.FTP()
    ftp.connect(*address, timeout=PATIENCE)
    begins(ask(ftp, "AUTH TLS"), "234")
    tls = context()
    tls.check_hostname = False
    ftp.sock = tls.wrap_socket(ftp.sock, server_hostname=name)
    ftp.file = ftp.sock.makefile(mode="r", encoding=ftp.encoding)
    return ftp


@story("HOST {1} with TLS for {0}: {2}",
       ("localhost", "localhost", "220"), ("localhost", "LOCALHOST", "220"),
       (None, "localhost", "220"), (None, "other.example", "504"),
       ("localhost", "other.example", "504"),
       ("other.example", "localhost", "504"),
       ("other.example", "other.example", "504"),
       ("localhost", "127.0.0.1", "220"), ("localhost", "[::1]", "504"),
       ("localhost", "localhost:21", "501"))
def host(sni, name, code):
    begins(ask(on_sni(sni), "HOST " + name), code)


@story("unknown-name = refuse: TLS for {0} is {1}",
       ("localhost", "possible"), (None, "possible"),
       ("other.example", "refused"))
def unknown_name(sni, outcome):
    try:
        on_sni(sni, HELPER.address("named"))
        equal(outcome, "possible")
    except ssl.SSLError as error:
        equal(outcome, "refused")
        equal("UNRECOGNIZED_NAME" in str(error), True)


@story("HOST in clear knows the names of the certificates")
def host_in_clear():
    ftp = connect(FTP, tls=None)
    begins(ask(ftp, "HOST localhost"), "220")
    begins(ask(ftp, "HOST other.example"), "504")


@story("HOST forgets a user that was named, and is over after login")
def host_and_user():
    ftp = connect(FTP, tls=None)
    begins(ask(ftp, "USER alice"), "331")
    begins(ask(ftp, "HOST localhost"), "220")
    begins(ask(ftp, "PASS " + password_of("alice")), "503")
    equal(log_in(ftp, "alice", password_of("alice")), "password")
    begins(ask(ftp, "HOST localhost"), "503")


@story("HOST is among the features")
def host_feature():
    lines = ask(connect(FTP, tls=None), "FEAT").split("\n")
    equal(" HOST" in lines, True)


# Whose certificate is it?

@story("SITE AUTH with the certificate {0}: {1}",
       ("alice", "232 User logged in"), ("acme-1", "232 User logged in"),
       # login = both: the password is needed, too
       ("dora", "530 The certificate is no user's"),
       ("alice-expired", "530 The certificate is not accepted: "
                         "certificate expired"),
       ("alice-unknown", "530 The certificate is not accepted: "
                         "certificate of an unknown CA"),
       (None, "530 Client certificate required"))
def site_auth(certificate, reply):
    ftp = connect(FTP, certificate=certificate)
    begins(ask(ftp, "SITE AUTH"), reply)
    if reply.startswith("232"):
        begins(ask(ftp, "PASS x"), "230")
        ftp.prot_p()
        equal("hello" in ftp.nlst(), True)
        begins(ask(ftp, "SITE AUTH"), "503")
    else:
        begins(ask(ftp, "PASS x"), "503")


@story("the user of SITE AUTH is the one that the module let in")
def site_auth_user():
    start = len(log("syslog"))
    begins(ask(connect(FTP, certificate="acme-2"), "site auth"), "232")
    await_that(lambda: 'user="acme-2"' in since("syslog", start),
               "the module's line")


@story("a certificate of two users has to come with a name")
def two_users():
    digest = run("openssl", "x509", "-in", PKI + "alice.pem", "-outform",
                 "DER").stdout
    os.makedirs("/etc/stssl/identities", mode=0o755, exist_ok=True)
    with open(CLASSES) as file:
        before = file.read()
    try:
        with open("/etc/stssl/identities/bob", "w") as file:
            file.write("sha256:" + hashlib.sha256(digest).hexdigest() + "\n")
        with open(CLASSES, "w") as file:
            file.write(before.replace('{ "cn" }', '{ "file", "cn" }'))
        ftp = connect(FTP, certificate="alice")
        begins(ask(ftp, "SITE AUTH"), "530 The certificate is several users'")
        begins(ask(ftp, "USER bob"), "232")
    finally:
        with open(CLASSES, "w") as file:
            file.write(before)
        os.unlink("/etc/stssl/identities/bob")


@story("curl takes the alternative to USER")
def curl_alternative():
    done = run("curl", "-sS", "--ssl-reqd", "--cacert", PKI + "ca.pem",
               "--cert", PKI + "alice.pem", "--key", PKI + "alice.key",
               "-u", "somebody:", "--ftp-alternative-to-user", "SITE AUTH",
               f"ftp://localhost:{FTP[1]}/hello")
    equal(done.stdout, b"hello alice\n")


@story("other SITE commands are the backend's")
def site_other():
    begins(ask(logged_in(FTP), "SITE HELP"), "214")


# How many?

def sent_away(address):
    """What a client reads that is one too many."""
    with socket.create_connection(address, PATIENCE) as sock:
        said = b""
        while data := sock.recv(1000):
            said += data
            if b"\n" in said and said.startswith(b"220"):
                break
        return said.decode()


@story("more sessions than the limits allow are sent away, until one ends")
def too_many():
    few = HELPER.address("few")
    inside = [logged_in(few), logged_in(few)]
    inside += [connect(few, tls=None)]
    begins(sent_away(few), "421 Too many sessions from your address")
    from_elsewhere = [connect(few, tls=None, source=f"127.0.0.{i}")
                      for i in (2, 3)]
    begins(sent_away(few), "421 Too many sessions, try again later")
    inside.pop().close()
    inside.pop().close()
    await_that(lambda: sent_away(few).startswith("220"), "a free place")
    for ftp in from_elsewhere:
        ftp.close()
    equal("sent-away listener=few" in log("helper.log"), True)


@story("who does not log in takes a place for newcomers only")
def newcomers():
    few = HELPER.address("few")
    await_that(lambda: sent_away(few).startswith("220"), "a free place")
    first = connect(few, tls=None)
    second = await_that(lambda: connected(few), "the second place")
    begins(sent_away(few), "421 Too many clients from your address")
    equal(log_in(first, "alice", password_of("alice")), "password")
    await_that(lambda: sent_away(few).startswith("220"), "a place again")
    second.close()


def connected(address):
    try:
        return connect(address, tls=None)
    except ftplib.error_temp:
        return None


# How long?

@story("a handshake that does not end, and a login, have their timeouts")
def timeouts():
    start = len(log("helper.log"))
    slow = connect(HELPER.address("hurry"), tls=None)
    idle = connect(HELPER.address("idle"), tls=None)
    begins(ask(slow, "AUTH TLS"), "234")
    equal(slow.sock.recv(1), b"")
    begins(idle.getmultiline(), "421")
    text = since("helper.log", start)
    equal("handshake-timeout" in text and "login-timeout" in text, True)


@story("a failed login is answered after the delay")
def delay():
    ftp = connect(HELPER.address("slow"), tls=None)
    begin = time.monotonic()
    begins(ask(ftp, "USER acme-1"), "530 TLS required")
    equal(time.monotonic() - begin >= 2, True)


# Where?

def offered(ftp):
    return ask(ftp, "PASV").split("(")[1].split(")")[0].split(",")[:4]


@story("a name in passive-address is resolved, and followed")
def nat():
    nat = HELPER.address("nat")
    await_that(lambda: "nat.example.org is 203.0.113.77" in
               log("helper.log"), "the name's address")
    ftp = logged_in(nat, tls=None)
    equal(offered(ftp), "203 0 113 77".split())
    begins(ask(ftp, "EPSV"), "229")
    name_server("203.0.113.78")
    os.kill(inquirer(), signal.SIGKILL)
    await_that(lambda: "nat.example.org is 203.0.113.78" in
               log("helper.log"), "the new address")
    await_that(lambda: offered(ftp) == "203 0 113 78".split(),
               "the new address in a reply")


def inquirer():
    """The process that has said what the name stands for."""
    return int(re.findall(r"(?m)^inquirer\[(\d+)\]", log("helper.log"))[-1])


@story("implicit-prot = P protects data before PROT is said")
def implicit_private():
    ftp = connect(HELPER.address("private"), tls="implicit")
    equal(log_in(ftp, "alice", password_of("alice")), "password")
    ftp._prot_p = True
    equal("hello" in ftp.nlst(), True)
    begins(ask(ftp, "PROT C"), "200")


tell()
