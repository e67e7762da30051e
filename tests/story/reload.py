# SPDX-License-Identifier: BSD-2-Clause
"""New files and a new configuration while sessions run."""

import os
import re
import select
import shutil
import threading
import time

from ftp import (Bytes, ask, connect, fetch, log_in, logged_in, password_of,
                 store)
from story import (CONF, PKI, Helper, await_that, begins, equal, hash_of, home,
                   log, read, reload, revocation_list, run, since, story, tell,
                   write)

HELPER = Helper()
FTP = HELPER.address("ftp")
SERVER = "/etc/stssl/server.pem"
KEY = "/etc/stssl/server.key"


class Changed:
    """helper.conf with `old` replaced, for as long as this lasts."""

    def __init__(self, old, new):
        self.before = read(CONF)
        assert old in self.before
        write(CONF, self.before.replace(old, new))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        write(CONF, self.before)
        equal(reload(), "")


def make_certificate(name):
    """Another certificate of the server's, in the PKI directory."""
    os.chdir(PKI)
    run("certtool", "--generate-privkey", "--key-type=ecdsa",
        "--curve=secp256r1", "--outfile", name + ".key")
    run("certtool", "--generate-certificate", "--load-privkey",
        name + ".key", "--load-ca-privkey", "ca.key",
        "--load-ca-certificate", "ca.pem", "--template", "server.tmpl",
        "--outfile", name + ".pem")


def shown():
    """The certificate that a new client is shown."""
    return connect(FTP).sock.getpeercert(binary_form=True)


def der(name):
    return run("openssl", "x509", "-in", PKI + name + ".pem", "-outform",
               "DER").stdout


@story("a new configuration holds for new clients, old sessions go on")
def new_configuration():
    old = logged_in(FTP)
    with Changed('service  = "vsftpd"\n', 'service  = "vsftpd"\n'
                 'client-certificate = require\n'):
        equal(reload(), "")
        equal("hello" in old.nlst(), True)
        try:
            ask(connect(FTP), "NOOP")
            equal("a client without a certificate", "refused")
        except (OSError, EOFError):
            pass
        equal("hello" in logged_in(FTP, certificate="alice").nlst(), True)
    equal("hello" in old.nlst(), True)
    equal("hello" in logged_in(FTP).nlst(), True)


# How the server's certificate is made, and what is said of it.
BAD = (("expired", {"activation_date": "2020-01-01 00:00:00 UTC",
                    "expiration_date": "2021-01-01 00:00:00 UTC"},
        ' error: /etc/stssl/server.pem: "CN=localhost" has expired on '),
       ("early", {"activation_date": "2100-01-01 00:00:00 UTC",
                  "expiration_date": "2101-01-01 00:00:00 UTC"},
        ' error: /etc/stssl/server.pem: "CN=localhost" is not valid before '),
       ("short", {"expiration_days": None},
        ' warning: /etc/stssl/server.pem: "CN=localhost" expires on '))


def make_dated(name, dates):
    """make_certificate() with other dates; no days is 20 of them."""
    days = "expiration_days = 365"
    template = read(PKI + "server.tmpl")
    assert days in template
    lines = "".join(f'{key} = "{value}"\n' if value else f"{key} = 20\n"
                    for key, value in dates.items())
    write(PKI + "server.tmpl", template.replace(days, lines))
    make_certificate(name)
    write(PKI + "server.tmpl", template)


def install(name):
    write(SERVER, read(PKI + name + ".pem"))
    write(KEY, read(PKI + name + ".key"))


def shown_to_all():
    """The certificate that is shown to a client that believes any."""
    done = run("openssl", "s_client", "-starttls", "ftp", "-connect",
               "%s:%d" % FTP, data=b"", check=False)
    return run("openssl", "x509", "-outform", "DER",
               data=done.stdout).stdout


@story("a server certificate that is {0} is used, and told by -t and the log",
       *BAD)
def bad_certificate(how, dates, line):
    before = read(SERVER), read(KEY)
    make_dated(how, dates)
    try:
        start = len(log("helper.log"))
        install(how)
        equal(reload(), "")
        equal(line in since("helper.log", start), True)
        done = run(os.environ["HELPER"], "-t", "-c", CONF, "--log=stderr")
        equal(line in done.stderr.decode(), True)
        equal(shown_to_all(), der(how))
    finally:
        write(SERVER, before[0])
        write(KEY, before[1])
        reload()


@story("a server certificate that ends while the helper runs is told then")
def ending():
    before = read(SERVER), read(KEY)
    end = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(time.time() + 4))
    make_dated("ending", {"expiration_date": end})
    try:
        start = len(log("helper.log"))
        install("ending")
        equal(reload(), "")
        await_that(lambda: BAD[0][2] in since("helper.log", start), "its end")
    finally:
        write(SERVER, before[0])
        write(KEY, before[1])
        reload()


