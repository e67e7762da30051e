# SPDX-License-Identifier: BSD-2-Clause
"""Sessions that are only there."""

import contextlib
import subprocess

import fronts
from machine import LOAD
from rounds import FAILURES

OPENERS = 4


@contextlib.contextmanager
def held(port, count, *certificate):
    """So many idle sessions.  The generator gives up by itself when they are
    not there in time."""
    openers = OPENERS if count % OPENERS == 0 else 1
    with subprocess.Popen([LOAD, "idle", str(port), str(count), str(openers),
                           "full", *certificate], text=True,
                          stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as client:
        try:
            if not client.stdout.readline().startswith("count="):
                raise AssertionError(f"{count} sessions cannot be held")
            yield
        finally:
            client.stdin.close()
            client.wait()


def held_by_all(stack, report, servers, count):
    """Until `stack` ends each of the servers that are returned holds so many,
    or as many as it can."""
    holding = {}
    for name, server in servers.items():
        most = fronts.room(name, count)
        try:
            if most > 0:
                stack.enter_context(held(server.port, most))
        except FAILURES as error:
            report.left_out(name, error)
            continue
        holding[name] = server
    return holding
