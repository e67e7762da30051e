/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Each cell comes from the code that decides, and so do the answers to whether
 * a key changes anything: the table is asked with both of its values.
 */
#include <config.h>
#include "stsslctl/matrix_json.h"

#include <stdbool.h>

#include "policy/class.h"
#include "policy/tools/shadow.h"
#include "policy/tools/words.h"
#include "stsslctl/command.h"
#include "stsslctl/output.h"

static const struct {
	enum stssl_facts facts;
	const char *key;
	const char *text;
} columns[] = {
	{ STSSL_FACTS_CLEAR, "clear", "clear" },
	{ STSSL_FACTS_NONE, "tls", "TLS" },
	{ STSSL_FACTS_BAD, "tls-bad-certificate", "TLS, bad certificate" },
	{ STSSL_FACTS_GOOD, "tls-good-certificate", "TLS, good certificate" },
};

#define COLUMNS (sizeof columns / sizeof columns[0])

/* Criteria of a class, in the order in which they are looked at. */
static const char *const criteria[] = { "service", "user", "listener", "edge",
	"from", "type", "group" };

static bool
is_same(struct stssl_decision a, struct stssl_decision b)
{
	return a.verdict == b.verdict && a.reason == b.reason;
}

static struct stssl_decision
decide(const struct stssl_class *c, enum stssl_facts facts)
{
	return stssl_decide(c->ssl, c->login, c->bad, facts);
}

static bool
ssl_applies(const struct stssl_class *c)
{
	for (int i = 0; i < STSSL_FACTS_COUNT; i++)
		if (!is_same(stssl_decide(STSSL_SSL_REQUIRED, c->login, c->bad,
				 (enum stssl_facts)i),
			stssl_decide(STSSL_SSL_OPTIONAL, c->login, c->bad,
			    (enum stssl_facts)i)))
			return true;
	return false;
}

static bool
bad_decides(const struct stssl_class *c, enum stssl_facts facts)
{
	return !is_same(stssl_decide(c->ssl, c->login, STSSL_BAD_REFUSE, facts),
	    stssl_decide(c->ssl, c->login, STSSL_BAD_PASSWORD, facts));
}

static bool
bad_applies(const struct stssl_class *c)
{
	return bad_decides(c, STSSL_FACTS_BAD);
}

static bool
login_applies(const struct stssl_class *c)
{
	(void)c;
	return true;
}

/* Is anybody let in, so that there is a channel to ask something of? */
static bool
channel_applies(const struct stssl_class *c)
{
	return c->login != STSSL_LOGIN_REFUSE;
}

static bool
ssh_applies(const struct stssl_class *c)
{
	return channel_applies(c) && c->ssl == STSSL_SSL_REQUIRED && c->ssh;
}

static bool
identity_applies(const struct stssl_class *c)
{
	return !is_same(
	    decide(c, STSSL_FACTS_SOMEBODY), decide(c, STSSL_FACTS_GOOD));
}

static bool
email_applies(const struct stssl_class *c)
{
	return identity_applies(c) && c->identity.email_domains.count > 0;
}

static bool
upn_applies(const struct stssl_class *c)
{
	return identity_applies(c) && c->identity.upn_domains.count > 0;
}

static bool
map_applies(const struct stssl_class *c)
{
	return identity_applies(c) && c->identity.map != NULL;
}

/* The rules, as they are listed. */
static const struct {
	const char *key;
	bool (*applies)(const struct stssl_class *c);
} rules[] = {
	{ "ssl", ssl_applies },
	{ "login", login_applies },
	{ "bad-certificate", bad_applies },
	{ "min-protocol", channel_applies },
	{ "data", channel_applies },
	{ "ssh", ssh_applies },
	{ "identity", identity_applies },
	{ "email-domain", email_applies },
	{ "upn-domain", upn_applies },
	{ "map", map_applies },
};

static json_t *
applying(const struct stssl_class *c)
{
	json_t *keys = output_need(json_array());

	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
		if (rules[i].applies(c))
			output_append(keys, output_string(rules[i].key));
	return keys;
}

static void
add_condition(json_t *conditions, const char *key, const char *text)
{
	output_append(conditions,
	    output_need(json_pack("{s:s, s:s}", "key", key, "text", text)));
}

/* A certificate was shown, and the password decides as if there were none. */
static void
add_ignored(
    json_t *conditions, const struct stssl_class *c, enum stssl_facts facts)
{
	if (facts != STSSL_FACTS_BAD && facts != STSSL_FACTS_GOOD)
		return;
	if (is_same(decide(c, facts), decide(c, STSSL_FACTS_NONE)))
		add_condition(conditions,
		    bad_decides(c, facts) ? "bad-certificate" : "login",
		    "the certificate is ignored");
}

/* Without TLS there is no PROT P: data = private leaves no transfer. */
static void
add_data(
    json_t *conditions, const struct stssl_class *c, enum stssl_facts facts)
{
	if (facts == STSSL_FACTS_CLEAR && c->data_private)
		add_condition(
		    conditions, "data", "no FTP transfers: data is private");
	if (facts != STSSL_FACTS_CLEAR && !c->data_private)
		add_condition(conditions, "data", "FTP data may be in clear");
}

