#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for sshd.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"

stage_play sshd.py "$0" <<-EOT
	listen "ssh" {
		address  = { "127.0.0.1:0" }
		protocol = stream
		tls      = implicit
		backend  = "127.0.0.1:622"
		service  = "sshd"
	}
EOT
