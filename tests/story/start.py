# SPDX-License-Identifier: BSD-2-Clause
"""How the helper starts: options, configuration, lists, systemd's sockets."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess

from ftp import ask, connect, log_in, logged_in
from story import (CONF, PATIENCE, PKI, STAGE, Helper, await_that, begins,
                   equal, log, revocation_list, run, since, story, tell)


def changed_conf(before, after):
    """helper.conf with one change; its path and the change's line."""
    with open(CONF) as file:
        text = file.read()
    equal(before in text, True)
    path = STAGE + "/changed.conf"
    with open(path, "w") as file:
        file.write(text.replace(before, after, 1))
    return path, text[:text.index(before)].count("\n") + 1


@story("-t warns of a chain that ends early, but at a root of the system's")
def early_end():
    shutil.copy(PKI + "other-ca.pem", "/etc/stssl/other-ca.pem")
    path, _ = changed_conf("client-ca.pem", "other-ca.pem")

    def said():
        done = run(os.environ["HELPER"], "-t", "-c", path, "--log=stderr")
        return done.stderr.decode()

    equal(' warning: /etc/stssl/server.pem: the chain ends with '
          '"CN=localhost", and its issuer "CN=ca" is missing: ' in said(),
          True)
    os.makedirs("/etc/ssl/certs", exist_ok=True)
    with open("/etc/ssl/certs/ca-certificates.crt", "a") as file:
        with open(PKI + "ca.pem") as ca:
            file.write(ca.read())
    equal(said(), "")


@story("a reload that is asked for while the helper starts is done")
def early_reload():
    start = len(log("helper.log"))

    def ask_early():
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
        os.kill(os.getpid(), signal.SIGHUP)

    helper = Helper(before=ask_early)
    await_that(lambda: "notice: reloaded" in since("helper.log", start),
               "the reload")
    helper.stop()


BAD = [
    ("an unknown key", "workers = 2", "wrokers = 2"),
    ("a bad number", "workers = 2", "workers = two"),
    ("a bad word", "tls      = explicit", "tls      = implizit"),
    ("a bad address", '"127.0.0.1:221"', '"127.0.0.1:ftp"'),
    ("a missing file", "/etc/stssl/server.pem", "/etc/stssl/absent.pem"),
    ("a key that does not fit", "/etc/stssl/server.key",
     STAGE + "/pki/alice.key"),
]


@story("-t says file and line: {0}", *BAD)
def bad_configuration(_, before, after):
    path, line = changed_conf(before, after)
    done = run(os.environ["HELPER"], "-t", "-c", path, "--log=stderr",
               check=False)
    equal(done.returncode, 1)
    equal(f"{path}:{line}: " in (done.stdout + done.stderr).decode(), True)


@story("a bad configuration does not start, either")
def bad_start():
    path, line = changed_conf(*BAD[0][1:])
    done = run(os.environ["HELPER"], "-c", path, "--log=stderr", check=False)
    equal(done.returncode, 1)
    equal(f"{path}:{line}: " in done.stderr.decode(), True)


@story("-t finds nothing wrong with a good configuration")
def good_configuration():
    done = run(os.environ["HELPER"], "-t", "-c", CONF, "--log=stderr")
    equal(done.stdout + done.stderr, b"")


@contextlib.contextmanager
def closed(path):
    """A file or directory that root alone can read, for a while."""
    mode = os.stat(path).st_mode
    os.chmod(path, mode & 0o700)
    try:
        yield
    finally:
        os.chmod(path, mode)


@story("classes that the helper's user cannot read are an error, also for -t")
def closed_classes():
    classes = "/etc/stssl/closed.conf"
    shutil.copy("/etc/stssl/classes.conf", classes)
    path, line = changed_conf("workers = 2",
                              f'workers = 2\nclasses = "{classes}"')
    said = (f'{path}:{line + 1}: as user "stssl": {classes}: '
            "Permission denied\n")
    with closed(classes):
        started = run(os.environ["HELPER"], "-c", path, "--log=stderr",
                      check=False)
        tested = run(os.environ["HELPER"], "-t", "-c", path, check=False)
    equal(started.stderr.decode().endswith(" error: " + said), True)
    equal(tested.stderr.decode(), said)
    equal([started.returncode, tested.returncode], [1, 1])


