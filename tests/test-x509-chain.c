/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One certificate for each thing that can be wrong with a chain, and the
 * reason that is given for it.
 */
#include <config.h>
#include "tests/test-x509.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "status/tools/words.h"
#include "tests/certificates.h"
#include "x509/chain.h"
#include "x509/inside.h"
#include "x509/store.h"
#include "x509/subtree.h"
#include "x509/verify.h"

#define OID_EKU  "2.5.29.37"
#define OID_NC   "2.5.29.30"
#define OK(call) ck_assert_int_ge((call), 0)
#define CERTS    16

/* Edits */

static void
set_purpose(struct making *m, const char *oid)
{
	OK(gnutls_x509_crt_set_key_purpose_oid(m->cert, oid, 0));
}

static void
for_servers(struct making *m)
{
	set_purpose(m, GNUTLS_KP_TLS_WWW_SERVER);
}

static void
for_clients(struct making *m)
{
	set_purpose(m, GNUTLS_KP_TLS_WWW_CLIENT);
}

static void
for_anything(struct making *m)
{
	set_purpose(m, GNUTLS_KP_ANY);
}

static void
for_nothing(struct making *m)
{
	add_extension(m, OID_EKU, false, "\x30\x00", 2);
}

static void
with_rsa_1024(struct making *m)
{
	m->algorithm = GNUTLS_PK_RSA;
	m->bits = 1024;
}

static void
with_rsa_2048(struct making *m)
{
	m->algorithm = GNUTLS_PK_RSA;
	m->bits = 2048;
}

static void
with_rsa_16384(struct making *m)
{
	m->strange_bits = 16384;
}

static void
with_a_large_exponent(struct making *m)
{
	m->strange_bits = 2048;
	m->strange_exponent = 1024;
}

static void
with_ed25519(struct making *m)
{
	m->algorithm = GNUTLS_PK_EDDSA_ED25519;
	m->bits = 0;
	m->digest = GNUTLS_DIG_SHA512; /* its own */
}

static void
signed_with_sha1(struct making *m)
{
	m->digest = GNUTLS_DIG_SHA1;
}

static void
signed_wrongly(struct making *m)
{
	m->spoil = true;
}

static void
of_path_length_0(struct making *m)
{
	OK(gnutls_x509_crt_set_basic_constraints(m->cert, 1, 0));
}

static void
that_is_no_ca(struct making *m)
{
	OK(gnutls_x509_crt_set_basic_constraints(m->cert, 0, -1));
}

static void
that_is_a_ca(struct making *m)
{
	OK(gnutls_x509_crt_set_basic_constraints(m->cert, 1, -1));
}

static void
that_signs_no_certificates(struct making *m)
{
	OK(gnutls_x509_crt_set_key_usage(m->cert, GNUTLS_KEY_CRL_SIGN));
}

static void
that_signs_certificates(struct making *m)
{
	OK(gnutls_x509_crt_set_key_usage(
	    m->cert, GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_KEY_CERT_SIGN));
}

static void
use_for(struct making *m, unsigned usage)
{
	OK(gnutls_x509_crt_set_key_usage(m->cert, usage));
}

static void
that_signs_documents(struct making *m)
{
	use_for(m, GNUTLS_KEY_NON_REPUDIATION);
}

static void
that_enciphers(struct making *m)
{
	use_for(m, GNUTLS_KEY_KEY_ENCIPHERMENT | GNUTLS_KEY_KEY_AGREEMENT);
}

static void
that_signs_and_enciphers(struct making *m)
{
	use_for(m, GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_KEY_ENCIPHERMENT |
		       GNUTLS_KEY_NON_REPUDIATION);
}

