# SPDX-License-Identifier: BSD-2-Clause
"""IMAP, POP3 and submission: STARTTLS and EXTERNAL in front of Dovecot, for
Python's clients, curl and swaks."""

import re
import shutil
import socket

from dovecots import DOVECOT, dovecot_is_needed, start_dovecot
from ftp import password_of
from mailclients import Imap, Pop3, Smtp, serve_relay
from story import (PATIENCE, PKI, Helper, Skipped, equal, log, read, run,
                   since, story, tell, write)

CLASSES = "/etc/stssl/classes.conf"
if DOVECOT:
    serve_relay()
    start_dovecot()
HELPER = Helper() if DOVECOT else None
CLIENTS = Imap, Pop3, Smtp


def connect(kind, certificate, **more):
    """The certificate "-": in clear."""
    dovecot_is_needed()
    return kind(HELPER, certificate, **more)


# The class's ssl and login; what comes of clear, TLS without a certificate,
# one that does not verify, a good one: refuse, password or accept.
MATRIX = {
    "alice": ("password", "password", "password", "accept"),
    "acme-1": ("refuse", "password", "refuse", "accept"),
    "robot": ("refuse", "refuse", "refuse", "accept"),
    "dora": ("refuse", "refuse", "refuse", "password"),
    "ted": ("refuse", "refuse", "refuse", "refuse"),
}
CELLS = [(kind, user, what, outcome) for kind in CLIENTS for user in MATRIX
         for what, outcome in zip(("clear", "no certificate",
                                   "a bad certificate", "a good certificate"),
                                  MATRIX[user])]


def certificate_of(user, what):
    return {"clear": "-", "no certificate": None,
            "a bad certificate": user + "-expired",
            "a good certificate": user}[what]


@story("{1}, {2}: {3} ({0.name})", *CELLS)
def matrix(kind, user, what, outcome):
    client = connect(kind, certificate_of(user, what))
    client.login(user, "no such password")
    equal(client.is_in(), outcome == "accept")
    if outcome != "accept":
        client.plain(user, password_of(user))
        equal(client.is_in(), outcome == "password")
    if client.is_in() and user == "alice":
        client.use()
    client.close()


# What is said, with RFC 5530's, RFC 3206's and RFC 4954's codes.
NOT_HIS = (r"\[AUTHORIZATIONFAILED\]", r"-ERR \[AUTH\]", "535 5.7.8")
DENIED = (r"\[AUTHENTICATIONFAILED\]", r"-ERR \[AUTH\]", "535 5.7.8")
NEEDS_TLS = (r"\[PRIVACYREQUIRED\]", "-ERR TLS", "538 5.7.11")
EXTERNALS = [(kind, CLIENTS.index(kind), *row) for kind in CLIENTS for row in [
    ("alice", "", "without a name", None),
    ("alice", "alice", "with the certificate's name", None),
    ("alice", "bob", "with another's name", NOT_HIS),
    ("alice", "robot", "with another's name, whose class is stricter",
     NOT_HIS),
    ("alice-expired", "", "with a bad certificate", DENIED),
    (None, "alice", "without a certificate", DENIED),
    ("dora", "dora", "where a password is wanted, too", NOT_HIS),
    ("-", "alice", "in clear", NEEDS_TLS),
]]


@story("EXTERNAL {4} ({0.name})", *EXTERNALS)
def external(kind, number, certificate, user, _, refusal):
    client = connect(kind, certificate)
    start = len(log("helper.log"))
    answer = client.external(user)
    equal(client.is_in(), refusal is None)
    if refusal is not None:
        equal((answer, bool(re.search(refusal[number], answer))),
              (answer, True))
    else:
        client.use()
        equal(" user=\"alice\" by=certificate verdict=accept " in
              since("helper.log", start), True)
    client.close()


@story("implicit TLS: {1} ({0.name})",
       *[(kind, way) for kind in CLIENTS for way in ("EXTERNAL", "password")])
def implicit(kind, way):
    client = connect(kind, "alice" if way == "EXTERNAL" else None,
                     implicit=True)
    if way == "EXTERNAL":
        client.external("")
    else:
        client.plain("alice", password_of("alice"))
    equal(client.is_in(), True)
    client.use()
    client.close()


@story("what is offered depends on the connection, and in clear on the classes "
       "({0.name})", *[(kind,) for kind in CLIENTS])
