/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Handshakes of a worker's TLS with clients of GnuTLS's, and what the verifier
 * finds of them: as they were, and as a worker hands them in that lies.
 */
#include <config.h>
#include "tests/proof-stage.h"

#include <ev.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/test.h"
#include "tests/tls-stage.h"
#include "x509/chain.h"

#define TLS_1_2 "NORMAL:-VERS-ALL:+VERS-TLS1.2"
#define TLS_1_3 "NORMAL:-VERS-ALL:+VERS-TLS1.3"

/* Keys */

static void
with_rsa(struct making *m)
{
	m->algorithm = GNUTLS_PK_RSA;
	m->bits = 2048;
}

static void
with_ed25519(struct making *m)
{
	m->algorithm = GNUTLS_PK_EDDSA_ED25519;
	m->bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED25519);
}

static void
with_ed448(struct making *m)
{
	m->algorithm = GNUTLS_PK_EDDSA_ED448;
	m->bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED448);
}

static void
with_p384(struct making *m)
{
	m->bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1);
}

static void
with_a_huge_key(struct making *m)
{
	with_rsa(m);
	m->strange_bits = 16384;
}

static const making_edit server_keys[] = { NULL, with_rsa, with_ed25519 };
static const making_edit client_keys[] = { NULL, with_p384, with_rsa,
	with_ed25519, with_ed448 };
static const char *const versions[] = { TLS_1_2, TLS_1_3 };

/* The stage */

struct play {
	struct stage stage;
	struct tls_context *context;
	struct proof_stage proof;
	struct handed_in handed; /* of the last client */
	struct finding found;
};

static struct play play;

static void
replace(struct made *made, const char *name, making_edit edit)
{
	unmake(made);
	*made = make_leaf(name, &play.stage.ca, edit);
}

static void
open_play(making_edit server, making_edit client, const char *priority)
{
	struct stage *s = &play.stage;

	stage_set(s);
	if (server != NULL) {
		replace(&s->server, "server", server);
		stage_write(s, "server", &s->server);
	}
	if (client != NULL) {
		replace(&s->alice, "alice", client);
		gnutls_certificate_free_credentials(s->credentials);
		s->credentials = credentials_of(&s->alice);
	}
	if (priority != NULL)
		s->priority = priority;
	play.context = must_load(s, NULL, STALE_CRL_REFUSE);
	proof_stage_open(&play.proof, play.context);
}

static void
close_play(void)
{
	proof_stage_close(&play.proof);
	play.context = tls_context_free(play.context);
	stage_clear(&play.stage);
}

/* A client comes; its handshake is in play.handed. */
static void
visit(const char *priority)
{
	struct meeting m;

	meet_begin(&m, &play.stage, play.context, TLS_SINGLE, priority);
	shake_hands(&m);
	ck_assert(proof_stage_take(&play.proof, m.tls, &play.handed));
	part(&m);
}

/* NULL and a finding, which is forgotten; or why not. */
static const char *
judge_by(struct nonces *nonces, const struct judge *judge)
{
	const char *why =
	    judge_handshake(judge, tls_context_store(play.context), nonces,
		&play.handed.request, play.handed.bytes, &play.found);

	if (why == NULL)
		stssl_record_done(&play.found.record);
	return why;
}

static const char *
judge(void)
{
	return judge_by(&play.proof.nonces, play.proof.judge);
}

/* Without using up its nonce. */
static const char *
try(void)
{
	static struct nonces nonces;

	nonces = play.proof.nonces;
	return judge_by(&nonces, play.proof.judge);
}

/*
 * GnuTLS's client would not choose a certificate with EdDSA by itself in TLS
 * 1.2, since certificate_types has no name for it.
 */
static gnutls_pcert_st forced;
static gnutls_privkey_t forced_key;

