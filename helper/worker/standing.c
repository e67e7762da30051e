/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A table, and the way to it.
 */
#include <config.h>
#include "helper/worker/standing.h"

#include <string.h>

#include "helper/worker/session.h"
#include "helper/worker/tls/tls.h"
#include "x509/chain.h"

#define GOOD STSSL_FAILURE_NONE

static const enum stssl_failure table[][X509_OCSP_COUNT] = {
	/* unknown                good  revoked */
	[OCSP_OFF] = { GOOD, GOOD, GOOD },
	[OCSP_SOFT] = { GOOD, GOOD, STSSL_FAILURE_REVOKED },
	[OCSP_HARD] = { STSSL_FAILURE_CRL_STALE, GOOD, STSSL_FAILURE_REVOKED },
};

bool
standing_matters(enum ocsp_mode mode, const struct stssl_record *record)
{
	const char *verify =
	    stssl_record_get(record, STSSL_KEY_SSL_CLIENT_VERIFY);

	return mode != OCSP_OFF && verify != NULL &&
	       strcmp(verify, "SUCCESS") == 0;
}

int
standing_ask(struct session_host *host, uint64_t session, struct tls *tls)
{
	static unsigned char der[X509_CHAIN_BYTES];
	size_t len;
	int r = tls_peer_chain(tls, der, sizeof der, &len);

	return r < 0 ? r : host->check(host, session, der, len);
}

enum stssl_failure
standing_judge(enum ocsp_mode mode, enum x509_ocsp found)
{
	return table[mode][found];
}
