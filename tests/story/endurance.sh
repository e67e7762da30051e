#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for endurance.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"

# listener NAME BACKEND HANDSHAKE-TIMEOUT
listener()
{
	cat <<-EOT
		listen "$1" {
			address  = { "127.0.0.1:0" }
			tls      = implicit
			backend  = "$2"
			service  = "vsftpd"
			handshake-timeout = $3
			max-unauthenticated = "0"
			max-unauthenticated-per-address = 0
			max-sessions-per-address = 0
		}
	EOT
}

{
	echo "sessions-per-worker = 8192"
	listener wide 127.0.0.1:221 15
	listener tiny-1 127.0.0.1:2122 10
	listener tiny-2 127.0.0.1:2123 10
} | stage_play endurance.py "$0"
