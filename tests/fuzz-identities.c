/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Any bytes as an identity file, and each of its lines as what a certificate
 * says: nothing crashes, an entry read again is itself, and a file of entries
 * that were read names the certificate that shows them.
 */
#include <config.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "policy/dn.h"
#include "policy/entries.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(int condition)
{
	if (!condition)
		abort();
}

/* A record with this text in every place where a certificate has names. */
static void
fill(struct stssl_record *record, const char *text)
{
	static const enum stssl_key ones[] = { STSSL_KEY_SSL_CLIENT_S_DN,
		STSSL_KEY_SSL_CLIENT_I_DN, STSSL_KEY_SSL_CLIENT_M_SERIAL,
		STSSL_KEY_SSL_CLIENT_CERT_SHA256,
		STSSL_KEY_SSL_CLIENT_SPKI_SHA256 };
	static const enum stssl_key manys[] = { STSSL_KEY_SSL_CLIENT_SAN_Email,
		STSSL_KEY_SSL_CLIENT_SAN_OTHER_msUPN,
		STSSL_KEY_SSL_CLIENT_SAN_URI };

	for (size_t i = 0; i < sizeof ones / sizeof ones[0]; i++)
		(void)stssl_record_put(record, ones[i], text);
	for (size_t i = 0; i < sizeof manys / sizeof manys[0]; i++)
		(void)stssl_record_put_nth(record, manys[i], 0, text);
}

/* Every entry that a certificate shows is one that a file may have. */
static void
check_shown(const char *text)
{
	struct stssl_entries entries;
	struct stssl_record record;
	const char *at = NULL;
	unsigned line;

	stssl_record_init(&record);
	fill(&record, text);
	must(stssl_entries_of(&record, &entries) == 0);
	while ((at = stssl_entries_next(&entries, at)) != NULL) {
		char *copy = strdup(at);

		must(copy != NULL);
		must(stssl_entries_match(&entries, copy, strlen(copy), &line) ==
		     1);
		must(line == 1);
		free(copy);
	}
	stssl_entries_done(&entries);
	stssl_record_done(&record);
}

/* In memory of its own size, so that ASan sees a read past the end. */
static void
check_dn(const char *text)
{
	char form[STSSL_DN_MAX], again[STSSL_DN_MAX];
	char *copy = strdup(text);

	must(copy != NULL);
	if (stssl_dn_canonical(copy, form) == 0) {
		must(stssl_dn_canonical(form, again) == 0);
		must(strcmp(form, again) == 0);
	}
	free(copy);
}

static void
check_line(const char *line)
{
	char entry[STSSL_ENTRY_MAX], again[STSSL_ENTRY_MAX];

	if (stssl_entry_read(line, entry) == 1) {
		must(stssl_entry_read(entry, again) == 1);
		must(strcmp(entry, again) == 0);
	}
	check_dn(line);
	check_shown(line);
	if (strchr(line, ':') != NULL)
		check_shown(strchr(line, ':') + 1);
}

static char *
copy_of(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	must(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct stssl_entries none = { .text = NULL };
	char *text = copy_of(data, size), *lines = copy_of(data, size);
	char *rest = lines, *line;
	unsigned n;

	must(stssl_entries_match(&none, text, size, &n) <= 0);
	while ((line = strsep(&rest, "\n")) != NULL)
		check_line(line);
	free(lines);
	free(text);
	return 0;
}
