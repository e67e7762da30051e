/* SPDX-License-Identifier: BSD-2-Clause
 *
 * helper.conf: each mistake has its line and its words.
 */
#include <config.h>
#include "tests/test-helper-process.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "setup/config.h"

/* Files of these names are made; only their being there matters here. */
#define TLS      "tls { certificate = { \"c.pem\" } key = { \"k.pem\" } }\n"
#define FTP      "listen \"ftp\" { backend = \"127.0.0.1:2121\" }\n"

#define TEMPLATE "/tmp/stssl-config-XXXXXX"

static char directory[sizeof TEMPLATE];

static void
make_directory(void)
{
	memcpy(directory, TEMPLATE, sizeof TEMPLATE);
	ck_assert_ptr_nonnull(mkdtemp(directory));
	ck_assert_int_eq(chdir(directory), 0);
}

static void
make_file(const char *name, const char *text, mode_t mode)
{
	FILE *f = fopen(name, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(text, f), 0);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(chmod(name, mode), 0);
}

static void
remove_files(void)
{
	(void)unlink("c.pem");
	(void)unlink("k.pem");
	(void)unlink("open.pem");
	(void)unlink("h.conf");
	(void)rmdir(directory);
}

static int
read_text(
    const char *text, struct helper_config **ret, struct stssl_error *error)
{
	int r;

	make_directory();
	make_file("c.pem", "", 0644);
	make_file("k.pem", "", 0600);
	make_file("open.pem", "", 0604);
	make_file("h.conf", text, 0600);
	r = config_read("h.conf", ret, error);
	remove_files();
	return r;
}

