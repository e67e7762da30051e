/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From certificate to user name: by the user's own file; or by a name in the
 * certificate, as it is, without an allowed domain, or through a map.  A way
 * must lead to exactly the user who asks.  It leads nowhere if it is malformed,
 * cannot be read, or leads to two users.
 */
#include <config.h>
#include "policy/identity.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/entries.h"
#include "policy/trace.h"
#include "status/ascii.h"
#include "status/trust.h"

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
mapped_user(const struct stssl_identity_rules *rules, enum stssl_subject kind,
    const char *name, char ret[static STSSL_USER_MAX + 1])
{
	int r = stssl_map_apply(rules->maps, rules->map, kind, name, ret);

	if (r == -ENOTUNIQ)
		return STSSL_WAY_AMBIGUOUS;
	if (r < 0)
		return STSSL_WAY_INVALID;
	return r == 1 ? STSSL_WAY_USER : STSSL_WAY_UNMAPPED;
}

/* Follow one name: to a user, or to the reason why it leads to none. */
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
	if (stssl_map_has(rules->maps, rules->map, kind))
		return mapped_user(rules, kind, name, ret);
	if (kind == STSSL_SUBJECT_DN)
		return STSSL_WAY_UNMAPPED;
	return plain_user(name, len, ret);
}

static bool
is_final(enum stssl_way_end end)
{
	return end == STSSL_WAY_INVALID || end == STSSL_WAY_AMBIGUOUS;
}

/* Add the result for one name. */
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
 * All names of the kind must lead to the same user, but for names of other
 * domains and names that no line of the map matches.
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

/* Returns 0 and the text of the user's file, or a negative errno. */
static int
read_identities(
    const char *directory, const char *user, char **ret, size_t *ret_len)
{
	char path[STSSL_IDENTITY_DIR_MAX + 1 + STSSL_USER_MAX + 1];
	int n = snprintf(path, sizeof path, "%s/%s", directory, user);

	if (n < 0 || (size_t)n >= sizeof path)
		return -ENAMETOOLONG;
	return stssl_trusted_read(path, STSSL_IDENTITY_MAX, ret, ret_len);
}

static void
try_file(const struct stssl_identity_rules *rules, const char *user,
    const struct stssl_record *record, struct stssl_way_tried *tried)
{
	struct stssl_entries entries;
	size_t len;
	char *text;
	int r;

	r = read_identities(rules->directory, user, &text, &len);
	if (r == 0) {
		r = stssl_entries_of(record, &entries);
		if (r < 0)
			free(text);
	}
	if (r < 0) {
		tried->error = r;
		tried->end =
		    r == -ENOENT ? STSSL_WAY_NO_FILE : STSSL_WAY_BAD_FILE;
		return;
	}
	r = stssl_entries_match(&entries, text, len, &tried->line);
	stssl_entries_done(&entries);
	free(text);
	tried->end = r == 1   ? STSSL_WAY_USER
		     : r == 0 ? STSSL_WAY_NO_ENTRY
			      : STSSL_WAY_BAD_ENTRY;
	if (r == 1)
		memcpy(tried->name, user, strlen(user) + 1);
}

/* `user` is valid. */
static struct stssl_way_tried
try_way(const struct stssl_identity_rules *rules, enum stssl_identity way,
    const char *user, const struct stssl_record *record)
{
	struct stssl_way_tried tried = { .way = way };

	if (way == STSSL_IDENTITY_FILE) {
		try_file(rules, user, record, &tried);
		return tried;
	}
	stssl_draw(rules, record, &tried);
	if (tried.end == STSSL_WAY_USER && strcmp(tried.name, user) != 0)
		tried.end = STSSL_WAY_OTHER;
	return tried;
}

bool
stssl_identity_names(const struct stssl_identity_rules *rules, const char *user,
    const struct stssl_record *record, const struct stssl_trace *trace)
{
	if (!stssl_user_valid(user))
		return false;
	for (int i = 0; i < STSSL_IDENTITY_COUNT; i++) {
		struct stssl_way_tried tried;

		if ((rules->ways & 1u << i) == 0)
			continue;
		tried = try_way(rules, (enum stssl_identity)i, user, record);
		if (trace != NULL)
			trace->way_tried(trace->data, &tried);
		if (tried.end == STSSL_WAY_USER)
			return true;
	}
	return false;
}
