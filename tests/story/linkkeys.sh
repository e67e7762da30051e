#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for linkkeys.py, which says what is tested: an Edge and a
# Server, as for edge.py.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"
# shellcheck source=tests/story/edgelib.sh
. "$srcdir/tests/story/edgelib.sh"
stage_play_edge linkkeys.py "$0"
