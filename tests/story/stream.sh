#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for stream.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"

# listener NAME BACKEND CLIENT-CERTIFICATE
listener()
{
	cat <<-EOT
		listen "$1" {
			address  = { "127.0.0.1:0" }
			protocol = stream
			tls      = implicit
			backend  = "$2"
			client-certificate = $3
		}
	EOT
}

{
	listener echo 127.0.0.1:7007 request
	listener digest 127.0.0.1:7008 request
	listener closing 127.0.0.1:7009 none
	listener noticing 127.0.0.1:7010 request
	listener strict 127.0.0.1:7007 require
	listener nobody 127.0.0.1:7011 request
	listener unix unix:/run/stage/echo.sock request
} | stage_play stream.py "$0"
