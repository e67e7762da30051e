#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for shortage.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"

# listener NAME BACKEND
listener()
{
	cat <<-EOT
		listen "$1" {
			address  = { "127.0.0.1:0" }
			backend  = "$2"
			service  = "vsftpd"
			tls      = implicit
			login-timeout = 5
		}
	EOT
}

{
	listener nobody 127.0.0.1:2131
	listener resetting 127.0.0.1:2132
	listener closing 127.0.0.1:2133
	listener silent 127.0.0.1:2134
	listener full 127.0.0.1:2135
	listener dying 127.0.0.1:2136
} | stage_play shortage.py "$0"
