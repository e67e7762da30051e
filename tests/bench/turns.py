# SPDX-License-Identifier: BSD-2-Clause
"""How long the monitor is away from its event loop with many sessions."""

import json
import os
import re
import signal
import struct
import subprocess

import fronts
from idle import held
from machine import STAGE, TOP, await_that, output

COUNTERS = struct.Struct("qq")  # struct turns of turns.c
FILE = STAGE + "/turns"
LIST = STAGE + "/revoked.pem"
SOCKET = "/run/stssl/status.sock"
LIBRARY = TOP + "/tests/turns.so"


def longest():
    """Milliseconds of the longest turn since the last call."""
    with open(FILE, "r+b", buffering=0) as file:
        found, _ = COUNTERS.unpack(file.read(COUNTERS.size))
        file.seek(0)
        file.write(bytes(COUNTERS.size))
    return found / 1e6


def revoke(*certificate):
    """A new list of the CA's."""
    words = ("--load-certificate", *certificate) if certificate else ()
    subprocess.run(
        ["certtool", "--generate-crl", "--load-ca-privkey", STAGE + "/ca.key",
         "--load-ca-certificate", STAGE + "/ca.pem", "--template",
         fronts.write("list.tmpl", "crl_next_update = 100\n"), "--outfile",
         LIST, *words], check=True, stderr=subprocess.DEVNULL)
    os.chmod(LIST, 0o644)


def control(*words):
    return output(TOP + "/stsslctl/stsslctl", *words, "--socket", SOCKET)


def sessions():
    return len(json.loads(control("who", "--json"))["sessions"])


def with_list(port, kind, asks):
    command = fronts.ours(port, kind, asks)
    with open(command[-1]) as file:
        text = file.read()
    fronts.write("helper.conf", re.sub(
        "(?m)^tls {", f'tls {{\n    client-crl = {{ "{LIST}" }}', text))
    return command


def start():
    """Ours, with the library in its processes."""
    with open(FILE, "wb") as file:
        file.write(bytes(COUNTERS.size))
    os.environ.update(LD_PRELOAD=LIBRARY, TURNS=FILE)
    try:
        return fronts.start("ours", asks=True, command=with_list)
    finally:
        del os.environ["LD_PRELOAD"], os.environ["TURNS"]


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def play(server, count):
    """What is done to so many sessions, and the longest turn meanwhile."""
    seen = {}
    certificate = [f"{STAGE}/ecdsa-client.{end}" for end in ("pem", "key")]
    with held(server.port, count, *certificate):
        for what, work in (
                ("a listing", lambda: control("who", "--json")),
                ("a reload", lambda: control("reload"))):
            longest()
            work()
            # It answers before the turn ends, but this in another one.
            control("metrics")
            seen[what] = longest()
        revoke(certificate[0])
        control("reload")
        control("metrics")
        longest()
        await_that(lambda: sessions() == 0, "all sessions are ended")
        seen["a revocation of all"] = longest()
    return seen


def crash(server, count):
    """One of the two workers, with half of so many sessions."""
    with held(server.port, count):
        worker = max(server.processes(), key=descriptors)
        longest()
        os.kill(worker, signal.SIGSEGV)
        await_that(lambda: sessions() <= count // 2, "its sessions are gone")
        control("metrics")
        return {"the crash of a worker": longest()}


def measure(chosen, report):
    if not os.path.exists(STAGE + "/ca.pem"):
        fronts.certificates()
    for count in chosen.size.held:
        found = {}
        for _ in range(min(chosen.rounds, 3)):
            revoke()
            backend, server = fronts.backend(), start()
            try:
                for what, value in (*play(server, count).items(),
                                    *crash(server, count).items()):
                    found.setdefault(what, []).append(value)
            finally:
                server.stop()
                backend.stop()
        for what, values in found.items():
            report.table(f"longest turn of the monitor, {what}, {count} "
                         "sessions", "ms", {"ours": values})
