# SPDX-License-Identifier: BSD-2-Clause
"""FTP clients that people use, all with the same handle.

Each class is a client that logs in as a user, with a certificate (then it
knows no password) or with the password, and can list, get and put.  It raises
an exception when its program says that anything has gone wrong.
"""

import ctypes
import os
import re
import subprocess
import sys

from ftp import logged_in, password_of
from story import PATIENCE, PKI, STAGE, Skipped, begins, equal, run

CA = PKI + "ca.pem"


def slurp(path):
    with open(path, "rb") as file:
        return file.read()


class Client:
    """What all have in common; `tls` is "explicit" or "implicit"."""

    uploads = True

    def __init__(self, address, tls, user, certificate=None):
        self.host, self.port = address
        if ":" in self.host:
            self.host = f"[{self.host}]"
        self.tls, self.user, self.certificate = tls, user, certificate
        self.scheme = "ftp" if tls == "explicit" else "ftps"
        self.password = "" if certificate else password_of(user)
        self.start()

    def start(self):
        """Whatever is to be done before the first command."""

    def quit(self):
        """The end; for programs that end after each command there is none."""

    def tour(self, path):
        """List, fetch `hello`, and store a file, if it can, as "sent".

        Returns the listing, and what was in `hello`.
        """
        seen = self.list(), self.get("hello")
        if self.uploads:
            self.put(path, "sent")
        return seen

    def url(self, name):
        return f"{self.scheme}://{self.host}:{self.port}/{name}"

    def pair(self, certificate, key):
        """Two options that name certificate and key, or none."""
        if self.certificate is None:
            return []
        return [certificate + f"{PKI}{self.certificate}.pem",
                key + f"{PKI}{self.certificate}.key"]


class Curl(Client):
    """The curl of the command line, with OpenSSL."""

    protection = ["--ssl-reqd"]

    def run(self, *arguments):
        return run("curl", "--silent", "--show-error", *self.protection,
                   "--cacert", CA, "--max-time", str(4 * PATIENCE),
                   "--user", f"{self.user}:{self.password}",
                   *(word for option in self.pair("--cert ", "--key ")
                     for word in option.split()), *arguments).stdout

    def list(self):
        return self.run("--list-only", self.url("")).decode()

    def get(self, name):
        return self.run(self.url(name))

    def put(self, path, name):
        self.run("--upload-file", path, self.url(name))


class Libcurl(Client):
    """libcurl by itself; all that it does goes over one connection."""

    library = None
    options = []

    def run(self, *words):
        run(sys.executable, os.path.dirname(__file__) + "/libcurl.py",
            self.library, "use-ssl=3", "cainfo=" + CA,
            f"timeout={4 * PATIENCE}", f"userpwd={self.user}:{self.password}",
            *self.pair("cert=", "key="), *self.options, *words)

    def fetch(self, *words):
        path = STAGE + "/libcurl"
        self.run("to=" + path, *words, "go")
        return slurp(path)

    def list(self):
        return self.fetch("names=1", "url=" + self.url("")).decode()

    def get(self, name):
        return self.fetch("url=" + self.url(name))

    def put(self, path, name):
        self.run("from=" + path, "url=" + self.url(name), "go")


class CurlGnutls(Libcurl):
    """The libcurl that GnuTLS is in: git's, and many programs' besides."""

    library = "libcurl-gnutls.so.4"


class CurlNss(Libcurl):
    """The libcurl with NSS, the browsers' TLS.

    What reads PEM files for NSS knows RSA only, and not the kind of
    signature that TLS 1.3 wants.
    """

    library = "libcurl-nss.so.4"

    def start(self):
        try:
            ctypes.CDLL(self.library)
        except OSError as error:
            raise Skipped(f"no {self.library}: Debian 12 is the last release "
                          "with libcurl3-nss") from error
        tls_1_2 = 6
        if self.certificate:
            self.options = [f"version={tls_1_2 << 16 | tls_1_2}"]


class Lftp(Client):
    """lftp, with GnuTLS."""

    options = []

    def run(self, *commands):
        return run("lftp", "--norc", "-c", "; ".join([
            "set net:max-retries 1", f"set net:timeout {PATIENCE}",
            "set ssl:ca-file " + CA, "set ssl:verify-certificate yes",
            "set ftp:ssl-force yes", "set ftp:ssl-protect-data yes",
            "set cmd:fail-exit yes",
            *self.pair("set ssl:cert-file ", "set ssl:key-file "),
            *self.options,
            f'open -u "{self.user},{self.password or "none"}"'
            f' -p {self.port} {self.scheme}://{self.host}',
            *commands, "bye"])).stdout

    def list(self):
        return self.run("nlist", "ls").decode()

    def get(self, name):
        return self.run("cat " + name)

    def put(self, path, name):
        self.run(f"put {path} -o {name}")


