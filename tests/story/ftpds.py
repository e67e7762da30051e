# SPDX-License-Identifier: BSD-2-Clause
"""FTP daemons, as README tells to set them up.

Their configuration and their PAM stacks are the samples in etc/, except for
ports and paths.
"""

import os
import re
import shutil
import subprocess

from ftp import password_of
from story import STAGE, Skipped, await_that, read, run, write

SOURCE = os.environ["srcdir"]
UNPACKED = SOURCE + "/.daemons"
GUESTS = STAGE + "/guests"
# The virtual users: not in the passwd database any more.
VIRTUAL = ["acme-2", "bob"]


def sample(name, *changes):
    """A file of etc/, with what has to differ on the stage."""
    text = read(f"{SOURCE}/etc/{name}")
    for old, new in changes:
        if old not in text:
            raise AssertionError(f"{name} has no {old!r}")
        text = text.replace(old, new)
    return text


def program(name):
    """Where it is: installed, or unpacked by bootstrap."""
    found = shutil.which(name, path=f"{UNPACKED}/usr/sbin:/usr/sbin")
    if found is None:
        raise Skipped(f"{name} is not there: ./bootstrap check gets it")
    return found


def start(port, *command):
    with open(STAGE + "/daemons.log", "a") as output:
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output,
                         stderr=output)
    await_that(lambda: run("ss", "-Hltn", f"sport = :{port}").stdout,
               f"{command[0]} listens on {port}")


def stack(name):
    write(f"/etc/pam.d/{name}", sample(
        "pam.d/" + name, ("pam_stssl.so", os.environ["MODULE"])))


def proftpd(port, *changes):
    """With Debian's own configuration, ours at its end."""
    daemon = program("proftpd")
    base, conf = f"{STAGE}/proftpd-{port}", f"/etc/proftpd/{port}.conf"
    templates = UNPACKED + "/usr/share/proftpd/templates/"
    if not os.path.isdir(templates):
        templates = "/usr/share/proftpd/templates/"
    modules = os.path.dirname(os.path.dirname(daemon)) + "/lib/proftpd"
    os.makedirs(base + ".d")
    os.makedirs("/etc/proftpd", exist_ok=True)
    write(base + ".d/stssl.conf", sample("proftpd.conf", *changes))
    write(base + ".modules", read(templates + "modules.conf").replace(
        "/usr/lib/proftpd", modules))
    text = read(templates + "proftpd.conf")
    for old, new in ("/etc/proftpd/modules.conf", base + ".modules"), \
            ("/etc/proftpd/conf.d/", base + ".d/"), \
            ("/var/log/proftpd/", base + "-"), \
            ("User proftpd", "User nobody"), \
            ("\nPort 21\n", f"\nPort {port}\n"):
        text = text.replace(old, new)
    write(conf, text + f"PidFile {base}.pid\nScoreboardFile {base}.scores\n")
    start(port, daemon, "--nodaemon", "-c", conf)


def pure_ftpd(port, *changes):
    conf = f"{STAGE}/pure-ftpd-{port}.conf"
    write(conf, sample("pure-ftpd.conf", ("127.0.0.1,221",
                                          f"127.0.0.1,{port}"), *changes))
    start(port, program("pure-ftpd"), conf)


def inetutils(port):
    """By the units' lines: systemd's accept loop is a program of its own."""
    socket = re.search(r"ListenStream=(.*):221\n", sample("ftpd.socket"))
    command = re.search(r"ExecStart=-/usr/sbin/ftpd(.*)\n",
                        sample("ftpd@.service"))
    start(port, "systemd-socket-activate", "--accept", "--inetd",
          f"--listen={socket[1]}:{port}", program("ftpd"),
          *command[1].split())


def guests(port, service):
    """A vsftpd with virtual users."""
    conf = f"{STAGE}/{service}.conf"
    write(conf, sample("vsftpd.conf", ("listen_port=221",
                                       f"listen_port={port}"),
                       ("pam_service_name=vsftpd",
                        "pam_service_name=" + service)) +
          sample("vsftpd-guests.conf", ("/srv/ftp", GUESTS)) +
          "background=NO\nsecure_chroot_dir=/run/vsftpd/empty\n"
          f"delay_failed_login=0\nftp_data_port={port - 1}\n")
    start(port, "vsftpd", conf)


def database(users):
    text = "".join(f"{user}\n{hashed(user)}\n" for user in users)
    run("db_load", "-T", "-t", "hash", "/etc/vsftpd/users.new",
        data=text.encode())
    os.chmod("/etc/vsftpd/users.new", 0o600)
    os.rename("/etc/vsftpd/users.new", "/etc/vsftpd/users.db")


def userdb(port):
    if not shutil.which("db_load"):
        raise Skipped("db_load is not there: ./bootstrap check gets it")
    database(VIRTUAL)
    guests(port, "vsftpd.userdb")


def pwdfile(port):
    if not run("sh", "-c", "ls /lib/*/security/pam_pwdfile.so",
               check=False).stdout:
        raise Skipped("no pam_pwdfile.so: ./bootstrap check gets it")
    write("/etc/vsftpd/users", "".join(f"{user}:{hashed(user)}\n"
                                       for user in VIRTUAL))
    os.chmod("/etc/vsftpd/users", 0o600)
    guests(port, "vsftpd.pwdfile")


def hashed(user):
    return run("openssl", "passwd", "-6",
               password_of(user)).stdout.decode().strip()


class Daemon:
    """One that runs, unless `missing` says why not."""

    def __init__(self, begin, port, service, optional="alice",
                 required="acme-1"):
        self.port, self.service = port, service
        # A user of the class that leaves TLS to him, and of one that does not.
        self.optional, self.required = optional, required
        self.missing = None
        stack(service)
        try:
            begin(port)
        except Skipped as why:
            self.missing = why


def find(name):
    """The daemon, if it is there."""
    if DAEMONS[name].missing:
        raise DAEMONS[name].missing
    return DAEMONS[name]


def home(user, name=""):
    where = GUESTS if user in VIRTUAL else STAGE + "/home"
    return f"{where}/{user}/{name}"


def set_up():
    os.mkdir("/etc/vsftpd")
    with open("/etc/shells", "a") as shells:
        shells.write("/bin/sh\n")
    for user in VIRTUAL:
        shutil.move(f"{STAGE}/home/{user}", home(user))
        for name in "passwd", "shadow", "group":
            text = re.sub(f"(?m)^{user}:.*\n", "", read("/etc/" + name))
            write("/etc/" + name, text)
    run("useradd", "--system", "--home-dir", GUESTS, "--shell",
        "/usr/sbin/nologin", "guests")
    run("chown", "-R", "guests:guests", *[home(user) for user in VIRTUAL])


os.mkdir(GUESTS)
set_up()
DAEMONS = {
    "proftpd": Daemon(proftpd, 231, "proftpd"),
    "pure-ftpd": Daemon(pure_ftpd, 233, "pure-ftpd"),
    "inetutils-ftpd": Daemon(inetutils, 235, "ftp"),
    "vsftpd-userdb": Daemon(userdb, 237, "vsftpd.userdb", "bob", "acme-2"),
    "vsftpd-pwdfile": Daemon(pwdfile, 239, "vsftpd.pwdfile", "bob", "acme-2"),
}
