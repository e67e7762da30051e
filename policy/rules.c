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

static unsigned
read_ways(cfg_t *section)
{
	cfg_opt_t *opt = cfg_getopt(section, "identity");
	unsigned ways = 0;

	for (unsigned i = 0; i < cfg_opt_size(opt); i++)
		ways |= 1u << stssl_identity_parse(cfg_opt_getnstr(opt, i));
	return ways != 0 ? ways : DEFAULT_WAYS;
}

static const struct {
	const char *key;
	enum stssl_identity way;
} domain_keys[] = {
	{ "email-domain", STSSL_IDENTITY_EMAIL },
	{ "upn-domain", STSSL_IDENTITY_UPN },
};

static int
check_domains(const struct stssl_conf *conf, cfg_t *section,
    const struct stssl_identity_rules *rules, struct stssl_error *error)
{
	for (size_t i = 0; i < sizeof domain_keys / sizeof domain_keys[0];
	     i++) {
		const char *key = domain_keys[i].key;
		const char *word = stssl_identity_word(domain_keys[i].way);
		bool given = cfg_size(section, key) > 0;

		if (has_way(rules, domain_keys[i].way) == given)
			continue;
		if (given)
			return stssl_conf_error(conf, section, key, error,
			    "%s without \"%s\" in identity", key, word);
		return stssl_conf_error(conf, section, "identity", error,
		    "identity = \"%s\" needs %s", word, key);
	}
	return 0;
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
check_map(const struct stssl_conf *conf, cfg_t *section,
    const struct stssl_identity_rules *rules, struct stssl_error *error)
{
	const char *name = cfg_getstr(section, "map");

	if (name != NULL && rules->map == NULL)
		return stssl_conf_error(conf, section, "map", error,
		    "there is no map \"%.128s\"", name);
	if (has_way(rules, STSSL_IDENTITY_DN) &&
	    !stssl_map_has(rules->map, STSSL_SUBJECT_DN))
		return stssl_conf_error(conf, section, "identity", error,
		    "identity = \"dn\" needs a map with dn");
	if (name != NULL && !is_of_use(rules))
		return stssl_conf_error(conf, section, "map", error,
		    "map \"%.128s\" has no line for any way of identity", name);
	return 0;
}

int
stssl_rules_read(const struct stssl_conf *conf, cfg_t *section,
    const struct stssl_maps *maps, struct stssl_identity_rules *ret,
    struct stssl_error *error)
{
	const char *map = cfg_getstr(section, "map");
	const struct stssl_identity_rules rules = {
		.ways = read_ways(section),
		.directory = ret->directory,
		.email_domains = cfg_getopt(section, "email-domain"),
		.upn_domains = cfg_getopt(section, "upn-domain"),
		.map = map == NULL ? NULL : stssl_maps_find(maps, map),
	};
	int r = check_domains(conf, section, &rules, error);

	if (r == 0)
		r = check_map(conf, section, &rules, error);
	if (r == 0)
		*ret = rules;
	return r;
}
