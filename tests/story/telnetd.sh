#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for telnetd.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"

stage_play telnetd.py "$0" <<-EOT
	listen "telnets" {
		address  = { "127.0.0.1:0" }
		protocol = stream
		tls      = implicit
		backend  = "127.0.0.1:23"
		service  = "login"
		backend-source = per-session
	}
EOT