static int
choose(gnutls_session_t session, const gnutls_datum_t *cas, int ca_count,
    const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
    gnutls_pcert_st **ret, unsigned *ret_count, gnutls_privkey_t *ret_key)
{
	(void)session;
	(void)cas;
	(void)ca_count;
	(void)algorithms;
	(void)algorithm_count;
	*ret = &forced;
	*ret_count = 1;
	*ret_key = forced_key;
	return 0;
}

static void
force_certificate(struct stage *s)
{
	OK(gnutls_pcert_import_x509(&forced, s->alice.cert, 0));
	OK(gnutls_privkey_init(&forced_key));
	OK(gnutls_privkey_import_x509(forced_key, s->alice.key, 0));
	gnutls_certificate_set_retrieve_function2(s->credentials, choose);
}

#define TRUE(why) ck_assert_msg((why) == NULL, "%s", why)

/* What is true */

START_TEST(whoever_has_signed_is_believed)
{
	const size_t i = (size_t)_i;
	const making_edit server = server_keys[i / 2 % ROWS(server_keys)];
	const making_edit client = client_keys[i / 2 / ROWS(server_keys)];
	struct stssl_record record;
	const char *why;

	open_play(server, client, NULL);
	force_certificate(&play.stage);
	visit(versions[i % 2]);
	why = judge_handshake(play.proof.judge, tls_context_store(play.context),
	    &play.proof.nonces, &play.handed.request, play.handed.bytes,
	    &play.found);
	TRUE(why);
	record = play.found.record;
	ck_assert_int_eq(play.found.failure, STSSL_FAILURE_NONE);
	ck_assert_int_eq(play.found.is_1_3, i % 2 == 1);
	ck_assert_str_eq(
	    stssl_record_get(&record, STSSL_KEY_SSL_CLIENT_S_DN_CN), "alice");
	ck_assert_str_eq(
	    stssl_record_get(&record, STSSL_KEY_SSL_CLIENT_VERIFY), "SUCCESS");
	ck_assert_ptr_null(stssl_record_get(&record, STSSL_KEY_SSL_PROTOCOL));
	ck_assert_uint_gt(play.found.der_len, 0);
	stssl_record_done(&record);
	/* Once. */
	ck_assert_ptr_nonnull(judge());
	gnutls_privkey_deinit(forced_key);
	gnutls_pcert_deinit(&forced);
	close_play();
}
END_TEST

#define FIRST_SHARE "-GROUP-ALL:+GROUP-SECP384R1:+GROUP-X25519"

static const struct {
	making_edit server;
	const char *ours, *client;
} ways[] = {
	{ NULL, "NORMAL", TLS_1_3 ":-CIPHER-ALL:+AES-256-GCM" },
	{ NULL, "NORMAL", TLS_1_2 ":-CIPHER-ALL:+AES-256-GCM" },
	{ NULL, "NORMAL", TLS_1_3 ":-CIPHER-ALL:+AES-128-GCM" },
	{ NULL, "NORMAL", TLS_1_3 ":-CIPHER-ALL:+AES-128-CCM" },
	{ NULL, "NORMAL", TLS_1_3 ":-CIPHER-ALL:+CHACHA20-POLY1305" },
	{ NULL, "NORMAL", TLS_1_2 ":-CIPHER-ALL:+CHACHA20-POLY1305" },
	{ NULL, "NORMAL", TLS_1_2 ":-CIPHER-ALL:+AES-128-CBC" },
	{ NULL, "NORMAL", TLS_1_2 ":%NO_ETM:%DISABLE_SAFE_RENEGOTIATION" },
	/* HelloRetryRequest, with both hashes */
	{ NULL, "NORMAL:-GROUP-ALL:+GROUP-X25519", TLS_1_3 ":" FIRST_SHARE },
	{ NULL, "NORMAL:-GROUP-ALL:+GROUP-X25519",
	    TLS_1_3 ":-CIPHER-ALL:+AES-256-GCM:" FIRST_SHARE },
	/* key exchanges and their groups */
	{ with_rsa, "NORMAL", TLS_1_2 ":-KX-ALL:+DHE-RSA" },
	{ with_rsa, "NORMAL", TLS_1_2 ":-KX-ALL:+ECDHE-RSA" },
	{ with_rsa, "NORMAL", TLS_1_3 ":-GROUP-ALL:+GROUP-FFDHE2048" },
	{ NULL, "NORMAL", TLS_1_2 ":-GROUP-ALL:+GROUP-SECP521R1" },
	{ NULL, "NORMAL", TLS_1_2 ":-GROUP-ALL:+GROUP-X448" },
	/* either has one version only */
	{ NULL, TLS_1_2, "NORMAL" },
	{ NULL, TLS_1_3, "NORMAL" },
	{ NULL, "NORMAL", "NORMAL" },
};