@story("-t and the start warn of what a reload cannot read: {0}",
       ("helper.conf", STAGE + "/changed.conf"),
       ("a CA", "/etc/stssl/client-ca.pem"),
       ("revocation lists", "/etc/stssl/lists.d"))
def closed_file(_, what):
    os.makedirs("/etc/stssl/lists.d", exist_ok=True)
    revocation_list("/etc/stssl/lists.d/ca.crl", 3600)
    path, _ = changed_conf(
        "client-ca   =",
        'client-crl = { "/etc/stssl/lists.d" }\nclient-ca   =')
    with open(path, "a") as file:
        file.write('status-socket = "/run/stssl/other.sock"\n')
    said = (f' warning: {what}: Permission denied, as user "stssl": '
            "a reload fails\n")
    start = len(log("helper.log"))
    with closed(what):
        done = run(os.environ["HELPER"], "-t", "-c", path, "--log=stderr")
        equal(done.stderr.decode().endswith(said), True)
        helper = Helper(path)
        await_that(lambda: said in since("helper.log", start), "the warning")
        helper.process.send_signal(signal.SIGHUP)
        await_that(lambda: "not reloaded: " in since("helper.log", start),
                   "the error")
    equal("Permission denied\n" in since("helper.log", start), True)
    equal(helper.stop(), 0)


@story("-t warns of identities that the helper's user cannot read")
def closed_identities():
    classes = "/etc/stssl/filed.conf"
    with open(classes, "w") as file:
        file.write('class "all" { ssl = optional  login = either  '
                   'identity = file }\n')
    path, _ = changed_conf("workers = 2",
                           f'workers = 2\nclasses = "{classes}"')
    os.makedirs("/etc/stssl/identities", exist_ok=True)
    with closed("/etc/stssl/identities"):
        done = run(os.environ["HELPER"], "-t", "-c", path, "--log=stderr")
    equal(done.stderr.decode().endswith(
        " warning: /etc/stssl/identities: Permission denied: users with "
        "identities there will be refused\n"), True)


@story("-t warns of a backend whose port any local user may take")
def open_backend():
    path, line = changed_conf("127.0.0.1:221", "127.0.0.1:2121")
    done = run(os.environ["HELPER"], "-t", "-c", path, "--log=stderr")
    equal(f" warning: {path}:{line}: backend: any local user may take" in
          done.stderr.decode(), True)


@story("-V and an unknown option")
def options():
    run(os.environ["HELPER"], "-V")
    done = run(os.environ["HELPER"], "--no-such-option", check=False)
    equal(done.returncode, 1)


@story("an address that is taken: status 2, and it says which")
def address_taken():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = "127.0.0.1:%d" % taken.getsockname()[1]
        path, _ = changed_conf('"127.0.0.1:0"', f'"{address}"')
        done = run(os.environ["HELPER"], "-c", path, "--log=stderr",
                   check=False)
    equal(done.returncode, 2)
    equal(address in done.stderr.decode(), True)


@story("a status socket where others can write is told")
def socket_for_all():
    start = len(log("helper.log"))
    place = STAGE + "/for-all"
    os.mkdir(place)
    os.chmod(place, 0o777)
    path, _ = changed_conf("workers = 2", "workers = 1")
    with open(path, "a") as file:
        file.write(f'status-socket = "{place}/status.sock"\n')
    helper = Helper(path)
    await_that(lambda: f" error: status-socket {place}/status.sock: others "
               "can write there, or a link leads there: " in
               since("helper.log", start),
               "the error")
    helper.stop()


