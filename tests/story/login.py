# SPDX-License-Identifier: BSD-2-Clause
"""Who gets in, how, and who does not: class by class, through real PAM."""

import hashlib
import os
import socket
import ssl

from story import (PKI, Helper, ask, await_that, begins, connect, equal, log,
                   log_in, password_of, run, since, story, tell, write)

HELPER = Helper()
RIGHT = "right"
WRONG = "wrong"

# what, user, certificate (None: none, "-": no TLS at all), password, outcome
ROWS = [
    # TLS optional, either
    ("optional: a good certificate is enough", "alice", "alice", None,
     "certificate"),
    ("optional: the password is enough", "alice", None, RIGHT, "password"),
    ("optional: a wrong password is not", "alice", None, WRONG, "530"),
    ("optional: an expired certificate leaves the password", "alice",
     "alice-expired", RIGHT, "password"),
    ("optional: an expired certificate does not log in", "alice",
     "alice-expired", None, "530"),
    ("optional: an expired certificate and a wrong password", "alice",
     "alice-expired", WRONG, "530"),
    ("optional: a certificate of an unknown CA leaves the password", "alice",
     "alice-unknown", RIGHT, "password"),
    ("optional: a certificate of an unknown CA does not log in", "alice",
     "alice-unknown", None, "530"),
    ("optional: a server's certificate leaves the password", "alice",
     "alice-server", RIGHT, "password"),
    ("optional: a server's certificate does not log in", "alice",
     "alice-server", None, "530"),
    ("optional: somebody else's certificate leaves the password", "alice",
     "bob", RIGHT, "password"),
    ("optional: somebody else's certificate does not log in", "alice", "bob",
     None, "530"),
    ("optional: somebody else's certificate and a wrong password", "alice",
     "bob", WRONG, "530"),
    ("optional: the password in clear", "alice", "-", RIGHT, "password"),
    ("optional: a wrong password in clear", "alice", "-", WRONG, "530"),
    # TLS required, either
    ("required: a good certificate is enough", "acme-1", "acme-1", None,
     "certificate"),
    ("required: the password is enough", "acme-1", None, RIGHT, "password"),
    ("required: a wrong password is not", "acme-1", None, WRONG, "530"),
    ("required: an expired certificate is refused", "acme-1",
     "acme-1-expired", RIGHT, "530"),
    ("required: a certificate of an unknown CA is refused", "acme-1",
     "acme-1-unknown", RIGHT, "530"),
    ("required: a server's certificate is refused", "acme-1",
     "acme-1-server", RIGHT, "530"),
    ("required: somebody else's certificate is refused", "acme-1", "acme-2",
     RIGHT, "530"),
    ("required: clear is refused", "acme-1", "-", RIGHT, "530"),
    # a certificate, no password
    ("certificate: a good one is enough", "robot", "robot", None,
     "certificate"),
    ("certificate: the password is no substitute", "robot", None, RIGHT,
     "530"),
    ("certificate: nor beside an expired one", "robot", "robot-expired",
     RIGHT, "530"),
    ("certificate: nor in clear", "robot", "-", RIGHT, "530"),
    # a certificate and the password
    ("both: certificate and password", "dora", "dora", RIGHT, "password"),
    ("both: the certificate alone is not enough", "dora", "dora", None,
     "530"),
    ("both: nor with a wrong password", "dora", "dora", WRONG, "530"),
    ("both: the password alone is not enough", "dora", None, RIGHT, "530"),
    ("both: nor with an expired certificate", "dora", "dora-expired", RIGHT,
     "530"),
    # a class that refuses
    ("refuse: a good certificate is refused", "ted", "ted", RIGHT, "530"),
    ("refuse: a right password is refused", "ted", None, RIGHT, "530"),
    ("refuse: so is clear", "ted", "-", RIGHT, "530"),
    # nobody's class
    ("a user of no class is refused", "zoe", None, RIGHT, "530"),
    ("a user of no class is refused in clear", "zoe", "-", RIGHT, "530"),
    ("a user whom nobody knows is refused", "ghost", None, RIGHT, "530"),
]


def password(user, which):
    return {RIGHT: password_of(user), WRONG: "no such", None: None}[which]


def transfer(ftp, user):
    """Whoever is in can really use it."""
    lines = []
    ftp.retrlines("RETR hello", lines.append)
    equal(lines, ["hello " + user])


