/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "policy/tools/shadow.h"

#include <stdio.h>
#include <string.h>

#include "tests/test-policy.h"

/* The keys of two classes: is the second one out of reach? */
static const struct {
	const char *first, *second;
	bool shadowed;
} pairs[] = {
	{ "", "", true },
	{ "", "user = a service = b from = ::1 type = real group = g", true },
	{ "enabled = false", "", false },
	{ "", "enabled = false", false },
	{ "ssl = optional", "login = both", true },
	/* user */
	{ "user = a", "", false },
	{ "user = a", "user = a", true },
	{ "user = a", "user = { a, b }", false },
	{ "user = { b, a }", "user = { a, b }", true },
	{ "user = '*'", "", true },
	{ "user = '*'", "user = 'a*'", true },
	{ "user = 'a*'", "user = abc", true },
	{ "user = 'a*'", "user = 'ab*'", true },
	{ "user = 'a*'", "user = 'ab?[x]'", true },
	{ "user = 'a*'", "user = 'a*'", true },
	{ "user = 'ab*'", "user = 'a*'", false },
	{ "user = 'a*'", "user = '*a'", false },
	{ "user = 'a*'", "user = '?*'", false },
	{ "user = 'a*b'", "user = axb", true },
	{ "user = 'a*b'", "user = 'ax*b'", false },
	{ "user = 'a?'", "user = 'ab'", true },
	{ "user = 'a?'", "user = 'a[bc]'", false },
	{ "user = '[ab]'", "user = '[ab]'", true },
	{ "user = '[ab]'", "user = a", true },
	{ "user = 'a\\\\**'", "user = 'ab*'", false },
	{ "user = a", "user = 'a*'", false },
	/* service */
	{ "service = a", "", false },
	{ "service = { a, b }", "service = b", true },
	{ "service = '*'", "service = b", false },
	/* listener and edge: not every login has one */
	{ "listener = ftp", "", false },
	{ "listener = '*'", "", false },
	{ "listener = '*'", "listener = { ftp, ftps }", true },
	{ "listener = ftp", "listener = { ftp, ftps }", false },
	{ "listener = '*'", "edge = dmz1", false },
	{ "", "edge = dmz1", true },
	{ "edge = '*'", "", false },
	{ "edge = 'dmz*'", "edge = dmz1", true },
	{ "edge = dmz1", "edge = 'dmz*'", false },
	/* from */
	{ "from = 10.0.0.0/8", "from = { 10.1.2.3, '10.9.*.*' }", true },
	{ "from = 10.0.0.0/8", "from = { 10.1.2.3, 11.0.0.1 }", false },
	{ "from = { 10.0.0.0/9, 10.128.0.0/9 }", "from = 10.0.0.0/8", false },
	{ "from = { 0.0.0.0/0, ::/0 }", "", false },
	{ "from = 10.0.0.0/8", "", false },
	{ "from = ::/0", "from = 10.0.0.0/8", false },
	/* type and group */
	{ "type = real", "", false },
	{ "type = real", "type = real", true },
	{ "type = real", "type = virtual", false },
	{ "type = real", "group = staff", true },
	{ "type = virtual", "group = staff", false },
	{ "group = staff", "group = staff", true },
	{ "group = staff", "group = { staff, wheel }", false },
	{ "group = { wheel, staff }", "group = staff", true },
	{ "group = 50", "group = 050", true },
	{ "group = 50", "group = staff", false },
	{ "group = staff", "", false },
	/* each criterion must */
	{ "user = a service = b", "user = a", false },
	{ "user = 'a*' service = b", "user = ab service = b type = real",
	    true },
};

START_TEST(a_class_is_out_of_reach_only_if_that_is_sure)
{
	struct stssl_classes *classes;
	char text[512];

	(void)snprintf(text, sizeof text, "class a { %s }\nclass b { %s }\n",
	    pairs[_i].first, pairs[_i].second);
	classes = classes_of(text);
	ck_assert_ptr_null(stssl_class_shadow(classes, 0));
	ck_assert_ptr_eq(stssl_class_shadow(classes, 1),
	    pairs[_i].shadowed ? &classes->list[0] : NULL);
	(void)stssl_classes_free(classes);
}
END_TEST

START_TEST(the_first_class_that_takes_all_is_told)
{
	struct stssl_classes *classes = classes_of(
	    "class a { user = a } class b { enabled = false } class c { } "
	    "class d { } class e { user = a }");

	ck_assert_ptr_null(stssl_class_shadow(classes, 2));
	ck_assert_ptr_eq(stssl_class_shadow(classes, 3), &classes->list[2]);
	ck_assert_ptr_eq(stssl_class_shadow(classes, 4), &classes->list[0]);
	(void)stssl_classes_free(classes);
}
END_TEST

