#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# stsslctl check, over a whole configuration with certificates made here, and
# what each thing that can be wrong with it makes it say.
set -u
: "${srcdir:?} ${STSSLCTL:?}"

# shellcheck source=tests/ctl.sh
. "$srcdir/tests/ctl.sh"
me=$(id -un)

# config CERTIFICATE KEY CRL [BACKEND]: helper.conf
config() {
	cat >helper.conf <<-EOF
		user = "$me"
		classes = "$dir/classes.conf"
		status-socket = "$dir/status.sock"
		tls {
		    certificate = { "$dir/$1" }
		    key = { "$dir/$2" }
		    client-ca = { "$dir/ca.pem" }
		    client-crl = { ${3:+"\"$dir/$3\""} }
		}
		listen "ftp" {
		    address = { "127.0.0.1:2100" }
		    protocol = ftp
		    tls = explicit
		    backend = "${4-192.0.2.1:2121}"
		}
	EOF
}

# check OPTIONS...: stsslctl check of that configuration.
check() {
	"$STSSLCTL" check --config "$dir/helper.conf" --etc "$dir/etc" "$@"
}

sum=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef

authority
certificate server 'expiration_days = 365'
certificate soon 'expiration_days = 10'
certificate old 'activation_date = "2020-01-01 00:00:00"' \
	'expiration_date = "2021-01-01 00:00:00"'
certificate early 'activation_date = "2120-01-01 00:00:00"' \
	'expiration_date = "2121-01-01 00:00:00"'
kind=--rsa
certificate rsa 'expiration_days = 365'
kind=--ecc
list fresh.crl 'crl_next_update = 100' ''
list short.crl 'crl_next_update = 3' ''
list stale.crl 'crl_this_update_date = "2020-01-01 00:00:00"' \
	'crl_next_update_date = "2021-01-01 00:00:00"'
mkdir identities
cat >classes.conf <<EOF2
identities = "$dir/identities"
class "all" { ssl = optional  login = either }
EOF2

config server.pem server.key fresh.crl
expect "nothing is said of what is right" 0 "" check
expect "--json says so with an empty list" 0 '{
  "findings": []
}' check --json

config rsa.pem rsa.key fresh.crl
expect "RSA alone is no mistake, but a second certificate would help" 0 \
	'hint: @/rsa.pem: has an RSA key, and no certificate has another; a'"\
 second one with an ECDSA key makes connections cheaper" check
config "rsa.pem\", \"$dir/server.pem" "rsa.key\", \"$dir/server.key" fresh.crl
expect "there is none with both kinds" 0 "" check

first=$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start 2>/dev/null)
[ "${first:-0}" -gt 0 ] || first=1024
for port in 1024 2121 65535; do
	for address in 127.0.0.1 127.9.9.9 '[::1]'; do
		config server.pem server.key fresh.crl "$address:$port"
		expect "a port that anybody may take is told: $address:$port" \
			1 "warning: @/helper.conf:14: backend: any local user \
may take this port while the daemon is away; use one below $first" check
	done
done

for proxies in '0.0.0.0/0' '::/0' '*.*.*.*' '10.0.0.0/8", "::/0'; do
	config server.pem server.key fresh.crl
	sed -i "s|protocol = ftp|accept-proxy = { \"$proxies\" }|" helper.conf
	expect "accept-proxy for everybody is told: $proxies" 1 \
		"warning: @/helper.conf:12: accept-proxy: every client can \
say which address it has; name the proxies alone" check
done
config server.pem server.key fresh.crl
sed -i 's|protocol = ftp|accept-proxy = { "10.0.0.0/8", "0.0.0.0/1" }|' \
	helper.conf
expect "nothing is said of other networks" 0 "" check

config soon.pem soon.key ''
r=$(check --config "$dir/helper.conf")
case $?$r in
"1warning: $dir/soon.pem: \"CN=soon\" expires on 2"*) r=right ;;
esac
expect "a certificate is to be renewed 30 days before its end" 0 right echo "$r"
config old.pem old.key ''
expect "an expired certificate is an error" 1 \
	'error: @/old.pem: "CN=old" has expired on 2021-01-01 00:00 UTC' check
config early.pem early.key ''
expect "so is one from the future" 1 \
	'error: @/early.pem: "CN=early" is not valid before'"\
 2120-01-01 00:00 UTC" \
	check
