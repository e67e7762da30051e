#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for penalties.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"

# Those who fail on purpose come from 127.0.0.2 and up.
# shellcheck disable=SC2034
STAGE_PENALTIES='handshake-failed = 1 login-failed = 4 handshake-timeout = 20
	login-timeout = 20 refuse-above = 10 max = 14 max-sources = 2000
	exempt = { "127.0.0.1", "::1", "127.0.77.0/24" }'

cat <<-EOT | stage_play penalties.py "$0"
	listen "hurry" {
		address  = { "127.0.0.1:0" }
		backend  = "127.0.0.1:221"
		service  = "vsftpd"
		handshake-timeout = 1
		login-timeout = 2
	}
EOT
