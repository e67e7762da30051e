# SPDX-License-Identifier: BSD-2-Clause
"""What pam_stssl costs a login, and how that grows."""

import os
import shutil
import subprocess

import fronts
from machine import STAGE, TOP, await_that, listens, output

MODULE = os.environ.get("MODULE") or TOP + "/pam_stssl/.libs/pam_stssl.so"
LOGIN = TOP + "/tests/bench/login"
TURNS = 400


def classes(count):
    """The class that matches is the last."""
    path = fronts.write("login.conf", "".join(
        f'class "c{i}" {{ user = {{ "user-{i}-*" }} ssl = required '
        f'login = certificate identity = {{ "file" }} }}\n'
        for i in range(count - 1)) +
        'class "last" { ssl = required login = certificate '
        'identity = { "file" } }\n')
    return path


def identities(count):
    """Files for so many users, in memory; alice's is among them."""
    directory = "/etc/stssl/identities"
    shutil.rmtree(directory, ignore_errors=True)
    os.mkdir(directory, 0o755)
    print_of = output("openssl", "x509", "-noout", "-fingerprint", "-sha256",
                      "-in", STAGE + "/ecdsa-client.pem")
    line = "sha256:" + print_of.split("=")[1].strip().replace(":", "")
    for name in ["alice"] + [f"user{i}" for i in range(count - 1)]:
        fd = os.open(f"{directory}/{name}", os.O_WRONLY | os.O_CREAT, 0o644)
        os.write(fd, line.encode() + b"\n")
        os.close(fd)


def stack(name, lines):
    os.makedirs(STAGE + "/pam.d", exist_ok=True)
    fronts.write("pam.d/" + name, lines)


def login(service, held):
    with subprocess.Popen([LOGIN, STAGE + "/pam.d", service, "alice",
                           str(TURNS), str(fronts.LOGIN)], text=True,
                          stdout=subprocess.PIPE) as process:
        await_that(lambda: listens(fronts.LOGIN), "the login listens")
        with held(fronts.LOGIN_FRONT, 1, *(f"{STAGE}/ecdsa-client.{end}"
                                           for end in ("pem", "key"))):
            text = process.stdout.read()
    return float(text.split("=")[1]) * 1e6


def measure(chosen, report, running, held):
    many = [10, 1000] if chosen.short else [
        10, 1000, min(10000, fronts.most_sessions())]
    for name in "permit", "stssl":
        stack(name, "auth required pam_permit.so\n" if name == "permit" else
              f"auth [success=done ignore=ignore default=die] {MODULE} "
              f"classes={STAGE}/login.conf\n"
              "auth required pam_deny.so\n")
    cases = [(n, 10, 10) for n in many] + [(10, 1000, 10)]
    if not chosen.short:
        cases.append((10, 10, 1000000))
    found = {}
    with running(["ours"]) as servers:
        for sessions, classed, enrolled in cases:
            classes(classed)
            identities(enrolled)
            key = f"{sessions}/{classed}/{enrolled}"
            with held(servers["ours"].port, sessions):
                for _ in range(chosen.rounds):
                    base = login("permit", held)
                    found.setdefault("pam_permit", []).append(base)
                    found.setdefault(key, []).append(login("stssl", held))
    found["ours"] = found["10/10/10"]
    report.table("time of pam_authenticate, by sessions/classes/enrolled",
                 "us", found)
