#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for edges.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"

# listener NAME BACKEND
listener()
{
	cat <<-EOT
		listen "$1" {
			address = { "127.0.0.1:0", "[::1]:0" }
			backend = "$2"
			service = "vsftpd"
		}
	EOT
}

{
	listener six "[::1]:226"
	listener anywhere 127.0.0.1:221 | sed 's/{ .*:0" }/{ "[::]:0" }/'
	listener plain 127.0.0.1:227
	listener recorded 127.0.0.1:228
	listener paced 127.0.0.1:229
} | stage_play edges.py "$0"