def play(user, certificate, which, outcome, tls, address, **more):
    ftp = connect(address, None if certificate == "-" else tls,
                  None if certificate == "-" else certificate, **more)
    seen = log_in(ftp, user, password(user, which))
    begins(seen, outcome)
    if seen in ("certificate", "password"):
        if certificate != "-":
            ftp.prot_p()
        transfer(ftp, user)
    ftp.close()


@story("{0}", *ROWS)
def explicit(_, user, certificate, which, outcome):
    play(user, certificate, which, outcome, "explicit", HELPER.address("ftp"))


@story("implicit TLS, {0}", *[row for row in ROWS if row[2] != "-"])
def implicit(_, user, certificate, which, outcome):
    play(user, certificate, which, outcome, "implicit", HELPER.address("ftps"))


@story("a certificate over {0}", ("TLSv1_2",), ("TLSv1_3",))
def version(name):
    play("alice", "alice", None, "certificate", "explicit",
         HELPER.address("ftp"), version=getattr(ssl.TLSVersion, name))


@story("over IPv6, with a backend that knows IPv4 only")
def ipv6():
    play("acme-1", "acme-1", None, "certificate", "explicit",
         HELPER.address("ftp", socket.AF_INET6))


@story("where TLS is required, the backend never gets a password in clear")
def no_password_in_clear():
    start = len(log("vsftpd.log"))
    ftp = connect(HELPER.address("ftp"), None)
    begins(ask(ftp, "USER acme-1"), "530")
    begins(ask(ftp, "PASS " + password_of("acme-1")), "5")
    ftp.close()
    equal("PASS" in since("vsftpd.log", start), False)


@story("the module's log and PAM see {0}, where the client really is",
       ("203.0.113.9", socket.AF_INET), ("2001:db8::9", socket.AF_INET6))
def real_address(source, family):
    start = len(log("syslog"))
    ftp = connect(HELPER.address("ftp", family), source=source)
    begins(log_in(ftp, "alice", "no such"), "530")
    ftp.close()
    await_that(lambda: "rhost=" + source in since("syslog", start),
               "pam_unix complains of " + source)


@story("a refused certificate is named in the log, with the reason")
def reason_in_the_log():
    start = len(log("helper.log"))
    ftp = connect(HELPER.address("ftp"), certificate="acme-1-expired")
    begins(log_in(ftp, "acme-1", password_of("acme-1")), "530")
    ftp.close()
    await_that(lambda: "verify=FAILED:expired" in since("helper.log", start), "the reason")


@story("another name on the same connection is judged anew")
def another_name():
    ftp = connect(HELPER.address("ftp"), certificate="alice")
    begins(log_in(ftp, "bob", "no such"), "530")
    begins(log_in(ftp, "acme-1", password_of("acme-1")), "530")
    equal(log_in(ftp, "alice"), "certificate")
    ftp.close()


@story("who is in by certificate does not become another by USER")
def logged_in_already():
    ftp = connect(HELPER.address("ftp"), certificate="alice")
    equal(log_in(ftp, "alice"), "certificate")
    begins(ask(ftp, "USER bob"), "5")
    begins(ask(ftp, "PASS no such"), "503")
    equal("/alice" in ask(ftp, "PWD"), True)
    ftp.prot_p()
    transfer(ftp, "alice")
    ftp.close()


@story("what one name's password opens is not opened for the next name")
def next_name():
    ftp = connect(HELPER.address("ftp"))
    begins(ask(ftp, "USER alice"), "331")
    begins(log_in(ftp, "bob", password_of("alice")), "530")
    begins(ask(ftp, "PASS " + password_of("alice")), "5")
    equal(log_in(ftp, "bob", password_of("bob")), "password")
    ftp.close()


@story("sessions of one user at the same time, each with its own certificate")
def not_mixed():
    start = len(log("helper.log"))
    shown = {"alice": "232", "alice-expired": "331", None: "331", "bob": "331"}
    sessions = {certificate: connect(HELPER.address("ftp"),
                                     certificate=certificate)
                for certificate in shown}
    for ftp in sessions.values():
        ftp.putcmd("USER alice")
    replies = {name: ftp.getmultiline() for name, ftp in sessions.items()}
    for name, reply in replies.items():
        begins(reply, shown[name])
        equal("expired" in reply, name == "alice-expired")
    for name, ftp in sessions.items():
        ftp.putcmd("PASS nobody's password")
    for name, ftp in reversed(sessions.items()):
        begins(ftp.getmultiline(), "230" if name == "alice" else "530")
        ftp.close()
    equal(since("helper.log", start).count("reason=certificate"), 2)


