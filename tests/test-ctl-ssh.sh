#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# SSH keys in stsslctl: they are added by the hash that a certificate for the
# same key has, and explained as certificates are.
set -u
: "${srcdir:?} ${STSSLCTL:?}"

# shellcheck source=tests/ctl.sh
. "$srcdir/tests/ctl.sh"

command -v ssh-keygen >/dev/null || {
	echo "1..0 # SKIP ssh-keygen is missing"
	exit 0
}
mkdir identities

# converted FILE: a public key as openssl has it.  ssh-keygen of Debian 12
# cannot write Ed25519 in a form that openssl reads.
converted() {
	if [ "$1" != ed25519.pub ]; then
		ssh-keygen -e -m PKCS8 -f "$1" |
			openssl pkey -pubin -outform DER
		return
	fi
	{
		printf '0*0\005\006\003+ep\003!\000'
		cut -d ' ' -f 2 "$1" | base64 -d | tail -c 32
	} | openssl pkey -pubin -inform DER -outform DER
}
# key NAME ARGUMENT...: NAME and NAME.pub, and $spki of it.
key() {
	name=$1
	shift
	ssh-keygen -q -N '' -C "$name@home" -f "$name" "$@"
	spki=$(converted "$name.pub" | sha256sum | cut -d ' ' -f 1)
}

identity() {
	"$STSSLCTL" identity "$@" --directory "$dir/identities"
}

