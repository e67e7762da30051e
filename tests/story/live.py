# SPDX-License-Identifier: BSD-2-Clause
"""stsslctl who, kick and metrics, asked of a helper with sessions."""

import json
import os
import re
import ssl
import subprocess

from ftp import connect, fetch, logged_in, store
from story import (CONF, PKI, Helper, await_that, begins, equal, log, run,
                   since, story, tell)

CTL = os.environ["STSSLCTL"]
# A user who may ask the helper, and no more.
READER = "mail"
with open(CONF) as file:
    TEXT = file.read()
with open(CONF, "w") as file:
    file.write(f'status-users = {{ "{READER}" }}\nstatus-group = "{READER}"\n'
               + TEXT)
HELPER = Helper()
GONE = (ConnectionError, EOFError, ssl.SSLError)


def ctl(*arguments, status=0, user=None):
    """What stsslctl prints."""
    command = [CTL, *arguments]
    if user:
        command = ["setpriv", "--reuid", user, "--regid", user,
                   "--clear-groups", *command]
    done = run(*command, check=False)
    equal((done.returncode, done.stdout if done.returncode != status else b""),
          (status, b""))
    return done.stdout.decode()


def sessions(**more):
    return json.loads(ctl("who", "--json", **more))["sessions"]


def counted(name):
    """The value of a sample of the metrics."""
    found = re.search("^" + re.escape(name) + r" (\d+)$", ctl("metrics"),
                      re.MULTILINE)
    return int(found.group(1)) if found else 0


@story("nobody is there: an empty list, status 0")
def nobody():
    equal(ctl("who"), "")
    equal(sessions(), [])


@story("who tells of each session what helper and module know")
def who():
    alice = logged_in(HELPER.address("ftp"), "alice", certificate="alice")
    bob = logged_in(HELPER.address("ftps"), "bob", tls="implicit")
    clear = connect(HELPER.address("ftp"), tls=None)
    seen = {s["port"]: s for s in await_that(
        lambda: len(sessions()) == 3 and sessions(), "three sessions")}
    ports = [ftp.sock.getsockname()[1] for ftp in (alice, bob, clear)]
    first, second, third = (seen[port] for port in ports)
    equal([first[k] for k in ("user", "class", "verdict", "reason", "data",
                              "tls", "verify", "certificate", "listener")],
          ["alice", "guests", "accept", "certificate", "any", "TLSv1.3",
           "SUCCESS", "CN=alice,O=Acme", "ftp"])
    equal([second[k] for k in ("user", "verdict", "reason", "verify",
                               "listener")],
          ["bob", "password", "by-password", "NONE", "ftps"])
    equal([third[k] for k in ("user", "verdict", "tls", "address")],
          [None, None, None, "127.0.0.1"])
    equal(all(0 <= s["age"] < 60 for s in seen.values()), True)
    lines = ctl("who").splitlines()
    equal(len(lines), 3)
    equal(any(' user="alice" ' in line for line in lines), True)
    for ftp in alice, bob, clear:
        ftp.close()
    await_that(lambda: sessions() == [], "all have left")


@story("who tells how many bytes came and went, data connections included")
def traffic():
    before = counted('stssl_traffic_bytes_total{direction="in"}')
    ftp = logged_in(HELPER.address("ftp"), "bob")
    store(ftp, "traffic", 300000)
    fetch(ftp, "traffic")
    await_that(lambda: [s for s in sessions() if s["in"] > 300000 and
                        s["out"] > 300000], "both directions")
    ftp.close()
    await_that(lambda: sessions() == [], "it has left")
    after = counted('stssl_traffic_bytes_total{direction="in"}')
    equal(300000 < after - before < 400000, True)


@story("what a short session moved is counted when it ends")
def short():
    name = 'stssl_traffic_bytes_total{direction="out"}'
    before = counted(name)
    ftp = logged_in(HELPER.address("ftp"), "bob")
    fetch(ftp, "traffic")
    ftp.close()
    await_that(lambda: sessions() == [], "it has left")
    equal(300000 < counted(name) - before < 400000, True)


