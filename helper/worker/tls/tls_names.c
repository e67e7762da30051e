/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Compares host names by GnuTLS's check, not by what it does to choose among
 * certificates: there a name counts only when it is the same byte for byte.
 */
#include <config.h>
#include "helper/worker/tls/tls_names.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

#include "helper/worker/tls/tls_types.h"

struct tls_names {
	gnutls_x509_crt_t *leaves;
	size_t count;
};

/* False when out of memory; the chain is freed. */
static bool
keep_first(struct tls_names *names, gnutls_x509_crt_t *chain, unsigned count)
{
	gnutls_x509_crt_t *more =
	    reallocarray(names->leaves, names->count + 1, sizeof(*more));

	if (more != NULL) {
		names->leaves = more;
		more[names->count++] = chain[0];
	}
	for (unsigned i = more != NULL ? 1 : 0; i < count; i++)
		gnutls_x509_crt_deinit(chain[i]);
	gnutls_free(chain);
	return more != NULL;
}

struct tls_names *
tls_names_new(struct gnutls_certificate_credentials_st *credentials)
{
	struct tls_names *names = calloc(1, sizeof *names);
	gnutls_x509_crt_t *chain;
	unsigned count;

	if (names == NULL)
		return NULL;
	while (gnutls_certificate_get_x509_crt(
		   credentials, (unsigned)names->count, &chain, &count) >= 0)
		if (!keep_first(names, chain, count))
			return tls_names_free(names);
	return names;
}

struct tls_names *
tls_names_free(struct tls_names *names)
{
	if (names == NULL)
		return NULL;
	for (size_t i = 0; i < names->count; i++)
		gnutls_x509_crt_deinit(names->leaves[i]);
	free(names->leaves);
	free(names);
	return NULL;
}

static bool
is_for(const struct tls_names *names, size_t i, const char *host)
{
	return gnutls_x509_crt_check_hostname(names->leaves[i], host) != 0;
}

bool
tls_names_have(const struct tls_names *names, const char *host)
{
	for (size_t i = 0; names != NULL && i < names->count; i++)
		if (is_for(names, i, host))
			return true;
	return false;
}

uint64_t
tls_names_set(const struct tls_names *names, const char *host)
{
	uint64_t set = 0;

	for (size_t i = 0; names->count <= TLS_NAMES_MAX && i < names->count;
	     i++)
		if (is_for(names, i, host))
			set |= UINT64_C(1) << i;
	return set;
}

/* Sets */

struct sets {
	const struct tls_names *names;
	uint64_t *list;
	size_t count;
};

/* A name with a wildcard is also one of the hosts that it stands for. */
static void
add_set(struct sets *sets, const char *host)
{
	uint64_t set = tls_names_set(sets->names, host);
	uint64_t all =
	    UINT64_MAX >> (TLS_NAMES_MAX - (unsigned)sets->names->count);

	if (set == 0 || set == all || sets->count == TLS_NAMES_MAX)
		return;
	for (size_t i = 0; i < sets->count; i++)
		if (sets->list[i] == set)
			return;
	sets->list[sets->count++] = set;
}

static void
add_names_of(struct sets *sets, gnutls_x509_crt_t leaf)
{
	char name[TLS_NAME_MAX + 1];
	size_t len = sizeof name;
	int type;

	/* A CN counts where there is no DNS name. */
	if (gnutls_x509_crt_get_dn_by_oid(
		leaf, GNUTLS_OID_X520_COMMON_NAME, 0, 0, name, &len) >= 0)
		add_set(sets, name);
	for (unsigned i = 0;; i++) {
		len = sizeof name - 1;
		type = gnutls_x509_crt_get_subject_alt_name(
		    leaf, i, name, &len, NULL);
		if (type == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			return;
		if (type != GNUTLS_SAN_DNSNAME)
			continue;
		name[len] = '\0';
		add_set(sets, name);
	}
}

size_t
tls_names_sets(
    const struct tls_names *names, uint64_t ret[static TLS_NAMES_MAX])
{
	struct sets sets = { names, ret, 0 };

	if (names->count < 2 || names->count > TLS_NAMES_MAX)
		return 0;
	for (size_t i = 0; i < names->count; i++)
		add_names_of(&sets, names->leaves[i]);
	return sets.count;
}
