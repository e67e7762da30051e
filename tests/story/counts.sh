#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Sets up the stage for counts.py, which says what is tested.
# shellcheck source=tests/story/lib.sh
. "${srcdir:=$(dirname "$0")/../..}/tests/story/lib.sh"
# The sanitizers have calls, and allocations, of their own.
if grep -q __asan_init "$HELPER"; then
	echo "1..0 # SKIP a helper with sanitizers"
	exit 0
fi

unlimited='max-unauthenticated = "0" max-unauthenticated-per-address = 0
	max-sessions-per-address = 0'
stage_play counts.py "$0" <<EOT
listen "counted" {
	address  = { "127.0.0.1:0" }
	protocol = stream
	tls      = implicit
	backend  = "127.0.0.1:7007"
	client-certificate = none
	$unlimited
}
listen "imap" {
	address  = { "127.0.0.1:0" }
	protocol = imap
	tls      = implicit
	backend  = "127.0.0.1:7143"
	client-certificate = none
}
link {
	certificate = "/etc/stssl/link.pem"
	key         = "/etc/stssl/link.key"
	edges       = { "itself @PIN@" }
	servers     = { "@PIN@" }
}
listen "edge" {
	address  = { "127.0.0.1:0" }
	protocol = stream
	tls      = implicit
	backend  = "link:127.0.0.1:5990"
	client-certificate = none
	$unlimited
}
listen "server" {
	address  = { "127.0.0.1:5990" }
	protocol = stream
	tls      = link
	backend  = "127.0.0.1:7007"
	$unlimited
}
EOT
