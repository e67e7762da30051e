# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The stage that the demo and the stories play on: a machine of their own, in
# private mount, network and PID namespaces, with /run, /etc and /dev of its
# own.  Accounts, certificates, PAM stacks and daemons exist in there only, and
# all of it is gone when the first process of the PID namespace ends, however
# it ends.  Nothing on the machine itself is written to.
#
# The caller sets srcdir; builddir, unless it is srcdir; HELPER, STSSLCTL (the
# programs) and MODULE (pam_stssl.so), unless they are in builddir.
# From outside: STORY_MODULE, a module to use instead; STORY_TLS, a line for the
# tls section; STORY_NO_SKIP, when set, makes it a failure that a story cannot
# be played.

srcdir=$(realpath "$srcdir")
builddir=$(realpath "${builddir:-$srcdir}")
: "${HELPER:=$builddir/helper/stssl-helper}"
: "${STSSLCTL:=$builddir/stsslctl/stsslctl}"
: "${MODULE:=$builddir/pam_stssl/pam_stssl.so}"
MODULE=${STORY_MODULE:-$MODULE}
STAGE=/run/stage
PATH=$PATH:/usr/sbin:/sbin
export STAGE PATH srcdir builddir HELPER STSSLCTL MODULE

# Prints why no stage can be made on this machine; nothing when one can.
stage_obstacle_here()
{
	if [ "$(id -u)" != 0 ]; then
		echo "needs root, for namespaces and accounts"
		return
	fi
	for stage_program in unshare mount ip ss certtool openssl gnutls-cli \
	    vsftpd curl lftp wget python3; do
		command -v "$stage_program" >/dev/null && continue
		echo "$stage_program is not installed"
		return
	done
	case $srcdir/:$builddir/ in
	/run/* | /dev/* | /etc/* | *:/run/* | *:/dev/* | *:/etc/*)
		echo "the source is in a directory that the stage replaces"
		return
		;;
	esac
	stage_message=$(unshare -mnpf --mount-proc \
		mount -t tmpfs stage /run 2>&1) && return
	echo "no namespaces can be made: $stage_message"
	case $stage_message in
	*propagation*)
		echo "(a chroot has to be a mount point: outside, mount" \
			"--bind DIRECTORY DIRECTORY, mount its /proc, and" \
			"chroot again)"
		;;
	esac
}

# Prints why there can be no stage; nothing when there can be one.
stage_obstacle()
{
	for stage_file in "$HELPER" "$STSSLCTL" "$MODULE"; do
		[ -e "$stage_file" ] && continue
		echo "$stage_file is not built"
		return
	done
	stage_obstacle_here
}

# stage_enter SCRIPT ARGUMENT...: start SCRIPT over inside the namespaces;
# returns when it is there already.
stage_enter()
{
	stage_here=$(readlink /proc/self/ns/mnt)
	if [ "${STAGE_OUTSIDE:-$stage_here}" != "$stage_here" ]; then
		unset STAGE_OUTSIDE
		# The first process of a PID namespace gets no default actions.
		trap 'exit 130' INT TERM HUP
		return
	fi
	STAGE_OUTSIDE=$stage_here
	export STAGE_OUTSIDE
	exec unshare -mnpf --kill-child --mount-proc sh "$@"
}

# await COMMAND...: until it succeeds, for at most ten seconds.
await()
{
	await_left=200
	until "$@" >/dev/null 2>&1; do
		await_left=$((await_left - 1))
		[ "$await_left" -gt 0 ] || return 1
		sleep 0.05
	done
}

# A /dev with the usual nodes and room for /dev/log.
stage_dev()
{
	mkdir "$STAGE/olddev" "$STAGE/dev"
	mount --rbind /dev "$STAGE/olddev"
	mount -t tmpfs -o mode=755 stage "$STAGE/dev"
	for stage_node in null zero full random urandom tty; do
		: >"$STAGE/dev/$stage_node"
		mount --bind "$STAGE/olddev/$stage_node" \
			"$STAGE/dev/$stage_node"
	done
	mkdir -m 1777 "$STAGE/dev/shm"
	if [ -d "$STAGE/olddev/pts" ]; then
		mkdir "$STAGE/dev/pts"
		mount --rbind "$STAGE/olddev/pts" "$STAGE/dev/pts"
		ln -s pts/ptmx "$STAGE/dev/ptmx"
	fi
	ln -s /proc/self/fd "$STAGE/dev/fd"
	mount --rbind "$STAGE/dev" /dev
}

# account NAME ID SHELL PASSWORD
stage_account()
{
	stage_hash='!'
	[ -z "$4" ] || stage_hash=$(openssl passwd -6 "$4")
	sed -i "/^$1:/d" /etc/passwd /etc/shadow /etc/group
	echo "$1:x:$2:$2::$STAGE/home/$1:$3" >>/etc/passwd
	echo "$1:$stage_hash:19000:0:99999:7:::" >>/etc/shadow
	echo "$1:x:$2:" >>/etc/group
	install -d -m 700 -o "$2" -g "$2" "$STAGE/home/$1"
}

# All the people: the password of each is "NAME's password".
stage_accounts()
{
	stage_id=61000
	stage_account stssl "$stage_id" /usr/sbin/nologin ""
	for stage_user in alice bob acme-1 acme-2 robot dora ted zoe; do
		stage_id=$((stage_id + 1))
		stage_account "$stage_user" "$stage_id" /bin/sh \
			"$stage_user's password"
		echo "hello $stage_user" >"$STAGE/home/$stage_user/hello"
		chown "$stage_id:$stage_id" "$STAGE/home/$stage_user/hello"
	done
}

# What PAM and NSS look at, the same on every machine.  pam_unix waits after a
# wrong password unless told not to.
stage_pam()
{
	cat >/etc/nsswitch.conf <<-EOT
		passwd: files
		group: files
		shadow: files
		hosts: files
	EOT
	cat >/etc/pam.d/common-auth <<-EOT
		auth [success=1 default=ignore] pam_unix.so nodelay
		auth requisite pam_deny.so
		auth required pam_permit.so
	EOT
	echo "account required pam_unix.so" >/etc/pam.d/common-account
	echo "session required pam_unix.so" >/etc/pam.d/common-session
	# The stack that README recommends.
	cat >/etc/pam.d/vsftpd <<-EOT
		auth    [success=done ignore=ignore default=die]  $MODULE
		auth    include   common-auth
		account required  $MODULE
		account include   common-account
		session optional  $MODULE
		session include   common-session
	EOT
}

# certificate NAME SIGNER < TEMPLATE: makes NAME.key and NAME.pem; a SIGNER
# that is NAME itself makes a certificate authority.
stage_certificate()
{
	cat >"$1.tmpl"
	certtool --generate-privkey --key-type=ecdsa --curve=secp256r1 \
		--outfile "$1.key" 2>/dev/null
	if [ "$1" = "$2" ]; then
		certtool --generate-self-signed --load-privkey "$1.key" \
			--template "$1.tmpl" --outfile "$1.pem" 2>/dev/null
	else
		certtool --generate-certificate --load-privkey "$1.key" \
			--load-ca-privkey "$2.key" \
			--load-ca-certificate "$2.pem" \
			--template "$1.tmpl" --outfile "$1.pem" 2>/dev/null
	fi
}

# client FILE SIGNER NAME LINE...: a client certificate with CN=NAME.
stage_client()
{
	stage_file=$1 stage_signer=$2 stage_name=$3
	shift 3
	printf '%s\n' "cn = \"$stage_name\"" "organization = Acme" \
		signing_key "$@" |
		stage_certificate "$stage_file" "$stage_signer"
}

# Two authorities, a server, good client certificates and bad ones.
stage_certificates()
{
	mkdir "$STAGE/pki"
	cd "$STAGE/pki" || return
	for stage_name in ca other-ca; do
		printf '%s\n' "cn = \"$stage_name\"" ca cert_signing_key \
			crl_signing_key "expiration_days = 365" |
			stage_certificate "$stage_name" "$stage_name"
	done
	printf '%s\n' "cn = localhost" "dns_name = localhost" \
		"ip_address = 127.0.0.1" "ip_address = ::1" \
		tls_www_server signing_key "expiration_days = 365" |
		stage_certificate server ca

	for stage_name in alice bob acme-1 acme-2 robot dora ted; do
		stage_client "$stage_name" ca "$stage_name" \
			tls_www_client "expiration_days = 30"
		stage_client "$stage_name-expired" ca "$stage_name" \
			tls_www_client \
			'activation_date = "2020-01-01 00:00:00 UTC"' \
			'expiration_date = "2021-01-01 00:00:00 UTC"'
	done
	for stage_name in alice acme-1; do
		stage_client "$stage_name-unknown" other-ca "$stage_name" \
			tls_www_client "expiration_days = 30"
		stage_client "$stage_name-server" ca "$stage_name" \
			tls_www_server "expiration_days = 30"
	done
	cd - >/dev/null || return
}

stage_classes()
{
	cat >/etc/stssl/classes.conf <<-EOT
		class "partners" {
			user     = { "acme-*" }
			ssl      = required
			login    = either
			identity = { "cn" }
		}
		class "machines" {
			user     = { "robot" }
			ssl      = required
			login    = certificate
			identity = { "cn" }
		}
		class "keepers" {
			user     = { "dora" }
			ssl      = required
			login    = both
			identity = { "cn" }
		}
		class "leavers" { user = { "ted" }  login = refuse }
		class "guests" {
			user     = { "alice", "bob" }
			ssl      = optional
			login    = either
			identity = { "cn" }
		}
	EOT
}

# /etc/stssl: the classes, what TLS needs, and helper.conf with an explicit and
# an implicit FTP listener, plus what comes on standard input.  STAGE_PENALTIES
# are keys of its section penalties.
stage_conf()
{
	stage_exempt='exempt = { "127.0.0.0/8", "::1" }'
	install -d -m 755 /etc/stssl
	install -d -m 755 -o stssl -g stssl /run/stssl
	install -m 644 "$STAGE/pki/server.pem" /etc/stssl/server.pem
	install -m 640 -g stssl "$STAGE/pki/server.key" /etc/stssl/server.key
	install -m 644 "$STAGE/pki/ca.pem" /etc/stssl/client-ca.pem

	stage_classes
	cat - >/etc/stssl/helper.conf <<-EOT
		user    = "stssl"
		workers = 2

		tls {
			certificate = { "/etc/stssl/server.pem" }
			key         = { "/etc/stssl/server.key" }
			client-ca   = { "/etc/stssl/client-ca.pem" }
			${STORY_TLS-}
		}

		listen "ftp" {
			address  = { "127.0.0.1:0", "[::1]:0" }
			protocol = ftp
			tls      = explicit
			backend  = "127.0.0.1:221"
			service  = "vsftpd"
			failed-login-delay = 0
		}

		listen "ftps" {
			address  = { "127.0.0.1:0" }
			protocol = ftp
			tls      = implicit
			backend  = "127.0.0.1:221"
			service  = "vsftpd"
			failed-login-delay = 0
		}
	EOT
	# Many fail on purpose, and all of them come from here.
	echo "penalties { ${STAGE_PENALTIES:-$stage_exempt} }" \
		>>/etc/stssl/helper.conf
	cat >>/etc/stssl/helper.conf
}

# A vsftpd that knows nothing of TLS, on loopback.  seccomp_sandbox: vsftpd
# 3.0.3 fails at the first transfer with it.  max_per_ip: not 0, but 50 by
# default, and all come from the helper.
stage_vsftpd()
{
	# For stsslctl check, in place of the package's.
	cp "$srcdir/etc/vsftpd.conf" /etc
	install -d /run/vsftpd/empty
	cat >"$STAGE/vsftpd.conf" <<-EOT
		listen=YES
		listen_address=127.0.0.1
		listen_port=221
		background=NO
		anonymous_enable=NO
		local_enable=YES
		write_enable=YES
		connect_from_port_20=YES
		ssl_enable=NO
		seccomp_sandbox=NO
		pam_service_name=vsftpd
		max_clients=20000
		max_per_ip=0
		secure_chroot_dir=/run/vsftpd/empty
		delay_failed_login=0
		xferlog_enable=YES
		log_ftp_protocol=YES
		vsftpd_log_file=$STAGE/vsftpd.log
	EOT
	vsftpd "$STAGE/vsftpd.conf" </dev/null &
	await stage_listens 221
}

stage_listens()
{
	[ -n "$(ss -Hltn "sport = :$1")" ]
}

# Everything but the helper.
stage_build()
{
	umask 022
	mount -t tmpfs -o mode=755 stage /run
	mkdir "$STAGE" "$STAGE/home"
	cp -a /etc "$STAGE/etc"
	mount --bind "$STAGE/etc" /etc
	stage_dev
	ip link set lo up
	# Clients come from here, so that they differ from the helper.
	ip address add 203.0.113.9/32 dev lo
	ip address add 2001:db8::9/128 dev lo nodad

	python3 "$srcdir/tests/story/syslog.py" "$STAGE/syslog" &
	stage_accounts
	stage_pam
	stage_certificates
	stage_conf
	await test -S /dev/log
	stage_vsftpd
}

# Ends the script when there can be no stage.
stage_needed()
{
	stage_why=$(stage_obstacle)
	if [ -n "$stage_why" ] && [ -n "${STORY_NO_SKIP-}" ]; then
		echo "Bail out! $stage_why"
		exit 1
	elif [ -n "$stage_why" ]; then
		echo "1..0 # SKIP $stage_why"
		exit 0
	fi
}

# stage_play STORY SCRIPT: what all stories do.  Listeners besides the usual
# ones come on standard input.
stage_play()
{
	stage_needed
	stage_enter "$2"
	set -eu
	stage_build
	export PYTHONDONTWRITEBYTECODE=1
	exec python3 "$srcdir/tests/story/$1" </dev/null
}
