# SPDX-License-Identifier: BSD-2-Clause
"""What becomes of sessions through an Edge and a Server, and what two policies
come to: nothing that only one of the two wants."""

import os
import re

from edgehosts import CLASSES, CONF, ctl, start_server
from edgepair import (CABLE, EDGE, FTP, FTPS, INSIDE_LIST, SERVER, SERVER_TEXT,
                      sessions, there_and_back)
from ftp import RIGHT, ask, connect, failed_upload, logged_in, play
from story import (await_that, begins, equal, home, log, read, revocation_list,
                   since, story, tell, write)

# What happens to sessions

@story("kick from inside: the client is sent away, and nobody else")
def kick():
    first = logged_in(FTP, "alice", certificate="alice")
    other = logged_in(FTP, "bob")
    victim, = [s["session"] for s in sessions("server")
               if s["user"] == "alice"]
    ctl("server", "kick", victim)
    gone(first)
    begins(ask(other, "NOOP"), "200")
    other.quit()
    await_that(lambda: sessions("edge") == [] == sessions("server"),
               "both sides have forgotten them")


def gone(ftp):
    """421, or just the end."""
    try:
        begins(ftp.getmultiline(), "421")
    except (EOFError, OSError) as error:
        equal(isinstance(error, TimeoutError), False)


@story("what is revoked inside while it is in use ends")
def revoked_in_use():
    ftp = logged_in(FTP, "acme-1", certificate="acme-1")
    other = logged_in(FTP, "alice", certificate="alice")
    revocation_list(INSIDE_LIST, 3600, "acme-1", "acme-2")
    gone(ftp)
    begins(ask(other, "NOOP"), "200")
    other.quit()
    revocation_list(INSIDE_LIST, 3600, "acme-2")
    ctl("server", "reload")
    play("acme-1", "acme-1", None, "certificate", "explicit", FTP)


@story("the link is cut in an upload, by {0}: 426, and never a whole file",
       ("FIN", False), ("RST", True))
def cut_upload(_, reset):
    start = len(log("vsftpd.log"))
    ftp = logged_in(EDGE.address("cable"))
    data = ftp.transfercmd("STOR cut")
    data.sendall(b"x" * 300000)
    await_that(lambda: (CABLE.carried(True) or 0) > 200000, "bytes go")
    CABLE.cut(True, reset)
    begins(ftp.getmultiline(), "426")
    failed_upload("cut", start)
    data.close()
    there_and_back(ftp, 1000)
    ftp.delete("cut")
    ftp.quit()


@story("the link of the commands is cut in an upload: the file is not whole")
def cut_control():
    start = len(log("vsftpd.log"))
    ftp = logged_in(EDGE.address("cable"))
    data = ftp.transfercmd("STOR cut")
    data.sendall(b"x" * 300000)
    await_that(lambda: (CABLE.carried(True) or 0) > 200000, "bytes go")
    CABLE.cut(False, False)
    gone(ftp)
    failed_upload("cut", start)
    os.unlink(home("alice", "cut"))


# Two policies

def digests():
    return [ctl(machine, "digest").split()[0] for machine in CLASSES]


@story("the policies are the same when their texts mean the same")
def same_policy():
    one, other = digests()
    equal((one, len(one)), (other, 64))
    before = read(CLASSES["edge"])
    write(CLASSES["edge"], "# a remark\n" + before)
    play("alice", "alice", None, "certificate", "explicit", FTP)
    write(CLASSES["edge"], before)


@story("reload of the {0}: old sessions stay, new ones are refused, both "
       "digests in both logs", ("edge",), ("server",))
