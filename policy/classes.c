/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Makes the list of classes of what was read from classes.conf, fills in the
 * defaults that depend on other keys, and checks what keys.c does not.  A
 * faulty file gives no class at all.
 */
#include <config.h>
#include "policy/classes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "policy/class.h"
#include "policy/keys.h"
#include "policy/pattern.h"
#include "status/ascii.h"

#define DEFAULT_WAYS (1u << STSSL_IDENTITY_FILE | 1u << STSSL_IDENTITY_CN)

static int
out_of_memory(struct stssl_error *error)
{
	static const char text[] = "out of memory";

	memcpy(error->text, text, sizeof text);
	return -ENOMEM;
}

/*
 * TLS is required, and a password will do instead of a certificate: keys.c says
 * so.  Where TLS is required, data connections are private, and a bad
 * certificate is refused and not passed over.
 */
static void
fill_defaults(struct stssl_class *c)
{
	bool required = c->ssl == STSSL_SSL_REQUIRED;

	if (c->bad == STSSL_BAD_BY_SSL)
		c->bad = required ? STSSL_BAD_REFUSE : STSSL_BAD_PASSWORD;
	c->data_private = c->data < 0 ? required : c->data != 0;
}

/* Host names need resolve-names. */
static int
check_from(const struct stssl_class *c, bool resolve, struct stssl_error *error)
{
	for (size_t i = 0; i < c->from.count; i++) {
		struct stssl_pattern pattern;
		int r = stssl_pattern_parse(c->from.list[i], &pattern);

		if (r < 0)
			return stssl_conf_wrong(c->section, "from", i,
			    stssl_pattern_error(r), error);
		if (pattern.host != NULL && !resolve)
			return stssl_conf_wrong(c->section, "from", i,
			    "host names need resolve-names = true", error);
	}
	return 0;
}

/* The values belong to the conf, and nothing else compares them. */
static void
lower(const struct stssl_values *patterns)
{
	for (size_t i = 0; i < patterns->count; i++)
		stssl_lower_text(patterns->list[i]);
}

static bool
has_way(const struct stssl_identity_rules *rules, enum stssl_identity way)
{
	return (rules->ways & 1u << way) != 0;
}

static unsigned
ways_of(const struct stssl_values *words)
{
	unsigned ways = 0;

	for (size_t i = 0; i < words->count; i++)
		ways |= 1u << stssl_identity_parse(words->list[i]);
	return ways != 0 ? ways : DEFAULT_WAYS;
}

/* A way that has domains needs them, and they need the way. */
static int
check_domains(const struct stssl_conf_section *section,
    const struct stssl_identity_rules *rules, enum stssl_identity way,
    const char *key, struct stssl_error *error)
{
	bool given = stssl_conf_given(section, key);

	if (has_way(rules, way) == given)
		return 0;
	if (given)
		return stssl_conf_error(section, key, error,
		    "%s without \"%s\" in identity", key,
		    stssl_identity_word(way));
	return stssl_conf_error(section, "identity", error,
	    "identity = \"%s\" needs %s", stssl_identity_word(way), key);
}

/* Does the map have a line for any way of the class? */
static bool
is_of_use(const struct stssl_identity_rules *rules)
{
	for (int i = 0; i < STSSL_IDENTITY_COUNT; i++) {
		enum stssl_identity way = (enum stssl_identity)i;

		if (has_way(rules, way) &&
		    stssl_map_has(
			rules->maps, rules->map, stssl_identity_subject(way)))
			return true;
	}
	return false;
}

static int
check_map(const struct stssl_conf_section *section,
    const struct stssl_identity_rules *rules, struct stssl_error *error)
{
	const char *map = rules->map;

	if (map != NULL && !stssl_map_exists(rules->maps, map))
		return stssl_conf_error(
		    section, "map", error, "there is no map \"%.128s\"", map);
	if (has_way(rules, STSSL_IDENTITY_DN) &&
	    !stssl_map_has(rules->maps, map, STSSL_SUBJECT_DN))
		return stssl_conf_error(section, "identity", error,
		    "identity = \"dn\" needs a map with dn");
	if (map != NULL && !is_of_use(rules))
		return stssl_conf_error(section, "map", error,
		    "map \"%.128s\" has no line for any way of identity", map);
	return 0;
}

/*
 * Do the keys of identity fit together?  With `email` and no domain, a stranger
 * with the address alice@evil.example would be alice; a domain without `email`
 * is a slip.
 */
static int
check_identity(const struct stssl_conf_section *section,
    const struct stssl_identity_rules *rules, struct stssl_error *error)
{
	int r = check_domains(
	    section, rules, STSSL_IDENTITY_EMAIL, "email-domain", error);

	if (r == 0)
		r = check_domains(
		    section, rules, STSSL_IDENTITY_UPN, "upn-domain", error);
	return r == 0 ? check_map(section, rules, error) : r;
}

static int
fill(const struct stssl_classes *classes, struct stssl_class *c,
    struct stssl_error *error)
{
	int r;

	(void)stssl_conf_fill(c->section, c);
	c->name = stssl_conf_title(c->section);
	fill_defaults(c);
	if (classes->names == STSSL_NAMES_LOWER)
		lower(&c->users);
	c->identity.ways = ways_of(&c->identity.words);
	c->identity.directory = classes->identities;
	c->identity.maps = &classes->maps;
	r = check_identity(c->section, &c->identity, error);
	/* A class that refuses everybody looks at no certificate. */
	if (c->login == STSSL_LOGIN_REFUSE)
		c->identity.ways = 0;
	return r == 0 ? check_from(c, classes->resolve_names, error) : r;
}

static int
fill_all(struct stssl_classes *classes, struct stssl_error *error)
{
	const struct stssl_conf_section *section = NULL;
	int r = 0;

	(void)stssl_conf_fill(stssl_conf_top(classes->conf), classes);
	classes->list = calloc(stssl_conf_count(classes->conf, "class") + 1,
	    sizeof *classes->list);
	if (classes->list == NULL)
		return out_of_memory(error);
	while (r == 0 && (section = stssl_conf_next(
			      classes->conf, "class", section)) != NULL) {
		struct stssl_class *c = &classes->list[classes->count++];

		c->section = section;
		r = fill(classes, c, error);
	}
	return r;
}

int
stssl_classes_read(
    const char *path, struct stssl_classes **ret, struct stssl_error *error)
{
	struct stssl_classes *classes = calloc(1, sizeof *classes);
	int r;

	error->text[0] = '\0';
	if (classes == NULL)
		return out_of_memory(error);
	stssl_stamp_take(path, time(NULL), &classes->stamp);
	r = stssl_conf_read(path, stssl_keys, &classes->conf, error);
	if (r < 0)
		goto fail;
	r = stssl_maps_read(classes->conf, &classes->maps, error);
	if (r < 0)
		goto fail;
	r = fill_all(classes, error);
	if (r < 0)
		goto fail;
	*ret = classes;
	return 0;

fail:
	(void)stssl_classes_free(classes);
	return r;
}

bool
stssl_classes_current(const struct stssl_classes *classes, const char *path)
{
	struct stssl_stamp now;

	stssl_stamp_take(path, time(NULL), &now);
	return stssl_stamp_same(&classes->stamp, &now);
}

struct stssl_classes *
stssl_classes_free(struct stssl_classes *classes)
{
	if (classes == NULL)
		return NULL;
	free(classes->list);
	stssl_maps_done(&classes->maps);
	(void)stssl_conf_free(classes->conf);
	free(classes);
	return NULL;
}