START_TEST(ciphers_groups_and_retries_do_not_matter)
{
	open_play(ways[_i].server, NULL, ways[_i].ours);
	play.stage.client_flags = GNUTLS_KEY_SHARE_TOP;
	visit(ways[_i].client);
	TRUE(judge());
	ck_assert_int_eq(play.found.failure, STSSL_FAILURE_NONE);
	close_play();
}
END_TEST

/* The leaf and as many CAs as fit, each by the one behind it. */
START_TEST(a_long_chain_is_judged_whole)
{
	struct made made[X509_CHAIN_MAX];
	gnutls_x509_crt_t certs[X509_CHAIN_MAX];
	struct stage *s = &play.stage;
	const size_t last = X509_CHAIN_MAX - 1;

	open_play(NULL, NULL, NULL);
	for (size_t i = 0; i < X509_CHAIN_MAX; i++) {
		const struct made *issuer =
		    i == 0 ? &s->ca : &made[X509_CHAIN_MAX - i];
		char name[] = "CA 0";

		name[3] = (char)('0' + i);
		made[last - i] = i == last
				     ? make_leaf("alice", issuer, with_rsa)
				     : make_ca(name, issuer, with_rsa);
		certs[last - i] = made[last - i].cert;
	}
	gnutls_certificate_free_credentials(s->credentials);
	OK(gnutls_certificate_allocate_credentials(&s->credentials));
	OK(gnutls_certificate_set_x509_key(
	    s->credentials, certs, X509_CHAIN_MAX, made[0].key));
	visit(versions[_i]);
	ck_assert_uint_gt(play.handed.request.len, 7000);
	TRUE(judge());
	ck_assert_int_eq(play.found.failure, STSSL_FAILURE_NONE);
	ck_assert_uint_gt(play.found.der_len, 6000);
	for (size_t i = 0; i < X509_CHAIN_MAX; i++)
		unmake(&made[i]);
	close_play();
}
END_TEST

static void
by_a_stranger(struct stage *s)
{
	struct made stranger = make_ca("Root", NULL, NULL);
	struct made false_alice = make_leaf("alice", &stranger, NULL);

	gnutls_certificate_free_credentials(s->credentials);
	s->credentials = credentials_of(&false_alice);
	unmake(&stranger);
	unmake(&false_alice);
}

START_TEST(who_has_signed_is_told_though_no_ca_vouches_for_him)
{
	open_play(NULL, NULL, NULL);
	by_a_stranger(&play.stage);
	visit(versions[_i]);
	TRUE(judge());
	ck_assert_int_ne(play.found.failure, STSSL_FAILURE_NONE);
	close_play();
}
END_TEST

static const unsigned char mark[] = "DOWNGRD\1";

