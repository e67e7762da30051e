#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# README and HACKING name files, folders and functions.  Are they there?  A
# function is looked for in the files that its paragraph names.
set -eu
: "${srcdir:?}"

cd "$srcdir"
exec python3 /dev/fd/3 3<<'EOF_PYTHON'
import glob
import os
import re

PATH = re.compile(r"(?<![\w./-])((?:\.ci|conf|etc|helper|man|pam_stssl|policy|"
                  r"setup|status|stsslctl|tests|x509)/[\w./*@-]*)")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def paths(text):
    """What the text names; NAME stands for something new."""
    return [path.rstrip(".") for path in PATH.findall(text)
            if "NAME" not in path]


def exists(path):
    """What is made counts if what it is made from is there."""
    return any(glob.glob(path + suffix) for suffix in ("", ".c", ".in"))


def missing(text):
    """Functions and types that none of a paragraph's files has."""
    for paragraph in text.split("\n\n"):
        files = [path for path in paths(paragraph) if
                 path.endswith((".c", ".h")) and os.path.isfile(path)]
        source = "\n".join(map(read, files))
        for name in re.findall(r"\b(\w+)\(\)", paragraph):
            if not name.startswith("NAME_") and not \
                    re.search(rf"(?m)^{name}\(", source):
                yield f"{name}()"
        for name in re.findall(r"\b(?:struct|enum) \w+|STSSL_\w+", paragraph):
            if not re.search(rf"\b{name}\b", source):
                yield name


def unnamed_folders(text):
    """Folders of helper/ that the map leaves out."""
    for top in "helper", "helper/monitor", "helper/worker":
        for folder in sorted(os.listdir(top)):
            if os.path.isdir(f"{top}/{folder}") and \
                    not folder.startswith(".") and \
                    not re.search(rf"(?m)^ +(helper/)?{folder}/ ", text):
                yield f"{top}/{folder}"


hacking = read("HACKING")
cases = [(f"{name}: all files and folders are there",
          [path for path in paths(read(name)) if not exists(path)])
         for name in ("README", "HACKING")]
cases += [
    ("HACKING: functions are in the files named beside them",
     list(missing(hacking))),
    ("HACKING: each folder of helper/ is named",
     list(unnamed_folders(hacking))),
    ("HACKING: a login has ten steps", [] if
     re.findall(r"(?m)^ ?(\d+)\. ", hacking) == list(map(str, range(1, 11)))
     else ["it has not"]),
    ("its form is known: there are functions and files",
     [] if len(re.findall(r"\w\(\)", hacking)) > 20 and
     len(paths(hacking)) > 50 else ["too few"]),
]
print(f"1..{len(cases)}")
for number, (name, wrong) in enumerate(cases, 1):
    print("not ok" if wrong else "ok", number, "-", name)
    for line in wrong:
        print("#", line)
EOF_PYTHON
