#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for edgekey.py, which says what is tested: an Edge without
# the key of its certificate, and a Server that has it.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"
# shellcheck source=tests/story/edgelib.sh
. "$srcdir/tests/story/edgelib.sh"
stage_play_edge edgekey.py "$0"
