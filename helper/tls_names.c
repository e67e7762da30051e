/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which host names the loaded certificates are for.
 */
#include <config.h>
#include "helper/tls_context.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdbool.h>

#include "helper/tls.h"

/* Returns 1, 0, or -1 when there is no certificate of this index. */
static int
names(const struct tls_context *context, unsigned index, const char *name)
{
	gnutls_x509_crt_t *chain;
	unsigned count;
	int result = 0;

	if (gnutls_certificate_get_x509_crt(
		context->credentials, index, &chain, &count) < 0)
		return -1;
	if (count > 0)
		result = gnutls_x509_crt_check_hostname(chain[0], name) != 0;
	for (unsigned i = 0; i < count; i++)
		gnutls_x509_crt_deinit(chain[i]);
	gnutls_free(chain);
	return result;
}

bool
tls_context_names(const struct tls_context *context, const char *name)
{
	int r = 0;

	for (unsigned i = 0; r == 0; i++)
		r = names(context, i, name);
	return r == 1;
}
