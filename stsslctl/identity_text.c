/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Looks for entries in a text, appends one, and takes some out.
 */
#include <config.h>
#include "stsslctl/identity_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "status/quote.h"
#include "stsslctl/output.h"

/* In front of the comments that are ours, to be removed with their entry. */
#define MARK "# stsslctl: "

static bool
is_of(const struct stssl_entries *entries, const char *entry)
{
	const char *at = NULL;

	while ((at = stssl_entries_next(entries, at)) != NULL)
		if (strcmp(at, entry) == 0)
			return true;
	return false;
}

bool
identity_text_has(char *text, const struct stssl_entries *entries)
{
	char entry[STSSL_ENTRY_MAX];

	while (text != NULL)
		if (stssl_entry_read(strsep(&text, "\n"), entry) > 0 &&
		    is_of(entries, entry))
			return true;
	return false;
}

unsigned
identity_faulty_line(const char *text)
{
	char *copy = strdup(text), *rest = copy, entry[STSSL_ENTRY_MAX];
	unsigned number = 0, found = 0;

	if (copy == NULL)
		output_no_memory();
	while (rest != NULL && found == 0) {
		number++;
		if (stssl_entry_read(strsep(&rest, "\n"), entry) < 0)
			found = number;
	}
	free(copy);
	return found;
}

bool
identity_has_entry(const char *text, const char *entry)
{
	char *copy = strdup(text), *rest = copy, read[STSSL_ENTRY_MAX];
	bool has = false;

	if (copy == NULL)
		output_no_memory();
	while (rest != NULL && !has)
		has = stssl_entry_read(strsep(&rest, "\n"), read) > 0 &&
		      strcmp(read, entry) == 0;
	free(copy);
	return has;
}

char *
identity_with_entry(
    const char *text, const struct stssl_record *record, const char *entry)
{
	size_t len = strlen(text);
	char quoted[STSSL_QUOTE_MAX], day[16], *fresh;
	time_t now = time(NULL);
	struct tm tm;
	const char *until =
	    stssl_record_get(record, STSSL_KEY_SSL_CLIENT_V_END);

	if (gmtime_r(&now, &tm) == NULL ||
	    strftime(day, sizeof day, "%Y-%m-%d", &tm) == 0)
		day[0] = '\0';
	if (asprintf(&fresh, "%s%s" MARK "%s until %s, added %s\n%s\n", text,
		len > 0 && text[len - 1] != '\n' ? "\n" : "",
		stssl_quote(quoted, sizeof quoted,
		    stssl_record_get(record, STSSL_KEY_SSL_CLIENT_S_DN)),
		until == NULL ? "?" : until, day, entry) < 0)
		output_no_memory();
	return fresh;
}

unsigned
identity_without(char *text, const struct stssl_entries *entries, char *ret)
{
	char entry[STSSL_ENTRY_MAX];
	size_t len = 0, comment = 0;
	unsigned removed = 0;
	bool ours = false;

	while (text != NULL && *text != '\0') {
		const char *line = strsep(&text, "\n");

		if (stssl_entry_read(line, entry) > 0 &&
		    is_of(entries, entry)) {
			removed++;
			if (ours)
				len = comment;
			ours = false;
			continue;
		}
		ours = strncmp(line, MARK, strlen(MARK)) == 0;
		comment = len;
		memcpy(ret + len, line, strlen(line));
		len += strlen(line);
		ret[len++] = '\n';
	}
	ret[len] = '\0';
	return removed;
}