static void
without_extensions(struct making *m, unsigned version)
{
	gnutls_x509_crt_t bare;

	OK(gnutls_x509_crt_init(&bare));
	OK(gnutls_x509_crt_set_version(bare, version));
	OK(gnutls_x509_crt_set_serial(bare, "\x11", 1));
	OK(gnutls_x509_crt_set_activation_time(bare, NOON - HOUR));
	OK(gnutls_x509_crt_set_expiration_time(bare, NOON + HOUR));
	gnutls_x509_crt_deinit(m->cert);
	m->cert = bare;
	m->is_bare = true;
}

static void
of_version_1(struct making *m)
{
	without_extensions(m, 1);
}

static void
that_says_nothing(struct making *m)
{
	without_extensions(m, 3);
}

static void
that_knows_more(struct making *m)
{
	add_extension(m, "1.2.3.4", true, "\x05\x00", 2);
}

/* Name constraints: SEQUENCE, [0] or [1], SEQUENCE, and one name. */

/* CN=alice as a Name */
#define NAME_ALICE                                     \
	"\x30\x10\x31\x0e\x30\x0c\x06\x03\x55\x04\x03" \
	"\x0c\x05"                                     \
	"alice"
/* the same in capitals, and as a PrintableString with a blank at its end */
#define NAME_ALICE_2                                   \
	"\x30\x11\x31\x0f\x30\x0d\x06\x03\x55\x04\x03" \
	"\x13\x06"                                     \
	"ALICE "
#define NAME_BOB                                       \
	"\x30\x0e\x31\x0c\x30\x0a\x06\x03\x55\x04\x03" \
	"\x0c\x03"                                     \
	"bob"

static void
constrain(struct making *m, char list, char tag, const char *name, size_t len)
{
	unsigned char der[128] = { 0x30, (unsigned char)(6 + len),
		(unsigned char)list, (unsigned char)(4 + len), 0x30,
		(unsigned char)(2 + len), (unsigned char)tag,
		(unsigned char)len };

	memcpy(der + 8, name, len);
	add_extension(m, OID_NC, true, der, 8 + len);
}

#define PERMIT(m, name)  constrain(m, '\xa0', '\xa4', name, sizeof name - 1)
#define EXCLUDE(m, name) constrain(m, '\xa1', '\xa4', name, sizeof name - 1)

static void
that_permits_alice(struct making *m)
{
	PERMIT(m, NAME_ALICE);
}

static void
that_permits_alice_too(struct making *m)
{
	PERMIT(m, NAME_ALICE_2);
}

static void
that_permits_bob(struct making *m)
{
	PERMIT(m, NAME_BOB);
}

static void
that_excludes_alice(struct making *m)
{
	EXCLUDE(m, NAME_ALICE);
}

static void
that_excludes_alice_too(struct making *m)
{
	EXCLUDE(m, NAME_ALICE_2);
}

static void
that_excludes_bob(struct making *m)
{
	EXCLUDE(m, NAME_BOB);
}

static void
that_excludes_nonsense(struct making *m)
{
	constrain(m, '\xa1', '\xa4', "\x31\x7f", 2);
}

static void
that_permits_other_names(struct making *m)
{
	constrain(m, '\xa0', '\xa0', "\x06\x01\x2a\xa0\x02\x05\x00", 7);
}

static void
that_permits_example_mail(struct making *m)
{
	constrain(m, '\xa0', '\x81', "example.org", 11);
}

static void
that_permits_example_uris(struct making *m)
{
	constrain(m, '\xa0', '\x86', "example.org", 11);
}

static void
set_name(
    struct making *m, gnutls_x509_subject_alt_name_t type, const char *name)
{
	OK(gnutls_x509_crt_set_subject_alt_name(
	    m->cert, type, name, (unsigned)strlen(name), GNUTLS_FSAN_APPEND));
}

static void
with_example_mail(struct making *m)
{
	set_name(m, GNUTLS_SAN_RFC822NAME, "alice@example.org");
}

static void
with_evil_mail(struct making *m)
{
	set_name(m, GNUTLS_SAN_RFC822NAME, "alice@example.com");
}

