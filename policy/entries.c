/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Identity files: one entry a line, each of them well-formed or the whole file
 * counts for nothing.  What a certificate shows is written as entries, too, and
 * read by the same functions as those of a file.
 */
#include <config.h>
#include "policy/entries.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/serial.h"
#include "policy/subject.h"

_Static_assert(STSSL_ENTRY_MAX >= 16 + STSSL_SUBJECT_MAX + 1 + STSSL_SERIAL_MAX,
    "an entry has a prefix, a name and a serial number");

#define SHA256_DIGITS 64
#define VALUE_MAX     (STSSL_SUBJECT_MAX + 1 + STSSL_SERIAL_MAX)
#define LINE_BYTES    4096 /* longer ones are malformed */
#define BLANKS        " \t"

/* Each writes the canonical value and returns 0, or a negative errno. */
static int
value_sha256(const char *value, char ret[static VALUE_MAX])
{
	return stssl_hex_digits(value, SHA256_DIGITS, ret) == SHA256_DIGITS
		   ? 0
		   : -EBADMSG;
}

static int
value_dn(const char *value, char ret[static VALUE_MAX])
{
	return stssl_subject_canonical(STSSL_SUBJECT_DN, value, ret);
}

static int
value_email(const char *value, char ret[static VALUE_MAX])
{
	return stssl_subject_canonical(STSSL_SUBJECT_EMAIL, value, ret);
}

static int
value_upn(const char *value, char ret[static VALUE_MAX])
{
	return stssl_subject_canonical(STSSL_SUBJECT_UPN, value, ret);
}

static int
value_uri(const char *value, char ret[static VALUE_MAX])
{
	return stssl_subject_canonical(STSSL_SUBJECT_URI, value, ret);
}

/* A name and, behind the last #, a number. */
static int
value_issuer_serial(const char *value, char ret[static VALUE_MAX])
{
	const char *hash = strrchr(value, '#');
	char issuer[LINE_BYTES], serial[STSSL_SERIAL_MAX];
	size_t len = hash == NULL ? 0 : (size_t)(hash - value);
	size_t end;
	int r;

	if (len == 0 || len >= sizeof issuer ||
	    stssl_serial_canonical(hash + 1, serial) < 0)
		return -EBADMSG;
	memcpy(issuer, value, len);
	issuer[len] = '\0';
	r = value_dn(issuer, ret);
	if (r < 0)
		return r;
	end = strlen(ret);
	(void)snprintf(ret + end, VALUE_MAX - end, "#%s", serial);
	return 0;
}

static const struct {
	const char *prefix;
	int (*canonical)(const char *value, char ret[static VALUE_MAX]);
} kinds[] = {
	{ "sha256:", value_sha256 },
	{ "spki-sha256:", value_sha256 },
	{ "dn:", value_dn },
	{ "issuer-serial:", value_issuer_serial },
	{ "email:", value_email },
	{ "upn:", value_upn },
	{ "san-uri:", value_uri },
};

/* As stssl_entry_read() for what is neither empty nor a comment. */
static int
canonical_entry(const char *text, char ret[static STSSL_ENTRY_MAX])
{
	char value[VALUE_MAX];

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		size_t len = strlen(kinds[i].prefix);

		if (strncmp(text, kinds[i].prefix, len) != 0)
			continue;
		if (kinds[i].canonical(text + len, value) < 0)
			return -EBADMSG;
		(void)snprintf(
		    ret, STSSL_ENTRY_MAX, "%s%s", kinds[i].prefix, value);
		return 1;
	}
	return -EBADMSG;
}

int
stssl_entry_read(const char *line, char ret[static STSSL_ENTRY_MAX])
{
	char text[LINE_BYTES];
	size_t len;

	line += strspn(line, BLANKS);
	len = strlen(line);
	while (len > 0 && strchr(BLANKS, line[len - 1]) != NULL)
		len--;
	if (len == 0 || line[0] == '#')
		return 0;
	if (len >= sizeof text)
		return -EBADMSG;
	memcpy(text, line, len);
	text[len] = '\0';
	return canonical_entry(text, ret);
}

/* The entries of a certificate in the making. */
struct list {
	const struct stssl_record *record;
	struct stssl_entries entries;
	size_t size;
};

