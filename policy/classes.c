/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Makes the list of classes of what was read from classes.conf, and fills in
 * the defaults that depend on other keys.  A faulty file gives no class at all.
 */
#include <config.h>
#include "policy/classes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "policy/class.h"
#include "policy/keys.h"
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
 * The defaults: TLS is required, and a password will do instead of a
 * certificate.  Where TLS is required, data connections are private, and a bad
 * certificate is refused and not passed over.
 */
static void
fill_rules(struct stssl_class *c, const struct stssl_class_text *text)
{
	bool required = text->ssl == STSSL_SSL_REQUIRED;
	int bad = text->bad_certificate;

	if (bad < 0)
		bad = required ? STSSL_BAD_REFUSE : STSSL_BAD_PASSWORD;
	c->ssl = (enum stssl_ssl)text->ssl;
	c->login = (enum stssl_login_way)text->login;
	c->bad = (enum stssl_bad_certificate)bad;
	c->data_private = text->data < 0 ? required : text->data != 0;
	c->min_protocol = (enum stssl_tls)text->min_protocol;
	c->ssh = text->ssh != 0;
}

/* Parse the values of `group` into the array that all classes share. */
static int
fill_groups(struct stssl_classes *classes, struct stssl_class *c,
    const struct stssl_values *names, struct stssl_error *error)
{
	c->groups = classes->groups + classes->group_count;
	for (size_t i = 0; i < names->count; i++)
		if (stssl_group_parse(names->list[i], &c->groups[i]) < 0)
			return stssl_conf_wrong(c->section, "group", i,
			    "not a group name or number", error);
	c->group_count = names->count;
	classes->group_count += names->count;
	return 0;
}

/* The same for `from`.  Host names need resolve-names. */
static int
fill_from(struct stssl_classes *classes, struct stssl_class *c,
    const struct stssl_values *texts, bool resolve, struct stssl_error *error)
{
	c->from = classes->from + classes->from_count;
	for (size_t i = 0; i < texts->count; i++) {
		int r = stssl_pattern_parse(texts->list[i], &c->from[i]);

		if (r < 0)
			return stssl_conf_wrong(c->section, "from", i,
			    stssl_pattern_error(r), error);
		if (c->from[i].host != NULL && !resolve)
			return stssl_conf_wrong(c->section, "from", i,
			    "host names need resolve-names = true", error);
	}
	c->from_count = texts->count;
	classes->from_count += texts->count;
	return 0;
}

/* The values belong to the conf, and nothing else compares them. */
static void
fill_users(struct stssl_class *c, const struct stssl_values *patterns,
    enum stssl_names names)
{
	for (size_t i = 0; names == STSSL_NAMES_LOWER && i < patterns->count;
	     i++)
		stssl_lower_text(patterns->list[i]);
	c->users = *patterns;
}

static bool
has_way(const struct stssl_identity_rules *rules, enum stssl_identity way)
{
	return (rules->ways & 1u << way) != 0;
}

static int
read_ways(const struct stssl_conf_section *section,
    const struct stssl_values *words, unsigned *ret, struct stssl_error *error)
{
	unsigned ways = 0;

	for (size_t i = 0; i < words->count; i++) {
		enum stssl_identity way = stssl_identity_parse(words->list[i]);

		if (way == STSSL_IDENTITY_COUNT)
			return stssl_conf_wrong(section, "identity", i,
			    "not one of file, cn, email, upn, dns, uri, dn",
			    error);
		ways |= 1u << way;
	}
	*ret = ways != 0 ? ways : DEFAULT_WAYS;
	return 0;
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
		    stssl_map_has(rules->map, stssl_identity_subject(way)))
			return true;
	}
	return false;
}

static int
check_map(const struct stssl_conf_section *section,
    const struct stssl_identity_rules *rules, const char *name,
    struct stssl_error *error)
{
	if (name != NULL && rules->map == NULL)
		return stssl_conf_error(
		    section, "map", error, "there is no map \"%.128s\"", name);
	if (has_way(rules, STSSL_IDENTITY_DN) &&
	    !stssl_map_has(rules->map, STSSL_SUBJECT_DN))
		return stssl_conf_error(section, "identity", error,
		    "identity = \"dn\" needs a map with dn");
	if (name != NULL && !is_of_use(rules))
		return stssl_conf_error(section, "map", error,
		    "map \"%.128s\" has no line for any way of identity", name);
	return 0;
}