@story("what is revoked is refused, and with a list out of date all are")
def revocation():
    start = len(log("helper.log"))
    os.mkdir("/etc/stssl/crl.d")
    revocation_list("/etc/stssl/crl.d/ca.crl", 8, "acme-1")
    path, _ = changed_conf(
        "client-ca   =",
        'client-crl = { "/etc/stssl/crl.d" }\nclient-ca   =')
    with open(path, "a") as file:
        file.write('status-socket = "/run/stssl/other.sock"\n')
    helper = Helper(path)

    def refusal(user):
        ftp = connect(helper.address("ftp"), certificate=user)
        reply = ask(ftp, "USER " + user)
        ftp.close()
        return reply

    equal(refusal("acme-1"),
          "530 The certificate is not accepted: certificate revoked.")
    await_that(lambda: "revocation state is not known" in refusal("acme-2"),
               "the end of the list")
    await_that(lambda: "out of date since" in since("helper.log", start),
               "the log about it")
    equal(helper.stop(), 0)

    # With such a list it starts all the same: there are passwords, too.
    done = run(os.environ["HELPER"], "-t", "-c", path)
    equal("out of date since" in done.stderr.decode(), True)
    helper = Helper(path)
    equal("revocation state is not known" in refusal("acme-2"), True)
    ftp = connect(helper.address("ftp"))
    begins(ask(ftp, "USER alice"), "331")
    ftp.close()
    equal(helper.stop(), 0)


# As systemd starts it: sockets as descriptors 3 and up, and who they are for.
AS_SYSTEMD = """
exec 3<&"$1" && export LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=ftp
exec "$HELPER" -c "$2" --log=stderr
"""


class Systemd:
    """Holds a socket for helpers, and hears what they say of themselves."""

    def __init__(self):
        self.path, _ = changed_conf('"127.0.0.1:0", "[::1]:0"', "")
        with open(self.path, "a") as file:
            file.write('status-socket = "/run/stssl/other.sock"\n')
        self.front = socket.create_server(("127.0.0.1", 0))
        self.address = self.front.getsockname()
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(STAGE + "/notify")
        os.chmod(STAGE + "/notify", 0o666)
        self.notify.settimeout(PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.front.close()
        self.notify.close()
        os.unlink(STAGE + "/notify")

    @contextlib.contextmanager
    def helper(self):
        """One that serves the socket, and is stopped in the end."""
        number = self.front.fileno()
        helper = subprocess.Popen(
            ["sh", "-c", AS_SYSTEMD, "sh", str(number), self.path],
            env={**os.environ, "NOTIFY_SOCKET": STAGE + "/notify"},
            pass_fds=(number,), stderr=subprocess.DEVNULL)
        try:
            equal(b"READY=1" in self.notify.recv(4096), True)
            yield
            helper.send_signal(signal.SIGTERM)
            equal(b"STOPPING=1" in self.notify.recv(4096), True)
            equal(helper.wait(PATIENCE), 0)
        finally:
            helper.kill()


@story("a restart refuses no client where systemd holds the socket")
def restart():
    with Systemd() as systemd:
        for _ in range(3):
            # Nobody is there to accept them, yet.
            clients = [socket.create_connection(systemd.address, PATIENCE)
                       for _ in range(5)]
            with systemd.helper():
                for client in clients:
                    begins(client.makefile().readline(), "220")
                    client.close()


@story("sockets from systemd are served, and it is told how things are")
def systemd_sockets():
    with Systemd() as systemd, systemd.helper():
        ftp = connect(systemd.address, certificate="alice")
        ask(ftp, "NOOP")
        ftp.close()


@story("what another helper knows of its clients counts for nothing")
def two_helpers():
    # Both are in front of one vsftpd, whose module asks the first.
    first = Helper()
    with Systemd() as systemd, systemd.helper():
        ours = logged_in(first.address("ftp"), "acme-1", certificate="acme-1")
        theirs = connect(systemd.address, certificate="acme-1")
        begins(log_in(theirs, "acme-1"), "530")
        theirs.close()
        begins(ask(ours, "PWD"), "257")
        ours.quit()
    equal(first.stop(), 0)


if __name__ == "__main__":
    tell()
