#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for exim.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"

stage_play exim.py "$0" <<-EOT
	listen "smtps" {
		address  = { "127.0.0.1:0" }
		protocol = stream
		tls      = implicit
		backend  = "127.0.0.1:465"
		service  = "exim"
		backend-user = "Debian-exim"
	}
	listen "smtp" {
		address  = { "127.0.0.1:0" }
		protocol = smtp
		backend  = "127.0.0.1:465"
		service  = "exim"
		backend-user = "Debian-exim"
		failed-login-delay = 0
	}
EOT