def other_policy(machine):
    before = read(CLASSES[machine])
    old = logged_in(FTP, certificate="alice")
    starts = {name: len(log(name)) for name in ("helper.log", "edge.log")}
    write(CLASSES[machine], before.replace(
        'user = { "ted" }', 'user = { "ted", "tod" }'))
    try:
        both = digests()
        equal(len(set(both)), 2)
        for tls, address in ("implicit", FTPS), (None, FTP):
            refused(tls, address)
        begins(ask(old, "NOOP"), "200")
        there_and_back(old, 1000)
        for name, start in starts.items():
            equal([d in since(name, start) for d in both], [True, True])
        for name in CLASSES:
            equal(told_of_another(name), True)
            equal(mismatches(name) > 0, True)
    finally:
        write(CLASSES[machine], before)
    play("alice", "alice", None, "certificate", "explicit", FTP)
    equal([told_of_another(name) for name in CLASSES], [False, False])
    old.quit()


def told_of_another(machine):
    """By check, with both digests, from what the last link has said."""
    name = {"edge": "ftp", "server": "from-edge"}[machine]
    lines = [line for line in ctl(machine, "check", check=False).splitlines()
             if f'listener "{name}" judges by another policy' in line]
    return any(all(d in line for d in digests()) for line in lines)


def mismatches(machine):
    text = ctl(machine, "metrics")
    return sum(int(n) for n in re.findall(
        r"^stssl_link_policy_mismatches_total\{.*\} (\d+)$", text, re.M))


@story("a class for the clients of {0} {1} those of dmz1",
       ("dmz1", "refuses", "530"), ("dmz*", "refuses", "530"),
       ("dmz2", "leaves", "password"))
def class_of_edge(edge, _, outcome):
    before = {name: read(path) for name, path in CLASSES.items()}
    for path in CLASSES.values():
        write(path, f'class "x" {{ edge = {{ "{edge}" }} login = refuse }}\n'
              + read(path))
    try:
        play("bob", None, RIGHT, outcome, "explicit", FTP)
    finally:
        for name, text in before.items():
            write(CLASSES[name], text)


@story("the Edge leaves to the Server whom it does not know")
def users_of_server():
    before = {name: read(path) for name, path in CLASSES.items()}
    for path in CLASSES.values():
        write(path, 'class "x" { type = real listener = "from-edge" '
              'ssl = optional } class "y" { login = refuse }')
    try:
        play("bob", None, RIGHT, "password", "explicit", FTP)
        play("bob", "-", RIGHT, "password", "explicit", FTP)
    finally:
        for name, text in before.items():
            write(CLASSES[name], text)


def refused(tls, address):
    """A client is sent away before anybody can log in."""
    try:
        ftp = connect(address, tls)
        begins(ask(ftp, "USER alice"), "421")
    except (EOFError, OSError) as error:
        equal(isinstance(error, TimeoutError), False)
    except Exception as error:
        begins(str(error), "421")


@story("edge-policy = log lets them in, and says it")
def policy_log():
    before = read(CLASSES["edge"])
    write(CONF, SERVER_TEXT.replace("edge-policy      = refuse",
                                    "edge-policy      = log"))
    ctl("server", "reload")
    start = len(log("helper.log"))
    write(CLASSES["edge"], before.replace(
        'user = { "ted" }', 'user = { "ted", "tod" }'))
    try:
        both = digests()
        play("alice", "alice", None, "certificate", "explicit", FTP)
        equal([d in since("helper.log", start) for d in both], [True, True])
        # What each refuses is refused.
        play("ted", "ted", "right", "530", "explicit", FTP)
    finally:
        write(CLASSES["edge"], before)
        write(CONF, SERVER_TEXT)
        ctl("server", "reload")


@story("of several Servers the first that answers is taken")
def spare():
    play("alice", "alice", None, "certificate", "explicit",
         EDGE.address("spare"))


@story("a Server that is not there is a backend that is not there: 421")
def no_server():
    equal(SERVER.stop(), 0)
    for tls, address in ("implicit", FTPS), (None, FTP):
        refused(tls, address)
    globals()["SERVER"] = start_server(SERVER_TEXT)
    play("alice", "alice", None, "certificate", "explicit", FTP)


tell()
