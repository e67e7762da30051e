# SPDX-License-Identifier: BSD-2-Clause
"""Certificates out of the ordinary: how a login with one goes."""

import hashlib
import os
import ssl

from ftp import RIGHT, connect, play
from story import (PKI, Helper, await_that, equal, log, run, since, story,
                   tell, write)

HELPER = Helper()
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
        run(os.environ["STSSLCTL"], "identity", "add", "alice",
            PKI + "reordered.pem")
        try_alice("reordered", None, "certificate")


@story("a certificate that is not for signatures is a bad one, no broken "
       "handshake: {0}", ("TLSv1_2",), ("TLSv1_3",))
def no_signature(name):
    more = {"version": getattr(ssl.TLSVersion, name)}
    bad = signed("documents", "/CN=alice",
                 "keyUsage = critical, nonRepudiation")
    entry = "sha256:" + fingerprint(bad)
    start = len(log("helper.log"))
    with Alice("optional", entry):
        try_alice(bad, None, "530", **more)
        try_alice(bad, RIGHT, "password", **more)
    with Alice("required", entry):
        try_alice(bad, RIGHT, "530", **more)
    await_that(lambda: "verify=FAILED:bad-purpose" in
               since("helper.log", start), "the reason")


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
