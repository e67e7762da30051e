/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Links between Edge and Server: peers that know each other, and strangers.
 */
#include <config.h>
#include "helper/worker/tls/tls_link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/link-stage.h"
#include "tests/test.h"

#define TLS_1_3 "NORMAL:-VERS-ALL:+VERS-TLS1.3"

static struct link_stage stage;

START_TEST(peers_that_know_each_other_have_a_link)
{
	unsigned char *bytes = link_bytes();
	struct link l;

	link_stage_set(&stage, link_keys[(size_t)_i % LINK_KEYS],
	    link_keys[(size_t)_i / LINK_KEYS]);
	link_begin(&l, &stage);
	ck_assert_ptr_null(tls_link_peer(l.edge));
	link_meet(&l);
	ck_assert_str_eq(tls_version(l.edge), "TLS1.3");
	link_carry(l.edge, l.server, bytes, LINK_BYTES);
	link_carry(l.server, l.edge, bytes, LINK_BYTES);
	if (_i % 2 == 0)
		link_check_ends(l.edge, l.edge_fd, l.server);
	else
		link_check_ends(l.server, l.server_fd, l.edge);
	link_end(&l);
	link_stage_clear(&stage);
	free(bytes);
}
END_TEST

/* Strangers */

START_TEST(a_key_that_is_not_pinned_has_no_link)
{
	enum tls_result edge, server;
	struct link l;

	link_stage_set(&stage, NULL, NULL);
	(_i == 0 ? &stage.edge : &stage.server)->pin =
	    link_pin_of(&stage.stranger, "stranger");
	link_begin(&l, &stage);
	link_shake(&l, &edge, &server);
	link_fails(l.edge, edge);
	link_fails(l.server, server);
	ck_assert_ptr_null(tls_link_peer(_i == 0 ? l.server : l.edge));
	ck_assert_int_eq(_i == 0 ? server : edge, TLS_FAILED);
	ck_assert(tls_has_alerted(_i == 0 ? l.server : l.edge));
	link_end(&l);
	link_stage_clear(&stage);
}
END_TEST

/* Programs of others, which have GnuTLS as it is. */
static const struct {
	const char *priority, *alpn; /* alpn NULL: none */
	enum {
		OWN,
		NOTHING,
		STRANGERS
	} certificate;
	bool is_up;
} others[] = {
	{ TLS_1_3, TLS_LINK_ALPN, OWN, true },
	{ "NORMAL", TLS_LINK_ALPN, OWN, true },
	{ "NORMAL:-VERS-ALL:+VERS-TLS1.2", TLS_LINK_ALPN, OWN, false },
	{ TLS_1_3, NULL, OWN, false },
	{ TLS_1_3, "ftp", OWN, false },
	{ TLS_1_3, "stssl-link/2", OWN, false },
	{ TLS_1_3, TLS_LINK_ALPN, NOTHING, false },
	{ TLS_1_3, TLS_LINK_ALPN, STRANGERS, false },
};

struct other {
	gnutls_session_t session;
	gnutls_certificate_credentials_t credentials;
};

static struct other
other_new(size_t row, unsigned flags, const struct made *own, int fd)
{
	static char name[32];
	gnutls_datum_t alpn = { (unsigned char *)name, 0 };
	const struct made *whose[] = { own, NULL, &stage.stranger };
	struct other o;

	o.credentials = credentials_of(whose[others[row].certificate]);
	OK(gnutls_init(&o.session, flags | GNUTLS_NONBLOCK));
	OK(gnutls_priority_set_direct(o.session, others[row].priority, NULL));
	OK(gnutls_credentials_set(
	    o.session, GNUTLS_CRD_CERTIFICATE, o.credentials));
	if (others[row].alpn != NULL) {
		(void)strcpy(name, others[row].alpn);
		alpn.size = (unsigned)strlen(name);
		OK(gnutls_alpn_set_protocols(o.session, &alpn, 1, 0));
	}
	if (flags == GNUTLS_SERVER)
		gnutls_certificate_server_set_request(
		    o.session, GNUTLS_CERT_REQUEST);
	gnutls_transport_set_int(o.session, fd);
	return o;
}

static void
other_free(struct other *o)
{
	gnutls_deinit(o->session);
	gnutls_certificate_free_credentials(o->credentials);
}

static enum tls_result
shake_with(struct other *o, struct tls *tls)
{
	enum tls_result res = TLS_WANT_READ;
	int r = GNUTLS_E_AGAIN;

	for (int i = 0; i < 100; i++) {
		if (r == GNUTLS_E_AGAIN) {
			r = gnutls_handshake(o->session);
			if (r < 0 && gnutls_error_is_fatal(r) != 0)
				(void)gnutls_alert_send_appropriate(
				    o->session, r);
		}
		if (res == TLS_WANT_READ || res == TLS_WANT_WRITE)
			res = tls_handshake(tls);
	}
	return res;
}

START_TEST(what_comes_to_a_server_is_an_edge_or_fails)
{
	const size_t row = (size_t)_i;
	enum tls_result res;
	struct other o;
	struct link l;

	link_stage_set(&stage, NULL, NULL);
	link_pair(&l);
	l.server =
	    tls_link_accept(stage.server.context, stage.tickets, l.server_fd);
	o = other_new(row, GNUTLS_CLIENT, &stage.edge.own, l.edge_fd);
	res = shake_with(&o, l.server);
	ck_assert_int_eq(res, others[row].is_up ? TLS_DONE : TLS_FAILED);
	ck_assert_int_eq(tls_link_peer(l.server) != NULL, others[row].is_up);
	other_free(&o);
	link_end(&l);
	link_stage_clear(&stage);
}
END_TEST