@story("kick ends that session, and no other")
def kick():
    start = len(log("helper.log"))
    first = logged_in(HELPER.address("ftp"), "alice", certificate="alice")
    other = logged_in(HELPER.address("ftp"), "bob")
    victim = [s["session"] for s in sessions() if s["user"] == "alice"]
    equal(len(victim), 1)
    ctl("kick", victim[0])
    try:
        begins(first.getmultiline(), "421 Ended by the administrator.")
    except GONE:
        pass
    await_that(lambda: [s["user"] for s in sessions()] == ["bob"],
               "the session is gone")
    equal(other.voidcmd("NOOP")[:3], "200")
    ctl("kick", victim[0], status=1)
    equal(f"kicked session={victim[0]} by uid=0" in since("helper.log", start),
          True)
    other.close()
    await_that(lambda: sessions() == [], "all have left")


# As pam_stssl says it, from a daemon that is not root's.
REPORT = r"""
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.connect("/run/stssl/status.sock")
s.send(("STSSL_VERSION=1\0STSSL_ASK=verdict\0STSSL_SESSION=" + sys.argv[1] +
        "\0STSSL_SERVICE=vsftpd\0STSSL_USER=root\0STSSL_CLASS=guests\0"
        "STSSL_VERDICT=accept\0STSSL_REASON=certificate\0"
        "STSSL_DATA=any\0").encode())
print(s.recv(65536).decode().split("\0")[1])
"""


@story("{0} may list and count, but neither kick, pardon, reload nor decide",
       ("a user of status-users",), ("the helper's user",))
def rights(who):
    user = READER if "status" in who else "stssl"
    start = len(log("helper.log"))
    ftp = logged_in(HELPER.address("ftp"), "bob")
    found = sessions(user=user)
    equal([s["user"] for s in found], ["bob"])
    equal("stssl_sessions" in ctl("metrics", user=user), True)
    ctl("kick", found[0]["session"], status=2, user=user)
    ctl("pardon", "192.0.2.7", status=2, user=user)
    ctl("reload", status=2, user=user)
    said = run("setpriv", "--reuid", user, "--regid", user, "--clear-groups",
               "python3", "-c", REPORT, found[0]["session"])
    equal(said.stdout.decode().strip(), "STSSL_RESULT=denied")
    equal("user=\"root\"" in since("helper.log", start), False)
    equal("reloaded" in since("helper.log", start), False)
    equal(sessions()[0]["user"], "bob")
    equal(ftp.voidcmd("NOOP")[:3], "200")
    ctl("who", status=2, user="65534")
    ftp.close()
    await_that(lambda: sessions() == [], "all have left")


@story("metrics are OpenMetrics, and count")
def metrics():
    accepted = counted("stssl_accepted_total")
    good = counted('stssl_verdicts_total{verdict="accept",'
                   'reason="certificate"}')
    handshakes = counted('stssl_handshakes_total{tls="TLSv1.3"}')
    refused = counted('stssl_refusals_total{reason="tls-required"}')
    logins = counted('stssl_logins_total{class="guests",verdict="accept"}')
    ftp = logged_in(HELPER.address("ftp"), "alice", certificate="alice")
    clear = connect(HELPER.address("ftp"), tls=None)
    begins(refuse(clear, "acme-x"), "530")
    # Once by auth, once by account.
    equal(counted('stssl_verdicts_total{verdict="accept",'
                  'reason="certificate"}'), good + 2)
    equal(counted('stssl_logins_total{class="guests",verdict="accept"}'),
          logins + 1)
    equal(counted('stssl_backend_up{listener="ftp"}'), 1)
    equal(counted("stssl_accepted_total"), accepted + 2)
    equal(counted('stssl_handshakes_total{tls="TLSv1.3"}'), handshakes + 1)
    equal(counted('stssl_refusals_total{reason="tls-required"}'), refused + 1)
    equal(counted('stssl_sessions{listener="ftp",tls="TLSv1.3"}'), 1)
    equal(counted('stssl_sessions{listener="ftp",tls="none"}'), 1)
    equal(counted('stssl_sessions{listener="ftps",tls="TLSv1.3"}'), 0)
    shape(ctl("metrics"))
    equal("# TYPE stssl_accepted_total counter\n" in
          ctl("metrics", "--plain"), True)
    ftp.close()
    clear.close()


