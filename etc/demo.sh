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
	[ -n "$(port ftp)" ] && [ -n "$(port ftps)" ] &&
		[ -n "$(port edge-ftp)" ] && stage_listens 5990
}

# try SCHEME CERTIFICATE USER PASSWORD: up and down with curl; "-" for none.
# SCHEME is ftp (AUTH TLS), ftps (implicit TLS), clear-ftp, or edge-ftp (AUTH
# TLS at the Edge).  Prints how it went.
try()
{
	scheme=${1#*-} certificate=$2 login=$3:${4#-}
	url="$scheme://127.0.0.1:$(port "${1#clear-}")/sent"
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
		  less /etc/stssl/*.conf
		  less $STAGE/helper.log $STAGE/syslog $STAGE/vsftpd.log
	EOT
}

# link_key NAME: a key of a link; prints its pin.
link_key()
{
	printf '%s\n' "cn = $1" | stage_certificate "/etc/stssl/$1" \
		"/etc/stssl/$1"
	chgrp stssl "/etc/stssl/$1.key"
	chmod 640 "/etc/stssl/$1.key"
	"$STSSLCTL" pin "/etc/stssl/$1.pem"
}

# The helper becomes a Server as well, and edge.conf is for an Edge.
link_conf()
{
	server_pin=$(link_key server-link)
	edge_pin=$(link_key edge-link)
	cat >>/etc/stssl/helper.conf <<-EOT
		link {
			certificate = "/etc/stssl/server-link.pem"
			key         = "/etc/stssl/server-link.key"
			edges       = { "dmz $edge_pin" }
			edge-certificate = { "/etc/stssl/server.pem" }
		}
		listen "from-edge" {
			tls     = link
			address = "127.0.0.1:5990"
			backend = "127.0.0.1:221"
			service = "vsftpd"
		}
	EOT
	cat >/etc/stssl/edge.conf <<-EOT
		user          = "stssl"
		status-socket = "/run/stssl/edge.sock"
		tls {
			certificate = { "/etc/stssl/server.pem" }
			key         = { "/etc/stssl/server.key" }
			client-ca   = { "/etc/stssl/client-ca.pem" }
		}
		link {
			certificate = "/etc/stssl/edge-link.pem"
			key         = "/etc/stssl/edge-link.key"
			servers     = { "$server_pin" }
		}
		listen "edge-ftp" {
			address = { "127.0.0.1:0" }
			backend = "link:127.0.0.1:5990"
		}
	EOT
}

stage_build </dev/null
link_conf
"$HELPER" -c /etc/stssl/edge.conf --log=stderr 2>>"$STAGE/helper.log" &
"$HELPER" -c /etc/stssl/helper.conf --log=stderr 2>>"$STAGE/helper.log" &
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
echo "an Edge in front of the helper: a second one, and a link"
show "  alice's certificate, no password" \
	"in, by certificate" edge-ftp alice alice -

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
