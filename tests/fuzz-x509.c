/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Any bytes as a client's chain, in PEM or as one certificate in DER: judged
 * and described, or refused.  A store that trusts the certificates themselves
 * lets checks behind GnuTLS's verification have their turn, and what makes
 * lists is read as lists.  Nothing that is trusted is good without a reason.
 */
#include <config.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "status/record.h"
#include "x509/chain.h"
#include "x509/leaf.h"
#include "x509/store.h"
#include "x509/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(bool truth)
{
	if (!truth)
		abort();
}

/* A file with the input, for what is read from files; removed at once. */
static void
load(struct x509_store *store, const uint8_t *data, size_t size)
{
	char path[] = "/tmp/stssl-fuzz-XXXXXX";
	struct x509_error error = { "" };
	int fd = mkstemp(path);

	check(fd != -1 && write(fd, data, size) == (ssize_t)size);
	(void)close(fd);
	check(x509_store_add_cas(store, path, &error) == 0 ||
	      error.text[0] != '\0');
	error.text[0] = '\0';
	check(x509_store_add_lists(store, path, &error) == 0 ||
	      error.text[0] != '\0');
	(void)unlink(path);
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
		if (verdict != STSSL_FAILURE_COUNT)
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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct x509_store *nobody = x509_store_new(X509_STALE_REFUSE);
	struct x509_store *itself = x509_store_new(X509_STALE_WARN);
	struct x509_chain *chain = x509_chain_new(), *pem;

	check(nobody != NULL && itself != NULL && chain != NULL);
	x509_chain_add(chain, data, size);
	judge(nobody, chain);
	load(itself, data, size);
	if (x509_chain_parse(data, size, &pem) == 0) {
		const struct x509_terms terms = { 2000000000, NULL };

		check(x509_verify(nobody, pem, &terms) != STSSL_FAILURE_COUNT);
		judge(itself, pem);
		(void)x509_chain_free(pem);
	}
	(void)x509_chain_free(chain);
	(void)x509_store_free(itself);
	(void)x509_store_free(nobody);
	return 0;
}
