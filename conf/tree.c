/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Lists double when they are full, so that a file of a thousand classes takes
 * hardly more allocations than one of ten.  Titles that are given twice are
 * found by a table of hashes: comparing each with each would slow down every
 * login.
 */
#include <config.h>
#include "conf/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The list with room for one more of `width` bytes; NULL without memory. */
static void *
with_room(void *list, size_t count, size_t *size, size_t width)
{
	size_t more = 2 * *size;
	void *moved;

	if (count < *size)
		return list;
	moved = reallocarray(list, more, width);
	if (moved != NULL)
		*size = more;
	return moved;
}

int
stssl_tree_init(struct stssl_conf *conf, size_t len)
{
	conf->section_size = len / 128 + 16;
	conf->entry_size = len / 32 + 16;
	conf->value_size = conf->line_size = len / 16 + 16;
	conf->sections =
	    reallocarray(NULL, conf->section_size, sizeof *conf->sections);
	conf->entries =
	    reallocarray(NULL, conf->entry_size, sizeof *conf->entries);
	conf->values =
	    reallocarray(NULL, conf->value_size, sizeof *conf->values);
	conf->lines = reallocarray(NULL, conf->line_size, sizeof *conf->lines);
	return conf->sections == NULL || conf->entries == NULL ||
		       conf->values == NULL || conf->lines == NULL
		   ? -ENOMEM
		   : 0;
}

void
stssl_tree_done(struct stssl_conf *conf)
{
	struct stssl_room *room;

	while ((room = SLIST_FIRST(&conf->rooms)) != NULL) {
		SLIST_REMOVE_HEAD(&conf->rooms, next);
		free(room);
	}
	free(conf->lines);
	free(conf->values);
	free(conf->entries);
	free(conf->sections);
}

int
stssl_tree_section(
    struct stssl_conf *conf, const struct stssl_conf_section *section)
{
	struct stssl_conf_section *list = with_room(conf->sections,
	    conf->section_count, &conf->section_size, sizeof *list);

	if (list == NULL)
		return -ENOMEM;
	conf->sections = list;
	list[conf->section_count++] = *section;
	return 0;
}

int
stssl_tree_entry(struct stssl_conf *conf, const struct stssl_entry *entry)
{
	struct stssl_entry *list = with_room(
	    conf->entries, conf->entry_count, &conf->entry_size, sizeof *list);

	if (list == NULL)
		return -ENOMEM;
	conf->entries = list;
	list[conf->entry_count++] = *entry;
	return 0;
}

int
stssl_tree_value(struct stssl_conf *conf, char *value, unsigned line)
{
	char **list = with_room(
	    conf->values, conf->value_count, &conf->value_size, sizeof *list);
	unsigned *lines;

	if (list == NULL)
		return -ENOMEM;
	conf->values = list;
	lines = with_room(
	    conf->lines, conf->value_count, &conf->line_size, sizeof *lines);
	if (lines == NULL)
		return -ENOMEM;
	conf->lines = lines;
	list[conf->value_count] = value;
	lines[conf->value_count++] = line;
	conf->entries[conf->entry_count - 1].count++;
	return 0;
}

struct stssl_values
stssl_tree_values(
    const struct stssl_conf *conf, const struct stssl_entry *entry)
{
	if (entry == NULL)
		return (struct stssl_values){ NULL, 0 };
	return (
	    struct stssl_values){ conf->values + entry->value, entry->count };
}

/* FNV-1a will do: root writes the titles, and does not attack itself. */
static uint32_t
hash(const char *text)
{
	uint32_t h = UINT32_C(2166136261);

	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * UINT32_C(16777619);
	return h;
}

static bool
same(const struct stssl_conf_section *a, const struct stssl_conf_section *b)
{
	return a->kind == b->kind && strcmp(a->title, b->title) == 0;
}

/* Enter a section into the table; false when one like it is there. */
static bool
enter(const struct stssl_conf_section **table, size_t mask,
    const struct stssl_conf_section *section)
{
	size_t i = hash(section->title) & mask;

	for (; table[i] != NULL; i = (i + 1) & mask)
		if (same(table[i], section))
			return false;
	table[i] = section;
	return true;
}

int
stssl_tree_titles(
    const struct stssl_conf *conf, const struct stssl_conf_section **ret)
{
	const struct stssl_conf_section **table;
	size_t size = 16;
	int r = 0;

	while (size < 2 * conf->section_count)
		size *= 2;
	table = calloc(size, sizeof *table);
	if (table == NULL)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < conf->section_count; i++) {
		const struct stssl_conf_section *section = &conf->sections[i];

		if (section->title != NULL &&
		    !enter(table, size - 1, section)) {
			*ret = section;
			r = -EBADMSG;
		}
	}
	free(table);
	return r;
}
