#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for audit.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"
stage_play audit.py "$0" </dev/null
