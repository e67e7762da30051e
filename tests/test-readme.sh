#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Does what README's "A policy in ten minutes" says, step by step: classes go to
# a file, commands are run, and what they print has to be what stands there.
# For each daemon that README says works there has to be a story that shows it.
set -eu
: "${srcdir:?}" "${builddir:?}"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 022
PATH=$builddir/stsslctl:$PATH
export PATH

# The section's blocks, without their margin.
sed -n '/^A policy in ten minutes/,/^Who trusts whom/p' "$srcdir/README" |
	sed -n 's/^    //p; /^$/p' >"$work/section"

# A class that comes again stands at its new place.
python3 - "$work" "$srcdir" <<'EOF'
import os
import re
import subprocess
import sys

work, source = sys.argv[1:]
text = open(work + "/section").read()
blocks = [block for block in re.split(r"\n{2,}", text) if block.strip()]
classes, number = [], 0
readme = open(source + "/README").read()
daemons = re.findall(r"(?ms)^Daemons\n-+\n.*?^  daemon .*?^  --[- ]*\n(.*?)^$",
                     readme)[0].splitlines()
print("1..%d" % (sum(block.startswith("$ ") for block in blocks) +
                 len(daemons)))
for block in blocks:
    if not block.startswith("$ "):
        new = re.findall(r'(?ms)^class "[^"]*" \{(?: [^\n]*\}|\n.*?^\})$',
                         block)
        names = {part.split('"')[1] for part in new}
        classes = [part for part in classes
                   if part.split('"')[1] not in names] + new
        with open(work + "/classes.conf", "w") as file:
            file.write("\n".join(classes) + "\n")
        continue
    number += 1
    command, _, expected = re.sub(r"\\\n +", "", block[2:]).partition("\n")
    # README folds what is too long for it.
    expected = re.sub(r"\n {4,}", " ", expected)
    done = subprocess.run(command, shell=True, cwd=work, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    good = done.stdout.strip() == expected.strip()
    print(("ok" if good else "not ok"), number, "-", command)
    if not good:
        print("# " + done.stdout.replace("\n", "\n# "))
for row in daemons:
    number += 1
    story = row.split()[-1]
    good = os.path.exists(f"{source}/tests/story/{story}.sh")
    print("ok" if good else "not ok", number, "- README: the story", story,
          "shows", row.split("  ")[1])
EOF
