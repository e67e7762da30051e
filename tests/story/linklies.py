# SPDX-License-Identifier: BSD-2-Clause
"""The Server's port for links, and those who come there: nobody without a key
that is pinned, and an Edge that lies gains nothing but what it has."""

import re
import select
import socket
import ssl
import struct

from edgehosts import (CLASSES, LINK_PORT, SERVER, ctl, make_key, place_key,
                       server_conf, start_server)
from ftp import password_of
from hostile import (CLIENT, RECORD, Link, handshake, header, link_context,
                     link_value, read_all, value)
from story import (PATIENCE, PKI, STAGE, await_that, begins, equal, home, log,
                   run, since, story, tell)

PINS = {name: make_key(name) for name in ("server-link", "edge-link",
                                          "second-link")}
place_key("server", "server-link")
HELPER = start_server(server_conf({"dmz1": PINS["edge-link"],
                                   "dmz2": PINS["second-link"]}, seconds=2))
FIRST_BYTES = b"\x16\x03\x01"
# A server that clients know, but not this Edge's; and an Edge of the same CA.
for wrong in "other-server", "third-link":
    run("cp", PKI + "server.pem", f"{PKI}{wrong}.old")
    run("certtool", "--generate-privkey", "--key-type=ecdsa",
        "--curve=secp256r1", "--outfile", f"{PKI}{wrong}.key")
    run("certtool", "--generate-certificate", "--load-privkey",
        f"{PKI}{wrong}.key", "--load-ca-privkey", PKI + "ca.key",
        "--load-ca-certificate", PKI + "ca.pem", "--template",
        PKI + "server.tmpl", "--outfile", f"{PKI}{wrong}.pem")


# Strangers

def silence(sock):
    """The Server says nothing, or an alert, and ends the connection."""
    got = read_all(sock, 1000)
    equal(got == b"" or got[:1] == b"\x15", True)


@story("a stray client at the port for links, that {0}, gets nothing",
       ("speaks FTP", b"USER alice\r\nPASS x\r\n"),
       ("sends PROXY in clear", header(link_value(1, bytes(32)))),
       ("sends a route of no session", b"STSSL-DT" + bytes(8)),
       ("sends half a route and goes", b"STSSL-"),
       ("sends noise in TLS", FIRST_BYTES + b"\0\5noise"),
       ("goes at once", b""))
def stray(_, first):
    start = len(log("helper.log"))
    with socket.create_connection((SERVER, LINK_PORT), PATIENCE) as sock:
        sock.sendall(first)
        if not first or first == b"STSSL-":
            sock.shutdown(socket.SHUT_WR)
        silence(sock)
    equal(" linked " in since("helper.log", start), False)


def tls_1_2():
    tls = link_context("edge-link")
    tls.maximum_version = ssl.TLSVersion.TLSv1_2
    return tls


STRANGERS = {
    "without a certificate": lambda: link_context(None),
    "with a client's certificate": lambda: link_context("alice"),
    "with another key of the same CA": lambda: link_context("third-link"),
    "with the Server's own key": lambda: link_context("server-link"),
    "with TLS 1.2": tls_1_2,
    "with another protocol": lambda: link_context("edge-link", "ftp"),
    "with no protocol": lambda: link_context("edge-link", None),
}


@story("no HELLO for an Edge {0}", *[(name,) for name in STRANGERS])
def stranger(name):
    equal(Link(tls=STRANGERS[name]()).hello, b"")


@story("pins are of keys: another certificate of the same key will do")
def same_key():
    run("openssl", "req", "-x509", "-key", PKI + "edge-link.key", "-days", "2",
        "-subj", "/CN=renewed", "-out", PKI + "renewed.pem")
    run("cp", PKI + "edge-link.key", PKI + "renewed.key")
    equal(len(Link("renewed").hello), 80)


# Headers

