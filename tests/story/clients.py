# SPDX-License-Identifier: BSD-2-Clause
"""The clients that people have: each gets in, and moves files, both ways."""

import os
import shutil

import programs
from story import (Helper, PKI, STAGE, Bytes, equal, home, log, run, since,
                   story, tell)

HELPER = Helper()
USER = "acme-1"
CLIENTS = [programs.Curl, programs.CurlGnutls, programs.CurlNss,
           programs.Lftp, programs.Wget, programs.Ftplib, programs.Openssl,
           programs.Gnutls]


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


@story("{0}, {1} TLS, with the {2}: listing, download and upload",
       *[(client.__name__, tls, proof, client) for client in CLIENTS
         for tls in ("explicit", "implicit")
         for proof in ("certificate", "password")])
def matrix(_, tls, proof, kind):
    address = HELPER.address("ftp" if tls == "explicit" else "ftps")
    certificate = "rsa" if kind is programs.CurlNss else USER
    client = kind(address, tls, USER,
                  certificate if proof == "certificate" else None)
    equal("hello" in client.list(), True)
    equal(client.get("hello"), b"hello acme-1\n")
    if client.put is not None:
        path = made("upload", 300000)
        client.put(path, "sent")
        equal(programs.slurp(home(USER, "sent")) == programs.slurp(path),
              True)
        os.unlink(home(USER, "sent"))
    client.quit()


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
