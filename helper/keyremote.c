/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Opens private keys.  Called before privileges are given up, since key files
 * may be root's; nothing of a key is ever logged or written.
 */
#include <config.h>
#include "helper/keyremote.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <string.h>

static int
import_file(gnutls_privkey_t key, const char *path)
{
	gnutls_datum_t pem;
	int r;

	r = gnutls_load_file(path, &pem);
	if (r < 0)
		return r;
	r = gnutls_privkey_import_x509_raw(
	    key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0);
	gnutls_memset(pem.data, 0, pem.size);
	gnutls_free(pem.data);
	return r;
}

int
keyremote_open(const char *source, struct gnutls_privkey_st **ret)
{
	gnutls_privkey_t key;
	int r;

	r = gnutls_privkey_init(&key);
	if (r < 0)
		return r;
	if (strncmp(source, "pkcs11:", 7) == 0)
		r = gnutls_privkey_import_url(key, source, 0);
	else
		r = import_file(key, source);
	if (r < 0) {
		gnutls_privkey_deinit(key);
		return r;
	}
	*ret = key;
	return 0;
}