static const struct {
	const char *text;
	const char *message;
} faulty[] = {
	{ "", "h.conf:1: tls: certificate is missing" },
	{ FTP, "h.conf:1: tls: certificate is missing" },
	{ TLS, "h.conf:1: no listen section" },
	{ "colour = 1\n" TLS FTP, "h.conf:1: \"colour\" is no key here" },
	{ TLS "workers = many\n",
	    "h.conf:2: workers = \"many\": not a number in decimal" },
	{ "penalties {\n login-failed = 3601\n}\n",
	    "h.conf:2: login-failed = \"3601\": not in 0 ... 3600" },
	{ "penalties {\n max-sources = 0\n}\n",
	    "h.conf:2: max-sources = \"0\": not in 1 ... 1000000" },
	{ TLS FTP "penalties {\n refuse-above = 600\n}\n",
	    "h.conf:4: refuse-above = 600: not below max = 600" },
	{ "penalties {\n exempt = { \"::1\",\n \"10.0.0.1/8\" }\n}\n",
	    "h.conf:3: exempt = \"10.0.0.1/8\": "
	    "the address has bits outside of its mask" },
	{ "penalties {\n exempt = { \"*.example.org\" }\n}\n",
	    "h.conf:2: exempt = \"*.example.org\": not an address pattern" },
	{ "workers = 257\n", "h.conf:1: workers = \"257\": not in 0 ... 256" },
	{ "\nworkers = -1\n", "h.conf:2: workers = \"-1\": not in 0 ... 256" },
	{ "sessions-per-worker = 0\n",
	    "h.conf:1: sessions-per-worker = \"0\": not in 1 ... 65536" },
	{ "user = \"a b\"\n",
	    "h.conf:1: user = \"a b\": not a name of letters, digits, . _ -" },
	{ "status-users = { \"root\", \"\" }\n",
	    "h.conf:1: status-users = \"\": "
	    "not a name of letters, digits, . _ -" },
	{ "status-socket = \"status.sock\"\n",
	    "h.conf:1: status-socket = \"status.sock\": "
	    "not an absolute path" },
	{ "classes = \"classes.conf\"\n",
	    "h.conf:1: classes = \"classes.conf\": not an absolute path" },
	{ "tls {\n certificate = { \"c.pem\",\n \"nix\" } }\n",
	    "h.conf:3: certificate = \"nix\": No such file or directory" },
	{ "tls {\n key = { \"/\" } }\n",
	    "h.conf:2: key = \"/\": not a regular file" },
	{ "tls {\n key = { \"open.pem\" } }\n",
	    "h.conf:2: key = \"open.pem\": others can read or change it" },
	{ "tls {\n client-ca = { \"nix\" } }\n",
	    "h.conf:2: client-ca = \"nix\": No such file or directory" },
	{ "tls {\n client-crl = { \"nix\" } }\n",
	    "h.conf:2: client-crl = \"nix\": No such file or directory" },
	{ "tls {\n client-crl = { \".\", \"/dev/null\" } }\n",
	    "h.conf:2: client-crl = \"/dev/null\": not a regular file" },
	{ "tls {\n stale-crl = allow\n}\n",
	    "h.conf:2: stale-crl = \"allow\": not one of refuse, warn" },
	{ "tls {\n kernel-tls = on\n}\n",
	    "h.conf:2: kernel-tls = \"on\": not one of off, auto" },
	{ "tls {\n ocsp = try\n}\n",
	    "h.conf:2: ocsp = \"try\": not one of off, soft, hard" },
	{ "tls {\n ocsp-responder = \"https://ocsp.example/\"\n}\n",
	    "h.conf:2: ocsp-responder = \"https://ocsp.example/\": "
	    "not an http:// URL" },
	{ "tls {\n ocsp-responder = \"http:///x\"\n}\n",
	    "h.conf:2: ocsp-responder = \"http:///x\": not an http:// URL" },
	{ "tls {\n ocsp-responder = \"http://a b/\"\n}\n",
	    "h.conf:2: ocsp-responder = \"http://a b/\": not an http:// URL" },
	{ "tls {\n ocsp-timeout = 0\n}\n",
	    "h.conf:2: ocsp-timeout = \"0\": not in 1 ... 600" },
	{ "tls {\n certificate = { \"c.pem\" }\n"
	  " key = { \"k.pem\" }\n ocsp = soft\n}\n" FTP,
	    "h.conf:4: ocsp: client-ca is missing" },
	{ "tls {\n certificate = { \"c.pem\" }\n"
	  " key = { \"k.pem\" }\n client-ca = { \"c.pem\" }\n"
	  " ocsp = hard\n ocsp-timeout = 11\n}\n" FTP,
	    "h.conf:6: ocsp-timeout = 11: longer than handshake-timeout of "
	    "listen \"ftp\"" },
	{ "tls {\n certificate = { \"c.pem\" }\n"
	  " key = { \"k.pem\", \"k.pem\" }\n}\n" FTP,
	    "h.conf:3: key: 2 given for 1 certificates" },
	{ "tls {\n certificate = { \"c.pem\" }\n}\n" FTP,
	    "h.conf:1: key: 0 given for 1 certificates" },
	{ TLS "listen \"f:p\" {\n}\n",
	    "h.conf:2: listen \"f:p\": not a name of letters, digits, . _ -" },
	{ TLS FTP FTP, "h.conf:3: listen \"ftp\" is given twice" },
	{ TLS "listen \"ftp\" { }\n",
	    "h.conf:2: listen \"ftp\": backend is missing" },
	{ TLS "listen \"ftp\" {\n address = { \"localhost:21\" }\n}\n",
	    "h.conf:3: address = \"localhost:21\": "
	    "not an IP address with a port" },
	{ TLS "listen \"ftp\" {\n address = { \"127.0.0.1\" }\n}\n",
	    "h.conf:3: address = \"127.0.0.1\": "
	    "not an IP address with a port" },
	{ TLS "listen \"ftp\" {\n backend = \"127.0.0.1:0\"\n}\n",
	    "h.conf:3: backend = \"127.0.0.1:0\": "
	    "not an IP address with a port, nor unix:/PATH" },
	{ TLS "listen \"ftp\" {\n backend = \"unix:run\"\n}\n",
	    "h.conf:3: backend = \"unix:run\": "
	    "not an IP address with a port, nor unix:/PATH" },
	{ TLS "listen \"ftp\" {\n\n backend = \"unix:/run/x\"\n}\n",
	    "h.conf:4: backend = unix: only with protocol = stream" },
	{ TLS "listen \"ftp\" {\n protocol = http\n}\n",
	    "h.conf:3: protocol = \"http\": not one of ftp, stream" },
	{ TLS "listen \"ftp\" {\n tls = starttls\n}\n",
	    "h.conf:3: tls = \"starttls\": not one of explicit, implicit" },
	{ TLS "listen \"pop\" {\n protocol = stream\n tls = explicit\n"
	      " backend = \"127.0.0.1:110\"\n}\n",
	    "h.conf:4: tls = explicit: only with protocol = ftp" },
	{ TLS "listen \"pop\" {\n protocol = stream\n"
	      " passive-ports = \"1-2\"\n backend = \"127.0.0.1:110\"\n}\n",
	    "h.conf:4: passive-ports: only with protocol = ftp" },
	{ TLS "listen \"ftp\" {\n client-certificate = demand\n}\n",
	    "h.conf:3: client-certificate = \"demand\": "
	    "not one of none, request, require" },
	{ TLS "listen \"ftp\" {\n client-certificate = require\n"
	      " backend = \"127.0.0.1:2121\"\n}\n",
	    "h.conf:3: client-certificate = require: "
	    "client-ca is missing in tls" },
	{ TLS "listen \"ftp\" {\n data-session = new\n}\n",
	    "h.conf:3: data-session = \"new\": "
	    "not one of any, prefer, certificate, resumed" },
	{ TLS "listen \"ftp\" {\n backend-data = port\n}\n",
	    "h.conf:3: backend-data = \"port\": "
	    "not one of active, passive" },
	{ TLS "listen \"ftp\" {\n backend-passive-ports = \"1023-2000\"\n}\n",
	    "h.conf:3: backend-passive-ports = \"1023-2000\": "
	    "not a range of ports, LOW-HIGH, from 1024 on" },
	{ TLS "listen \"pop\" {\n protocol = stream\n"
	      " backend-data = active\n backend = \"127.0.0.1:110\"\n}\n",
	    "h.conf:4: backend-data: only with protocol = ftp" },
	{ TLS "listen \"ftp\" {\n passive-ports = \"2000-1000\"\n}\n",
	    "h.conf:3: passive-ports = \"2000-1000\": "
	    "not a range of ports, LOW-HIGH" },
	{ TLS "listen \"ftp\" {\n passive-ports = \"0-10\"\n}\n",
	    "h.conf:3: passive-ports = \"0-10\": "
	    "not a range of ports, LOW-HIGH" },
	{ TLS "listen \"ftp\" {\n passive-ports = \"1-65536\"\n}\n",
	    "h.conf:3: passive-ports = \"1-65536\": "
	    "not a range of ports, LOW-HIGH" },
	{ TLS "listen \"ftp\" {\n passive-address = \"300.0.0.1\"\n}\n",
	    "h.conf:3: passive-address = \"300.0.0.1\": "
	    "not an IP address, nor a host name" },
	{ TLS "listen \"ftp\" {\n passive-address = \"-x.example\"\n}\n",
	    "h.conf:3: passive-address = \"-x.example\": "
	    "not an IP address, nor a host name" },
	{ TLS "listen \"ftp\" {\n implicit-prot = S\n}\n",
	    "h.conf:3: implicit-prot = \"S\": not one of C, P" },
	{ TLS "listen \"ftp\" {\n max-sessions = -1\n}\n",
	    "h.conf:3: max-sessions = \"-1\": not in 0 ... 1000000" },
	{ TLS "listen \"ftp\" {\n login-timeout = 0\n}\n",
	    "h.conf:3: login-timeout = \"0\": not in 1 ... 3600" },
	{ TLS "listen \"ftp\" {\n max-unauthenticated = \"9:30:8\"\n}\n",
	    "h.conf:3: max-unauthenticated = \"9:30:8\": "
	    "not of the form BEGIN:RATE:FULL, nor 0" },
	{ TLS "listen \"ftp\" {\n max-unauthenticated = \"1:0:8\"\n}\n",
	    "h.conf:3: max-unauthenticated = \"1:0:8\": "
	    "not of the form BEGIN:RATE:FULL, nor 0" },
	{ TLS "listen \"pop\" {\n protocol = stream\n"
	      " failed-login-delay = 1\n backend = \"127.0.0.1:110\"\n}\n",
	    "h.conf:4: failed-login-delay: only with protocol = ftp" },
};

