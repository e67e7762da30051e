/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Identity files: one entry a line, each of them well-formed or the whole file
 * counts for nothing.
 */
#include <config.h>
#include "policy/entries.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

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

int
stssl_entries_match(char *text, size_t len, const struct stssl_record *record,
    unsigned *ret_line)
{
	unsigned found = 0;

	/* A NUL would hide the lines behind it. */
	if (strlen(text) != len) {
		*ret_line = 1;
		return -EBADMSG;
	}
	for (unsigned n = 1; text != NULL; n++) {
		char *line = strsep(&text, "\n");
		int r = line_matches(trim(line), record);

		if (r < 0) {
			*ret_line = n;
			return r;
		}
		if (r == 1 && found == 0)
			found = n;
	}
	*ret_line = found;
	return found != 0;
}