START_TEST(a_downgrade_to_tls_1_2_is_marked)
{
	gnutls_datum_t client, server;
	struct meeting m;
	bool is_marked;

	/* TLS 1.2 and 1.3 of both; 1.2 with a server that has no other. */
	open_play(NULL, NULL, _i == 2 ? TLS_1_2 : NULL);
	meet_begin(&m, &play.stage, play.context, TLS_SINGLE, versions[_i % 2]);
	shake_hands(&m);
	gnutls_session_get_random(m.client, &client, &server);
	ck_assert_uint_eq(server.size, 32);
	is_marked = memcmp(server.data + 24, mark, 8) == 0;
	ck_assert_int_eq(is_marked, _i == 0);
	ck_assert_mem_eq(
	    server.data, play.proof.nonces.kept[1].given.nonces[0], 24);
	part(&m);
	close_play();
}
END_TEST

/* Lies: the handshake is true, and then changed. */

static uint8_t *
message_at(size_t n, size_t *ret_size)
{
	uint8_t *at = play.handed.bytes;

	for (;; n--) {
		*ret_size = 4U + (size_t)(at[1] << 16 | at[2] << 8 | at[3]);
		if (n == 0)
			return at;
		at += *ret_size;
		ck_assert(at < play.handed.bytes + play.handed.request.len);
	}
}

static size_t
count_messages(void)
{
	const uint8_t *at = play.handed.bytes;
	const uint8_t *end = at + play.handed.request.len;
	size_t n = 0;

	for (; at < end; n++)
		at += 4U + (size_t)(at[1] << 16 | at[2] << 8 | at[3]);
	return n;
}

/* Put `bytes` in place of a message. */
static void
exchange(size_t n, const uint8_t *bytes, size_t len)
{
	size_t size;
	uint8_t *at = message_at(n, &size);
	uint8_t *end = play.handed.bytes + play.handed.request.len;

	memmove(at + len, at + size, (size_t)(end - at) - size);
	memcpy(at, bytes, len);
	play.handed.request.len =
	    (uint32_t)(play.handed.request.len + len - size);
}

static struct handed_in other;

/* The message of the other handshake that is as far from its end. */
static void
take_from_other(size_t from_end)
{
	static struct handed_in mine;
	static uint8_t bytes[PROOF_MAX];
	size_t size;
	uint8_t *at;

	mine = play.handed;
	play.handed = other;
	at = message_at(count_messages() - from_end, &size);
	memcpy(bytes, at, size);
	play.handed = mine;
	exchange(count_messages() - from_end, bytes, size);
}

static void
no_signature(void)
{
	exchange(count_messages() - 1, NULL, 0);
}

static void
an_empty_signature(void)
{
	static const uint8_t empty[] = { 15, 0, 0, 4, 4, 3, 0, 0 };

	exchange(count_messages() - 1, empty, sizeof empty);
}

static void
the_signature_of_another_handshake(void)
{
	take_from_other(1);
}

static void
the_end_of_another_handshake(void)
{
	for (size_t from_end = 1; from_end <= 3; from_end++)
		take_from_other(from_end);
}

static bool is_1_3; /* the handshake that is changed */

static size_t
client_chain(void)
{
	return is_1_3 ? 2 : 3;
}

static void
a_chain_exchanged_after_the_signature(void)
{
	take_from_other(client_chain());
}

static void
a_chain_without_its_leaf(void)
{
	/* An empty list. */
	if (is_1_3)
		exchange(count_messages() - client_chain(),
		    (const uint8_t[]){ 11, 0, 0, 4, 0, 0, 0, 0 }, 8);
	else
		exchange(count_messages() - client_chain(),
		    (const uint8_t[]){ 11, 0, 0, 3, 0, 0, 0 }, 7);
}

static void
a_compressed_certificate(void)
{
	size_t size;

	*message_at(count_messages() - client_chain(), &size) = 25;
}

