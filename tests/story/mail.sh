#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for mail.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"

# listener NAME PROTOCOL TLS PORT
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
			failed-login-delay = 0
		}
	EOT
}

{
	listener imap imap explicit 143
	listener imaps imap implicit 143
	listener pop3 pop3 explicit 110
	listener pop3s pop3 implicit 110
	listener smtp smtp explicit 587
	listener smtps smtp implicit 587
} | stage_play mail.py "$0"
