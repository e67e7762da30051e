#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# stsslctl explain and digest: what would be decided and why, and one number
# for the policy.
set -u
: "${srcdir:?} ${STSSLCTL:?}"

# shellcheck source=tests/ctl.sh
. "$srcdir/tests/ctl.sh"

mkdir identities
cat >classes.conf <<EOF2
identities = "$dir/identities"
class "office" { from = { "192.0.2.0/24" } ssl = optional login = password }
class "mail" { service = { "dovecot" } ssl = optional login = password }
class "partners" { user = { "acme-*" } ssl = required login = either }
class "modern" { user = { "new" } ssl = optional login = either
    min-protocol = "TLS1.3" }
class "retired" { user = { "old" } enabled = false ssl = optional
    login = password }
EOF2

explain() {
	"$STSSLCTL" explain --classes "$dir/classes.conf" "$@"
}

expect "each class says why it is not the user's" 1 \
'class "office": from: the client does not come from there
class "mail": service: not for this service
class "partners": user: no pattern matches the user name
class "modern": user: no pattern matches the user name
class "retired": enabled: not enabled
verdict: refuse, no-class (no class matches)
data: private
pam: auth PAM_PERM_DENIED, account PAM_PERM_DENIED' explain --user old
expect "the first class that matches is the last that is tried" 0 \
'class "office": every criterion matches
row: ssl = optional, login = password, bad-certificate = password;'"\
 connection: no TLS
"'verdict: password, by-password (the password decides)
data: any
pam: auth PAM_IGNORE, account PAM_SUCCESS' \
	explain --user acme-1 --from 192.0.2.7 --clear
either="row: ssl = required, login = either, bad-certificate = refuse;\
 connection:"
expect "TLS that is required is told" 1 \
'class "office": from: the client does not come from there
class "mail": service: not for this service
class "partners": every criterion matches
'"$either no TLS
"'verdict: refuse, tls-required (TLS required)
data: private
pam: auth PAM_PERM_DENIED, account PAM_PERM_DENIED' \
	explain --user acme-1 --clear --from 198.51.100.1 --service vsftpd
# last WORDS...: the verdict's line only.
last() {
	"$@" | grep '^verdict'
}
expect "a TLS that is too old is told" 0 \
	"verdict: refuse, tls-too-old (a newer TLS version is required)" \
	last explain --user new --tls 1.2
expect "TLS 1.3 is meant when nothing is said" 0 \
	"verdict: password, by-password (the password decides)" \
	last explain --user new
expect "a name that is none is told" 0 \
	"verdict: refuse, bad-user (not an acceptable user name)" \
	last explain --user ../x

cat >places.conf <<EOF2
class "dmz" { edge = { "dmz*" } login = both }
class "ftps" { listener = { "ftps" } login = certificate }
class "rest" { ssl = optional login = password }
EOF2
places() {
	"$STSSLCTL" explain --classes places.conf --user x "$@" |
		grep '^class\|^verdict'
}
expect "an Edge and a listener can be given" 0 \
'class "dmz": every criterion matches
verdict: refuse, no-certificate (client certificate required)' \
	places --edge dmz1 --listener ftps
expect "and without them no class for them matches" 0 \
'class "dmz": edge: not for clients of this Edge
class "ftps": listener: not for this listener
class "rest": every criterion matches
verdict: password, by-password (the password decides)' places --clear
expect "nor with others" 0 \
'class "dmz": edge: not for clients of this Edge
class "ftps": listener: not for this listener
class "rest": every criterion matches
verdict: password, by-password (the password decides)' \
	places --clear --edge inside --listener ftp
# facts: what a program can ask the JSON object.
facts() {
	explain --json --user acme-1 | python3 -c '
import json, sys
e = json.load(sys.stdin)
print([c["criterion"] for c in e["classes"]], e["class"], e["verdict"],
      e["reason"], e["row"]["connection"], e["pam"])'
}
if command -v python3 >/dev/null; then
	expect "--json has the same" 0 \
"['from', 'service', None] partners password by-password no-certificate \
{'auth': 'PAM_IGNORE', 'account': 'PAM_SUCCESS'}" facts
fi

authority
certificate acme-1 tls_www_client 'expiration_days = 100'
certificate old tls_www_client 'activation_date = "2020-01-01 00:00:00"' \
	'expiration_date = "2021-01-01 00:00:00"'