def keyholders():
    """Those that are there, in use or not."""
    found = re.findall(r"keyholder (\d+): has the keys", log("helper.log"))
    return set(map(int, found)) & set(HELPER.processes())


@story("a transfer that runs over a reload is finished whole")
def transfer():
    start = len(log("helper.log"))
    ftp = logged_in(FTP)
    worker = int(re.findall(r"worker\[(\d+)\]: info: tls session=",
                            since("helper.log", start))[-1])
    source = Paused(200 << 20)
    sender = threading.Thread(
        target=ftp.storbinary, args=("STOR over", source, Bytes.CHUNK))
    sender.start()
    source.half.wait()
    # The helper may notice by itself, too, what the last story has changed.
    others = set(HELPER.processes()[1:]) - keyholders() - {worker}
    try:
        equal(reload(), "")
        await_that(lambda: len(others & set(HELPER.processes())) == 1,
                   "the ends of all old ones but its verifier's")
        await_that(lambda: len(keyholders()) == 2, "a new keyholder, and that "
                   "of the old worker")
        equal(worker in HELPER.processes(), True)
    finally:
        source.go.set()
    sender.join()
    equal(hash_of(home("alice", "over")), source.hash.hexdigest())
    equal(fetch(ftp, "over"), source.hash.hexdigest())
    ftp.quit()
    await_that(lambda: worker not in HELPER.processes() and
               not others & set(HELPER.processes()) and len(keyholders()) == 1,
               "the ends of the old worker, its verifier and its keyholder")


class Paused(Bytes):
    """Stops in the middle until it may go on."""

    def __init__(self, size):
        super().__init__(size)
        self.middle = size // 2
        self.half, self.go = threading.Event(), threading.Event()

    def read(self, size):
        if self.left <= self.middle and not self.half.is_set():
            self.half.set()
            self.go.wait()
        return super().read(size)


@story("a new certificate and its key are noticed, and taken together")
def new_certificate():
    make_certificate("server-2")
    start = len(log("helper.log"))
    write(SERVER, read(PKI + "server-2.pem"))
    write(KEY, read(PKI + "server-2.key"))
    await_that(lambda: shown() == der("server-2"), "the new certificate")
    equal("not reloaded" in since("helper.log", start), False)


@story("a link that points to another certificate is noticed")
def new_link():
    shutil.copy(PKI + "server.pem", "/etc/stssl/server-1.pem")
    shutil.copy(PKI + "server.key", "/etc/stssl/server-1.key")
    shutil.chown("/etc/stssl/server-1.key", group="stssl")
    os.chmod("/etc/stssl/server-1.key", 0o640)
    for kind in "pem", "key":
        os.symlink("server-1." + kind, "/etc/stssl/new")
        os.rename("/etc/stssl/new", "/etc/stssl/server." + kind)
    await_that(lambda: shown() == der("server"), "the certificate")


@story("what is faulty is told with its line, and the old goes on: {0}",
       ("half a file",), ("a key of another certificate",),
       ("an unknown key",), ("another address",), ("faulty classes",))
