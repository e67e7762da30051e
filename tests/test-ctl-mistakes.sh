#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What a beginner does: files that are not what they should be, formats that
# certificates come in, nothing configured yet.  Each is told in one line, and
# nothing is changed then.
set -u
: "${srcdir:?} ${STSSLCTL:?} ${HELPER:?}"

# shellcheck source=tests/ctl.sh
. "$srcdir/tests/ctl.sh"

authority
certificate alice 'expiration_days = 100'
sha=$(certtool --infile alice.pem --fingerprint --hash sha256)
mkdir identities
echo 'class "all" { ssl = optional login = either }' >classes.conf

identity() {
	"$STSSLCTL" identity "$@" --directory "$dir/identities"
}
# quiet COMMAND...: without stderr.
quiet() {
	"$@" 2>/dev/null
}
# told DESCRIPTION NEEDLE COMMAND...: it fails, and says so in one line, which
# has the needle, on stdout or on stderr.
told() {
	about=$1
	shift
	expect "$about" 0 "" told_once "$@"
}
told_once() {
	needle=$1
	shift
	said=$("$@" 2>&1)
	r=$?
	case $r-$said in
	0-* | *"
"*) ;;
	*"$needle"*) return 0 ;;
	esac
	echo "$r: $said"
	return 1
}

# Formats.
openssl x509 -in alice.pem -outform der -out alice.der
cat alice.pem ca.pem >both.pem
openssl x509 -in alice.pem -text -out text.pem
sed 's/$/\r/' alice.pem >crlf.pem
for file in alice.der both.pem text.pem crlf.pem; do
	expect "$file is added" 0 "added sha256:$sha: @/identities/bob" \
		identity add bob "$file"
	expect "$file is removed" 0 "removed 1: @/identities/bob" \
		identity remove bob "$file"
done
expect "explain takes DER, too" 0 'certificate: SUCCESS "CN=alice"
class "all": every criterion matches
identity file: the user has no identity file
identity cn: leads to another user: "alice"
row: ssl = optional, login = either, bad-certificate = password; connection:'"\
 TLS, a verified certificate that does not name this user
verdict: password, by-password (the password decides)
data: any
pam: auth PAM_IGNORE, account PAM_SUCCESS" "$STSSLCTL" explain --user bob \
	--certificate alice.der --ca ca.pem --classes classes.conf
cp alice.der tail.der
printf x >>tail.der
head -c 200 alice.der >cut.der
openssl pkcs12 -export -in alice.pem -inkey alice.key -passout pass:x \
	-out alice.p12
openssl crl2pkcs7 -nocrl -certfile alice.pem -out alice.p7b
openssl crl2pkcs7 -nocrl -certfile alice.pem -outform der -out alice.p7c
openssl req -new -key alice.key -subj /CN=alice -out alice.csr
sed 's/^.\{9\}/!&/; 1s/^!//; $s/^!//' alice.pem >faulty.pem
: >empty
mkdir directory
mkfifo fifo
ln -s loop loop
printf 'a\0b' >nul
truncate -s 70M huge
take="take the certificate out first: openssl"
while read -r file why; do
	for verb in add remove; do
		expect "identity $verb: $file" 2 "stsslctl: $file: $why" \
			identity "$verb" bob "$file"
	done
	expect "explain: $file" 2 "stsslctl: $file: $why" "$STSSLCTL" explain \
		--user bob --certificate "$file" --ca ca.pem
done <<EOF2
alice.p12 this is PKCS#12; $take pkcs12 -in FILE -clcerts -nokeys -out FILE.pem
alice.p7b this is PKCS#7; $take pkcs7 -in FILE -print_certs -out FILE.pem
alice.p7c this is PKCS#7; $take pkcs7 -in FILE -print_certs -out FILE.pem \
-inform DER
alice.csr this is a request for a certificate; the authority's answer has the \
certificate
alice.key this is a private key, and no certificate
tail.der no certificate in it, neither PEM nor DER
cut.der no certificate in it, neither PEM nor DER
huge File too large
empty the file is empty
directory not a regular file
fifo not a regular file
nul no certificate in it, neither PEM nor DER
missing No such file or directory
EOF2
expect "a certificate whose PEM is faulty" 2 \
	"stsslctl: faulty.pem: no usable certificate" \
	identity add bob faulty.pem
openssl pkcs12 -in alice.p12 -passin pass:x -clcerts -nokeys -out out.pem
expect "what was said to do about PKCS#12 helps" 0 \
	"added sha256:$sha: @/identities/bob" identity add bob out.pem
identity remove bob out.pem >/dev/null
expect "nothing is left of all these" 0 "" ls -A identities

# Files that are something else.  root can read everything.
for file in missing directory fifo loop nul huge alice.der; do
	while read -r command; do
		# shellcheck disable=SC2086 # a list of words
		told "$command $file" "$file" "$STSSLCTL" $command "$file"
	done <<-EOF2
		check --classes
		check --config
		matrix --classes
		digest --classes
		identity list --classes
		identity show bob --classes
		check --pam-dir $dir --pam
		explain --user bob --certificate alice.pem --ca
		explain --user bob --certificate alice.pem --ca ca.pem --crl
		explain --user bob --certificate alice.pem --config
		who --socket
		matrix --classes classes.conf --html $dir/missing/
	EOF2
	expect "explain --classes $file" 1 \
		"verdict: refuse, configuration (the configuration is faulty)
