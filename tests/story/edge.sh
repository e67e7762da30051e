#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for edge.py, which says what is tested: a Server, which the
# stage is, and beside it an Edge in a network of its own, where clients are,
# too.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"
# shellcheck source=tests/story/edgelib.sh
. "$srcdir/tests/story/edgelib.sh"
stage_play_edge edge.py "$0"
