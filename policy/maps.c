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

/* The option of a way in a map's section; NULL for the way "file". */
static cfg_opt_t *
option_of(cfg_t *section, enum stssl_identity way)
{
	if (stssl_identity_subject(way) == STSSL_SUBJECT_COUNT)
		return NULL;
	return cfg_getopt(section, stssl_identity_word(way));
}

static size_t
count_lines(cfg_t *section)
{
	size_t count = 0;

	for (int i = 0; i < STSSL_IDENTITY_COUNT; i++) {
		cfg_opt_t *opt = option_of(section, (enum stssl_identity)i);

		count += opt == NULL ? 0 : cfg_opt_size(opt);
	}
	return count;
}

/* The values were compiled before, so it can only run out of memory. */
static int
fill_way(struct stssl_map *map, cfg_t *section, enum stssl_identity way)
{
	cfg_opt_t *opt = option_of(section, way);
	unsigned n = opt == NULL ? 0 : cfg_opt_size(opt);
	char why[STSSL_MAP_ERROR];

	for (unsigned i = 0; i < n; i++) {
		int r = stssl_map_line_compile(stssl_identity_subject(way),
		    cfg_opt_getnstr(opt, i), &map->lines[map->count], why);

		if (r < 0)
			return -ENOMEM;
		map->count++;
	}
	return 0;
}

static int
fill(struct stssl_map *map, cfg_t *section, struct stssl_error *error)
{
	map->name = cfg_title(section);
	map->lines = calloc(count_lines(section), sizeof *map->lines);
	if (map->lines == NULL)
		return out_of_memory(error);
	for (int i = 0; i < STSSL_IDENTITY_COUNT; i++)
		if (fill_way(map, section, (enum stssl_identity)i) < 0)
			return out_of_memory(error);
	return 0;
}

static int
check(const struct stssl_conf *conf, cfg_t *section, size_t *lines,
    struct stssl_error *error)
{
	size_t len = strlen(cfg_title(section));
	size_t count = count_lines(section);

	if (len == 0 || len > STSSL_USER_MAX)
		return stssl_conf_error(conf, section, "", error,
		    "the name of a map has 1 to %d bytes", STSSL_USER_MAX);
	if (count == 0)
		return stssl_conf_error(
		    conf, section, "", error, "a map without a line");
	*lines += count;
	if (*lines > STSSL_MAP_LINES_MAX)
		return stssl_conf_error(conf, section, "", error,
		    "more than %d lines in all maps", STSSL_MAP_LINES_MAX);
	return 0;
}

int
stssl_maps_read(const struct stssl_conf *conf, struct stssl_maps *ret,
    struct stssl_error *error)
{
	cfg_opt_t *sections = cfg_getopt(stssl_conf_tree(conf), "map");
	unsigned n = cfg_opt_size(sections);
	struct stssl_maps maps = { .count = 0 };
	size_t lines = 0;
	int r = 0;

	maps.list = calloc(n == 0 ? 1 : n, sizeof *maps.list);
	if (maps.list == NULL)
		return out_of_memory(error);
	for (unsigned i = 0; r == 0 && i < n; i++) {
		cfg_t *section = cfg_opt_getnsec(sections, i);

		r = check(conf, section, &lines, error);
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
