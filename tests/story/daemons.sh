#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for daemons.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"

# listener NAME PORT SERVICE [LINE]
listener()
{
	for tls in explicit implicit; do
		cat <<-EOT
			listen "$1-$tls" {
				address  = { "127.0.0.1:0" }
				tls      = $tls
				backend  = "127.0.0.1:$2"
				service  = "$3"
				failed-login-delay = 0
				${4-}
			}
		EOT
	done
}

{
	listener proftpd 231 proftpd
	listener pure-ftpd 233 pure-ftpd
	listener inetutils-ftpd 235 ftp "backend-data = passive"
	listener vsftpd-userdb 237 vsftpd.userdb
	listener vsftpd-pwdfile 239 vsftpd.pwdfile
} | stage_play daemons.py "$0"
