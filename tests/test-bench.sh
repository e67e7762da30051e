#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Plays `make bench` with as little of everything as there can be, beside those
# programs only that other tests need as well.  Do all tables have their rows?
# What the figures are does not matter.  What the report makes of figures is
# shown with some that nobody measured.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/..}/tests/story/lib.sh"
stage_needed

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP
# What is held goes with the generators, whoever counts it.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
# The scenario "turns" loads a library before the sanitizers'.
ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0

"$srcdir/tests/bench/run" --tiny --csv "$work/all" >"$work/all.log" 2>&1
all=$?
HELPER=/bin/false "$srcdir/tests/bench/run" --tiny --csv "$work/without" \
	new >"$work/without.log" 2>&1
without=$?

# The sanitizer's crypt() ends a program that loads pam_unix.
unix=pam_unix
! grep -q __asan_init "$builddir/tests/bench/login" || unix=

python3 -B - "$srcdir/tests/bench" "$work" "$unix" "$all" "$without" <<'EOT'
import csv
import sys

bench, work, unix, *statuses = sys.argv[1:]
sys.path.insert(0, bench)
import report


def kinds():
    for kind in ("ecdsa, full", "ecdsa, resumed",
                 "rsa, full, client certificate"):
        yield f"CPU of a new connection, {kind}"
        yield f"rate of new connection, {kind}"
    yield "resumed of all"


def bulk():
    for way in "download", "upload":
        for number in "1 connection", "2 connections":
            yield f"CPU of a GiB {way}, {number}"
            yield f"rate of {way}, {number}"


def latency():
    for what in "CPU", "time":
        for growth, count in ("", 0), ("", 20), ("growth of ", 20):
            yield f"{growth}{what} of a new connection among {count} sessions"


def beside():
    """The tables that have another program's row, or a budget."""
    yield from (title for title in kinds() if title.startswith("CPU"))
    yield from (title for title in bulk() if title.startswith("CPU"))
    yield "memory of a session, 20 of them"
    yield from turns()
    yield from ftps()
    yield "memory of a session on two machines, 20 of them"


def chains():
    for what in "CPU of a new connection", "rate of new connections", \
            "CPU of a GiB, down,", "CPU of a GiB, up,":
        yield what + " through two machines"
    yield "memory of a session on two machines, 20 of them"


def ftps():
    small = "file of 4 KiB, "
    for what in "CPU", "time":
        for work in ("login", "login, X25519 its only key share", "GiB, RETR",
                     "GiB, STOR", small + "curl", small + "lftp",
                     small + "lftp, acknowledged at once"):
            yield f"FTPS: {what} of a {work}"


def turns():
    for what in "a listing", "a reload", "a revocation of all", \
            "the crash of a worker":
        yield f"longest turn of the monitor, {what}, 20 sessions"


OWN = ["ours", "5/20/10", "5/10/100", "20/10/10"]
# Tables, and the rows of each.
SCENARIOS = {
    "new": (kinds(), ["ours", "bare"]),
    "bulk": (bulk(), ["ours"]),
    "memory": (["memory of a session, 20 of them"], ["ours"]),
    "latency": (latency(), ["ours"]),
    "login": (["time of pam_authenticate, less pam_permit",
               "time from pam_start to pam_end, less pam_permit",
               "growth of the same, by sessions/classes/enrolled"], OWN),
    "a stack without ours": (
        ["time of pam_authenticate, by sessions/classes/enrolled",
         "time from pam_start to pam_end, by sessions/classes/enrolled"],
        OWN + ["pam_permit"] + unix.split()),
    "turns": (turns(), ["ours"]),
    "ftps": (ftps(), ["ours", "ours-passive", "vsftpd"]),
    "chains": (chains(), ["ours"]),
    "ours beside others": (["beside"], beside()),
    "its time": (["took"], ["new", "bulk", "memory", "latency", "login",
                            "turns", "ftps", "chains",
                            "everything"]),
}


