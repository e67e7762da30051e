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
row: ssl = optional, login = password, bad-certificate = password; connection: no TLS
verdict: password, by-password (the password decides)
data: any
pam: auth PAM_IGNORE, account PAM_SUCCESS' \
	explain --user acme-1 --from 192.0.2.7 --clear
expect "TLS that is required is told" 1 \
'class "office": from: the client does not come from there
class "mail": service: not for this service
class "partners": every criterion matches
row: ssl = required, login = either, bad-certificate = refuse; connection: no TLS
verdict: refuse, tls-required (TLS required)
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

# complaint OPTIONS...: the beginning of the usage line.
complaint() {
	explain "$@" 2>&1 | head -n 1 | cut -c-23
}
for bad in "--user x --clear --tls 1.3" "--user x --tls 1.1" \
	"--user x --from nowhere" "--clear" "--user x y" \
	"--user x --certificate x.pem" "--user x --clear --crl x" ; do
	# shellcheck disable=SC2086 # a list of words
	expect "bad usage: explain $bad" 0 "usage: stsslctl explain" \
		complaint $bad
done

digest() {
	"$STSSLCTL" digest --classes "$dir/$1"
}
digest_of_text() {
	"$STSSLCTL" digest --text --classes same.conf | sha256sum
}
cat >same.conf <<EOF2
# The same, with other words.
identities = "$dir/identities"
class "office" { login = password ssl = optional from = { "192.0.2.0:255.255.255.0" } }
class "mail" { service = { "dovecot", "dovecot" } ssl = optional login = password }
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
	"stsslctl: @/same.conf:9: no such option 'x'" digest same.conf
expect "and refuses everybody" 1 \
"stsslctl: @/same.conf:9: no such option 'x'
verdict: refuse, configuration (the configuration is faulty)
data: private
pam: auth PAM_SERVICE_ERR, account PAM_SERVICE_ERR" \
	"$STSSLCTL" explain --user new --classes "$dir/same.conf"
plan
