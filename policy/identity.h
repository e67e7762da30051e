/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Does a verified certificate name this user?  By each way that `identity` of
 * classes.conf lists; only byte-exact equality counts.
 */
#ifndef POLICY_IDENTITY_H
#define POLICY_IDENTITY_H

#include <stdbool.h>

#include "conf/key.h"
#include "policy/map.h"
#include "policy/ways.h"
#include "status/record.h"

#define STSSL_IDENTITIES       "/etc/stssl/identities"
#define STSSL_IDENTITY_DIR_MAX 1024
#define STSSL_IDENTITY_MAX     (1024 * 1024)

/* The keys of a class that are about identities; all is borrowed. */
struct stssl_identity_rules {
	struct stssl_values words;         /* of the ways, as given */
	unsigned ways;                     /* bit n: enum stssl_identity n */
	const char *directory;             /* of the identity files */
	struct stssl_values email_domains; /* for EMAIL */
	struct stssl_values upn_domains;   /* for UPN */
	const char *map;                   /* its name; NULL: none */
	const struct stssl_maps *maps;     /* of the file; NULL without map */
};

struct stssl_trace;

/*
 * True when one of the ways leads from the certificate of `record` to `user`.
 * A way that cannot be gone, such as a faulty identity file, leads nowhere.
 * `trace` may be NULL.
 */
bool stssl_identity_names(const struct stssl_identity_rules *rules,
    const char *user, const struct stssl_record *record,
    const struct stssl_trace *trace);

/* With more names of a kind than this, the way leads nowhere. */
#define STSSL_DRAW_NAMES 64

/*
 * Go tried->way, which is not STSSL_IDENTITY_FILE, so that the user need not be
 * told: all names of one kind in the certificate lead to one user, or the way
 * leads nowhere.  The rest of *tried is 0.  Sets tried->end, to USER whoever
 * the user is, and tried->name then.
 */
void stssl_draw(const struct stssl_identity_rules *rules,
    const struct stssl_record *record, struct stssl_way_tried *tried);

#endif