# The CA of the CA alone is known; "issuing" is what clients lack.
mv ca.pem root.pem; mv ca.key root.key
certtool --generate-privkey --ecc --outfile ca.key 2>/dev/null
printf '%s\n' 'cn = "Issuing"' ca cert_signing_key 'expiration_days = 365' \
	>issuing.tmpl
certtool --generate-certificate --load-privkey ca.key --load-ca-privkey \
	root.key --load-ca-certificate root.pem --template issuing.tmpl \
	--outfile ca.pem 2>/dev/null
certificate below 'expiration_days = 365'
mv ca.pem issuing.pem; mv root.pem ca.pem; mv root.key ca.key
cat below.pem issuing.pem >whole.pem
config below.pem below.key ''
expect "a server's chain that ends early is told" 1 \
	'warning: @/below.pem: the chain ends with "CN=below", and its issuer'"\
 \"CN=Issuing\" is missing: it is neither in the file nor a root CA known\
 here" \
	check
config whole.pem below.key ''
expect "a chain up to a root that is known here is whole" 0 "" check
config server.pem soon.key ''
expect "a key has to be the certificate's" 1 \
	'error: @/soon.key: is not the key of @/server.pem' check
config server.pem server.key ''
chmod 644 server.key
expect "a key is a secret" 1 \
	'error: @/helper.conf:6: key = "@/server.key": others can read or'"\
 change it" \
	check
chmod 600 server.key
chmod 666 ca.pem
expect "others must not write to the CAs" 1 \
	'error: @/ca.pem: can be written to by others than root' check
chmod 644 ca.pem
cp ca.pem ca.good
cat ca.good server.pem >ca.pem
expect "a CA is a CA" 1 \
	'error: @/ca.pem: has a certificate that is no CA'"'"'s' check
cp ca.good ca.pem

config server.pem server.key stale.crl
expect "a revocation list out of date is an error" 1 \
	"error: @/stale.crl: the revocation list is out of date since\
 2021-01-01 00:00 UTC" \
	check
config server.pem server.key short.crl
r=$(check --config "$dir/helper.conf")
case $?$r in
"1warning: $dir/short.crl: the revocation list is out of date on 2"*) r=right ;;
esac
expect "a revocation list is to be renewed 7 days before its end" 0 right \
	echo "$r"
mv ca.pem ca.good; mv ca.key ca.good.key
authority
list foreign.crl 'crl_next_update = 100' ''
mv ca.good ca.pem; mv ca.good.key ca.key
config server.pem server.key foreign.crl
r=$(check --config "$dir/helper.conf")
case $?$r in
"1error: $dir/foreign.crl: "*) r=right ;;
esac
expect "a revocation list has to be of a CA" 0 right echo "$r"
mkdir lists
cp fresh.crl stale.crl lists
config server.pem server.key lists
expect "each file of a directory is looked at" 1 \
	"error: @/lists/stale.crl: the revocation list is out of date since\
 2021-01-01 00:00 UTC" \
	check
config server.pem server.key ''

echo 'class "more" { ssl = never }' >>classes.conf
expect "a mistake in classes.conf has its line" 1 \
	'error: @/classes.conf:3: ssl = "never": not one of required,'"\
 optional" \
	check
sed -i 3d classes.conf
echo 'class "late" { user = { "x" } ssl = required }' >>classes.conf
expect "a class that nobody is ever in is told" 1 \
	'warning: @/classes.conf:3: nobody is ever in class "late": class'"\
 \"all\" takes all its users" \
	check
sed -i 3d classes.conf
cp classes.conf classes.good
cat >classes.conf <<EOF2
identities = "$dir/identities"
class "acme" {
    from  = { "192.0.2.0/24" }
    user  = { "acme-*" }
}
class "all" { ssl = optional  login = either }
EOF2
expect "users who fall through into a weaker class are told" 1 \
	'warning: @/classes.conf:4: user "acme-*" is in class "all", which'"\
 asks for less, when from does not fit" \
	check
sed -i '/^class "all"/i class "elsewhere" { user = "acme-*"  login = refuse }' \
	classes.conf
