# SPDX-License-Identifier: BSD-2-Clause
"""Clients who come through a real haproxy, which says who they are."""

import ftplib
import json
import re
import socket
import subprocess

from ftp import (ask, context, fetch, log_in, password_of, store, transfer)
from proxies import (CLIENT, FRONT, GUESSER, HELPER, OTHER, PROXY, SIX, THIRD,
                     ctl, faults, first_line, penalties)
from story import (PATIENCE, STAGE, await_that, begins, equal, log, read, run,
                   since, story, tell, write)

CLASSES = "/etc/stssl/classes.conf"
write(CLASSES, 'class "near" { user = { "zoe" }  from = { "203.0.113.9" }\n'
               '  ssl = optional  login = password }\n' + read(CLASSES))

# haproxy's sections: name, its port, the helper's listener, how it is sent.
SECTIONS = (("v1", 2101, "proxied", "send-proxy"),
            ("v2", 2102, "proxied", "send-proxy-v2"),
            ("v2-ssl", 2103, "proxied", "send-proxy-v2-ssl-cn "
             "proxy-v2-options crc32c,unique-id,authority"),
            ("implicit", 2104, "proxieds", "send-proxy-v2"),
            ("stream", 2105, "stream", "send-proxy-v2"),
            ("few", 2106, "few", "send-proxy-v2"),
            ("without", 2107, "proxied", ""))


def haproxy():
    """Start it, in front of all listeners; returns when it listens."""
    path = STAGE + "/haproxy.cfg"
    text = ("defaults\n mode tcp\n timeout connect 30s\n timeout client 90s\n"
            f" timeout server 90s\n source {PROXY}\n")
    for name, listen, listener, how in SECTIONS:
        text += (f"listen {name}\n bind {FRONT}:{listen}\n"
                 f" bind [{SIX}]:{listen}\n unique-id-format %ci:%cp\n"
                 f" server s 127.0.0.1:{HELPER.address(listener)[1]} {how}\n")
    # The same port there as here.
    text += (f"listen passive\n bind {FRONT}:50000-50004\n"
             f" bind [{SIX}]:50000-50004\n server s 127.0.0.1 send-proxy-v2\n")
    for number, how in enumerate(("send-proxy", "send-proxy-v2")):
        text += (f"listen check-{how}\n bind {FRONT}:{2108 + number}\n"
                 " option tcp-check\n tcp-check expect string 220\n"
                 f" server s 127.0.0.1:{HELPER.address('proxied')[1]} {how} "
                 "check check-send-proxy inter 200ms\n")
    write(path, text + f"global\n stats socket {STAGE}/haproxy.sock\n")
    with open(STAGE + "/haproxy.log", "w") as stderr:
        subprocess.Popen(["haproxy", "-f", path], stdin=subprocess.DEVNULL,
                         stderr=stderr)
    await_that(lambda: run("ss", "-Hltn", "sport = :2107").stdout,
               "haproxy listens")


haproxy()


def front(name, host=FRONT):
    return host, {s[0]: s[1] for s in SECTIONS}[name]


