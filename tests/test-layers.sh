#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Which folder may include which: the programs use setup/, x509/ and policy/,
# these use what is below them, never sideways and never up; no login needs a
# file in a folder tools/.  In helper/ the monitor knows the roles; a role knows
# base/ and none of the others.  In the worker tls/ and relay/ know no protocol.
# GnuTLS and PAM stay in the files that are theirs.  A program is linked with
# all archives: here is looked at what each of them calls of the others.
set -eu
: "${srcdir:?} ${builddir:?}"
cd "$srcdir"

n=0
folders="status conf policy setup x509 helper pam_stssl stsslctl"

# report DESCRIPTION OFFENDERS: one line of TAP.
report() {
	n=$((n + 1))
	if [ -z "$2" ]; then
		printf 'ok %d - %s\n' "$n" "$1"
	else
		printf 'not ok %d - %s\n' "$n" "$1"
		printf '%s\n' "$2" | sed 's/^/# /'
	fi
}

# includes DIR...: file:header for all includes of our own headers.
includes() {
	find "$@" -name '*.[ch]' -exec grep -H '^#include "' {} + |
		sed 's/#include "\(.*\)".*/\1/'
}

# layer DIR ALLOWED: DIR includes only what matches the pattern.
layer() {
	[ -d "$1" ] || return 0
	report "$1 includes only what is below it" \
		"$(includes "$1" | grep -v ":\($2\)/[a-z0-9_/-]*\.h$" || :)"
}

# only HEADER FILES...: nobody but FILES includes HEADER.
only() {
	header=$1
	shift
	# shellcheck disable=SC2086 # a list of words
	offenders=$(grep -rl --include='*.[ch]' "^#include <$header" \
		$folders 2>/dev/null || :)
	for file; do
		offenders=$(printf '%s\n' "$offenders" | grep -vx "$file" || :)
	done
	report "<$header> stays where it belongs" "$offenders"
}

# circles PATTERN: files that include each other in a circle, a .c file and its
# header being one; those that fit the pattern may.
circles() {
	# shellcheck disable=SC2086 # a list of words
	includes $folders | sed -n 's/\.[ch]:\(.*\)\.h$/ \1/p' |
		awk -v may="$1" '$1 != $2 && !($1 ~ may && $2 ~ may)' |
		sort -u | tsort 2>&1 >/dev/null | sed 's/^tsort: //'
}

below='status\|conf\|policy'
layer status 'status'
layer conf 'status\|conf'
layer policy "$below"
layer setup "$below\|setup"
layer x509 'status\|x509'
layer pam_stssl "$below\|pam_stssl"
layer stsslctl "$below\|setup\|x509\|stsslctl"

report "what a login runs includes nothing of the tools" "$(
	includes status conf policy pam_stssl |
	grep -v '^[a-z]*/tools/' | grep ':[a-z]*/tools/' || :)"

below="$below\|setup\|x509\|helper/base"
layer helper/base "$below"
for role in worker keyholder verifier advisor inquirer; do
	layer "helper/$role" "$below\|helper/$role"
done
layer helper/worker/tls "$below\|helper/worker/tls"
layer helper/worker/relay "$below\|helper/worker/\(relay\|tls\)"
layer helper/monitor "$below\|helper"
layer helper "$below\|helper"

only 'gnutls/' 'x509/.*' 'helper/worker/tls/.*' helper/base/keytag.c \
	helper/keyholder/keys.c helper/verifier/transcript.c \
	stsslctl/certificate.c stsslctl/certificate_file.c
only libtasn1 x509/der.c
only 'curl/' helper/inquirer/fetch.c
only 'security/' pam_stssl/pam_stssl.c pam_stssl/kept.c pam_stssl/kept.h
only 'ev\.h' 'helper/.*'
only 'syslog\.h' pam_stssl/pam_stssl.c helper/base/log.c

# archive LAYER ARCHIVES: what the layer's archive calls is in itself, in one of
# these or not ours.
archive()
{
	report "what $1 calls is not above it" "$(
		cd "$builddir"
		nm -g --undefined-only "$1"/lib*.a |
			sed -n 's/^ *[UVWvw] //p' | sort -u |
			join - "$work/defined" | while read -r name place; do
				case " $1 $2 " in *" $place "*) ;;
				*) echo "$name of $place" ;;
				esac
			done)"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
layers="status status/tools conf conf/tools policy policy/tools setup x509
	pam_stssl stsslctl helper"
for place in $layers; do
	# A place has one archive.
	nm -g --defined-only "$builddir/$place"/lib*.a |
		sed -n "s,^[0-9a-f]* [A-Z] \\(.*\\),\\1 $place,p"
done | sort >"$work/defined"
report "no name is defined twice" "$(
	cut -d ' ' -f 1 "$work/defined" | uniq -d)"
below="status"
archive status "$below"
archive status/tools "$below"
archive conf "$below"
archive conf/tools "$below conf"
below="$below conf"
archive policy "$below"
archive pam_stssl "$below policy"
below="$below policy status/tools"
archive policy/tools "$below"
archive x509 "status status/tools"
below="$below policy/tools conf/tools"
archive setup "$below"
archive helper "$below setup x509"
archive stsslctl "$below setup x509"
# The first would be taken, whichever was meant.
report "no two stages of an archive define the same" "$(
	for file in "$builddir"/tests/lib*.a; do
		nm -g --defined-only "$file" | sed -n 's/^[0-9a-f]* [A-Z] //p' |
			sort | uniq -d
	done)"

# A session and its protocol are one thing in several files.
report "no file includes another one in a circle" "$(
	circles '^helper/worker/(ftp/|mail/|link/|session|login)')"
# shellcheck disable=SC2086 # a list of words
report "every .c file includes <config.h> first" "$(
	find $folders -name '*.c' 2>/dev/null |
	while read -r file; do
		first=$(grep -m 1 '^#include' "$file" || :)
		[ "$first" = '#include <config.h>' ] || echo "$file: $first"
	done)"
# shellcheck disable=SC2086 # a list of words
report "every source file says its licence" "$(
	find $folders tests -name '*.[ch]' 2>/dev/null |
	while read -r file; do
		head -n 1 "$file" | grep -q 'SPDX-License-Identifier' ||
			echo "$file"
	done)"

echo "1..$n"
