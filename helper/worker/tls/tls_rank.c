/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Looks at the kind of key in each certificate.
 */
#include <config.h>
#include "helper/worker/tls/tls_rank.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <stddef.h>
#include <stdlib.h>

/* Our own chain. */
#define CHAIN_MAX 10

enum rank {
	RANK_ECDSA,
	RANK_EDDSA,
	RANK_OTHER
};

/* A file that cannot be read has any: loading it fails later. */
static enum rank
rank_of(const char *file)
{
	gnutls_pcert_st chain[CHAIN_MAX];
	unsigned count = CHAIN_MAX;
	int pk;

	if (gnutls_pcert_list_import_x509_file(
		chain, &count, file, GNUTLS_X509_FMT_PEM, NULL, NULL, 0) < 0)
		return RANK_OTHER;
	pk = gnutls_pubkey_get_pk_algorithm(chain[0].pubkey, NULL);
	for (unsigned i = 0; i < count; i++)
		gnutls_pcert_deinit(&chain[i]);
	if (pk == GNUTLS_PK_ECDSA)
		return RANK_ECDSA;
	return pk == GNUTLS_PK_EDDSA_ED25519 || pk == GNUTLS_PK_EDDSA_ED448
		   ? RANK_EDDSA
		   : RANK_OTHER;
}

static int
compare(const void *a, const void *b)
{
	const uint32_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

/* Of what is sorted: the rank, and below it the number. */
#define NUMBER_BITS 24
#define NUMBER_MASK ((UINT32_C(1) << NUMBER_BITS) - 1)

void
tls_rank_order(const struct stssl_values *files, uint32_t ret[])
{
	/* Once for each: a file may change at any time. */
	for (uint32_t i = 0; i < files->count; i++)
		ret[i] = (uint32_t)rank_of(files->list[i]) << NUMBER_BITS | i;
	qsort(ret, files->count, sizeof ret[0], compare);
	for (size_t i = 0; i < files->count; i++)
		ret[i] &= NUMBER_MASK;
}
