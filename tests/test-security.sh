#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# SECURITY says which files keep a promise and which tests show it.  Are they
# there?  A test is found by its name: START_TEST() in C, story("") in Python,
# and a quoted string in shell.
set -eu
: "${srcdir:?}"

python3 - "$srcdir" <<'EOT'
import os
import re
import sys

srcdir = sys.argv[1]
FIELD = re.compile(r"^    (by|test) +", re.M)
# What is said to have no test.
UNTESTED = "Built, but shown by no test yet"


def read(path):
    with open(os.path.join(srcdir, path)) as file:
        return file.read()


def exists(path):
    return os.path.isfile(os.path.join(srcdir, path))


def has(path, sentence):
    """Whether a file has a test of this name."""
    text = read(path)
    if path.endswith(".c"):
        return f"START_TEST({sentence.replace(' ', '_')})" in text
    # Adjacent strings are one.
    text = re.sub(r'"\s*\n\s*f?"', "", text)
    return f'"{sentence}"' in text


def complaints(entry, is_tested):
    """What is wrong with an entry of SECURITY."""
    fields = FIELD.split(entry)
    found = {"by": 0, "test": 0}
    for kind, text in zip(fields[1::2], fields[2::2]):
        text = " ".join(text.split())
        path, _, names = text.partition(": ")
        for file in text.split(", ") if kind == "by" else [path]:
            if not exists(file):
                yield f"there is no {file}"
            found[kind] += 1
        if kind == "test" and exists(path):
            names = re.fullmatch(r'"([^"]*)"(?:, "[^"]*")*', names) and \
                re.findall(r'"([^"]*)"', names)
            if not names:
                yield f"{path}: no names of tests"
            for name in names or []:
                if not has(path, name):
                    yield f'{path} has no test "{name}"'
    if found["by"] == 0:
        yield "no file"
    if (found["test"] > 0) != is_tested:
        yield "no test" if is_tested else "there is a test"


text = read("SECURITY")
tested, _, rest = text.partition("\n" + UNTESTED + "\n")
cases = []
for part, is_tested in (tested, True), (rest, False):
    for entry in re.findall(r"(?m)^[A-Z]\d+ (?:.*[^\n]\n)+", part):
        cases.append((entry.split()[0], list(complaints(entry, is_tested))))
numbers = [number for number, _ in cases]
cases.append(("all files that are named exist", [
    path for path in re.findall(r"\b[a-z]\w+/[\w./-]*\.(?:[chy]+|sh|py)\b",
                                text) if not exists(path)]))
cases.append(("no number stands twice", [
    number for number in numbers if numbers.count(number) > 1]))
cases.append(("there are entries with tests, and others", [] if rest and
              len(numbers) > 40 else ["their form has changed"]))

print(f"1..{len(cases)}")
for number, (name, wrong) in enumerate(cases, 1):
    print("not ok" if wrong else "ok", number, "-", name)
    for line in wrong:
        print("#", line)
EOT
