/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keys of identity ways against each other: `email` without a domain would
 * make alice@evil somebody, and a domain without `email` is a slip.
 */
#include <config.h>
#include "policy/rules.h"

#define DEFAULT_WAYS (1u << STSSL_IDENTITY_FILE | 1u << STSSL_IDENTITY_CN)

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

/* The domains of a way: there if the way is, and only then. */
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

int
stssl_rules_read(const struct stssl_conf_section *section,
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
