# SPDX-License-Identifier: BSD-2-Clause
"""What is measured with TLS fronts."""

import contextlib

import chains
import fronts
import ftps
import module
import turns
from idle import held, held_by_all
from machine import STAGE, load
from rounds import FAILURES, alternate, growth, rates, scaled
from sizes import GIB, MIB

PARALLEL = 8


def new(chosen, report):
    """New connections, up to a byte from the backend."""
    count = chosen.size.connections
    few = min(count, 8 * PARALLEL)
    for kind, asks, how in chosen.size.kinds:
        words = [PARALLEL, how]
        if asks:
            words += [f"{STAGE}/{kind}-client.{end}" for end in ("pem", "key")]
        names = fronts.available(chosen, report, fronts.FRONTS)
        with fronts.running(report, names, kind, asks) as servers:
            found = alternate(
                report, chosen.rounds, servers,
                lambda s: load("new", s.port, count, *words),
                lambda s: load("new", s.port, few, *words))
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
    size = chosen.size.bulk
    names = fronts.available(chosen, report, fronts.FRONTS, "bare")
    for way in "down", "up":
        for streams in chosen.size.streams:
            with fronts.running(report, names) as servers:
                found = alternate(
                    report, chosen.rounds, servers,
                    lambda s: load(way, s.port, size, streams),
                    lambda s: load(way, s.port, min(size, 16 * MIB), streams))
            title = f"{way}load, {streams} connection" + "s"[streams == 1:]
            report.table("CPU of a GiB " + title, "s",
                         scaled(found, "cpu", GIB / size))
            report.table("rate of " + title, "MiB/s",
                         rates(found, size / MIB))


def notes(names, count):
    """Who holds how many, where it is not what the title says."""
    return {name: f"{fronts.room(name, count)} held" for name in names
            if fronts.room(name, count) != count}


def memory_of(report, name, count):
    """PSS of each of so many idle sessions, in a program just started."""
    with fronts.running(report, [name]) as servers:
        if name not in servers:
            raise AssertionError("it does not start")
        server = servers[name]
        load("new", server.port, 64, 8, "full")
        empty = server.memory()
        with held(server.port, count):
            return (server.memory() - empty) / count


def memory(chosen, report):
    names = fronts.available(chosen, report, fronts.FRONTS, "bare")
    for count in chosen.size.held:
        found = {name: [] for name in names}
        for _ in range(chosen.rounds):
            for name in list(found):
                try:
                    found[name].append(memory_of(report, name,
                                                 fronts.room(name, count)))
                except FAILURES as error:
                    report.left_out(name, error)
                    del found[name]
        report.table(f"memory of a session, {count} of them", "KiB", found,
                     notes(found, count))


def latency(chosen, report):
    """A new connection when others are there already."""
    others = chosen.size.among
    names = fronts.available(chosen, report, fronts.FRONTS, "bare")
    first = None
    for count in (0, *chosen.size.held):
        with contextlib.ExitStack() as stack:
            servers = stack.enter_context(fronts.running(report, names))
            servers = held_by_all(stack, report, servers, count)
            seen = alternate(
                report, chosen.rounds, servers,
                lambda s: load("new", s.port, others, 1, "full"))
        found = {"CPU": scaled(seen, "cpu", 1e6 / others),
                 "time": scaled(seen, "median", 1e6)}
        first = first or found
        for what, values in found.items():
            title = f"{what} of a new connection among {count} sessions"
            report.table(title, "us", values, notes(values, count))
            if count:
                report.table("growth of " + title, "x",
                             growth(values, first[what]))


SCENARIOS = {"new": new, "bulk": bulk, "memory": memory, "latency": latency,
             "login": module.measure, "turns": turns.measure,
             "ftps": ftps.measure, "chains": chains.measure}