static void
a_key_that_would_burn_the_processor(void)
{
	struct made huge = make_leaf("alice", &play.stage.ca, with_a_huge_key);
	gnutls_datum_t der;
	uint8_t bytes[8192];
	size_t at = 4, len;

	OK(gnutls_x509_crt_export2(huge.cert, GNUTLS_X509_FMT_DER, &der));
	len = der.size + 3U + (is_1_3 ? 2U : 0U);
	if (is_1_3)
		bytes[at++] = 0;
	bytes[at++] = 0;
	bytes[at++] = (uint8_t)(len >> 8);
	bytes[at++] = (uint8_t)len;
	bytes[at++] = 0;
	bytes[at++] = (uint8_t)(der.size >> 8);
	bytes[at++] = (uint8_t)der.size;
	memcpy(bytes + at, der.data, der.size);
	at += der.size;
	if (is_1_3) {
		bytes[at++] = 0;
		bytes[at++] = 0;
	}
	bytes[0] = 11;
	bytes[1] = 0;
	bytes[2] = (uint8_t)((at - 4) >> 8);
	bytes[3] = (uint8_t)(at - 4);
	exchange(count_messages() - client_chain(), bytes, at);
	gnutls_free(der.data);
	unmake(&huge);
}

/* In ServerHello: its last extension or its suite. */
static void
another_version(void)
{
	size_t size;
	uint8_t *hello = message_at(1, &size), *at = NULL;
	static const uint8_t extension[] = { 0, 43, 0, 2, 3, 4 };
	uint8_t *suite = hello + 4 + 2 + 32 + 1 + hello[4 + 2 + 32];

	if (is_1_3) {
		at = memmem(hello, size, extension, sizeof extension);
		ck_assert_ptr_nonnull(at);
		at[5] = 3;
	} else {
		suite[0] = 0x13;
		suite[1] = 0x01;
	}
}

static void
a_retry_that_was_not(void)
{
	static const uint8_t retry[] = { 0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a,
		0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
		0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e,
		0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c };
	struct handed_in *h = &play.handed;
	static uint8_t both[PROOF_MAX];
	size_t hello, answer;

	(void)message_at(0, &hello);
	(void)message_at(1, &answer);
	memcpy(both, h->bytes, hello + answer);
	memcpy(both + hello + 4 + 2, retry, sizeof retry);
	memmove(h->bytes + hello + answer, h->bytes, h->request.len);
	memcpy(h->bytes, both, hello + answer);
	h->request.len += (uint32_t)(hello + answer);
}

static void
the_first_hello_twice(void)
{
	struct handed_in *h = &play.handed;
	size_t size;

	(void)message_at(0, &size);
	memmove(h->bytes + size, h->bytes, h->request.len);
	h->request.len += (uint32_t)size;
}

static void
something_behind_it(void)
{
	play.handed.bytes[play.handed.request.len++] = 0;
}

static void
a_message_more(void)
{
	size_t size;
	uint8_t *at = message_at(count_messages() - 1, &size);

	memcpy(at + size, at, size);
	play.handed.request.len += (uint32_t)size;
}

static void
another_nonce_of_ours(void)
{
	play.handed.request.nonce++;
}

static void
no_nonce_of_ours(void)
{
	play.handed.request.nonce = PROOF_NONCES;
}

static void
another_batch(void)
{
	play.handed.request.batch += 2;
}

static void
a_nonce_that_is_too_old(void)
{
	play.proof.nonces.kept[1].made -= 61 * 1000;
}

static const struct {
	void (*lie)(void);
	const char *why; /* how it begins */
} lies[] = {
	{ no_signature, "not the messages" },
	{ an_empty_signature, "a signature that does not verify" },
	{ the_signature_of_another_handshake, "a signature that" },
	{ the_end_of_another_handshake, "a signature that" },
	{ a_chain_exchanged_after_the_signature, "a signature that" },
	{ a_chain_without_its_leaf, "not the messages" },
	{ a_compressed_certificate, "not the messages" },
	{ a_key_that_would_burn_the_processor, "a key that is too large" },
	{ another_version, NULL },
	{ a_retry_that_was_not, NULL },
	{ the_first_hello_twice, "no ClientHello" },
	{ something_behind_it, "not the messages" },
	{ a_message_more, "not the messages" },
	{ another_nonce_of_ours, "a nonce" },
	{ no_nonce_of_ours, "a nonce" },
	{ another_batch, "a nonce" },
	{ a_nonce_that_is_too_old, "a nonce" },
};

