# SPDX-License-Identifier: BSD-2-Clause
"""FTP libraries of other languages, with the handle of programs.py.

For each there is a small program in clients/, the way its users write it:

    PROGRAM explicit|implicit HOST PORT CA USER PASSWORD IDENTITY WORD...

IDENTITY is empty, or the path of a certificate and its key without ".pem" and
".key".  The words are done in one session: list, get NAME and put PATH NAME;
what comes is written to standard output.
"""

import os

from programs import CA, Client, slurp
from story import PATIENCE, PKI, Skipped, run

PROGRAMS = os.path.dirname(__file__) + "/clients/"
# Compiled by `make check-clients`.
BUILT = os.environ["builddir"] + "/tests/story/clients/"
# From npm, where Debian has none.
NODE_PATH = os.environ["srcdir"] + "/.clients/node_modules"


def wants(package, *probe):
    """Skips the case where `probe`, a command, says that something is missing.

    With STORY_CLIENTS set, as by `make check-clients`, that is a failure.
    """
    if run("env", *probe, check=False).returncode == 0:
        return
    text = f"no {package}: make check-clients, after ./bootstrap clients"
    if os.environ.get("STORY_CLIENTS"):
        raise AssertionError(text)
    raise Skipped(text)


class Library(Client):
    """A program of clients/."""

    program = package = probe = None

    def start(self):
        wants(self.package, *self.probe)

    def session(self, *words):
        return run(*self.program, self.tls, self.host, str(self.port), CA,
                   self.user, self.password or "none",
                   PKI + self.certificate if self.certificate else "",
                   *words).stdout

    def tour(self, path):
        """What came back of the file stands between the two."""
        seen = self.session("list", "put", path, "sent", "get", "sent",
                            "get", "hello")
        listing, _, rest = seen.partition(slurp(path))
        return listing.decode(), rest


class Perl(Library):
    """Net::FTP, with IO::Socket::SSL."""

    program = ["perl", PROGRAMS + "client.pl"]
    package = "libio-socket-ssl-perl"
    probe = ["perl", "-MIO::Socket::SSL", "-e", "1"]


class Php(Library):
    """PHP's own functions, with OpenSSL."""

    program = ["php", PROGRAMS + "client.php"]
    package = "php-cli"
    probe = ["php", "-r", "exit(function_exists('ftp_ssl_connect') ? 0 : 1);"]


class Ruby(Library):
    """Net::FTP, with OpenSSL."""

    program = ["ruby", PROGRAMS + "client.rb"]
    package = "ruby"
    probe = ["ruby", "-rnet/ftp", "-ropenssl", "-e", "1"]


class Node(Library):
    """basic-ftp, with OpenSSL."""

    node = ["env", "NODE_PATH=/usr/share/nodejs:" + NODE_PATH, "node"]
    program = [*node, PROGRAMS + "client.js"]
    package = "nodejs with basic-ftp"
    probe = [*node, "-e", 'require("basic-ftp")']


class Erlang(Library):
    """The application ftp, with Erlang's TLS."""

    erlang = ["env", "HOME=/run"]
    program = [*erlang, "escript", PROGRAMS + "client.escript"]
    package = "erlang-ftp"
    probe = [*erlang, "erl", "-noinput", "-eval",
             "halt(case code:which(ftp) of non_existing -> 1; _ -> 0 end)."]


class Go(Library):
    """jlaffaye/ftp, with Go's TLS, and its cache of sessions."""

    program = [BUILT + "client-go"]
    package = "golang-github-jlaffaye-ftp-dev and golang-go"
    probe = ["test", "-e", *program]


class Java(Library):
    """Apache Commons Net, with JSSE."""

    program = ["java", "-cp", BUILT + ":/usr/share/java/commons-net.jar",
               "Client"]
    package = "libcommons-net-java and default-jdk-headless"
    probe = ["test", "-e", BUILT + "Client.class"]

    def start(self):
        super().start()
        if self.certificate:
            path = PKI + self.certificate
            run("openssl", "pkcs12", "-export", "-in", path + ".pem",
                "-inkey", path + ".key", "-out", path + ".p12",
                "-passout", "pass:secret")


class Rclone(Client):
    """rclone: jlaffaye/ftp and Go's TLS again, as rclone has them.

    What Debian has does not show certificates to FTP servers, and believes
    those only who are believed on the whole machine.
    """

    def start(self):
        wants("rclone", "rclone", "version")
        secret = run("rclone", "obscure", self.password or "none").stdout
        self.options = [
            "--config", "", "--retries", "1", "--low-level-retries", "1",
            "--contimeout", f"{PATIENCE}s",
            "--ftp-host", self.host, "--ftp-port", str(self.port),
            "--ftp-user", self.user, "--ftp-pass", secret.decode().strip(),
            "--ftp-explicit-tls" if self.tls == "explicit" else "--ftp-tls"]

    def run(self, *words):
        return run("env", "SSL_CERT_FILE=" + CA, "rclone", *self.options,
                   *words).stdout

    def list(self):
        return self.run("lsf", ":ftp:").decode()

    def get(self, name):
        return self.run("cat", ":ftp:" + name)

    def put(self, path, name):
        self.run("copyto", path, ":ftp:" + name)
