#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Inside the machine that machine.sh boots, as a unit of its systemd: installs
# the packages, follows README, and looks whether all is as it says.
set -u
PLACE=$(realpath "$(dirname "$0")/../..")
PKI=$(mktemp -d) SAMPLES=$PLACE/etc
# shellcheck source=tests/machine/setup.sh
. "$PLACE/tests/machine/setup.sh"
n=0

# check DESCRIPTION COMMAND...: one line of TAP, with what it printed if bad.
check()
{
	n=$((n + 1))
	description=$1
	shift
	if "$@" >/tmp/output 2>&1; then
		echo "ok $n - $description"
	else
		echo "not ok $n - $description"
		sed 's/^/# /' /tmp/output
	fi
}

# sees PATTERN COMMAND...: it prints a line with that, whatever its status.
sees()
{
	pattern=$1
	shift
	"$@" >/tmp/seen 2>&1
	cat /tmp/seen
	grep -q "$pattern" /tmp/seen
}

not()
{
	! "$@"
}

is_active()
{
	systemctl is-active --quiet stssl-helper
}

in_journal()
{
	journalctl --sync
	journalctl -q -o cat "$@"
}

# await COMMAND...: until it succeeds; machine.sh ends what never does.
await()
{
	until "$@" >/dev/null 2>&1; do
		sleep 0.1
	done
}

install_packages()
{
	dpkg -i "$PLACE"/packages/*.deb
}

follow_readme()
{
	setup_pki && setup_accounts && setup_files && stssl-helper -t
	systemctl restart vsftpd && systemctl enable --now stssl-helper
}

installation()
{
	check "nothing in /etc/pam.d is the packages'" \
		not grep -r pam_stssl /etc/pam.d
	check "the units are right" systemd-analyze verify --man=no \
		stssl-helper.service stssl-helper.socket stssl-metrics.socket
	check "nothing runs before it is configured" not is_active
	check "README's steps" follow_readme
	check "the helper runs" is_active
	check "systemd's rating is at most 1.6" rated
	check "a collector is answered" scraped
}

# By a service of its own for each request.
scraped()
{
	systemctl enable --now stssl-metrics.socket &&
		curl -s http://127.0.0.1:9921/metrics |
		grep "^stssl_build_info"
}

# systemd-analyze's threshold is in tenths.
rated()
{
	systemd-analyze security --threshold=16 stssl-helper.service
}

logins()
{
	check "alice's certificate" sees "^hello alice" as alice -
	check "alice's password" sees "^hello alice" as - "$PASSWORD"
	check "bob's certificate, a wrong password" sees 530 as bob guessed
	check "the helper's line of the login by certificate" \
		sees 'login .*user="alice" .*cert=' in_journal -u stssl-helper
	check "the module's line of it" \
		sees 'login .*verdict=accept' in_journal -t vsftpd
}

reloads()
{
	check "a reload succeeds" systemctl reload stssl-helper
	check "after it, alice's certificate" sees "^hello alice" as alice -
	cp /etc/stssl/helper.conf /tmp/good
	echo 'nonsense' >>/etc/stssl/helper.conf
	check "a reload of a bad file fails" not systemctl reload stssl-helper
	check "the journal says why" \
		sees 'helper.conf:[0-9]' in_journal -u stssl-helper
	check "the unit stays active" is_active
	check "and alice gets in" sees "^hello alice" as alice -
	cp /tmp/good /etc/stssl/helper.conf
	check "a reload of the good file succeeds" systemctl reload stssl-helper
}

main_pid()
{
	systemctl show -P MainPID stssl-helper
}

kills()
{
	before=$(main_pid)
	kill -9 "$before"
	await another_than "$before"
	check "the monitor was killed, and alice gets in" \
		sees "^hello alice" as alice -
}

another_than()
{
	is_active && [ "$(main_pid)" != "$1" ]
}

# The packages once more, as for an upgrade, while alice reads a large file.
upgrades()
{
	head -c 20000000 /dev/urandom >~alice/large
	before=$(main_pid)
	curl --silent --ssl-reqd --cacert "$PKI/ca.pem" --limit-rate 1M \
		--user "alice:$PASSWORD" -o /tmp/large ftp://127.0.0.1/large &
	await test -s /tmp/large
	check "the packages are upgraded" install_packages
	check "the helper goes on" test "$before" = "$(main_pid)"
	wait "$!"
	check "and the download is whole" cmp /tmp/large ~alice/large
}

# Clients come one after the other while the service is restarted.
clients()
{
	while [ ! -e /tmp/enough ]; do
		as alice -
		echo >>/tmp/rounds
	done
}

restarts()
{
	check "README's steps to the socket unit" to_socket
	rm -f /tmp/enough /tmp/rounds
	clients >/tmp/clients 2>&1 &
	await test -s /tmp/rounds
	check "three restarts" three_restarts
	touch /tmp/enough
	wait "$!"
	check "no client was refused" not grep -i "refused\|connect to" \
		/tmp/clients
	check "the service is stopped" systemctl stop stssl-helper
	check "a client who comes then is served" \
		sees "^hello alice" as alice -
}

to_socket()
{
	systemctl stop stssl-helper
	systemctl enable --now stssl-helper.socket && is_listening &&
		systemctl start stssl-helper
}

is_listening()
{
	ss -Hltn 'sport = :21' | grep .
}

three_restarts()
{
	for _ in 1 2 3; do
		systemctl restart stssl-helper || return
	done
}


# What the administrator wrote is his to remove.
removal()
{
	cp /tmp/vsftpd.pam /etc/pam.d/vsftpd
	rm -r /etc/stssl/*
	check "the packages are purged" dpkg -P stssl-helper libpam-stssl
	check "the helper has ended" not is_active
	check "nothing of theirs is left" not sees stssl find / -xdev \
		-name '*stssl*' -not -path "$PLACE*" -not -path '/tmp/*' \
		-not -path '/var/log/*'
	check "nor its user" not getent passwd stssl
	check "nor its group" not getent group stssl
}

# What autopkgtest(1) runs, on a machine without the packages and their user.
autopkgtest()
{
	userdel -r alice
	check "the packages are installed again" install_packages
	cd "$PLACE" || return
	check "the packages' own test" debian/tests/login
}

cp /etc/pam.d/vsftpd /tmp/vsftpd.pam

check "the packages are installed" install_packages
installation
logins
reloads
upgrades
kills
restarts
removal
autopkgtest
echo "1..$n"
echo "# the machine stops"
