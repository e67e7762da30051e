#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Each key of the tables has an entry in its man page: in its section, with its
# default, and with type, words and bounds where the page says them.  Each entry
# of the pages is a key.
set -eu
: "${srcdir:?}" "${builddir:?}"

"$builddir/tests/print-keys" | python3 /dev/fd/3 "$srcdir/man" 3<<'EOF'
import re
import sys

# Keys whose default the page describes in words.
DESCRIBED = {"priority"}


class Entry:
    """What a page says of a key.  None: it does not say."""

    def __init__(self, words, only):
        self.head = words
        self.body = ""
        self.only = only
        self.bounds = None

    def default(self):
        """The value; "" for none, or one that is no value but a rule."""
        match = re.match(r".*\bdefault:? (.+)", self.head) or \
            re.search(r"Default: (\S+)(?! when)(?: |$)", self.body)
        value = match[1].strip(" .,") if match else ""
        return "" if " " in value else value

    def words(self):
        words = [part.strip().split(" ")[-1 if not i else 0].strip(",")
                 for i, part in enumerate(self.head.split("|"))]
        return set(words) if len(words) > 1 else None


def text(line):
    """A line without its macros and quotes."""
    kept = [word for word in line.split(" ")
            if word not in ("Ar", "Cm", "Ic", "Li", "No", "Pa", "Pq", "Qq",
                            "Qo", "Qc")]
    return re.sub(r" ?\bNs\b ?", "", " ".join(kept)).strip()


def read(path):
    """The entries of a page by section and key."""
    entries, section, only, depth, entry, last = {}, "", "", 0, None, ""
    sections = {"Keys": "top", "KEYS AT THE TOP": "top",
                "CRITERIA OF A CLASS": "class", "RULES OF A CLASS": "class"}
    bounds = None
    for line in open(path):
        line = line.rstrip()
        heading = re.match(r"\.S[hs] (.*)", line)
        item = re.match(r"\.It (?:Cm|Ic) (.*)", line)
        if heading:
            section = sections.get(heading[1], heading[1])
            only, entry, bounds = "", None, None
        depth += line.startswith(".Bl") - line.startswith(".El")
        if line.startswith(".El") and depth == 0:
            entry = None
        if item and depth == 1:
            entry = Entry(text(item[1]), only)
            entry.bounds = bounds
            for key in re.split(r" , Ic ", item[1]):
                entries[section, key.split(" ")[0]] = entry
        elif entry and depth == 1:
            entry.body = (entry.body + " " +
                          text(re.sub(r"^\.[A-Z][a-z] ", "", line))).strip()
        else:
            inherited = re.search(r"(\d+ to \d+) where nothing else", line)
            bounds = inherited[1] if inherited else bounds
        protocol = re.match(r"\.Cm protocol = (\w+(?: , \w+)*)$", last)
        if protocol and line.startswith("only"):
            names = protocol[1].replace(" ,", ",")
            if entry:
                entry.only = names
            else:
                only = names
        last = line
    if ("top", "map") in entries and ("class", "map") in entries:
        keys = re.search(r"Its keys are (.*?) lists of lines",
                         entries["top", "map"].body)[1]
        for key in re.findall(r"\w+", keys.replace(" and ", " ")):
            entries["map", key] = Entry("list", "")
    return entries


def faults(row, entry):
    """Where the page and the row of the table differ."""
    _, _, key, kind, default, bounds, words, only = row
    if entry is None:
        yield "no entry"
        return
    if kind in ("string", "word", "number") and key not in DESCRIBED and \
            entry.default() != default:
        yield 'default "%s", the page says "%s"' % (default, entry.default())
    head = entry.head.split(" default")[0]
    if (kind == "list") != bool(re.search(r"\blist\b", head)):
        yield "a %s, the page says %s" % (kind, head)
    if "string" in head and kind != "string":
        yield "a %s, the page says a string" % kind
    if (kind == "word") != (entry.words() is not None) or \
            kind == "word" and set(words.split()) != entry.words():
        yield "one of %s, the page says %s" % (words, entry.words())
    said = re.search(r"\d+ to \d+", head)
    said = said[0] if said else entry.bounds
    if said is not None and kind != "list" and said != bounds:
        yield "%s, the page says %s" % (bounds, said)
    if entry.only != only:
        yield 'only for "%s", the page says "%s"' % (only, entry.only)


def report(good, what, why):
    global number
    number += 1
    print("%s %d - %s" % ("ok" if good else "not ok", number, what))
    for line in why:
        print("# " + line)


number = 0
rows = [line.rstrip("\n").split("\t") for line in sys.stdin]
pages = {name: read("%s/%s.5" % (sys.argv[1], name))
         for name in {row[0] for row in rows}}
for row in rows:
    if row[3] != "section":
        why = list(faults(row, pages[row[0]].get((row[1], row[2]))))
        report(not why, "%s: %s: %s" % tuple(row[:3]), why)
known = {tuple(row[:3]) for row in rows}
for name, entries in sorted(pages.items()):
    why = sorted("%s: %s" % at for at in entries if (name,) + at not in known)
    report(not why, "each entry of %s is a key" % name, why)
print("1..%d" % number)
EOF
