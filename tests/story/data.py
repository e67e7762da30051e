# SPDX-License-Identifier: BSD-2-Clause
"""Whose data connection is it: what its TLS has to prove, and who manages."""

import ctypes
import ftplib
import os
import shutil
import ssl

from ftp import (Bytes, after_wrong_record, context, forget_errors, log_in,
                 password_of)
import ftp as clients
import programs
from story import (PATIENCE, PKI, STAGE, Helper, Skipped, begins, equal, home,
                   log, run, since, story, tell)

HELPER = Helper()
USER = "acme-1"
LEVELS = ["any", "prefer", "certificate", "resumed"]


class Ftp(ftplib.FTP_TLS):
    """ftplib whose data connections have a context and a session to resume."""

    data_context = None
    lend = None  # what gives the session to resume
    left = None  # the last data connection's session

    def ntransfercmd(self, cmd, rest=None):
        raw, size = ftplib.FTP.ntransfercmd(self, cmd, rest)
        data = self.data_context.wrap_socket(
            raw, server_hostname=self.host,
            session=self.lend() if self.lend else None)
        self.left = data.session
        return data, size


def logged_in(level, tls, password=None):
    ftp = Ftp(context=tls)
    ftp.connect(*HELPER.address(level), timeout=PATIENCE)
    ftp.auth()
    equal(log_in(ftp, USER, password),
          "password" if password else "certificate")
    ftp.prot_p()
    ftp.voidcmd("TYPE I")
    ftp.data_context = tls
    return ftp


def final_reply(ftp):
    while (reply := ftp.getmultiline()).startswith("1"):
        pass
    return reply


def attempt(transfer, ftp):
    """Do a transfer; returns the reply it ended with, and its data."""
    parts = []
    try:
        if transfer == "STOR":
            with open(home(USER, "hello"), "rb") as file:
                return ftp.storbinary("STOR file", file), b""
        reply = ftp.retrbinary(transfer, parts.append)
    except ftplib.Error as error:
        reply = str(error)
    except OSError:
        forget_errors()
        reply = final_reply(ftp)
    return reply, b"".join(parts)


# what the data connection shows: how, and the levels that are content with it
PROOFS = {
    "its own session, resumed": (
        lambda ftp, other: {"lend": lambda: ftp.sock.session}, LEVELS),
    "another's session": (
        lambda ftp, other: {"lend": lambda: other.sock.session}, LEVELS[:3]),
    "the same certificate": (
        lambda ftp, other: {}, LEVELS[:3]),
    "another certificate": (
        lambda ftp, other: {"data_context": context("acme-2")}, LEVELS[:1]),
    "no certificate": (
        lambda ftp, other: {"data_context": context()}, LEVELS[:1]),
}


VERSIONS = {
    "TLS 1.2": (ssl.TLSVersion.TLSv1_2, 0),
    "TLS 1.2 without tickets": (ssl.TLSVersion.TLSv1_2, ssl.OP_NO_TICKET),
    "TLS 1.3": (ssl.TLSVersion.TLSv1_3, 0),
}


def dressed(certificate, version):
    name, options = VERSIONS[version]
    tls = context(certificate, name)
    tls.options |= options
    return tls


# Whether only a resumed session would do: the log's word, the client's reply.
WHY = {
    False: ("other-certificate", "522 The data connection must resume the "
            "control connection's TLS session, or show"),
    True: ("not-resumed", "522 The data connection must resume the control "
           "connection's TLS session."),
}


@story("data-session = {0}, {2}: {1}",
       *[(level, proof, version) for level in LEVELS for proof in PROOFS
         for version in VERSIONS])
def proofs(level, proof, version):
    tls = dressed(USER, version)
    ftp, other = logged_in(level, tls), logged_in(level, tls)
    other.makepasv()
    shows, levels = PROOFS[proof]
    for name, value in shows(ftp, other).items():
        setattr(ftp, name, value)
    leave_file()
    word, text = WHY[level == "resumed"]
    start = len(log("helper.log"))
    for _ in range(2):
        stored, _ = attempt("STOR", ftp)
        fetched, data = attempt("RETR hello", ftp)
        kept = programs.slurp(home(USER, "file"))
        if level in levels:
            begins(stored, "226")
            begins(fetched, "226")
            equal((kept, data), (b"hello acme-1\n",) * 2)
        else:
            begins(stored, text)
            begins(fetched, text)
            equal((kept, data), (b"as it was", b""))
    equal(since("helper.log", start).count("failed=" + word),
          0 if level in levels else 4)
    resumes(ftp, tls)
    ftp.quit()
    other.quit()


def leave_file():
    """What a refused upload must leave as it was."""
    with open(home(USER, "file"), "w") as file:
        file.write("as it was")
    os.chmod(home(USER, "file"), 0o666)


def resumes(ftp, tls):
    """The client resumes its own session, and is served."""
    ftp.lend, ftp.data_context = lambda: ftp.sock.session, tls
    reply, data = attempt("RETR hello", ftp)
    begins(reply, "226")
    equal(data, b"hello acme-1\n")


# the client's own certificate, and what the thief has
THIEVES = [(level, own, version, others, certificate)
           for level in LEVELS[1:] for own in (USER, None)
           for version in VERSIONS for others in VERSIONS
           for certificate in (None, "acme-2") if own or level != "prefer"]


@story("data-session = {0}, certificate of the client: {1}, {2}: a thief's "
       "handshakes gain him nothing: {4}, {3}", *THIEVES)