/* All keys but ssl and login that change what a cell says, and how. */
static json_t *
conditions_of(const struct stssl_class *c, enum stssl_facts facts)
{
	json_t *conditions = output_need(json_array());

	if (decide(c, facts).verdict == STSSL_VERDICT_REFUSE)
		return conditions;
	if (facts != STSSL_FACTS_CLEAR && c->min_protocol == STSSL_TLS_1_3)
		add_condition(conditions, "min-protocol", "TLS 1.2: refuse");
	add_ignored(conditions, c, facts);
	add_data(conditions, c, facts);
	return conditions;
}

static json_t *
cell_of(struct stssl_decision d, json_t *conditions)
{
	return output_need(json_pack("{s:s, s:s, s:s, s:o}", "verdict",
	    stssl_verdict_word(d.verdict), "reason",
	    stssl_reason_word(d.reason), "text", stssl_reason_text(d.reason),
	    "conditions", conditions));
}

static json_t *
values_of(struct stssl_values given)
{
	json_t *values = output_need(json_array());

	for (size_t i = 0; i < given.count; i++)
		output_append(values, output_string(given.list[i]));
	return values;
}

/* The criteria that classes.conf gives for the class, and no others. */
static json_t *
criteria_of(const struct stssl_conf_section *section)
{
	json_t *all = output_need(json_object());

	for (size_t i = 0; i < sizeof criteria / sizeof criteria[0]; i++) {
		struct stssl_values values =
		    stssl_conf_values(section, criteria[i]);

		if (values.count > 0)
			output_set(all, criteria[i], values_of(values));
	}
	return all;
}

static json_t *
ways_of(const struct stssl_identity_rules *identity)
{
	json_t *ways = output_need(json_array());

	for (int i = 0; i < STSSL_IDENTITY_COUNT; i++)
		if ((identity->ways & 1u << i) != 0)
			output_append(ways, output_string(stssl_identity_word(
						(enum stssl_identity)i)));
	return ways;
}

static void
set_word(json_t *object, const char *key, int value)
{
	output_set(object, key, output_string(stssl_keys_word(key, value)));
}

/* Keys that the identities of the class do not use are empty or null. */
static void
set_rules(json_t *class, const struct stssl_class *c)
{
	const struct stssl_identity_rules *identity = &c->identity;

	set_word(class, "ssl", (int)c->ssl);
	set_word(class, "login", (int)c->login);
	set_word(class, "bad-certificate", (int)c->bad);
	set_word(class, "min-protocol", (int)c->min_protocol);
	set_word(class, "data", (int)c->data_private);
	set_word(class, "ssh", (int)c->ssh);
	output_set(class, "identity", ways_of(identity));
	output_set(class, "email-domain", values_of(identity->email_domains));
	output_set(class, "upn-domain", values_of(identity->upn_domains));
	output_set(class, "map", output_string(identity->map));
	output_set(class, "applies", applying(c));
}

static json_t *
class_of(const struct stssl_classes *classes, size_t n)
{
	const struct stssl_class *by = stssl_class_shadow(classes, n);
	const struct stssl_class *c = &classes->list[n];
	json_t *class = output_need(json_pack("{s:o, s:b, s:o, s:o}", "name",
	    output_string(c->name), "enabled", c->enabled, "shadowed-by",
	    output_string(by == NULL ? NULL : by->name), "criteria",
	    criteria_of(c->section)));
	json_t *cells = output_need(json_object());

	for (size_t i = 0; i < COLUMNS; i++)
		output_set(cells, columns[i].key,
		    cell_of(decide(c, columns[i].facts),
			conditions_of(c, columns[i].facts)));
	set_rules(class, c);
	output_set(class, "cells", cells);
	return class;
}

json_t *
matrix_json(const struct stssl_classes *classes, const char *file)
{
	const struct stssl_decision refused = { STSSL_VERDICT_REFUSE,
		STSSL_REASON_NO_CLASS };
	json_t *names = output_need(json_array());
	json_t *list = output_need(json_array());
	json_t *nobody = output_need(json_object());
	char digest[X509_FINGERPRINT];

	command_digest_of(classes, digest, NULL);
	/* A user in no class is refused, whatever the connection is. */
	for (size_t i = 0; i < COLUMNS; i++) {
		output_append(
		    names, output_need(json_pack("{s:s, s:s}", "key",
			       columns[i].key, "text", columns[i].text)));
		output_set(nobody, columns[i].key,
		    cell_of(refused, output_need(json_array())));
	}
	for (size_t i = 0; i < classes->count; i++)
		output_append(list, class_of(classes, i));
	return output_need(json_pack("{s:o, s:s, s:s, s:o, s:o, s:o}", "file",
	    output_string(file), "user-names",
	    stssl_keys_word("user-names", (int)classes->names), "sha256",
	    digest, "columns", names, "classes", list, "no-class", nobody));
}