@story("nothing but replies reaches the client while it logs in")
def no_stray_output():
    ftp = connect(HELPER.address("ftp"), certificate="alice")
    begins(ftp.welcome, "220")
    begins(log_in(ftp, "bob"), "530")
    begins(ask(ftp, "NOOP"), "530")
    equal(log_in(ftp, "alice"), "certificate")
    begins(ask(ftp, "NOOP"), "200")
    begins(ask(ftp, "QUIT"), "221")
    ftp.close()


@story("who logs in by certificate is not asked for a password")
def not_asked():
    ftp = connect(HELPER.address("ftp"), certificate="alice")
    begins(ask(ftp, "USER alice"), "232")
    ftp.close()


@story("a user whom nobody knows is answered as one who may not log in")
def enumeration():
    replies = []
    for user in "zoe", "ghost":
        for tls in None, "explicit":
            ftp = connect(HELPER.address("ftp"), tls)
            replies.append([ask(ftp, "USER " + user), ask(ftp, "PASS x")])
            ftp.close()
    equal(replies, [replies[0]] * 4)


@story("straight to the backend, a class that requires TLS is refused")
def around_the_helper():
    ftp = connect(("127.0.0.1", 221), None)
    begins(log_in(ftp, "acme-1", password_of("acme-1")), "530")
    equal(log_in(ftp, "alice", password_of("alice")), "password")
    ftp.close()


@story("faulty classes refuse everybody until they are mended")
def faulty_classes():
    path = "/etc/stssl/classes.conf"
    with open(path) as file:
        good = file.read()
    with open(path, "w") as file:
        file.write(good + 'class "worse" { sll = optional }\n')
    try:
        start = len(log("helper.log"))
        for certificate in "alice", None:
            ftp = connect(HELPER.address("ftp"), certificate=certificate)
            begins(log_in(ftp, "alice", password_of("alice")), "530")
            ftp.close()
        line = good.count("\n") + 1
        await_that(lambda: f"classes.conf:{line}: " in since("helper.log", start),
                   "file and line in the log")
    finally:
        with open(path, "w") as file:
            file.write(good)
    play("alice", "alice", None, "certificate", "explicit",
         HELPER.address("ftp"))


CLASSES = "/etc/stssl/classes.conf"
IDENTITIES = "/etc/stssl/identities"
ALICE = """class "one" {
    user = { "alice" }
    ssl = %s
    login = either
    identity = { "file", "uri" }
    map = "spiffe"
}
map "spiffe" { uri = 'spiffe://acme/user/([a-z]+) \\1' }
"""


def signed(name, subject, *extensions, curve="P-256"):
    """A certificate below our CA, by OpenSSL: certtool wants a subject."""
    path = PKI + name
    write(path + ".ext", "basicConstraints = CA:FALSE\n"
          + "\n".join(extensions) + "\n")
    run("openssl", "req", "-new", "-newkey", "ec", "-pkeyopt",
        "ec_paramgen_curve:" + curve, "-nodes", "-keyout", path + ".key",
        "-subj", subject, "-out", path + ".csr")
    run("openssl", "x509", "-req", "-in", path + ".csr", "-CA", PKI + "ca.pem",
        "-CAkey", PKI + "ca.key", "-days", "2", "-extfile", path + ".ext",
        "-out", path + ".pem")
    return name


def item(der):
    """One item in front, whole, and what is behind it."""
    length, begin = der[1], 2
    if length >= 0x80:
        begin += length - 0x80
        length = int.from_bytes(der[2:begin], "big")
    return der[:begin + length], der[begin:begin + length], der[begin + length:]


def wrapped(tag, content):
    size = len(content).to_bytes(2, "big")
    return bytes([tag, 0x82]) + size + content


def reordered(name):
    """The same certificate, but the parts of its RDN not in DER's order."""
    path = PKI + name
    with open(path + ".pem") as file:
        der = ssl.PEM_cert_to_DER_cert(file.read())
    tbs, _, rest = item(item(der)[1])
    algorithm = item(rest)[0]
    parts = [bytes.fromhex("3009060355040a0c026161"),
             bytes.fromhex("300c06035504030c05616c696365")]
    sorted_parts = b"".join(parts)
    equal(tbs.count(sorted_parts), 1)
    tbs = tbs.replace(sorted_parts, parts[1] + parts[0])
    with open(path + ".tbs", "wb") as file:
        file.write(tbs)
    run("openssl", "dgst", "-sha256", "-sign", PKI + "ca.key", "-out",
        path + ".sig", path + ".tbs")
    with open(path + ".sig", "rb") as file:
        signature = file.read()
    der = wrapped(0x30, tbs + algorithm + bytes([3, len(signature) + 1, 0])
                  + signature)
    with open(path + ".pem", "w") as file:
        file.write(ssl.DER_cert_to_PEM_cert(der))
    return hashlib.sha256(der).hexdigest()


