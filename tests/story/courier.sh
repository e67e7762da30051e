#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for courier.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"

stage_play courier.py "$0" <<-EOT
	listen "imaps" {
		address  = { "127.0.0.1:0" }
		protocol = stream
		tls      = implicit
		backend  = "127.0.0.1:143"
		service  = "imap"
		backend-source = per-session
	}
EOT
