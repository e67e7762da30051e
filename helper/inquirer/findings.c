/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A tree of certificates.
 */
#include <config.h>
#include "helper/inquirer/findings.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

/* The id comes first. */
struct known {
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
findings_find(
    const struct findings *f, const struct x509_ocsp_id *id, time_t now)
{
	void *node = tfind(id, &f->tree, compare);
	const struct known *k = node == NULL ? NULL : *(struct known **)node;

	return k != NULL && now < k->until ? k->found : X509_OCSP_UNKNOWN;
}

/* The one of this certificate, maybe a new one; NULL when out of memory. */
static struct known *
get(struct findings *f, const struct x509_ocsp_id *id)
{
	void *node = tfind(id, &f->tree, compare);
	struct known *k;

	if (node != NULL)
		return *(struct known **)node;
	if (f->count == FINDINGS_MAX)
		findings_done(f);
	k = calloc(1, sizeof *k);
	if (k == NULL)
		return NULL;
	k->id = *id;
	if (tsearch(k, &f->tree, compare) == NULL) {
		free(k);
		return NULL;
	}
	f->count++;
	return k;
}

void
findings_keep(struct findings *f, const struct x509_ocsp_id *id,
    const struct x509_finding *finding)
{
	struct known *k = get(f, id);

	if (k == NULL)
		return;
	k->found = finding->found;
	k->until = finding->until;
}

void
findings_done(struct findings *f)
{
	tdestroy(f->tree, free);
	f->tree = NULL;
	f->count = 0;
}
