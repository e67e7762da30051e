#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for linkfiles.py, which says what is tested: a Server, and
# beside it an Edge.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"
# shellcheck source=tests/story/edgelib.sh
. "$srcdir/tests/story/edgelib.sh"
stage_play_edge linkfiles.py "$0"
