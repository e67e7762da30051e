/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads a file, and hands out the values that conf/scan.c found.  A caller that
 * asks for a key that is in no table is wrong: an assertion fails.
 */
#include <config.h>
#include "conf/conf.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/tree.h"
#include "status/trust.h"

void
stssl_conf_say(struct stssl_error *error, const char *path, unsigned line,
    const char *fmt, va_list ap)
{
	size_t len;

	(void)snprintf(error->text, sizeof error->text, "%s:%u: ", path, line);
	len = strlen(error->text);
	(void)vsnprintf(error->text + len, sizeof error->text - len, fmt, ap);
}

/* The message for the file as a whole; returns r. */
static int
fail(struct stssl_error *error, int r, const char *path)
{
	const char *what = strerror(-r);

	if (r == -EPERM)
		what = "it, and each directory that it is in, must belong to "
		       "root and be writable by its owner only";
	else if (r == -EINVAL)
		what = "not a regular file";
	else if (r == -ELOOP)
		what = "a symbolic link: it is not followed";
	else if (r == -ENOMEM)
		what = "out of memory";
	(void)snprintf(error->text, sizeof error->text, "%s: %s", path, what);
	return r;
}

static int
read_text(struct stssl_conf *conf, const struct stssl_conf_key *keys,
    struct stssl_error *error)
{
	size_t len;
	int r =
	    stssl_trusted_read(conf->path, STSSL_CONF_MAX, &conf->text, &len);

	if (r < 0)
		return fail(error, r, conf->path);
	r = stssl_scan(conf, len, keys, error);
	return r == -ENOMEM ? fail(error, r, conf->path) : r;
}

int
stssl_conf_read(const char *path, const struct stssl_conf_key *keys,
    struct stssl_conf **ret, struct stssl_error *error)
{
	struct stssl_conf *conf = calloc(1, sizeof *conf);
	int r;

	error->text[0] = '\0';
	if (conf != NULL)
		conf->path = strdup(path);
	if (conf == NULL || conf->path == NULL)
		r = fail(error, -ENOMEM, path);
	else
		r = read_text(conf, keys, error);
	if (r < 0)
		(void)stssl_conf_free(conf);
	else
		*ret = conf;
	return r;
}

const struct stssl_conf_key *
stssl_conf_key(const struct stssl_conf_key *keys, const char *name)
{
	for (; keys->name != NULL; keys++)
		if (keys->name[0] == name[0] && strcmp(keys->name, name) == 0)
			return keys;
	return NULL;
}

struct stssl_conf *
stssl_conf_free(struct stssl_conf *conf)
{
	struct stssl_room *room;

	if (conf == NULL)
		return NULL;
	while ((room = SLIST_FIRST(&conf->rooms)) != NULL) {
		SLIST_REMOVE_HEAD(&conf->rooms, next);
		free(room);
	}
	free(conf->lines);
	free(conf->values);
	free(conf->entries);
	free(conf->sections);
	free(conf->text);
	free(conf->path);
	free(conf);
	return NULL;
}

const struct stssl_conf_section *
stssl_conf_top(const struct stssl_conf *conf)
{
	return &conf->sections[0];
}

const struct stssl_conf_section *
stssl_conf_next(const struct stssl_conf *conf, const char *name,
    const struct stssl_conf_section *last)
{
	const struct stssl_conf_section *end =
	    conf->sections + conf->section_count;
	const struct stssl_conf_key *kind =
	    stssl_conf_key(conf->sections[0].keys, name);

	assert(kind != NULL);
	for (last = last == NULL ? conf->sections : last + 1; last < end;
	     last++)
		if (last->kind == kind)
			return last;
	return NULL;
}

size_t
stssl_conf_count(const struct stssl_conf *conf, const char *name)
{
	const struct stssl_conf_key *kind =
	    stssl_conf_key(conf->sections[0].keys, name);
	size_t count = 0;

	for (size_t i = 1; i < conf->section_count; i++)
		count += conf->sections[i].kind == kind;
	return count;
}

const char *
stssl_conf_title(const struct stssl_conf_section *section)
{
	return section->title;
}

static const struct stssl_entry *
find(const struct stssl_conf_section *section, const char *name)
{
	const struct stssl_conf_key *key = stssl_conf_key(section->keys, name);
	const struct stssl_entry *entry = section->last;

	assert(key != NULL);
	while (entry != NULL && entry->key != key)
		entry = entry->before;
	return entry;
}

bool
stssl_conf_given(const struct stssl_conf_section *section, const char *name)
{
	return find(section, name) != NULL;
}

struct stssl_values
stssl_conf_values(const struct stssl_conf_section *section, const char *name)
{
	const struct stssl_entry *entry = find(section, name);

	return entry != NULL ? entry->values : (struct stssl_values){ NULL, 0 };
}

/* `entry` is NULL for the default. */
static int
put(struct stssl_conf *conf, const struct stssl_conf_key *key,
    const struct stssl_entry *entry, void *ret)
{
	return key->type->put == NULL
		   ? 0
		   : key->type->put(conf, key, entry, (char *)ret + key->place);
}

int
stssl_conf_fill(const struct stssl_conf_section *section, void *ret)
{
	struct stssl_conf *conf = section->conf;
	int r = 0;

	for (const struct stssl_conf_key *key = section->keys;
	     r == 0 && key->name != NULL; key++)
		r = put(conf, key, NULL, ret);
	for (const struct stssl_entry *entry = section->last;
	     r == 0 && entry != NULL; entry = entry->before)
		r = put(conf, entry->key, entry, ret);
	return r;
}

int
stssl_conf_error(const struct stssl_conf_section *section, const char *name,
    struct stssl_error *error, const char *fmt, ...)
{
	const struct stssl_entry *entry =
	    name[0] == '\0' ? NULL : find(section, name);
	va_list ap;

	va_start(ap, fmt);
	stssl_conf_say(error, section->conf->path,
	    entry != NULL ? entry->line : section->line, fmt, ap);
	va_end(ap);
	return -EBADMSG;
}

int
stssl_conf_wrong(const struct stssl_conf_section *section, const char *name,
    size_t i, const char *why, struct stssl_error *error)
{
	const struct stssl_conf *conf = section->conf;
	const struct stssl_entry *entry = find(section, name);

	assert(entry != NULL && i < entry->values.count);
	(void)snprintf(error->text, sizeof error->text,
	    "%s:%u: %s = \"%.128s\": %s", conf->path,
	    conf->lines[entry->values.list - conf->values + (ptrdiff_t)i], name,
	    entry->values.list[i], why);
	return -EBADMSG;
}
