#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for postgres.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"

# listener NAME PORT [LINE]
listener()
{
	cat <<-EOT
		listen "$1" {
			address  = { "127.0.0.1:0" }
			protocol = postgresql
			backend  = "127.0.0.1:$2"
			service  = "postgresql"
			backend-user = "postgres"
			${3-}
		}
	EOT
}

{
	listener postgresql 432
	listener direct 432 "tls = implicit"
	listener bytes 433
	# A busy machine may keep a client waiting for longer than this.
	listener hasty 433 "login-timeout = 2"
} | stage_play postgres.py "$0"
