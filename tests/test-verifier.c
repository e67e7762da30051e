/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Handshakes of a worker's TLS with clients of GnuTLS's, and what the verifier
 * finds of them: whose they are, with whom, and how often they count.
 */
#include <config.h>
#include "tests/verifier-stage.h"

#include <ev.h>
#include <gnutls/abstract.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/test.h"
#include "x509/types.h"

static const making_edit server_keys[] = { NULL, with_rsa, with_ed25519 };
static const making_edit client_keys[] = { NULL, with_p384, with_rsa,
	with_ed25519, with_ed448 };

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

/* While others begin handshakes, and do not end them. */
START_TEST(a_nonce_counts_while_there_is_room_for_its_batch)
{
	static struct nonces n;
	struct proof_request request = { .batch = 1 };
	uint8_t first[PROOF_NONCE_BYTES];

	memset(&n, 0, sizeof n);
	for (int i = 0; i < NONCE_BATCHES + _i; i++)
		ck_assert_ptr_nonnull(nonces_make(&n));
	memcpy(first, n.kept[1].given.nonces[0], sizeof first);
	ck_assert_int_eq(nonces_spend(&n, &request, first, 60), _i == 0);
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
		{ a_nonce_counts_once, 2 },
		{ a_nonce_of_another_worker_does_not_count, 2 },
		{ a_nonce_counts_while_there_is_room_for_its_batch, 2 },
		{ a_handshake_with_another_server_proves_nothing, 2 },
		{ an_algorithm_that_the_priority_lacks_does_not_count, 2 },
	};

	return test_main("verifier", cases, ROWS(cases));
}
