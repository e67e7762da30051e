/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which of several certificates a client gets, by the name that it asks for and
 * by what it can verify.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "tests/keyholder-stage.h"
#include "tests/test.h"
#include "tests/tls-stage.h"

/* Our certificates, in the order of the configuration, or the other way. */
enum which {
	ONE,
	BELOW,
	TWO,
	EXACT,
	THREE,
	WHICH_COUNT
};

static void
add_name(struct making *m, const char *name)
{
	OK(gnutls_x509_crt_set_subject_alt_name(m->cert, GNUTLS_SAN_DNSNAME,
	    name, (unsigned)strlen(name), GNUTLS_FSAN_APPEND));
}

static void
for_one(struct making *m)
{
	add_name(m, "one.example.org");
	m->algorithm = GNUTLS_PK_RSA;
	m->bits = 2048;
}

static void
for_two(struct making *m)
{
	add_name(m, "two.example.org");
	add_name(m, "*.two.example.org");
}

static void
for_below_two(struct making *m)
{
	add_name(m, "*.two.example.org");
	m->algorithm = GNUTLS_PK_RSA;
	m->bits = 2048;
}

static void
for_an_exact_name(struct making *m)
{
	add_name(m, "exact.two.example.org");
}

/* No DNS name: the CN, "three.example.org", counts. */
static const struct {
	const char *name;
	making_edit edit;
} plans[WHICH_COUNT] = {
	[ONE] = { "one", for_one },
	[BELOW] = { "below-two", for_below_two },
	[TWO] = { "two", for_two },
	[EXACT] = { "exact", for_an_exact_name },
	[THREE] = { "three.example.org", NULL },
};

/* What a client can verify, by version. */
enum client {
	ANY,
	RSA_FIRST,
	RSA_ONLY,
	ECDSA_ONLY,
	CLIENT_COUNT
};
static const char *const priorities[][CLIENT_COUNT] = {
	{ [ANY] = "NORMAL:-VERS-ALL:+VERS-TLS1.2",
	    [RSA_FIRST] = "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:"
			  "+ECDHE-RSA:+ECDHE-ECDSA:-SIGN-ALL:"
			  "+SIGN-RSA-PSS-RSAE-SHA256:+SIGN-ECDSA-SHA256",
	    [RSA_ONLY] = "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ECDHE-RSA",
	    [ECDSA_ONLY] =
		"NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA" },
	{ [ANY] = "NORMAL:-VERS-ALL:+VERS-TLS1.3",
	    [RSA_FIRST] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:-SIGN-ALL:"
			  "+SIGN-RSA-PSS-RSAE-SHA256:"
			  "+SIGN-ECDSA-SECP256R1-SHA256",
	    [RSA_ONLY] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:-SIGN-ALL:"
			 "+SIGN-RSA-PSS-RSAE-SHA256",
	    [ECDSA_ONLY] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:-SIGN-ALL:"
			   "+SIGN-ECDSA-SECP256R1-SHA256" },
};

#define BIT(which) (1u << (which))
#define ALL        (BIT(WHICH_COUNT) - 1)
#define RSA        (BIT(ONE) | BIT(BELOW))

static const struct {
	const char *asked; /* NULL: no name */
	enum client client;
	unsigned given; /* one of these; 0: the handshake fails */
} rows[] = {
	{ "one.example.org", ANY, BIT(ONE) },
	{ "one.example.org.", ANY, BIT(ONE) },
	{ "ONE.Example.ORG", ANY, BIT(ONE) },
	{ "two.example.org", ANY, BIT(TWO) },
	{ "two.example.org.", ECDSA_ONLY, BIT(TWO) },
	{ "two.example.org", RSA_ONLY, 0 },
	{ "any.two.example.org", ANY, BIT(TWO) },
	{ "any.two.example.org", RSA_FIRST, BIT(TWO) },
	{ "Any.Two.example.org.", ANY, BIT(TWO) },
	{ "any.two.example.org", RSA_ONLY, BIT(BELOW) },
	{ "any.two.example.org", ECDSA_ONLY, BIT(TWO) },
	{ "Any.Two.example.org.", RSA_ONLY, BIT(BELOW) },
	{ "Any.Two.example.org.", ECDSA_ONLY, BIT(TWO) },
	{ "exact.two.example.org", ANY, BIT(TWO) | BIT(EXACT) },
	{ "exact.two.example.org", RSA_ONLY, BIT(BELOW) },
	{ "exact.two.example.org", ECDSA_ONLY, BIT(EXACT) },
	{ "three.example.org", ANY, BIT(THREE) },
	{ "three.example.org.", ANY, BIT(THREE) },
	{ "three.example.org", RSA_ONLY, 0 },
	/* A wildcard is for one label; and who has none gets any. */
	{ "a.b.two.example.org", ECDSA_ONLY, ALL & ~BIT(ONE) },
	{ "four.example.org", RSA_ONLY, RSA },
	{ "two.example.org..", RSA_ONLY, RSA },
	{ NULL, ANY, ALL & ~RSA },
	{ NULL, RSA_FIRST, ALL & ~RSA },
	{ NULL, RSA_ONLY, RSA },
	{ NULL, ECDSA_ONLY, ALL & ~RSA },
};