START_TEST(a_mistake_is_told_with_its_line)
{
	struct helper_config *config = NULL;
	struct stssl_error error;

	ck_assert_int_lt(read_text(faulty[_i].text, &config, &error), 0);
	ck_assert_str_eq(error.text, faulty[_i].message);
	ck_assert_ptr_null(config);
}
END_TEST

START_TEST(a_file_that_others_can_write_to_is_refused)
{
	struct helper_config *config = NULL;
	struct stssl_error error;

	make_directory();
	make_file("h.conf", "", 0666);
	ck_assert_int_eq(config_read("h.conf", &config, &error), -EPERM);
	remove_files();
}
END_TEST

START_TEST(what_is_not_given_has_its_default)
{
	const struct listen_config *l;
	struct helper_config *c;
	struct stssl_error error;

	ck_assert_int_eq(read_text(TLS FTP, &c, &error), 0);
	ck_assert_str_eq(c->user, "stssl");
	ck_assert_uint_eq(c->workers, 0);
	ck_assert_uint_eq(c->sessions_per_worker, 4096);
	ck_assert_str_eq(c->status_socket, "/run/stssl/status.sock");
	ck_assert_ptr_null(c->status_group);
	ck_assert_uint_eq(c->status_users.count, 0);
	ck_assert_uint_eq(c->tls.client_crls.count, 0);
	ck_assert_int_eq(c->tls.stale_crl, STALE_CRL_REFUSE);
	ck_assert_int_eq(c->tls.ocsp, OCSP_OFF);
	ck_assert_ptr_null(c->tls.ocsp_responder);
	ck_assert_uint_eq(c->tls.ocsp_seconds, 3);
	ck_assert_str_eq(c->tls.group, "X25519-MLKEM768");
	ck_assert_uint_eq(c->listener_count, 1);
	l = &c->listeners[0];
	ck_assert_str_eq(l->service, "ftp");
	ck_assert_uint_eq(l->addresses.count, 0);
	ck_assert_int_eq(l->protocol, LISTEN_FTP);
	ck_assert_int_eq(l->tls, LISTEN_EXPLICIT);
	ck_assert_int_eq(l->client_certificate, CLIENT_REQUEST);
	ck_assert_int_eq(l->data_session, DATA_PREFER);
	ck_assert_int_eq(l->backend_data, BACKEND_BY_PLACE);
	ck_assert_uint_eq(l->backend_ports.low, 1024);
	ck_assert_uint_eq(l->backend_ports.high, 65535);
	ck_assert_uint_eq(l->passive_ports.high, 0);
	ck_assert_ptr_null(l->passive_address);
	ck_assert(!l->implicit_private);
	ck_assert_uint_eq(l->max_sessions, 20000);
	ck_assert_uint_eq(l->max_sessions_per_address, 1000);
	ck_assert_uint_eq(l->max_newcomers.begin, 500);
	ck_assert_uint_eq(l->max_newcomers.rate, 30);
	ck_assert_uint_eq(l->max_newcomers.full, 5000);
	ck_assert_uint_eq(l->max_newcomers_per_address, 200);
	ck_assert_uint_eq(l->handshake_seconds, 10);
	ck_assert_uint_eq(l->login_seconds, 60);
	ck_assert_uint_eq(l->failed_login_seconds, 1);
	(void)config_free(c);
}
END_TEST

