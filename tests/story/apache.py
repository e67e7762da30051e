# SPDX-License-Identifier: BSD-2-Clause
"""Apache with mod_authnz_pam: with prefork a process has one client."""

import base64
import http.client
import os
import shutil
import subprocess

from backend import (LOGINS, client_of, let_read_shadow, own_only, stack)
from ftp import connect, context, password_of
from story import (PATIENCE, STAGE, Helper, Skipped, await_that, equal, log,
                   run, since, story, tell, write)

USER = "www-data"
MODULES = "/usr/lib/apache2/modules/mod_"
CONFIGURATION = """
ServerRoot {home}
ServerName localhost
Listen 127.0.0.1:80
PidFile {home}/{mpm}.pid
Mutex file:{home} default
ErrorLog {home}/error.log
User www-data
Group www-data
LoadModule mpm_{mpm}_module {modules}mpm_{mpm}.so
LoadModule authn_core_module {modules}authn_core.so
LoadModule authz_core_module {modules}authz_core.so
LoadModule authz_user_module {modules}authz_user.so
LoadModule auth_basic_module {modules}auth_basic.so
LoadModule authnz_pam_module {modules}authnz_pam.so
DocumentRoot {home}/www
Timeout 300
KeepAliveTimeout 300
{more}
<Location />
    AuthType Basic
    AuthName "x"
    AuthBasicProvider PAM
    AuthPAMService apache
    Require valid-user
</Location>
"""
IS_THERE = os.path.exists(MODULES + "authnz_pam.so") and \
    shutil.which("apache2")


class Apache:
    """It, with some way of serving several clients."""

    def __init__(self, mpm, more=""):
        home = STAGE + "/apache"
        os.makedirs(home + "/www", exist_ok=True)
        write(home + "/www/index.html", "hello\n")
        write(home + "/conf", CONFIGURATION.format(
            home=home, mpm=mpm, more=more, modules=MODULES))
        self.process = subprocess.Popen(
            ["apache2", "-f", home + "/conf", "-DFOREGROUND"],
            # It signals its whole process group when it stops.
            stdin=subprocess.DEVNULL, start_new_session=True)
        await_that(lambda: run("ss", "-Hltn", "sport = :80").stdout, "Apache")

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE)


def apache_is_needed():
    if not IS_THERE:
        raise Skipped("libapache2-mod-authnz-pam is not installed")


if IS_THERE:
    let_read_shadow(USER)
    stack("apache")
    APACHE = [Apache("prefork")]
    HELPER = Helper()


def client(certificate, tls=True):
    apache_is_needed()
    if not tls:
        return http.client.HTTPConnection("127.0.0.1", 80, timeout=PATIENCE)
    return http.client.HTTPSConnection(
        "localhost", HELPER.address("https")[1], timeout=PATIENCE,
        context=context(certificate))


def get(connection, user, password):
    """The status, on a connection that stays open."""
    word = base64.b64encode(f"{user}:{password}".encode()).decode()
    connection.request("GET", "/index.html",
                       headers={"Authorization": "Basic " + word})
    answer = connection.getresponse()
    text = answer.read()
    equal(text == b"hello\n", answer.status == 200)
    return answer.status


@story("apache: {0}: {5}", *LOGINS)
def login(_, certificate, user, password, tls, outcome):
    connection = client(certificate, tls)
    equal(get(connection, user, password), 200 if outcome == "in" else 401)
    connection.close()


@story("apache: each request on a connection is judged by its own user")
def each_request():
    connection = client("alice")
    start = len(log("helper.log"))
    equal([get(connection, *login) for login in (
        ("alice", "x"), ("bob", "x"), ("robot", "x"),
        ("bob", password_of("bob")), ("alice", "x"))],
        [200, 401, 401, 200, 200])
    connection.close()
    text = since("helper.log", start)
    equal((text.count("info: tls session="),
           text.count(" verdict=accept reason=certificate ")), (1, 4))


@story("apache: twenty clients at once, each in a process of its own")
def many():
    users = 10 * ["alice", "bob"]
    clients = [client(user) for user in users]
    equal([get(c, user, "x") for c, user in zip(clients, users)], 20 * [200])
    equal([get(c, user, "x") for c, user in zip(clients, reversed(users))],
          20 * [401])
    for connection in clients:
        connection.close()


@story("apache: its user learns and reports about its own sessions only")
def own_sessions_only():
    apache_is_needed()
    web, ftp = client_of(HELPER, "https"), connect(HELPER.address("ftp"))
    # Only then has a process accepted it.
    web.sendall(b"GET / HTTP/1.1\r\n")
    own_only(USER, "https", 80)
    web.close()
    ftp.close()


@story("apache: with threads, two clients at a time are both refused")
def threads():
    apache_is_needed()
    APACHE.pop().stop()
    APACHE.append(Apache("worker", "StartServers 1\nServerLimit 1\n"
                         "ThreadsPerChild 5\nMaxRequestWorkers 5"))
    first = client("alice")
    equal(get(first, "alice", "x"), 200)
    second = client("bob")
    equal(get(second, "bob", "x"), 401)
    equal(get(first, "alice", "x"), 401)
    first.close()
    await_that(lambda: get(second, "bob", "x") == 200, "the first is gone")
    second.close()
    equal("connections of more than one client" in log("syslog"), True)


tell()
