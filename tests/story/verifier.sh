#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for verifier.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"
stage_play verifier.py "$0" </dev/null