struct servers {
	struct made made[WHICH_COUNT];
	char paths[2 * WHICH_COUNT + 1][256];
	char *certificates[WHICH_COUNT], *keys[WHICH_COUNT], *ca;
};

static void
name_path(
    const struct stage *s, char path[256], const char *name, const char *end)
{
	(void)snprintf(path, 256, "%s%s", file_name(&s->files, name), end);
}

static struct tls_context *
load_servers(struct stage *s, struct servers *servers, bool backwards)
{
	struct tls_config config = { .certificates = { servers->certificates,
					 WHICH_COUNT },
		.keys = { servers->keys, WHICH_COUNT },
		.client_cas = { &servers->ca, 1 },
		.priority = "NORMAL:%SERVER_PRECEDENCE" };
	struct tls_context *context;
	struct stssl_error error;
	const char *key;

	for (int i = 0; i < WHICH_COUNT; i++) {
		char(*paths)[256] = &servers->paths[2 * i];
		const int at = backwards ? WHICH_COUNT - 1 - i : i;

		servers->made[i] =
		    make_leaf(plans[i].name, &s->ca, plans[i].edit);
		stage_store(s, plans[i].name, &servers->made[i]);
		name_path(s, paths[0], plans[i].name, ".pem");
		name_path(s, paths[1], plans[i].name, ".key");
		servers->certificates[at] = paths[0];
		servers->keys[at] = paths[1];
	}
	servers->ca = servers->paths[2 * WHICH_COUNT];
	name_path(s, servers->ca, "ca.pem", "");
	ck_assert_msg(tls_context_new(&config, &context, &key, &error) == 0,
	    "%s", error.text);
	tls_context_connect(context, keyholder_stage(&config));
	return context;
}

/* Which certificate the client has been shown. */
static enum which
shown(const struct servers *servers, gnutls_session_t client)
{
	unsigned count;
	const gnutls_datum_t *der =
	    gnutls_certificate_get_peers(client, &count);
	gnutls_datum_t one;
	int i = 0;

	ck_assert_ptr_nonnull(der);
	for (bool found = false; i < WHICH_COUNT; i++) {
		OK(gnutls_x509_crt_export2(
		    servers->made[i].cert, GNUTLS_X509_FMT_DER, &one));
		found = one.size == der->size &&
			memcmp(one.data, der->data, one.size) == 0;
		gnutls_free(one.data);
		if (found)
			break;
	}
	return (enum which)i;
}

static bool
fails(struct meeting *m)
{
	enum tls_result r = TLS_WANT_READ;

	for (int i = 0; i < 100 && r != TLS_DONE && r != TLS_FAILED; i++) {
		(void)gnutls_handshake(m->client);
		r = tls_handshake(m->tls);
	}
	return r == TLS_FAILED;
}

static void
play(struct stage *s, const struct servers *servers,
    struct tls_context *context, size_t row, size_t version)
{
	struct meeting m;

	meet_begin(
	    &m, s, context, TLS_SINGLE, priorities[version][rows[row].client]);
	if (rows[row].asked != NULL)
		OK(gnutls_server_name_set(m.client, GNUTLS_NAME_DNS,
		    rows[row].asked, strlen(rows[row].asked)));
	if (rows[row].given == 0) {
		ck_assert_msg(fails(&m), "%s", rows[row].asked);
	} else {
		shake_hands(&m);
		ck_assert_msg(
		    (rows[row].given & BIT(shown(servers, m.client))) != 0,
		    "%s: %s", rows[row].asked,
		    plans[shown(servers, m.client)].name);
	}
	part(&m);
}

START_TEST(a_client_gets_the_cheapest_certificate_that_is_for_the_name)
{
	const size_t backwards = (size_t)_i % 2, row = (size_t)_i / 2;
	struct servers servers;
	struct tls_context *context;
	struct stage s;

	stage_set(&s);
	context = load_servers(&s, &servers, backwards != 0);
	play(&s, &servers, context, row / ROWS(priorities),
	    row % ROWS(priorities));
	(void)tls_context_free(context);
	for (int i = 0; i < WHICH_COUNT; i++)
		unmake(&servers.made[i]);
	stage_clear(&s);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_client_gets_the_cheapest_certificate_that_is_for_the_name,
		    2 * ROWS(rows) * ROWS(priorities) },
	};

	return test_main("names", cases, ROWS(cases));
}
