/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Collects the lines of each map from the keys of its section: a key is a way
 * of identity, a value a line.
 */
#include <config.h>
#include "policy/maps.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/identity.h"

static int
out_of_memory(struct stssl_error *error)
{
	(void)snprintf(error->text, sizeof error->text, "out of memory");
	return -ENOMEM;
}

/* The lines of a way in a map's section; none for the way "file". */
static struct stssl_values
lines_of(const struct stssl_conf_section *section, enum stssl_identity way)
{
	if (stssl_identity_subject(way) == STSSL_SUBJECT_COUNT)
		return (struct stssl_values){ NULL, 0 };
	return stssl_conf_values(section, stssl_identity_word(way));
}

static size_t
count_lines(const struct stssl_conf_section *section)
{
	size_t count = 0;

	for (int i = 0; i < STSSL_IDENTITY_COUNT; i++)
		count += lines_of(section, (enum stssl_identity)i).count;
	return count;
}

static int
fill_way(struct stssl_map *map, const struct stssl_conf_section *section,
    enum stssl_identity way, struct stssl_error *error)
{
	struct stssl_values lines = lines_of(section, way);
	char why[STSSL_MAP_ERROR];

	for (size_t i = 0; i < lines.count; i++) {
		if (stssl_map_line_compile(stssl_identity_subject(way),
			lines.list[i], &map->lines[map->count], why) < 0)
			return stssl_conf_wrong(
			    section, stssl_identity_word(way), i, why, error);
		map->count++;
	}
	return 0;
}

static int
fill(struct stssl_map *map, const struct stssl_conf_section *section,
    struct stssl_error *error)
{
	int r = 0;

	map->name = stssl_conf_title(section);
	map->lines = calloc(count_lines(section), sizeof *map->lines);
	if (map->lines == NULL)
		return out_of_memory(error);
	for (int i = 0; r == 0 && i < STSSL_IDENTITY_COUNT; i++)
		r = fill_way(map, section, (enum stssl_identity)i, error);
	return r;
}

static int
check(const struct stssl_conf_section *section, size_t *lines,
    struct stssl_error *error)
{
	size_t count = count_lines(section);

	if (count == 0)
		return stssl_conf_error(
		    section, "", error, "a map without a line");
	*lines += count;
	if (*lines > STSSL_MAP_LINES_MAX)
		return stssl_conf_error(section, "", error,
		    "more than %d lines in all maps", STSSL_MAP_LINES_MAX);
	return 0;
}

int
stssl_maps_read(const struct stssl_conf *conf, struct stssl_maps *ret,
    struct stssl_error *error)
{
	const struct stssl_conf_section *section = NULL;
	size_t n = stssl_conf_count(conf, "map"), lines = 0;
	struct stssl_maps maps = { .count = 0 };
	int r = 0;

	maps.list = calloc(n == 0 ? 1 : n, sizeof *maps.list);
	if (maps.list == NULL)
		return out_of_memory(error);
	while (r == 0 &&
	       (section = stssl_conf_next(conf, "map", section)) != NULL) {
		r = check(section, &lines, error);
		if (r == 0)
			r = fill(&maps.list[maps.count++], section, error);
	}
	if (r < 0) {
		stssl_maps_done(&maps);
		return r;
	}
	*ret = maps;
	return 0;
}

void
stssl_maps_done(struct stssl_maps *maps)
{
	for (size_t i = 0; i < maps->count; i++) {
		struct stssl_map *map = &maps->list[i];

		for (size_t n = 0; n < map->count; n++)
			stssl_map_line_done(&map->lines[n]);
		free(map->lines);
	}
	free(maps->list);
	*maps = (struct stssl_maps){ 0 };
}

const struct stssl_map *
stssl_maps_find(const struct stssl_maps *maps, const char *name)
{
	for (size_t i = 0; i < maps->count; i++)
		if (strcmp(maps->list[i].name, name) == 0)
			return &maps->list[i];
	return NULL;
}
