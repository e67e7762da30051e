# SPDX-License-Identifier: BSD-2-Clause
"""An Edge in the hands of somebody else: it has a key that the Server has
pinned, speaks stssl-link(7), and says what it is told to say."""

import ctypes
import os
import socket
import ssl
import struct
import threading

from edgehosts import LINK_PORT, SERVER
from ftp import context
from story import PATIENCE, PKI

GNUTLS = ctypes.CDLL("libgnutls.so.30")
SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
CLIENT = ("198.51.100.7", 40000)
RECORD = (b"SSL_PROTOCOL=TLSv1.3\0SSL_CIPHER=TLS_AES_256_GCM_SHA384\0"
          b"SSL_SESSION_RESUMED=Initial\0")


# Handshakes with clients

class Datum(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("size", ctypes.c_uint)]


Hook = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_uint,
                        ctypes.c_uint, ctypes.c_uint, ctypes.c_void_p)
SERVER_SIDE, X509, PEM, REQUEST = 1, 1, 1, 1
ANY, BEFORE = ctypes.c_uint(-1), 0
CERTIFICATE_VERIFY, CHANGE_CIPHER_SPEC = 15, 254


def good(result):
    if result < 0:
        raise OSError(f"GnuTLS says {result}")


def handshake(victim, nonce, server="server"):
    """The messages of a handshake in which `victim` shows a certificate to the
    holder of the server's key, as a header carries them."""
    ours, theirs = socket.socketpair()
    theirs.settimeout(PATIENCE)
    session, credentials = ctypes.c_void_p(), ctypes.c_void_p()
    messages, ends = [], []

    @Hook
    def on_message(_, kind, when, incoming, message):
        datum = Datum.from_address(message)
        body = ctypes.string_at(datum.data, datum.size) if datum.size else b""
        if not ends and kind != CHANGE_CIPHER_SPEC:
            messages.append(struct.pack(">I", kind << 24 | len(body)) + body)
        if kind == CERTIFICATE_VERIFY and incoming:
            ends.append(True)
        return 0

    good(GNUTLS.gnutls_init(ctypes.byref(session), SERVER_SIDE))
    good(GNUTLS.gnutls_certificate_allocate_credentials(
        ctypes.byref(credentials)))
    good(GNUTLS.gnutls_certificate_set_x509_key_file(
        credentials, f"{PKI}{server}.pem".encode(),
        f"{PKI}{server}.key".encode(), PEM))
    good(GNUTLS.gnutls_set_default_priority(session))
    good(GNUTLS.gnutls_credentials_set(session, X509, credentials))
    GNUTLS.gnutls_certificate_server_set_request(session, REQUEST)
    GNUTLS.gnutls_transport_set_int2(session, ours.fileno(), ours.fileno())
    random = ctypes.create_string_buffer(
        nonce + os.urandom(32 - len(nonce)), 32)
    good(GNUTLS.gnutls_handshake_set_random(session, ctypes.byref(
        Datum(ctypes.cast(random, ctypes.c_void_p), 32))))
    GNUTLS.gnutls_handshake_set_hook_function(session, ANY, BEFORE,
                                              on_message)
    client = threading.Thread(target=shake_hands, args=(victim, theirs))
    client.start()
    good(GNUTLS.gnutls_handshake(session))
    GNUTLS.gnutls_deinit(session)
    ours.close()
    client.join()
    return messages


def shake_hands(victim, sock):
    tls = context(victim)
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    try:
        with tls.wrap_socket(sock) as connection:
            connection.recv(1)
    except OSError:
        pass


# What a link carries

def value(kind, body):
    return struct.pack(">BH", kind, len(body)) + body


def link_value(session, digest, version=1, flags=1):
    return value(0xe0, struct.pack(">BBQ", version, flags, session) + digest)


def header(*values, client=CLIENT, command=0x21, family=0x11):
    body = (socket.inet_aton(client[0]) + socket.inet_aton("203.0.113.80") +
            struct.pack(">HH", client[1], 21)) + b"".join(values)
    return SIGNATURE + struct.pack(">BBH", command, family, len(body)) + body


def read_all(tls, size):
    """So many bytes, or those before the end."""
    got = b""
    try:
        while len(got) < size:
            more = tls.recv(size - len(got))
            if not more:
                break
            got += more
    except (ConnectionError, ssl.SSLError):
        pass
    return got


def link_context(name, protocol="stssl-link/1"):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
    if name:
        tls.load_cert_chain(f"{PKI}{name}.pem", f"{PKI}{name}.key")
    if protocol:
        tls.set_alpn_protocols([protocol])
    return tls


class Link:
    """A control connection, with HELLO read; hello is b"" if there is none."""

    def __init__(self, name="edge-link", tls=None):
        self.context = tls or link_context(name)
        self.hello = b""
        sock = socket.create_connection((SERVER, LINK_PORT), PATIENCE)
        try:
            self.tls = self.context.wrap_socket(sock)
            self.hello = read_all(self.tls, 80)
        except (ConnectionError, ssl.SSLError):
            self.tls = sock
            return
        if self.hello:
            self.session, = struct.unpack(">Q", self.hello[16:24])
            self.nonce, self.digest = self.hello[24:48], self.hello[48:]

    def say(self, data):
        """Whatever it is; the other side may be gone."""
        try:
            self.tls.sendall(data)
        except (ConnectionError, ssl.SSLError):
            pass
        return self

    def present(self, proof=None, **more):
        """A header as an honest Edge would send it."""
        values = [link_value(self.session, self.digest), value(0xe1, RECORD)]
        if proof is not None:
            values.append(value(0xe2, b"".join(proof)))
        return self.say(header(*values, **more))

    def line(self):
        got = b""
        while not got.endswith(b"\n"):
            byte = read_all(self.tls, 1)
            if not byte:
                break
            got += byte
        return got.decode()

    def ask(self, command):
        self.say(command.encode() + b"\r\n")
        reply = self.line()
        while reply[3:4] == "-":
            reply = self.line()
        return reply

    def dial(self, session=None):
        """A data connection, for this session or another one; without TLS,
        which begins when there is something to transfer."""
        sock = socket.create_connection((SERVER, LINK_PORT), PATIENCE)
        sock.sendall(b"STSSL-DT" + struct.pack(">Q", session or self.session))
        return sock

    def wrap(self, sock, resume=True, name=None):
        """TLS on it; None when it is refused."""
        tls = link_context(name) if name else self.context
        try:
            return tls.wrap_socket(
                sock, session=self.tls.session if resume else None)
        except (ConnectionError, ssl.SSLError):
            return None

    def reply(self):
        """The code of the next last reply."""
        line = self.line()
        while line.startswith("1"):
            line = self.line()
        return line[:3]

    def close(self):
        self.tls.close()