list empty.crl 'crl_next_update = 100' ''
certtool --generate-crl --load-ca-privkey ca.key --load-ca-certificate ca.pem \
	--load-certificate acme-1.pem --template list.tmpl \
	--outfile revoked.crl 2>/dev/null
# with NAME OPTIONS...: a login of acme-1 with the certificate NAME.
with() {
	name=$1
	shift
	explain --user acme-1 --certificate "$name.pem" "$@" |
		grep -v '^class\|^data\|^pam'
}
expect "a good certificate logs in" 0 \
'certificate: SUCCESS "CN=acme-1"
identity file: the user has no identity file
identity cn: leads to this user: "acme-1"
'"$either TLS, a verified certificate that names this user
"'verdict: accept, certificate (logged in by certificate)' \
	with acme-1 --ca ca.pem --crl empty.crl
echo 'sha256:00' >identities/acme-1
expect "each way says where it leads" 0 \
'certificate: SUCCESS "CN=acme-1"
identity file: the identity file has a faulty line (line 1)
identity cn: leads to this user: "acme-1"
'"$either TLS, a verified certificate that names this user
"'verdict: accept, certificate (logged in by certificate)' \
	with acme-1 --ca ca.pem
rm identities/acme-1
expect "a revoked one does not" 0 \
'certificate: FAILED:revoked "CN=acme-1"
'"$either TLS, a certificate that did not verify
"'verdict: refuse, bad-certificate (certificate not accepted: revoked)' \
	with acme-1 --ca ca.pem --crl revoked.crl
expect "nor does an expired one" 0 \
	"verdict: refuse, bad-certificate (certificate not accepted: expired)" \
	last explain --user acme-1 --certificate old.pem --ca ca.pem
expect "nor does somebody else's" 0 \
"verdict: refuse, not-this-user (certificate does not belong to this user)" \
	last explain --user acme-2 --certificate acme-1.pem --ca ca.pem
expect "nor one of an unknown CA" 0 \
"verdict: refuse, bad-certificate (certificate not accepted: unknown-ca)" \
	last explain --user acme-1 --certificate acme-1.pem --ca old.pem
cat >helper.conf <<EOF2
user = "$(id -un)"
classes = "$dir/classes.conf"
tls {
    certificate = { "$dir/old.pem" }
    key = { "$dir/old.key" }
    client-ca = { "$dir/ca.pem" }
    client-crl = { "$dir/revoked.crl" }
}
listen "ftp" {
    address = { "127.0.0.1:2100" }
    protocol = ftp
    tls = explicit
    backend = "127.0.0.1:221"
}
EOF2
expect "without --ca, CAs and lists are the helper's" 0 \
	"verdict: refuse, bad-certificate (certificate not accepted: revoked)" \
	last explain --user acme-1 --certificate acme-1.pem \
	--config helper.conf
expect "a file without a certificate is no answer" 2 \
	"stsslctl: classes.conf: no certificate in it, neither PEM nor DER" \
	explain --user acme-1 --certificate classes.conf --ca ca.pem

while IFS=: read -r bad why; do
	# shellcheck disable=SC2086 # a list of words
	expect "explain --user x $bad: $why" 2 "stsslctl: $why" \
		explain --user x $bad
done <<'EOF2'
--clear --tls 1.3:--clear goes without --tls and --certificate
--clear --certificate x:--clear goes without --tls and --certificate
--ca x.pem:--ca needs --certificate
--certificate x --crl x:--crl needs --ca
--tls 1.1:--tls takes 1.2 or 1.3
--ssh-key x --edge y:--ssh-key goes without --listener and --edge
--from nowhere:--from takes an IP address
EOF2
expect "explain needs a user" 2 \
	"stsslctl: --user: is missing; see stsslctl explain --help" \
	explain --clear
expect "and no word" 2 \
	"stsslctl: y: one argument too many; see stsslctl explain --help" \
	explain --user x y

digest() {
	"$STSSLCTL" digest --classes "$dir/$1"
}
digest_of_text() {
	"$STSSLCTL" digest --text --classes same.conf | sha256sum
}
cat >same.conf <<EOF2
# The same, with other words.
identities = "$dir/identities"
class "office" { login = password ssl = optional
    from = { "192.0.2.0:255.255.255.0" } }
class "mail" { service = { "dovecot", "dovecot" }
    ssl = optional login = password }
class "partners" { user = { "acme-*" } ssl = required login = either
    bad-certificate = refuse }