/* What cannot be an entry of a file is left out: nothing could equal it. */
static int
add(struct list *list, const char *prefix, const char *value)
{
	char line[LINE_BYTES], entry[STSSL_ENTRY_MAX];
	struct stssl_entries *to = &list->entries;
	int n = snprintf(line, sizeof line, "%s%s", prefix, value);
	size_t len;

	if (n < 0 || (size_t)n >= sizeof line ||
	    canonical_entry(line, entry) != 1)
		return 0;
	len = strlen(entry) + 1;
	/* A file's lines do not end with blanks. */
	if (entry[len - 2] == ' ')
		return 0;
	if (to->len + len > list->size) {
		size_t size = 2 * list->size + STSSL_ENTRY_MAX;
		char *text = realloc(to->text, size);

		if (text == NULL)
			return -ENOMEM;
		to->text = text;
		list->size = size;
	}
	assert(to->text != NULL);
	memcpy(to->text + to->len, entry, len);
	to->len += len;
	return 0;
}

static int
add_issuer_serial(struct list *list)
{
	const char *issuer =
	    stssl_record_get(list->record, STSSL_KEY_SSL_CLIENT_I_DN);
	const char *serial =
	    stssl_record_get(list->record, STSSL_KEY_SSL_CLIENT_M_SERIAL);
	char value[LINE_BYTES];
	int n;

	if (issuer == NULL || serial == NULL)
		return 0;
	n = snprintf(value, sizeof value, "%s#%s", issuer, serial);
	if (n < 0 || (size_t)n >= sizeof value)
		return 0;
	return add(list, "issuer-serial:", value);
}

static int
add_one(struct list *list, const char *prefix, enum stssl_key key)
{
	const char *value = stssl_record_get(list->record, key);

	return value != NULL ? add(list, prefix, value) : 0;
}

static int
add_many(struct list *list, const char *prefix, enum stssl_key key)
{
	const char *value;
	int r = 0;

	for (unsigned n = 0; r == 0; n++) {
		value = stssl_record_get_nth(list->record, key, n);
		if (value == NULL)
			break;
		r = add(list, prefix, value);
	}
	return r;
}

static const struct {
	const char *prefix;
	enum stssl_key key;
	int (*add)(struct list *list, const char *prefix, enum stssl_key key);
} shown[] = {
	{ "sha256:", STSSL_KEY_SSL_CLIENT_CERT_SHA256, add_one },
	{ "spki-sha256:", STSSL_KEY_SSL_CLIENT_SPKI_SHA256, add_one },
	{ "dn:", STSSL_KEY_SSL_CLIENT_S_DN, add_one },
	{ "email:", STSSL_KEY_SSL_CLIENT_SAN_Email, add_many },
	{ "upn:", STSSL_KEY_SSL_CLIENT_SAN_OTHER_msUPN, add_many },
	{ "san-uri:", STSSL_KEY_SSL_CLIENT_SAN_URI, add_many },
};

int
stssl_entries_of(const struct stssl_record *record, struct stssl_entries *ret)
{
	struct list list = { .record = record };
	int r = add_issuer_serial(&list);

	for (size_t i = 0; r == 0 && i < sizeof shown / sizeof shown[0]; i++)
		r = shown[i].add(&list, shown[i].prefix, shown[i].key);
	if (r < 0) {
		stssl_entries_done(&list.entries);
		return r;
	}
	*ret = list.entries;
	return 0;
}

void
stssl_entries_done(struct stssl_entries *entries)
{
	free(entries->text);
	*entries = (struct stssl_entries){ 0 };
}

const char *
stssl_entries_next(const struct stssl_entries *entries, const char *at)
{
	at = at == NULL ? entries->text : at + strlen(at) + 1;
	return at == NULL || at == entries->text + entries->len ? NULL : at;
}

static bool
has(const struct stssl_entries *entries, const char *entry)
{
	const char *at = NULL;

	while ((at = stssl_entries_next(entries, at)) != NULL)
		if (strcmp(at, entry) == 0)
			return true;
	return false;
}

int
stssl_entries_match(const struct stssl_entries *entries, char *text, size_t len,
    unsigned *ret_line)
{
	char entry[STSSL_ENTRY_MAX];
	unsigned found = 0;

	/* A NUL would hide the lines behind it. */
	if (strlen(text) != len) {
		*ret_line = 1;
		return -EBADMSG;
	}
	for (unsigned n = 1; text != NULL; n++) {
		int r = stssl_entry_read(strsep(&text, "\n"), entry);

		if (r < 0) {
			*ret_line = n;
			return r;
		}
		if (r == 1 && found == 0 && has(entries, entry))
			found = n;
	}
	*ret_line = found;
	return found != 0;
}