def faulty(what):
    faults = {
        "half a file": (CONF, lambda text: text[:len(text) // 2],
                        "helper.conf:"),
        "a key of another certificate": (
            KEY, lambda text: read(PKI + "ca.key"), "helper.conf:6: "),
        "an unknown key": (CONF, lambda text: "colour = 1\n" + text,
                           'helper.conf:1: "colour" is no key here'),
        "another address": (
            CONF, lambda text: text.replace("127.0.0.1:0", "127.0.0.2:0"),
            "listen: names and addresses: changed, which needs a restart"),
        "faulty classes": ("/etc/stssl/classes.conf",
                           lambda text: text + "colour = 1\n",
                           "classes.conf:"),
    }
    path, spoil, message = faults[what]
    before = read(path)
    await_that(lambda: len(HELPER.processes()) == 9,
               "old workers' ends, and new advisors")
    workers = HELPER.processes()
    try:
        write(path, spoil(before))
        why = reload()
        begins(why, "stsslctl: not reloaded: ")
        equal(message in why, True)
        await_that(lambda: HELPER.processes() == workers,
                   "the processes that there were")
        begins(ask(connect(FTP), "NOOP"), "530")
    finally:
        write(path, before)
    equal(reload(), "")
    equal("hello" in logged_in(FTP).nlst(), True)


def lasting(name, seconds):
    """Another certificate of NAME's, good for so many seconds."""
    end = time.strftime("%Y-%m-%d %H:%M:%S UTC",
                        time.gmtime(time.time() + seconds))
    template = PKI + name + "-short.tmpl"
    write(template, f'cn = "{name}"\nsigning_key\ntls_www_client\n'
                    f'expiration_date = "{end}"\n')
    run("certtool", "--generate-certificate", "--load-privkey",
        PKI + name + ".key", "--load-ca-privkey", PKI + "ca.key",
        "--load-ca-certificate", PKI + "ca.pem", "--template", template,
        "--outfile", PKI + name + "-short.pem")
    shutil.copy(PKI + name + ".key", PKI + name + "-short.key")


def is_over(ftp):
    """Whether the session has been ended for its certificate."""
    if not select.select([ftp.sock], [], [], 0)[0]:
        return False
    begins(ftp.getmultiline(), "421 Your certificate is not good any more")
    return True


@story("who lives by a certificate ends with it: {0}",
       ("revoked",), ("revoked, on-revocation = log",), ("expired",))
def ended(how):
    crl = "/etc/stssl/crl.pem"
    revocation_list(crl, 3600)
    keys = f'client-crl = {{ "{crl}" }}\n'
    if how.endswith("log"):
        keys += "on-revocation = log\n"
    start = len(log("helper.log"))
    name = "acme-1"
    if how == "expired":
        name = "acme-1-short"
    with Changed("client-ca   =", keys + "client-ca   ="):
        equal(reload(), "")
        if how == "expired":
            # Time enough to log in, on a busy machine, too.
            lasting("acme-1", 12)
        by_certificate = logged_in(FTP, "acme-1", certificate=name)
        not_yet = connect(FTP, certificate=name)
        by_password = connect(FTP, certificate=name)
        equal(log_in(by_password, "alice", password_of("alice")), "password")
        other = logged_in(FTP, "acme-2", certificate="acme-2")
        if how != "expired":
            revocation_list(crl, 3600, "acme-1")
        await_that(lambda: since("helper.log", start).count(
            " reason=" + how.split(",")[0] + " action=") == 2, "the notice")
        if how.endswith("log"):
            ask(not_yet, "NOOP")
            equal("hello" in by_certificate.nlst(), True)
        else:
            await_that(lambda: is_over(by_certificate), "the end")
            await_that(lambda: is_over(not_yet), "its end, too")
        begins(ask(by_password, "NOOP"), "200")
        equal("hello" in other.nlst(), True)


@story("who comes to an old worker with a certificate revoked since ends, too")
def late():
    crl = "/etc/stssl/crl.pem"
    revocation_list(crl, 3600)
    with Changed("client-ca   =",
                 f'client-crl = {{ "{crl}" }}\nclient-ca   ='):
        equal(reload(), "")
        ftp = connect(FTP, tls="later", certificate="acme-1")
        start = len(log("helper.log"))
        revocation_list(crl, 3600, "acme-1")
        await_that(lambda: ": reloaded" in since("helper.log", start),
                   "the new list")
        ftp.auth()
        equal(log_in(ftp, "acme-1"), "certificate")
        await_that(lambda: is_over(ftp), "the end")


@story("stsslctl reload says what came of it")
def by_stsslctl():
    tool = os.environ["builddir"] + "/stsslctl/stsslctl"
    done = run(tool, "reload", check=False)
    equal((done.returncode, done.stdout, done.stderr), (0, b"", b""))
    before = read(CONF)
    try:
        write(CONF, "colour = 1\n" + before)
        done = run(tool, "reload", check=False)
        equal(done.returncode, 1)
        begins(done.stderr.decode(), "stsslctl: not reloaded: " + CONF + ":1:")
    finally:
        write(CONF, before)
    equal(run(tool, "reload", "--socket", "/nowhere",
              check=False).returncode, 2)


@story("fifty reloads with sessions coming and going lose none, and nothing")
def many():
    files = f"/proc/{HELPER.process.pid}/fd"
    await_that(lambda: len(HELPER.processes()) == 9,
               "old workers' ends, and new advisors")
    before = len(os.listdir(files))
    stop, failures, count = threading.Event(), [], []

    def come_and_go():
        while not stop.is_set():
            try:
                ftp = logged_in(FTP)
                equal(store(ftp, f"many-{len(count)}", 100000),
                      fetch(ftp, f"many-{len(count)}"))
                ftp.quit()
                count.append(1)
            except Exception as error:
                failures.append(repr(error))

    client = threading.Thread(target=come_and_go)
    client.start()
    try:
        for _ in range(50):
            equal(reload(), "")
    finally:
        stop.set()
        client.join()
    equal(failures, [])
    equal(len(count) > 0, True)
    await_that(lambda: len(HELPER.processes()) == 9, "old workers' ends")
    await_that(lambda: len(os.listdir(files)) <= before,
               "as many descriptors as before")


tell()
