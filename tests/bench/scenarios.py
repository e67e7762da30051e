# SPDX-License-Identifier: BSD-2-Clause
"""What is measured."""

import contextlib
import os
import subprocess

import fronts
import ftps
import module
from machine import LOAD, STAGE, load
from rounds import alternate, rates, scaled

GIB = 1 << 30
MANY = 10000
PARALLEL = 8


@contextlib.contextmanager
def running(names, kind="ecdsa", asks=False):
    if not os.path.exists(STAGE + "/ca.pem"):
        fronts.certificates()
    servers = {"backend": fronts.backend()}
    try:
        for name in names:
            servers[name] = fronts.start(name, kind, asks)
        yield {name: servers[name] for name in names}
    finally:
        for server in reversed(list(servers.values())):
            server.stop()


def new(chosen, report):
    """New connections, up to a byte from the backend."""
    count = 320 if chosen.short else 1200
    kinds = [("ecdsa", False, "full"), ("ecdsa", False, "resumed")]
    if not chosen.short:
        kinds += [("rsa", False, "full"), ("ecdsa", True, "full"),
                  ("rsa", True, "full")]
    for kind, asks, how in kinds:
        words = [count, PARALLEL, how]
        if asks:
            words += [f"{STAGE}/{kind}-client.{end}" for end in ("pem", "key")]
        with running(fronts.available(report), kind, asks) as servers:
            found = alternate(chosen.rounds, servers,
                              lambda s: load("new", s.port, *words))
        title = f"new connection, {kind}, {how}" + (
            ", client certificate" if asks else "")
        report.table("CPU of a " + title, "us", scaled(found, "cpu",
                                                       1e6 / count))
        report.table("rate of " + title, "1/s", rates(found, count))
        if how == "resumed":
            report.table("resumed of all", "%", scaled(found, "resumed",
                                                       100 / count))


def bulk(chosen, report):
    """Bytes relayed."""
    size = (GIB >> 2) if chosen.short else GIB
    with running(fronts.available(report, "bare")) as servers:
        for way in "down", "up":
            for parallel in (1,) if chosen.short else (1, 16):
                found = alternate(
                    chosen.rounds, servers,
                    lambda s: load(way, s.port, size, parallel))
                title = f"{way}load, {parallel} connections"
                report.table("CPU of a GiB " + title, "s",
                             scaled(found, "cpu", GIB / size))
                report.table("rate of " + title, "MiB/s",
                             rates(found, size / (1 << 20)))


@contextlib.contextmanager
def held(port, count, *certificate):
    """So many idle sessions."""
    with subprocess.Popen([LOAD, "idle", str(port), str(count), "1", "full",
                           *certificate], text=True,
                          stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as client:
        try:
            if not client.stdout.readline().startswith("count="):
                raise AssertionError(f"{count} sessions cannot be held")
            yield
        finally:
            client.stdin.close()
            client.wait()


def memory(chosen, report):
    """PSS of an idle session."""
    for count in (1000,) if chosen.short else (
            1000, min(MANY, fronts.most_sessions())):
        found = {}
        for name in fronts.available(report, "bare"):
            with running([name]) as servers:
                server = servers[name]
                load("new", server.port, 64, 8, "full")
                empty = server.memory()
                try:
                    with held(server.port, count):
                        found[name] = [(server.memory() - empty) / count]
                except AssertionError as error:
                    report.say(f"{name}: {error}")
        report.table(f"memory of a session, {count} of them", "KiB", found)


def latency(chosen, report):
    """A new connection when others are there already."""
    found = {}
    for count in (0, 1000) if chosen.short else (
            0, 1000, min(MANY, fronts.most_sessions())):
        with running(["ours"]) as servers:
            port = servers["ours"].port
            with held(port, count) if count else contextlib.nullcontext():
                seen = alternate(
                    chosen.rounds, servers,
                    lambda s: load("new", s.port, 200, 1, "full"))
        key = "ours" if count == 0 else f"at {count}"
        found[key] = [value * 1e6 for value in seen["median"]["ours"]]
        report.table(f"CPU of a new connection at {count} sessions", "us",
                     scaled(seen, "cpu", 1e6 / 200))
    report.table("time of a new connection by sessions", "us", found)


def login(chosen, report):
    module.measure(chosen, report, running, held)


SCENARIOS = {"new": new, "bulk": bulk, "memory": memory, "latency": latency,
             "login": login, "ftps": ftps.measure}