START_TEST(what_is_given_is_taken)
{
	const struct listen_config *l;
	struct helper_config *c;
	struct stssl_error error;
	const char *text =
	    "user = \"\" workers = 3 sessions-per-worker = 1\n"
	    "status-users = { \"ftp\", \"mail\" } status-group = \"ftp\"\n" TLS
	    "listen \"ftps\" { address = { \"127.0.0.1:0\", \"[::1]:990\" }\n"
	    " tls = implicit backend = \"[::1]:2121\" service = \"vsftpd\"\n"
	    " passive-ports = \"50000-50999\" passive-address = \"192.0.2.1\"\n"
	    " client-certificate = none data-session = resumed\n"
	    " backend-data = passive backend-passive-ports = \"2000-3000\"\n"
	    " implicit-prot = P max-unauthenticated = \"0\"\n"
	    " max-sessions = 9 handshake-timeout = 3 }\n"
	    "listen \"nat\" { passive-address = \"ftp.example.org\"\n"
	    " backend = \"[::1]:2121\" }\n"
	    "listen \"pop\" { protocol = stream backend = \"unix:/run/pop\" }\n";

	ck_assert_int_eq(read_text(text, &c, &error), 0);
	ck_assert_ptr_null(c->user);
	ck_assert_uint_eq(c->workers, 3);
	ck_assert_uint_eq(c->sessions_per_worker, 1);
	ck_assert_uint_eq(c->status_users.count, 2);
	ck_assert_str_eq(c->status_users.list[1], "mail");
	ck_assert_uint_eq(c->listener_count, 3);
	l = &c->listeners[0];
	ck_assert_uint_eq(l->addresses.count, 2);
	ck_assert_uint_eq(l->addresses.list[0].port, 0);
	ck_assert_uint_eq(l->addresses.list[1].port, 990);
	ck_assert_int_eq(l->tls, LISTEN_IMPLICIT);
	ck_assert_int_eq(l->backend.u.sa.sa_family, AF_INET6);
	ck_assert_uint_eq(l->passive_ports.low, 50000);
	ck_assert_uint_eq(l->passive_ports.high, 50999);
	ck_assert_ptr_nonnull(l->passive_address);
	ck_assert_ptr_null(l->passive_name);
	ck_assert_int_eq(l->data_session, DATA_RESUMED);
	ck_assert_int_eq(l->backend_data, BACKEND_PASSIVE);
	ck_assert_uint_eq(l->backend_ports.low, 2000);
	ck_assert_uint_eq(l->backend_ports.high, 3000);
	ck_assert(l->implicit_private);
	ck_assert_uint_eq(l->max_newcomers.full, 0);
	ck_assert_uint_eq(l->max_sessions, 9);
	ck_assert_uint_eq(l->handshake_seconds, 3);
	l = &c->listeners[1];
	ck_assert_str_eq(l->passive_name, "ftp.example.org");
	ck_assert(!stssl_address_is_ipv4(l->passive_address));
	l = &c->listeners[2];
	ck_assert_int_eq(l->tls, LISTEN_IMPLICIT);
	ck_assert_str_eq(l->backend.u.un.sun_path, "/run/pop");
	(void)config_free(c);
}
END_TEST

