#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# stsslctl check: files that the helper's user cannot read, with what comes of
# it.  root starts the helper, and could read them.
set -u
: "${srcdir:?} ${STSSLCTL:?}"
if [ "$(id -u)" != 0 ]; then
	echo "1..0 # SKIP only root sees what another user can read"
	exit 0
fi

# shellcheck source=tests/ctl.sh
. "$srcdir/tests/ctl.sh"

authority
certificate server 'expiration_days = 365'
list one.crl 'crl_next_update = 100' ''
mkdir identities lists
cp one.crl lists
chgrp nogroup server.key
chmod 640 server.key
chmod 755 .
cat >helper.conf <<EOF2
user = "nobody"
classes = "$dir/classes.conf"
status-socket = "$dir/status.sock"
tls {
    certificate = { "$dir/server.pem" }
    key         = { "$dir/server.key" }
    client-ca   = { "$dir/ca.pem" }
    client-crl  = { "$dir/one.crl", "$dir/lists" }
}
listen "ftp" { address = "127.0.0.1:2100"  backend = "192.0.2.1:2121" }
EOF2
cat >classes.conf <<EOF2
identities = "$dir/identities"
class "all" { ssl = optional  login = either }
EOF2
check() {
	"$STSSLCTL" check --config "$dir/helper.conf" --etc "$dir/etc"
}

expect "the helper's user can read all of it" 0 "" check
# FILE STATUS LEVEL END
while read -r file status level end; do
	mode=$(stat -c %a "$file")
	chmod go= "$file"
	expect "$file is root's alone" "$status" \
		"$level: @/$file: the helper's user cannot read it$end" check
	chmod "$mode" "$file"
done <<EOF2
helper.conf 1 warning : a reload fails
server.pem 1 error
server.key 0 hint : a reload cannot take another key from it
ca.pem 1 warning : a reload fails
one.crl 1 warning : a reload fails
lists/one.crl 1 warning : a reload fails
classes.conf 1 error
identities 1 error
EOF2
chmod 700 lists
expect "a directory of lists, and all that is in it" 1 "warning: @/lists: the\
 helper's user cannot read it: a reload fails
warning: @/lists/one.crl: the helper's user cannot read it: a reload fails" \
	check
chmod 755 lists
chmod 700 .
check >all
expect "a directory above is looked at, too" 0 \
	"warning: @/helper.conf: the helper's user cannot read it: a reload\
 fails" \
	grep helper.conf all
plan
