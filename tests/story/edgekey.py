# SPDX-License-Identifier: BSD-2-Clause
"""An Edge whose certificate's key is the Server's: clients notice nothing, and
an Edge in the hands of somebody else gets no signatures but handshakes'."""

import ftplib
import hashlib
import os
import re
import socket
import ssl
import struct

from edgehosts import (CONF, ETC, ctl, edge_conf, make_key, place_key,
                       serve_echo, server_conf, start_edge, start_server)
from ftp import connect, context, forget_errors, logged_in, transfer
from hostile import Link, read_all
from programs import Curl
from story import (PATIENCE, PKI, STAGE, await_that, begins, equal, log, run,
                   since, story, tell, write)

PINS = {name: make_key(name) for name in ("server-link", "edge-link")}
place_key("server", "server-link")
place_key("edge", "edge-link")
serve_echo()
KEY = "/etc/stssl/server.key"
SERVER_TEXT = server_conf({"dmz1": PINS["edge-link"]}).replace(
    "edge-policy ", f'edge-key = {{ "{KEY}" }}\n\tedge-policy ')
start_server(SERVER_TEXT)
os.unlink(ETC["edge"] + "stssl/server.key")
# P-521 is left out, so that a client that begins with it has to begin again.
PRIORITY = ('priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:'
            '-GROUP-SECP521R1"')
EDGE = start_edge(
    edge_conf(PINS["server-link"]).replace(
        f'{{ "{KEY}" }}', f'{{ "link:" }}\n\t{PRIORITY}').replace(
        "failed-login-delay", "data-session = resumed\n\tfailed-login-delay"))
FTP, FTPS = EDGE.address("ftp"), EDGE.address("ftps")


# Clients

@story("{0} TLS, TLS {1}: a login by certificate, and by password",
       *[(tls, version) for tls in ("explicit", "implicit")
         for version in ("TLSv1_2", "TLSv1_3")])
def login(tls, version):
    for who in "alice", None:
        ftp = logged_in(FTP if tls == "explicit" else FTPS, tls=tls,
                        protect=False, certificate=who,
                        version=getattr(ssl.TLSVersion, version))
        transfer(ftp, "alice")
        ftp.quit()


@story("protected data, of a client that resumes: {0} TLS",
       ("explicit",), ("implicit",))
def protected(tls):
    client = Curl(FTP if tls == "explicit" else FTPS, tls, "alice", "alice")
    equal(client.get("hello"), b"hello alice\n")


class Again(Curl):
    """Its first hello has a share for a group that the helper refuses."""

    protection = ["--ssl-reqd", "--curves", "P-521:X25519"]


@story("a client that has to say hello again, by certificate and by password, "
       "with data: {0} TLS", ("explicit",), ("implicit",))
def hello_again(tls):
    for certificate in "alice", None:
        client = Again(FTP if tls == "explicit" else FTPS, tls, "alice",
                       certificate)
        equal(client.get("hello"), b"hello alice\n")
    seen = run("openssl", "s_client", "-connect", "%s:%d" % FTPS, "-msg",
               "-groups", "P-521:X25519", check=False).stdout
    equal(seen.count(b", ServerHello"), 2)


@story("protected data that do not resume are refused, and no key is missed")
def not_resumed():
    start = len(log("edge.log"))
    ftp = logged_in(FTP, certificate="alice")
    try:
        ftp.retrlines("RETR hello", lambda line: None)
        raise AssertionError("it has been transferred")
    except (ftplib.Error, OSError, EOFError):
        forget_errors()
    equal("warning: link " in since("edge.log", start), False)
    ftp.close()


@story("a stream, in TLS {0}", ("TLSv1_2",), ("TLSv1_3",))
def stream(version):
    tls = context("alice", getattr(ssl.TLSVersion, version)).wrap_socket(
        socket.create_connection(EDGE.address("echo"), PATIENCE),
        server_hostname="203.0.113.80")
    tls.sendall(b"there")
    equal(read_all(tls, 5), b"there")
    tls.close()


