# SPDX-License-Identifier: BSD-2-Clause
"""What pam_stssl costs a login, and how that grows."""

import os
import re
import subprocess

import fronts
from idle import held
from machine import GUARD, STAGE, TOP, account, await_that, listens, output
from rounds import growth, in_turns

MODULE = os.environ.get("MODULE") or TOP + "/pam_stssl/pam_stssl.so"
LOGIN = TOP + "/tests/bench/login"
FEW = 10


def classes(count, directory):
    """The class that matches is the last."""
    return fronts.write(f"login-{count}-{os.path.basename(directory)}.conf",
                        f'identities = "{directory}"\n' + "".join(
        f'class "c{i}" {{ user = {{ "user-{i}-*" }} ssl = required '
        f'login = certificate identity = {{ "file" }} }}\n'
        for i in range(count - 1)) +
        'class "last" { ssl = required login = certificate '
        'identity = { "file" } }\n')


def identities(count):
    """A directory with so many users' files, alice's among them.

    The others are names of one file, as a million of them would fill the
    memory; only the user's own is ever opened."""
    directory = f"{STAGE}/identities-{count}"
    if os.path.exists(directory):
        return directory
    os.mkdir(directory, 0o755)
    print_of = output("openssl", "x509", "-noout", "-fingerprint", "-sha256",
                      "-in", STAGE + "/ecdsa-client.pem")
    line = "sha256:" + print_of.split("=")[1].strip().replace(":", "")
    fronts.write(f"identities-{count}/alice", line + "\n")
    other = fronts.write("identity-of-others", "sha256:" + 64 * "0" + "\n")
    for i in range(count - 1):
        os.link(other, f"{directory}/user{i}")
    return directory


def stack(name, lines):
    os.makedirs(STAGE + "/pam.d", exist_ok=True)
    fronts.write("pam.d/" + name, lines)
    return name


def ours(classed, enrolled):
    """The name of a stack with so many classes and identity files."""
    path = classes(classed, identities(enrolled))
    return stack(f"stssl-{classed}-{enrolled}",
                 f"auth [success=done ignore=ignore default=die] {MODULE} "
                 f"classes={path}\n"
                 "auth required pam_deny.so\n")


# Keys of what login says, and what they are.
TIMES = {"all": "time from pam_start to pam_end",
         "authenticate": "time of pam_authenticate"}


def login(service, turns):
    """Microseconds of one, by the keys of TIMES."""
    with subprocess.Popen([LOGIN, STAGE + "/pam.d", service, "alice",
                           str(turns), str(fronts.LOGIN)], text=True,
                          stdout=subprocess.PIPE) as process:
        try:
            await_that(lambda: listens(fronts.LOGIN), "the login listens")
            with held(fronts.LOGIN_FRONT, 1,
                      *(f"{STAGE}/ecdsa-client.{end}"
                        for end in ("pem", "key"))):
                text = process.communicate(timeout=GUARD)[0]
        finally:
            process.kill()
    if process.returncode != 0:
        raise AssertionError(f"no logins with {service}")
    return {key: float(value) * 1e6
            for key, value in re.findall(r"(\w+)=([0-9.]+)", text)}


def cases(size):
    """For each number of sessions: row of the table to service and turns.
    The first of all is "ours", the measure, with few of everything."""
    permit = stack("pam_permit", "auth required pam_permit.so\n"), size.turns
    unix = stack("pam_unix", "auth required pam_unix.so\n"), size.hashes
    first, *more = size.sessions
    yield first, {
        "pam_permit": permit, "pam_unix": unix,
        "ours": (ours(FEW, FEW), size.turns),
        row(first, size.classes, FEW): (ours(size.classes, FEW), size.turns),
        row(first, FEW, size.enrolled): (ours(FEW, size.enrolled), size.turns)}
    for sessions in more:
        yield sessions, {
            "pam_permit": permit,
            row(sessions, FEW, FEW): (ours(FEW, FEW), size.turns)}


def row(*counts):
    return "/".join(map(str, counts))


def less(seen, base, key):
    return [one[key] - other[key] for one, other in zip(seen, base)]


def measure(chosen, report):
    account("alice", STAGE + "/home/alice", "password")
    times = {key: {} for key in TIMES}
    own = {key: {} for key in TIMES}
    with fronts.running(report, ["ours"]) as servers:
        for sessions, services in cases(chosen.size):
            with held(servers["ours"].port, sessions):
                seen = in_turns(report, chosen.rounds, services,
                                lambda name, _: login(*services[name]))
            permit = seen["pam_permit"]
            for key in TIMES:
                for name, values in seen.items():
                    times[key].setdefault(name, []).extend(
                        one[key] for one in values)
                own[key].update((name, less(values, permit, key))
                                for name, values in seen.items()
                                if not name.startswith("pam_"))
    tables(report, times, own, row(chosen.size.sessions[0], FEW, FEW))


def tables(report, times, own, few):
    note = {"ours": few}
    by = ", by sessions/classes/enrolled"
    for key, what in TIMES.items():
        report.table(what + by, "us", times[key], note)
        report.table(what + ", less pam_permit", "us", own[key], note)
    own = own["authenticate"]
    report.table("growth of the same" + by, "x",
                 growth(own, {name: own["ours"] for name in own}), note)