START_TEST(a_priority_that_is_given_is_taken_as_it_is)
{
	struct helper_config *c;
	struct stssl_error error;

	ck_assert_int_eq(
	    read_text(FTP
		"tls { certificate = { \"c.pem\" } key = { \"k.pem\" }\n"
		"priority = \"NORMAL\" }\n",
		&c, &error),
	    0);
	ck_assert_str_eq(c->tls.priority, "NORMAL");
	ck_assert_ptr_null(c->tls.group);
	(void)config_free(c);
}
END_TEST

START_TEST(penalties_have_their_defaults_and_keys)
{
	static const unsigned seconds[PENALTY_COUNT] = { 1, 10, 5, 10, 90, 10 };
	const struct penalty_config *p;
	struct helper_config *c;
	struct stssl_error error;

	ck_assert_int_eq(read_text(TLS FTP, &c, &error), 0);
	p = &c->penalties;
	ck_assert_mem_eq(p->seconds, seconds, sizeof seconds);
	ck_assert_uint_eq(p->refuse_above, 15);
	ck_assert_uint_eq(p->max, 600);
	ck_assert_uint_eq(p->max_sources, 65536);
	ck_assert_uint_eq(p->exempt.count, 0);
	(void)config_free(c);
	ck_assert_int_eq(
	    read_text(TLS FTP
		"penalties { handshake-timeout = 0 refuse-above = 700\n"
		"max = 0 exempt = { \"10.0.0.0/8\", \"::1\" } }\n",
		&c, &error),
	    0);
	p = &c->penalties;
	ck_assert_uint_eq(p->seconds[PENALTY_HANDSHAKE_TIMEOUT], 0);
	ck_assert_uint_eq(p->seconds[PENALTY_CRASH], 90);
	ck_assert_uint_eq(p->max, 0);
	ck_assert_uint_eq(p->exempt.count, 2);
	(void)config_free(c);
}
END_TEST