static void
come_as(const struct made *who, const char *priority)
{
	struct stage *s = &play.stage;

	gnutls_certificate_free_credentials(s->credentials);
	s->credentials = credentials_of(who);
	visit(priority);
}

START_TEST(a_handshake_that_is_not_as_it_was_proves_nothing)
{
	const size_t lie = (size_t)_i / 2;
	struct made mallory;
	const char *why;

	is_1_3 = _i % 2 == 1;
	open_play(NULL, NULL, NULL);
	mallory = make_leaf("mallory", &play.stage.ca, NULL);
	come_as(&mallory, versions[is_1_3]);
	other = play.handed;
	come_as(&play.stage.alice, versions[is_1_3]);
	TRUE(try());
	lies[lie].lie();
	why = judge();
	ck_assert_ptr_nonnull(why);
	if (lies[lie].why != NULL)
		ck_assert_msg(
		    strncmp(why, lies[lie].why, strlen(lies[lie].why)) == 0,
		    "%s", why);
	unmake(&mallory);
	close_play();
}
END_TEST

/* The worker makes the server's part of both handshakes with one nonce. */
START_TEST(a_nonce_counts_once)
{
	struct proof_nonces again;

	open_play(NULL, NULL, NULL);
	again = play.proof.nonces.kept[1].given;
	visit(versions[_i]);
	TRUE(judge());
	ck_assert_int_eq(
	    (int)send(play.proof.line, &again, sizeof again, 0), sizeof again);
	/* It was in the line before the next handshake asks for one. */
	ev_run(ev_default_loop(0), EVRUN_ONCE);
	visit(versions[_i]);
	ck_assert_uint_eq(play.handed.request.nonce, 0);
	ck_assert_str_eq(
	    judge(), "a nonce that is used, too old, or not this worker's");
	close_play();
}
END_TEST

START_TEST(a_nonce_of_another_worker_does_not_count)
{
	static struct nonces others;

	open_play(NULL, NULL, NULL);
	ck_assert_ptr_nonnull(nonces_make(&others));
	visit(versions[_i]);
	ck_assert_ptr_nonnull(judge_by(&others, play.proof.judge));
	TRUE(judge());
	close_play();
}
END_TEST

/* By the same CA, with a certificate for the same name. */
START_TEST(a_handshake_with_another_server_proves_nothing)
{
	const unsigned *algorithms;
	struct judge *judge;
	struct made server;
	gnutls_datum_t der;
	size_t count;

	open_play(NULL, NULL, NULL);
	visit(versions[_i]);
	server = make_leaf("server", &play.stage.ca, NULL);
	count = tls_context_algorithms(play.context, &algorithms);
	judge = judge_new(algorithms, count, 60);
	OK(gnutls_x509_crt_export2(server.cert, GNUTLS_X509_FMT_DER, &der));
	ck_assert_int_eq(judge_add_server(judge, der.data, der.size), 0);
	ck_assert_str_eq(judge_by(&play.proof.nonces, judge),
	    "a handshake of another server");
	gnutls_free(der.data);
	(void)judge_free(judge);
	unmake(&server);
	close_play();
}
END_TEST

START_TEST(an_algorithm_that_the_priority_lacks_does_not_count)
{
	static const unsigned rsa[] = { GNUTLS_SIGN_RSA_SHA256,
		GNUTLS_SIGN_RSA_PSS_RSAE_SHA256 };
	struct judge *judge;
	gnutls_datum_t der;

	open_play(NULL, NULL, NULL);
	visit(versions[_i]);
	judge = judge_new(rsa, ROWS(rsa), 60);
	OK(gnutls_x509_crt_export2(
	    play.stage.server.cert, GNUTLS_X509_FMT_DER, &der));
	ck_assert_int_eq(judge_add_server(judge, der.data, der.size), 0);
	ck_assert_str_eq(judge_by(&play.proof.nonces, judge),
	    "a signature algorithm that does not count");
	gnutls_free(der.data);
	(void)judge_free(judge);
	close_play();
}
END_TEST

