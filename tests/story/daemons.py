# SPDX-License-Identifier: BSD-2-Clause
"""FTP daemons of all kinds behind the helper: logins and transfers."""

import concurrent.futures
import glob
import os
import re
import shutil

from ftp import (RIGHT, WRONG, Bytes, ask, connect, fetch, log_in, logged_in,
                 password_of, play, store)
from ftpds import (DAEMONS, SOURCE, UNPACKED, VIRTUAL, database, find, home,
                   proftpd, program, pure_ftpd)
from programs import Curl, Lftp, slurp
from story import (STAGE, Helper, begins, equal, hash_of, read, run, story,
                   tell, write)

HELPER = Helper()


def address(name, tls="explicit"):
    return HELPER.address(f"{name}-{tls}")


# what, class, certificate, password, outcome
ROWS = [
    ("its certificate, no password", "required", "own", None, "certificate"),
    ("its certificate, TLS optional", "optional", "own", None, "certificate"),
    ("another's certificate", "optional", "other", None, "530"),
    ("another's certificate, and the password, TLS required", "required",
     "other", RIGHT, "530"),
    ("an expired certificate", "required", "expired", RIGHT, "530"),
    ("the password", "required", None, RIGHT, "password"),
    ("a wrong password", "required", None, WRONG, "530"),
    ("the password in clear, TLS optional", "optional", "-", RIGHT,
     "password"),
    ("a wrong password in clear", "optional", "-", WRONG, "530"),
    ("the password in clear, TLS required", "required", "-", RIGHT, "530"),
]
LOGINS = [(name, tls, *row) for name in DAEMONS
          for tls in ("explicit", "implicit") for row in ROWS
          if tls == "explicit" or row[2] in ("own", None)]


def play_login(name, tls, _, which, certificate, password, outcome):
    daemon = find(name)
    user = getattr(daemon, which)
    other = daemon.required if which == "optional" else daemon.optional
    certificate = {"own": user, "other": other,
                   "expired": user + "-expired"}.get(certificate, certificate)
    play(user, certificate, password, outcome, tls, address(name, tls))


def straight(port, user):
    """How a login goes in clear and past the helper, as local users can."""
    ftp = connect(("127.0.0.1", port), None)
    outcome = log_in(ftp, user, password_of(user))
    ftp.close()
    return outcome


def play_straight(name):
    daemon = find(name)
    begins(straight(daemon.port, daemon.required), "530")
    equal(straight(daemon.port, daemon.optional), "password")


# Pure-FTPd takes seconds to refuse: all of these are played at once.
POOL = concurrent.futures.ThreadPoolExecutor(16)
PLAYED = {row: POOL.submit(play_login, *row) for row in LOGINS}
STRAIGHT = {name: POOL.submit(play_straight, name) for name in DAEMONS}


@story("{0}, {1} TLS, {2}", *LOGINS)
def login(*row):
    PLAYED[row].result()


@story("{0}: where the module refuses, nothing else lets in",
       *[(name,) for name in DAEMONS])
def final(name):
    STRAIGHT[name].result()


@story("{0}: {1}, {2}, {3}: there and back, whole", *[
    (name, mode, tls, proof) for name in DAEMONS
    for mode, tls, proof in (("active", "explicit", "certificate"),
                             ("active", "implicit", "password"),
                             ("passive", "explicit", "password"),
                             ("passive", "implicit", "certificate"))])
def transfer(name, mode, tls, proof):
    user = find(name).required
    ftp = logged_in(address(name, tls), user, tls,
                    certificate=user if proof == "certificate" else None)
    ftp.set_pasv(mode == "passive")
    sent = store(ftp, "file", 3000001)
    equal(hash_of(home(user, "file")), sent)
    equal(fetch(ftp, "file"), sent)
    ftp.delete("file")
    equal("hello" in ftp.nlst(), True)
    ftp.quit()


# inetutils-ftpd ends the session when a download is broken off.
@story("{0}: {1} is broken off by {2}, and the session goes on", *[
    (name, command, how) for name in DAEMONS for command in ("RETR", "STOR")
    for how in ("ABOR", "the client's end") if name != "inetutils-ftpd" or
    command == "STOR" and how == "ABOR"])
def broken_off(name, command, how):
    user = find(name).required
    ftp = logged_in(address(name), user, certificate=user)
    store(ftp, "big", 3000001)
    os.truncate(home(user, "big"), 64 << 20)
    ftp.voidcmd("TYPE I")
    with ftp.transfercmd(command + " big") as data:
        if command == "RETR":
            equal(len(data.recv(1000)) > 0, True)
        else:
            data.sendall(b"x" * 300000)
        if how == "ABOR":
            ftp.putcmd("ABOR")
        else:
            data.close()
        begins(ftp.getmultiline(), "4")
        if how == "ABOR":
            # Pure-FTPd answers an upload's end or ABOR, as it hears of them.
            begins(ftp.getmultiline(), ("226", "451") if name == "pure-ftpd"
                   else "226")
    begins(ask(ftp, "NOOP"), "200")
    ftp.delete("big")
    equal("hello" in ftp.nlst(), True)
    ftp.quit()


