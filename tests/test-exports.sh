#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The module is a guest in foreign processes: it exports PAM's entry points and
# nothing else, and brings no library but those that it was promised to need.
set -eu
: "${srcdir:?} ${MODULE:?}"

want=$(sed -n 's/^\t\(pam_sm_.*\);$/\1/p' "$srcdir/pam_stssl/pam_stssl.map")
n=0

skip() {
	echo "1..0 # SKIP $1"
	exit 0
}

# report STATUS DESCRIPTION TEXT: one line of TAP; TEXT says what is wrong.
report() {
	n=$((n + 1))
	[ "$1" -eq 0 ] || printf 'not '
	printf 'ok %d - %s\n' "$n" "$2"
	[ "$1" -eq 0 ] || printf '%s\n' "$3" | sed 's/^/# /'
}

command -v nm >/dev/null || skip "nm is missing"
command -v readelf >/dev/null || skip "readelf is missing"
[ -r "$MODULE" ] || skip "$MODULE is not built"

# Sanitizers add symbols and libraries of their own, --enable-coverage calls.
instrumented=0
if nm "$MODULE" | grep -q '__asan_\|__ubsan_\|__sanitizer_\|__gcov_'; then
	instrumented=1
fi

got=$(nm -D --defined-only "$MODULE" | sed 's/.* //' |
	grep -vE '^__(asan|odr_asan|ubsan|sanitizer|start|stop|sancov)_' |
	LC_ALL=C sort)
r=0
[ "$got" = "$want" ] || r=1
report "$r" "the module exports exactly the entry points" "$got"

got=$(readelf -d "$MODULE" | sed -n 's/.*(NEEDED).*\[\(.*\)\].*/\1/p')
r=0
for lib in $got; do
	case $lib in
	libpam.so.* | libc.so.* | ld-linux*.so.*) ;;
	*) [ "$instrumented" -eq 1 ] || r=1 ;;
	esac
done
report "$r" "the module needs libpam and the C library only" "$got"

got=$(readelf -d "$MODULE" | grep 'TEXTREL\|RPATH\|RUNPATH' || :)
[ -z "$got" ] && r=0 || r=1
report "$r" "the module has no text relocation and no search path" "$got"

forbidden='getenv|printf|puts|strcpy|strcat|sprintf|vsprintf|gets|system|popen'
forbidden="$forbidden|exit|signal|sigaction|fork"
forbidden="$forbidden|pthread_create|pthread_mutex_lock"
got=$(nm -D --undefined-only "$MODULE" | sed 's/.* //; s/@.*//' |
	grep -xE "$forbidden" || :)
[ -z "$got" ] && r=0 || r=1
[ "$instrumented" -eq 0 ] || r=0
report "$r" "the module calls nothing that a guest must not call" "$got"

echo "1..$n"
