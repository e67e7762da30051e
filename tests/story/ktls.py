# SPDX-License-Identifier: BSD-2-Clause
"""Downloads that the kernel encrypts where it can, and the helper where not."""

import json
import os
import socket
import ssl
import struct
import time

from ftp import failed_upload, fetch, logged_in, store
from ktlslib import CAN, CAN_RECEIVE
from story import (PATIENCE, Helper, await_that, begins, equal, hash_of, home,
                   log, run, since, story, tell)

HELPER = Helper()
TLS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
MIB = 1 << 20


def kernel_tls():
    """What who says of the sessions that there are."""
    done = run(os.environ["STSSLCTL"], "who", "--json")
    return [s["kernel-tls"] for s in json.loads(done.stdout)["sessions"]]


def made(size):
    path = home("bob", f"made-{size}")
    with open(path, "wb") as file:
        file.write(os.urandom(size))
    os.chmod(path, 0o644)
    return f"made-{size}", hash_of(path)


@story("the log says once for each worker whether the kernel can")
def said():
    if os.environ.get("STORY_KTLS"):
        equal(CAN, True)
    word = "kernel-tls=yes\n" if CAN else "kernel-tls=no why="
    await_that(lambda: log("helper.log").count(word) == 2,
               "both workers' lines")


@story("TLS {0}: {1} bytes come as they are, with an end",
       *[(version, size) for version in TLS
         for size in (0, 1, 16384, 16385, 65536, 3 * MIB + 1, 12 * MIB)])
def download(version, size):
    start = len(log("helper.log"))
    name, expected = made(size)
    ftp = logged_in(HELPER.address("ftp"), "bob", version=TLS[version])
    ftp.sock.context.options &= ~getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)
    equal(fetch(ftp, name), expected)
    equal(fetch(ftp, name), expected)
    equal(since("helper.log", start).count("encrypted-by=kernel"),
          CAN)
    ftp.quit()


@story("a cipher that is not the kernel's matter goes on without it")
def chacha():
    start = len(log("helper.log"))
    name, expected = made(MIB)
    path = home("bob", "copy")
    run("curl", "--silent", "--show-error", "--ssl-reqd", "--output", path,
        "--cacert", "/run/stage/pki/ca.pem", "--tls-max", "1.2", "--ciphers",
        "ECDHE-ECDSA-CHACHA20-POLY1305", "--user", "bob:bob's password",
        "ftp://%s:%d/%s" % (*HELPER.address("ftp"), name))
    equal(hash_of(path), expected)
    equal("encrypted-by=kernel" in since("helper.log", start), False)


@story("who tells which sessions the kernel has worked for")
def who():
    ftp = logged_in(HELPER.address("ftp"), "bob")
    sent = store(ftp, "sent", 5 * MIB)
    equal(hash_of(home("bob", "sent")), sent)
    await_that(lambda: kernel_tls() == ["yes" if CAN_RECEIVE else "no"],
               "who sees whether the kernel decrypts")
    ftp.voidcmd("TYPE I")
    data = ftp.transfercmd("RETR sent")
    data.settimeout(PATIENCE)
    got = data.recv(MIB)
    # The transfer runs, and waits for us.
    if CAN:
        await_that(lambda: kernel_tls() == ["yes"], "who sees it")
    while part := data.recv(MIB):
        got += part
    equal(len(got), 5 * MIB)
    data.close()
    ftp.voidresp()
    out = run(os.environ["STSSLCTL"], "who").stdout
    equal(b" kernel-tls=yes " in out, CAN)
    equal(since("helper.log", 0).count("kernel-tls="), 2)
    ftp.quit()


@story("a client that reads slowly, window by window, gets it all (TLS {0})",
       *[(version,) for version in TLS])
def slow(version):
    name, expected = made(2 * MIB + 77)
    ftp = logged_in(HELPER.address("ftp"), "bob", version=TLS[version])
    for _ in range(4):
        ftp.voidcmd("TYPE I")
        data = ftp.transfercmd("RETR " + name)
        data.settimeout(PATIENCE)
        got, pieces = 0, 0
        while part := data.recv(4096):
            got, pieces = got + len(part), pieces + 1
            if pieces % 16 == 0:
                time.sleep(0.004)
        equal(got, 2 * MIB + 77)
        # Only close_notify makes unwrap() succeed.
        data.unwrap()
        data.close()
        ftp.voidresp()
    ftp.quit()


@story("a client that breaks off a download is told so, and goes on")
def broken_off():
    start = len(log("helper.log"))
    name, expected = made(20 * MIB)
    ftp = logged_in(HELPER.address("ftp"), "bob")
    ftp.voidcmd("TYPE I")
    data = ftp.transfercmd("RETR " + name)
    data.recv(1)
    data.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack("ii", 1, 0))
    data.close()
    begins(ftp.getmultiline(), "426")
    equal("failed=truncated" in since("helper.log", start), True)
    equal(fetch(ftp, name), expected)
    ftp.quit()


@story("ABOR ends a download that the kernel encrypts")
def abort():
    name, expected = made(20 * MIB)
    ftp = logged_in(HELPER.address("ftp"), "bob")
    ftp.voidcmd("TYPE I")
    data = ftp.transfercmd("RETR " + name)
    data.recv(1)
    ftp.putcmd("ABOR")
    begins(ftp.getmultiline(), "426")
    begins(ftp.getmultiline(), "22")
    data.suppress_ragged_eofs = False
    try:
        while data.recv(MIB):
            pass
        raise AssertionError("an end like that of a whole file")
    except (ssl.SSLError, ConnectionError):
        pass
    data.close()
    equal(fetch(ftp, name), expected)
    ftp.quit()


@story("an upload without close_notify is refused as ever")
def cut():
    start = len(log("vsftpd.log"))
    ftp = logged_in(HELPER.address("ftp"), "bob")
    ftp.voidcmd("TYPE I")
    data = ftp.transfercmd("STOR cut")
    data.sendall(b"x" * 100000)
    socket.socket(fileno=os.dup(data.fileno())).shutdown(socket.SHUT_WR)
    begins(ftp.getmultiline(), "426")
    failed_upload("cut", start)
    ftp.quit()


@story("PROT C goes through the same pipe")
def clear():
    ftp = logged_in(HELPER.address("ftp"), "alice", protect=False)
    sent = store(ftp, "clear", 7 * MIB)
    equal(hash_of(home("alice", "clear")), sent)
    equal(fetch(ftp, "clear"), sent)
    ftp.quit()


tell()