expect "a class that refuses them ends that" 0 "" check
sed -i 's/login = refuse/&\nidentity = cn/' classes.conf
expect "keys that read like criteria beside refuse are told" 1 \
	"warning: @/classes.conf:7: identity changes nothing with\
 login = refuse: all users of the class are refused, whatever they show" \
	check
cat >classes.conf <<EOF2
identities = "$dir/identities"
class "a" { listener = { "f*", "ftps" } }
class "b" { edge = { "*" }  enabled = no }
class "c" { edge = { "dmz1" } }
class "all" { ssl = optional  login = either }
EOF2
expect "classes for places that the helper does not have are told" 1 \
	'warning: @/classes.conf:2: listener = "ftps": the helper has no'"\
 such listener
"'warning: @/classes.conf:4: edge = "dmz1": no listener of the helper has'"\
 tls = link" \
	check
mkdir pam.d
: >pam.d/here
cat >classes.conf <<EOF2
identities = "$dir/identities"
class "a" { service = { "here", "elsewhere" } }
class "b" { group = { "$(id -gn)", "0", "no-such-group" } }
class "c" { group = { "no-such-group" }  enabled = no }
class "all" { ssl = optional  login = either }
EOF2
expect "classes for a PAM service or a group that is not there are told" 1 \
	'warning: @/classes.conf:2: service = "elsewhere": there is no such'"\
 PAM service
"'warning: @/classes.conf:3: group = "no-such-group": there is no such'"\
 group" \
	check --pam-dir "$dir/pam.d"
for name in anonymous ftp FTP 'anon*' 'ftp*'; do
	cat >classes.conf <<-EOF2
		identities = "$dir/identities"
		class "guests" { user = { "x", "$name" }  login = refuse }
		class "all" { ssl = optional  login = either }
	EOF2
	expect "capitals that pass by a class for $name are told" 1 \
		"warning: @/classes.conf:2: vsftpd takes ANONYMOUS and FTP,\
 too, for anonymous, and this class does not see them without\
 user-names = lower" \
		check
	echo 'user-names = lower' >>classes.conf
	expect "with user-names = lower none passes by: $name" 0 "" check
done
cat >classes.conf <<EOF2
identities = "$dir/identities"
class "some" { user = { "anon", "f*", "ftp-*", "*", "ftpuser" } }
EOF2
expect "nothing is said of classes that are not for anonymous" 0 "" check
mv classes.good classes.conf
sed -i '1i status-users = { "no-such-user" }' helper.conf
expect "users who may ask have to exist" 1 \
	'error: @/helper.conf:1: status-users = "no-such-user": there is no'\
' such user' check
sed -i '1s/.*/status-group = "no-such-group"/' helper.conf
expect "so has their group" 1 'error: @/helper.conf:1: status-group ='\
' "no-such-group": there is no such group' check
sed -i 1d helper.conf
sed -i 's/^user = .*/user = "no-such-user"/' helper.conf
expect "so has the helper's user" 1 'error: @/helper.conf:1: user ='\
' "no-such-user": there is no such user' check
config server.pem server.key ''
# The helper's user, too, is root when root runs the tests.
level=error why="that is the helper's own user"
[ "$me" != root ] || level=warning why="root may report without it"
for row in "no-such-user:error: @/helper.conf:14: backend-user = \
\"no-such-user\": there is no such user" \
    "root:warning: @/helper.conf:14: backend-user = \"root\": root may report \
without it" \
    "$me:$level: @/helper.conf:14: backend-user = \"$me\": $why" daemon:; do
	config server.pem server.key ''
	sed -i "s/^    tls = explicit/&\n    backend-user = \"${row%%:*}\"/" \
		helper.conf
	[ -n "${row#*:}" ]
	expect "a backend-user is another than root and the helper's:\
 ${row%%:*}" $(($? == 0)) "${row#*:}" check
done
config server.pem server.key ''
sed -i 's/^tls {/tls { priority = "NORMAL:-NONSENSE"/' helper.conf
expect "a priority has to be one" 1 \
	'error: @/helper.conf:4: priority: "-NONSENSE": The request is'\
' invalid.' check
openssl x509 -in server.pem -outform der -out server.der
openssl x509 -in ca.pem -outform der -out ca.der
openssl crl -in fresh.crl -outform der -out crl.der
openssl pkcs8 -topk8 -in server.key -passout pass:x -out encrypted.key
chmod 600 encrypted.key
config server.der server.key ''
expect "a certificate is in PEM" 1 \
	"error: @/server.der: no certificate in PEM" check
