#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# stsslctl check, over the configuration of daemons: our samples are right, and
# each trap in them is told, with file and line.
#
# shellcheck disable=SC2016 # dollar signs that are sed's
set -u
: "${srcdir:?} ${STSSLCTL:?}"

# shellcheck source=tests/ctl.sh
. "$srcdir/tests/ctl.sh"

mkdir -p etc/pam.d etc/proftpd/conf.d modules identities
authority
certificate server 'expiration_days = 365'
cat >classes.conf <<EOF2
identities = "$dir/identities"
class "all" { ssl = optional  login = either }
EOF2
# helper SERVICE [LINE]: helper.conf with a listener in front of port 221.
helper() {
	cat >helper.conf <<-EOF2
		user = "$(id -un)"
		classes = "$dir/classes.conf"
		status-socket = "$dir/status.sock"
		tls {
			certificate = { "$dir/server.pem" }
			key = { "$dir/server.key" }
			client-ca = { "$dir/ca.pem" }
		}
		listen "here" {
			address = { "127.0.0.1:2100" }
			backend = "127.0.0.1:221"
			service = "$1"
			${2-}
		}
	EOF2
}
for name in proftpd pure-ftpd; do
	cp "$srcdir/etc/pam.d/$name" etc/pam.d
done
cp "$srcdir/etc/pam.d/vsftpd.debian" etc/pam.d/vsftpd
for name in common-auth common-account common-session \
    common-session-noninteractive other bare; do
	echo "${name#common-} required pam_permit.so" |
		sed 's/-noninteractive//; s/^\(other\|bare\) /auth /' \
		>"etc/pam.d/$name"
done

# sample FILE TO: a copy that may be written to; in `make distcheck` none may.
sample() {
	cat "$srcdir/etc/$1" >"$2"
}
# trap_of SENTENCE OUTPUT [OPTION]...: what check says.
trap_of() {
	sentence=$1 output=$2
	shift 2
	expect "$sentence" "$([ -z "$output" ] && echo 0 || echo 1)" "$output" \
		"$STSSLCTL" check --config "$dir/helper.conf" --etc "$dir/etc" \
		--pam-dir "$dir/etc/pam.d" "$@"
}
# change FILE SED-SCRIPT SENTENCE OUTPUT: the trap that the change makes.
change() {
	cp "$1" good
	sed "$2" good >"$1"
	cmp -s good "$1" && echo "# $3: nothing is changed"
	trap_of "$3" "$4"
	cp good "$1"
}
anonymous="anonymous logins do not go through PAM: pam_stssl.so does not decide\
 about them"
outside="it listens on more than loopback: clients can come past the helper,\
 and count as clear"
low="transfers fail: the helper takes data connections of this backend from\
 ports below 1024 only"

# vsftpd
helper vsftpd
conf=etc/vsftpd.conf
trap_of "nothing is said of daemons that are not there" ""
sample vsftpd.conf "$conf"
line() {
	grep -n "$1" "$conf" | cut -d: -f1
}
trap_of "nothing is said of etc/vsftpd.conf" ""
change $conf 's/^listen_address=.*/listen_address=192.0.2.1/' \
	"vsftpd on another address" \
	"warning: @/$conf:$(line ^listen_addr): listen_address: $outside"
change $conf '/^listen_address=/d' "vsftpd on all addresses" \
	"warning: @/$conf: listen_address: $outside"
change $conf 's/^listen_ipv6=NO/listen_ipv6=YES/' "vsftpd on IPv6" \
	"warning: @/$conf: listen_address6: $outside"
change $conf 's/^listen=YES/listen=NO/' "vsftpd from inetd" ""
change $conf '$a listen_address=127.0.0.1' "the last line counts" ""
change $conf '$a listen_address=0.0.0.0' "though the first is right" \
	"warning: @/$conf:$(($(wc -l <$conf) + 1)): listen_address: $outside"
change $conf 's/^ssl_enable=NO/ssl_enable=YES/' "vsftpd with TLS of its own" \
	"warning: @/$conf:$(line ^ssl_enable): ssl_enable: the helper does TLS:\
 vsftpd then refuses its clear logins"
change $conf 's/^anonymous_enable=NO/#&/' "vsftpd's default is anonymous" \
	"warning: @/$conf: anonymous_enable: $anonymous"
change $conf 's/^max_per_ip=0/max_per_ip=9/' "vsftpd counts addresses" \
	"warning: @/$conf:$(line ^max_per_ip): max_per_ip: not 0: all clients\
 have the helper's address, and vsftpd sends away those above its limit"
