/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From certificate to user name.  A way either leads to exactly the user who
 * asks or it does not; whatever is malformed or cannot be read does not.
 */
#include <config.h>
#include "policy/identity.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/user.h"
#include "status/trust.h"

#define SHA256_DIGITS 64
#define BLANKS        " \t"

/*
 * One kind of entry.  Returns 1 when the entry names the certificate of the
 * record, 0 when it names another, -EBADMSG when it is malformed.
 */
struct entry_kind {
	const char *prefix;
	int (*matches)(const char *value, const struct stssl_record *record);
};

/* "AB:cd:..." or "abcd...", exactly 32 bytes, to lower-case digits. */
static int
plain_hex(const char *text, char ret[SHA256_DIGITS + 1])
{
	bool colons = strchr(text, ':') != NULL;
	size_t n = 0;

	for (; *text != '\0'; text++) {
		if (colons && n > 0 && n % 2 == 0 && text[-1] != ':') {
			if (*text != ':')
				return -EBADMSG;
			continue;
		}
		if (n == SHA256_DIGITS || !isxdigit((unsigned char)*text))
			return -EBADMSG;
		ret[n++] = (char)tolower((unsigned char)*text);
	}
	ret[n] = '\0';
	return n == SHA256_DIGITS && text[-1] != ':' ? 0 : -EBADMSG;
}

static int
matches_sha256(const char *value, const struct stssl_record *record)
{
	const char *is =
	    stssl_record_get(record, STSSL_KEY_SSL_CLIENT_CERT_SHA256);
	char hex[SHA256_DIGITS + 1];

	if (plain_hex(value, hex) < 0)
		return -EBADMSG;
	return is != NULL && strcmp(is, hex) == 0;
}

static int
matches_dn(const char *value, const struct stssl_record *record)
{
	const char *is = stssl_record_get(record, STSSL_KEY_SSL_CLIENT_S_DN);

	if (value[0] == '\0')
		return -EBADMSG;
	return is != NULL && strcmp(is, value) == 0;
}

static const struct entry_kind entry_kinds[] = {
	{ "sha256:", matches_sha256 },
	{ "dn:", matches_dn },
};

/* As a matching function, for a line without blanks around it. */
static int
line_matches(const char *line, const struct stssl_record *record)
{
	if (line[0] == '\0' || line[0] == '#')
		return 0;
	for (size_t i = 0; i < sizeof entry_kinds / sizeof entry_kinds[0];
	     i++) {
		const struct entry_kind *kind = &entry_kinds[i];
		size_t len = strlen(kind->prefix);

		if (strncmp(line, kind->prefix, len) == 0)
			return kind->matches(line + len, record);
	}
	return -EBADMSG;
}

static char *
trim(char *line)
{
	size_t len;

	line += strspn(line, BLANKS);
	for (len = strlen(line); len > 0 && strchr(BLANKS, line[len - 1]);
	     len--)
		line[len - 1] = '\0';
	return line;
}

/* True only if all of the file is well-formed; `text` is chopped up. */
static bool
text_matches(char *text, size_t len, const struct stssl_record *record)
{
	bool any = false;

	if (strlen(text) != len)
		return false;
	while (text != NULL) {
		char *line = strsep(&text, "\n");
		int r = line_matches(trim(line), record);

		if (r < 0)
			return false;
		any = any || r == 1;
	}
	return any;
}

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
	size_t len;
	char *text;
	bool found;

	if (n < 0 || (size_t)n >= sizeof path || !directory_trusted(directory))
		return false;
	if (stssl_trusted_read(path, STSSL_IDENTITY_MAX, &text, &len) < 0)
		return false;
	found = text_matches(text, len, record);
	free(text);
	return found;
}

static bool
by_cn(
    const char *directory, const char *user, const struct stssl_record *record)
{
	const char *cn = stssl_record_get(record, STSSL_KEY_SSL_CLIENT_S_DN_CN);

	(void)directory;
	return cn != NULL && strcmp(cn, user) == 0;
}

static const struct {
	const char *word;
	bool (*names)(const char *directory, const char *user,
	    const struct stssl_record *record);
} identity_ways[STSSL_IDENTITY_COUNT] = {
	[STSSL_IDENTITY_FILE] = { "file", by_file },
	[STSSL_IDENTITY_CN] = { "cn", by_cn },
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

bool
stssl_identity_names(unsigned ways, const char *directory, const char *user,
    const struct stssl_record *record)
{
	if (!stssl_user_valid(user))
		return false;
	for (int i = 0; i < STSSL_IDENTITY_COUNT; i++)
		if ((ways & 1u << i) != 0 &&
		    identity_ways[i].names(directory, user, record))
			return true;
	return false;
}
