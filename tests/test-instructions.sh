#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# How many instructions it takes to read classes.conf, to decide about a user
# whose class is the last in there, to list all sessions, and to check a record
# that another process has sent: counted by callgrind, so that they are the same
# on every machine, however busy.  Time is measured by `make bench`.
set -eu
: "${builddir:?}"

skip()
{
	echo "1..0 # SKIP $1"
	exit 0
}

command -v valgrind >/dev/null || skip "valgrind is not installed"
why_not=$("$builddir/tests/cost" comparable)
[ -z "$why_not" ] || skip "$why_not"
# Debian 12's does not understand what its clang writes for debuggers.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
strip --strip-debug -o "$work/cost" "$builddir/tests/cost"
valgrind --quiet --tool=none "$work/cost" comparable >/dev/null 2>&1 ||
	skip "valgrind does not run here"

# What, with how many classes, sessions or names, and at most how many
# instructions; lower them when it has become cheaper.  With Debian 12's gcc and
# -O2 they were 133859, 12968550, 6435, 233086, 646553, 66233298, 9988 and
# 231189, and up to a quarter is put on top, as compilers differ: gcc -O1 takes
# 19 % more of the first, clang 17 % less of the fourth.
bounds="
	read	10	167400
	read	1000	16250000
	judge	10	7500
	judge	1000	292000
	list	100	808000
	list	10000	82800000
	decode	2	12500
	decode	100	290000
"

# instructions WHAT COUNT: of one time; nothing when that cannot be told.
instructions()
{
	valgrind --tool=callgrind --callgrind-out-file=/dev/null \
		--toggle-collect="counted_$1" "$work/cost" "$1" "$2" 1 2>&1 |
		sed -n 's/.* Collected : //p'
}

n=0
# shellcheck disable=SC2086 # three words a test
set -- $bounds
while [ $# -gt 0 ]; do
	n=$((n + 1))
	seen=$(instructions "$1" "$2")
	result=ok
	[ "${seen:-0}" -gt 0 ] && [ "$seen" -le "$3" ] || result="not ok"
	echo "$result $n - to $1 takes at most $3 instructions, with $2 of them"
	echo "# ${seen:-none} were counted"
	shift 3
done
echo "1..$n"
