#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Root's processes load nothing that they do not call: every function in
# pam_stssl.so is reached from one of its entry points.  The module's sources
# are compiled with a section for each function, and linked once more by a
# linker that throws away the sections that nothing leads to, and names them.
set -eu
: "${srcdir:?} ${MODULE:?} ${COMPILE:?} ${MODULE_SOURCES:?}"

entries=$srcdir/pam_stssl/pam_stssl.map
n=0

skip()
{
	echo "1..0 # SKIP $1"
	exit 0
}

# report DESCRIPTION TEXT: one line of TAP; TEXT says what is wrong.
report()
{
	n=$((n + 1))
	[ -z "$2" ] || printf 'not '
	printf 'ok %d - %s\n' "$n" "$1"
	[ -z "$2" ] || printf '%s\n' "$2" | sed 's/^/# /'
}

# Headers, and what --enable-coverage adds, are left out.
sources=
for file in $MODULE_SOURCES; do
	case $file in
	tests/*) ;;
	*.c) sources="$sources $file" ;;
	esac
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# compile SOURCE OBJECT: not optimized, so that no call is inlined.
compile()
{
	# shellcheck disable=SC2086 # a command and its arguments
	$COMPILE -std=c11 -O0 -w -fPIC -ffunction-sections -fdata-sections \
		-c -o "$2" "$1"
}

for file in $sources; do
	compile "$srcdir/$file" "$work/$(echo "$file" | tr / :).o"
done
echo 'void nobody_calls_this(void); void nobody_calls_this(void) {}' \
	>"$work/probe.c"
compile "$work/probe.c" "$work/probe.c.o"
# shellcheck disable=SC2086 # a command and its arguments
$COMPILE -shared -o "$work/module.so" "$work"/*.o \
	-Wl,--version-script="$entries" \
	-Wl,--gc-sections,--print-gc-sections -lpam \
	>"$work/log" 2>&1 ||
	skip "this linker does not do it: $(head -n 1 "$work/log")"

# "section '.text.NAME' in file 'DIR/OBJECT'" says ld of binutils, and lld
# "section DIR/OBJECT:(.text.NAME)".
unreached=$(sed -n "
	s,.*section '\.text\.\([^']*\)' in file '.*/\([^/']*\)\.o'.*,\2 \1,p
	s,.*section .*/\([^/]*\)\.o:(\.text\.\([^)]*\)).*,\1 \2,p
	" "$work/log" | tr : / | sort)

report "the module is linked from the files that are looked at" "$(
	readelf -sW "$MODULE" | sed -n 's,.* FILE .*[ /]\([^ /]*\)\.c$,\1,p' |
		grep -vx 'crtstuff\|coverage' | sort >"$work/linked"
	for file in $sources; do
		basename "$file" .c
	done | sort | comm -3 - "$work/linked")"
report "a function that nobody calls is found" "$(
	echo "$unreached" | grep -qx 'probe.c nobody_calls_this' ||
	cat "$work/log")"
report "every function of the module is reached from an entry point" "$(
	echo "$unreached" | grep -vx 'probe.c nobody_calls_this' || :)"
echo "1..$n"
