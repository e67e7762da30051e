/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Any bytes as SSH_AUTH_INFO_0, and each of its keys as the file of a public
 * key: nothing crashes, and what is read is read again as the same.
 */
#include <config.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pam_stssl/ssh_info.h"
#include "stsslctl/ssh_key_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(int condition)
{
	if (!condition)
		abort();
}

/* In memory of its own size, so that ASan sees a read past the end. */
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

/* The module and stsslctl take the same key for the same. */
static void
check_key(const char *line, size_t len, const char *spki)
{
	struct x509_error error;
	struct ssh_key key;

	must(ssh_key_read("key", line, len, &key, &error) == 0);
	must(strcmp(key.spki, spki) == 0);
	must(key.comment[0] == '\0');
}

static void
check_lines(char *text, const struct ssh_info *info)
{
	static const char method[] = "publickey ";
	size_t n = 0;
	char *line;

	while ((line = strsep(&text, "\n")) != NULL) {
		if (strncmp(line, method, sizeof method - 1) != 0)
			continue;
		line += sizeof method - 1;
		must(n < info->count);
		check_key(line, strlen(line), info->keys[n]);
		n++;
	}
	must(n == info->count);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = copy_of(data, size);
	char spki[STSSL_SHA256_TEXT];
	struct x509_error error;
	struct ssh_info info;
	struct ssh_key key;

	(void)stssl_ssh_key_spki(text, size, spki);
	if (ssh_key_looks(text, size))
		(void)ssh_key_read("key", text, size, &key, &error);
	if (ssh_info_parse(text, &info) == 0)
		check_lines(text, &info);
	free(text);
	return 0;
}
