#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for stream.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"

# listener NAME BACKEND CLIENT-CERTIFICATE [LINE]
listener()
{
	cat <<-EOT
		listen "$1" {
			address  = { "127.0.0.1:0" }
			protocol = stream
			tls      = implicit
			backend  = "$2"
			client-certificate = $3
			${4-}
		}
	EOT
}

{
	listener echo 127.0.0.1:7007 request
	listener anonymous 127.0.0.1:7007 none
	listener digest 127.0.0.1:7008 request
	listener closing 127.0.0.1:7009 none
	listener noticing 127.0.0.1:7010 request
	listener strict 127.0.0.1:7007 require
	listener idle 127.0.0.1:7007 request "idle-timeout = 3"
	listener nobody 127.0.0.1:7011 request
	listener unix unix:/run/stage/echo.sock request
} | stage_play stream.py "$0"
