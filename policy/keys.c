/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keys of classes.conf as tables: one row makes a key known, one checks its
 * values.  A value for something that is not built yet is an error, too: what
 * an administrator asked for is never silently left undone.
 */
#include <config.h>
#include "policy/keys.h"

#include <stdio.h>
#include <string.h>

#include "policy/choice.h"
#include "policy/class.h"
#include "policy/identity.h"

#define TEXT_MAX   256
#define DOMAIN_MAX 253
#define DOMAIN \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-."

static cfg_opt_t class_options[] = {
	CFG_STR_LIST("user", NULL, CFGF_NONE),
	CFG_STR_LIST("group", NULL, CFGF_NONE),
	CFG_STR("type", NULL, CFGF_NONE),
	CFG_STR_LIST("service", NULL, CFGF_NONE),
	CFG_STR_LIST("from", NULL, CFGF_NONE),
	CFG_STR("ssl", NULL, CFGF_NONE),
	CFG_STR("login", NULL, CFGF_NONE),
	CFG_STR("bad-certificate", NULL, CFGF_NONE),
	CFG_STR_LIST("identity", NULL, CFGF_NONE),
	CFG_STR_LIST("email-domain", NULL, CFGF_NONE),
	CFG_STR_LIST("upn-domain", NULL, CFGF_NONE),
	CFG_STR("map", NULL, CFGF_NONE),
	CFG_STR("data", NULL, CFGF_NONE),
	CFG_STR("min-protocol", NULL, CFGF_NONE),
	CFG_BOOL("enabled", cfg_true, CFGF_NONE),
	CFG_END(),
};

/* Every way of identity but "file", which needs no map. */
static cfg_opt_t map_options[] = {
	CFG_STR_LIST("cn", NULL, CFGF_NONE),
	CFG_STR_LIST("email", NULL, CFGF_NONE),
	CFG_STR_LIST("upn", NULL, CFGF_NONE),
	CFG_STR_LIST("dns", NULL, CFGF_NONE),
	CFG_STR_LIST("uri", NULL, CFGF_NONE),
	CFG_STR_LIST("dn", NULL, CFGF_NONE),
	CFG_END(),
};

static cfg_opt_t options[] = {
	CFG_STR("identities", STSSL_IDENTITIES, CFGF_NONE),
	CFG_BOOL("resolve-names", cfg_false, CFGF_NONE),
	CFG_SEC(
	    "map", map_options, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	CFG_SEC("class", class_options,
	    CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES),
	CFG_END(),
};

/* Keys that take one word; its index is the value of the enum. */
static const struct stssl_choice choices[] = {
	{ "type", { [STSSL_TYPE_ANY] = "any",
		      [STSSL_TYPE_REAL] = "real",
		      [STSSL_TYPE_VIRTUAL] = "virtual" } },
	{ "ssl", { [STSSL_SSL_REQUIRED] = "required",
		     [STSSL_SSL_OPTIONAL] = "optional" } },
	{ "login", { [STSSL_LOGIN_PASSWORD] = "password",
		       [STSSL_LOGIN_CERTIFICATE] = "certificate",
		       [STSSL_LOGIN_EITHER] = "either",
		       [STSSL_LOGIN_BOTH] = "both" } },
	{ "bad-certificate", { [STSSL_BAD_REFUSE] = "refuse",
				 [STSSL_BAD_PASSWORD] = "password" } },
	{ "data", { [false] = "any", [true] = "private" } },
	{ "min-protocol",
	    { [STSSL_TLS_1_2] = "TLS1.2", [STSSL_TLS_1_3] = "TLS1.3" } },
	{ NULL, { NULL } },
};

static int
check_choice(cfg_t *cfg, cfg_opt_t *opt)
{
	return stssl_choice_check(choices, cfg, opt);
}

static int
check_text(cfg_t *cfg, cfg_opt_t *opt)
{
	size_t len = strlen(stssl_value_last(opt));

	if (len == 0)
		return stssl_value_wrong(cfg, opt, "empty");
	if (len > TEXT_MAX)
		return stssl_value_wrong(cfg, opt, "longer than 256 bytes");
	return 0;
}

static int
check_group(cfg_t *cfg, cfg_opt_t *opt)
{
	struct stssl_group group;

	if (stssl_group_parse(stssl_value_last(opt), &group) < 0)
		return stssl_value_wrong(
		    cfg, opt, "not a group name or number");
	return 0;
}

static int
check_from(cfg_t *cfg, cfg_opt_t *opt)
{
	struct stssl_pattern pattern;
	int r = stssl_pattern_parse(stssl_value_last(opt), &pattern);

	return r < 0 ? stssl_value_wrong(cfg, opt, stssl_pattern_error(r)) : 0;
}

static int
check_identity(cfg_t *cfg, cfg_opt_t *opt)
{
	if (stssl_identity_parse(stssl_value_last(opt)) != STSSL_IDENTITY_COUNT)
		return 0;
	return stssl_value_wrong(
	    cfg, opt, "not one of file, cn, email, upn, dns, uri, dn");
}

/* One domain, not what is below it. */
static int
check_domain(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *name = stssl_value_last(opt);
	size_t len = strlen(name);

	if (len == 0 || len > DOMAIN_MAX ||
	    name[strspn(name, DOMAIN)] != '\0' || name[0] == '.' ||
	    name[0] == '-' || name[len - 1] == '.' ||
	    strstr(name, "..") != NULL)
		return stssl_value_wrong(
		    cfg, opt, "not a domain like acme.example");
	return 0;
}

static int
check_map_line(cfg_t *cfg, cfg_opt_t *opt)
{
	enum stssl_identity way = stssl_identity_parse(opt->name);
	char why[STSSL_MAP_ERROR];
	struct stssl_map_line line;

	if (stssl_map_line_compile(stssl_identity_subject(way),
		stssl_value_last(opt), &line, why) < 0)
		return stssl_value_wrong(cfg, opt, why);
	stssl_map_line_done(&line);
	return 0;
}

static int
check_directory(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *path = stssl_value_last(opt);

	if (path[0] != '/')
		return stssl_value_wrong(cfg, opt, "not an absolute path");
	if (strlen(path) > STSSL_IDENTITY_DIR_MAX)
		return stssl_value_wrong(cfg, opt, "too long");
	return 0;
}

static const struct stssl_conf_validator validators[] = {
	{ "identities", check_directory },
	{ "class|user", check_text },
	{ "class|group", check_group },
	{ "class|type", check_choice },
	{ "class|service", check_text },
	{ "class|from", check_from },
	{ "class|ssl", check_choice },
	{ "class|login", check_choice },
	{ "class|bad-certificate", check_choice },
	{ "class|identity", check_identity },
	{ "class|email-domain", check_domain },
	{ "class|upn-domain", check_domain },
	{ "class|map", check_text },
	{ "class|data", check_choice },
	{ "class|min-protocol", check_choice },
	{ "map|cn", check_map_line },
	{ "map|email", check_map_line },
	{ "map|upn", check_map_line },
	{ "map|dns", check_map_line },
	{ "map|uri", check_map_line },
	{ "map|dn", check_map_line },
	{ NULL, NULL },
};

int
stssl_keys_read(
    const char *path, struct stssl_conf **ret, struct stssl_error *error)
{
	return stssl_conf_read(path, options, validators, ret, error);
}

int
stssl_keys_choice(cfg_t *section, const char *key, int otherwise)
{
	return stssl_choice_get(choices, section, key, otherwise);
}

const char *
stssl_keys_word(const char *key, int value)
{
	return stssl_choice_word(choices, key, value);
}
