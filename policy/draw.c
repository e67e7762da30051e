/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From the names in a certificate to one user name: as they are, without an
 * allowed domain, or through a map.  Two users are none.
 */
#include <config.h>
#include "policy/draw.h"

#include <errno.h>
#include <string.h>

#include "policy/map.h"
#include "policy/subject.h"
#include "status/ascii.h"

static bool
is_among(const struct stssl_values *domains, const char *domain)
{
	for (size_t i = 0; i < domains->count; i++)
		if (stssl_same_text(domains->list[i], domain))
			return true;
	return false;
}

/* The name itself, or the part of an address before its domain. */
static enum stssl_way_end
plain_user(const char *name, size_t len, char ret[static STSSL_USER_MAX + 1])
{
	if (len > STSSL_USER_MAX)
		return STSSL_WAY_INVALID;
	memcpy(ret, name, len);
	ret[len] = '\0';
	return stssl_user_valid(ret) ? STSSL_WAY_USER : STSSL_WAY_INVALID;
}

static enum stssl_way_end
mapped_user(const struct stssl_map *map, enum stssl_subject kind,
    const char *name, char ret[static STSSL_USER_MAX + 1])
{
	int r = stssl_map_apply(map, kind, name, ret);

	if (r == -ENOTUNIQ)
		return STSSL_WAY_AMBIGUOUS;
	if (r < 0)
		return STSSL_WAY_INVALID;
	return r == 1 ? STSSL_WAY_USER : STSSL_WAY_UNMAPPED;
}

/* Where one name leads: to a user, or why not. */
static enum stssl_way_end
user_of(const struct stssl_identity_rules *rules, enum stssl_identity way,
    const char *name, char ret[static STSSL_USER_MAX + 1])
{
	enum stssl_subject kind = stssl_identity_subject(way);
	size_t len = strlen(name);

	if (way == STSSL_IDENTITY_EMAIL || way == STSSL_IDENTITY_UPN) {
		const char *domain = stssl_subject_domain(name);

		if (domain == NULL || !is_among(way == STSSL_IDENTITY_EMAIL
						    ? &rules->email_domains
						    : &rules->upn_domains,
					  domain))
			return STSSL_WAY_FOREIGN;
		len = (size_t)(domain - 1 - name);
	}
	if (stssl_map_has(rules->map, kind))
		return mapped_user(rules->map, kind, name, ret);
	if (kind == STSSL_SUBJECT_DN)
		return STSSL_WAY_UNMAPPED;
	return plain_user(name, len, ret);
}

static bool
is_final(enum stssl_way_end end)
{
	return end == STSSL_WAY_INVALID || end == STSSL_WAY_AMBIGUOUS;
}

/* Add what one name led to. */
static void
take(struct stssl_way_tried *tried, enum stssl_way_end end, const char *user)
{
	bool had_user = tried->end == STSSL_WAY_USER;

	if (end == STSSL_WAY_USER && had_user && strcmp(tried->name, user) != 0)
		end = STSSL_WAY_AMBIGUOUS;
	if (end == STSSL_WAY_USER)
		memcpy(tried->name, user, strlen(user) + 1);
	if (is_final(end))
		tried->name[0] = '\0';
	if (is_final(end) || !had_user)
		tried->end = end;
}

/*
 * All names of the kind must lead to the same user.  What is of other domains,
 * or no line of a map is meant for, does not count.
 */
void
stssl_draw(const struct stssl_identity_rules *rules,
    const struct stssl_record *record, struct stssl_way_tried *tried)
{
	enum stssl_subject kind = stssl_identity_subject(tried->way);
	char name[STSSL_SUBJECT_MAX], user[STSSL_USER_MAX + 1];

	for (unsigned n = 0; !is_final(tried->end); n++) {
		int r = stssl_subject_nth(kind, record, n, name);
		enum stssl_way_end end;

		if (r == 0)
			return;
		if (n == STSSL_DRAW_NAMES)
			r = -E2BIG;
		end = r < 0 ? STSSL_WAY_INVALID
			    : user_of(rules, tried->way, name, user);
		take(tried, end, user);
	}
}
