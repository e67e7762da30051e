/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From certificate to user name.  A way either leads to exactly the user who
 * asks or it does not; whatever is malformed or cannot be read does not.
 */
#include <config.h>
#include "policy/identity.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/draw.h"
#include "policy/entries.h"
#include "policy/trace.h"
#include "status/trust.h"

/* 0 and the text of the user's file, or why there is none that counts. */
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

static const char *const words[STSSL_IDENTITY_COUNT] = {
#define X(name, word) [STSSL_IDENTITY_##name] = word,
	STSSL_WAYS(X)
#undef X
};

const char *
stssl_identity_word(enum stssl_identity way)
{
	return (unsigned)way < STSSL_IDENTITY_COUNT ? words[way] : "";
}

enum stssl_subject
stssl_identity_subject(enum stssl_identity way)
{
	static const enum stssl_subject subjects[STSSL_IDENTITY_COUNT] = {
		[STSSL_IDENTITY_FILE] = STSSL_SUBJECT_COUNT,
		[STSSL_IDENTITY_CN] = STSSL_SUBJECT_CN,
		[STSSL_IDENTITY_EMAIL] = STSSL_SUBJECT_EMAIL,
		[STSSL_IDENTITY_UPN] = STSSL_SUBJECT_UPN,
		[STSSL_IDENTITY_DNS] = STSSL_SUBJECT_DNS,
		[STSSL_IDENTITY_URI] = STSSL_SUBJECT_URI,
		[STSSL_IDENTITY_DN] = STSSL_SUBJECT_DN,
	};

	return (unsigned)way < STSSL_IDENTITY_COUNT ? subjects[way]
						    : STSSL_SUBJECT_COUNT;
}

enum stssl_identity
stssl_identity_parse(const char *word)
{
	int i = 0;

	while (i < STSSL_IDENTITY_COUNT &&
	       (word[0] != words[i][0] || strcmp(word, words[i]) != 0))
		i++;
	return (enum stssl_identity)i;
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
