# SPDX-License-Identifier: BSD-2-Clause
"""sshd, whose keys follow the settings that certificates follow."""

import os
import re
import shutil
import signal
import subprocess

from story import (PATIENCE, PKI, STAGE, Helper, Skipped, await_that, equal,
                   log, read, run, since, story, tell, write)

SSHD = shutil.which("sshd")
SSH = STAGE + "/ssh/"
KINDS = ("ed25519", "ecdsa-256", "ecdsa-384", "ecdsa-521", "rsa-2048")
# The recipes of README: PAM's auth with the key known, or the session alone.
BOTH, PLAIN, TWICE = 622, 623, 624
METHODS = {BOTH: "publickey,keyboard-interactive:pam", PLAIN: "any",
           TWICE: "publickey,publickey"}
RECIPES = [(port, METHODS[port]) for port in (BOTH, PLAIN)]
# Not on loopback, so that the helper is not asked.
OUTSIDE = "203.0.113.9"

CLASSES = """
class "keys" { user = { alice, bob }  ssh = accept  login = certificate }
class "either" { user = acme-1  ssh = accept  login = either }
class "both" { user = dora  ssh = accept  login = both }
class "tls" { user = robot  login = certificate  identity = { cn, file } }
class "password" { user = zoe  ssl = optional  login = password }
class "there" { user = acme-2  from = 203.0.113.0/24  ssh = accept }
"""
STACK = """
auth [success=done ignore=ignore default=die] {module} ssh
auth include common-auth
account include common-account
session requisite {module} ssh
session include common-session
{more}
"""
CONFIG = """
Port {port}
ListenAddress 127.0.0.1
ListenAddress 203.0.113.9
HostKey {ssh}host
PidFile none
UsePAM yes
AuthenticationMethods {methods}
AuthorizedKeysFile {ssh}%u.keys
TrustedUserCAKeys {ssh}ca.pub
AcceptEnv *
Subsystem sftp internal-sftp
PermitUserEnvironment no
MaxStartups 100
"""


def keygen(name, kind="ed25519"):
    """A new key; its public part."""
    kind, _, bits = kind.partition("-")
    run("ssh-keygen", "-q", "-t", kind, *(["-b", bits] if bits else []),
        "-N", "", "-C", name, "-f", SSH + name)
    return SSH + name + ".pub"


def enroll(user, *names):
    for name in names:
        run(os.environ["STSSLCTL"], "identity", "add", user,
            SSH + name + ".pub", "--shared")


def authorize(user, *names):
    write(SSH + user + ".keys", "".join(read(SSH + n + ".pub") for n in names))


def stack(more=""):
    write("/etc/pam.d/sshd",
          STACK.format(module=os.environ["MODULE"], more=more))


def start_sshd(port):
    text = CONFIG.format(port=port, ssh=SSH, methods=METHODS[port])
    path = f"{SSH}config-{port}"
    write(path, text)
    # Many fail on purpose; OpenSSH 9.8 began to mind.
    if b"persourcepenalties" in run(SSHD, "-T", "-f", path).stdout:
        write(path, text + "PerSourcePenalties no\n")
    subprocess.Popen([SSHD, "-D", "-f", path, "-E", STAGE + "/sshd.log"],
                     stdin=subprocess.DEVNULL)
    await_that(lambda: run("ss", "-Hltn", f"sport = :{port}").stdout, "sshd")


def set_up():
    os.makedirs("/etc/stssl/identities", 0o755)
    for directory in SSH, "/run/sshd":
        os.mkdir(directory, 0o755)
    write("/etc/stssl/classes.conf", CLASSES)
    stack()
    for name in "host", "ca", "stranger", "second":
        keygen(name)
    for kind in KINDS:
        keygen(kind, kind)
        # Not in authorized_keys: only the certificate is taken.
        signed = keygen(kind + "-signed", kind)
        run("ssh-keygen", "-q", "-s", SSH + "ca", "-I", "id", "-n",
            "alice,bob", signed)
        enroll("alice", kind, kind + "-signed")
    enroll("alice", "second")
    enroll("bob", "second")
    for user in "acme-1", "acme-2", "dora", "robot", "zoe":
        enroll(user, "ed25519")
        authorize(user, "ed25519", "stranger")
    authorize("alice", "stranger", "second", *KINDS)
    authorize("bob", "stranger", "second", *KINDS)
    write(SSH + "askpass", f"#!/bin/sh\necho >>{SSH}asked\n"
          "printf '%s\\n' \"$PASSWORD\"\n")
    os.chmod(SSH + "askpass", 0o755)
    for port in METHODS:
        start_sshd(port)


