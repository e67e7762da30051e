/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "tests/verifier-stage.h"

#include <string.h>

#include "helper/base/keytag.h"
#include "tests/test.h"

const char *const versions[2] = { TLS_1_2, TLS_1_3 };
struct play play;

void
with_rsa(struct making *m)
{
	m->algorithm = GNUTLS_PK_RSA;
	m->bits = 2048;
}

void
with_ed25519(struct making *m)
{
	m->algorithm = GNUTLS_PK_EDDSA_ED25519;
	m->bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED25519);
}

void
with_ed448(struct making *m)
{
	m->algorithm = GNUTLS_PK_EDDSA_ED448;
	m->bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_ED448);
}

void
with_p384(struct making *m)
{
	m->bits = GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1);
}

void
with_a_huge_key(struct making *m)
{
	with_rsa(m);
	m->strange_bits = 16384;
}

static void
replace(struct made *made, const char *name, making_edit edit)
{
	unmake(made);
	*made = make_leaf(name, &play.stage.ca, edit);
}

static void
open_stage(making_edit server, making_edit client, const char *priority)
{
	struct stage *s = &play.stage;

	stage_set(s);
	if (server != NULL) {
		replace(&s->server, "server", server);
		stage_store(s, "server", &s->server);
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

void
open_play_without_secret(void)
{
	key_secret_forget();
	open_stage(NULL, NULL, NULL);
}

void
open_play(making_edit server, making_edit client, const char *priority)
{
	key_secret_make();
	open_stage(server, client, priority);
}

void
close_play(void)
{
	proof_stage_close(&play.proof);
	play.context = tls_context_free(play.context);
	stage_clear(&play.stage);
}

void
visit(const char *priority)
{
	struct meeting m;

	meet_begin(&m, &play.stage, play.context, TLS_SINGLE, priority);
	shake_hands(&m);
	ck_assert(proof_stage_take(&play.proof, m.tls, &play.handed));
	part(&m);
}

const char *
judge_by(struct nonces *nonces, const struct judge *judge)
{
	const char *why =
	    judge_handshake(judge, tls_context_store(play.context), nonces,
		&play.handed.request, play.handed.bytes, &play.found);

	if (why == NULL)
		stssl_record_done(&play.found.record);
	return why;
}

const char *
judge(void)
{
	return judge_by(&play.proof.nonces, play.proof.judge);
}

const char *
try(void)
{
	static struct nonces nonces;

	nonces = play.proof.nonces;
	return judge_by(&nonces, play.proof.judge);
}

uint8_t *
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

size_t
count_messages(void)
{
	const uint8_t *at = play.handed.bytes;
	const uint8_t *end = at + play.handed.request.len;
	size_t n = 0;

	for (; at < end; n++)
		at += 4U + (size_t)(at[1] << 16 | at[2] << 8 | at[3]);
	return n;
}

void
exchange(size_t n, const uint8_t *bytes, size_t len)
{
	size_t size;
	uint8_t *at = message_at(n, &size);
	uint8_t *end = play.handed.bytes + play.handed.request.len;

	memmove(at + len, at + size, (size_t)(end - at) - size);
	if (len > 0)
		memcpy(at, bytes, len);
	play.handed.request.len =
	    (uint32_t)(play.handed.request.len + len - size);
}
