# SPDX-License-Identifier: BSD-2-Clause
"""Exim, which is not root when it asks PAM; and what its user may not do."""

import os
import pwd
import shutil
import smtplib
import subprocess

from backend import (LOGINS, ORDERS, asked_by, client_of, home_of,
                     let_read_shadow, own_only, sessions, stack)
from ftp import connect, context, log_in, logged_in, password_of
from story import (CONF, PATIENCE, STAGE, Helper, Skipped, await_that, equal,
                   log, read, run, since, story, tell, write)

USER = "Debian-exim"
CONFIGURATION = """
primary_hostname = localhost
spool_directory = {home}
log_file_path = {home}/%s
local_interfaces = 127.0.0.1
daemon_smtp_ports = 465
tls_advertise_hosts =
auth_advertise_hosts = *
host_lookup =
rfc1413_query_timeout = 0s
acl_smtp_rcpt = rcpt
begin acl
rcpt:
  accept authenticated = *
  deny
begin routers
all:
  driver = redirect
  data = :blackhole:
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if pam{{$auth2:${{sg{{$auth3}}{{:}}{{::}}}}}}}}
  server_set_id = $auth2
"""
EXIM = shutil.which("exim4")


def start_exim():
    let_read_shadow(USER)
    stack("exim")
    write("/etc/exim4/exim4.conf",
          CONFIGURATION.format(home=home_of(USER, "exim")))
    subprocess.Popen([EXIM, "-bdf"], stdin=subprocess.DEVNULL)
    await_that(lambda: run("ss", "-Hltn", "sport = :465").stdout, "exim")


if EXIM:
    start_exim()
HELPER = Helper() if EXIM else None


def exim_is_needed():
    if not EXIM:
        raise Skipped("exim4 is not installed")


def attempt(certificate, user, password, source="127.0.0.1", tls=True):
    """How AUTH PLAIN is answered, and then RCPT."""
    exim_is_needed()
    if tls:
        client = smtplib.SMTP_SSL(
            "localhost", HELPER.address("smtps")[1], timeout=PATIENCE,
            context=context(certificate), source_address=(source, 0))
    else:
        client = smtplib.SMTP("127.0.0.1", 465, timeout=PATIENCE)
    with client:
        client.ehlo("localhost")
        client.user, client.password = user, password
        try:
            code = client.auth("PLAIN", client.auth_plain)[0]
        except smtplib.SMTPAuthenticationError as error:
            code = error.smtp_code
        client.mail("x@localhost")
        equal(client.rcpt("y@localhost")[0], 250 if code == 235 else 550)
    return code


# Its replies: a temporary failure, where PAM refuses for another reason than a
# wrong password.
REPLIES = {"in": 235, "wrong": 535, "refused": 435}


@story("exim: {0}: {5}", *LOGINS)
def login(_, certificate, user, password, tls, outcome):
    equal(attempt(certificate, user, password, tls=tls), REPLIES[outcome])


@story("exim, STARTTLS: {0}: {5}", *LOGINS[:-2])
def starttls(_, certificate, user, password, tls, outcome):
    """The helper's own refusal is 535, before Exim hears of it."""
    exim_is_needed()
    with smtplib.SMTP("localhost", HELPER.address("smtp")[1],
                      timeout=PATIENCE) as client:
        client.starttls(context=context(certificate))
        client.ehlo("localhost")
        client.user, client.password = user, password
        try:
            code = client.auth("PLAIN", client.auth_plain)[0]
        except smtplib.SMTPAuthenticationError as error:
            code = error.smtp_code
        equal(code, 235 if outcome == "in" else 535)
        client.mail("x@localhost")
        equal(client.rcpt("y@localhost")[0], 250 if code == 235 else 530)


@story("exim: its user's verdict is in the helper's log, with its uid")
def logged():
    exim_is_needed()
    uid = pwd.getpwnam(USER).pw_uid
    start = len(log("helper.log"))
    equal(attempt("alice", "alice", "x"), 235)
    lines = [line for line in since("helper.log", start).splitlines()
             if " login session=" in line]
    equal([" listener=smtps " in line and line.endswith(f" uid={uid}") and
           ' verdict=accept reason=certificate ' in line for line in lines],
          [True, True])


