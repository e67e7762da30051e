/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The ways of identity that draw a user name from the certificate, over the
 * keys of a class and what a certificate may say.
 */
#include <config.h>
#include "policy/identity.h"

#include <stdio.h>
#include <string.h>

#include "policy/class.h"
#include "policy/tools/words.h"
#include "policy/trace.h"
#include "tests/test-policy.h"

#define EMAIL "identity = email email-domain = { acme.example, Other.Example }"
#define UPN   "identity = upn upn-domain = acme.example"
#define MAP   "} map m {"
#define A_16  "aaaaaaaaaaaaaaaa"
#define A_64  A_16 A_16 A_16 A_16
#define A_256 A_64 A_64 A_64 A_64

/* Names are "kind:name": the way's word, and cn and dn. */
static const struct {
	const char *class, *names[4], *end, *user;
} rows[] = {
	{ "identity = cn", { "cn:alice" }, "user", "alice" },
	{ "identity = cn", { "cn:a b" }, "invalid", "" },
	{ "identity = cn", { "dns:alice" }, "absent", "" },
	/* email: the local part, exact, of an allowed domain */
	{ EMAIL, { "email:alice@acme.example" }, "user", "alice" },
	{ EMAIL, { "email:alice@ACME.example" }, "user", "alice" },
	{ EMAIL, { "email:alice@other.EXAMPLE" }, "user", "alice" },
	{ EMAIL, { "email:Alice@acme.example" }, "user", "Alice" },
	{ EMAIL, { "email:alice@evil.example" }, "foreign", "" },
	{ EMAIL, { "email:alice@sub.acme.example" }, "foreign", "" },
	{ EMAIL, { "email:alice@acme.example." }, "foreign", "" },
	{ EMAIL, { "email:alice@acme.exampl" }, "foreign", "" },
	{ EMAIL, { "email:alice@evil.example", "email:bob@acme.example" },
	    "user", "bob" },
	{ EMAIL, { "email:bob@acme.example", "email:alice@evil.example" },
	    "user", "bob" },
	{ EMAIL, { "email:bob@acme.example", "email:bob@other.example" },
	    "user", "bob" },
	{ EMAIL, { "email:bob@acme.example", "email:alice@acme.example" },
	    "ambiguous", "" },
	{ EMAIL,
	    { "email:bob@acme.example", "email:alice@acme.example",
		"email:bob@acme.example" },
	    "ambiguous", "" },
	{ EMAIL, { "email:bob@acme.example", "email:../x@acme.example" },
	    "invalid", "" },
	{ EMAIL, { "email:../x@acme.example", "email:bob@acme.example" },
	    "invalid", "" },
	{ EMAIL, { "email:alice@evil@acme.example" }, "invalid", "" },
	{ EMAIL, { "email:alice" }, "invalid", "" },
	{ EMAIL, { "email:@acme.example" }, "invalid", "" },
	{ EMAIL, { "email:" A_256 "a@acme.example" }, "invalid", "" },
	{ EMAIL, { "email:" A_256 "@acme.example" }, "user", A_256 },
	{ EMAIL, { "upn:alice@acme.example" }, "absent", "" },
	{ EMAIL, { "cn:alice@acme.example" }, "absent", "" },
	/* upn likewise */
	{ UPN, { "upn:alice@Acme.Example" }, "user", "alice" },
	{ UPN, { "upn:alice@evil.example" }, "foreign", "" },
	{ UPN, { "email:alice@acme.example" }, "absent", "" },
	{ UPN, { "upn:a@acme.example", "upn:b@acme.example" }, "ambiguous",
	    "" },
	/* dns and uri: the only one */
	{ "identity = dns", { "dns:host7" }, "user", "host7" },
	{ "identity = dns", { "dns:Host7.ACME.example" }, "user",
	    "host7.acme.example" },
	{ "identity = dns", { "dns:host7", "dns:HOST7" }, "user", "host7" },
	{ "identity = dns", { "dns:host7", "dns:host8" }, "ambiguous", "" },
	{ "identity = uri", { "uri:urn:user:alice" }, "user",
	    "urn:user:alice" },
	{ "identity = uri", { "uri:spiffe://acme/alice" }, "invalid", "" },
	{ "identity = uri", { "uri:urn:a", "uri:urn:b" }, "ambiguous", "" },
	/* through maps */
	{ "identity = dn map = m" MAP
	  "dn = 'UID=([a-z0-9]+),.*OU=Sales,O=Acme \\1'",
	    { "dn:uid=al7, CN=Al, ou=Sales, o=Acme" }, "user", "al7" },
	{ "identity = dn map = m" MAP "dn = 'UID=([a-z0-9]+),O=Acme \\1'",
	    { "dn:UID=al7,O=Evil" }, "unmapped", "" },
	{ "identity = dn map = m" MAP "dn = 'UID=([a-z0-9]+),O=Acme \\1'",
	    { "dn:rubbish" }, "invalid", "" },
	{ "identity = dn map = m" MAP "dn = 'UID=([a-z0-9]+),O=Acme \\1'",
	    { NULL }, "absent", "" },
	{ "identity = uri map = m" MAP
	  "uri = 'spiffe://acme/user/([a-z]+) \\1'",
	    { "uri:https://x", "uri:spiffe://acme/user/bob" }, "user", "bob" },
	{ "identity = uri map = m" MAP
	  "uri = 'spiffe://acme/user/([a-z]+) \\1'",
	    { "uri:spiffe://acme/user/bob", "uri:spiffe://acme/user/al" },
	    "ambiguous", "" },
	{ "identity = uri map = m" MAP "uri = { 'x(.*) \\1', '(.*)y \\1' }",
	    { "uri:xy" }, "ambiguous", "" },
	{ "identity = cn map = m" MAP "cn = 'Alice Liddell alice'",
	    { "cn:Alice Liddell" }, "user", "alice" },
	{ "identity = cn map = m" MAP "cn = 'Alice Liddell alice'",
	    { "cn:alice" }, "unmapped", "" },
	{ EMAIL " map = m" MAP "email = '(.*)\\.(.*)@acme\\.example \\1\\2'",
	    { "email:a.l@ACME.example" }, "user", "al" },
	{ EMAIL " map = m" MAP "email = '(.*)@.* \\1'",
	    { "email:alice@evil.example" }, "foreign", "" },
	/* a map for other ways changes nothing */
	{ "identity = { cn, dns } map = m" MAP "dns = 'x y'", { "cn:alice" },
	    "user", "alice" },
};

