/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Identity files have an entry a line.  One malformed line makes the whole file
 * void.  A certificate is written as entries, too, and these are read by the
 * functions that read those of a file.
 */
#include <config.h>
#include "policy/entries.h"

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
	r = stssl_subject_canonical(STSSL_SUBJECT_DN, issuer, ret);
	if (r < 0)
		return r;
	end = strlen(ret);
	(void)snprintf(ret + end, VALUE_MAX - end, "#%s", serial);
	return 0;
}

/*
 * Their values are read by a function of their own, or as names of a
 * certificate are.
 */
static const struct kind {
	const char *prefix;
	int (*canonical)(const char *value, char ret[static VALUE_MAX]);
	enum stssl_subject subject;
	enum stssl_key key; /* where a record has the value */
} kinds[] = {
	{ "issuer-serial:", value_issuer_serial,
	    .key = STSSL_KEY_SSL_CLIENT_M_SERIAL },
	{ "sha256:", value_sha256, .key = STSSL_KEY_SSL_CLIENT_CERT_SHA256 },
	{ "spki-sha256:", value_sha256,
	    .key = STSSL_KEY_SSL_CLIENT_SPKI_SHA256 },
	{ "dn:", .subject = STSSL_SUBJECT_DN },
	{ "email:", .subject = STSSL_SUBJECT_EMAIL },
	{ "upn:", .subject = STSSL_SUBJECT_UPN },
	{ "san-uri:", .subject = STSSL_SUBJECT_URI },
};

#define KINDS (sizeof kinds / sizeof kinds[0])

/* As stssl_entry_read(), for a line that is neither empty nor a comment. */
static int
canonical_entry(const char *text, char ret[static STSSL_ENTRY_MAX])
{
	char value[VALUE_MAX];

	for (const struct kind *k = kinds; k < kinds + KINDS; k++) {
		size_t len = strlen(k->prefix);
		int r;

		if (strncmp(text, k->prefix, len) != 0)
			continue;
		r = k->canonical != NULL ? k->canonical(text + len, value)
					 : stssl_subject_canonical(
					       k->subject, text + len, value);
		if (r < 0)
			return -EBADMSG;
		(void)snprintf(ret, STSSL_ENTRY_MAX, "%s%s", k->prefix, value);
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

/* Leaves out a value that no line of a file can equal. */
static void
add(FILE *to, const char *prefix, const char *value)
{
	char line[LINE_BYTES], entry[STSSL_ENTRY_MAX];
	int n = snprintf(line, sizeof line, "%s%s", prefix, value);
	size_t len;

	if (n < 0 || (size_t)n >= sizeof line ||
	    canonical_entry(line, entry) != 1)
		return;
	len = strlen(entry);
	/* A file's lines do not end with blanks. */
	if (entry[len - 1] != ' ')
		(void)fwrite(entry, 1, len + 1, to);
}

static void
add_issuer_serial(FILE *to, const char *prefix, const char *serial,
    const struct stssl_record *record)
{
	const char *issuer =
	    stssl_record_get(record, STSSL_KEY_SSL_CLIENT_I_DN);
	char value[LINE_BYTES];
	int n = snprintf(
	    value, sizeof value, "%s#%s", issuer == NULL ? "" : issuer, serial);

	if (n >= 0 && (size_t)n < sizeof value)
		add(to, prefix, value);
}

/* All names of a kind; one that is too long or malformed is left out. */
static void
add_names(FILE *to, const struct kind *kind, const struct stssl_record *record)
{
	char name[STSSL_SUBJECT_MAX];
	int found = 1;

	for (unsigned n = 0; found != 0; n++) {
		found = stssl_subject_nth(kind->subject, record, n, name);
		if (found == 1)
			add(to, kind->prefix, name);
	}
}

static void
add_kind(FILE *to, const struct kind *kind, const struct stssl_record *record)
{
	const char *value;

	if (kind->canonical == NULL) {
		add_names(to, kind, record);
		return;
	}
	value = stssl_record_get(record, kind->key);
	if (value != NULL && kind->canonical == value_issuer_serial)
		add_issuer_serial(to, kind->prefix, value, record);
	else if (value != NULL)
		add(to, kind->prefix, value);
}

int
stssl_entries_of(const struct stssl_record *record, struct stssl_entries *ret)
{
	struct stssl_entries entries = { 0 };
	FILE *to = open_memstream(&entries.text, &entries.len);
	bool failed;

	if (to == NULL)
		return -ENOMEM;
	for (const struct kind *k = kinds; k < kinds + KINDS; k++)
		add_kind(to, k, record);
	failed = ferror(to) != 0;
	if (fclose(to) != 0 || failed) {
		stssl_entries_done(&entries);
		return -ENOMEM;
	}
	*ret = entries;
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