def bad_headers(link):
    """What is said, and the word in the log."""
    name = value(0xe1, RECORD + b"SSL_CLIENT_S_DN=CN=alice\0"
                 b"SSL_CLIENT_VERIFY=SUCCESS\0")
    edge = value(0xe1, RECORD + b"STSSL_EDGE=dmz2\0")
    good = link_value(link.session, link.digest)
    record, proof = value(0xe1, RECORD), value(0xe2, b"\1\0\0\1x")
    return {
        "no-header": b"USER alice\r\nPASS guessed\r\n",
        "command": header(good, command=0x20),
        "family": header(good, family=0x31),
        "address": header(good, client=("0.0.0.0", 1)),
        "address (the Server's own)": header(good, client=("127.0.0.1", 1)),
        "no-link": header(record, good),
        "link-version": header(link_value(link.session, link.digest, 2)),
        "link-format": header(link_value(link.session, link.digest, 1, 0)),
        "session": header(link_value(link.session + 1, link.digest)),
        "record (a name)": header(good, name),
        "record (an Edge)": header(good, edge),
        "proof": header(good, record, value(0xe2, b"")),
        "values (twice)": header(good, record, proof, proof),
        "values (a proof alone)": header(good, proof),
        "values (PROXY's own)": header(good, record, value(0x20, bytes(5))),
        "values (unknown)": header(good, value(0xee, b"x")),
    }


class Mute:
    session, digest = 1, bytes(32)


@story("a header that is wrong ends the connection: {0}",
       *[(name,) for name in bad_headers(Mute)])
def bad(name):
    start = len(log("helper.log"))
    link = Link()
    link.say(bad_headers(link)[name])
    equal(link.line(), "")
    word = name.split(" ")[0]
    await_that(lambda: re.search(rf"(?m)^.*link.*fault={word}\b.*$",
                                 since("helper.log", start)), "the word")


@story("an honest header is answered, and the Server's log has the Edge's name")
def honest():
    start = len(log("helper.log"))
    link = Link().present()
    begins(link.line(), "220")
    begins(link.ask("USER alice"), "331")
    begins(link.ask("PASS " + password_of("alice")), "230")
    equal("edge=dmz1" in since("helper.log", start), True)
    begins(link.ask("QUIT"), "221")


@story("an Edge that lies about the address is believed, and named beside it")
def address():
    link = Link("second-link").present(client=("192.0.2.200", 7))
    begins(link.line(), "220")
    line, = [s for s in ctl("server", "who").splitlines()
             if "192.0.2.200" in s]
    equal('edge="dmz2"' in line or "edge=dmz2" in line, True)
    link.close()


@story("a client in clear stays one: TLS cannot be begun on a link")
def in_clear():
    link = Link()
    link.say(header(link_value(link.session, link.digest)))
    begins(link.line(), "220")
    equal(link.ask("AUTH TLS")[:1], "5")
    begins(link.ask("USER acme-1"), "530")
    link.close()


@story("another policy, or none, is refused: {0}",
       ("another", b"\1" * 32, 1), ("none", bytes(32), 0))
def policy(_, digest, flags):
    link = Link()
    link.say(header(link_value(link.session, digest, 1, flags),
                    value(0xe1, RECORD)))
    equal(link.line()[:3] in ("", "421"), True)


# Certificates that it has seen

def user_reply(link, user="alice"):
    begins(link.line(), "220")
    reply = link.ask("USER " + user)
    link.close()
    return reply[:3]


@story("a client that is there logs in by its certificate")
def truth():
    link = Link()
    equal(user_reply(link.present(handshake("alice", link.nonce))), "232")