class Alice:
    """For a while, alice is in a class of her own, with these entries."""

    def __init__(self, required="optional", *entries):
        with open(CLASSES) as file:
            self.classes = file.read()
        write(CLASSES, ALICE % required + self.classes)
        os.makedirs(IDENTITIES, 0o755, exist_ok=True)
        write(IDENTITIES + "/alice", "\n".join(entries) + "\n")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        write(CLASSES, self.classes)
        os.unlink(IDENTITIES + "/alice")


def fingerprint(name):
    with open(f"{PKI}{name}.pem") as file:
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(file.read())).hexdigest()


def try_alice(certificate, which, outcome, **more):
    play("alice", certificate, which, outcome, "explicit",
         HELPER.address("ftp"), **more)


@story("a certificate without a subject logs in by its names and digests: {0}",
       ("TLSv1_2",), ("TLSv1_3",))
def without_subject(name):
    more = {"version": getattr(ssl.TLSVersion, name)}
    alice = signed("spiffe-alice", "/",
                   "subjectAltName = critical, URI:spiffe://acme/user/alice")
    other = signed("spiffe-other", "/",
                   "subjectAltName = critical, URI:spiffe://acme/job/7")
    start = len(log("helper.log"))
    with Alice("optional"):
        try_alice(alice, None, "certificate", **more)
        try_alice(other, None, "530", **more)
    await_that(lambda: 'cert="" sha256=%s verify=SUCCESS' % fingerprint(alice)
               in since("helper.log", start), "the login in the log")
    with Alice("optional", "sha256:" + fingerprint(other)):
        try_alice(other, None, "certificate", **more)
    with Alice("optional", "san-uri:spiffe://acme/job/7"):
        try_alice(other, None, "certificate", **more)
    with Alice("optional", "san-uri:spiffe://acme/job/8"):
        try_alice(other, None, "530", **more)


@story("sha256 is the digest of the certificate as it was sent, not as GnuTLS "
       "would write it")
def raw_digest():
    signed("reordered", "/O=aa+CN=alice")
    right = fingerprint("reordered")
    digest = reordered("reordered")
    equal(digest != right, True)
    with Alice("optional", "sha256:" + digest):
        try_alice("reordered", None, "certificate")
    with Alice("optional", "sha256:" + right):
        try_alice("reordered", None, "530")
    with Alice("optional"):
        run(os.environ["STSSLCTL"], "identity", "add", "alice", PKI + "reordered.pem")
        try_alice("reordered", None, "certificate")


@story("a certificate that is not for signatures is a bad one, no broken "
       "handshake: {0}", ("TLSv1_2",), ("TLSv1_3",))
def no_signature(name):
    more = {"version": getattr(ssl.TLSVersion, name)}
    bad = signed("documents", "/CN=alice", "keyUsage = critical, nonRepudiation")
    entry = "sha256:" + fingerprint(bad)
    start = len(log("helper.log"))
    with Alice("optional", entry):
        try_alice(bad, None, "530", **more)
        try_alice(bad, RIGHT, "password", **more)
    with Alice("required", entry):
        try_alice(bad, RIGHT, "530", **more)
    await_that(lambda: "verify=FAILED:bad-purpose" in since("helper.log", start),
               "the reason")


@story("a key on a curve that GnuTLS does not know, {0}: over TLS 1.2 an alert "
       "says so", ("secp256k1",), ("brainpoolP256r1",))
def unknown_curve(curve):
    signed(curve, "/CN=alice", curve=curve)
    try:
        connect(HELPER.address("ftp"), certificate=curve,
                version=ssl.TLSVersion.TLSv1_2)
        raise AssertionError("the handshake stands")
    except ssl.SSLError as error:
        equal(error.reason, "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE")
    # With TLS 1.3 the client has nothing that it could sign with.
    try_alice(curve, None, "530", version=ssl.TLSVersion.TLSv1_3)
    try_alice(curve, RIGHT, "password", version=ssl.TLSVersion.TLSv1_3)


if __name__ == "__main__":
    tell()