change $conf '/^connect_from_port_20/d' "vsftpd from any port" \
	"warning: @/$conf: connect_from_port_20: $low"
change $conf 's/^session_support=YES/session_support=NO/' \
	"vsftpd without sessions" \
	"warning: @/$conf:$(line ^session_supp): session_support: not YES: the\
 session lines with pam_stssl.so do nothing"
change $conf 's/^pam_service_name=.*/pam_service_name=bare/' \
	"vsftpd asks another PAM service, without our module" \
	"error: @/$conf:$(line ^pam_service): pam_service_name: the PAM service\
 is \"bare\", which has no auth line with pam_stssl.so, although listener\
 \"here\" is in front of vsftpd"
change $conf '/^pam_service_name=/d; s/_port=221/_port=222/' \
	"a vsftpd that has nothing to do with the helper" ""
helper elsewhere
trap_of "the helper means another PAM service" \
	"warning: @/$conf:$(line ^pam_service): pam_service_name: the PAM\
 service is \"vsftpd\", which no listener of helper.conf has as its service"
helper vsftpd "backend-data = passive"
change $conf '/^connect_from_port_20/d' "with passive data any port is right" ""
helper vsftpd
mkdir etc/vsftpd
mv $conf etc/vsftpd
conf=etc/vsftpd/vsftpd.conf
change $conf 's/^ssl_enable=NO/ssl_enable=YES/' "Fedora's place" \
	"warning: @/$conf:$(line ^ssl_enable): ssl_enable: the helper does TLS:\
 vsftpd then refuses its clear logins"
chmod 0 $conf
[ "$(id -u)" = 0 ] || trap_of "a file that cannot be read" \
	"error: @/$conf: Permission denied"
rm $conf

# ProFTPD
helper proftpd
conf=etc/proftpd/conf.d/stssl.conf main=etc/proftpd/proftpd.conf
sample proftpd.conf $conf
printf '%s\n' 'Include /etc/proftpd/modules.conf' 'Port 221' \
	'Include /etc/proftpd/conf.d/' >$main
echo "ModulePath $dir/modules" >etc/proftpd/modules.conf
order="AuthOrder: without mod_auth_pam.c* ProFTPD asks the next module when PAM\
 has refused, which lets the user in by password"
trap_of "nothing is said of etc/proftpd.conf" ""
change $conf '/^AuthOrder/d' "ProFTPD without AuthOrder" \
	"error: @/$main: $order"
for value in mod_auth_unix.c 'mod_auth_pam.c mod_auth_unix.c' \
    'mod_auth_pam.c mod_auth_unix.c*' 'xmod_auth_pam.c*' 'mod_auth_pam.c*x'; do
	change $conf "s/^AuthOrder.*/AuthOrder $value/" "AuthOrder $value" \
		"error: @/$conf:$(line ^AuthOrder): $order"
done
for value in 'mod_auth_pam.c*' 'mod_auth_file.c   mod_auth_pam.c*' \
    '"mod_auth_pam.c*"'; do
	change $conf "s/^AuthOrder.*/AUTHORDER $value/" "AuthOrder $value" ""
done
change $conf 's/^AuthOrder /&\\\n/' "a line that is continued" ""
change $main '$a AuthOrder mod_auth_unix.c' "the first AuthOrder counts" ""
change $main '1i AuthOrder mod_auth_unix.c' "wherever it stands" \
	"error: @/$main:1: $order"
change $conf '/^AuthOrder/{s/.*/<Global>\n&\n<\/Global>/}' \
	"an AuthOrder for all servers" ""
change $conf '/^AuthOrder/{s/.*/<VirtualHost 127.0.0.2>\n&\n<\/VirtualHost>/}' \
	"an AuthOrder for another server" "error: @/$main: $order"
change $conf '$a <VirtualHost 192.0.2.1>\nPort 990\n</VirtualHost>' \
	"a virtual server without AuthOrder and on another address" \
	"error: @/$conf:$(($(wc -l <$conf) + 1)): AuthOrder: ${order#*: }
warning: @/$conf:$(($(wc -l <$conf) + 1)): <VirtualHost>: $outside"
change $conf 's/^AuthPAM on/AuthPAM off/' "ProFTPD without PAM" \
	"error: @/$conf:$(line '^AuthPAM '): AuthPAM: off: PAM, and so\
 pam_stssl.so, is not asked"
