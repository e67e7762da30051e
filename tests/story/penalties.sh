#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for penalties.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"

# Those who fail on purpose come from 127.0.0.2 and up.  Penalties are long, so
# that they do not run down meanwhile on a busy machine.
# shellcheck disable=SC2034
STAGE_PENALTIES='handshake-failed = 50 login-failed = 200
	handshake-timeout = 600 login-timeout = 600 advice-timeout = 600
	refuse-above = 500 max = 600 max-sources = 2000
	exempt = { "127.0.0.1", "::1", "127.0.77.0/24" }'

cat <<-EOT | stage_play penalties.py "$0"
	listen "hurry" {
		address  = { "127.0.0.1:0" }
		backend  = "127.0.0.1:221"
		service  = "vsftpd"
		handshake-timeout = 1
	}
	listen "stream" {
		address  = { "127.0.0.1:0" }
		protocol = stream
		tls      = implicit
		backend  = "127.0.0.1:221"
		service  = "vsftpd"
	}
	listen "idle" {
		address  = { "127.0.0.1:0" }
		backend  = "127.0.0.1:221"
		service  = "vsftpd"
		login-timeout = 4
	}
EOT
