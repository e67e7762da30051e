# SPDX-License-Identifier: BSD-2-Clause
"""Rounds, in each of which every program has its turn, and their figures."""

import subprocess

# How a program fails, or what is played with it.
FAILURES = AssertionError, OSError, subprocess.SubprocessError


def turn(server, measure):
    before = server.seconds()
    seen = measure(server)
    seen["cpu"] = server.seconds() - before
    return seen


def turn_or_again(report, name, server, measure):
    """A client that ends with a failure has a second try."""
    try:
        return turn(server, measure)
    except subprocess.CalledProcessError as error:
        report.say(f"{name}, once more: {error}")
        return turn(server, measure)


def in_turns(report, rounds, names, work):
    """work(name, number) is one's turn; returns name -> what these gave.

    The first round, number 0, warms up and does not count.  One that fails has
    no more turns and no figures."""
    seen = {name: [] for name in names}
    for number in range(rounds + 1):
        for name in list(seen):
            try:
                found = work(name, number)
            except FAILURES as error:
                report.left_out(name, error)
                del seen[name]
                continue
            if number > 0:
                seen[name].append(found)
    return seen


def alternate(report, rounds, servers, measure, warm=None):
    """measure(server) gives a dictionary; returns key -> name -> values.

    The first round is warm() when there is one."""
    def work(name, number):
        played = (warm or measure) if number == 0 else measure
        return turn_or_again(report, name, servers[name], played)

    seen = in_turns(report, rounds, servers, work)
    keys = {key for turns in seen.values() for key in turns[0]}
    return {key: {name: [found[key] for found in turns]
                  for name, turns in seen.items()} for key in keys}


def scaled(found, key, factor):
    return {name: [value * factor for value in values]
            for name, values in found.get(key, {}).items()}


def rates(found, count):
    return {name: [count / value for value in values]
            for name, values in found.get("seconds", {}).items()}


def growth(found, base):
    """Round by round, how many times `base`."""
    return {name: [value / first for value, first in zip(values, base[name])]
            for name, values in found.items() if name in base}
