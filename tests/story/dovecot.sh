#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for dovecot.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"

# listener NAME PROTOCOL TLS PORT [LINE]
listener()
{
	cat <<-EOT
		listen "$1" {
			address  = { "127.0.0.1:0" }
			protocol = $2
			tls      = $3
			backend  = "127.0.0.1:$4"
			service  = "dovecot"
			backend-source = per-session
			${5-}
		}
	EOT
}

{
	listener imaps stream implicit 143
	listener pop3s stream implicit 110
	listener imap imap explicit 143 "failed-login-delay = 0"
	listener pop3 pop3 explicit 110 "failed-login-delay = 0"
} | stage_play dovecot.py "$0"