class "modern" { user = { "new" } ssl = optional login = either
    min-protocol = "TLS1.3" enabled = true }
EOF2
sed 's/acme-\*/acme-?/' same.conf >other.conf
expect "two files that mean the same have one digest" 0 \
	"$(digest classes.conf)" digest same.conf
r=different
[ "$(digest other.conf)" != "$(digest same.conf)" ] || r=same
expect "another meaning has another" 0 different echo "$r"
expect "--text is what the digest is of" 0 "$(digest same.conf)  -" \
	digest_of_text
echo 'x = 1' >>same.conf
expect "a faulty file has none" 2 \
	"stsslctl: @/same.conf:11: \"x\" is no key here" digest same.conf
expect "and refuses everybody" 1 \
"stsslctl: @/same.conf:11: \"x\" is no key here
verdict: refuse, configuration (the configuration is faulty)
data: private
pam: auth PAM_SERVICE_ERR, account PAM_SERVICE_ERR" \
	"$STSSLCTL" explain --user new --classes "$dir/same.conf"
# stssl-identities(5) says how a dn: entry is made with openssl.  All names that
# it has for types of attributes, in certificates of thirty.
mkdir names
cat >names.conf <<EOF2
identities = "$dir/names"
class "all" { ssl = optional login = either identity = { "file" } }
EOF2
# named NAME SUBJECT: NAME.pem, with this subject, in a form of openssl's.
named() {
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$1.key" -subj "$2" -out "$1.csr" 2>/dev/null
	openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -days 9 \
		-extfile leaf.ext -out "$1.pem" 2>/dev/null
}
# recipe NAME FORM
recipe() {
	openssl x509 -in "$1.pem" -noout -subject -nameopt "$2" |
		sed 's/subject=/dn:/' >names/u
	chmod 644 names/u
	"$STSSLCTL" explain --classes names.conf --user u \
		--certificate "$1.pem" --ca ca.pem | grep '^identity'
}
by_oid() {
	"$STSSLCTL" explain --classes names.conf --user v \
		--certificate oid.pem --ca ca.pem >by_oid
	status=$?
	grep '^identity' by_oid
	return "$status"
}
echo 'basicConstraints = CA:FALSE' >leaf.ext
count=0
while read -r words; do
	subject=$(printf '%s\n' "$words" | tr ' ' '\n' | sed 's,.*,/&=12,' |
		tr -d '\n' | sed 's,/c3=12,/c3=123,; s,/n3=12,/n3=123,')
	count=$((count + 1))
	named "all$count" "$subject"
	for form in RFC2253 RFC2253,lname RFC2253,oid; do
		expect "the recipe for dn: $form of $words" 0 \
			"identity file: leads to this user: \"u\" (line 1)" \
			recipe "all$count" "$form"
	done
done <<EOF2
CN SN serialNumber C L ST street O OU title description businessCategory
postalAddress postalCode postOfficeBox physicalDeliveryOfficeName
telephoneNumber name GN initials generationQualifier x500UniqueIdentifier
dnQualifier houseIdentifier dmdName pseudonym role organizationIdentifier c3 n3
destinationIndicator registeredAddress x121Address internationaliSDNNumber UID
mail info favouriteDrink roomNumber userClass host manager documentIdentifier
documentTitle documentVersion documentAuthor documentLocation
homeTelephoneNumber secretary otherMailbox lastModifiedTime lastModifiedBy DC
aRecord mXRecord nSRecord sOARecord cNAMERecord associatedDomain associatedName
homePostalAddress personalTitle mobileTelephoneNumber pagerTelephoneNumber
friendlyCountryName organizationalStatus janetMailbox mailPreferenceOption
buildingName emailAddress unstructuredName unstructuredAddress
challengePassword jurisdictionL jurisdictionST jurisdictionC INN OGRN SNILS
id-pda-placeOfBirth id-pda-gender id-pda-countryOfCitizenship
EOF2
echo 'dn:OU=Lab,2.5.4.97=12' >names/v
chmod 644 names/v
named oid "/organizationIdentifier=12/OU=Lab"
expect "an entry may have OIDs" 0 \
	'identity file: leads to this user: "v" (line 1)' \
	by_oid
named oid "/organizationIdentifier=13/OU=Lab"
expect "of another value it is not" 0 \
	'identity file: no entry of the identity file fits' by_oid
plan
