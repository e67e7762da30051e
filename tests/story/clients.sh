#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for clients.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"

# listener TLS LEVEL REPLY
listener()
{
	cat <<-EOL
		listen "$1-$2-$3" {
			address           = { "127.0.0.1:0" }
			protocol          = ftp
			tls               = $1
			backend           = "127.0.0.1:221"
			service           = "vsftpd"
			data-session      = $2
			certificate-reply = $3
		}
	EOL
}

for tls in explicit implicit; do
	for level in prefer resumed; do
		listener "$tls" "$level" 232
		listener "$tls" "$level" 331
	done
done | stage_play clients.py "$0"
