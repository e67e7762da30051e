/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A key is a record that has nothing but the hash of the key.
 */
#include <config.h>
#include "stsslctl/identity_source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "status/quote.h"
#include "status/tools/words.h"
#include "stsslctl/certificate_file.h"
#include "stsslctl/output.h"
#include "stsslctl/ssh_key_file.h"
#include "x509/chain.h"
#include "x509/leaf.h"
#include "x509/verify.h"

static int
describe(
    const char *file, struct identity_source *ret, struct x509_error *error)
{
	const struct x509_terms terms = { time(NULL), X509_CLIENT_AUTH };
	char quoted[STSSL_QUOTE_MAX];
	const char *until;
	struct x509_chain *chain;
	int r = certificate_file_read(file, &chain, error);

	if (r < 0)
		return r;
	r = x509_describe(
	    chain, x509_verify_alone(chain, &terms), &ret->record);
	(void)x509_chain_free(chain);
	if (r < 0 || stssl_record_get(&ret->record,
			 STSSL_KEY_SSL_CLIENT_CERT_SHA256) == NULL)
		return x509_fault(error, file, "%s", "no usable certificate");
	until = stssl_record_get(&ret->record, STSSL_KEY_SSL_CLIENT_V_END);
	ret->about = output_format("%s until %s",
	    stssl_quote(quoted, sizeof quoted,
		stssl_record_get(&ret->record, STSSL_KEY_SSL_CLIENT_S_DN)),
	    until == NULL ? "?" : until);
	return 0;
}

static void
take_key(const struct ssh_key *key, struct identity_source *ret)
{
	char quoted[STSSL_QUOTE_MAX];

	ret->is_key = true;
	ret->about = output_format(
	    "SSH key %s", stssl_quote(quoted, sizeof quoted, key->comment));
	if (stssl_record_put(
		&ret->record, STSSL_KEY_SSL_CLIENT_SPKI_SHA256, key->spki) < 0)
		output_no_memory();
}

int
identity_source_read(
    const char *file, struct identity_source *ret, struct x509_error *error)
{
	struct identity_source source = { .about = NULL };
	unsigned char *bytes;
	struct ssh_key key;
	size_t len;
	int r = x509_file_read(file, &bytes, &len, error);

	if (r < 0)
		return r;
	stssl_record_init(&source.record);
	if (!ssh_key_looks(bytes, len)) {
		r = describe(file, &source, error);
	} else {
		r = ssh_key_read(file, (const char *)bytes, len, &key, error);
		if (r == 0)
			take_key(&key, &source);
	}
	free(bytes);
	if (r < 0)
		identity_source_done(&source);
	else
		*ret = source;
	return r;
}

void
identity_source_done(struct identity_source *source)
{
	stssl_record_done(&source->record);
	free(source->about);
	source->about = NULL;
}

void
identity_source_entry(const struct identity_source *source, bool by_key,
    char ret[static STSSL_ENTRY_MAX])
{
	(void)snprintf(ret, STSSL_ENTRY_MAX, "%s%s",
	    by_key ? "spki-sha256:" : "sha256:",
	    stssl_record_get(
		&source->record, by_key ? STSSL_KEY_SSL_CLIENT_SPKI_SHA256
					: STSSL_KEY_SSL_CLIENT_CERT_SHA256));
}

void
identity_source_warn(const struct identity_source *source, const char *file)
{
	static const char failed[] = "FAILED:";
	const char *verify =
	    stssl_record_get(&source->record, STSSL_KEY_SSL_CLIENT_VERIFY);
	enum stssl_failure failure = STSSL_FAILURE_OTHER;

	if (verify == NULL || strncmp(verify, failed, sizeof failed - 1) != 0)
		return;
	(void)stssl_failure_parse(verify + sizeof failed - 1, &failure);
	(void)fputs("stsslctl: warning: ", stderr);
	output_text(stderr, file);
	(void)fprintf(
	    stderr, ": does not log in: %s\n", stssl_failure_text(failure));
}
