#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for proxy.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"

# Proxies connect from 127.0.0.77, clients to proxies from 203.0.113.9 and
# others.  Penalties are long, so that they do not run down meanwhile.
# shellcheck disable=SC2034
STAGE_PENALTIES='handshake-failed = 50 login-failed = 200
	handshake-timeout = 600 login-timeout = 600
	refuse-above = 500 max = 600 exempt = { "203.0.113.9", "127.0.0.1" }'

# listener NAME KEYS
listener()
{
	cat <<-EOT
		listen "$1" {
			address  = { "127.0.0.1:0" }
			service  = "vsftpd"
			accept-proxy = { "127.0.0.77" }
			$2
		}
	EOT
}

vsftpd='backend = "127.0.0.1:221" failed-login-delay = 0'
echo='protocol = stream tls = implicit backend = "127.0.0.1:7007"'
{
	listener proxied "$vsftpd passive-ports = \"50000-50004\""
	listener proxieds "$vsftpd tls = implicit"
	listener few "$vsftpd max-sessions-per-address = 2"
	listener full "$vsftpd max-sessions = 2"
	listener stream "$echo"
	listener hurry "$vsftpd handshake-timeout = 1"
} | stage_play "${STORY_PLAY:-proxy.py}" "$0"
