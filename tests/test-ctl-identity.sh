#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# stsslctl identity: who has which certificate, and how that is changed.
set -u
: "${srcdir:?} ${STSSLCTL:?}"

# shellcheck source=tests/ctl.sh
. "$srcdir/tests/ctl.sh"

authority
certificate alice 'expiration_days = 100'
certificate bob 'expiration_days = 100'
sha=$(certtool --infile alice.pem --fingerprint --hash sha256)
spki=$(openssl x509 -in alice.pem -pubkey -noout |
	openssl pkey -pubin -outform der | sha256sum | cut -d ' ' -f 1)
mkdir identities

identity() {
	"$STSSLCTL" identity "$@" --directory "$dir/identities"
}
# file USER: the user's file, but for what changes from day to day.
file() {
	sed 's/until .* added .*/until X, added X/' "identities/$1"
}

expect "a certificate is added by its fingerprint" 0 \
	"added sha256:$sha: @/identities/alice" identity add alice alice.pem
expect "with a comment that says which it is" 0 \
"# stsslctl: \"CN=alice\" until X, added X
sha256:$sha" file alice
expect "twice is once" 0 "there already sha256:$sha" \
	identity add alice alice.pem
expect "a certificate belongs to one user" 1 \
"stsslctl: @/identities/alice: has the certificate already; with --shared two \
users can have it" identity add bob alice.pem
expect "whichever entry is to name it" 1 \
"stsslctl: @/identities/alice: has the certificate already; with --shared two \
users can have it" identity add bob alice.pem --by spki
expect "unless it is shared" 0 \
	"added spki-sha256:$spki: @/identities/bob" \
	identity add bob alice.pem --by spki --shared
expect "list says who has how many" 0 "alice: 1
bob: 1" identity list
expect "list --json" 0 '{
  "directory": "@/identities",
  "users": [
    {
      "user": "alice",
      "entries": 1
    },
    {
      "user": "bob",
      "entries": 1
    }
  ]
}' identity list --json
printf '# my own\n\ndn:CN=x' >identities/carol
expect "what is there already stays" 0 "added sha256:$sha: @/identities/carol" \
	identity add carol alice.pem --shared
expect "comments and a last line without an end, too" 0 "# my own

dn:CN=x
# stsslctl: \"CN=alice\" until X, added X
sha256:$sha" file carol
expect "show has the lines" 0 "3: dn:CN=x
5: sha256:$sha" identity show carol
expect "an entry is removed with its comment" 0 \
	"removed 1: @/identities/carol" \
	identity remove carol "sha256:$sha"
expect "and nothing else is" 0 "# my own

dn:CN=x" file carol
expect "all entries for a certificate are removed by its file" 0 \
	"removed 1: @/identities/alice" \
	identity remove alice alice.pem
expect "a file without a line is no file" 1 "" test -e identities/alice
expect "what is not there cannot be removed" 1 \
	"stsslctl: @/identities/carol: no such entry" \
	identity remove carol bob.pem
expect "a faulty file is not changed" 1 \
"stsslctl: @/identities/dave: line 2 is faulty: mend it first" \
	sh -c "printf 'dn:CN=y\nnonsense\n' >identities/dave
		'$STSSLCTL' identity add dave bob.pem \
		    --directory '$dir/identities'"
expect "show says what is faulty" 1 "1: dn:CN=y
2: nonsense (faulty)" identity show dave
rm identities/dave

# mode MODE: the directory's mode; what a new file's is then.
mode() {
	chmod "$1" identities
	identity add erin bob.pem >/dev/null && stat -c %a identities/erin
	rm identities/erin
	chmod 755 identities
}
expect "a new file is for those who can search the directory" 0 644 mode 755
expect "and else for its group" 0 640 mode 750
keep() {
	chmod 600 identities/carol
	identity add carol bob.pem >/dev/null && stat -c %a identities/carol
}
expect "the mode of a file is kept" 0 600 keep
identity remove carol bob.pem >/dev/null
expect "what looks like an entry and is none is told so" 2 \
	"stsslctl: sha256:00: neither an entry without fault nor a file" \
	identity remove alice sha256:00

for user in ../x . -x '' 'a b'; do
	expect "'$user' is no user" 2 \
		"stsslctl: ${user:-\"\"}: that is no user name" \
		"$STSSLCTL" identity show --directory "$dir/identities" \
		-- "$user"
done
chmod 775 identities
expect "a directory that others can write to is not used" 2 \
	"stsslctl: @/identities: can be written to by others than root" \
	identity add alice alice.pem
chmod 755 identities
ln -s identities link
expect "nor is a link to one" 2 \
	"stsslctl: @/link: a symbolic link: it is not followed" \
	"$STSSLCTL" identity list --directory "$dir/link"
