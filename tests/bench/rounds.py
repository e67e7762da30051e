# SPDX-License-Identifier: BSD-2-Clause
"""Rounds, in each of which every program has its turn, and their figures."""


def alternate(rounds, servers, measure):
    """measure(server) gives a dictionary; returns key -> name -> values."""
    found = {}
    for number in range(rounds + 1):
        for name, server in servers.items():
            before = server.seconds()
            seen = measure(server)
            seen["cpu"] = server.seconds() - before
            # The first round warms up.
            if number == 0:
                continue
            for key, value in seen.items():
                found.setdefault(key, {}).setdefault(name, []).append(value)
    return found


def scaled(found, key, factor):
    return {name: [value * factor for value in values]
            for name, values in found[key].items()}


def rates(found, count):
    return {name: [count / value for value in values]
            for name, values in found["seconds"].items()}
