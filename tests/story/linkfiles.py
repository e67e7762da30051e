# SPDX-License-Identifier: BSD-2-Clause
"""Transfers through an Edge and a Server that are broken off, go on where one
has ended, or only list; and many sessions at a time."""

import io
import os
import socket
import struct
import threading

from edgehosts import (ctl, edge_conf, make_key, place_key, server_conf,
                       start_edge, start_server)
from ftp import ask, failed_upload, fetch, logged_in, store
from story import (await_that, begins, equal, hash_of, home, log, read, since,
                   story, tell)

PINS = {name: make_key(name) for name in ("server-link", "edge-link")}
place_key("server", "server-link")
place_key("edge", "edge-link")
SERVER = start_server(server_conf({"dmz1": PINS["edge-link"]}))
EDGE = start_edge(edge_conf(PINS["server-link"]))
FTP, FTPS = EDGE.address("ftp"), EDGE.address("ftps")


@story("APPE, REST, STOU, PROT {0}", "P", "C")
def goes_on(level):
    ftp = logged_in(FTP, certificate="alice", protect=level == "P")
    for command, text, rest in ("STOR part", b"one two", None), \
            ("APPE part", b" three", None), ("STOR part", b"TWO", 4):
        begins(ftp.storbinary(command, io.BytesIO(text), rest=rest), "226")
    equal(read(home("alice", "part")), "one TWO three")
    got = []
    begins(ftp.retrbinary("RETR part", got.append, rest=8), "226")
    equal(b"".join(got), b"three")
    before = set(os.listdir(home("alice", "")))
    begins(ftp.storbinary("STOU", io.BytesIO(b"a new one")), "226")
    made = (set(os.listdir(home("alice", ""))) - before).pop()
    equal(read(home("alice", made)), "a new one")
    for name in made, "part":
        ftp.delete(name)
    ftp.quit()


@story("LIST, NLST, MLSD, PROT {0}", "P", "C")
def lists(level):
    ftp = logged_in(FTP, certificate="alice", protect=level == "P")
    lines = []
    begins(ftp.retrlines("LIST", lines.append), "226")
    equal(any(line.endswith(" hello") for line in lines), True)
    equal("hello" in ftp.nlst(), True)
    # vsftpd has no such command, and the client hears that.
    ftp.makepasv()
    begins(ask(ftp, "MLSD"), "500")
    begins(ask(ftp, "NLST none"), "425")
    equal("hello" in ftp.nlst(), True)
    ftp.quit()


@story("{0} is broken off by {1}, PROT {2}, and the session goes on", *[
    (what, how, level) for what in ("a download", "an upload")
    for how in ("ABOR", "a reset") for level in "PC"])
def broken_off(what, how, level):
    start = len(log("vsftpd.log"))
    ftp = logged_in(FTP, certificate="alice", protect=level == "P")
    store(ftp, "big", 1)
    os.truncate(home("alice", "big"), 64 << 20)
    ftp.voidcmd("TYPE I")
    with ftp.transfercmd("RETR big" if what == "a download" else
                         "STOR cut") as data:
        if what == "a download":
            equal(len(data.recv(1000)) > 0, True)
        else:
            data.sendall(b"x" * 300000)
            await_that(lambda: "STOR cut" in since("vsftpd.log", start),
                       "the command of the upload")
        if how == "ABOR":
            ftp.putcmd("ABOR")
        else:
            reset(data)
        begins(ftp.getmultiline(), "426")
        if how == "ABOR":
            begins(ftp.getmultiline(), "226")
    if what == "an upload":
        failed_upload("cut", start)
        ftp.delete("cut")
    ftp.delete("big")
    sent = store(ftp, "file", 65537)
    equal(fetch(ftp, "file"), sent)
    ftp.delete("file")
    ftp.quit()


def reset(data):
    data.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    struct.pack("ii", 1, 0))
    data.close()


@story("a client that asks for data and never comes for them: 425 or 522, "
       "and the session goes on")
def never_comes():
    ftp = logged_in(FTP, certificate="alice")
    for _ in range(20):
        begins(ask(ftp, "EPSV"), "229")
    begins(ask(ftp, "PASV"), "227")
    sent = store(ftp, "file", 1000)
    equal(fetch(ftp, "file"), sent)
    ftp.delete("file")
    ftp.quit()


@story("20 sessions at a time: no data are another's")
def many():
    errors = []

    def one(number):
        try:
            ftp = logged_in(FTP if number % 2 else FTPS,
                            tls="explicit" if number % 2 else "implicit",
                            certificate="alice")
            for each in range(5):
                name = f"many-{number}"
                sent = store(ftp, name, 10000 * number + each)
                equal(fetch(ftp, name), sent)
            ftp.delete(name)
            ftp.quit()
        except Exception as error:
            errors.append(f"{number}: {error!r}")

    threads = [threading.Thread(target=one, args=(number,))
               for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    equal(errors, [])


@story("the Server reloads while a session goes on: its data still reach it")
def reloaded():
    ftp = logged_in(FTP, certificate="alice")
    sent = store(ftp, "file", 65537)
    start = len(log("helper.log"))
    ctl("server", "reload")
    await_that(lambda: "reload" in since("helper.log", start), "a reload")
    for _ in range(3):
        equal(fetch(ftp, "file"), sent)
    equal(hash_of(home("alice", "file")), sent)
    ftp.delete("file")
    ftp.quit()


tell()