START_TEST(what_an_edge_meets_is_its_server_or_fails)
{
	const size_t row = (size_t)_i;
	enum tls_result res;
	struct other o;
	struct link l;

	link_stage_set(&stage, NULL, NULL);
	link_pair(&l);
	l.edge = tls_link_connect(stage.edge.context, l.edge_fd);
	o = other_new(row, GNUTLS_SERVER, &stage.server.own, l.server_fd);
	res = shake_with(&o, l.edge);
	ck_assert_int_eq(res, others[row].is_up ? TLS_DONE : TLS_FAILED);
	ck_assert_int_eq(tls_link_peer(l.edge) != NULL, others[row].is_up);
	other_free(&o);
	link_end(&l);
	link_stage_clear(&stage);
}
END_TEST

/* The configuration */

START_TEST(where_there_are_no_links_there_is_none)
{
	const struct link_config none = { .certificate = NULL };
	struct link_side *side = &stage.server;
	struct tls_context *context;
	struct stssl_error error;
	const char *key = NULL;

	link_stage_set(&stage, NULL, NULL);
	ck_assert_int_eq(
	    tls_context_new(&side->config.tls, &context, &key, &error), 0);
	ck_assert_int_eq(tls_link_load(context, &none, 0, &key, &error), 0);
	ck_assert_ptr_null(tls_link_connect(context, 0));
	ck_assert_ptr_null(tls_link_accept(context, stage.tickets, 0));
	ck_assert_ptr_null(tls_link_accept_data(context, stage.tickets, 0));
	(void)tls_context_free(context);
	link_stage_clear(&stage);
}
END_TEST

static const struct {
	const char *certificate, *shown; /* NULL: a good one */
	const char *key;                 /* that is told */
} mistakes[] = {
	{ "/nonexistent.pem", NULL, "certificate" },
	{ "/dev/null", NULL, "certificate" },
	{ NULL, "/nonexistent.pem", "edge-certificate" },
	{ NULL, "/dev/null", "edge-certificate" },
};

START_TEST(a_file_that_cannot_be_loaded_is_told_with_its_key)
{
	struct link_side *side = &stage.server;
	struct link_config config;
	struct tls_context *context;
	struct stssl_error error;
	const char *key = "", *wrong;
	char shown[64], *list = shown;

	link_stage_set(&stage, NULL, NULL);
	config = side->config.link;
	wrong = mistakes[_i].certificate;
	if (wrong != NULL) {
		config.certificate = wrong;
	} else {
		wrong = mistakes[_i].shown;
		(void)strcpy(shown, wrong);
		config.edge_certificates = (struct stssl_values){ &list, 1 };
	}
	ck_assert_int_eq(
	    tls_context_new(&side->config.tls, &context, &key, &error), 0);
	ck_assert_int_eq(
	    tls_link_load(context, &config, 0, &key, &error), -EBADMSG);
	ck_assert_str_eq(key, mistakes[_i].key);
	ck_assert_int_eq(strncmp(error.text, wrong, strlen(wrong)), 0);
	(void)tls_context_free(context);
	link_stage_clear(&stage);
}
END_TEST

/* Those of the Server itself, and then those of its Edges. */
START_TEST(the_verifier_gets_the_certificates_that_edges_show)
{
	struct link_side *side = &stage.server;
	char *files[2] = { stage.edge.certificate, side->certificate };
	const struct made *expected[3] = { &stage.server.own, &stage.edge.own,
		&stage.server.own };
	struct tls_config tls = { .priority = "NORMAL" };
	struct link_config config;
	struct tls_context *context;
	struct stssl_error error;
	const char *key;
	const void *der;
	unsigned n = 0;
	size_t len;

	link_stage_set(&stage, NULL, NULL);
	/* The Server may have none of its own. */
	tls.certificates = (struct stssl_values){ &files[1], _i == 0 };
	config = side->config.link;
	config.edge_certificates = (struct stssl_values){ files, 2 };
	ck_assert_int_eq(tls_context_new(&tls, &context, &key, &error), 0);
	ck_assert_int_eq(tls_link_load(context, &config, 1, &key, &error), 0);
	for (; tls_context_server(context, n, &der, &len); n++) {
		gnutls_datum_t made;

		OK(gnutls_x509_crt_export2(expected[n + (unsigned)_i]->cert,
		    GNUTLS_X509_FMT_DER, &made));
		ck_assert_uint_eq(len, made.size);
		ck_assert_mem_eq(der, made.data, len);
		gnutls_free(made.data);
	}
	ck_assert_uint_eq(n, 3 - (unsigned)_i);
	(void)tls_context_free(context);
	link_stage_clear(&stage);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ peers_that_know_each_other_have_a_link,
		    LINK_KEYS * LINK_KEYS },
		{ a_key_that_is_not_pinned_has_no_link, 2 },
		{ what_comes_to_a_server_is_an_edge_or_fails, ROWS(others) },
		{ what_an_edge_meets_is_its_server_or_fails, ROWS(others) },
		{ where_there_are_no_links_there_is_none, 0 },
		{ the_verifier_gets_the_certificates_that_edges_show, 2 },
		{ a_file_that_cannot_be_loaded_is_told_with_its_key,
		    ROWS(mistakes) },
	};

	return test_main("tls-link", cases, ROWS(cases));
}