def offers(kind):
    ways = {"AUTH=PLAIN", "AUTH=LOGIN", "AUTH=EXTERNAL"}
    begin = {"imap": {"STARTTLS"}, "pop3": {"STLS"}, "smtp": {"STARTTLS"}}
    off = {"LOGINDISABLED"} if kind is Imap else set()
    known = ways | off | {"STARTTLS", "STLS"}
    text = read(CLASSES)
    seen = []
    for certificate in "-", None, "alice-expired", "alice":
        client = connect(kind, certificate)
        seen.append(client.capabilities() & known)
        client.close()
    write(CLASSES, text.replace("required", "optional").replace(
        "= certificate", "= either").replace("= both", "= either"))
    client = connect(kind, "-")
    seen.append(client.capabilities() & known)
    client.close()
    write(CLASSES, text)
    start, some = begin[kind.name], ways - {"AUTH=EXTERNAL"}
    equal(seen, [start | off, some, some, ways, start | some])


@story("a command behind STARTTLS ends the session ({0})",
       ("imap", b"1 STARTTLS\r\n2 LOGIN alice x\r\n", b"* BYE "),
       ("pop3", b"STLS\r\nUSER alice\r\n", b"-ERR "),
       ("smtp", b"STARTTLS\r\nEHLO x\r\n", b"421 "))
def injected(name, lines, answer):
    dovecot_is_needed()
    with socket.create_connection(HELPER.address(name), PATIENCE) as client:
        client.makefile("rb").readline()
        client.sendall(lines)
        said = b""
        while data := client.recv(4096):
            said += data
    equal((said, said.startswith(answer)), (said, True))


@story("a failed login costs a line in the log, and not the connection "
       "({0.name})", *[(kind,) for kind in CLIENTS])
def failed(kind):
    client = connect(kind, None)
    start = len(log("helper.log"))
    client.plain("alice", "wrong")
    equal(client.is_in(), False)
    client.plain("alice", password_of("alice"))
    equal(client.is_in(), True)
    client.close()
    equal(re.findall(r'(login-failed|logged-in) .* user="alice" by=(\w+) '
                     r'verdict=(\w+) reply=(\S+) tls=TLS1.3',
                     since("helper.log", start)),
          [("login-failed", "password", "password", kind.replies[0]),
           ("logged-in", "password", "password", kind.replies[1])])


def curl(url, *options, certificate="alice"):
    files = [] if certificate is None else [
        "--cert", f"{PKI}{certificate}.pem",
        "--key", f"{PKI}{certificate}.key"]
    return run("curl", "-sS", "--cacert", PKI + "ca.pem", "--ssl-reqd",
               *files, *options, url, check=False).returncode


@story("curl, {0}: {1}", *[(scheme, way) for scheme in
                           ("imap", "imaps", "pop3", "pop3s", "smtp", "smtps")
                           for way in ("certificate", "EXTERNAL", "password",
                                       "refused")])
def by_curl(scheme, way):
    dovecot_is_needed()
    url = f"{scheme}://localhost:{HELPER.address(scheme)[1]}/"
    mail = ["--mail-from", "a@localhost", "--mail-rcpt", "b@localhost", "-T",
            "/etc/hosts"] if scheme.startswith("smtp") else []
    login = {"certificate": ("alice:x", []),
             "EXTERNAL": ("alice:", ["--login-options", "AUTH=EXTERNAL"]),
             "password": ("alice:" + password_of("alice"), []),
             "refused": ("bob:x", [])}[way]
    equal(curl(url, "-u", login[0], *login[1], *mail,
               certificate=None if way == "password" else "alice") == 0,
          way != "refused")


@story("swaks: {0}, {1}", *[(tls, way) for tls in ("STARTTLS", "implicit TLS")
                            for way in ("PLAIN", "LOGIN")])
def by_swaks(tls, way):
    dovecot_is_needed()
    if not shutil.which("swaks"):
        raise Skipped("swaks is not installed")
    port = HELPER.address("smtp" if tls == "STARTTLS" else "smtps")[1]
    for certificate, inside in ("alice", True), (None, False):
        files = [] if certificate is None else [
            "--tls-cert", f"{PKI}{certificate}.pem",
            "--tls-key", f"{PKI}{certificate}.key"]
        done = run("swaks", "--server", "localhost", "--port", str(port),
                   "--tls" if tls == "STARTTLS" else "--tls-on-connect",
                   *files, "--auth", way, "--auth-user", "alice",
                   "--auth-password", "x", "--from", "a@localhost", "--to",
                   "b@localhost", "--helo", "me.example", check=False)
        equal((done.returncode == 0, done.stdout[-500:] if done.returncode != 0
               and inside else b""), (inside, b""))


tell()
