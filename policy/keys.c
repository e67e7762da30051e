/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keys of classes.conf as tables: one row is all there is to say about a
 * key.  A value that is not known is an error: no wish of an administrator is
 * silently left undone.
 */
#include <config.h>
#include "policy/keys.h"

#include <stddef.h>
#include <string.h>

#include "policy/class.h"
#include "policy/identity.h"
#include "status/ascii.h"

#define TEXT_MAX   256
#define DOMAIN_MAX 253
#define DOMAIN     STSSL_LETTERS STSSL_DIGITS "-."

static const char *
check_text(const char *value)
{
	size_t len = strlen(value);

	if (len == 0)
		return "empty";
	return len > TEXT_MAX ? "longer than 256 bytes" : NULL;
}

/* Behind a bracket expression of glob(7), of which `at` is the '['; or NULL. */
static const char *
behind_bracket(const char *at)
{
	at++;
	if (*at == '!' || *at == '^')
		at++;
	for (bool is_first = true; *at != '\0'; is_first = false, at++) {
		const char kind = at[1];

		if (*at == ']' && !is_first)
			return at + 1;
		if (*at == '[' && kind != '\0' && strchr(":.=", kind) != NULL) {
			const char end[] = { kind, ']', '\0' };
			const char *found = strstr(at + 2, end);

			at = found != NULL ? found + 1 : at;
		} else if (*at == '\\' && kind != '\0') {
			at++;
		}
	}
	return NULL;
}

/*
 * fnmatch(3) would take a bracket without its end for itself: the users whom
 * the class is for would be in another one.
 */
static const char *
check_pattern(const char *value)
{
	const char *wrong = check_text(value);

	if (wrong != NULL)
		return wrong;
	while ((value += strcspn(value, "[\\"), *value != '\0')) {
		if (*value == '\\') {
			value += value[1] == '\0' ? 1 : 2;
			continue;
		}
		value = behind_bracket(value);
		if (value == NULL)
			return "a [ without its ]";
	}
	return NULL;
}

/* One domain, without those below it. */
static const char *
check_domain(const char *value)
{
	size_t len = strlen(value);

	if (len == 0 || len > DOMAIN_MAX ||
	    value[strspn(value, DOMAIN)] != '\0' || value[0] == '.' ||
	    value[0] == '-' || value[len - 1] == '.' ||
	    strstr(value, "..") != NULL)
		return "not a domain like acme.example";
	return NULL;
}

static const char *
check_directory(const char *value)
{
	if (value[0] != '/')
		return "not an absolute path";
	return strlen(value) > STSSL_IDENTITY_DIR_MAX ? "too long" : NULL;
}

static const char *
check_group(const char *value)
{
	struct stssl_group group;

	return stssl_group_parse(value, &group) < 0
		   ? "not a group name or number"
		   : NULL;
}

static const char *
check_way(const char *value)
{
	return stssl_identity_parse(value) == STSSL_IDENTITY_COUNT
		   ? "not one of file, cn, email, upn, dns, uri, dn"
		   : NULL;
}

#define AT(field) .place = offsetof(struct stssl_class, field)

static const struct stssl_conf_key class_keys[] = {
	{ "user", STSSL_CONF_LIST, AT(users), .check = check_pattern,
	    .filled = true },
	{ "group", STSSL_CONF_LIST, AT(groups), .check = check_group,
	    .filled = true },
	{ "type", STSSL_CONF_WORD, AT(type),
	    .words = { [STSSL_TYPE_ANY] = "any",
		[STSSL_TYPE_REAL] = "real",
		[STSSL_TYPE_VIRTUAL] = "virtual" },
	    .word = STSSL_TYPE_ANY },
	{ "service", STSSL_CONF_LIST, AT(services), .check = check_text,
	    .filled = true },
	{ "from", STSSL_CONF_LIST, AT(from), .filled = true },
	{ "listener", STSSL_CONF_LIST, AT(listeners), .check = check_pattern,
	    .filled = true },
	{ "edge", STSSL_CONF_LIST, AT(edges), .check = check_pattern,
	    .filled = true },
	{ "ssl", STSSL_CONF_WORD, AT(ssl),
	    .words = { [STSSL_SSL_REQUIRED] = "required",
		[STSSL_SSL_OPTIONAL] = "optional" },
	    .word = STSSL_SSL_REQUIRED },
	{ "login", STSSL_CONF_WORD, AT(login),
	    .words = { [STSSL_LOGIN_PASSWORD] = "password",
		[STSSL_LOGIN_CERTIFICATE] = "certificate",
		[STSSL_LOGIN_EITHER] = "either",
		[STSSL_LOGIN_BOTH] = "both",
		[STSSL_LOGIN_REFUSE] = "refuse" },
	    .word = STSSL_LOGIN_EITHER },
	{ "bad-certificate", STSSL_CONF_WORD, AT(bad),
	    .words = { [STSSL_BAD_REFUSE] = "refuse",
		[STSSL_BAD_PASSWORD] = "password" },
	    .word = STSSL_BAD_BY_SSL },
	{ "identity", STSSL_CONF_LIST, AT(identity.words), .check = check_way,
	    .filled = true },
	{ "email-domain", STSSL_CONF_LIST, AT(identity.email_domains),
	    .check = check_domain, .filled = true },
	{ "upn-domain", STSSL_CONF_LIST, AT(identity.upn_domains),
	    .check = check_domain, .filled = true },
	{ "map", STSSL_CONF_TEXT, AT(identity.map), .check = check_text },
	{ "data", STSSL_CONF_WORD, AT(data),
	    .words = { [false] = "any", [true] = "private" }, .word = -1 },
	{ "min-protocol", STSSL_CONF_WORD, AT(min_protocol),
	    .words = { [STSSL_TLS_1_2] = "TLS1.2", [STSSL_TLS_1_3] = "TLS1.3" },
	    .word = STSSL_TLS_1_2 },
	{ "ssh", STSSL_CONF_SWITCH, AT(ssh),
	    .words = { [false] = "refuse", [true] = "accept" }, .on = false },
	{ "enabled", STSSL_CONF_SWITCH, AT(enabled), .on = true },
	{ .name = NULL },
};

/* Every way of identity but "file", which needs no map. */
static const struct stssl_conf_key map_keys[] = {
	{ .name = "cn", .type = STSSL_CONF_LIST },
	{ .name = "email", .type = STSSL_CONF_LIST },
	{ .name = "upn", .type = STSSL_CONF_LIST },
	{ .name = "dns", .type = STSSL_CONF_LIST },
	{ .name = "uri", .type = STSSL_CONF_LIST },
	{ .name = "dn", .type = STSSL_CONF_LIST },
	{ .name = NULL },
};

#undef AT
#define AT(field) .place = offsetof(struct stssl_classes, field)

const struct stssl_conf_key stssl_keys[] = {
	{ "identities", STSSL_CONF_TEXT, AT(identities),
	    .check = check_directory, .text = STSSL_IDENTITIES },
	{ "resolve-names", STSSL_CONF_SWITCH, AT(resolve_names), .on = false },
	{ "user-names", STSSL_CONF_WORD, AT(names),
	    .words = { [STSSL_NAMES_EXACT] = "exact",
		[STSSL_NAMES_LOWER] = "lower" },
	    .word = STSSL_NAMES_EXACT },
	{ "map", STSSL_CONF_TITLED, .check = check_text, .keys = map_keys },
	{ "class", STSSL_CONF_TITLED, .check = check_text, .keys = class_keys },
	{ .name = NULL },
};
