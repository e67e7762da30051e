#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for gateway.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"

# listener NAME KEYS
listener()
{
	cat <<-EOT
		listen "$1" {
			address  = { "127.0.0.1:0" }
			backend  = "127.0.0.1:221"
			service  = "vsftpd"
			$2
		}
	EOT
}

{
	listener few "max-sessions = 5 max-sessions-per-address = 3
		max-unauthenticated-per-address = 2"
	listener nat 'passive-address = "nat.example.org"'
	listener private "tls = implicit implicit-prot = P"
	listener hurry "handshake-timeout = 1"
	listener idle "login-timeout = 4"
	listener named "unknown-name = refuse"
	listener slow "failed-login-delay = 2"
} | stage_play gateway.py "$0"