class ActiveCurl(Curl):
    protection = ["--ftp-ssl-control", "--ftp-port", "-"]


class ActiveLftp(Lftp):
    options = ["set ftp:passive-mode no"]


CLIENTS = {("curl", "passive"): Curl, ("curl", "active"): ActiveCurl,
           ("lftp", "passive"): Lftp, ("lftp", "active"): ActiveLftp}


@story("{0}: {1}, {2}: listing, download and upload", *[
    (name, client, mode) for name in DAEMONS for client in ("curl", "lftp")
    for mode in ("active", "passive")])
def programs(name, client, mode):
    # curl 7.88 cannot protect what it transfers in active mode.
    clear = CLIENTS[client, mode] is ActiveCurl
    user = getattr(find(name), "optional" if clear else "required")
    session = CLIENTS[client, mode](address(name), "explicit", user, user)
    path = STAGE + "/upload"
    with open(path, "wb") as file:
        file.write(Bytes(300000).read(0))
    listing, hello = session.tour(path)
    equal("hello" in listing, True)
    equal(hello, f"hello {user}\n".encode())
    equal(slurp(home(user, "sent")) == slurp(path), True)
    os.unlink(home(user, "sent"))


@story("{0}: account refuses whom a wrong auth line has let in",
       *[(name,) for name in DAEMONS])
def account(name):
    daemon = find(name)
    path = "/etc/pam.d/" + daemon.service
    good = read(path)
    write(path, re.sub(r"(?m)^auth .*pam_stssl", "auth optional "
                       + os.environ["MODULE"][:-len(".so")], good))
    try:
        equal(straight(daemon.port, daemon.optional), "password")
        begins(straight(daemon.port, daemon.required), "530")
    finally:
        write(path, good)


def by_certificate(name):
    user = find(name).required
    ftp = connect(address(name), certificate=user)
    outcome = log_in(ftp, user)
    ftp.close()
    return outcome


@story("accounts that have expired are refused, with a certificate, too")
def expired():
    names = [name for name, daemon in DAEMONS.items()
             if daemon.required not in VIRTUAL and not daemon.missing]
    run("usermod", "--expiredate", "1", "acme-1")
    try:
        for outcome in POOL.map(by_certificate, names):
            begins(outcome, "530")
    finally:
        run("usermod", "--expiredate", "", "acme-1")
    for outcome in POOL.map(by_certificate, names):
        equal(outcome, "certificate")


@story("vsftpd-userdb: a user who was taken out of the database is refused")
def taken_out():
    find("vsftpd-userdb")
    database(["bob"])
    try:
        begins(by_certificate("vsftpd-userdb"), "530")
    finally:
        database(VIRTUAL)
    equal(by_certificate("vsftpd-userdb"), "certificate")


@story("stsslctl check has nothing to say of etc/pam.d/{0}",
       *[(daemon.service,) for daemon in DAEMONS.values()])
def stacks(service):
    modules = glob.glob("/lib/*/security/pam_unix.so")[0]
    done = run(os.environ["STSSLCTL"], "check", "--pam", service,
               "--module-dir", os.path.dirname(modules), check=False)
    missing = b"pam_pwdfile" in done.stdout
    if not missing:
        equal((done.stdout, done.returncode), (b"", 0))


@story("Pure-FTPd gets the same from Debian's files for each key")
def wrapper():
    program("pure-ftpd")
    if not os.path.isdir("/etc/pure-ftpd"):
        shutil.copytree(UNPACKED + "/etc/pure-ftpd", "/etc/pure-ftpd",
                        symlinks=True)
    steps = re.search(r"(?ms)^ +(awk .*?)$\n +sed", read(SOURCE + "/README"))
    run("sh", "-c", f"cd {SOURCE} && {steps[1]}")
    shown = run("perl", program("pure-ftpd-wrapper"), "--show-options")
    seen = shown.stdout.decode()
    equal(re.findall("-l [^ ]*", seen), ["-l pam"])
    for option in "-S 127.0.0.1,221", "-E", "-H", "-Y 0", "-C 20000", \
            "-c 20000":
        equal((option, f" {option} " in f" {seen} "), (option, True))


# What the settings are for that stand in the samples for safety's sake.

@story("{0} {2} lets in by password whom the module has refused",
       ("proftpd", 241, "without AuthOrder"),
       ("pure-ftpd", 243, "with UnixAuthentication beside PAM"))
def hole(name, port, _):
    if name == "proftpd":
        proftpd(port, ("\nAuthOrder mod_auth_pam.c* mod_auth_unix.c\n", "\n"))
    else:
        pure_ftpd(port, ("UnixAuthentication   no", "UnixAuthentication yes"))
    equal(straight(port, "acme-1"), "password")


tell()
