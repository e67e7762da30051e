#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# stsslctl about links: the pin of a certificate, what check finds in the
# section link, and the samples of helper.conf for Edge and Server.
set -u
: "${srcdir:?} ${STSSLCTL:?}"
srcdir=$(cd "$srcdir" && pwd)

# shellcheck source=tests/ctl.sh
. "$srcdir/tests/ctl.sh"
me=$(id -un)

# check: stsslctl check of helper.conf.
check() {
	"$STSSLCTL" check --config "$dir/helper.conf" --etc "$dir/etc"
}

# sample NAME PIN: etc/NAME as helper.conf, with files that are there and, in
# place of the pin of zeros, PIN.
sample() {
	{
		printf '%s\n' "user = \"$me\"" \
			"classes = \"$dir/classes.conf\"" \
			"status-socket = \"$dir/status.sock\""
		sed "s,/etc/stssl,$dir,; s,:0\{64\},:$2," "$srcdir/etc/$1"
	} >helper.conf
}

# change SCRIPT: helper.conf.
change() {
	sed -i "$1" helper.conf
}

authority
for name in server edge link other; do
	certificate "$name" 'expiration_days = 365'
done
certificate soon 'expiration_days = 10'
certificate old 'activation_date = "2020-01-01 00:00:00"' \
	'expiration_date = "2021-01-01 00:00:00"'
cp ca.pem client-ca.pem
echo 'class "all" { ssl = optional  login = either }' >classes.conf
mkdir identities
echo "identities = \"$dir/identities\"" >>classes.conf

# pin

pin=$(certtool --infile link.pem --pubkey-info --outder 2>/dev/null |
	sha256sum | cut -d ' ' -f 1)
own=$(certtool --infile other.pem --pubkey-info --outder 2>/dev/null |
	sha256sum | cut -d ' ' -f 1)
expect "the pin is the hash of the certificate's public key" 0 "sha256:$pin" \
	"$STSSLCTL" pin link.pem
certtool --certificate-info --infile link.pem --outder --outfile link.der
cat link.pem other.pem >both.pem
expect "also of one in DER" 0 "sha256:$pin" "$STSSLCTL" pin link.der
expect "of a chain, that of the first" 0 "sha256:$pin" "$STSSLCTL" pin both.pem
expect "and as JSON" 0 "{
  \"pin\": \"sha256:$pin\"
}" "$STSSLCTL" pin --json link.pem
expect "a key has none" 2 \
	"stsslctl: link.key: this is a private key, and no certificate" \
	"$STSSLCTL" pin link.key
echo "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHBxIM3a8g8dMDhjSyCcGu7ylbbAQ0eX4PE\
KYjiHQX5J x" >ssh.pub
expect "an SSH key has none" 2 \
	"stsslctl: ssh.pub: this is an SSH key, and no certificate" \
	"$STSSLCTL" pin ssh.pub
expect "a file that is not there has none" 2 \
	"stsslctl: nix: No such file or directory" "$STSSLCTL" pin nix

# The samples

for name in helper-edge.conf helper-server.conf; do
	sample $name 0000
	expect "a pin of $name that is too short is found" 1 \
		"$(check | sed "s,$dir,@,g" | grep '64 digits')" check
	sample $name "$own"
	expect "nothing is said of $name" 0 "" check
done
rm -f server.key
expect "the Server needs no key of the Edge" 0 "" check
sample helper-server.conf "$own"
change 's/#edge-key/edge-key/'
expect "unless it signs for it" 0 "" check
change "s,$dir/edge.key,$dir/other.key,"
expect "and a key of another is told" 1 \
	"error: @/other.key: is not the key of @/edge.pem" check
sample helper-edge.conf "$own"
change 's/^	key = { .*server.key.*/	key = { "link:" }/
	s/passive-ports/data-session = resumed\n	&/'
expect "the Edge then has none" 0 "" check
certificate server 'expiration_days = 365'

# Findings

sample helper-server.conf "$pin"
line=$(grep -n ' edges\|	edges' helper.conf | cut -d : -f 1)
expect "its own key in place of the Edge's is told" 1 \
	"warning: @/helper.conf:$line: edges: the key of this machine's own \
certificate is there, in place of the other side's" check
sample helper-edge.conf "$pin"
line=$(grep -n '	servers' helper.conf | cut -d : -f 1)
expect "and in place of the Server's" 1 \
	"warning: @/helper.conf:$line: servers: the key of this machine's own \
certificate is there, in place of the other side's" check
sample helper-server.conf "$own"
change '/edge-certificate =/d'
line=$(grep -n '^link' helper.conf | cut -d : -f 1)
expect "no certificate of the Edge is told" 1 \
	"warning: @/helper.conf:$line: edge-certificate is missing: a client's \
certificate counts only where the Edge shows a certificate of tls" check
sample helper-server.conf "$own"
change '/per-address/d; s/10.0.0.5/0.0.0.0/'
line=$(grep -n '^listen' helper.conf | cut -d : -f 1)
many="is missing: with tls = link all clients of an Edge count as one address, \
and the default is for one client"
expect "limits that are one client's, and an address for all, are told" 1 \
	"warning: @/helper.conf:$((line + 3)): address = \"0.0.0.0:5990\": \
with tls = link, better the one address that Edges reach
warning: @/helper.conf:$line: max-sessions-per-address $many
warning: @/helper.conf:$line: max-unauthenticated-per-address $many" check
sample helper-server.conf "$own"
change "s,$dir/edge.pem,$dir/old.pem,"
expect "the Edge's certificate that has expired is told" 1 \
	'error: @/old.pem: "CN=old" has expired on 2021-01-01 00:00 UTC' check
sample helper-server.conf "$own"
change "s,$dir/link\.,$dir/soon.,"
expect "that of links, before it does" 1 \
	"warning: @/soon.pem: $(check | sed -n 's/^.*soon.pem: //p')" check
expect "namely when" 0 1 sh -c "$STSSLCTL check --config helper.conf |
	grep -c '\"CN=soon\" expires on 2[0-9-]* [0-9:]* UTC'"
sample helper-edge.conf "$own"
change "s,$dir/link.key,$dir/other.key,"
expect "a key of another certificate is told" 1 \
	"error: @/other.key: is not the key of @/link.pem" check
sample helper-edge.conf "$own"
chmod 666 link.pem
expect "and files that others can write to" 1 \
	"error: @/link.pem: can be written to by others than root" check
chmod 644 link.pem
expect "and all is well again" 0 "" check
plan