ssh-keygen -q -N '' -t ed25519 -f ca
for kind in 'ed25519 0' 'ecdsa 256' 'ecdsa 384' 'ecdsa 521' 'rsa 1024' \
    'rsa 4096'; do
	bits=${kind#* }
	type=${kind% *}
	name=$type
	[ "$bits" = 0 ] || name=$type$bits
	if [ "$bits" = 0 ]; then
		key "$name" -t "$type"
	else
		key "$name" -t "$type" -b "$bits"
	fi
	expect "$name: a key is added as its certificates are by it" 0 \
		"added spki-sha256:$spki: @/identities/$name" \
		identity add "$name" "$name.pub"
	ssh-keygen -q -s ca -I id -n alice "$name.pub"
	expect "$name: a certificate of OpenSSH's is its key" 0 \
		"there already spki-sha256:$spki" \
		identity add "$name" "$name-cert.pub"
done

# A certificate for the key that is rsa4096.pub.
ssh-keygen -q -p -N '' -m PEM -f rsa4096 >/dev/null
printf '%s\n' 'cn = "x"' signing_key tls_www_client 'expiration_days = 30' \
	>x.tmpl
certtool --generate-self-signed --load-privkey rsa4096 --template x.tmpl \
	--outfile rsa4096.pem 2>/dev/null
expect "the certificate for a key is the same entry" 0 \
	"there already spki-sha256:$spki" \
	identity add rsa4096 rsa4096.pem --by spki
expect "a key belongs to one user" 1 \
"stsslctl: @/identities/ed25519: has the certificate already; with --shared \
two users can have it" identity add bob ed25519.pub
expect "unless it is shared" 0 \
	"added spki-sha256:$spki: @/identities/bob" \
	identity add bob rsa4096.pub --shared
file() {
	sed 's/, added .*/, added X/' "identities/$1"
}
expect "the comment says which key it is" 0 "# stsslctl: SSH key \
\"rsa4096@home\", added X
spki-sha256:$spki" file bob
expect "a key is removed by its file" 0 "removed 1: @/identities/bob" \
	identity remove bob rsa4096.pub
expect "a key has no fingerprint of a certificate" 2 \
"stsslctl: --by: is spki for an SSH key, which is no certificate" \
	identity add bob ed25519.pub --by cert

rest="no public key of OpenSSH's, as in id_ed25519.pub: one line, TYPE BASE64 \
COMMENT, without options"
# refused DESCRIPTION MESSAGE TEXT: a file with that text.
refused() {
	printf '%b' "$3" >bad.pub
	expect "$1" 2 "stsslctl: bad.pub: $2" identity add bob bad.pub
}
line=$(cat ed25519.pub)
refused "two keys are refused" "$rest" "$line\n$line\n"
refused "so is a key with something below it" "$rest" "$line\n#\n"
refused "a key that was cut" "$rest" "$(echo "$line" | cut -c 1-40)\n"
refused "a key with a NUL in it" "$rest" "$line\0\n"
refused "a type that no certificate has" \
	"a key of this type does not count: RSA, ECDSA and Ed25519 do" \
	'ssh-dss AAAAB3NzaC1kc3M=\n'
refused "a key of a token" \
	"a key of this type does not count: RSA, ECDSA and Ed25519 do" \
	'sk-ssh-ed25519@openssh.com AAAA\n'
refused "a line of authorized_keys with options" "no certificate; an SSH key \
stands alone on its line, TYPE BASE64 COMMENT, without options" \
	"from=\"10.0.0.1\" $line\n"
refused "a key in another form" "this is an SSH key in another form: \
ssh-keygen -i -f FILE prints it in OpenSSH's" \
	"$(ssh-keygen -e -f ed25519.pub)\n"
expect "and a private key" 2 \
	"stsslctl: ed25519: this is a private key, and no certificate" \
	identity add bob ed25519
refused "control characters of a comment stay out of the file" "$rest" \
	"$line\rspki-sha256:00\n\n"
printf '%s\001"\n' "$line" >odd.pub
identity remove ed25519 ed25519.pub >/dev/null
identity add ed25519 odd.pub >/dev/null
expect "a comment is quoted" 0 \
	'# stsslctl: SSH key "ed25519@home\x01\"", added X' \
	sed -n 's/, added .*/, added X/; 1p' identities/ed25519

cat >classes.conf <<EOF
identities = "$dir/identities"
class "yes" { user = ed25519 ssh = accept }
class "no" { user = rsa4096 }
class "any" { user = any ssl = optional }
EOF
explain() {
	"$STSSLCTL" explain --classes "$dir/classes.conf" "$@" |
		grep '^SSH\|^row\|^verdict'
}
required='row: ssl = required, login = either, bad-certificate = refuse;'
spki=$(sed -n 's/^spki-sha256://p' identities/ed25519)
expect "explain: a key of the user's" 0 "SSH key: spki-sha256:$spki
$required connection: SSH, a key that names this user
verdict: accept, certificate (logged in by certificate)" \
	explain --user ed25519 --ssh-key ed25519.pub
spki=$(sed -n 's/^spki-sha256://p' identities/rsa4096)
expect "explain: another key" 0 "SSH key: spki-sha256:$spki
$required connection: SSH, a key that does not name this user
verdict: refuse, not-this-user (certificate does not belong to this user)" \
	explain --user ed25519 --ssh-key rsa4096.pub
expect "explain: a class that does not take SSH for TLS" 0 \
"SSH key: spki-sha256:$spki
$required connection: SSH, which the class does not take for TLS
verdict: refuse, tls-required (TLS required)" \
	explain --user rsa4096 --ssh-key rsa4096.pub
json() {
	"$STSSLCTL" explain --classes "$dir/classes.conf" \
		--user rsa4096 --json "$@" | grep '"ssh-key"\|"connection"'
}
expect "explain --json has the key" 0 '  "ssh-key": "'"$spki"'",
    "connection": "ssh",' json --ssh-key rsa4096.pub
expect "and null without" 0 '  "ssh-key": null,
    "connection": "clear",' json --clear
for option in --clear '--tls 1.3' '--certificate x'; do
	# shellcheck disable=SC2086 # an option and its value
	expect "--ssh-key goes without $option" 2 "stsslctl: --ssh-key goes \
without --clear, --tls and --certificate" \
		"$STSSLCTL" explain --user x --ssh-key ed25519.pub $option
done
expect "explain: a file without a key" 2 "stsslctl: x.tmpl: $rest" \
	"$STSSLCTL" explain --user x --ssh-key x.tmpl \
	--classes "$dir/classes.conf"
matrix() {
	"$STSSLCTL" matrix --classes "$dir/classes.conf" --json |
		grep '"ssh":\|"ssh"'
}
expect "matrix --json has the key of the class, and where it applies" 0 \
'      "ssh": "accept",
        "ssh",
      "ssh": "refuse",
      "ssh": "refuse",' matrix
plan
