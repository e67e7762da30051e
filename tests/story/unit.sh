#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for unit.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"
if ! command -v systemd-analyze >/dev/null; then
	echo "1..0 # SKIP no systemd-analyze"
	exit 0
fi
# The sanitizers' runtime needs more than the unit allows.
if grep -q __asan_init "$HELPER"; then
	echo "1..0 # SKIP a helper with sanitizers"
	exit 0
fi
stage_play unit.py "$0" </dev/null