def read(name):
    """Table to rows."""
    found = {}
    with open(f"{work}/{name}", newline="") as file:
        for row in csv.reader(file):
            found.setdefault(row[0], []).append(row[1])
    return found


def wrong(found, tables, rows):
    return [f"{title}: {found.get(title, 'missing')}" for title in tables
            if sorted(found.get(title, [])) != sorted(rows)]


# Title, unit and figures; best, ratio, budget and marks that are to be said.
FULL = "CPU of a new connection, ecdsa, full"
ASKS = "CPU of a new connection, rsa, full, client certificate"
MODULE = "time from pam_start to pam_end, less pam_permit"
GLANCE = (
    ("less than the best, within the budget",
     FULL, "us", {"ours": [9, 8, 7], "nginx": [10], "hitch": [11]},
     "nginx", "0.80", "0.85 of best", ""),
    ("less than the best, over the budget",
     FULL, "us", {"ours": [9], "nginx": [10], "hitch": [11]},
     "nginx", "0.90", "0.85 of best", "over budget"),
    ("bare is nobody's peer",
     FULL, "us", {"ours": [8], "bare": [2], "stunnel": [20]},
     "stunnel", "0.40", "0.85 of best", ""),
    ("more than the best",
     FULL, "us", {"ours": [11], "haproxy": [10], "hitch": [12]},
     "haproxy", "1.10", "0.85 of best", "behind, over budget"),
    ("a budget that is another program's, and not the best's",
     ASKS, "us", {"ours": [8], "haproxy": [10], "nginx": [7]},
     "nginx", "1.14", "0.9 of haproxy", "behind"),
    ("a budget of a program that is not there",
     ASKS, "us", {"ours": [8], "haproxy": [], "nginx": [9]},
     "nginx", "0.89", "0.9 of haproxy", ""),
    ("where more is better", "rate of upload, 1 connection", "MiB/s",
     {"ours": [500], "haproxy": [400], "nginx": [600]},
     "nginx", "1.20", "", "behind"),
    ("no budget, as good as the best", "rate of upload, 1 connection",
     "MiB/s", {"ours": [500.1], "haproxy": [500]}, "haproxy", "1.00", "", ""),
    ("a budget in the table's unit",
     "memory of a session, 1000 of them", "KiB",
     {"ours": [12.5], "haproxy": [16]}, "haproxy", "0.78", "12",
     "over budget"),
    ("a row of ours that has another name",
     MODULE, "us", {"ours": [200], "10000/10/10": [301]}, "", "", "300",
     "over budget"),
    ("ours is left out", FULL, "us", {"ours": [], "nginx": [10]}),
    ("nobody to compare with", "growth of the same", "x", {"ours": [1]}),
)


def glance(title, unit, found, *expected):
    """What is wrong with that row of the report."""
    row = report.beside.compare(title, unit, found)
    seen = row and (row[4], row[5], row[6], row[7])
    return [] if seen == (expected or None) else [f"{seen}"]


everything, without = read("all"), read("without")
cases = [(f"all rows are there: {name}", wrong(everything, *expected))
         for name, expected in SCENARIOS.items()]
cases.append(("a program that fails is left out, and no more than it",
              wrong(without, kinds(), ["bare"]) +
              wrong(without, ["took"], ["new", "everything"])))
cases += [(f"the exit status is 0: {name}", [] if status == "0" else [status])
          for name, status in zip(("all", "without"), statuses)]

cases += [("the report marks what is behind: " + name, glance(*row))
          for name, *row in GLANCE]

print(f"1..{len(cases)}")
for number, (name, lines) in enumerate(cases, 1):
    print("not ok" if lines else "ok", number, "-", name)
    for line in lines:
        print("#", line)
if any(lines for _, lines in cases):
    for name in "all", "without":
        with open(f"{work}/{name}.log", errors="replace") as file:
            for line in file:
                print(f"# {name}:", line.rstrip())
EOT
