# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=sh
#
# README's way from a vsftpd to one behind the helper, on a machine that may be
# changed, with both packages installed.  PKI is a new directory for keys and
# certificates; SAMPLES is etc/ of the source.
: "${PKI:?}" "${SAMPLES:?}"
PASSWORD="alice's password"

# certificate NAME LINE...: NAME.key and NAME.pem, signed by ca.
certificate()
{
	name=$1
	shift
	printf '%s\n' "$@" signing_key "expiration_days = 30" >"$name.tmpl"
	certtool --generate-privkey --key-type=ecdsa --outfile "$name.key"
	certtool --generate-certificate --load-privkey "$name.key" \
		--load-ca-privkey ca.key --load-ca-certificate ca.pem \
		--template "$name.tmpl" --outfile "$name.pem"
}

certificates()
{
	certtool --generate-privkey --key-type=ecdsa --outfile ca.key
	printf '%s\n' 'cn = "My CA"' ca cert_signing_key \
		"expiration_days = 30" >ca.tmpl
	certtool --generate-self-signed --load-privkey ca.key \
		--template ca.tmpl --outfile ca.pem
	certificate server "ip_address = 127.0.0.1" tls_www_server
	certificate alice 'cn = "alice"' tls_www_client
	certificate bob 'cn = "bob"' tls_www_client
}

setup_pki()
{
	mkdir -p "$PKI"
	# certtool says what it does on standard error.
	(cd "$PKI" && certificates 2>certtool.log) || cat "$PKI/certtool.log"
}

setup_accounts()
{
	useradd -m -s /bin/sh alice
	echo "alice:$PASSWORD" | chpasswd
	echo "hello alice" >~alice/hello
}

setup_files()
{
	install -d /etc/stssl /etc/stssl/identities
	install -m 644 "$PKI/server.pem" /etc/stssl/server.pem
	install -m 644 "$PKI/ca.pem" /etc/stssl/client-ca.pem
	install -m 640 -g stssl "$PKI/server.key" /etc/stssl/server.key
	echo 'class "everyone" { ssl = optional  login = either }' \
		>/etc/stssl/classes.conf
	cp "$SAMPLES/helper.conf" /etc/stssl/helper.conf
	[ -e /proc/net/if_inet6 ] ||
		sed -i 's/, "\[::\]:21"//' /etc/stssl/helper.conf
	cp "$SAMPLES/pam.d/vsftpd.debian" /etc/pam.d/vsftpd
	cp "$SAMPLES/vsftpd.conf" /etc/vsftpd.conf
}

# as CERTIFICATE PASSWORD: what alice reads in her file; "-" for none.
as()
{
	certificate=$1 password=${2#-}
	set -- --silent --show-error --ssl-reqd --max-time 60 \
		--cacert "$PKI/ca.pem" --user "alice:$password"
	[ "$certificate" = - ] || set -- "$@" \
		--cert "$PKI/$certificate.pem" --key "$PKI/$certificate.key"
	curl "$@" ftp://127.0.0.1/hello 2>&1
}
