/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Handshakes of an Edge's clients, with a nonce of the Server's verifier: both
 * verifiers judge them, and the Server's alone judges when they were.
 */
#include <config.h>
#include "helper/worker/tls/tls_proof.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tests/test.h"
#include "tests/verifier-stage.h"

/* The Server: its verifier's nonces, and what it knows of certificates. */
static struct {
	struct nonces nonces;
	struct judge *judge;
	struct handed_in handed; /* as its worker has it from the header */
} inside;

static void
open_inside(const struct made *shown)
{
	const unsigned *algorithms;
	size_t count = tls_context_algorithms(play.context, &algorithms);
	gnutls_datum_t der;

	memset(&inside, 0, sizeof inside);
	ck_assert_ptr_nonnull(nonces_make(&inside.nonces));
	inside.judge = judge_new(algorithms, count, 60);
	OK(gnutls_x509_crt_export2(shown->cert, GNUTLS_X509_FMT_DER, &der));
	ck_assert_int_eq(judge_add_server(inside.judge, der.data, der.size), 0);
	gnutls_free(der.data);
}

/* A client of the Edge, and its handshake on both sides. */
static void
visit_edge(const char *priority, uint32_t nonce)
{
	struct meeting m;
	uint8_t *copy;
	size_t len;

	meet_begin(&m, &play.stage, play.context, TLS_SINGLE, priority);
	tls_use_nonce(m.tls, inside.nonces.kept[1].given.nonces[nonce]);
	ck_assert_int_eq(tls_proof_copy(m.tls, &copy, &len), -ENOENT);
	shake_hands(&m);
	ck_assert_int_eq(tls_proof_copy(m.tls, &copy, &len), 0);
	ck_assert_uint_le(len, PROOF_MAX);
	memcpy(inside.handed.bytes, copy, len);
	inside.handed.request = (struct proof_request){ .type = PROOF_GIVEN,
		.len = (uint32_t)len,
		.session = 1,
		.batch = inside.nonces.last,
		.nonce = nonce };
	ck_assert(proof_stage_take(&play.proof, m.tls, &play.handed));
	ck_assert_uint_eq(play.handed.request.len, len);
	ck_assert_mem_eq(play.handed.bytes, copy, len);
	free(copy);
	part(&m);
}

static const char *
judge_inside(void)
{
	const char *why = judge_handshake(inside.judge,
	    tls_context_store(play.context), &inside.nonces,
	    &inside.handed.request, inside.handed.bytes, &play.found);

	if (why == NULL)
		stssl_record_done(&play.found.record);
	return why;
}

static const char *const ways[] = { TLS_1_2, TLS_1_3, TLS_1_3 ":" FIRST_SHARE,
	"NORMAL" };

START_TEST(both_verifiers_believe_a_client_who_has_signed)
{
	static const uint8_t unspent[sizeof play.proof.nonces.kept[1].spent];

	open_play(
	    NULL, NULL, _i == 2 ? "NORMAL:-GROUP-ALL:+GROUP-X25519" : NULL);
	play.stage.client_flags = GNUTLS_KEY_SHARE_TOP;
	open_inside(&play.stage.server);
	visit_edge(ways[_i], 7);
	ck_assert_uint_eq(play.handed.request.type, PROOF_FOREIGN);
	ck_assert_uint_eq(play.handed.request.batch, 0);
	ck_assert_uint_eq(play.handed.request.nonce, 0);
	/* As often as it is asked. */
	for (int i = 0; i < 2; i++) {
		TRUE(judge());
		ck_assert(play.found.is_foreign);
		ck_assert_int_eq(play.found.failure, STSSL_FAILURE_NONE);
	}
	ck_assert_mem_eq(
	    play.proof.nonces.kept[1].spent, unspent, sizeof unspent);
	TRUE(judge_inside());
	ck_assert(!play.found.is_foreign);
	ck_assert_int_eq(play.found.failure, STSSL_FAILURE_NONE);
	/* Once. */
	ck_assert_str_eq(judge_inside(),
	    "a nonce that is used, too old, or not this worker's");
	(void)judge_free(inside.judge);
	close_play();
}
END_TEST

START_TEST(an_edge_that_shows_an_old_handshake_is_not_believed)
{
	open_play(NULL, NULL, NULL);
	open_inside(&play.stage.server);
	visit_edge(versions[_i], 0);
	/* With the nonce of another session. */
	inside.handed.request.nonce = 1;
	ck_assert_str_eq(judge_inside(),
	    "a nonce that is used, too old, or not this worker's");
	(void)judge_free(inside.judge);
	close_play();
}
END_TEST

START_TEST(an_edge_whose_certificate_is_not_known_proves_nothing)
{
	struct made other;

	open_play(NULL, NULL, NULL);
	other = make_leaf("server", &play.stage.ca, NULL);
	open_inside(&other);
	visit_edge(versions[_i], 0);
	ck_assert_str_eq(judge_inside(), "a handshake of another server");
	TRUE(judge());
	(void)judge_free(inside.judge);
	unmake(&other);
	close_play();
}
END_TEST

START_TEST(without_a_certificate_there_is_nothing_to_copy)
{
	struct meeting m;
	uint8_t *copy;
	size_t len;

	open_play(NULL, NULL, NULL);
	open_inside(&play.stage.server);
	gnutls_certificate_free_credentials(play.stage.credentials);
	play.stage.credentials = credentials_of(NULL);
	meet_begin(&m, &play.stage, play.context, TLS_SINGLE, versions[_i]);
	tls_use_nonce(m.tls, inside.nonces.kept[1].given.nonces[0]);
	shake_hands(&m);
	ck_assert_int_eq(tls_proof_copy(m.tls, &copy, &len), -ENOENT);
	ck_assert_int_eq(tls_prove(m.tls, 1), -ENOENT);
	part(&m);
	(void)judge_free(inside.judge);
	close_play();
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ both_verifiers_believe_a_client_who_has_signed, ROWS(ways) },
		{ an_edge_that_shows_an_old_handshake_is_not_believed, 2 },
		{ an_edge_whose_certificate_is_not_known_proves_nothing, 2 },
		{ without_a_certificate_there_is_nothing_to_copy, 2 },
	};

	return test_main("verifier-foreign", cases, ROWS(cases));
}
