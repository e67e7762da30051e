#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for fail2ban.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"
# Everybody fails often, and nobody is to be sent away for it.
# shellcheck disable=SC2034
STAGE_PENALTIES='exempt = { "127.0.0.0/8", "2001:db8::9" }'
cat <<-EOT | stage_play fail2ban.py "$0"
	listen "hurry" {
		address  = { "127.0.0.1:0" }
		backend  = "127.0.0.1:221"
		service  = "vsftpd"
		handshake-timeout = 1
	}
	listen "pop3" {
		address  = { "127.0.0.1:0" }
		protocol = pop3
		backend  = "127.0.0.1:7110"
		service  = "vsftpd"
	}
EOT