static void
with_example_uri(struct making *m)
{
	set_name(m, GNUTLS_SAN_URI, "https://example.org/alice");
}

static void
with_upn(struct making *m)
{
	OK(gnutls_x509_crt_set_subject_alt_othername(m->cert,
	    "1.3.6.1.4.1.311.20.2.3", "alice@example.org", 17,
	    GNUTLS_FSAN_ENCODE_UTF8_STRING));
}

/* CN=bob as an alternative directory name */
static void
with_bob_besides(struct making *m)
{
	add_extension(m, "2.5.29.17", false, "\x30\x12\xa4\x10" NAME_BOB, 20);
}

static void
with_the_name_of_its_ca(struct making *m)
{
	m->name = "CA 1";
}

static void
with_a_large_extension(struct making *m)
{
	static char bytes[20000];

	add_extension(m, "1.2.3.4", false, bytes, sizeof bytes);
}

static void
that_begins_tomorrow(struct making *m)
{
	OK(gnutls_x509_crt_set_activation_time(m->cert, NOON + 24 * HOUR));
	OK(gnutls_x509_crt_set_expiration_time(m->cert, NOON + 48 * HOUR));
}

static void
that_ended_yesterday(struct making *m)
{
	OK(gnutls_x509_crt_set_activation_time(m->cert, NOON - 48 * HOUR));
	OK(gnutls_x509_crt_set_expiration_time(m->cert, NOON - 24 * HOUR));
}

/* Cases */

#define GOOD    STSSL_FAILURE_NONE
#define F(word) STSSL_FAILURE_##word
#define CLIENTS X509_CLIENT_AUTH

