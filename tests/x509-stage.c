/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Makes the chain of a row, verifies it, and compares the reason.
 */
#include <config.h>
#include "tests/x509-stage.h"

#include "status/tools/words.h"
#include "x509/chain.h"

void
chain_append(struct x509_chain *chain, const struct made *made)
{
	gnutls_datum_t der;

	OK(gnutls_x509_crt_export2(made->cert, GNUTLS_X509_FMT_DER, &der));
	x509_chain_add(chain, der.data, der.size);
	gnutls_free(der.data);
}

struct x509_store *
chain_trusting(const struct made *ca)
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

void
chain_stage_set(struct chain_stage *s, const struct chain_case *c)
{
	static const char *const names[] = { "Root", "CA 1", "CA 2", "CA 3",
		"CA 4", "CA 5", "CA 6", "CA 7", "CA 8", "CA 9", "CA 10" };

	s->made[0] = make_ca(names[0], NULL, c->root);
	for (unsigned i = 1; i <= c->subs; i++)
		s->made[i] = make_ca(names[i], &s->made[i - 1], c->sub);
	s->made[c->subs + 1] = make_leaf("alice", &s->made[c->subs], c->leaf);
	s->count = c->subs + 2;
	s->store = chain_trusting(&s->made[0]);
	s->chain = x509_chain_new();
	for (unsigned i = s->count - 1; i > 0; i--)
		chain_append(s->chain, &s->made[i]);
}

void
chain_stage_clear(struct chain_stage *s)
{
	(void)x509_chain_free(s->chain);
	(void)x509_store_free(s->store);
	for (unsigned i = 0; i < s->count; i++)
		unmake(&s->made[i]);
}
void
chain_check(const struct chain_case *c)
{
	const struct x509_terms terms = { NOON, c->purpose };
	enum stssl_failure failure;
	struct chain_stage s;

	chain_stage_set(&s, c);
	failure = x509_verify(s.store, s.chain, &terms);
	ck_assert_msg(failure == c->expect, "%s: %s, not %s", c->what,
	    failure == GOOD ? "good" : stssl_failure_word(failure),
	    c->expect == GOOD ? "good" : stssl_failure_word(c->expect));
	chain_stage_clear(&s);
}
