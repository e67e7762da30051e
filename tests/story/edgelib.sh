# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
#
# For stories of two machines, besides lib.sh: the Server, which is the stage,
# and an Edge.
: "${srcdir:?set by lib.sh}"

# Clients reach the Edge at 203.0.113.80 and 2001:db8::80.
stage_edge_certificate()
{
	cd "$STAGE/pki" || return
	printf '%s\n' "cn = edge" "ip_address = 203.0.113.80" \
		"ip_address = 2001:db8::80" \
		tls_www_server signing_key "expiration_days = 365" |
		stage_certificate server ca
	install -m 644 server.pem /etc/stssl/server.pem
	install -m 640 -g stssl server.key /etc/stssl/server.key
	cd - >/dev/null || return
}

# An Edge: another network, joined to the stage's by a cable; and its own /etc,
# without people and PAM, and /run/stssl, for edgehosts.py to mount.
stage_edge()
{
	mkdir /run/netns "$STAGE/edge" "$STAGE/edge/run"
	: >/run/netns/edge
	: >/run/netns/server
	unshare --net=/run/netns/edge true
	mount --bind /proc/self/ns/net /run/netns/server
	ip link add link0 type veth peer name link1 netns edge
	ip address add 10.9.0.2/24 dev link0
	ip link set link0 up
	ip -n edge address add 10.9.0.1/24 dev link1
	ip -n edge link set link1 up
	ip -n edge link set lo up
	for stage_name in 203.0.113.9/32 203.0.113.80/32; do
		ip -n edge address add "$stage_name" dev lo
	done
	for stage_name in 2001:db8::9/128 2001:db8::80/128; do
		ip -n edge address add "$stage_name" dev lo nodad
	done
	stage_edge_certificate

	cp -a /etc "$STAGE/edge/etc"
	sed -i "\,$STAGE/home/,{/^stssl:/!d;}" "$STAGE/edge/etc/passwd"
	rm -r "$STAGE/edge/etc/pam.d" "$STAGE/edge/etc/shadow"
	chown stssl:stssl "$STAGE/edge/run"
}

# stage_play_edge STORY SCRIPT: a story of both.  It is in the network of the
# Edge, where clients are, too.
stage_play_edge()
{
	stage_needed
	stage_enter "$2"
	set -eu
	stage_build </dev/null
	stage_edge
	export PYTHONDONTWRITEBYTECODE=1
	exec nsenter --net=/run/netns/edge \
		python3 "$srcdir/tests/story/$1" </dev/null
}