def sshd_is_needed():
    if not SSHD:
        raise Skipped("openssh-server is not installed")


if SSHD:
    set_up()


def client(program, keys, options=()):
    """A client that has these keys and no others."""
    sshd_is_needed()
    settings = ["IdentitiesOnly=yes", "StrictHostKeyChecking=no",
                "UserKnownHostsFile=/dev/null", "LogLevel=ERROR",
                "NumberOfPasswordPrompts=1", *options]
    return [program, "-F", "/dev/null",
            *(word for key in keys for word in ("-i", SSH + key)),
            *(word for setting in settings for word in ("-o", setting))]


def ssh(user, keys, *command, port=PLAIN, host=OUTSIDE, password="",
        options=(), env=None):
    write(SSH + "asked", "")
    return subprocess.run(
        [*client("ssh", keys, options), "-p", str(port), "-l", user, host,
         *command],
        env=dict(os.environ, SSH_ASKPASS=SSH + "askpass", HOME=STAGE,
                 SSH_ASKPASS_REQUIRE="force", PASSWORD=password, **env or {}),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, timeout=4 * PATIENCE)


def is_in(user, keys, **more):
    return ssh(user, keys, "cat hello", **more).stdout == b"hello %s\n" % (
        user.encode())


def said(start, word):
    """The module's last line of that word."""
    found = await_that(
        lambda: re.findall(rf"pam_stssl\(sshd:\w+\): {word} (.*)",
                           since("syslog", start)), word)
    return found[-1]


def attempt(user, keys, **more):
    """Whether the user is in, and the reason that the module gives."""
    start = len(log("syslog"))
    port = more.get("port", PLAIN)
    done = is_in(user, keys, **more)
    word = "login" if port == BOTH and not done else "session-open"
    line = said(start, word)
    return done, re.search(r"reason=(\S+)", line)[1]


@story("{1}: a key of the user's is enough, with a certificate of OpenSSH's or "
       "without", *((port, f"{kind}{end}, {METHODS[port]}")
                    for kind in KINDS for end in ("", "-signed")
                    for port in (BOTH, PLAIN)))
def enrolled(port, what):
    key = what.split(",")[0]
    equal(attempt("alice", [key], port=port), (True, "certificate"))
    equal(read(SSH + "asked"), "")


@story("{1}: another key that sshd would take is refused",
       *RECIPES)
def not_enrolled(port, _):
    equal(attempt("alice", ["stranger"], port=port), (False, "not-this-user"))
    equal(attempt("acme-1", ["stranger"], port=port,
                  password="acme-1's password"), (False, "not-this-user"))


@story("{1}: so is another user's", *RECIPES)
def of_another(port, _):
    equal(attempt("bob", ["rsa-2048-signed"], port=port),
          (False, "not-this-user"))
    equal(attempt("bob", ["ed25519"], port=port), (False, "not-this-user"))
    equal(attempt("bob", ["second"], port=port), (True, "certificate"))


@story("{1}: and every key in a class that does not take SSH for TLS",
       *RECIPES)
def without_ssh(port, _):
    equal(attempt("robot", ["ed25519"], port=port), (False, "tls-required"))


@story("{1}: the class is found by the client's address", *RECIPES)
def by_address(port, _):
    equal(attempt("acme-2", ["ed25519"], port=port), (True, "certificate"))
    equal(attempt("acme-2", ["ed25519"], port=port, host="127.0.0.1"),
          (False, "no-class"))


@story("key and password: both have to be right")
def both():
    equal(attempt("dora", ["ed25519"], port=BOTH,
                  password="dora's password"), (True, "and-password"))
    equal(is_in("dora", ["ed25519"], port=BOTH, password="wrong"), False)
    equal(attempt("dora", ["stranger"], port=BOTH,
                  password="dora's password"), (False, "not-this-user"))


@story("a key alone is no password, where the class wants one: {0}, {1}",
       ("dora", "ed25519"), ("zoe", "ed25519"), ("zoe", "stranger"))
def no_password(user, key):
    equal(attempt(user, [key]), (False, "no-password"))


@story("a password is one, by the method {0}", ("password",),
       ("keyboard-interactive",))
def by_password(method):
    only = {"options": ["PreferredAuthentications=" + method]}
    equal(attempt("zoe", [], password="zoe's password", **only),
          (True, "by-password"))
    equal(is_in("zoe", [], password="wrong", **only), False)
    equal(is_in("alice", [], password="alice's password", **only), False)


