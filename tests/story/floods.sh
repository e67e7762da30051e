#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for floods.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"

# listener NAME KEYS
listener()
{
	cat <<-EOT
		listen "$1" {
			address  = { "127.0.0.1:0" }
			service  = "vsftpd"
			$2
		}
	EOT
}

{
	listener narrow 'backend = "127.0.0.1:221"
		passive-ports = "50000-50003"'
	listener endless 'backend = "127.0.0.1:2124" tls = implicit'
} | stage_play floods.py "$0"
