# SPDX-License-Identifier: BSD-2-Clause
"""Ours beside the best of the other programs, and beside what it may cost."""

import re
import statistics
from collections import namedtuple

PEERS = "haproxy", "nginx", "hitch", "stunnel", "vsftpd", "proftpd"
# Of these, more is better.
MORE = "1/s", "MiB/s", "%"

# What ours may take, for the first pattern that is the whole title: `most`
# times what `of` takes, or as much in the table's unit where `of` is "".
# `row` is ours.
Budget = namedtuple("Budget", "title most of row", defaults=("ours",))
BEST = "best"
BUDGETS = (
    Budget("CPU of a new connection, .*, client certificate", 0.9, "haproxy"),
    Budget("CPU of a new connection, ecdsa, .*", 0.85, BEST),
    Budget("CPU of a GiB .*", 0.8, BEST),
    Budget("memory of a session, .*", 12, ""),
    Budget("memory of a session on two machines, .*", 40, ""),
    Budget("time from pam_start to pam_end, less pam_permit", 300, "",
           "10000/10/10"),
    Budget("longest turn of the monitor, .*", 2, ""),
    Budget("FTPS: time of a (GiB|file).*", 1, "vsftpd"),
)


def budget_of(title):
    return next((one for one in BUDGETS if re.fullmatch(one.title, title)),
                None)


def times(ours, other, unit):
    """How many times the other's cost is ours; below 1, ours is better."""
    over, under = (other, ours) if unit in MORE else (ours, other)
    return over / under if under else float("inf")


def best(medians, unit):
    """Name of the best peer, None where none has a figure."""
    there = [name for name in PEERS if name in medians]
    choose = max if unit in MORE else min
    return choose(there, key=medians.get, default=None)


def over(budget, medians, unit, first):
    """Is ours over its budget?  False, too, where nobody can say."""
    if not budget or budget.row not in medians:
        return False
    ours = medians[budget.row]
    if not budget.of:
        return ours > budget.most
    other = first if budget.of == BEST else budget.of
    return other in medians and \
        round(times(ours, medians[other], unit), 2) > budget.most


def limit(budget):
    if not budget:
        return ""
    return f"{budget.most:g} of {budget.of}" if budget.of else \
        f"{budget.most:g}"


def compare(title, unit, found):
    """What is to be said of a table: title, unit, ours, the best peer's
    figure, its name, their ratio, the budget, marks.  None where there is
    neither a peer nor a budget."""
    medians = {name: statistics.median(values)
               for name, values in found.items() if values}
    budget = budget_of(title)
    row = budget.row if budget else "ours"
    first = best(medians, unit)
    if row not in medians or not (first or budget):
        return None
    ratio = first and round(times(medians[row], medians[first], unit), 2)
    marks = ["behind"] if first and ratio > 1 else []
    marks += ["over budget"] if over(budget, medians, unit, first) else []
    return (title, unit, f"{medians[row]:.2f}",
            f"{medians[first]:.2f}" if first else "", first or "",
            f"{ratio:.2f}" if first else "", limit(budget), ", ".join(marks))


HEAD = ("ours beside the best of the others", "", "ours", "best", "",
        "ratio", "budget", "")


def line(row):
    title, unit, ours, other, name, ratio, most, marks = row
    return (f"  {title + (f' [{unit}]' if unit else ''):66} {ours:>10} "
            f"{other:>10} {name:8} {ratio:>6}  {most:15} {marks}").rstrip()
