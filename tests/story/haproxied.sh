#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for haproxied.py, which says what is tested.
: "${srcdir:=$(dirname "$0")/../..}"
command -v haproxy >/dev/null || PATH=$PATH:/usr/sbin
if ! command -v haproxy >/dev/null; then
	echo "1..0 # SKIP haproxy is not installed"
	exit 0
fi
# shellcheck source=tests/story/lib.sh
. "$srcdir/tests/story/lib.sh"

# listener NAME PROTOCOL TLS PORT KEYS
listener()
{
	cat <<-EOT
		listen "$1" {
			address  = { "127.0.0.1:0" }
			protocol = $2
			tls      = $3
			backend  = "127.0.0.1:$4"
			accept-proxy = { "127.0.0.77" }
			$5
		}
	EOT
}

dovecot='service = "dovecot" backend-source = per-session
	failed-login-delay = 0'
{
	listener imap imap explicit 143 "$dovecot"
	listener imaps imap implicit 143 "$dovecot"
	listener pop3 pop3 explicit 110 "$dovecot"
	listener smtp smtp explicit 587 "$dovecot"
	listener postgresql postgresql explicit 432 'backend-user = "postgres"'
} | stage_play haproxied.py "$0"