def both():
    """A client of Exim's and one of vsftpd's, neither logged in."""
    exim_is_needed()
    mail = client_of(HELPER, "smtps")
    equal(mail.recv(4), b"220 ")
    return mail, connect(HELPER.address("ftp"))


@story("taken over, a backend learns and reports about its own sessions only")
def own_sessions_only():
    mail, ftp = both()
    own_only(USER, "smtps", 465)
    # It is still nobody's, and everybody's to log in to.
    equal(log_in(ftp, "alice", password_of("alice")), "password")
    mail.close()
    ftp.close()


@story("taken over, a backend may not say: {0}", *ORDERS)
def orders(what, *more):
    mail, ftp = both()
    for session in sessions("smtps", "ftp"):
        session = session["session"]
        equal(asked_by(USER, "STSSL_ASK=" + what,
                       *(s.format(session) for s in more)), "denied")
    mail.close()
    ftp.close()


@story("other users do not even reach the socket")
def others():
    exim_is_needed()
    equal(asked_by("mail", "STSSL_ASK=list"), "no access")


@story("at vsftpd, which is root's, nothing has changed")
def root_as_ever():
    exim_is_needed()
    logged_in(HELPER.address("ftp"), certificate="alice").close()


def refused_with(conf):
    """What the module says to a good login with this helper.conf."""
    exim_is_needed()
    text = read(CONF)
    HELPER.stop()
    start = len(log("syslog"))
    try:
        write(CONF, conf)
        helper = Helper()
        with smtplib.SMTP_SSL("localhost", helper.address("smtps")[1],
                              timeout=PATIENCE,
                              context=context("alice")) as client:
            client.ehlo("localhost")
            client.user, client.password = "alice", "x"
            try:
                raise AssertionError(client.auth("PLAIN", client.auth_plain))
            except smtplib.SMTPAuthenticationError:
                pass
        helper.stop()
    finally:
        write(CONF, text)
    return since("syslog", start)


@story("a daemon that is not the backend-user is refused, and told the key: "
       "{0}",
       ("there is none", "query", "", ""),
       ("it may ask only", "report", "",
        f'status-users = {{ "{USER}" }} status-group = "{USER}"\n'),
       ("it is another", "query", 'backend-user = "mail"', ""))
def told(_, what, line, top):
    conf = top + read(CONF).replace(f'backend-user = "{USER}"', line)
    equal(f'error="{what}: the helper refuses to answer: backend-user' in
          refused_with(conf), True)


@story("where there are no ACLs, the log says that the user is not let in")
def no_acls():
    exim_is_needed()
    home = STAGE + "/no-acls"
    os.mkdir(home)
    # It keeps no attributes of files.
    run("mount", "-t", "ramfs", "-o", "mode=755", "ramfs", home)
    shutil.chown(home, "stssl", "stssl")
    path, start = STAGE + "/no-acls.conf", len(log("helper.log"))
    write(path, f'status-socket = "{home}/status.sock"\n' + read(CONF))
    helper = Helper(path)
    await_that(lambda: "info: ready" in since("helper.log", start), "ready")
    equal(helper.stop(), 0)
    equal("backend-user is not let in: Operation not supported" in
          since("helper.log", start), True)


@story("{0} is no backend-user, and that is told with file and line",
       ("nobody", "no-such-user", "no such name"),
       ("the helper's user", "stssl", "that is the helper's own user"))
def bad_user(_, name, why):
    exim_is_needed()
    path = STAGE + "/bad.conf"
    text = read(CONF)
    line = text[:text.find("backend-user")].count("\n") + 1
    write(path, text.replace(USER, name))
    done = run(os.environ["HELPER"], "-t", "-c", path, "--log=stderr",
               check=False)
    equal((done.returncode, done.stderr.decode()),
          (1, f'{path}:{line}: backend-user = "{name}": {why}\n'))


tell()