def thief(level, own, version, others, certificate):
    tls, his = dressed(own, version), dressed(certificate, others)
    ftp = logged_in(level, tls, None if own else password_of(USER))
    _, text = WHY[level == "resumed"]
    leave_file()
    taken = None
    for _ in range(2):
        for transfer in "RETR hello", "STOR":
            ftp.lend, ftp.data_context = lambda: taken, his
            reply, data = attempt(transfer, ftp)
            taken = ftp.left
            begins(reply, text)
            equal(data, b"")
        equal(programs.slurp(home(USER, "file")), b"as it was")
        resumes(ftp, tls)
    ftp.quit()


def proven(kind, proof):
    """A client of programs.py, where only a resumed session will do."""
    return kind(HELPER.address("resumed"), "explicit", USER,
                USER if proof == "certificate" else None)


@story("data-session = resumed, {0}, TLS {1}: four URLs of curl's",
       *[(proof, version) for proof in ("certificate", "password")
         for version in ("1.2", "1.3")])
def curl(proof, version):
    client = proven(programs.Curl, proof)
    equal(client.run("--tls-max", version, *[client.url("hello")] * 4),
          b"hello acme-1\n" * 4)


@story("data-session = resumed, {0}, TLS {1}: lftp's downloads and uploads",
       *[(proof, version) for proof in ("certificate", "password")
         for version in ("1.2", "1.3")])
def lftp(proof, version):
    path = STAGE + "/upload"
    with open(path, "wb") as file:
        file.write(Bytes(1000000).read(0))
    client = proven(programs.Lftp, proof)
    client.options = ["set ssl:priority NORMAL:-VERS-ALL:+VERS-TLS" + version]
    seen = client.run("cat hello hello hello", f"put {path} -o one",
                      f"put {path} -o two", "nlist")
    begins(seen, b"hello acme-1\n" * 3)
    for name in "one", "two":
        equal(programs.slurp(home(USER, name)) == programs.slurp(path), True)
        os.unlink(home(USER, name))


@story("data-session = resumed, {0}, by {1}: four downloads of Java's",
       ("TLSv1.2", "ticket", []),
       ("TLSv1.2", "session ID",
        ["-Djdk.tls.client.enableSessionTicketExtension=false"]),
       ("TLSv1.3", "ticket", []))
def java(version, _, options):
    if shutil.which("javac") is None:
        raise Skipped("there is no Java here that compiles")
    _, port = HELPER.address("resumed")
    seen = run(
        "java", "--add-opens", "java.base/sun.security.ssl=ALL-UNNAMED",
        "--add-opens", "java.base/sun.security.util=ALL-UNNAMED", *options,
        os.path.dirname(__file__) + "/Ftps.java", str(port),
        PKI + "ca.pem", USER, password_of(USER), version, "hello",
        "4").stdout
    equal(seen, b"hello acme-1\n" * 4)


@story("{0}: a record that is wrong in an upload gets an alert, and the "
       "control connection 426", ("TLS 1.2",), ("TLS 1.3",))
def wrong_record(version):
    ftp = logged_in("any", dressed(USER, version))
    with ftp.transfercmd("STOR wrong") as data:
        data.sendall(b"x")
        equal(after_wrong_record(data),
              ("SSLV3_ALERT_BAD_RECORD_MAC", b""))
    begins(final_reply(ftp), "426")
    ftp.quit()


class Farewell:
    """GnuTLS over a socket, to say goodbye as no other client here does."""

    def __init__(self, raw):
        self.lib = lib = ctypes.CDLL("libgnutls.so.30")
        lib.gnutls_record_send.argtypes = (ctypes.c_void_p, ctypes.c_char_p,
                                           ctypes.c_size_t)
        raw.setblocking(True)
        self.raw = raw
        self.session, credentials = ctypes.c_void_p(), ctypes.c_void_p()
        client, certificates = 2, 1
        for result in (
                lib.gnutls_init(ctypes.byref(self.session), client),
                lib.gnutls_set_default_priority(self.session),
                lib.gnutls_certificate_allocate_credentials(
                    ctypes.byref(credentials)),
                lib.gnutls_credentials_set(self.session, certificates,
                                           credentials)):
            equal(result, 0)
        lib.gnutls_transport_set_int2(self.session, raw.fileno(),
                                      raw.fileno())
        equal(lib.gnutls_handshake(self.session), 0)

    def send(self, data):
        equal(self.lib.gnutls_record_send(self.session, data, len(data)),
              len(data))

    def close(self, alerts):
        warning = 1
        for alert in alerts:
            equal(self.lib.gnutls_alert_send(self.session, warning, alert), 0)
        self.raw.close()


CLOSE_NOTIFY, USER_CANCELED, CERTIFICATE_UNKNOWN = 0, 90, 46


@story("an upload that ends with {0}: {1}",
       ("close_notify", "226", [CLOSE_NOTIFY]),
       ("user_canceled and close_notify, as Java's do", "226",
        [USER_CANCELED, CLOSE_NOTIFY]),
       ("another alert", "426", [CERTIFICATE_UNKNOWN]),
       ("none", "426", []))
def farewell(_, outcome, alerts):
    ftp = clients.logged_in(HELPER.address("any"))
    for _ in range(3):
        raw, _ = ftplib.FTP.ntransfercmd(ftp, "STOR farewell")
        data = Farewell(raw)
        data.send(b"x" * 10000)
        data.close(alerts)
        begins(final_reply(ftp), outcome)
    if outcome == "226":
        equal(os.path.getsize(home("alice", "farewell")), 10000)
    ftp.delete("farewell")
    ftp.quit()


if __name__ == "__main__":
    tell()