static const struct chain_case {
	const char *what;
	unsigned subs; /* CAs between the root and the leaf */
	making_edit root, sub, leaf;
	const char *purpose;
	enum stssl_failure expect;
} chains[] = {
	{ "plain", 0, NULL, NULL, NULL, CLIENTS, GOOD },
	{ "through a CA", 1, NULL, NULL, NULL, CLIENTS, GOOD },
	{ "ten certificates", 9, NULL, NULL, NULL, CLIENTS, GOOD },
	{ "eleven certificates", 10, NULL, NULL, NULL, CLIENTS, F(OTHER) },
	/* time */
	{ "expired", 0, NULL, NULL, that_ended_yesterday, CLIENTS, F(EXPIRED) },
	{ "not yet", 0, NULL, NULL, that_begins_tomorrow, CLIENTS,
	    F(NOT_YET_VALID) },
	{ "CA expired", 1, NULL, that_ended_yesterday, NULL, CLIENTS,
	    F(EXPIRED) },
	{ "root expired", 1, that_ended_yesterday, NULL, NULL, CLIENTS,
	    F(EXPIRED) },
	/* purpose */
	{ "clients", 0, NULL, NULL, for_clients, CLIENTS, GOOD },
	{ "servers", 0, NULL, NULL, for_servers, CLIENTS, F(BAD_PURPOSE) },
	{ "anything", 0, NULL, NULL, for_anything, CLIENTS, GOOD },
	{ "nothing", 0, NULL, NULL, for_nothing, CLIENTS, F(BAD_PURPOSE) },
	{ "nobody asks", 0, NULL, NULL, for_servers, NULL, GOOD },
	{ "nobody asks", 0, NULL, NULL, for_nothing, NULL, F(BAD_PURPOSE) },
	{ "CA of servers", 1, NULL, for_servers, NULL, CLIENTS,
	    F(BAD_PURPOSE) },
	/* strength */
	{ "RSA", 0, with_rsa_2048, NULL, with_rsa_2048, CLIENTS, GOOD },
	{ "Ed25519", 0, with_ed25519, NULL, with_ed25519, CLIENTS, GOOD },
	{ "RSA-1024", 0, NULL, NULL, with_rsa_1024, CLIENTS, F(WEAK) },
	{ "CA with RSA-1024", 1, NULL, with_rsa_1024, NULL, CLIENTS, F(WEAK) },
	{ "root with RSA-1024", 0, with_rsa_1024, NULL, NULL, CLIENTS,
	    F(WEAK) },
	{ "RSA-16384", 0, NULL, NULL, with_rsa_16384, CLIENTS, F(WEAK) },
	{ "RSA, e of 1024 bits", 0, NULL, NULL, with_a_large_exponent, CLIENTS,
	    F(WEAK) },
	{ "SHA-1", 0, NULL, NULL, signed_with_sha1, CLIENTS, F(WEAK) },
	{ "CA by SHA-1", 1, NULL, signed_with_sha1, NULL, CLIENTS, F(WEAK) },
	{ "root by SHA-1", 0, signed_with_sha1, NULL, NULL, CLIENTS, GOOD },
	/* signatures and CAs */
	{ "spoilt", 0, NULL, NULL, signed_wrongly, CLIENTS, F(BAD_SIGNATURE) },
	{ "CA spoilt", 1, NULL, signed_wrongly, NULL, CLIENTS,
	    F(BAD_SIGNATURE) },
	{ "path length", 1, of_path_length_0, NULL, NULL, CLIENTS,
	    F(UNKNOWN_CA) },
	{ "path length kept", 1, NULL, of_path_length_0, NULL, CLIENTS, GOOD },
	{ "no CA between", 1, NULL, that_is_no_ca, NULL, CLIENTS,
	    F(UNKNOWN_CA) },
	{ "CA without keyCertSign", 1, NULL, that_signs_no_certificates, NULL,
	    CLIENTS, F(UNKNOWN_CA) },
	{ "root is no CA", 0, that_is_no_ca, NULL, NULL, CLIENTS,
	    F(UNKNOWN_CA) },
	{ "root that does not say so", 0, that_says_nothing, NULL, NULL,
	    CLIENTS, F(UNKNOWN_CA) },
	{ "root without keyCertSign", 0, that_signs_no_certificates, NULL, NULL,
	    CLIENTS, F(UNKNOWN_CA) },
	{ "root of version 1", 0, of_version_1, NULL, NULL, CLIENTS, GOOD },
	/* the leaf */
	{ "CA as leaf", 0, NULL, NULL, that_is_a_ca, CLIENTS, F(BAD_PURPOSE) },
	{ "keyCertSign", 0, NULL, NULL, that_signs_certificates, CLIENTS,
	    F(BAD_PURPOSE) },
	{ "no digitalSignature", 0, NULL, NULL, that_signs_documents, CLIENTS,
	    F(BAD_PURPOSE) },
	{ "no digitalSignature", 0, NULL, NULL, that_enciphers, CLIENTS,
	    F(BAD_PURPOSE) },
	{ "nobody asks", 0, NULL, NULL, that_signs_documents, NULL, GOOD },
	{ "digitalSignature", 0, NULL, NULL, that_signs_and_enciphers, CLIENTS,
	    GOOD },
	{ "no keyUsage", 0, NULL, NULL, that_says_nothing, CLIENTS, GOOD },
	{ "version 1", 0, NULL, NULL, of_version_1, CLIENTS, F(OTHER) },
	{ "20 kB", 0, NULL, NULL, with_a_large_extension, CLIENTS, F(OTHER) },
	{ "critical extension", 0, NULL, NULL, that_knows_more, CLIENTS,
	    F(OTHER) },
	/* names that CAs may vouch for */
	{ "permitted", 1, NULL, that_permits_alice, NULL, CLIENTS, GOOD },
	{ "permitted", 1, NULL, that_permits_alice_too, NULL, CLIENTS, GOOD },
	{ "not permitted", 1, NULL, that_permits_bob, NULL, CLIENTS,
	    F(BAD_NAME) },
	{ "by the root", 0, that_permits_bob, NULL, NULL, CLIENTS,
	    F(BAD_NAME) },
	{ "excluded", 1, NULL, that_excludes_alice, NULL, CLIENTS,
	    F(BAD_NAME) },
	{ "excluded", 1, NULL, that_excludes_alice_too, NULL, CLIENTS,
	    F(BAD_NAME) },
	/* GnuTLS refuses whatever is below a CA with such a constraint. */
	{ "not excluded", 1, NULL, that_excludes_bob, NULL, CLIENTS,
	    F(BAD_NAME) },
	{ "excluded besides", 1, NULL, that_excludes_bob, with_bob_besides,
	    CLIENTS, F(BAD_NAME) },
	{ "as its CA", 1, NULL, that_permits_alice, with_the_name_of_its_ca,
	    CLIENTS, F(BAD_NAME) },
	{ "malformed", 1, NULL, that_excludes_nonsense, NULL, CLIENTS,
	    F(BAD_NAME) },
	{ "mail", 1, NULL, that_permits_example_mail, with_example_mail,
	    CLIENTS, GOOD },
	{ "mail elsewhere", 1, NULL, that_permits_example_mail, with_evil_mail,
	    CLIENTS, F(BAD_NAME) },
	{ "URI", 1, NULL, that_permits_example_uris, with_example_uri, CLIENTS,
	    F(BAD_NAME) },
};