class Wget(Client):
    """wget, with GnuTLS; it has no uploads."""

    uploads = False

    def run(self, url):
        return run("wget", "--quiet", "--output-document=-", "--tries=1",
                   f"--timeout={PATIENCE}", "--ca-certificate=" + CA,
                   "--user=" + self.user,
                   "--password=" + (self.password or "none"),
                   *self.pair("--certificate=", "--private-key="),
                   *(["--ftps-implicit"] if self.tls == "implicit" else []),
                   url).stdout

    def url(self, name):
        return f"ftps://{self.host}:{self.port}/{name}"

    def list(self):
        return self.run(self.url("")).decode()

    def get(self, name):
        return self.run(self.url(name))


class Ftplib(Client):
    """Python's own, with OpenSSL."""

    def start(self):
        self.ftp = logged_in((self.host, self.port), self.user, self.tls,
                             certificate=self.certificate)

    def list(self):
        lines = []
        self.ftp.retrlines("LIST", lines.append)
        return "\n".join(lines + self.ftp.nlst())

    def get(self, name):
        parts = []
        begins(self.ftp.retrbinary("RETR " + name, parts.append), "226")
        return b"".join(parts)

    def put(self, path, name):
        with open(path, "rb") as file:
            begins(self.ftp.storbinary("STOR " + name, file), "226")

    def quit(self):
        begins(self.ftp.quit(), "221")


class Typed(Client):
    """Somebody who types FTP into a program that does TLS and no more."""

    def command(self, port, starttls):
        """The program's command line."""
        raise NotImplementedError

    def popen(self, port, starttls=False):
        return subprocess.Popen(self.command(port, starttls),
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL)

    def start(self):
        self.control = self.popen(self.port, self.tls == "explicit")
        if self.tls == "implicit":
            begins(self.reply(), "220")
        begins(self.ask("USER " + self.user),
               "232" if self.certificate else "331")
        if not self.certificate:
            begins(self.ask("PASS " + self.password), "230")
        begins(self.ask("PBSZ 0"), "200")
        begins(self.ask("PROT P"), "200")

    def ask(self, line):
        self.control.stdin.write(line.encode() + b"\r\n")
        self.control.stdin.flush()
        return self.reply()

    def reply(self):
        """The last line of a reply, after whatever else is in the way."""
        while True:
            line = self.control.stdout.readline().decode()
            if line == "" or re.match(r"\d{3} ", line):
                return line

    def transfer(self, command, data=None):
        port = re.search(r"\|\|\|(\d+)\|", self.ask("EPSV")).group(1)
        with self.popen(int(port)) as other:
            begins(self.ask(command), "150")
            # Either ends when its input does, even before it has read all.
            seen = b"" if data else other.stdout.read()
            other.communicate(data, timeout=PATIENCE)
        begins(self.reply(), "226")
        equal(other.returncode, 0)
        return seen

    def list(self):
        return self.transfer("LIST").decode()

    def get(self, name):
        return self.transfer("RETR " + name)

    def put(self, path, name):
        self.transfer("STOR " + name, slurp(path))

    def quit(self):
        begins(self.ask("QUIT"), "221")
        self.control.stdin.close()
        equal(self.control.wait(PATIENCE), 0)


class Openssl(Typed):
    """openssl s_client."""

    def command(self, port, starttls):
        return ["openssl", "s_client", "-quiet", "-nocommands",
                "-no_ign_eof", "-verify_return_error", "-CAfile", CA,
                *(word for option in self.pair("-cert ", "-key ")
                  for word in option.split()),
                *(["-starttls", "ftp"] if starttls else []),
                "-connect", f"{self.host}:{port}"]


class Gnutls(Typed):
    """gnutls-cli."""

    def command(self, port, starttls):
        return ["gnutls-cli", "--x509cafile", CA, "--logfile", "/dev/null",
                *self.pair("--x509certfile=", "--x509keyfile="),
                *(["--starttls-proto=ftp"] if starttls else []),
                "--port", str(port), self.host]
