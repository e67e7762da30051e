#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for announce.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"

# listener NAME PORT KEYS
listener()
{
	cat <<-EOT
		listen "$1" {
			address    = { "127.0.0.1:0" }
			backend    = "127.0.0.1:$2"
			send-proxy = v2
			$3
		}
	EOT
}

stream='protocol = stream tls = implicit'
{
	listener told 7007 "$stream accept-proxy = { \"127.0.0.77\" }"
	listener ftp-told 7008 ""
	listener imaps 143 "$stream"
	listener smtps 465 "$stream service = \"exim\"
		backend-user = \"Debian-exim\""
} | stage_play announce.py "$0"
