/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "policy/shadow.h"

#include <stdio.h>

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

void
add_shadow_cases(struct case_list *to)
{
	add_case(to, a_class_is_out_of_reach_only_if_that_is_sure, ROWS(pairs));
	add_case(to, the_first_class_that_takes_all_is_told, 0);
}
