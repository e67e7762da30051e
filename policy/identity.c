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
#include <sys/stat.h>
#include <unistd.h>

#include "policy/entries.h"
#include "policy/trace.h"
#include "status/trust.h"

/* Who can write to the directory could give one user's file to another. */
static bool
directory_trusted(const char *directory)
{
	struct stat st;

	return stat(directory, &st) == 0 && S_ISDIR(st.st_mode) &&
	       (st.st_uid == 0 || st.st_uid == geteuid()) &&
	       (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* 0 and the text of the user's file, or why there is none that counts. */
static int
read_identities(
    const char *directory, const char *user, char **ret, size_t *ret_len)
{
	char path[STSSL_IDENTITY_DIR_MAX + 1 + STSSL_USER_MAX + 1];
	int n = snprintf(path, sizeof path, "%s/%s", directory, user);
	int r;

	if (n < 0 || (size_t)n >= sizeof path)
		return -ENAMETOOLONG;
	r = stssl_trusted_read(path, STSSL_IDENTITY_MAX, ret, ret_len);
	if (r == 0 && !directory_trusted(directory)) {
		free(*ret);
		return -EPERM;
	}
	return r;
}

static void
try_file(const struct stssl_identity_rules *rules, const char *user,
    const struct stssl_record *record, struct stssl_way_tried *tried)
{
	size_t len;
	char *text;
	int r;

	tried->error = read_identities(rules->directory, user, &text, &len);
	if (tried->error < 0) {
		tried->end = tried->error == -ENOENT ? STSSL_WAY_NO_FILE
						     : STSSL_WAY_BAD_FILE;
		return;
	}
	r = stssl_entries_match(text, len, record, &tried->line);
	free(text);
	tried->end = r == 1   ? STSSL_WAY_USER
		     : r == 0 ? STSSL_WAY_NO_ENTRY
			      : STSSL_WAY_BAD_ENTRY;
	if (r == 1)
		memcpy(tried->name, user, strlen(user) + 1);
}

/* Draws tried->name, with the end at USER, or says why not. */
static void
draw_cn(const struct stssl_record *record, struct stssl_way_tried *tried)
{
	const char *cn = stssl_record_get(record, STSSL_KEY_SSL_CLIENT_S_DN_CN);

	if (cn == NULL)
		return;
	tried->end = stssl_user_valid(cn) ? STSSL_WAY_USER : STSSL_WAY_INVALID;
	if (tried->end == STSSL_WAY_USER)
		memcpy(tried->name, cn, strlen(cn) + 1);
}

/* A way without such a function needs to be told the user. */
static void (*const draws[STSSL_IDENTITY_COUNT])(
    const struct stssl_record *record, struct stssl_way_tried *tried) = {
	[STSSL_IDENTITY_CN] = draw_cn,
};

/* `user` is valid. */
static struct stssl_way_tried
try_way(const struct stssl_identity_rules *rules, enum stssl_identity way,
    const char *user, const struct stssl_record *record)
{
	struct stssl_way_tried tried = { .way = way };

	if (draws[way] == NULL) {
		try_file(rules, user, record, &tried);
		return tried;
	}
	draws[way](record, &tried);
	if (tried.end == STSSL_WAY_USER && strcmp(tried.name, user) != 0)
		tried.end = STSSL_WAY_OTHER;
	return tried;
}

static const char *const words[STSSL_IDENTITY_COUNT] = {
#define X(name, word) [STSSL_IDENTITY_##name] = word,
	STSSL_WAYS(X)
#undef X
};

static const struct {
	const char *word;
	const char *text;
} ends[STSSL_WAY_END_COUNT] = {
#define X(name, word, text) [STSSL_WAY_##name] = { word, text },
	STSSL_WAY_ENDS(X)
#undef X
};

/* An enum may hold any integer; ABSENT's number for those out of range. */
static unsigned
end_index(enum stssl_way_end end)
{
	unsigned i = (unsigned)end;

	return i < STSSL_WAY_END_COUNT ? i : (unsigned)STSSL_WAY_ABSENT;
}

const char *
stssl_way_end_word(enum stssl_way_end end)
{
	return ends[end_index(end)].word;
}

const char *
stssl_way_end_text(enum stssl_way_end end)
{
	return ends[end_index(end)].text;
}

const char *
stssl_identity_word(enum stssl_identity way)
{
	return (unsigned)way < STSSL_IDENTITY_COUNT ? words[way] : "";
}

enum stssl_identity
stssl_identity_parse(const char *word)
{
	int i = 0;

	while (i < STSSL_IDENTITY_COUNT && strcmp(word, words[i]) != 0)
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

int
stssl_identity_draw(const struct stssl_identity_rules *rules,
    enum stssl_identity way, const struct stssl_record *record,
    char ret_user[static STSSL_USER_MAX + 1])
{
	struct stssl_way_tried tried = { .way = way };

	(void)rules;
	if (draws[way] == NULL)
		return 0;
	draws[way](record, &tried);
	if (tried.end != STSSL_WAY_USER)
		return 0;
	memcpy(ret_user, tried.name, sizeof tried.name);
	return 1;
}
