#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for metrics.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"
for program in systemd-analyze systemd-socket-activate; do
	command -v $program >/dev/null && continue
	echo "1..0 # SKIP no $program"
	exit 0
done
# The sanitizers' runtime needs more than the unit allows.
if grep -q __asan_init "$HELPER"; then
	echo "1..0 # SKIP a helper with sanitizers"
	exit 0
fi
stage_play metrics.py "$0" </dev/null
