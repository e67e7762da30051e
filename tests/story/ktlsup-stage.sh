#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for ktlsup.py, which says what is tested.  ktls.sh plays it
# where the kernel can; `make check` does with the kernel that is here.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"
export STORY_TLS="kernel-tls = auto"
stage_play ktlsup.py "$0" </dev/null
