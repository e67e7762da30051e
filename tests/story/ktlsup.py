# SPDX-License-Identifier: BSD-2-Clause
"""Uploads that the kernel decrypts where it can, and the helper where not.

What becomes of them is the same.
"""

import hashlib
import os
import ssl
from array import array

from ftp import ask, failed_upload, logged_in, store
from ktlslib import CAN, CAN_RECEIVE
from story import (Helper, await_that, begins, equal, hash_of, home, log, run,
                   since, story, tell)

HELPER = Helper()
FTP = HELPER.address("ftp")
CLIENT = os.environ["builddir"] + "/tests/tls-upload"
MIB = 1 << 20
VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
TLS12 = "NORMAL:-VERS-ALL:+VERS-TLS1.2"
TLS13 = "NORMAL:-VERS-ALL:+VERS-TLS1.3"
AES128 = TLS13 + ":-CIPHER-ALL:+AES-128-GCM"
AES256 = TLS13 + ":-CIPHER-ALL:+AES-256-GCM"
# Alerts, level and description.
FATAL, WARNING, CANCELED = "21.0228", "21.0164", "21.015a"
SOME = ("data:100000",)


def content(size):
    """The hash of what the client sends in pieces that eight divides."""
    words = array("Q", range(0, size, 8))
    words.byteswap()
    return hashlib.sha256(words.tobytes()[:size]).hexdigest()


def upload(priority, *actions, name="up"):
    """The session, what it is told of the upload, and what the client saw."""
    ftp = logged_in(FTP, "bob")
    ftp.voidcmd("TYPE I")
    _, port = ftp.makepasv()
    ftp.putcmd("STOR " + name)
    seen = run(CLIENT, str(port), priority, *actions).stdout.decode()
    begins(ftp.getmultiline(), "150")
    return ftp, ftp.getmultiline(), seen


def by_kernel(start):
    """How many sessions have said that the kernel decrypts."""
    return since("helper.log", start).count("decrypted-by=kernel")


def goes_well(priority, *actions, size, seen="0 bye\n"):
    start = len(log("helper.log"))
    ftp, reply, told = upload(priority, *actions, "bye")
    begins(reply, "226")
    equal(told, seen)
    equal(hash_of(home("bob", "up")), content(size))
    equal(by_kernel(start), CAN_RECEIVE)
    ftp.quit()


def goes_wrong(priority, *actions):
    """The backend is not told that the file is whole, the client is told so,
    and the session goes on."""
    start, kernel = len(log("vsftpd.log")), len(log("helper.log"))
    ftp, reply, _ = upload(priority, *actions, name="cut")
    begins(reply, "426")
    failed_upload("cut", start)
    equal(by_kernel(kernel), CAN_RECEIVE)
    begins(ask(ftp, "NOOP"), "200")
    ftp.quit()


@story("the log says once for each worker whether the kernel can")
def said():
    await_that(lambda: log("helper.log").count("kernel-tls=") == 2,
               "both workers' lines")
    await_that(lambda: [log("helper.log").count(word) for word in
                        ("kernel-uploads=yes\n", "kernel-uploads=no why=")]
               == [2 * CAN_RECEIVE, 2 * (CAN and not CAN_RECEIVE)],
               "both workers' other lines")


@story("TLS {0}: {1} bytes come as they are",
       *[(version, size) for version in VERSIONS
         for size in (0, 1, 16384, 16385, 65536, 2 * MIB + 1)])
def whole(version, size):
    start = len(log("helper.log"))
    ftp = logged_in(FTP, "bob", version=VERSIONS[version])
    for _ in range(2):
        sent = store(ftp, "whole", size)
        equal(hash_of(home("bob", "whole")), sent)
    equal(by_kernel(start), CAN_RECEIVE)
    ftp.quit()


@story("{0}: 16 MiB come as they are", ("TLS 1.2", TLS12), ("TLS 1.3", TLS13))
def large(_, priority):
    goes_well(priority, f"data:{16 * MIB}", size=16 * MIB)


@story("a cipher that is not the kernel's matter goes on without it")
def chacha():
    start = len(log("helper.log"))
    ftp, reply, told = upload(TLS13 + ":-CIPHER-ALL:+CHACHA20-POLY1305",
                              "data:1048576", "update:both", "data:8", "bye")
    begins(reply, "226")
    equal(told, "0 bye\n")
    equal(hash_of(home("bob", "up")), content(MIB + 8))
    equal(by_kernel(start), 0)
    ftp.quit()


@story("a client changes its keys, {0}", ("AES-128", AES128),
       ("AES-256", AES256))
def updates(_, priority):
    goes_well(priority, "data:1000000", "update", "data:5000000", "update",
              "data:2000000", size=8000000)
    goes_well(priority, "update", "data:80000", "update", size=80000)
    goes_well(priority, "data:8", "update", "update", "data:8", size=16)