/* Also with a retry, whose first hello counts by its hash. */
static const char *const changed[] = { TLS_1_2, TLS_1_3,
	TLS_1_3 ":" FIRST_SHARE };

START_TEST(no_byte_of_a_handshake_can_be_changed)
{
	open_play(
	    NULL, NULL, _i == 2 ? "NORMAL:-GROUP-ALL:+GROUP-X25519" : NULL);
	play.stage.client_flags = GNUTLS_KEY_SHARE_TOP;
	visit(changed[_i]);
	for (uint32_t at = 0; at < play.handed.request.len; at++) {
		const uint8_t bit = (uint8_t)(1U << at % 8);

		play.handed.bytes[at] ^= bit;
		ck_assert_msg(try() != NULL, "byte %u", (unsigned)at);
		play.handed.bytes[at] ^= bit;
	}
	TRUE(judge());
	close_play();
}
END_TEST

START_TEST(a_handshake_without_its_end_proves_nothing)
{
	uint32_t whole;

	open_play(NULL, NULL, NULL);
	visit(versions[_i]);
	whole = play.handed.request.len;
	for (play.handed.request.len = 0; play.handed.request.len < whole;
	     play.handed.request.len++)
		ck_assert_ptr_nonnull(try());
	TRUE(judge());
	close_play();
}
END_TEST

/* The retry left out, or its hello in the form in which it is hashed. */
START_TEST(a_retry_is_shown_as_it_was)
{
	struct handed_in *h = &play.handed;
	uint8_t hashed[4 + 32] = { 254, 0, 0, 32 };
	size_t hello, retry;

	open_play(NULL, NULL, "NORMAL:-GROUP-ALL:+GROUP-X25519");
	play.stage.client_flags = GNUTLS_KEY_SHARE_TOP;
	visit(TLS_1_3 ":-CIPHER-ALL:+AES-128-GCM:" FIRST_SHARE);
	(void)message_at(0, &hello);
	(void)message_at(1, &retry);
	if (_i == 0) {
		h->request.len -= (uint32_t)(hello + retry);
		memmove(h->bytes, h->bytes + hello + retry, h->request.len);
	} else {
		OK(gnutls_hash_fast(
		    GNUTLS_DIG_SHA256, h->bytes, hello, hashed + 4));
		exchange(0, hashed, sizeof hashed);
	}
	ck_assert_ptr_nonnull(judge());
	close_play();
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ whoever_has_signed_is_believed,
		    2 * ROWS(server_keys) * ROWS(client_keys) },
		{ ciphers_groups_and_retries_do_not_matter, ROWS(ways) },
		{ a_long_chain_is_judged_whole, 2 },
		{ who_has_signed_is_told_though_no_ca_vouches_for_him, 2 },
		{ a_downgrade_to_tls_1_2_is_marked, 3 },
		{ a_handshake_that_is_not_as_it_was_proves_nothing,
		    2 * ROWS(lies) },
		{ a_nonce_counts_once, 2 },
		{ a_nonce_of_another_worker_does_not_count, 2 },
		{ a_handshake_with_another_server_proves_nothing, 2 },
		{ an_algorithm_that_the_priority_lacks_does_not_count, 2 },
		{ no_byte_of_a_handshake_can_be_changed, ROWS(changed) },
		{ a_handshake_without_its_end_proves_nothing, 2 },
		{ a_retry_is_shown_as_it_was, 2 },
	};

	return test_main("verifier", cases, ROWS(cases));
}
