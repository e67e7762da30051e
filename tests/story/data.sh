#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for data.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"

for level in any prefer certificate resumed; do
	cat <<-EOT
		listen "$level" {
			address      = { "127.0.0.1:0" }
			backend      = "127.0.0.1:221"
			service      = "vsftpd"
			data-session = $level
		}
	EOT
done | stage_play data.py "$0"