@story("a client that asks for ours is answered, {0}", ("AES-128", AES128),
       ("AES-256", AES256))
def answers(_, priority):
    # GnuTLS answers with the next data that it sends, and an upload has none.
    seen = [f"{count * CAN_RECEIVE} bye\n" for count in range(3)]
    goes_well(priority, "data:1000000", "update:both", "data:5000000",
              "update:both", "data:2000000", size=8000000, seen=seen[2])
    goes_well(priority, "update", "update:both", size=0, seen=seen[1])


@story("too many changes of keys are refused")
def too_many():
    goes_wrong(TLS13, *SOME, *["update"] * 200)


@story("{0}: without close_notify an upload is not whole", ("TLS 1.2", TLS12),
       ("TLS 1.3", TLS13))
def truncated(_, priority):
    # More than sockets hold: the end must not come before the transfer begins,
    # for the kernel is not given a connection that is half closed.
    goes_wrong(priority, "data:8000000", "fin")
    goes_wrong(priority, "data:8000000", "reset")


@story("{0}: an end that comes before the transfer begins is read",
       ("TLS 1.2", TLS12), ("TLS 1.3", TLS13))
def early(_, priority):
    start = len(log("vsftpd.log"))
    ftp, reply, _ = upload(priority, *SOME, "fin", name="cut")
    begins(reply, "426")
    failed_upload("cut", start)
    ftp.quit()
    ftp, reply, _ = upload(priority, *SOME, "bye", "fin")
    begins(reply, "226")
    equal(hash_of(home("bob", "up")), content(100000))
    ftp.quit()


@story("{0}: {1} ends an upload that is not whole",
       ("TLS 1.2", "a fatal alert", TLS12, "record:" + FATAL),
       ("TLS 1.3", "a fatal alert", TLS13, "record:" + FATAL),
       ("TLS 1.3", "any other alert", TLS13, "record:" + WARNING),
       ("TLS 1.2", "an alert that is none", TLS12, "record:21.01"),
       ("TLS 1.2", "a record that is not sealed", TLS12,
        "raw:1703030020" + "a5" * 32),
       ("TLS 1.3", "a record that is not sealed", TLS13,
        "raw:1703030020" + "a5" * 32),
       ("TLS 1.3", "an alert in clear", TLS13, "raw:15030300020100"),
       ("TLS 1.3", "a wrong version", TLS13, "raw:1702000020" + "a5" * 32),
       ("TLS 1.3", "no record", TLS13, "raw:" + b"NOOP\r\n".hex() * 8),
       ("TLS 1.2", "another handshake", TLS12, "renegotiate"),
       ("TLS 1.2", "a KeyUpdate", TLS12, "record:22.1800000100"),
       ("TLS 1.3", "a ticket", TLS13, "record:22.04000000"),
       ("TLS 1.3", "a KeyUpdate of neither kind", TLS13,
        "record:22.1800000102"),
       ("TLS 1.2", "the fourth warning", TLS12,
        "records:4." + WARNING),
       ("TLS 1.3", "an unknown kind of record", TLS13, "record:99.00"))
def refused(_, __, priority, action):
    # What follows would make it look whole, if it were read.
    goes_wrong(priority, *SOME, action, "data:8", "bye")


@story("{0}: {1} are passed over",
       ("TLS 1.2", "warnings", TLS12, ["record:" + WARNING]),
       ("TLS 1.2", "some empty records", TLS12, ["records:20.23."]),
       ("TLS 1.3", "some empty records", TLS13, ["records:20.23."]))
def passed_over(_, __, priority, actions):
    goes_well(priority, *actions, "data:1000000", *actions, "data:1000",
              size=1001000)


@story("user_canceled announces the end")
def canceled():
    goes_well(TLS13, "data:1000000", "record:" + CANCELED, size=1000000)


@story("{0}: records without data have an end", ("TLS 1.2", TLS12),
       ("TLS 1.3", TLS13))
def barren(_, priority):
    goes_wrong(priority, *SOME, "records:50000.23.")


@story("ABOR ends an upload that the kernel decrypts")
def abort():
    ftp = logged_in(FTP, "bob")
    ftp.voidcmd("TYPE I")
    data = ftp.transfercmd("STOR aborted")
    data.sendall(b"x" * MIB)
    ftp.putcmd("ABOR")
    begins(ftp.getmultiline(), "426")
    begins(ftp.getmultiline(), "22")
    data.close()
    sent = store(ftp, "again", MIB)
    equal(hash_of(home("bob", "again")), sent)
    ftp.quit()


@story("a client with a certificate uploads as well")
def certificate():
    ftp = logged_in(FTP, "acme-1", certificate="acme-1")
    sent = store(ftp, "sent", 3 * MIB)
    equal(hash_of(home("acme-1", "sent")), sent)
    ftp.quit()


tell()
