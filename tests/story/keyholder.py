# SPDX-License-Identifier: BSD-2-Clause
"""Private keys: who has them, who signs with them, and who does not."""

import ftplib
import functools
import os
import re
import signal
import socket
import ssl
import subprocess
import time

from ftp import ask, connect, fetch, logged_in
from keybytes import knows
from story import (CONF, PATIENCE, PKI, STAGE, Helper, await_that, begins,
                   equal, hash_of, home, log, run, since, story, tell)

KEY = "/etc/stssl/server.key"
CERTIFICATE = "/etc/stssl/server.pem"
HELPER = Helper()
FTP, FTPS = HELPER.address("ftp"), HELPER.address("ftps")
# A worker waits so long for a signature.
PATIENT = 2
VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)
PIN = "73911937"
SOFTHSM = "/usr/lib/softhsm/libsofthsm2.so"


def read(path, mode="r"):
    with open(path, mode) as file:
        return file.read()


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


# Memory


@story("nobody but the keyholder has a byte run of the key: {0}",
       ("ecdsa",), ("rsa",))
def alone(kind):
    helper = serving(*make(kind))
    for version in VERSIONS:
        for _ in range(4):
            shake(helper.address("ftp"), version)
    keyholder = helper.keyholder()
    equal(keyholder is not None, True)
    others = set(helper.processes()) - {keyholder}
    equal(len(others) >= 4, True)
    equal([pid for pid in others if knows(pid, PKI + kind + ".key")], [])
    equal(knows(keyholder, PKI + kind + ".key"), True)
    equal(helper.stop(), 0)


@story("the keyholder's memory is for nobody of its user, nor for a core file")
def locked():
    pid = HELPER.keyholder()
    limits = read(f"/proc/{pid}/limits")
    equal(re.search(r"Max core file size\s+0 +0 ", limits) is not None, True)
    done = run("setpriv", "--reuid", "stssl", "--regid", "stssl",
               "--clear-groups", "cat", f"/proc/{pid}/maps", check=False)
    equal(done.returncode, 1)


# Kinds of keys

KINDS = {
    "rsa": ("--key-type=rsa", "--bits=2048"),
    "rsa-pss": ("--key-type=rsa-pss", "--bits=2048", "--hash=sha256"),
    "ecdsa": ("--key-type=ecdsa", "--curve=secp256r1"),
    "ecdsa-384": ("--key-type=ecdsa", "--curve=secp384r1"),
    "ed25519": ("--key-type=ed25519",),
}


def certify(kind, *key):
    """A certificate of the server's for a key, PKI/KIND.pem."""
    run("certtool", "--generate-certificate", *key, "--load-ca-privkey",
        PKI + "ca.key", "--load-ca-certificate", PKI + "ca.pem", "--template",
        PKI + "server.tmpl", "--outfile", f"{PKI}{kind}.pem")


def make(kind):
    """A key and its certificate, for the helper's configuration."""
    key = f"{PKI}{kind}.key"
    run("certtool", "--generate-privkey", *KINDS[kind], "--outfile", key)
    os.chmod(key, 0o640)
    os.chown(key, 0, 61000)
    certify(kind, "--load-privkey", key)
    return f"{PKI}{kind}.pem", key


def configuration(certificate, key):
    """Another helper.conf, with a status socket of its own."""
    path = f"{STAGE}/keyholder.conf"
    text = read(CONF).replace(CERTIFICATE, certificate).replace(KEY, key)
    write(path, 'status-socket = "/run/stssl/other.sock"\n' + text)
    return path


def serving(certificate, key):
    return Helper(configuration(certificate, key))


def shake(address, version, *ciphers):
    """One handshake; the session's description."""
    ftp = connect(address, version=version)
    ask(ftp, "NOOP")
    found = ftp.sock.version()
    ftp.close()
    return found


def shakes(address):
    """Whether there is one; a new keyholder, when busy, may take a while."""
    try:
        return shake(address, VERSIONS[1])
    except ftplib.error_temp:
        return False


@story("handshakes are signed with every kind of key: {0}",
       *((kind,) for kind in KINDS))
def kinds(kind):
    helper = serving(*make(kind))
    for version, name in zip(VERSIONS, ("TLSv1.2", "TLSv1.3")):
        equal(shake(helper.address("ftp"), version), name)
        equal(shake(helper.address("ftp"), version), name)
    equal(helper.stop(), 0)


# RFC 8446's names.
SCHEMES = {"RSA": "rsa_pkcs1", "RSA-PSS": "rsa_pss_rsae"}


@story("RSA keys sign both ways in TLS 1.2: {0}",
       ("RSA+SHA256",), ("RSA+SHA384",), ("RSA+SHA512",), ("RSA-PSS+SHA256",),
       ("RSA-PSS+SHA384",), ("RSA-PSS+SHA512",))