#define ACME   "class a { user = 'acme-*' from = 10.0.0.0/8 login = either } "
#define STAFF  "class z { ssl = optional login = password }"
#define INTO_Z "acme-* from z"

/* Who falls through the class a, by what, and into which class; or nobody. */
static const struct {
	const char *classes, *fall;
} falls[] = {
	{ ACME STAFF, INTO_Z },
	{ "class a { user = 'acme-*' service = ftp } " STAFF,
	    "acme-* service z" },
	{ "class a { user = 'acme-*' group = staff } " STAFF,
	    "acme-* group z" },
	{ "class a { user = 'acme-*' type = virtual } " STAFF,
	    "acme-* type z" },
	{ "class a { user = 'acme-*' listener = ftps } " STAFF,
	    "acme-* listener z" },
	{ "class a { user = 'acme-*' edge = '*' } " STAFF, "acme-* edge z" },
	{ "class a { user = { 'x-*', sam } group = 5 } "
	  "class z { user = 's*' ssl = optional }",
	    "sam group z" },
	/* nothing else has to fit */
	{ "class a { user = 'acme-*' } " STAFF, "" },
	/* no pattern, or none that says whom */
	{ "class a { group = staff login = both } " STAFF, "" },
	{ "class a { user = '*' group = staff login = both } " STAFF, "" },
	/* another class for the pattern alone ends it */
	{ ACME "class b { user = 'acme-*' login = refuse } " STAFF, "" },
	{ ACME "class b { user = 'a*' login = both } " STAFF, "" },
	{ ACME "class b { user = 'acme-7' login = refuse } " STAFF, INTO_Z },
	{ ACME
	    "class b { user = 'acme-*' service = ftp login = refuse } " STAFF,
	    INTO_Z },
	{ ACME "class b { user = 'acme-*' enabled = false } " STAFF, INTO_Z },
	{ "class b { user = '*' login = refuse enabled = false } " ACME STAFF,
	    INTO_Z },
	/* not into what is out of reach, or for others */
	{ ACME "class z { from = 10.1.0.0/16 ssl = optional }", "" },
	{ ACME "class z { from = 11.0.0.0/8 ssl = optional }", INTO_Z },
	{ ACME "class z { user = 'b*' ssl = optional }", "" },
	{ ACME "class z { user = 'acme-7' ssl = optional }", "" },
	{ ACME "class z { ssl = optional enabled = false }", "" },
	/* less is asked for: in clear, without a certificate, or of both */
	{ ACME "class z { login = either }", "" },
	{ ACME "class z { login = password }", "" },
	{ ACME "class z { login = certificate }", "" },
	{ ACME "class z { login = both }", "" },
	{ ACME "class z { login = refuse data = any }", "" },
	{ ACME "class z { ssl = optional login = certificate data = private }",
	    "" },
	{ ACME "class z { data = any }", INTO_Z },
	{ ACME "class z { bad-certificate = password }", "" },
	{ "class a { user = x from = ::1 login = certificate } "
	  "class z { login = either }",
	    "x from z" },
	{ "class a { user = x from = ::1 login = both } "
	  "class z { login = certificate }",
	    "x from z" },
	{ "class a { user = x from = ::1 min-protocol = TLS1.3 } class z { }",
	    "x from z" },
	{ "class a { user = x from = ::1 } class z { ssh = accept }",
	    "x from z" },
	{ "class a { user = x from = ::1 ssh = accept } class z { }", "" },
	/* a class that refuses names those whom it is for */
	{ "class a { user = x from = ::1 login = refuse } " STAFF, "" },
	/* capitals */
	{ "class a { user = X from = ::1 } class z { user = x ssl = optional }",
	    "" },
	{ "class a { user = X from = ::1 } class z { user = x ssl = optional } "
	  "user-names = lower",
	    "x from z" },
};

START_TEST(who_falls_through_into_a_weaker_class_is_told)
{
	struct stssl_classes *classes = classes_of(falls[_i].classes);
	struct stssl_fall fall;
	char is[128] = "";

	for (size_t i = 0; i < classes->count; i++) {
		bool is_a = strcmp(classes->list[i].name, "a") == 0;
		bool has = stssl_class_falls(classes, i, &fall);

		ck_assert(is_a || !has);
		if (has)
			(void)snprintf(is, sizeof is, "%s %s %s", fall.user,
			    fall.key, fall.into->name);
	}
	ck_assert_str_eq(is, falls[_i].fall);
	(void)stssl_classes_free(classes);
}
END_TEST

void
add_shadow_cases(struct case_list *to)
{
	add_case(
	    to, who_falls_through_into_a_weaker_class_is_told, ROWS(falls));
	add_case(to, a_class_is_out_of_reach_only_if_that_is_sure, ROWS(pairs));
	add_case(to, the_first_class_that_takes_all_is_told, 0);
}
