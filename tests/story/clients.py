# SPDX-License-Identifier: BSD-2-Clause
"""The clients that people have: each gets in, and moves files, both ways."""

import os
import re
import shutil

from ftp import Bytes
import libraries
import programs
from story import (PKI, STAGE, Helper, await_that, equal, home, log, read, run,
                   since, story, tell)

HELPER = Helper()
USER = "acme-1"
LIST = os.path.dirname(__file__) + "/CLIENTS"


def rsa_certificate(name):
    """The PEM reader of NSS knows only RSA's keys."""
    run("openssl", "genrsa", "-traditional", "-out", f"{PKI}{name}.key",
        "2048")
    run("certtool", "--generate-certificate", "--outfile",
        f"{PKI}{name}.pem", "--load-privkey", f"{PKI}{name}.key",
        "--load-ca-privkey", PKI + "ca.key", "--load-ca-certificate",
        PKI + "ca.pem", "--template", f"{PKI}{USER}.tmpl")


def made(name, size):
    path = f"{STAGE}/{name}"
    with open(path, "wb") as file:
        file.write(Bytes(size).read(0))
    return path


def clients():
    """The table of CLIENTS: name, TLS, reply to a certificate, resumes."""
    lines = read(LIST).splitlines()
    start = next(number for number, line in enumerate(lines)
                 if line.startswith("---")) + 1
    return [line.split()[:4]
            for line in lines[start:lines.index("", start)]]


REPLIES = {"232": ["232"], "331": ["331"], "either": ["232", "331"],
           "none": []}


def rows():
    """Implicit TLS makes no difference to sessions or replies: fewer cases."""
    for name, kinds, replies, resumes in clients():
        for tls in ["explicit", "implicit"] if kinds == "both" else [kinds]:
            few = tls == "implicit"
            proofs = ["certificate, " + reply for reply in REPLIES[replies]]
            for proof in (proofs[:1] if few else proofs) + ["password"]:
                yield name, tls, proof, "prefer"
                if resumes == "yes" and not few:
                    yield name, tls, proof, "resumed"


@story("{0}, {1} TLS, with the {2}, data-session = {3}: listing, download and "
       "upload", *rows())
def matrix(name, tls, proof, level):
    kind = getattr(programs, name, None) or getattr(libraries, name)
    proof, _, reply = proof.partition(", ")
    certificate = "rsa" if kind is programs.CurlNss else USER
    start = len(log("helper.log"))
    client = kind(HELPER.address(f"{tls}-{level}-{reply or 232}"), tls, USER,
                  certificate if proof == "certificate" else None)
    path = made("upload", 300000)
    listing, hello = client.tour(path)
    equal("hello" in listing, True)
    equal(hello, b"hello acme-1\n")
    if client.uploads:
        equal(programs.slurp(home(USER, "sent")) == programs.slurp(path),
              True)
        os.unlink(home(USER, "sent"))
    client.quit()
    seen = await_that(lambda: re.findall(r"protocol=(\S+)",
                                         since("helper.log", start)),
                      "the log says which TLS it was")
    equal(set(seen), {"TLSv1.2" if client.certificate == "rsa" else "TLSv1.3"})


@story("Perl's put_unique learns the name that the server has chosen")
def unique():
    client = libraries.Perl(HELPER.address("ftp"), "explicit", USER, USER)
    path = made("unique", 1000)
    names = client.session("unique", path, "unique", path).decode().split()
    equal(len(set(names)), 2)
    for name in names:
        equal(programs.slurp(home(USER, name)), programs.slurp(path))
        os.unlink(home(USER, name))


def many(folder, count):
    """Small files, no two of them alike, the first one empty."""
    os.mkdir(folder)
    everything = Bytes(count * count // 2).read(0)
    for number in range(count):
        with open(f"{folder}/file-{number + 1:03}", "wb") as file:
            file.write(everything[:number])
        everything = everything[number:]
    return folder


def contents(folder):
    return {name: programs.slurp(f"{folder}/{name}")
            for name in os.listdir(folder)}


# curl pauses for 200 ms now and then, on a busy machine at every upload.
@story("{1} small files by {0} over one connection: all whole, there and back",
       ("curl", 100, programs.Curl, [
           "--upload-file {there}/file-[001-100] {url}many/",
           "--ignore-content-length --output {back}/file-#1"
           " {url}many/file-[001-100]"]),
       ("lftp", 500, programs.Lftp, [
           "mput -O many {there}/*", "mget -O {back} many/*"]))
def many_files(_, count, kind, commands):
    there, back = many(STAGE + "/there", count), STAGE + "/back"
    os.mkdir(back)
    os.mkdir(home(USER, "many"))
    os.chmod(home(USER, "many"), 0o777)
    start = len(log("vsftpd.log"))
    client = kind(HELPER.address("ftp"), "explicit", USER, USER)
    for command, arrived in zip(commands, (home(USER, "many"), back)):
        line = command.format(there=there, back=back, url=client.url(""))
        client.run(*line.split() if kind is programs.Curl else [line])
        equal(contents(arrived), contents(there))
    equal(since("vsftpd.log", start).count("OK LOGIN"), 2)
    for folder in there, back, home(USER, "many"):
        shutil.rmtree(folder)


if __name__ == "__main__":
    rsa_certificate("rsa")
    tell()