config server.pem encrypted.key ''
expect "a key is not encrypted" 1 "error: @/encrypted.key: the key is\
 encrypted, and nobody is asked for its password; openssl pkey -in FILE -out\
 NEW decrypts it" check
install -m 600 /dev/null empty.key
config server.pem empty.key ''
expect "a key is there" 1 "error: @/empty.key: no private key in PEM" check
config server.pem server.key ''
sed -i 's/ca\.pem/ca.der/' helper.conf
expect "a CA is in PEM, which is said once" 1 \
	"error: @/ca.der: no certificate in PEM" check
config server.pem server.key crl.der
expect "a list is in PEM, which is said once" 1 "error: @/crl.der: no\
 revocation list in PEM: Base64 decoding error." check
config server.pem server.key ''
echo 'nonsense = 1' >>helper.conf
r=$(check --config "$dir/helper.conf")
case $r in
"error: $dir/helper.conf:16: "*) r=right ;;
esac
expect "a mistake in helper.conf has its line" 0 right echo "$r"
config server.pem server.key ''

echo "sha256:$sum" >"identities/$me"
expect "an identity file with a good entry" 0 "" check
printf '# a comment\nsha256:12\n' >"identities/$me"
expect "a faulty entry has its line" 1 \
	"error: @/identities/$me:2: faulty entry: the file does not count" check
echo "sha256:$sum" >"identities/$me"
echo "sha256:$(echo $sum | tr a-f A-F)" >identities/no-such-user
expect "users have to exist, and one certificate is for one user" 1 \
	"warning: @/identities/no-such-user: there is no such user in the\
 passwd database
warning: @/identities/$me:1: the same entry as in @/identities/no-such-user:1" \
	check
rm identities/no-such-user
ln -s /etc/passwd "identities/link"
expect "a symbolic link does not count" 1 \
	"error: @/identities/link: a symbolic link: it does not count" check
rm identities/link
chmod 664 "identities/$me"
expect "who can write to an identity file could be anybody" 1 \
	"error: @/identities/$me: others than root can write to it: it does\
 not count" \
	check
chmod 644 "identities/$me"
touch "identities/-x"
expect "a file that is no user's is never read" 1 \
	"warning: @/identities/-x: not the name of a user: it is never read" \
	check
rm identities/-x
mv identities gone
expect "a directory that classes.conf names is there" 1 "warning:\
 @/classes.conf:1: identities = \"@/identities\": there is no such directory" \
	check
mv gone identities

untrusted="it, and each directory that it is in, must belong to root and be\
 writable by its owner only"
mkdir open
cp -p ca.pem classes.conf open
chmod 1777 open
expect "classes.conf has to be where nobody can put another" 1 \
	"error: @/open/classes.conf: $untrusted
error: @/open: can be written to by others than root" \
	check --classes "$dir/open/classes.conf"
sed -i "s,$dir/ca.pem,$dir/open/ca.pem," helper.conf
expect "so have the CAs" 1 \
	"error: @/open: can be written to by others than root" check
ln -s open link
sed -i "s,$dir/open/ca.pem,$dir/link/ca.pem," helper.conf
expect "wherever a link leads" 1 \
	"error: @/link: can be written to by others than root
error: @/open: can be written to by others than root" check
mkdir open/deep
mv open/ca.pem open/deep
sed -i "s,$dir/link/ca.pem,$dir/open/deep/ca.pem," helper.conf
expect "further above, a sticky directory does" 0 "" check
chmod 777 open
expect "and no other one" 1 \
	"error: @/open: can be written to by others than root" check
config server.pem server.key ''
chmod 777 .
expect "helper.conf has to be where nobody can put another" 1 \
	"error: @/helper.conf: $untrusted
error: @: can be written to by others than root" check
chmod 755 .
expect "and all is well again" 0 "" check

expect "an unknown option is bad usage" 2 \
	"stsslctl: --nonsense: there is no such option, or more than one; see\
 stsslctl check --help" \
	check --nonsense
expect "a service that is not there is no answer" 2 \
	"stsslctl: @/nosuch: No such file or directory" \
	"$STSSLCTL" check --pam nosuch --pam-dir "$dir"
plan
