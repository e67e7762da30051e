#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for verifier.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"
# The sanitizers have the order of libraries for themselves.
if grep -q __asan_init "$HELPER"; then
	echo "1..0 # SKIP a helper with sanitizers"
	exit 0
fi
stage_play verifier.py "$0" </dev/null
