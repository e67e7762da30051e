/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A search tree of what is known of certificates.
 */
#include <config.h>
#include "helper/inquirer/ocsp_cache.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

/* The id comes first. */
struct cached {
	struct x509_ocsp_id id;
	enum x509_ocsp found;
	time_t until;
};

static int
compare(const void *one, const void *other)
{
	const struct x509_ocsp_id *a = one, *b = other;
	int order = memcmp(a->key, b->key, sizeof a->key);

	if (order == 0)
		order = a->serial.len - b->serial.len;
	return order != 0
		   ? order
		   : memcmp(a->serial.bytes, b->serial.bytes, a->serial.len);
}

enum x509_ocsp
ocsp_cache_find(
    const struct ocsp_cache *cache, const struct x509_ocsp_id *id, time_t now)
{
	void *node = tfind(id, &cache->tree, compare);
	const struct cached *k = node == NULL ? NULL : *(struct cached **)node;

	return k != NULL && now < k->until ? k->found : X509_OCSP_UNKNOWN;
}

/* The one of this certificate, maybe a new one; NULL when out of memory. */
static struct cached *
get(struct ocsp_cache *cache, const struct x509_ocsp_id *id)
{
	void *node = tfind(id, &cache->tree, compare);
	struct cached *k;

	if (node != NULL)
		return *(struct cached **)node;
	if (cache->count == OCSP_CACHE_MAX)
		ocsp_cache_done(cache);
	k = calloc(1, sizeof *k);
	if (k == NULL)
		return NULL;
	k->id = *id;
	if (tsearch(k, &cache->tree, compare) == NULL) {
		free(k);
		return NULL;
	}
	cache->count++;
	return k;
}

void
ocsp_cache_keep(struct ocsp_cache *cache, const struct x509_ocsp_id *id,
    const struct x509_finding *finding)
{
	struct cached *k = get(cache, id);

	if (k == NULL)
		return;
	k->found = finding->found;
	k->until = finding->until;
}

void
ocsp_cache_done(struct ocsp_cache *cache)
{
	tdestroy(cache->tree, free);
	cache->tree = NULL;
	cache->count = 0;
}
