#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# .ci/sizes, which `make lint` runs, finds what is too long in each language,
# and nothing else.
set -eu
: "${srcdir:?}"

python3 - "$srcdir/.ci/sizes" <<'EOF_PYTHON'
import os
import subprocess
import sys
import tempfile

C = "static int\nf(void)\n{\n%s}\n"
SHELL = "#!/bin/sh\nf()\n{\n%s}\n"
SHORT_SHELL = "#!/bin/sh\nf() {\n%s}\n"
PYTHON = "class A:\n    def f(self):\n%s"
# A sentence, a file, its text, and what is said of it after its name.
ROWS = [
    ("400 lines are not too many", "a.c", "\n" * 400, ""),
    ("401 are", "a.c", "\n" * 401, ": 401 lines"),
    ("80 columns are not too many", "a.h", "x" * 80, ""),
    ("81 are", "a.h", "\n" + "x" * 81, ":2: 81 columns"),
    ("a tab has 8 columns", "a.am", "\t" * 9 + "x" * 9, ":1: 81 columns"),
    ("a letter of two bytes is one column", "a.py", "#" + "\u00e4" * 79, ""),
    ("a function in C may have 70 lines", "a.c", C % ("\n" * 67), ""),
    ("but no more", "a.c", C % ("\n" * 68), ":2: f: 71 lines"),
    ("two functions are not one", "a.c", C % ("\n" * 40) * 2, ""),
    ("a function in shell", "a.sh", SHELL % ("\n" * 68), ":2: f: 71 lines"),
    ("in another style", "a.sh", SHORT_SHELL % ("\n" * 69), ":2: f: 71 lines"),
    ("a function in Python", "a.py", PYTHON % ("        f()\n" * 70),
     ":2: f: 71 lines"),
    ("a script without a suffix", "run", SHELL % ("\n" * 68),
     ":2: f: 71 lines"),
    ("a program is no source", "run", "\x7fELF" + "x" * 81, ""),
    ("data are none either", "a.pem", "x" * 81, ""),
]


def said(name, text):
    with tempfile.TemporaryDirectory() as work:
        os.mkdir(work + "/policy")
        with open(f"{work}/policy/{name}", "w", encoding="utf-8") as file:
            file.write(text)
        done = subprocess.run([sys.argv[1], work], text=True,
                              capture_output=True)
    return done.stdout + done.stderr, done.returncode


print(f"1..{len(ROWS)}")
for number, (sentence, name, text, what) in enumerate(ROWS, 1):
    expected = (f"policy/{name}{what}\n", 1) if what else ("", 0)
    seen = said(name, text)
    good = seen == expected
    print("ok" if good else "not ok", number, "-", sentence)
    if not good:
        print("#", repr(seen))
EOF_PYTHON
