#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# configure.ac has the version; what repeats it says the same.
set -eu
: "${srcdir:?} ${HELPER:?} ${STSSLCTL:?}"

version=$(sed -n 's/^AC_INIT(\[pam_stssl\], \[\(.*\)\])$/\1/p' \
	"$srcdir/configure.ac")
n=0

# says DESCRIPTION VERSION: one line of TAP.
says() {
	n=$((n + 1))
	if [ -n "$version" ] && [ "$2" = "$version" ]; then
		echo "ok $n - $1 says the version"
	else
		echo "not ok $n - $1 says the version"
		echo "# $2 instead of $version"
	fi
}

echo "1..4"
says "NEWS, of its newest release," \
	"$(sed -n 's/^\([0-9][0-9.]*\) (.*)$/\1/p' "$srcdir/NEWS" | head -n 1)"
says "debian/changelog" \
	"$(sed -n '1s/^pam-stssl (\(.*\)) .*/\1/p' "$srcdir/debian/changelog")"
says "stssl-helper" "$("$HELPER" --version | sed 's/^stssl-helper //')"
says "stsslctl" "$("$STSSLCTL" --version | sed 's/^stsslctl //')"