def stats():
    """How haproxy's checks go: by the section, the server's status."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(STAGE + "/haproxy.sock")
        sock.sendall(b"show stat\n")
        text = b"".join(iter(lambda: sock.recv(65536), b"")).decode()
    rows = [line.split(",") for line in text.splitlines() if line]
    return {row[0]: row[17] for row in rows if row[1:2] == ["s"]}


def come(name, source=CLIENT, certificate=None, host=FRONT):
    """A client of haproxy's, in clear; the server's name is localhost."""
    ftp = ftplib.FTP_TLS(context=context(certificate))
    ftp.connect(*front(name, host), timeout=PATIENCE,
                source_address=(source, 0))
    ftp.host = "localhost"
    return ftp


def come_in(name, *arguments, **more):
    ftp = come(name, *arguments, certificate="alice", **more)
    ftp.auth()
    equal(log_in(ftp, "alice"), "certificate")
    ftp.prot_p()
    return ftp


@story("{0}: log, list and record have the client's address, over {2}",
       *[(name, host, family) for name in ("v1", "v2", "v2-ssl")
         for host, family in ((FRONT, "IPv4"), (SIX, "IPv6"))])
def announced(name, host, _):
    start = len(log("helper.log"))
    ftp = come_in(name, CLIENT if host == FRONT else "2001:db8::9", host=host)
    address, number = ftp.sock.getsockname()[:2]
    peer = f"{address}:{number}" if "." in address else f"[{address}]:{number}"
    text = await_that(
        lambda: " logged-in " in (got := since("helper.log", start)) and got,
        "the line of the login")
    for event in "proxied", "tls", "logged-in":
        equal(bool(re.search(rf" {event} .*peer={re.escape(peer)} ", text)),
              True)
    equal(f"peer={peer} proxy={PROXY}:" in text, True)
    listed = json.loads(ctl("who", "--json"))["sessions"]
    equal((address, number) in [(s["address"], s["port"]) for s in listed],
          True)
    await_that(lambda: re.search(f"pam_stssl.*{re.escape(address)}",
                                 log("syslog")), "the module's line")
    ftp.close()


@story("passive data come through the proxy, too: {0}, {2}",
       *[(command, host, family) for command, host, family in (
           ("PASV", FRONT, "IPv4"), ("EPSV", FRONT, "IPv4"),
           ("EPSV", SIX, "IPv6"))])
def passive(command, host, _):
    ftp = come_in("v2", CLIENT if host == FRONT else "2001:db8::9", host=host)
    if command == "EPSV":
        ftp.af = socket.AF_INET6  # what ftplib chooses the command by
    else:
        equal(ask(ftp, "PASV").split("(")[1].split(",")[:4], FRONT.split("."))
    for _ in range(3):
        transfer(ftp, "alice")
    seen = store(ftp, "through", 1 << 20)
    equal(fetch(ftp, "through"), seen)
    ftp.quit()


@story("active data go from the helper to the client, past the proxy")
def active():
    ftp = come_in("v2")
    ftp.set_pasv(False)
    transfer(ftp, "alice")
    begins(ask(ftp, f"PORT {PROXY.replace('.', ',')},200,1"), "500")
    ftp.quit()


@story("through the proxy, too, a data connection of somebody else is closed")
def foreign():
    start = len(log("helper.log"))
    ftp = come_in("v2")
    where = ftplib.parse227(ask(ftp, "PASV"))
    for source in OTHER, CLIENT:
        data = socket.create_connection(where, PATIENCE, (source, 0))
        if source == OTHER:
            equal(data.recv(1), b"")
    ftp.putcmd("RETR hello")
    begins(ftp.getresp(), "150")
    tls = ftp.context.wrap_socket(data, server_hostname="localhost")
    equal(tls.recv(100), b"hello alice\n")
    tls.unwrap()
    begins(ftp.getresp(), "226")
    equal(f"foreign={OTHER}:" in since("helper.log", start), True)
    ftp.quit()


@story("a class for addresses: a client from {0} is {1}",
       (CLIENT, "let in"), (OTHER, "refused"))
def of_a_class(source, outcome):
    ftp = come("v1", source)
    reply = log_in(ftp, "zoe", password_of("zoe"))
    equal("let in" if reply == "password" else "refused", outcome)
    ftp.close()


@story("TLS from the first byte, behind the header: {0}",
       ("implicit",), ("stream",))
def from_the_first(name):
    raw = socket.create_connection(front(name), PATIENCE, (CLIENT, 0))
    with context().wrap_socket(raw, server_hostname="localhost") as tls:
        if name == "stream":
            tls.sendall(b"220 echo\r\n")
        begins(tls.recv(100).decode(), "220")


@story("haproxy's own checks find the listener alive")
def checks():
    await_that(lambda: {stats()[f"check-send-proxy{v}"]
                        for v in ("", "-v2")} == {"UP"}, "both are up")
    equal(PROXY in penalties(), False)


@story("an address's share of the sessions is that of the client")
def share():
    inside = [come("few", OTHER), come("few", OTHER)]
    begins(first_line(socket.create_connection(
        front("few"), PATIENCE, (OTHER, 0))),
        "421 Too many sessions from your address")
    others = [come("few", THIRD), come("few", THIRD)]
    inside.pop().close()
    await_that(lambda: first_line(socket.create_connection(
        front("few"), PATIENCE, (OTHER, 0))).startswith("220"), "a free place")
    for ftp in inside + others:
        ftp.close()
    text = log("helper.log")
    equal(bool(re.search(f"sent-away listener=few peer={OTHER}:.* "
                         "reason=max-sessions-per-address", text)), True)


@story("penalties are the client's: it is refused, the proxy's others are not")
def penalised():
    for _ in range(3):
        ftp = come("v1", GUESSER)
        begins(log_in(ftp, "bob", "wrong"), "530")
        ftp.close()
    begins(first_line(socket.create_connection(
        front("v1"), PATIENCE, (GUESSER, 0))), "421 Too many failures")
    found = penalties()
    equal(found[GUESSER]["refused"], True)
    equal(PROXY in found, False)
    come_in("v1").quit()


@story("a proxy without its header is refused, and not penalised")
def without():
    before = faults()
    for _ in range(15):
        with socket.create_connection(front("without"), PATIENCE) as sock:
            sock.sendall(b"USER alice\r\n")
            equal(first_line(sock), "")
    await_that(lambda: faults() == before + 15, "all are counted")
    equal(PROXY in penalties(), False)
    equal(log("helper.log").count(" proxy-header "), 1)
    come_in("v2").quit()


tell()
