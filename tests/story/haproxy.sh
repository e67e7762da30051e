#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The stage of proxy.sh, for haproxy.py, which says what is tested.
: "${srcdir:=$(dirname "$0")/../..}"
command -v haproxy >/dev/null || PATH=$PATH:/usr/sbin
if ! command -v haproxy >/dev/null; then
	echo "1..0 # SKIP haproxy is not installed"
	exit 0
fi
STORY_PLAY=haproxy.py
# shellcheck source=tests/story/proxy.sh
. "$srcdir/tests/story/proxy.sh"