ln -s "$dir/alice.pem" identities/zoe
expect "nor is a link in it" 2 \
	"stsslctl: @/identities/zoe: a symbolic link: it is not followed" \
	identity add zoe alice.pem --shared
expect "which might be somebody else's" 2 \
	"stsslctl: @/identities/zoe: a symbolic link: it is not followed" \
	identity add frank bob.pem
rm identities/zoe
echo nonsense >nonsense.pem
expect "a file without a certificate is told" 2 \
	"stsslctl: nonsense.pem: no certificate in it, neither PEM nor DER" \
	identity add alice nonsense.pem
for bad in "add alice" "list x" "show" "remove alice" "add a b c" \
	"list --shared" "add alice alice.pem --by name" ""; do
	# shellcheck disable=SC2086 # a list of words
	expect "bad usage: identity $bad" 2 "" sh -c \
		'"$@" >/dev/null 2>&1' sh "$STSSLCTL" identity $bad
done
printf 'identities = "%s"\nclass "all" { ssl = optional login = either }\n' \
	"$dir/identities" >classes.conf
expect "the directory is the one of classes.conf" 0 "bob: 1
carol: 1" "$STSSLCTL" identity list --classes "$dir/classes.conf"

# swap: hal gets a certificate, but while stsslctl waits for the lock another
# directory takes the place of the one that was opened.
swap() {
	exec 9<identities
	flock 9
	"$STSSLCTL" identity add hal alice.pem --directory "$dir/identities" \
		9<&- &
	until grep -q -- "-> FLOCK.* $! " /proc/locks; do
		kill -0 "$!" || return
	done
	mv identities opened
	mkdir identities
	echo "$1" >identities/ines
	exec 9<&-
	wait "$!"
	r=$?
	ls identities
	rm -r identities
	mv opened identities
	return "$r"
}
identity remove bob alice.pem >/dev/null
echo 'dn:CN=h' >identities/hal
expect "what was opened is changed, not what has its name since" 0 \
	"added sha256:$sha: @/identities/hal
ines" swap "sha256:$sha"
expect "and what was in it is still there" 0 "dn:CN=h
# stsslctl: \"CN=alice\" until X, added X
sha256:$sha" file hal
echo "sha256:$sha" >identities/ida
rm identities/hal
expect "who has a certificate is looked up there, too" 1 \
"stsslctl: @/identities/ida: has the certificate already; with --shared two \
users can have it
ines" swap "dn:CN=i"
rm identities/ida
# among: in a directory that others can write to.
among() {
	chmod 777 .
	identity list
	r=$?
	chmod 755 .
	return $r
}
expect "a directory is not used where others can rename it" 2 \
	"stsslctl: @/identities: can be written to by others than root" among

# Many at a time: no entry is lost.
crowd() {
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
		certificate "c$i" 'expiration_days = 100'
	done
	pids=
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
		identity add gina "c$i.pem" >/dev/null &
		pids="$pids $!"
	done
	for pid in $pids; do
		wait "$pid" || return
	done
	grep -c '^sha256:' identities/gina
	find identities -name '.*' -type f | wc -l
}
expect "what several add at a time is all there" 0 "12
0" crowd
# odd NAME WHY: NAME.pem is added, with a warning.
odd() {
	expect "what cannot log in is added with a warning: $2" 0 \
"stsslctl: warning: $1.pem: does not log in: $2
added sha256:$(certtool --infile "$1.pem" --fingerprint --hash sha256): \
@/identities/$1" identity add "$1" "$1.pem"
}
certificate old 'activation_date = "2020-01-01 00:00:00 UTC"' \
	'expiration_date = "2021-01-01 00:00:00 UTC"'
odd old "certificate expired"
certificate new 'activation_date = "2090-01-01 00:00:00 UTC"' \
	'expiration_date = "2091-01-01 00:00:00 UTC"'
odd new "certificate not yet valid"
certificate web tls_www_server 'expiration_days = 9'
odd web "certificate not meant for clients"
certificate authority ca 'expiration_days = 9'
odd authority "certificate not meant for clients"
# certtool does not make these.
issue() {
	openssl req -new -newkey "$2" -pkeyopt "$3" -nodes -keyout "$1.key" \
		-subj "/CN=$1" -out "$1.csr" 2>/dev/null
	printf '%s\n' "keyUsage = $4" >"$1.ext"
	openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -days 9 \
		-extfile "$1.ext" -out "$1.pem" 2>/dev/null
}
issue deeds ec ec_paramgen_curve:P-256 nonRepudiation
odd deeds "certificate not meant for clients"
issue coin ec ec_paramgen_curve:secp256k1 digitalSignature
odd coin "certificate with a weak algorithm or key"
issue small rsa rsa_keygen_bits:1024 digitalSignature
odd small "certificate with a weak algorithm or key"

plan
