/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From the parsed classes.conf to the list of classes, with the defaults that
 * depend on other keys.  Either all of a file is taken or nothing.
 */
#include <config.h>
#include "policy/classes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/class.h"
#include "policy/keys.h"
#include "policy/rules.h"

#define NAME_MAX_BYTES 256

/* Lists that must have an entry if they are given: nobody means an empty one. */
static const char *const lists[] = { "user", "group", "service", "from",
	"identity", "email-domain", "upn-domain" };

static int
out_of_memory(struct stssl_error *error)
{
	static const char text[] = "out of memory";

	memcpy(error->text, text, sizeof text);
	return -ENOMEM;
}

static int
check_class(
    const struct stssl_conf *conf, cfg_t *section, struct stssl_error *error)
{
	size_t len = strlen(cfg_title(section));

	if (len == 0 || len > NAME_MAX_BYTES)
		return stssl_conf_error(conf, section, "", error,
		    "the name of a class has 1 to %d bytes", NAME_MAX_BYTES);
	for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
		cfg_opt_t *opt = cfg_getopt(section, lists[i]);

		if ((opt->flags & CFGF_MODIFIED) != 0 && cfg_opt_size(opt) == 0)
			return stssl_conf_error(conf, section, lists[i], error,
			    "%s = {}: an empty list", lists[i]);
	}
	return 0;
}

/*
 * The defaults: TLS is required; a password will do instead of a certificate,
 * but a certificate that is no good is not passed over where TLS is required,
 * and there data connections are private.
 */
static void
fill_rules(struct stssl_class *c, cfg_t *section)
{
	bool required;

	c->ssl = (enum stssl_ssl)stssl_keys_choice(
	    section, "ssl", STSSL_SSL_REQUIRED);
	required = c->ssl == STSSL_SSL_REQUIRED;
	c->login = (enum stssl_login_way)stssl_keys_choice(
	    section, "login", STSSL_LOGIN_EITHER);
	c->bad = (enum stssl_bad_certificate)stssl_keys_choice(section,
	    "bad-certificate",
	    required ? STSSL_BAD_REFUSE : STSSL_BAD_PASSWORD);
	c->data_private = stssl_keys_choice(section, "data", required) != 0;
	c->min_protocol = (enum stssl_tls)stssl_keys_choice(
	    section, "min-protocol", STSSL_TLS_1_2);
}

static int
fill_groups(struct stssl_class *c, cfg_opt_t *opt)
{
	unsigned n = cfg_opt_size(opt);

	if (n == 0)
		return 0;
	c->groups = calloc(n, sizeof *c->groups);
	if (c->groups == NULL)
		return -ENOMEM;
	for (c->group_count = 0; c->group_count < n; c->group_count++) {
		unsigned i = (unsigned)c->group_count;
		int r =
		    stssl_group_parse(cfg_opt_getnstr(opt, i), &c->groups[i]);

		if (r < 0)
			return r;
	}
	return 0;
}

static int
fill_from(struct stssl_class *c, cfg_opt_t *opt)
{
	unsigned n = cfg_opt_size(opt);

	if (n == 0)
		return 0;
	c->from = calloc(n, sizeof *c->from);
	if (c->from == NULL)
		return -ENOMEM;
	for (c->from_count = 0; c->from_count < n; c->from_count++) {
		unsigned i = (unsigned)c->from_count;
		int r =
		    stssl_pattern_parse(cfg_opt_getnstr(opt, i), &c->from[i]);

		if (r < 0)
			return r;
	}
	return 0;
}

static int
fill(struct stssl_class *c, cfg_t *section)
{
	int r;

	c->name = cfg_title(section);
	c->enabled = cfg_getbool(section, "enabled") == cfg_true;
	c->users = cfg_getopt(section, "user");
	c->services = cfg_getopt(section, "service");
	c->type =
	    (enum stssl_type)stssl_keys_choice(section, "type", STSSL_TYPE_ANY);
	fill_rules(c, section);
	r = fill_groups(c, cfg_getopt(section, "group"));
	return r < 0 ? r : fill_from(c, cfg_getopt(section, "from"));
}

/* Names are looked up only if the administrator wants it. */
static int
check_hosts(const struct stssl_conf *conf, cfg_t *section,
    const struct stssl_class *c, struct stssl_error *error)
{
	if (cfg_getbool(stssl_conf_tree(conf), "resolve-names") == cfg_true)
		return 0;
	for (size_t i = 0; i < c->from_count; i++)
		if (c->from[i].host != NULL)
			return stssl_conf_error(conf, section, "from", error,
			    "from = \"%s\": host names need "
			    "resolve-names = true",
			    c->from[i].host);
	return 0;
}

static int
fill_all(struct stssl_classes *classes, struct stssl_error *error)
{
	cfg_t *tree = stssl_conf_tree(classes->conf);
	cfg_opt_t *sections = cfg_getopt(tree, "class");
	unsigned n = cfg_opt_size(sections);

	classes->identities = cfg_getstr(tree, "identities");
	classes->list = calloc(n == 0 ? 1 : n, sizeof *classes->list);
	if (classes->list == NULL)
		return out_of_memory(error);

	for (unsigned i = 0; i < n; i++) {
		cfg_t *section = cfg_opt_getnsec(sections, i);
		int r = check_class(classes->conf, section, error);

		if (r < 0)
			return r;
		classes->count++;
		classes->list[i].identity.directory = classes->identities;
		r = stssl_rules_read(classes->conf, section, &classes->maps,
		    &classes->list[i].identity, error);
		if (r < 0)
			return r;
		if (fill(&classes->list[i], section) < 0)
			return out_of_memory(error);
		r = check_hosts(
		    classes->conf, section, &classes->list[i], error);
		if (r < 0)
			return r;
	}
	return 0;
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
	r = stssl_keys_read(path, &classes->conf, error);
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

struct stssl_classes *
stssl_classes_free(struct stssl_classes *classes)
{
	if (classes == NULL)
		return NULL;
	for (size_t i = 0; i < classes->count; i++) {
		free(classes->list[i].groups);
		free(classes->list[i].from);
	}
	free(classes->list);
	stssl_maps_done(&classes->maps);
	(void)stssl_conf_free(classes->conf);
	free(classes);
	return NULL;
}