change $conf 's/^AuthPAMConfig.*/AuthPAMConfig bare/' \
	"ProFTPD asks another PAM service" \
	"error: @/$conf:$(line ^AuthPAMConfig): AuthPAMConfig: the PAM service\
 is \"bare\", which has no auth line with pam_stssl.so, although listener\
 \"here\" is in front of ProFTPD"
change $conf '/^SocketBindTight/d' "ProFTPD binds all addresses by default" \
	"warning: @/$main: SocketBindTight: $outside"
change $conf 's/^DefaultAddress.*/& 192.0.2.1/' "one of two addresses" \
	"warning: @/$conf:$(line ^DefaultAddr): DefaultAddress: $outside"
change $conf '/^DefaultAddress/d' "ProFTPD's own address" \
	"warning: @/$main: DefaultAddress: $outside"
change $conf '/^DefaultAddress/d; 1i ServerType inetd' "ProFTPD from inetd" ""
change $conf 's/TLSEngine off/TLSEngine on/' "ProFTPD with TLS of its own" \
	"warning: @/$conf:$(line TLSEngine): TLSEngine: the helper does TLS,\
 and speaks clear FTP to ProFTPD"
change $conf '/^RootRevoke/d' "ProFTPD from any port" \
	"warning: @/$main: RootRevoke: $low"
change $conf '1i <Anonymous ~ftp>\n</Anonymous>' "anonymous in ProFTPD" \
	"warning: @/$conf:1: <Anonymous>: $anonymous"
: >modules/mod_auth_pam.so
trap_of "mod_auth_pam has to be loaded where it is a file" \
	"error: @/etc/proftpd/modules.conf:1: mod_auth_pam.c: there is no\
 LoadModule for it: PAM is not asked"
echo "LoadModule mod_auth_pam.c" >>etc/proftpd/modules.conf
trap_of "and is" ""
echo 'Include /etc/proftpd/proftpd.conf' >>etc/proftpd/modules.conf
trap_of "files that include each other come to an end" ""
change $main 's/Port 221/Port 0/' "a main server that is off" ""
mv $main etc/proftpd.conf
change $conf 's/^AuthPAM on/AuthPAM off/' "Fedora's place" \
	"error: @/$conf:$(line '^AuthPAM '): AuthPAM: off: PAM, and so\
 pam_stssl.so, is not asked"
rm -r etc/proftpd etc/proftpd.conf

# Pure-FTPd, as README's step fills Debian's directory
helper pure-ftpd
conf=etc/pure-ftpd/conf
mkdir -p $conf etc/pure-ftpd/auth etc/default
awk -v to="$conf/" '/^[A-Z]/ { key = to $1; $1 = ""
	print substr($0, 2) >key }' "$srcdir/etc/pure-ftpd.conf"
ln -s ../conf/UnixAuthentication etc/pure-ftpd/auth/65unix
ln -s ../conf/PAMAuthentication etc/pure-ftpd/auth/70pam
echo STANDALONE_OR_INETD=standalone >etc/default/pure-ftpd-common
too="Pure-FTPd asks this, too, when PAM has refused, and lets the user in"
trap_of "nothing is said of etc/pure-ftpd.conf" ""
change $conf/UnixAuthentication 's/.*/# no\n yes/' "Pure-FTPd asks two" \
	"error: @/$conf/UnixAuthentication:2: UnixAuthentication: $too"
echo /etc/pureftpd.pdb >$conf/PureDB
trap_of "a file of users that is not asked" ""
ln -s ../conf/PureDB etc/pure-ftpd/auth/50pure
trap_of "and one that is" "error: @/$conf/PureDB:1: PureDB: $too"
rm etc/pure-ftpd/auth/50pure
change $conf/PAMAuthentication 's/yes/no/' "Pure-FTPd without PAM" \
	"error: @/$conf/PAMAuthentication:1: PAMAuthentication: not yes: PAM,\
 and so pam_stssl.so, is not asked"
change $conf/Bind 's/127.0.0.1//' "Pure-FTPd on all addresses" \
	"warning: @/$conf/Bind:1: Bind: $outside"
change etc/default/pure-ftpd-common 's/standalone/inetd/' \
	"Pure-FTPd from inetd" ""
change $conf/TLS 's/0/1/' "Pure-FTPd with TLS of its own" \
	"warning: @/$conf/TLS:1: TLS: the helper does TLS, and speaks clear FTP\
 to Pure-FTPd"
change $conf/NoAnonymous 's/yes/no/' "anonymous in Pure-FTPd" \
	"warning: @/$conf/NoAnonymous:1: NoAnonymous: $anonymous"
plan