START_TEST(revocation_lists_may_be_a_directory)
{
	struct helper_config *c;
	struct stssl_error error;

	ck_assert_int_eq(
	    read_text("tls {\n certificate = { \"c.pem\" }\n"
		      " key = { \"k.pem\" }\n client-crl = { \".\" }\n"
		      " stale-crl = warn\n kernel-tls = auto\n}\n" FTP,
		&c, &error),
	    0);
	ck_assert_uint_eq(c->tls.client_crls.count, 1);
	ck_assert_str_eq(c->tls.client_crls.list[0], ".");
	ck_assert_int_eq(c->tls.stale_crl, STALE_CRL_WARN);
	ck_assert_int_eq(c->tls.kernel, KERNEL_TLS_AUTO);
	(void)config_free(c);
}
END_TEST

START_TEST(ocsp_has_a_responder_and_a_timeout)
{
	struct helper_config *c;
	struct stssl_error error;

	ck_assert_int_eq(
	    read_text("tls {\n certificate = { \"c.pem\" }\n"
		      " key = { \"k.pem\" }\n client-ca = { \"c.pem\" }\n"
		      " ocsp = hard\n ocsp-timeout = 10\n"
		      " ocsp-responder = \"HTTP://ocsp.example:81/x?y\"\n"
		      "}\n" FTP,
		&c, &error),
	    0);
	ck_assert_int_eq(c->tls.ocsp, OCSP_HARD);
	ck_assert_uint_eq(c->tls.ocsp_seconds, 10);
	ck_assert_str_eq(c->tls.ocsp_responder, "HTTP://ocsp.example:81/x?y");
	(void)config_free(c);
}
END_TEST

START_TEST(a_later_mistake_in_tls_has_its_line_too)
{
	struct helper_config *c;
	struct stssl_error error;

	ck_assert_int_eq(read_text("tls {\n certificate = { \"c.pem\" }\n"
				   " key = { \"k.pem\" }\n}\n" FTP,
			     &c, &error),
	    0);
	(void)snprintf(error.text, sizeof error.text, "does not fit");
	ck_assert_int_eq(
	    config_tls_error(c, "key", error.text, &error), -EBADMSG);
	ck_assert_str_eq(error.text, "h.conf:3: does not fit");
	(void)config_free(c);
}
END_TEST

size_t
config_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ a_mistake_is_told_with_its_line, ROWS(faulty) },
		{ a_file_that_others_can_write_to_is_refused, 0 },
		{ what_is_not_given_has_its_default, 0 },
		{ what_is_given_is_taken, 0 },
		{ a_priority_that_is_given_is_taken_as_it_is, 0 },
		{ penalties_have_their_defaults_and_keys, 0 },
		{ revocation_lists_may_be_a_directory, 0 },
		{ ocsp_has_a_responder_and_a_timeout, 0 },
		{ a_later_mistake_in_tls_has_its_line_too, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
