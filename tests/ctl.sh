# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
#
# What tests of stsslctl share: a directory of their own, which they are in, a
# CA, and one line of TAP for each run of a command.

command -v certtool >/dev/null || {
	echo "1..0 # SKIP certtool is missing"
	exit 0
}
umask 022
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
n=0

# expect DESCRIPTION STATUS OUTPUT COMMAND...: one line of TAP.  In OUTPUT, a
# line for each that is to be seen, @ is the directory.
expect() {
	description=$1 status=$2 output=$3
	shift 3
	n=$((n + 1))
	got=$("$@" 2>&1)
	r=$?
	got=$(printf '%s' "$got" | sed "s,$dir,@,g")
	if [ "$r" = "$status" ] && [ "$got" = "$output" ]; then
		echo "ok $n - $description"
	else
		echo "not ok $n - $description"
		printf '%s\n' "exit $r, output:" "$got" | sed 's/^/# /'
	fi
}

# certificate NAME LINES...: NAME.pem and NAME.key, of $kind, by the CA.
kind=--ecc
certificate() {
	name=$1
	shift
	printf '%s\n' "cn = \"$name\"" "$@" >"$name.tmpl"
	certtool --generate-privkey "$kind" --outfile "$name.key" 2>/dev/null
	certtool --generate-certificate --load-privkey "$name.key" \
		--load-ca-privkey ca.key --load-ca-certificate ca.pem \
		--template "$name.tmpl" --outfile "$name.pem" 2>/dev/null
	chmod 600 "$name.key"
}

# list NAME LINES...: the CA's revocation list NAME.
list() {
	printf '%s\n' "crl_number = 1" "$2" "$3" >list.tmpl
	certtool --generate-crl --load-ca-privkey ca.key \
		--load-ca-certificate ca.pem --template list.tmpl \
		--outfile "$1" 2>/dev/null
}

# authority: a CA, ca.pem and ca.key.
authority() {
	certtool --generate-privkey --ecc --outfile ca.key 2>/dev/null
	printf '%s\n' 'cn = "CA"' ca cert_signing_key crl_signing_key \
		'expiration_days = 3650' >ca.tmpl
	certtool --generate-self-signed --load-privkey ca.key \
		--template ca.tmpl --outfile ca.pem 2>/dev/null
}

plan() {
	echo "1..$n"
}
