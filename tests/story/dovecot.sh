#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for dovecot.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"

# listener NAME PORT
listener()
{
	cat <<-EOT
		listen "$1" {
			address  = { "127.0.0.1:0" }
			protocol = stream
			tls      = implicit
			backend  = "127.0.0.1:$2"
			service  = "dovecot"
			backend-source = per-session
		}
	EOT
}

{
	listener imaps 143
	listener pop3s 110
} | stage_play dovecot.py "$0"
