/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "tests/keyholder-files.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tests/test.h"

void
key_files_make(struct key_files *ret, void (*with)(struct making *m))
{
	gnutls_datum_t pem;

	memset(ret, 0, sizeof *ret);
	files_init(&ret->files);
	make_at(time(NULL));
	ret->server = make_leaf("server", NULL, with);
	pem = pem_of(&ret->server);
	(void)snprintf(ret->certificate, sizeof ret->certificate, "%s",
	    write_file(&ret->files, "server.pem", &pem, 1));
	gnutls_free(pem.data);
	ck_assert_int_ge(
	    gnutls_x509_privkey_export2_pkcs8(ret->server.key,
		GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem),
	    0);
	(void)snprintf(ret->key, sizeof ret->key, "%s",
	    write_file(&ret->files, "server.key", &pem, 1));
	gnutls_free(pem.data);
	ret->certificates[0] = ret->certificate;
	ret->keys[0] = ret->key;
	ret->config.tls =
	    (struct tls_config){ .certificates = { ret->certificates, 1 },
		    .keys = { ret->keys, 1 } };
}

void
key_files_remove(struct key_files *f)
{
	unmake(&f->server);
	files_done(&f->files);
}
