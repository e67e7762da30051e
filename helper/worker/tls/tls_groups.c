/* SPDX-License-Identifier: BSD-2-Clause
 *
 * GnuTLS chooses the group before it looks at the shares (RFC 8446 section
 * 4.2.8), and asks for another hello where there is none of it.  So each group
 * has priorities with itself in front, which a session gets when that is what
 * the client has sent.  GnuTLS puts curves in front of finite fields all the
 * same: one of these stands alone.
 */
#include <config.h>
#include "helper/worker/tls/tls_groups.h"

#include <gnutls/gnutls.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A priority string with all names of groups behind it. */
#define PRIORITY_MAX 2048

/* RFC 8446 section 4.2.7; what a release of GnuTLS lacks, it does not know. */
static const struct {
	uint16_t id;
	const char *name; /* GnuTLS's */
	bool is_alone;
} known[] = {
	{ 0x0017, "SECP256R1", false },
	{ 0x0018, "SECP384R1", false },
	{ 0x0019, "SECP521R1", false },
	{ 0x001d, "X25519", false },
	{ 0x001e, "X448", false },
	{ 0x0100, "FFDHE2048", true },
	{ 0x0101, "FFDHE3072", true },
	{ 0x0102, "FFDHE4096", true },
	{ 0x0103, "FFDHE6144", true },
	{ 0x0104, "FFDHE8192", true },
	{ 0x11eb, "SECP256R1-MLKEM768", false },
	{ 0x11ec, "X25519-MLKEM768", false },
	{ 0x11ed, "SECP384R1-MLKEM1024", false },
};

enum {
	KNOWN = sizeof known / sizeof known[0]
};

struct tls_groups {
	gnutls_priority_t first[KNOWN]; /* NULL: it is none of ours */
};

/* Numbers that GnuTLS finds in some priorities. */
struct list {
	const unsigned *ids;
	int count;
};

static bool
has(const struct list *list, unsigned id)
{
	for (int i = 0; i < list->count; i++)
		if (list->ids[i] == id)
			return true;
	return false;
}

/* The same priorities with one group in front; NULL when GnuTLS has none. */
static gnutls_priority_t
with_first(const char *priority, const struct list *list, size_t first)
{
	char text[PRIORITY_MAX];
	gnutls_priority_t made;
	int count = known[first].is_alone ? 0 : list->count;
	int len = snprintf(text, sizeof text, "%s:-GROUP-ALL:+GROUP-%s",
	    priority, known[first].name);

	for (int i = 0; i < count && len < PRIORITY_MAX; i++)
		len += snprintf(text + len, sizeof text - (size_t)len,
		    ":+GROUP-%s",
		    gnutls_group_get_name((gnutls_group_t)list->ids[i]));
	if (len >= PRIORITY_MAX || gnutls_priority_init(&made, text, NULL) < 0)
		return NULL;
	return made;
}

struct tls_groups *
tls_groups_new(const char *priority, struct gnutls_priority_st *base)
{
	struct tls_groups *groups = calloc(1, sizeof *groups);
	struct list versions, list;

	if (groups == NULL)
		return NULL;
	versions.count = gnutls_priority_protocol_list(base, &versions.ids);
	if (!has(&versions, GNUTLS_TLS1_3))
		return groups;
	list.count = gnutls_priority_group_list(base, &list.ids);
	for (size_t i = 0; i < KNOWN; i++) {
		gnutls_group_t id = gnutls_group_get_id(known[i].name);

		if (id != GNUTLS_GROUP_INVALID && has(&list, id))
			groups->first[i] = with_first(priority, &list, i);
	}
	return groups;
}

struct tls_groups *
tls_groups_free(struct tls_groups *groups)
{
	if (groups == NULL)
		return NULL;
	for (size_t i = 0; i < KNOWN; i++)
		if (groups->first[i] != NULL)
			gnutls_priority_deinit(groups->first[i]);
	free(groups);
	return NULL;
}

static gnutls_priority_t
first_of(const struct tls_groups *groups, unsigned id)
{
	for (size_t i = 0; i < KNOWN; i++)
		if (known[i].id == id)
			return groups->first[i];
	return NULL;
}

static unsigned
number(const unsigned char *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

/* A length, and for each share its group, length, and itself. */
void
tls_groups_prefer(const struct tls_groups *groups, gnutls_session_t session,
    const unsigned char *shares, unsigned size)
{
	gnutls_priority_t found = NULL;
	unsigned at = 2;

	while (found == NULL && size >= at + 4) {
		found = first_of(groups, number(shares + at));
		at += 4 + number(shares + at + 2);
	}
	if (found != NULL)
		(void)gnutls_priority_set(session, found);
}
