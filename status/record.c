/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Builds, checks and reads records.  A record that decoded is safe to walk:
 * every string ends, every key is known and stands there once.
 */
#include <config.h>
#include "status/record.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The longest name with "_255" and its NUL. */
#define NAME_MAX_TEXT 64
#define SIZE_MIN      512

enum count {
	ONE,
	MANY
};

static const struct {
	const char *name;
	size_t len;
	enum count count;
} keys[] = {
#define X(key, count) [STSSL_KEY_##key] = { #key, sizeof #key - 1, count },
	STSSL_KEYS(X)
#undef X
};

static const char version[] = STSSL_RECORD_FRONT;

void
stssl_record_init(struct stssl_record *r)
{
	*r = (struct stssl_record){ .text = NULL };
}

void
stssl_record_done(struct stssl_record *r)
{
	if (r->text != NULL)
		explicit_bzero(r->text, r->size);
	free(r->text);
	stssl_record_init(r);
}

/* No realloc(): it would leave a copy that nobody wipes. */
static int
grow(struct stssl_record *r, size_t need)
{
	size_t size = r->size > SIZE_MIN ? r->size : SIZE_MIN;
	char *text;

	if (need <= r->size)
		return 0;
	while (size < need)
		size *= 2;
	text = malloc(size);
	if (text == NULL)
		return -ENOMEM;
	if (r->text != NULL) {
		memcpy(text, r->text, r->len);
		explicit_bzero(r->text, r->size);
		free(r->text);
	}
	r->text = text;
	r->size = size;
	return 0;
}

/* The value of a string with that name; NULL for one with another. */
static const char *
value_of(const char *at, const char *name, size_t len)
{
	return strncmp(at, name, len) == 0 && at[len] == '=' ? at + len + 1
							     : NULL;
}

/* The value of the string with that name, NULL when there is none. */
static const char *
find(const struct stssl_record *r, const char *name, size_t len)
{
	const char *at = NULL, *value = NULL;

	while (value == NULL && (at = stssl_record_next(r, at)) != NULL)
		value = value_of(at, name, len);
	return value;
}

const char *
stssl_key_value(const char *string, enum stssl_key key)
{
	return value_of(string, keys[key].name, keys[key].len);
}

static int
append(struct stssl_record *r, const char *name, size_t name_len,
    const char *value)
{
	size_t head = r->len == 0 ? sizeof version : 0;
	size_t value_len = strlen(value), need;
	char *at;
	int error;

	if (value_len > STSSL_RECORD_MAX)
		return -E2BIG;
	need = r->len + head + name_len + 1 + value_len + 1;
	if (need > STSSL_RECORD_MAX)
		return -E2BIG;
	error = grow(r, need);
	if (error < 0)
		return error;

	at = r->text + r->len;
	memcpy(at, version, head);
	at += head;
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): '=' ends it. */
	memcpy(at, name, name_len);
	at += name_len;
	*at++ = '=';
	memcpy(at, value, value_len + 1);
	r->len = need;
	return 0;
}

/* Returns its length. */
static size_t
nth_name(enum stssl_key key, unsigned n, char name[static NAME_MAX_TEXT])
{
	return (size_t)snprintf(
	    name, NAME_MAX_TEXT, "%s_%u", keys[key].name, n);
}

static bool
is(enum stssl_key key, enum count count)
{
	return (unsigned)key < STSSL_KEY_COUNT && keys[key].count == count;
}

const char *
stssl_record_get(const struct stssl_record *r, enum stssl_key key)
{
	return is(key, ONE) ? find(r, keys[key].name, keys[key].len) : NULL;
}

const char *
stssl_record_get_nth(
    const struct stssl_record *r, enum stssl_key key, unsigned n)
{
	char name[NAME_MAX_TEXT];

	if (!is(key, MANY) || n >= STSSL_INDEX_MAX)
		return NULL;
	return find(r, name, nth_name(key, n, name));
}

int
stssl_record_put(struct stssl_record *r, enum stssl_key key, const char *value)
{
	if (!is(key, ONE))
		return -EINVAL;
	if (key == STSSL_KEY_STSSL_VERSION || stssl_record_get(r, key) != NULL)
		return -EEXIST;
	return append(r, keys[key].name, keys[key].len, value);
}

int
stssl_record_put_nth(
    struct stssl_record *r, enum stssl_key key, unsigned n, const char *value)
{
	char name[NAME_MAX_TEXT];

	if (!is(key, MANY) || n >= STSSL_INDEX_MAX)
		return -EINVAL;
	if (stssl_record_get_nth(r, key, n) != NULL)
		return -EEXIST;
	if (n > 0 && stssl_record_get_nth(r, key, n - 1) == NULL)
		return -EINVAL;
	return append(r, name, nth_name(key, n, name), value);
}

const char *
stssl_record_next(const struct stssl_record *r, const char *at)
{
	if (at == NULL)
		at = r->text;
	else
		at += strlen(at) + 1;
	return at == NULL || at == r->text + r->len ? NULL : at;
}

/*
 * True when the string at `at` has the key that comes next: `seen` is how
 * often it came so far, thus the index that is due.  Most keys are not its own,
 * which is seen before a name is made.
 */
static bool
is_due(const char *at, size_t key, unsigned seen)
{
	char name[NAME_MAX_TEXT];

	if (strncmp(at, keys[key].name, keys[key].len) != 0)
		return false;
	if (keys[key].count == ONE)
		return at[keys[key].len] == '=' && seen == 0;
	return value_of(at, name, nth_name((enum stssl_key)key, seen, name)) !=
		   NULL &&
	       seen < STSSL_INDEX_MAX;
}

/* Check all strings; the last byte is known to be a NUL. */
static int
check(const char *text, size_t len)
{
	unsigned seen[STSSL_KEY_COUNT] = { 0 };

	for (const char *at = text; at < text + len; at += strlen(at) + 1) {
		size_t key = 0;

		while (key < STSSL_KEY_COUNT && !is_due(at, key, seen[key]))
			key++;
		if (key == STSSL_KEY_COUNT)
			return -EBADMSG;
		seen[key]++;
	}
	return 0;
}

/* Another version may look quite different: only its first string counts. */
static int
check_version(const char *text, size_t len)
{
	size_t name_len = strcspn(version, "=") + 1;
	const char *end = memchr(text, '\0', len);

	if (end == NULL || strncmp(text, version, name_len) != 0)
		return -EBADMSG;
	return strcmp(text, version) == 0 ? 0 : -ESTALE;
}

int
stssl_record_decode(const void *bytes, size_t len, struct stssl_record *ret)
{
	struct stssl_record r = { .text = NULL };
	const char *text = bytes;
	int error;

	if (len > STSSL_RECORD_MAX)
		return -E2BIG;
	if (len == 0)
		return -EBADMSG;
	error = check_version(text, len);
	if (error == 0 && text[len - 1] != '\0')
		error = -EBADMSG;
	if (error == 0)
		error = check(text, len);
	if (error == 0)
		error = grow(&r, len);
	if (error < 0)
		return error;
	assert(r.text != NULL);
	memcpy(r.text, text, len);
	r.len = len;
	*ret = r;
	return 0;
}