@story("the key is nowhere on the Edge")
def nowhere():
    key = open(PKI + "server.key", "rb").read().split(b"\n")[1]
    equal(run("grep", "-rlF", key.decode(), STAGE + "/edge",
              check=False).stdout, b"")


# An Edge in the hands of somebody else

BLANKS = b" " * 64
CONTEXT = b"TLS 1.3, server CertificateVerify\0"
ECDSA_SHA256, ED25519 = 0x0403, 0x0807


def name_of(certificate):
    der = run("openssl", "x509", "-in", f"{PKI}{certificate}.pem", "-outform",
              "DER").stdout
    return hashlib.sha256(der).digest()


def request(name="server", scheme=ECDSA_SHA256, data=bytes(32), zero=0,
            size=None, after=b""):
    return (b"STSSL-SQ" + name_of(name) +
            struct.pack(">HHI", scheme, len(data) if size is None else size,
                        zero) + (data + after).ljust(256, b"\0"))


def is_signature(answer, data):
    """By the server's key, of this digest."""
    equal(answer[:8], b"STSSL-SA")
    size, = struct.unpack(">H", answer[8:10])
    for name, content in ("digest", data), ("signature", answer[16:16 + size]):
        with open(f"{STAGE}/{name}", "wb") as file:
            file.write(content)
    run("openssl", "x509", "-in", PKI + "server.pem", "-pubkey", "-noout",
        "-out", STAGE + "/public")
    run("openssl", "pkeyutl", "-verify", "-pubin", "-inkey", STAGE + "/public",
        "-in", STAGE + "/digest", "-sigfile", STAGE + "/signature")


@story("one signature in each session, before the header, which then counts")
def honest():
    digest = os.urandom(32)
    link = Link().say(request(data=digest))
    is_signature(read_all(link.tls, 2064), digest)
    begins(link.present().line(), "220")
    link.close()


LIES = {
    "signature (a second one)": lambda: request() + request(),
    "key (that of links)": lambda: request("server-link"),
    "key (its own)": lambda: request("edge-link"),
    "request (a digest that is too short)": lambda: request(data=bytes(31)),
    "request (with no algorithm)": lambda: request(scheme=0, data=b""),
    "request (of another algorithm)": lambda: request(scheme=0x0201),
    "request (a text of its own)":
        lambda: request(scheme=ED25519, data=b"pay the bearer"),
    "request (a client's signature)":
        lambda: request(scheme=ED25519, data=BLANKS + CONTEXT.replace(
            b"server", b"client") + bytes(32)),
    "request (longer than it may be)": lambda: request(size=257),
    "request (not zero)": lambda: request(zero=1),
    "request (bytes behind it)": lambda: request(after=b"x"),
}


@story("a request that no handshake makes ends the link: {0}",
       *[(name,) for name in LIES])
def lies(name):
    start = len(log("helper.log"))
    link = Link().say(LIES[name]())
    word = name.split(" ")[0]
    got = read_all(link.tls, 5000)
    equal(len(got), 2064 if word == "signature" else 0)
    await_that(lambda: re.search(rf"(?m)^.*link-refused.*fault={word}\b.*$",
                                 since("helper.log", start)), "the word")
    # The keyholder still listens to this worker.
    honest()


@story("behind the header nothing is signed")
def late():
    link = Link().present()
    begins(link.line(), "220")
    link.say(request() + b"\r\n")
    equal(b"STSSL-SA" in read_some(link), False)
    link.close()


def read_some(link):
    link.say(b"QUIT\r\n")
    return read_all(link.tls, 2064)


# A Server without keys for Edges

@story("where the Server has no such key, the client has no TLS, and the next "
       "has it when it does")
def no_key():
    text = re.sub(r"edge-key = .*\n", "", SERVER_TEXT)
    write_server(text)
    try:
        connect(FTP).close()
        refused = False
    except (OSError, EOFError):
        refused = True
    equal(refused, True)
    write_server(SERVER_TEXT)
    logged_in(FTP, protect=False, certificate="alice").quit()


def write_server(text):
    write(CONF, text)
    ctl("server", "reload")


tell()
