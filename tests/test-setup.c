/* SPDX-License-Identifier: BSD-2-Clause
 *
 * helper.conf: what its values become.  Its mistakes are
 * test-setup-mistakes.c's.
 */
#include <config.h>
#include "setup/config_read.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/test-setup.h"

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

int
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

void
check_mistake(const char *text, const char *message)
{
	struct helper_config *config = NULL;
	struct stssl_error error;

	ck_assert_int_lt(read_text(text, &config, &error), 0);
	ck_assert_str_eq(error.text, message);
	ck_assert_ptr_null(config);
}

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

START_TEST(keys_that_are_not_given_have_their_defaults)
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
	ck_assert_int_eq(c->tls.kernel, KERNEL_TLS_AUTO);
	ck_assert_int_eq(c->tls.ocsp, OCSP_OFF);
	ck_assert_ptr_null(c->tls.ocsp_responder);
	ck_assert_uint_eq(c->tls.ocsp_seconds, 3);
	ck_assert_str_eq(c->tls.group, "X25519-MLKEM768");
	ck_assert_uint_eq(c->listener_count, 1);
	l = &c->listeners[0];
	ck_assert_str_eq(l->service, "ftp");
	ck_assert_ptr_null(l->backend_user);
	ck_assert(!l->per_session);
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

START_TEST(values_that_are_given_are_taken)
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
	    " max-sessions = 9 handshake-timeout = 3 backend-user = \"ftp\" }\n"
	    "listen \"nat\" { passive-address = \"ftp.example.org\"\n"
	    " backend = \"[::1]:2121\" }\n"
	    "listen \"pop\" { protocol = stream\n"
	    " backend = \"unix:/run/pop\" }\n"
	    "listen \"pg\" { protocol = postgresql idle-timeout = 8\n"
	    " backend-source = per-session\n"
	    " login-timeout = 7 backend = \"127.0.0.1:432\" }\n";

	ck_assert_int_eq(read_text(text, &c, &error), 0);
	ck_assert_ptr_null(c->user);
	ck_assert_uint_eq(c->workers, 3);
	ck_assert_uint_eq(c->sessions_per_worker, 1);
	ck_assert_uint_eq(c->status_users.count, 2);
	ck_assert_str_eq(c->status_users.list[1], "mail");
	ck_assert_uint_eq(c->listener_count, 4);
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
	ck_assert_str_eq(l->backend_user, "ftp");
	l = &c->listeners[1];
	ck_assert_str_eq(l->passive_name, "ftp.example.org");
	ck_assert(!stssl_address_is_ipv4(l->passive_address));
	l = &c->listeners[2];
	ck_assert_int_eq(l->tls, LISTEN_IMPLICIT);
	ck_assert_str_eq(l->backend.u.un.sun_path, "/run/pop");
	l = &c->listeners[3];
	ck_assert_int_eq(l->tls, LISTEN_EXPLICIT);
	ck_assert_uint_eq(l->idle_seconds, 8);
	ck_assert_uint_eq(l->login_seconds, 7);
	ck_assert(l->per_session);
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
		      " stale-crl = warn\n kernel-tls = off\n}\n" FTP,
		&c, &error),
	    0);
	ck_assert_uint_eq(c->tls.client_crls.count, 1);
	ck_assert_str_eq(c->tls.client_crls.list[0], ".");
	ck_assert_int_eq(c->tls.stale_crl, STALE_CRL_WARN);
	ck_assert_int_eq(c->tls.kernel, KERNEL_TLS_OFF);
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

int
main(void)
{
	const struct test_case cases[] = {
		mistakes(),
		links(),
		mistakes_of_links(),
		warnings_of_links(),
		warnings_of_paths(),
		{ a_file_that_others_can_write_to_is_refused, 0 },
		{ keys_that_are_not_given_have_their_defaults, 0 },
		{ values_that_are_given_are_taken, 0 },
		{ a_priority_that_is_given_is_taken_as_it_is, 0 },
		{ penalties_have_their_defaults_and_keys, 0 },
		{ revocation_lists_may_be_a_directory, 0 },
		{ ocsp_has_a_responder_and_a_timeout, 0 },
		{ a_later_mistake_in_tls_has_its_line_too, 0 },
	};

	return test_main("setup", cases, ROWS(cases));
}
