# SPDX-License-Identifier: BSD-2-Clause
"""What was found: tables on standard output, and CSV."""

import csv
import os
import platform
import re
import statistics
import subprocess
import time

import beside

PACKAGES = ("libgnutls30 libssl3 haproxy nginx hitch stunnel4 vsftpd "
            "libcurl4 lftp").split()


def version(package):
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True)
    return done.stdout or "?"


def loads():
    return "%.2f %.2f %.2f" % os.getloadavg()


def facts():
    with open("/proc/cpuinfo") as file:
        cpu = re.search(r"model name\s*: (.*)", file.read())
    yield "date", time.strftime("%Y-%m-%d %H:%M")
    yield "cpu", cpu.group(1) if cpu else platform.machine()
    yield "cores", str(os.cpu_count())
    yield "kernel", platform.release()
    yield "load average", loads()
    for package in PACKAGES:
        yield package, version(package)


class Report:
    """Each line is in the file at once: a run that is broken off keeps what
    it found."""

    def __init__(self, path):
        self.file = open(path, "w", newline="", buffering=1) if path else None
        self.csv = csv.writer(self.file) if self.file else None
        self.begin = time.monotonic()
        self.compared = []
        self.row("fact", "name", "value")
        for name, value in facts():
            self.fact(name, value)
        self.row("scenario", "program", "median", "unit", "ratio to ours",
                 "low", "high", "rounds", "note")

    def row(self, *values):
        if self.csv:
            self.csv.writerow(values)

    def fact(self, name, value):
        print(f"{name}: {value}", flush=True)
        self.row("fact", name, value)

    def say(self, text):
        print(text, flush=True)
        self.row("note", text)

    def left_out(self, name, error):
        """A program that failed: no more than its figures is missing."""
        self.say(f"{name} is left out: {error}")

    def table(self, title, unit, found, notes=None):
        """`found`: program to values, one a round.  Ours is the measure.
        `notes`: what is to be said of a program's row."""
        print(f"\n{title} [{unit}]", flush=True)
        ours = statistics.median(found["ours"]) if found.get("ours") else None
        for name, values in found.items():
            middle = statistics.median(values)
            ratio = f"{middle / ours:.2f}" if ours else ""
            note = (notes or {}).get(name, "")
            print(f"  {name:14} {middle:10.2f}  {ratio:>6}  "
                  f"({min(values):.2f} to {max(values):.2f})  {note}".rstrip(),
                  flush=True)
            self.row(title, name, f"{middle:.3f}", unit, ratio,
                     f"{min(values):.3f}", f"{max(values):.3f}", len(values),
                     note)
        compared = beside.compare(title, unit, found)
        if compared:
            self.compared.append(compared)

    def glance(self):
        """All tables at a glance: where is ours behind?"""
        if not self.compared:
            return
        print("\n" + beside.line(beside.HEAD))
        for row in self.compared:
            print(beside.line(row), flush=True)
            self.row("beside", *row)

    def took(self, name, begin):
        seconds = time.monotonic() - begin
        print(f"\n{name} took {seconds:.1f} s\n", flush=True)
        self.row("took", name, f"{seconds:.1f}", "s")

    def close(self):
        self.glance()
        self.fact("load average at the end", loads())
        self.took("everything", self.begin)
        if self.file:
            self.file.close()
