#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for ocsp.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"
stage_play ocsp.py "$0" <<EOT

listen "must" {
	address  = { "127.0.0.1:0" }
	protocol = stream
	backend  = "127.0.0.1:7007"
	client-certificate = require
}
EOT
