#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# make demo: vsftpd with the helper in front and pam_stssl in its PAM stack, in
# private namespaces that leave nothing behind, and curl as several clients in
# front of it.  Each really logs in and moves a file there and back, or is
# refused.  Succeeds when all came out as they should.
#
# KEEP=1: leaves a shell in there afterwards, with everything running.
set -eu

: "${srcdir:=$(dirname "$0")/..}"
# shellcheck source=tests/story/lib.sh
. "$srcdir/tests/story/lib.sh"

if [ "$(id -u)" != 0 ] && command -v sudo >/dev/null; then
	echo "demo: namespaces and accounts need root: running sudo"
	exec sudo env srcdir="$srcdir" HELPER="$HELPER" MODULE="$MODULE" \
		KEEP="${KEEP-}" sh "$0"
fi
why=$(stage_obstacle)
if [ -n "$why" ]; then
	echo "demo: $why" >&2
	exit 1
fi
stage_enter "$0"

# port LISTENER: from the helper's line "listening listener=ftp address=..."
port()
{
	sed -n "s/.*listening listener=$1 address=127.0.0.1:\([0-9]*\)\$/\1/p" \
		"$STAGE/helper.log"
}

is_listening()
{
	[ -n "$(port ftp)" ] && [ -n "$(port ftps)" ]
}

# try SCHEME CERTIFICATE USER PASSWORD: up and down with curl; "-" for none.
# SCHEME is ftp (AUTH TLS), ftps (implicit TLS) or clear-ftp.
# Prints how it went.
try()
{
	scheme=${1#clear-} certificate=$2 login=$3:${4#-}
	url="$scheme://127.0.0.1:$(port "$scheme")/sent"
	case $1 in
	clear-*) set -- ;;
	*) set -- --ssl-reqd --cacert "$STAGE/pki/ca.pem" ;;
	esac
	if [ "$certificate" != - ]; then
		set -- "$@" --cert "$STAGE/pki/$certificate.pem" \
			--key "$STAGE/pki/$certificate.key"
	fi
	rm -f "$STAGE/got"
	logged=$(wc -c <"$STAGE/syslog")
	set -- "$@" --max-time 30 --user "$login"
	if curl -sv "$@" -T "$STAGE/sent" "$url" 2>"$STAGE/curl.log" &&
	    curl -sv "$@" -o "$STAGE/got" "$url" 2>"$STAGE/curl.log" &&
	    cmp -s "$STAGE/sent" "$STAGE/got"; then
		how
	elif grep -q '^< 530' "$STAGE/curl.log"; then
		echo refused
	else
		echo "failed: $(tail -n 1 "$STAGE/curl.log")"
	fi
}

# What the module said in the log since there were $logged bytes in it.
verdict()
{
	tail -c "+$((logged + 1))" "$STAGE/syslog" |
		sed -n 's/.*login .*verdict=\([a-z]*\).*/\1/p' | grep .
}

how()
{
	await verdict || :
	case $(verdict | tail -n 1) in
	accept) echo "in, by certificate" ;;
	password) echo "in, by password" ;;
	*) echo "in, nobody knows how" ;;
	esac
}

# show CASE EXPECTED SCHEME CERTIFICATE USER PASSWORD: a line of the table.
show()
{
	seen=$(try "$3" "$4" "$5" "$6")
	mark=ok
	if [ "$seen" != "$2" ]; then
		mark=WRONG
		wrong=$((wrong + 1))
	fi
	printf '%-58s %-18s  %-18s  %s\n' "$1" "$2" "$seen" "$mark"
}

commands()
{
	cat <<-EOT

		Everything runs until you leave this shell.  Try:
		  curl --ssl-reqd --cacert ca.pem --cert alice.pem \\
		    --key alice.key -u alice: ftp://127.0.0.1:$(port ftp)/hello
		  curl --ssl-reqd --cacert ca.pem \\
		    -u "alice:alice's password" \\
		    ftp://127.0.0.1:$(port ftp)/hello
		  curl -u "acme-1:acme-1's password" \\
		    ftp://127.0.0.1:$(port ftp)/
		  less /etc/stssl/classes.conf /etc/stssl/helper.conf
		  less $STAGE/helper.log $STAGE/syslog $STAGE/vsftpd.log
	EOT
}

stage_build </dev/null
"$HELPER" -c /etc/stssl/helper.conf --log=stderr 2>"$STAGE/helper.log" &
if ! await is_listening; then
	echo "demo: the helper does not listen:" >&2
	cat "$STAGE/helper.log" >&2
	exit 1
fi
# 300 kB of something.
openssl rand -out "$STAGE/sent" 300000

wrong=0
pw="'s password"
printf '%-58s %-18s  %s\n' "what alice and acme-1 try" expected seen
echo "alice's class: ssl = optional, login = either"
show "  her certificate, no password" \
	"in, by certificate" ftp alice alice -
show "  her certificate, no password, implicit TLS" \
	"in, by certificate" ftps alice alice -
show "  no certificate, her password" \
	"in, by password" ftp - alice "alice$pw"
show "  no certificate, a wrong password" \
	"refused" ftp - alice guessed
show "  an expired certificate, her password" \
	"in, by password" ftp alice-expired alice "alice$pw"
show "  an expired certificate, a wrong password" \
	"refused" ftp alice-expired alice guessed
show "  bob's certificate, a wrong password" \
	"refused" ftp bob alice guessed
show "  without TLS, her password" \
	"in, by password" clear-ftp - alice "alice$pw"
echo "acme-1's class: ssl = required, login = either"
show "  its certificate, no password" \
	"in, by certificate" ftp acme-1 acme-1 -
show "  no certificate, its password" \
	"in, by password" ftp - acme-1 "acme-1$pw"
show "  an expired certificate, its password" \
	"refused" ftp acme-1-expired acme-1 "acme-1$pw"
show "  acme-2's certificate, acme-1's password" \
	"refused" ftp acme-2 acme-1 "acme-1$pw"
show "  without TLS, its password" \
	"refused" clear-ftp - acme-1 "acme-1$pw"

if [ "${KEEP-}" = 1 ]; then
	commands
	cd "$STAGE/pki"
	"${SHELL:-/bin/sh}" -i || :
fi
if [ "$wrong" -gt 0 ]; then
	echo "demo: $wrong came out wrong; what was logged:" >&2
	tail -n 20 "$STAGE/helper.log" "$STAGE/syslog" >&2
	exit 1
fi
echo "demo: all as expected"
