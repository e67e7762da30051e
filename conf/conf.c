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

#include "conf/scan.h"
#include "conf/value.h"
#include "status/trust.h"

static int __attribute__((format(printf, 4, 0))) say(struct stssl_error *error,
    const char *path, unsigned line, const char *fmt, va_list ap)
{
	size_t len;

	error->text[0] = '\0';
	(void)snprintf(error->text, sizeof error->text, "%s:%u: ", path, line);
	len = strlen(error->text);
	(void)vsnprintf(error->text + len, sizeof error->text - len, fmt, ap);
	return -EBADMSG;
}

static int __attribute__((format(printf, 4, 5)))
say_line(struct stssl_error *error, const char *path, unsigned line,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)say(error, path, line, fmt, ap);
	va_end(ap);
	return -EBADMSG;
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
	else if (r == -ENOMEM)
		what = "out of memory";
	(void)snprintf(error->text, sizeof error->text, "%s: %s", path, what);
	return r;
}

static int
read_text(struct stssl_conf *conf, const struct stssl_conf_key *keys,
    struct stssl_error *error)
{
	const struct stssl_conf_section *again;
	struct stssl_mistake mistake;
	size_t len;
	int r =
	    stssl_trusted_read(conf->path, STSSL_CONF_MAX, &conf->text, &len);

	if (r < 0)
		return fail(error, r, conf->path);
	r = stssl_scan(conf, len, keys, &mistake);
	if (r == -EBADMSG)
		return say_line(
		    error, conf->path, mistake.line, "%s", mistake.what);
	if (r == 0)
		r = stssl_tree_titles(conf, &again);
	if (r == -EBADMSG)
		return say_line(error, conf->path, again->line,
		    "%s \"%.128s\" is given twice", again->kind->name,
		    again->title);
	return r < 0 ? fail(error, r, conf->path) : 0;
}

int
stssl_conf_read(const char *path, const struct stssl_conf_key *keys,
    struct stssl_conf **ret, struct stssl_error *error)
{
	struct stssl_conf *conf = calloc(1, sizeof *conf);
	int r = -ENOMEM;

	error->text[0] = '\0';
	if (conf != NULL)
		conf->path = strdup(path);
	if (conf == NULL || conf->path == NULL)
		(void)fail(error, r, path);
	else
		r = read_text(conf, keys, error);
	if (r < 0)
		(void)stssl_conf_free(conf);
	else
		*ret = conf;
	return r;
}

struct stssl_conf *
stssl_conf_free(struct stssl_conf *conf)
{
	if (conf == NULL)
		return NULL;
	stssl_tree_done(conf);
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

static const struct stssl_conf_key *
known(const struct stssl_conf_section *section, const char *name)
{
	const struct stssl_conf_key *key = stssl_conf_key(section->keys, name);

	assert(key != NULL);
	return key;
}

static const struct stssl_entry *
find(const struct stssl_conf_section *section, const struct stssl_conf_key *key)
{
	const struct stssl_entry *entries = section->conf->entries;

	if ((section->given >> (key - section->keys) & 1) == 0)
		return NULL;
	for (unsigned i = section->last; i != 0; i = entries[i].before)
		if (section->keys + entries[i].key == key)
			return &entries[i];
	return NULL;
}

bool
stssl_conf_given(const struct stssl_conf_section *section, const char *name)
{
	const struct stssl_conf_key *key = known(section, name);

	return (section->given >> (key - section->keys) & 1) != 0;
}

struct stssl_values
stssl_conf_values(const struct stssl_conf_section *section, const char *name)
{
	return stssl_tree_values(
	    section->conf, find(section, known(section, name)));
}

/* One value to its place; `entry` is NULL for the default. */
static int
put(struct stssl_conf *conf, const struct stssl_conf_key *key,
    const struct stssl_entry *entry, void *place)
{
	return key->type->put == NULL ? 0
				      : key->type->put(conf, key, entry, place);
}

int
stssl_conf_fill(const struct stssl_conf_section *section, void *ret)
{
	struct stssl_conf *conf = section->conf;
	const struct stssl_conf_key *key;
	int r = 0;

	for (key = section->keys; r == 0 && key->name != NULL; key++)
		r = put(conf, key, NULL, (char *)ret + key->place);
	for (unsigned i = section->last; r == 0 && i != 0;
	     i = conf->entries[i].before) {
		key = section->keys + conf->entries[i].key;
		r = put(conf, key, &conf->entries[i], (char *)ret + key->place);
	}
	return r;
}

static unsigned
line_of(const struct stssl_conf_section *section, const char *name)
{
	const struct stssl_conf_key *key = stssl_conf_key(section->keys, name);
	const struct stssl_entry *entry =
	    key == NULL ? NULL : find(section, key);

	return entry != NULL ? entry->line : section->line;
}

int
stssl_conf_error(const struct stssl_conf_section *section, const char *name,
    struct stssl_error *error, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)say(error, section->conf->path, line_of(section, name), fmt, ap);
	va_end(ap);
	return -EBADMSG;
}

int
stssl_conf_wrong(const struct stssl_conf_section *section, const char *name,
    size_t i, const char *why, struct stssl_error *error)
{
	const struct stssl_conf *conf = section->conf;
	const struct stssl_entry *entry = find(section, known(section, name));

	assert(entry != NULL && i < entry->count);
	return say_line(error, conf->path, conf->lines[entry->value + i],
	    "%s = \"%.128s\": %s", name, conf->values[entry->value + i], why);
}