struct chain_stage {
	struct made made[CERTS];
	unsigned count; /* root, CAs, leaf */
	struct x509_store *store;
	struct x509_chain *chain;
};

static void
add(struct x509_chain *chain, const struct made *made)
{
	gnutls_datum_t der;

	OK(gnutls_x509_crt_export2(made->cert, GNUTLS_X509_FMT_DER, &der));
	x509_chain_add(chain, der.data, der.size);
	gnutls_free(der.data);
}

static struct x509_store *
trusting(const struct made *ca)
{
	struct x509_store *store = x509_store_new(X509_STALE_REFUSE);
	gnutls_datum_t pem = pem_of(ca);
	struct x509_error error;
	struct files files;

	files_init(&files);
	OK(x509_store_add_cas(
	    store, write_file(&files, "ca.pem", &pem, 1), &error));
	files_done(&files);
	gnutls_free(pem.data);
	return store;
}

static void
stage_set(struct chain_stage *s, const struct chain_case *c)
{
	static const char *const names[] = { "Root", "CA 1", "CA 2", "CA 3",
		"CA 4", "CA 5", "CA 6", "CA 7", "CA 8", "CA 9", "CA 10" };

	s->made[0] = make_ca(names[0], NULL, c->root);
	for (unsigned i = 1; i <= c->subs; i++)
		s->made[i] = make_ca(names[i], &s->made[i - 1], c->sub);
	s->made[c->subs + 1] = make_leaf("alice", &s->made[c->subs], c->leaf);
	s->count = c->subs + 2;
	s->store = trusting(&s->made[0]);
	s->chain = x509_chain_new();
	for (unsigned i = s->count - 1; i > 0; i--)
		add(s->chain, &s->made[i]);
}

static void
stage_clear(struct chain_stage *s)
{
	(void)x509_chain_free(s->chain);
	(void)x509_store_free(s->store);
	for (unsigned i = 0; i < s->count; i++)
		unmake(&s->made[i]);
}

START_TEST(what_is_wrong_with_a_chain_is_told)
{
	const struct chain_case *c = &chains[_i];
	const struct x509_terms terms = { NOON, c->purpose };
	enum stssl_failure failure;
	struct chain_stage s;

	stage_set(&s, c);
	failure = x509_verify(s.store, s.chain, &terms);
	ck_assert_msg(failure == c->expect, "%s: %s, not %s", c->what,
	    failure == GOOD ? "good" : stssl_failure_word(failure),
	    c->expect == GOOD ? "good" : stssl_failure_word(c->expect));
	stage_clear(&s);
}
END_TEST

