/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From certificate to user name.  A way either leads to exactly the user who
 * asks or it does not; whatever is malformed or cannot be read does not.
 */
#include <config.h>
#include "policy/identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/entries.h"
#include "policy/user.h"
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

static bool
by_file(
    const char *directory, const char *user, const struct stssl_record *record)
{
	char path[STSSL_IDENTITY_DIR_MAX + 1 + STSSL_USER_MAX + 1];
	int n = snprintf(path, sizeof path, "%s/%s", directory, user);
	unsigned line;
	size_t len;
	char *text;
	bool found;

	if (n < 0 || (size_t)n >= sizeof path || !directory_trusted(directory))
		return false;
	if (stssl_trusted_read(path, STSSL_IDENTITY_MAX, &text, &len) < 0)
		return false;
	found = stssl_entries_match(text, len, record, &line) == 1;
	free(text);
	return found;
}

static int
draw_cn(const struct stssl_record *record, char ret_user[])
{
	const char *cn = stssl_record_get(record, STSSL_KEY_SSL_CLIENT_S_DN_CN);

	if (cn == NULL || !stssl_user_valid(cn))
		return 0;
	memcpy(ret_user, cn, strlen(cn) + 1);
	return 1;
}

/* Ways without a drawing function need to be told the user. */
static const struct {
	const char *word;
	int (*draw)(const struct stssl_record *record, char ret_user[]);
} identity_ways[STSSL_IDENTITY_COUNT] = {
	[STSSL_IDENTITY_FILE] = { "file", NULL },
	[STSSL_IDENTITY_CN] = { "cn", draw_cn },
};

enum stssl_identity
stssl_identity_parse(const char *word)
{
	int i = 0;

	while (i < STSSL_IDENTITY_COUNT &&
	       strcmp(word, identity_ways[i].word) != 0)
		i++;
	return (enum stssl_identity)i;
}

int
stssl_identity_draw(enum stssl_identity way, const struct stssl_record *record,
    char ret_user[static STSSL_USER_MAX + 1])
{
	if (identity_ways[way].draw == NULL)
		return 0;
	return identity_ways[way].draw(record, ret_user);
}

static bool
way_names(enum stssl_identity way, const char *directory, const char *user,
    const struct stssl_record *record)
{
	char drawn[STSSL_USER_MAX + 1];

	if (way == STSSL_IDENTITY_FILE)
		return by_file(directory, user, record);
	return stssl_identity_draw(way, record, drawn) == 1 &&
	       strcmp(drawn, user) == 0;
}

bool
stssl_identity_names(unsigned ways, const char *directory, const char *user,
    const struct stssl_record *record)
{
	if (!stssl_user_valid(user))
		return false;
	for (int i = 0; i < STSSL_IDENTITY_COUNT; i++)
		if ((ways & 1u << i) != 0 &&
		    way_names((enum stssl_identity)i, directory, user, record))
			return true;
	return false;
}
