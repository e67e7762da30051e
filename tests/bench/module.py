# SPDX-License-Identifier: BSD-2-Clause
"""What pam_stssl costs a login, and how that grows."""

import os
import subprocess

import fronts
from idle import held
from machine import GUARD, STAGE, TOP, account, await_that, listens, output
from rounds import FAILURES, growth

MODULE = os.environ.get("MODULE") or TOP + "/pam_stssl/.libs/pam_stssl.so"
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


def login(service, turns):
    """Microseconds of one."""
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
    return float(text.split("=")[1]) * 1e6


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


def in_turns(report, rounds, services):
    """Times of all stacks, round by round; the first round warms up."""
    found = {name: [] for name in services}
    for number in range(rounds + 1):
        for name in list(found):
            try:
                took = login(*services[name])
            except FAILURES as error:
                report.left_out(name, error)
                del found[name]
                continue
            if number > 0:
                found[name].append(took)
    return found


def less(values, base):
    return [value - other for value, other in zip(values, base)]


def measure(chosen, report):
    account("alice", STAGE + "/home/alice", "password")
    times, own = {}, {}
    with fronts.running(report, ["ours"]) as servers:
        for sessions, services in cases(chosen.size):
            with held(servers["ours"].port, sessions):
                seen = in_turns(report, chosen.rounds, services)
            permit = seen.pop("pam_permit")
            times.setdefault("pam_permit", []).extend(permit)
            times.update(seen)
            own.update((name, less(values, permit))
                       for name, values in seen.items() if name != "pam_unix")
    what = "sessions/classes/enrolled"
    note = {"ours": row(chosen.size.sessions[0], FEW, FEW)}
    report.table("time of pam_authenticate, by " + what, "us", times, note)
    report.table("the same, less pam_permit", "us", own, note)
    base = {name: own["ours"] for name in own}
    report.table("growth of the same, by " + what, "x", growth(own, base),
                 note)