/* Without GnuTLS, which loses some bytes over such a constraint. */
START_TEST(constraints_for_other_names_allow_no_principal)
{
	struct made ca = make_ca("Root", NULL, that_permits_other_names);
	struct made alice = make_leaf("alice", &ca, with_upn);
	struct made bob = make_leaf("bob", &ca, with_example_mail);

	ck_assert(!x509_subtree_allows(ca.cert, alice.cert));
	ck_assert(x509_subtree_allows(ca.cert, bob.cert));
	unmake(&bob);
	unmake(&alice);
	unmake(&ca);
}
END_TEST

static const struct {
	time_t now;
	enum stssl_failure expect;
} times[] = {
	{ NOON - HOUR - 1, F(NOT_YET_VALID) },
	{ NOON - HOUR, GOOD },
	{ NOON, GOOD },
	{ NOON + HOUR, GOOD },
	{ NOON + HOUR + 1, F(EXPIRED) },
};

START_TEST(a_certificate_is_good_in_its_time)
{
	const struct x509_terms terms = { times[_i].now, CLIENTS };
	struct chain_stage s;

	stage_set(&s, &chains[0]);
	ck_assert_int_eq(
	    x509_verify(s.store, s.chain, &terms), times[_i].expect);
	stage_clear(&s);
}
END_TEST

START_TEST(of_another_ca_of_the_same_name_it_is_not)
{
	const struct x509_terms terms = { NOON, CLIENTS };
	struct made other = make_ca("Root", NULL, NULL);
	struct x509_store *store = trusting(&other);
	enum stssl_failure failure;
	struct chain_stage s;

	stage_set(&s, &chains[0]);
	failure = x509_verify(store, s.chain, &terms);
	ck_assert(failure == F(UNKNOWN_CA) || failure == F(BAD_SIGNATURE));
	(void)x509_store_free(store);
	stage_clear(&s);
	unmake(&other);
}
END_TEST

START_TEST(what_signs_itself_is_unknown)
{
	const struct x509_terms terms = { NOON, CLIENTS };
	struct made root = make_ca("Root", NULL, NULL);
	struct made leaf = make_leaf("alice", NULL, NULL);
	struct x509_store *store = trusting(&root);
	struct x509_chain *chain = x509_chain_new();

	add(chain, &leaf);
	ck_assert_int_eq(x509_verify(store, chain, &terms), F(UNKNOWN_CA));
	(void)x509_chain_free(chain);
	(void)x509_store_free(store);
	unmake(&leaf);
	unmake(&root);
}
END_TEST

START_TEST(without_any_ca_nothing_is_known)
{
	struct x509_store *store = x509_store_new(X509_STALE_REFUSE);
	const struct x509_terms terms = { NOON, CLIENTS };
	struct chain_stage s;

	stage_set(&s, &chains[1]);
	ck_assert_int_eq(x509_verify(store, s.chain, &terms), F(UNKNOWN_CA));
	(void)x509_store_free(store);
	stage_clear(&s);
}
END_TEST

START_TEST(cas_in_any_order_and_others_between_do_not_matter)
{
	const struct x509_terms terms = { NOON, CLIENTS };
	struct made stranger = make_ca("Stranger", NULL, NULL);
	struct x509_chain *chain = x509_chain_new();
	struct chain_stage s;

	stage_set(&s, &chains[2]);
	add(chain, &s.made[s.count - 1]);
	add(chain, &stranger);
	for (unsigned i = 3; i < s.count - 1; i++)
		add(chain, &s.made[i]);
	add(chain, &s.made[0]);
	/* Two CAs are missing. */
	ck_assert_int_eq(x509_verify(s.store, chain, &terms), F(UNKNOWN_CA));
	(void)x509_chain_free(chain);
	stage_clear(&s);

	stage_set(&s, &chains[1]);
	chain = x509_chain_new();
	add(chain, &s.made[2]);
	add(chain, &s.made[0]);
	add(chain, &s.made[1]);
	ck_assert_int_eq(x509_verify(s.store, chain, &terms), GOOD);
	(void)x509_chain_free(chain);
	stage_clear(&s);
	unmake(&stranger);
}
END_TEST