def refuse(ftp, user):
    ftp.putcmd("USER " + user)
    return ftp.getmultiline()


def shape(text):
    """The rules of OpenMetrics that concern us."""
    lines = text.split("\n")
    equal(lines[-2:], ["# EOF", ""])
    kinds, helped = {}, set()
    for line in lines[:-2]:
        if line.startswith("# TYPE "):
            name, kind = line[7:].split(" ")
            equal(name in kinds, False)
            kinds[name] = kind
        elif line.startswith("# UNIT "):
            equal(line.split(" ")[2] == list(kinds)[-1] and
                  line.split(" ")[2].endswith("_" + line.split(" ")[3]), True)
        elif line.startswith("# HELP "):
            helped.add(line[7:].split(" ")[0])
        else:
            found = re.fullmatch(
                r'([a-z_]+)(\{[a-z_]+="[^"\\]*"(,[a-z_]+="[^"\\]*")*\})? \d+',
                line)
            equal(bool(found), True)
            name = found.group(1)
            kind = re.search("(_total|_info)?$", name).group(0)
            family = name[:-len(kind)] if kind else name
            equal(family, list(kinds)[-1])
            equal(kinds[family], {"_total": "counter", "_info": "info",
                                  "": "gauge"}[kind])
    equal(helped, set(kinds))


@story("what this stage runs on has no mistake")
def check():
    equal(ctl("check"), "")
    equal(ctl("check", "--pam", "vsftpd"), "")
    with open("/etc/pam.d/vsftpd") as file:
        stack = file.read()
    with open("/etc/pam.d/wrong", "w") as file:
        file.write(re.sub(r"\[success=done.*?\]", "sufficient", stack))
    equal("leaves to the password whom" in
          ctl("check", "--pam", "wrong", status=1), True)


@story("explain says what the login then comes to")
def explain():
    ftp = logged_in(HELPER.address("ftp"), "alice", certificate="alice")
    seen = [s for s in sessions() if s["user"] == "alice"][0]
    told = json.loads(ctl(
        "explain", "--json", "--user", "alice", "--service", "vsftpd",
        "--from", "127.0.0.1", "--certificate", PKI + "/alice.pem"))
    for key in "class", "verdict", "reason", "data", "certificate", "verify":
        equal(told[key], seen[key])
    ftp.close()
    await_that(lambda: sessions() == [], "it has left")


@story("whoever orders a reload is answered, also while one is on its way")
def at_once():
    def order():
        many = [subprocess.Popen([CTL, "reload"], stderr=subprocess.PIPE)
                for _ in range(8)]
        return [one.communicate()[1].decode() for one in many]

    equal(order(), [""] * 8)
    with open(CONF) as file:
        before = file.read()
    try:
        with open(CONF, "w") as file:
            file.write("colour = 1\n" + before)
        for answer in order():
            begins(answer, "stsslctl: not reloaded: " + CONF + ":1:")
    finally:
        with open(CONF, "w") as file:
            file.write(before)
    equal(order(), [""] * 8)


@story("a helper that is not there is no answer")
def absent():
    ctl("who", "--socket", "/run/stssl/nothing.sock", status=2)
    ctl("metrics", "--socket", "/run/stssl/nothing.sock", status=2)
    ctl("kick", "1", "--socket", "/run/stssl/nothing.sock", status=2)
    ctl("kick", "nonsense", status=2)


tell()