/*
 * Do the keys of identity fit together?  With `email` and no domain, a stranger
 * with the address alice@evil.example would be alice; a domain without `email`
 * is a slip.
 */
static int
read_identity(const struct stssl_conf_section *section,
    const struct stssl_class_text *text, const struct stssl_maps *maps,
    struct stssl_identity_rules *ret, struct stssl_error *error)
{
	struct stssl_identity_rules rules = {
		.directory = ret->directory,
		.email_domains = text->email_domain,
		.upn_domains = text->upn_domain,
		.map =
		    text->map == NULL ? NULL : stssl_maps_find(maps, text->map),
	};
	int r = read_ways(section, &text->identity, &rules.ways, error);

	if (r == 0)
		r = check_domains(section, &rules, STSSL_IDENTITY_EMAIL,
		    "email-domain", error);
	if (r == 0)
		r = check_domains(
		    section, &rules, STSSL_IDENTITY_UPN, "upn-domain", error);
	if (r == 0)
		r = check_map(section, &rules, text->map, error);
	if (r == 0)
		*ret = rules;
	return r;
}

static int
fill(struct stssl_classes *classes, struct stssl_class *c, bool resolve,
    struct stssl_error *error)
{
	struct stssl_class_text text;
	int r;

	if (stssl_conf_fill(c->section, &text) < 0)
		return out_of_memory(error);
	c->name = stssl_conf_title(c->section);
	c->enabled = text.enabled;
	fill_users(c, &text.user, classes->names);
	c->services = text.service;
	c->listeners = text.listener;
	c->edges = text.edge;
	c->type = (enum stssl_type)text.type;
	fill_rules(c, &text);
	c->identity.directory = classes->identities;
	r = read_identity(
	    c->section, &text, &classes->maps, &c->identity, error);
	/* A class that refuses everybody looks at no certificate. */
	if (c->login == STSSL_LOGIN_REFUSE)
		c->identity.ways = 0;
	if (r == 0)
		r = fill_groups(classes, c, &text.group, error);
	if (r == 0)
		r = fill_from(classes, c, &text.from, resolve, error);
	return r;
}

/* Room for all classes, and for all of their groups and patterns. */
static int
make_room(struct stssl_classes *classes)
{
	const struct stssl_conf_section *section = NULL;
	size_t groups = 1, from = 1;

	while ((section = stssl_conf_next(classes->conf, "class", section)) !=
	       NULL) {
		groups += stssl_conf_values(section, "group").count;
		from += stssl_conf_values(section, "from").count;
	}
	classes->list = calloc(stssl_conf_count(classes->conf, "class") + 1,
	    sizeof *classes->list);
	classes->groups = calloc(groups, sizeof *classes->groups);
	classes->from = calloc(from, sizeof *classes->from);
	return classes->list == NULL || classes->groups == NULL ||
		       classes->from == NULL
		   ? -ENOMEM
		   : 0;
}

static int
fill_all(struct stssl_classes *classes, struct stssl_error *error)
{
	const struct stssl_conf_section *top = stssl_conf_top(classes->conf);
	const struct stssl_conf_section *section = NULL;
	struct stssl_top_text text;
	int r = 0;

	if (make_room(classes) < 0 || stssl_conf_fill(top, &text) < 0)
		return out_of_memory(error);
	classes->identities = text.identities;
	classes->names = (enum stssl_names)text.user_names;
	while (r == 0 && (section = stssl_conf_next(
			      classes->conf, "class", section)) != NULL) {
		struct stssl_class *c = &classes->list[classes->count++];

		c->section = section;
		r = fill(classes, c, text.resolve_names, error);
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
	free(classes->from);
	free(classes->groups);
	free(classes->list);
	stssl_maps_done(&classes->maps);
	(void)stssl_conf_free(classes->conf);
	free(classes);
	return NULL;
}
