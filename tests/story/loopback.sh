#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for loopback.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"

# listener NAME BACKEND LINE
listener()
{
	cat <<-EOT
		listen "$1" {
			address = "127.0.0.1:0"
			backend = "$2"
			service = "vsftpd"
			$3
		}
	EOT
}

{
	listener active 127.0.0.1:221 "backend-data = active"
	listener high 127.0.0.1:2130
	listener passive 127.0.0.1:221 "backend-data = passive"
	listener narrow 127.0.0.1:221 \
		'backend-data = passive backend-passive-ports = "1024-1024"'
	listener stubborn 127.0.0.1:231
	listener unprivileged 127.0.0.1:232
} | stage_play loopback.py "$0"
