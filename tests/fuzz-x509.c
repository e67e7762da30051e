/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Any bytes as a client's chain, in PEM or as one certificate in DER: judged
 * and described, or refused.  A store that trusts the certificates themselves
 * lets the checks behind GnuTLS's verification have their turn, and the same
 * bytes are read as revocation lists.  Where nobody is trusted nothing is good.
 */
#include <config.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "status/record.h"
#include "x509/chain.h"
#include "x509/checks.h"
#include "x509/file.h"
#include "x509/inside.h"
#include "x509/leaf.h"
#include "x509/store.h"
#include "x509/subtree.h"
#include "x509/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool truth)
{
	if (!truth)
		abort();
}

typedef int (*load_function)(
    struct x509_store *store, const char *path, struct x509_error *error);

/* Through a file, which is removed at once. */
static void
load(struct x509_store *store, load_function function, const uint8_t *data,
    size_t size)
{
	char path[] = "/tmp/stssl-fuzz-XXXXXX";
	struct x509_error error = { "" };
	int fd = mkstemp(path);

	check(fd != -1 && write(fd, data, size) == (ssize_t)size);
	(void)close(fd);
	check(function(store, path, &error) == 0 || error.text[0] != '\0');
	(void)unlink(path);
}

/* DER as PEM: mutations of DER reach further than those of base64. */
static void
load_as(struct x509_store *store, load_function function, const char *what,
    uint8_t *data, size_t size)
{
	const gnutls_datum_t der = { data, (unsigned)size };
	gnutls_datum_t pem;

	if (size == 0 || gnutls_pem_base64_encode2(what, &der, &pem) < 0)
		return;
	load(store, function, pem.data, pem.size);
	gnutls_free(pem.data);
}

static void
describe(const struct x509_chain *chain, enum stssl_failure verdict)
{
	struct stssl_record record, copy;
	const char *verify;

	stssl_record_init(&record);
	stssl_record_init(&copy);
	if (x509_describe(chain, verdict, &record) == 0) {
		verify = stssl_record_get(&record, STSSL_KEY_SSL_CLIENT_VERIFY);
		check(verify != NULL);
		if (verdict != STSSL_FAILURE_NONE)
			check(strncmp(verify, "FAILED:", 7) == 0);
		check(stssl_record_decode(record.text, record.len, &copy) == 0);
	}
	stssl_record_done(&copy);
	stssl_record_done(&record);
}

static void
judge(const struct x509_store *store, const struct x509_chain *chain)
{
	const struct x509_terms terms = { 2000000000, X509_CLIENT_AUTH };

	describe(chain, x509_verify(store, chain, &terms));
}

/* As if the certificate were good, and stood below itself. */
static void
check_all(const struct x509_chain *chain)
{
	if (chain->count == 0)
		return;
	(void)x509_check_leaf(chain->certs[0], false);
	(void)x509_subtree_allows(chain->certs[0], chain->certs[0]);
}

static void
run_der(const struct x509_store *nobody, uint8_t *data, size_t size)
{
	struct x509_store *itself = x509_store_new(X509_STALE_WARN);
	struct x509_chain *chain = x509_chain_new();

	check(itself != NULL && chain != NULL);
	load_as(itself, x509_store_add_cas, "CERTIFICATE", data, size);
	load_as(itself, x509_store_add_lists, "X509 CRL", data, size);
	x509_chain_add(chain, data, size);
	judge(nobody, chain);
	judge(itself, chain);
	check_all(chain);
	(void)x509_chain_free(chain);
	(void)x509_store_free(itself);
}

static void
run_pem(const struct x509_store *nobody, const uint8_t *data, size_t size)
{
	const struct x509_terms terms = { 2000000000, NULL };
	struct x509_store *itself;
	struct x509_chain *chain;

	if (x509_chain_parse(data, size, &chain) < 0)
		return;
	itself = x509_store_new(X509_STALE_REFUSE);
	check(itself != NULL);
	load(itself, x509_store_add_cas, data, size);
	judge(itself, chain);
	load(itself, x509_store_add_lists, data, size);
	judge(itself, chain);
	check(x509_verify(nobody, chain, &terms) != STSSL_FAILURE_NONE);
	(void)x509_chain_free(chain);
	(void)x509_store_free(itself);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct x509_store *nobody = x509_store_new(X509_STALE_REFUSE);
	uint8_t *copy = malloc(size > 0 ? size : 1);

	check(nobody != NULL && copy != NULL);
	if (size > 0)
		memcpy(copy, data, size);
	run_der(nobody, copy, size);
	run_pem(nobody, data, size);
	free(copy);
	(void)x509_store_free(nobody);
	return 0;
}