static const struct {
	const char *word;
	enum stssl_key key;
	bool many;
} keys[] = {
	{ "cn", STSSL_KEY_SSL_CLIENT_S_DN_CN, false },
	{ "dn", STSSL_KEY_SSL_CLIENT_S_DN, false },
	{ "email", STSSL_KEY_SSL_CLIENT_SAN_Email, true },
	{ "upn", STSSL_KEY_SSL_CLIENT_SAN_OTHER_msUPN, true },
	{ "dns", STSSL_KEY_SSL_CLIENT_SAN_DNS, true },
	{ "uri", STSSL_KEY_SSL_CLIENT_SAN_URI, true },
};

static void
put(struct stssl_record *record, const char *name, unsigned nth)
{
	size_t len = strcspn(name, ":");

	for (size_t i = 0; i < ROWS(keys); i++) {
		if (strlen(keys[i].word) != len ||
		    memcmp(name, keys[i].word, len) != 0)
			continue;
		ck_assert_int_eq(
		    keys[i].many
			? stssl_record_put_nth(
			      record, keys[i].key, nth, name + len + 1)
			: stssl_record_put(record, keys[i].key, name + len + 1),
		    0);
		return;
	}
	ck_abort_msg("%s", name);
}

static void
ignore_class(void *data, const struct stssl_class *class,
    enum stssl_criterion against, int error)
{
	(void)data, (void)class, (void)against, (void)error;
}