@story("a wrong password before the key makes it no better")
def wrong_password_first():
    for method in "password", "keyboard-interactive":
        order = {"password": "wrong", "options": [
            f"PreferredAuthentications={method},publickey"]}
        equal(attempt("zoe", ["stranger"], **order), (False, "no-password"))
        equal(attempt("acme-1", ["stranger"], **order),
              (False, "not-this-user"))
        equal(attempt("acme-1", ["ed25519"], **order), (True, "certificate"))


@story("of two keys, each has to be the user's")
def two_keys():
    equal(attempt("alice", ["ed25519", "rsa-2048"], port=TWICE),
          (True, "certificate"))
    for keys in ["ed25519", "stranger"], ["stranger", "ed25519"]:
        equal(attempt("alice", keys, port=TWICE), (False, "not-this-user"))


def forwards(key):
    """Through sshd to vsftpd, which greets."""
    with subprocess.Popen(
            [*client("ssh", [key]), "-p", str(PLAIN), "-l", "alice", "-W",
             "127.0.0.1:221", OUTSIDE],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL) as process:
        greeting = process.stdout.readline()
        process.kill()
    return greeting.startswith(b"220")


def fetches(key):
    done = subprocess.run(
        [*client("sftp", [key]), "-q", "-P", str(PLAIN),
         f"alice@{OUTSIDE}:hello", STAGE + "/fetched"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, timeout=4 * PATIENCE)
    return done.returncode == 0


@story("who is refused gets no {0} either", ("forwarding", forwards),
       ("sftp", fetches))
def nothing_else(_, works):
    equal([works("ed25519"), works("stranger")], [True, False])


@story("the client says nothing to the module: not by SendEnv, and not by "
       "~/.pam_environment")
def environment():
    key = " ".join(read(SSH + "ed25519.pub").split()[:2])
    write(STAGE + "/home/alice/.pam_environment",
          f"SSH_AUTH_INFO_0 DEFAULT=\"publickey {key}\\n\"\n")
    stack("session required pam_env.so user_readenv=1")
    equal(attempt("alice", ["stranger"], env={"SSH_AUTH_INFO_0":
                                              f"publickey {key}\n"},
                  options=["SendEnv=SSH_AUTH_INFO_0"]),
          (False, "not-this-user"))
    stack()


@story("the log has the client, the key and what was decided; the session, too")
def told():
    start = len(log("syslog"))
    done = ssh("alice", ["ed25519"], "env")
    entry = read("/etc/stssl/identities/alice")
    spki = re.search(rf"SSL_CLIENT_SPKI_SHA256=(\w+)", done.stdout.decode())[1]
    equal(f"spki-sha256:{spki}" in entry, True)
    equal(re.sub(r":\d+ user", ":PORT user", said(start, "session-open")),
          f'peer={OUTSIDE}:PORT user="alice" class="keys" verdict=accept '
          f"reason=certificate tls=SSH verify=SUCCESS spki={spki}")


@story("behind the helper its record counts, and the key does not")
def behind():
    helper = Helper()
    port = helper.address("ssh")[1]

    def through(name, user, *keys):
        shown = "" if name is None else (
            f" -cert {PKI}{name}.pem -key {PKI}{name}.key")
        return attempt(user, keys, port=BOTH, options=[
            # Without -nocommands, bytes that begin with Q would end it.
            f"ProxyCommand=openssl s_client -quiet -no_ign_eof -nocommands "
            f"-verify_quiet -connect 127.0.0.1:{port} -CAfile {PKI}ca.pem"
            f"{shown}"])

    equal(through("robot", "robot", "stranger"), (True, "certificate"))
    equal(through("alice", "robot", "ed25519"), (False, "not-this-user"))
    equal(through(None, "alice", "ed25519"), (False, "no-certificate"))
    equal(helper.stop(), 0)


@story("a helper that hangs keeps nobody out who does not come by loopback")
def hangs():
    start = len(log("helper.log"))
    helper = Helper()
    await_that(lambda: "info: ready" in since("helper.log", start), "ready")
    helper.process.send_signal(signal.SIGSTOP)
    equal(attempt("alice", ["ed25519"]), (True, "certificate"))
    equal(attempt("alice", ["ed25519"], host="127.0.0.1"), (False, "helper"))
    helper.process.send_signal(signal.SIGCONT)
    equal(helper.stop(), 0)
    equal(attempt("alice", ["ed25519"], host="127.0.0.1"),
          (True, "certificate"))


tell()
