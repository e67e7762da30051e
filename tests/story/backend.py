# SPDX-License-Identifier: BSD-2-Clause
"""Daemons of other users than root's, and what these users may ask."""

import json
import os
import pwd
import re
import socket
import struct

from ftp import context, password_of
from story import (PATIENCE, STAGE, await_that, equal, log, read, run, since,
                   write)

# Certificate, user, password, TLS, and what comes of it: the password is wrong,
# or the class refuses.
LOGINS = [
    ("by certificate, with any password", "alice", "alice", "x", True, "in"),
    ("by password", None, "alice", password_of("alice"), True, "in"),
    ("with a wrong password", None, "alice", "x", True, "wrong"),
    ("with another's certificate", "bob", "alice", "x", True, "wrong"),
    ("with another's certificate and the password", "bob", "alice",
     password_of("alice"), True, "in"),
    ("with a certificate that has expired", "alice-expired", "alice", "x",
     True, "wrong"),
    ("by certificate, which the class demands", "robot", "robot", "x", True,
     "in"),
    ("by password where the class demands a certificate", None, "robot",
     password_of("robot"), True, "refused"),
    ("with another's certificate where the class demands one", "alice",
     "robot", password_of("robot"), True, "refused"),
    ("whom the class refuses", "ted", "ted", password_of("ted"), True,
     "refused"),
    ("past the helper, by password", None, "alice", password_of("alice"),
     False, "in"),
    ("past the helper, where the class demands TLS", None, "acme-1",
     password_of("acme-1"), False, "refused"),
]

def asked_by(user, *strings):
    """The answer to a question of a process of this user: STSSL_RESULT."""
    packet = "".join(s + "\0" for s in ("STSSL_VERSION=1",) + strings)
    found = re.search(rb"STSSL_RESULT=([a-z]+)",
                      as_user(user, lambda: exchange(packet.encode())))
    return found[1].decode() if found else "no access"


def exchange(packet):
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asker:
        try:
            asker.connect("/run/stssl/status.sock")
        except PermissionError:
            return b""
        asker.send(packet)
        return asker.recv(65536)


def as_user(user, function):
    """The bytes that the function returns in a process of this user's."""
    entry = pwd.getpwnam(user)
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(entry.pw_gid)
        os.setuid(entry.pw_uid)
        os.write(writer, function())
        os._exit(0)
    os.close(writer)
    with open(reader, "rb") as answer:
        said = answer.read()
    os.waitpid(child, 0)
    return said


def verdict_of(user, session):
    """What a backend that was taken over would report."""
    return asked_by(user, "STSSL_ASK=verdict", "STSSL_SESSION=" + session,
                    "STSSL_SERVICE=x", "STSSL_USER=bob", "STSSL_CLASS=guests",
                    "STSSL_VERDICT=accept", "STSSL_REASON=certificate",
                    "STSSL_DATA=any")


# What the user of a backend must not do, whatever the session.
ORDERS = [("list",), ("metrics",), ("penalties",), ("reload",),
          ("kick", "STSSL_SESSION={}"), ("pardon", "REMOTE_ADDR=127.0.0.1")]


def cookie():
    """The number of this network namespace (SO_NETNS_COOKIE)."""
    with socket.socket() as any_socket:
        return struct.unpack("Q", any_socket.getsockopt(
            socket.SOL_SOCKET, 71, 8))[0]


def connection_of(port):
    """The connection to a backend, as the backend sees it: there is one."""
    def one():
        lines = run("ss", "-Htn", "state", "established",
                    f"sport = :{port}").stdout.decode().split("\n")
        return len(lines) == 2 and lines[0].split()
    _, _, local, peer = await_that(one, f"one connection to port {port}")
    return f"{cookie()} {local} {peer}"


def sessions(*listeners):
    """What is known of the one session of each, when no other is there."""
    def those():
        done = run(os.environ["STSSLCTL"], "who", "--json")
        found = json.loads(done.stdout)["sessions"]
        named = {s["listener"]: s for s in found}
        return (len(found) == len(named) and named.keys() == set(listeners)
                and [named[listener] for listener in listeners])
    return await_that(those, f"one session at each of {listeners}")


def client_of(helper, listener):
    """TLS to a listener, without a certificate."""
    return context().wrap_socket(
        socket.create_connection(helper.address(listener), PATIENCE),
        server_hostname="localhost")


def own_only(user, listener, port):
    """The user of the backend at this port asks and reports, about the one
    session of its listener and about one of vsftpd's."""
    own, other = sessions(listener, "ftp")
    start = len(log("helper.log"))
    for who, where, answer in ((user, port, "found"), (user, 221, "none"),
                               ("root", 221, "found")):
        equal(asked_by(who, "STSSL_ASK=query",
                       "STSSL_CONNECTION_0=" + connection_of(where)), answer)
    equal(verdict_of(user, other["session"]), "none")
    equal(" login session=" in since("helper.log", start), False)
    equal(verdict_of(user, own["session"]), "done")
    own, other = sessions(listener, "ftp")
    equal((own["user"], other["user"]), ("bob", None))


def let_read_shadow(user):
    """pam_unix checks passwords in a process of the user's own."""
    group = read("/etc/group")
    write("/etc/group", re.sub(r"(?m)^(shadow:.*:)$", r"\g<1>" + user, group))
    os.chmod("/etc/shadow", 0o640)
    run("chgrp", "shadow", "/etc/shadow")


def stack(service):
    """The stack that README recommends, for another service."""
    write(f"/etc/pam.d/{service}", read("/etc/pam.d/vsftpd"))


def home_of(user, name):
    """A directory of this user's; its path."""
    path = f"{STAGE}/{name}"
    os.mkdir(path)
    entry = pwd.getpwnam(user)
    os.chown(path, entry.pw_uid, entry.pw_gid)
    return path
