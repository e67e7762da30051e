# SPDX-License-Identifier: BSD-2-Clause
"""Courier's IMAP server, whose authdaemond calls PAM for it."""

import concurrent.futures
import imaplib
import os
import re
import subprocess

from backend import LOGINS, stack
from ftp import context
from story import (PATIENCE, Helper, Skipped, await_that, equal, home, log, run,
                   since, story, tell)

# Where bootstrap has unpacked it; it cannot be installed beside Dovecot.
FILES = os.environ["srcdir"] + "/.daemons"
SETTINGS = "set -a; . /etc/courier/authdaemonrc; . /etc/courier/imapd; exec "
LIBRARY = "/usr/lib/courier/"
IMAP = ("/usr/sbin/couriertcpd -address=127.0.0.1 -nodnslookup "
        f"-noidentlookup 143 {LIBRARY}courier/imaplogin /usr/bin/imapd Maildir")


def obstacle():
    """Why it cannot be played; "" when it is set up."""
    if not os.path.exists(FILES + "/usr/sbin/couriertcpd"):
        return "Courier is not there: ./bootstrap check gets it"
    # Its programs know where their files are.
    done = run("mount", "-t", "overlay", "overlay", "-o",
               f"lowerdir={FILES}/usr:/usr", "/usr", check=False)
    if done.returncode != 0:
        return "no overlay can be mounted"
    run("cp", "-a", FILES + "/etc/courier", "/etc/courier")
    run("install", "-d", "/run/courier/authdaemon")
    stack("imap")
    for user in "alice", "robot":
        run("install", "-d", "-o", user, "-g", user,
            *(home(user, "Maildir" + part)
              for part in ("", "/cur", "/new", "/tmp")))
    for command in LIBRARY + "courier-authlib/authdaemond", IMAP:
        subprocess.Popen(["sh", "-c", SETTINGS + command],
                         stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    await_that(lambda: os.path.exists("/run/courier/authdaemon/socket"),
               "authdaemond")
    await_that(lambda: run("ss", "-Hltn", "sport = :143").stdout, "couriertcpd")
    return ""


OBSTACLE = obstacle()
HELPER = None if OBSTACLE else Helper()


def connected(certificate, tls):
    if OBSTACLE:
        raise Skipped(OBSTACLE)
    if not tls:
        return imaplib.IMAP4("127.0.0.1", 143, timeout=PATIENCE)
    return imaplib.IMAP4_SSL("localhost", HELPER.address("imaps")[1],
                             ssl_context=context(certificate),
                             timeout=PATIENCE)


def logs_in(_, certificate, user, password, tls, __):
    client = connected(certificate, tls)
    try:
        return (client.login(user, password)[0] == "OK" and
                client.select()[0] == "OK")
    except imaplib.IMAP4.error:
        return False
    finally:
        client.shutdown()


# A failure is answered after five seconds: all at the same time.
with concurrent.futures.ThreadPoolExecutor(len(LOGINS)) as pool:
    OUTCOMES = {} if OBSTACLE else dict(zip(LOGINS, pool.map(
        lambda row: logs_in(*row), LOGINS)))


@story("courier: {0}: {5}", *LOGINS)
def login(*row):
    if OBSTACLE:
        raise Skipped(OBSTACLE)
    equal(OUTCOMES[row], row[-1] == "in")


@story("courier: account finds the session, too")
def account():
    start = len(log("syslog"))
    client = connected("alice", True)
    equal(client.login("alice", "x")[0], "OK")
    client.shutdown()
    words = re.findall(r"\): (\w+) (session=\w+) .*verdict=(\w+)",
                       since("syslog", start))
    equal([(word, verdict) for word, _, verdict in words],
          [("login", "accept"), ("account", "accept")])


tell()