SEEN = {
    "a handshake that it has passed on before":
        lambda link: handshake("alice", Link().nonce),
    "a handshake with a random number of its own":
        lambda link: handshake("alice", b""),
    "a handshake with another server":
        lambda link: handshake("alice", link.nonce, "other-server"),
    "the certificate, without the signature":
        lambda link: handshake("alice", link.nonce)[:-1],
    "the certificate, with the signature of another":
        lambda link: (handshake("alice", link.nonce)[:-1] +
                      handshake("bob", link.nonce)[-1:]),
    "the signature, in the handshake of another":
        lambda link: (handshake("bob", link.nonce)[:-2] +
                      handshake("alice", link.nonce)[-2:]),
    "a certificate that has expired":
        lambda link: handshake("alice-expired", link.nonce),
    "a certificate of a CA that only it trusts":
        lambda link: handshake("alice-unknown", link.nonce),
    "noise": lambda link: [b"\1\0\0\3abc"],
    "the certificate of somebody else":
        lambda link: handshake("bob", link.nonce),
}


@story("nobody is logged in by {0}", *[(name,) for name in SEEN])
def seen(name):
    link = Link()
    equal(user_reply(link.present(SEEN[name](link))), "331")


@story("a proof that has got somebody in gets nobody in again")
def replay():
    link = Link()
    proof = handshake("alice", link.nonce)
    equal(user_reply(link.present(proof)), "232")
    equal(user_reply(Link().present(proof)), "331")


@story("where the class wants a certificate, there is no other way in")
def machine():
    link = Link()
    equal(user_reply(link.present(handshake("robot", link.nonce)), "robot"),
          "232")
    equal(user_reply(Link().present(handshake("robot", b"")), "robot"), "530")


# Data connections

def logged_in():
    link = Link().present()
    begins(link.line(), "220")
    begins(link.ask("USER alice"), "331")
    begins(link.ask("PASS " + password_of("alice")), "230")
    begins(link.ask("PBSZ 0"), "200")
    begins(link.ask("PROT P"), "200")
    begins(link.ask("EPSV"), "229")
    return link


def fetch(link, sock):
    """The transfer that the offer is for."""
    link.say(b"RETR hello\r\n")
    equal(read_all(link.wrap(sock), 100), b"hello alice\n")
    equal(link.reply(), "226")


@story("a data connection is taken once: the second is closed")
def data_twice():
    link = logged_in()
    both = {link.dial(), link.dial()}
    # Workers share the port: either may be the first.
    closed, _, _ = select.select(both, [], [], PATIENCE)
    equal([read_all(sock, 100) for sock in closed], [b""])
    fetch(link, both.difference(closed).pop())
    equal(read_all(link.dial(), 100), b"")
    link.close()


INTRUDERS = {
    "that does not resume":
        lambda one, other, sock: one.wrap(sock, resume=False),
    "with the ticket of another session":
        lambda one, other, sock: other.wrap(sock),
    "of another Edge":
        lambda one, other, sock: one.wrap(sock, False, "second-link"),
    "of nobody": lambda one, other, sock: one.wrap(sock, False, "alice"),
}


@story("a data connection {0} gets nothing, and the next transfer is served",
       *[(name,) for name in INTRUDERS])
def intruder(name):
    one, other = logged_in(), logged_in()
    sock = other.dial(one.session)
    one.say(b"RETR hello\r\n")
    false = INTRUDERS[name](one, other, sock)
    equal(false is None or read_all(false, 100) == b"", True)
    equal(one.reply()[:1], "5")
    # Each EPSV brings a ticket; newer libraries use one once.
    for link in one, other:
        begins(link.ask("EPSV"), "229")
        fetch(link, link.dial())
    one.close()
    other.close()


@story("without EPSV there is no data connection, nor for a session that is "
       "over")
def no_offer():
    link = Link().present()
    begins(link.line(), "220")
    equal(read_all(link.dial(), 100), b"")
    begins(link.ask("NOOP")[:1], "5")
    link.close()
    await_that(lambda: "[]" in ctl("server", "who", "--json"), "it is over")
    equal(read_all(link.dial(), 100), b"")


# Peers that are slow

@story("who says nothing at the port for links is ended in time")
def slow():
    with socket.create_connection((SERVER, LINK_PORT), PATIENCE) as sock:
        silence(sock)


tell()