def both_ways(algorithm):
    helper = serving(*make("rsa"))
    host, port = helper.address("ftps")
    done = run("openssl", "s_client", "-connect", f"{host}:{port}", "-tls1_2",
               "-sigalgs", algorithm, "-CAfile", PKI + "ca.pem",
               "-verify_return_error", data=b"").stdout.decode()
    equal("Cipher is ECDHE-RSA" in done, True)
    kind, digest = algorithm.split("+")
    found = re.search("Peer signature type: (.*)\n", done)[1]
    # OpenSSL's names, until 3.4 and from 3.5 on.
    equal(found in (kind, f"{SCHEMES[kind]}_{digest.lower()}"), True)
    equal("Peer signing digest: " + digest in done, True)
    equal(helper.stop(), 0)


# Two certificates of one name: what OpenSSL's client says that it can verify.
BOTH = "RSA-PSS+SHA256:RSA+SHA256:ECDSA+SHA256"
RSA = "RSA-PSS+SHA256:RSA+SHA256"


@story("{0}, {1} first: a client that verifies {3} gets {4}, name: {2}",
       *((version, first, name, algorithms, kind)
         for version in ("tls1_2", "tls1_3") for first in ("rsa", "ecdsa")
         for name in ("-noservername", "-servername=localhost")
         for algorithms, kind in ((BOTH, "ecdsa"), (RSA, "rsa"))))
def two_certificates(version, first, name, algorithms, kind):
    order = first, {"rsa": "ecdsa", "ecdsa": "rsa"}[first]
    pairs = [both_kinds()[one] for one in order]
    helper = serving(*('", "'.join(files) for files in zip(*pairs)))
    host, port = helper.address("ftps")
    shown = run("openssl", "s_client", "-connect", f"{host}:{port}",
                "-" + version, *name.split("="), "-sigalgs", algorithms,
                "-CAfile", PKI + "ca.pem", "-verify_return_error",
                data=b"").stdout.decode()
    equal("Verify return code: 0 (ok)" in shown, True)
    seen = re.search("Peer signature type: (.*)\n", shown)[1]
    equal(seen.lower().startswith(kind), True)
    equal(helper.stop(), 0)


@functools.cache
def both_kinds():
    return {kind: make(kind) for kind in ("rsa", "ecdsa")}


# Tokens


def make_token():
    """A token with a key of the server's; its URL, with the PIN."""
    directory = STAGE + "/softhsm"
    os.makedirs(directory + "/tokens")
    write("/etc/softhsm/softhsm2.conf",
          f"directories.tokendir = {directory}/tokens\n"
          "objectstore.backend = file\nlog.level = ERROR\n")
    os.chmod("/etc/softhsm", 0o755)
    os.chmod("/etc/softhsm/softhsm2.conf", 0o644)
    run("softhsm2-util", "--init-token", "--free", "--label", "server",
        "--so-pin", "4321", "--pin", PIN)
    run("p11tool", "--provider", SOFTHSM, "--login", "--set-pin", PIN,
        "--generate-privkey=ecdsa", "--curve=secp256r1", "--label=server",
        "--outfile", PKI + "token.pub", "pkcs11:token=server")
    run("chown", "-R", "stssl:stssl", directory)
    return "pkcs11:token=server;object=server;type=private?pin-value="


@story("a key in a token signs, and its PIN is told to nobody")
def token():
    url = make_token()
    certify("token", "--load-pubkey", PKI + "token.pub")
    helper = serving(PKI + "token.pem", url + PIN)
    for version in VERSIONS:
        for _ in range(4):
            shake(helper.address("ftp"), version)
    with_token = [pid for pid in helper.processes()
                  if "libsofthsm2" in read(f"/proc/{pid}/maps")]
    equal(with_token, [helper.keyholder()])
    os.kill(helper.keyholder(), signal.SIGKILL)
    await_that(helper.keyholder, "another keyholder")
    await_that(lambda: shakes(helper.address("ftp")), "a handshake")
    equal(helper.stop(), 0)
    equal(PIN in log("helper.log"), False)


@story("a token that does not open is an error with its line")
def wrong_pin():
    url = "pkcs11:token=server;object=server;type=private?pin-value=9999"
    said = refusal(configuration(PKI + "token.pem", url))
    begins(said, f"{STAGE}/keyholder.conf:7: ")
    equal("9999" in said, False)


@story("a key that is root's alone is read by who starts, and stays in use")
def roots():
    certificate, key = make("ecdsa")
    os.chown(key, 0, 0)
    os.chmod(key, 0o600)
    path = configuration(certificate, key)
    run(os.environ["HELPER"], "-t", "-c", path)
    helper = serving(certificate, key)
    shake(helper.address("ftp"), VERSIONS[1])
    os.kill(helper.keyholder(), signal.SIGKILL)
    await_that(helper.keyholder, "another keyholder")
    await_that(lambda: shakes(helper.address("ftp")), "a handshake")
    start = len(log("helper.log"))
    helper.process.send_signal(signal.SIGHUP)
    await_that(lambda: "reloaded" in since("helper.log", start), "a reload")
    equal("not reloaded" in since("helper.log", start), False)
    shake(helper.address("ftp"), VERSIONS[1])
    for pid in helper.processes()[1:]:
        equal([fd for fd in os.listdir(f"/proc/{pid}/fd")
               if os.readlink(f"/proc/{pid}/fd/{fd}") == key], [])
    equal(helper.stop(), 0)