START_TEST(a_chain_that_is_not_whole_never_verifies)
{
	const struct x509_terms terms = { NOON, CLIENTS };
	struct chain_stage s;

	stage_set(&s, &chains[0]);
	x509_chain_add(s.chain, "\x30\x03\x02\x01\x00", 5);
	ck_assert_int_eq(x509_verify(s.store, s.chain, &terms), F(OTHER));
	stage_clear(&s);
}
END_TEST

static void
with_14_kilobytes(struct making *m)
{
	static char bytes[14000];

	add_extension(m, "1.2.3.4", false, bytes, sizeof bytes);
}

/* Fewer than there may be, and each of them small enough. */
START_TEST(a_chain_of_too_many_bytes_is_not_kept)
{
	struct made root = make_ca("Root", NULL, NULL);
	struct made leaf = make_leaf("alice", &root, with_14_kilobytes);
	struct x509_chain *chain = x509_chain_new();
	gnutls_datum_t der;
	unsigned fit;

	OK(gnutls_x509_crt_export2(leaf.cert, GNUTLS_X509_FMT_DER, &der));
	fit = X509_CHAIN_BYTES / der.size;
	ck_assert_uint_lt(fit, X509_CHAIN_MAX);
	for (unsigned i = 0; i < fit; i++)
		x509_chain_add(chain, der.data, der.size);
	ck_assert_uint_eq(chain->count, fit);
	ck_assert(!chain->unfit);
	x509_chain_add(chain, der.data, der.size);
	ck_assert_uint_eq(chain->count, fit);
	ck_assert(chain->unfit);
	(void)x509_chain_free(chain);
	gnutls_free(der.data);
	unmake(&leaf);
	unmake(&root);
}
END_TEST

/* NULL: there is no such file. */
static const struct {
	const char *text;
	int error;
	const char *message; /* behind the file's name */
} no_chains[] = {
	{ NULL, -ENOENT, "No such file or directory" },
	{ "", -EBADMSG, "no certificate in it" },
	{ "CN=alice\n", -EBADMSG, "no certificate in it" },
	{ "-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n", -EBADMSG,
	    "no certificate in it" },
};

START_TEST(a_file_without_a_chain_is_told_by_its_name)
{
	union {
		const char *in;
		unsigned char *out;
	} u = { .in = no_chains[_i].text };
	struct files files;
	struct x509_chain *chain = NULL;
	struct x509_error error = { "" };
	char message[512];
	const char *path;

	files_init(&files);
	path = file_name(&files, "chain.pem");
	if (u.in != NULL) {
		gnutls_datum_t text = { u.out, (unsigned)strlen(u.in) };

		path = write_file(&files, "chain.pem", &text, 1);
	}
	ck_assert_int_eq(
	    x509_chain_read(path, &chain, &error), no_chains[_i].error);
	ck_assert_ptr_null(chain);
	(void)snprintf(
	    message, sizeof message, "%s: %s", path, no_chains[_i].message);
	ck_assert_str_eq(error.text, message);
	files_done(&files);
}
END_TEST

size_t
chain_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ what_is_wrong_with_a_chain_is_told, ROWS(chains) },
		{ constraints_for_other_names_allow_no_principal, 0 },
		{ a_certificate_is_good_in_its_time, ROWS(times) },
		{ of_another_ca_of_the_same_name_it_is_not, 0 },
		{ what_signs_itself_is_unknown, 0 },
		{ without_any_ca_nothing_is_known, 0 },
		{ cas_in_any_order_and_others_between_do_not_matter, 0 },
		{ a_chain_that_is_not_whole_never_verifies, 0 },
		{ a_chain_of_too_many_bytes_is_not_kept, 0 },
		{ a_file_without_a_chain_is_told_by_its_name, ROWS(no_chains) },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