static void
keep_way(void *data, const struct stssl_way_tried *tried)
{
	*(struct stssl_way_tried *)data = *tried;
}

static void
ignore_row(void *data, const struct stssl_class *class, enum stssl_facts facts)
{
	(void)data, (void)class, (void)facts;
}

/* Asked for the very user, and for another. */
START_TEST(a_certificate_leads_to_one_user_or_nowhere)
{
	struct stssl_way_tried tried;
	const struct stssl_trace trace = { &tried, ignore_class, keep_way,
		ignore_row };
	const struct stssl_identity_rules *rules;
	const char *user = rows[_i].user[0] != '\0' ? rows[_i].user : "alice";
	struct stssl_way_tried drawn = { 0 };
	char text[1024];
	struct stssl_classes *classes;
	struct stssl_record record;

	(void)snprintf(text, sizeof text, "class x { %s }", rows[_i].class);
	classes = classes_of(text);
	rules = &classes->list[0].identity;
	stssl_record_init(&record);
	for (unsigned n = 0; n < ROWS(rows[_i].names); n++)
		if (rows[_i].names[n] != NULL)
			put(&record, rows[_i].names[n], n);
	ck_assert_int_eq(stssl_identity_names(rules, user, &record, &trace),
	    rows[_i].user[0] != '\0');
	ck_assert_str_eq(stssl_way_end_word(tried.end), rows[_i].end);
	ck_assert_str_eq(tried.name, rows[_i].user);
	drawn.way = tried.way;
	stssl_draw(rules, &record, &drawn);
	ck_assert_int_eq(drawn.end == STSSL_WAY_USER, rows[_i].user[0] != '\0');
	ck_assert_str_eq(drawn.name, rows[_i].user);
	ck_assert(!stssl_identity_names(rules, "else", &record, NULL));
	stssl_record_done(&record);
	(void)stssl_classes_free(classes);
}
END_TEST

/* One more than are looked at, all of them the same. */
START_TEST(a_certificate_with_too_many_names_leads_nowhere)
{
	struct stssl_classes *classes =
	    classes_of("class x { identity = dns }");
	const struct stssl_identity_rules *rules = &classes->list[0].identity;
	struct stssl_record record;

	stssl_record_init(&record);
	for (unsigned n = 0; n < STSSL_DRAW_NAMES; n++)
		put(&record, "dns:host7", n);
	ck_assert(stssl_identity_names(rules, "host7", &record, NULL));
	put(&record, "dns:host7", STSSL_DRAW_NAMES);
	ck_assert(!stssl_identity_names(rules, "host7", &record, NULL));
	stssl_record_done(&record);
	(void)stssl_classes_free(classes);
}
END_TEST

/* Each way up to the one that leads to the user. */
START_TEST(one_way_that_leads_to_the_user_is_enough)
{
	struct stssl_classes *classes =
	    classes_of("class x { identity = { uri, email, cn } "
		       "email-domain = acme.example }");
	const struct stssl_identity_rules *rules = &classes->list[0].identity;
	struct stssl_record record;

	stssl_record_init(&record);
	put(&record, "cn:carol", 0);
	put(&record, "email:alice@acme.example", 0);
	put(&record, "email:bob@acme.example", 1);
	put(&record, "uri:urn:dave", 0);
	ck_assert(stssl_identity_names(rules, "carol", &record, NULL));
	ck_assert(stssl_identity_names(rules, "urn:dave", &record, NULL));
	ck_assert(!stssl_identity_names(rules, "alice", &record, NULL));
	ck_assert(!stssl_identity_names(rules, "bob", &record, NULL));
	stssl_record_done(&record);
	(void)stssl_classes_free(classes);
}
END_TEST

void
add_ways_cases(struct case_list *to)
{
	add_case(to, a_certificate_leads_to_one_user_or_nowhere, ROWS(rows));
	add_case(to, a_certificate_with_too_many_names_leads_nowhere, 0);
	add_case(to, one_way_that_leads_to_the_user_is_enough, 0);
}
