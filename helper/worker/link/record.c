/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "helper/worker/link/record.h"

#include <errno.h>
#include <string.h>

#include "x509/leaf.h"

#define CIPHER_MAX 64

static bool
is_protocol(const char *value)
{
	return strcmp(value, "TLSv1.3") == 0 || strcmp(value, "TLSv1.2") == 0;
}

static bool
is_resumption(const char *value)
{
	return strcmp(value, "Initial") == 0 || strcmp(value, "Resumed") == 0;
}

static bool
is_cipher(const char *value)
{
	return strlen(value) <= CIPHER_MAX &&
	       x509_is_printable(value, strlen(value));
}

static bool
is_name(const char *value)
{
	return strlen(value) <= 255 && x509_is_printable(value, strlen(value));
}

static const struct {
	enum stssl_key key;
	bool may_lack;
	bool (*is_sound)(const char *value);
} keys[] = {
	{ STSSL_KEY_SSL_PROTOCOL, false, is_protocol },
	{ STSSL_KEY_SSL_CIPHER, false, is_cipher },
	{ STSSL_KEY_SSL_SESSION_RESUMED, false, is_resumption },
	{ STSSL_KEY_SSL_TLS_SNI, true, is_name },
};
#define KEY_COUNT (sizeof keys / sizeof keys[0])

/* The row of a string; KEY_COUNT when it is of another key. */
static size_t
row_of(const char *string)
{
	size_t i = 0;

	while (i < KEY_COUNT && stssl_key_value(string, keys[i].key) == NULL)
		i++;
	return i;
}

int
link_record_take(const struct stssl_record *record,
    char ret[static LINK_RECORD_MAX], size_t *ret_len)
{
	const char *s = NULL;
	size_t len = 0, size;

	while ((s = stssl_record_next(record, s)) != NULL) {
		if (row_of(s) == KEY_COUNT)
			continue;
		size = strlen(s) + 1;
		if (size > LINK_RECORD_MAX - len)
			return -E2BIG;
		memcpy(ret + len, s, size);
		len += size;
	}
	*ret_len = len;
	return 0;
}

bool
link_record_is_sound(const char *text, size_t len)
{
	size_t seen[KEY_COUNT] = { 0 }, row;

	if (len == 0 || len > LINK_RECORD_MAX || text[len - 1] != '\0')
		return false;
	for (const char *s = text; s < text + len; s += strlen(s) + 1) {
		row = row_of(s);
		if (row == KEY_COUNT || seen[row]++ > 0 ||
		    !keys[row].is_sound(stssl_key_value(s, keys[row].key)))
			return false;
	}
	for (row = 0; row < KEY_COUNT; row++)
		if (seen[row] == 0 && !keys[row].may_lack)
			return false;
	return true;
}

const char *
link_record_get(const char *text, size_t len, enum stssl_key key)
{
	const char *value = NULL;

	for (const char *s = text; s < text + len && value == NULL;
	     s += strlen(s) + 1)
		value = stssl_key_value(s, key);
	return value;
}

int
link_record_put(const char *text, size_t len, struct stssl_record *record)
{
	const char *value;
	int r = 0;

	/* A client in clear has none, and NULL is no place to look at. */
	for (size_t row = 0; len > 0 && row < KEY_COUNT && r == 0; row++) {
		value = link_record_get(text, len, keys[row].key);
		if (value != NULL)
			r = stssl_record_put(record, keys[row].key, value);
	}
	return r;
}