# Errors


def refusal(path):
    """What a helper that does not start says; the exit status is 1."""
    done = subprocess.run(
        [os.environ["HELPER"], "-c", path, "--log=stderr"],
        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=PATIENCE,
        check=False)
    equal(done.returncode, 1)
    lines = [line for line in done.stderr.decode().splitlines()
             if "error" in line]
    equal(len(lines), 1)
    return lines[0].split("error: ", 1)[1]


@story("a key that is {0} is an error with its line, also for -t",
       ("missing",), ("another certificate's",), ("half a file",))
def wrong(what):
    certificate, key = make("ecdsa")
    if what == "missing":
        os.unlink(key)
    elif what == "half a file":
        write(key, read(key)[:len(read(key)) // 2])
    else:
        write(key, read(PKI + "ca.key"))
    path = configuration(certificate, key)
    said = refusal(path)
    begins(said, path + ":7: ")
    done = run(os.environ["HELPER"], "-t", "-c", path, check=False)
    equal(done.returncode, 1)
    equal(done.stderr.decode().strip(), said)
    equal(os.path.exists("/run/stssl/other.sock"), False)


# Death


@story("the keyholder is killed: transfers run on, and it is replaced at once")
def killed():
    ftp = logged_in(FTP)
    running = ftp.transfercmd("STOR over")
    running.sendall(b"x" * 100000)
    for _ in range(3):
        old = HELPER.keyholder()
        os.kill(old, signal.SIGKILL)
        begins(ask(connect(FTP), "NOOP"), "530")
        begins(ask(connect(FTPS, tls="implicit"), "NOOP"), "530")
        await_that(lambda: HELPER.keyholder() not in (None, old), "a new one")
        # One that dies early is replaced later: let it be of age.
        born = time.monotonic()
        await_that(lambda: time.monotonic() - born > 1, "a second")
    running.sendall(b"x" * 100000)
    running.unwrap()
    running.close()
    begins(ftp.getmultiline(), "226")
    equal(fetch(ftp, "over"), hash_of(home("alice", "over")))
    ftp.quit()


@story("a handshake waits for the keyholder, then fails with a proper alert")
def stopped():
    ftp = logged_in(FTP)
    running = ftp.transfercmd("STOR over")
    running.sendall(b"x" * 100000)
    keyholder = HELPER.keyholder()
    os.kill(keyholder, signal.SIGSTOP)
    # Who answered less than 50 ms ago is taken to be there.
    time.sleep(0.1)
    try:
        start = time.monotonic()
        try:
            connect(FTPS, tls="implicit")
            equal("a handshake", "impossible")
        except ssl.SSLError as error:
            equal("INTERNAL_ERROR" in str(error), True)
        equal(time.monotonic() - start >= PATIENT, True)
        running.sendall(b"x" * 100000)
    finally:
        os.kill(keyholder, signal.SIGCONT)
    running.unwrap()
    running.close()
    begins(ftp.getmultiline(), "226")
    await_that(attempt, "handshakes again")


@story("AUTH TLS is refused while there is no keyholder")
def no_auth():
    keyholder = HELPER.keyholder()
    os.kill(keyholder, signal.SIGSTOP)
    try:
        with socket.create_connection(FTP, PATIENCE) as client:
            lines = client.makefile("rwb", buffering=0)
            begins(lines.readline().decode(), "220")
            lines.write(b"AUTH TLS\r\n")
            begins(lines.readline().decode(), "431 TLS is not available.")
            lines.write(b"USER alice\r\n")
            begins(lines.readline().decode(), "331")
    finally:
        os.kill(keyholder, signal.SIGCONT)
    await_that(attempt, "handshakes again")


def attempt():
    try:
        begins(ask(connect(FTP), "NOOP"), "530")
        begins(ask(connect(FTPS, tls="implicit"), "NOOP"), "530")
        return True
    except (OSError, EOFError, AssertionError):
        return False


@story("a keyholder that cannot start again is tried again, ever more slowly")
def no_spinning():
    start = len(log("helper.log"))
    old = HELPER.keyholder()
    before = read(KEY)
    write(KEY, "")
    try:
        os.kill(old, signal.SIGKILL)
        await_that(lambda: since("helper.log", start).count(
            "helper.conf:6: ") >= 3, "three attempts")
        equal(HELPER.keyholder(), None)
    finally:
        write(KEY, before)
    await_that(HELPER.keyholder, "a keyholder")
    await_that(attempt, "handshakes again")


tell()