data: private
pam: auth PAM_SERVICE_ERR, account PAM_SERVICE_ERR" \
		quiet "$STSSLCTL" explain --user bob --classes "$file"
	told "stssl-helper -t -c $file" "$file" "$HELPER" -t -c "$file"
done
ln -s classes.conf linked.conf
expect "a configuration is no symbolic link" 2 \
	"stsslctl: linked.conf: a symbolic link: it is not followed" \
	"$STSSLCTL" matrix --classes linked.conf
for file in missing alice.pem loop; do
	told "identity list --directory $file" "$file: " \
		"$STSSLCTL" identity list --directory "$dir/$file"
done
expect "a file is no directory" 2 "stsslctl: @/alice.pem: Not a directory" \
	"$STSSLCTL" identity list --directory "$dir/alice.pem"
expect "a directory that is missing can be made" 2 "stsslctl: @/missing:\
 there is no such directory; make it: install -d -m 755" \
	"$STSSLCTL" identity list --directory "$dir/missing"
cp nul identities/bob
expect "an identity file with a NUL" 2 "stsslctl: @/identities/bob: not a\
 text file: a NUL is in it" identity show bob
rm identities/bob
: >empty.conf
expect "no class at all" 1 "warning: @/empty.conf: there is no class, so that\
 everybody is refused" "$STSSLCTL" check --classes "$dir/empty.conf"

# Names and numbers.
expect "identity show of somebody unknown" 1 "stsslctl:\
 @/identities/nobody-of-that-name: there is no such file, and no such user in\
 the passwd database" identity show nobody-of-that-name
expect "of a user without a file" 0 \
	"stsslctl: @/identities/root: the user has no identity file" \
	identity show root
expect "in JSON, too" 0 '{
  "user": "root",
  "entries": []
}' quiet identity show root --json
expect "--by is one of two words" 2 "stsslctl: --by: takes cert or spki" \
	identity add bob alice.pem --by name
expect "explain needs a user" 2 \
	"stsslctl: --user: is missing; see stsslctl explain --help" \
	"$STSSLCTL" explain
for bad in '' / a/b; do
	expect "no service: '$bad'" 2 "stsslctl: ${bad:-\"\"}: is no PAM\
 service: that is the name of a file" "$STSSLCTL" check --pam "$bad"
done
for bad in '' x 12g ABCD 012 01234567890123456 -- "$(printf 'a\033')"; do
	told "no session: '$bad'" "hexadecimal" \
		"$STSSLCTL" kick --socket "$dir/sock" -- "$bad"
done
for bad in '' x 192.0.2 192.0.2.1/64 2001:db8::/32 2001:db8::g example.org; do
	told "no address: '$bad'" "IP address" \
		"$STSSLCTL" pardon --socket "$dir/sock" -- "$bad"
done

# Nothing configured, no helper.
for file in alice.pem loop directory; do
	expect "$file is no socket" 2 "stsslctl: @/$file: is no socket" \
		"$STSSLCTL" who --socket "$dir/$file"
done
python3 -c 'import socket, sys
socket.socket(socket.AF_UNIX).bind(sys.argv[1])' directory/sock
chmod 777 directory
expect "nor does one count that others can put there" 2 "stsslctl:\
 @/directory/sock: others can write where it is, or a link leads there: it is\
 not to be trusted" "$STSSLCTL" who --socket "$dir/directory/sock"
expect "nor is a path that depends on where one is" 2 \
	"stsslctl: sock: the path has to begin with /" \
	"$STSSLCTL" who --socket sock
for command in who "who --penalties" "kick 1" "pardon ::1" reload metrics; do
	# shellcheck disable=SC2086 # a list of words
	told "$command without a helper" \
		"no stssl-helper runs with this status-socket" \
		"$STSSLCTL" $command --socket "$dir/sock"
done
if [ -e /etc/stssl ] || [ -e /run/stssl ]; then
	echo "ok $((n += 1)) - first steps # SKIP this machine has taken them"
	plan
	exit
fi
for command in who "kick 1" "pardon ::1" reload metrics; do
	# shellcheck disable=SC2086 # a list of words
	expect "$command before a helper runs" 2 \
		"stsslctl: /run/stssl/status.sock: no stssl-helper runs with\
 this status-socket; systemctl status stssl-helper says more" \
		"$STSSLCTL" $command
done
for command in check matrix digest "identity list" \
	"explain --user bob --certificate alice.pem"; do
	# shellcheck disable=SC2086 # a list of words
	told "$command before anything is configured" \
		"nothing is configured yet: README says how, and a " \
		"$STSSLCTL" $command
done
told "stssl-helper before anything is configured" \
	"nothing is configured yet: README says how, and a " "$HELPER"
expect "check --classes needs no helper.conf" 0 "" \
	"$STSSLCTL" check --classes "$dir/classes.conf"
told "one that is named is needed" "missing.conf: No such file" \
	"$STSSLCTL" check --classes "$dir/classes.conf" --config missing.conf
plan
