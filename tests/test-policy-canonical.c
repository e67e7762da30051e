/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "policy/tools/canonical.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tests/test-policy.h"

#define X(text) "class x { " text " }"

/* Two files, and whether they mean the same. */
static const struct {
	const char *a, *b;
	bool same;
} pairs[] = {
	/* defaults */
	{ X(""),
	    X("ssl = required login = either bad-certificate = refuse "
	      "data = private min-protocol = TLS1.2 type = any "
	      "identity = { cn, file } enabled = true user = '*'"),
	    true },
	{ X("ssl = optional"),
	    X("ssl = optional bad-certificate = password data = any"), true },
	{ X(""), X("ssl = optional"), false },
	{ X(""), X("bad-certificate = password"), false },
	{ X(""), X("data = any"), false },
	{ X(""), X("min-protocol = TLS1.3"), false },
	{ X(""), X("ssh = refuse"), true },
	{ X(""), X("ssh = accept"), false },
	{ X("ssl = optional"), X("ssl = optional ssh = accept"), true },
	{ X("login = refuse"), X("login = refuse ssh = accept"), true },
	{ X(""), X("type = real"), false },
	{ X(""), X("identity = cn"), false },
	{ X(""), X("user = 'a*'"), false },
	/* layout, order and repetition */
	{ X("# b\nssl = required /* c */ login = both"),
	    "class\n'x'\n{ login = 'both'\n\tssl=\"required\"\n}\n", true },
	{ X("user = { a, b, a }"), X("user = { b, a }"), true },
	{ X("user = { a, '*' }"), X(""), true },
	{ X("user = a"), X("user = { a, b }"), false },
	{ X("user = a"), X("service = a"), false },
	{ X("service = { a, b }"), X("service = { b, a, b }"), true },
	{ X("group = { staff, 50 }"), X("group = { 050, staff }"), true },
	{ X("group = '50'"), X("group = 51"), false },
	{ X("group = 50"), X("group = x50"), false },
	{ X("from = { 10.0.0.0/8, ::1 }"), X("from = { ::1, '10.*.*.*' }"),
	    true },
	{ X("from = 10.0.0.0/8"), X("from = 10.0.0.0/9"), false },
	{ X("from = 0.0.0.0/0"), X(""), false },
	{ X("listener = { a, b }"), X("listener = { b, a, b }"), true },
	{ X("listener = '*'"), X(""), false },
	{ X("edge = { a, b }"), X("edge = { b, a }"), true },
	{ X("edge = '*'"), X(""), false },
	{ X("edge = a"), X("edge = b"), false },
	{ X("edge = a"), X("listener = a"), false },
	/* what changes nothing */
	{ X("login = both"), X("login = both bad-certificate = password"),
	    true },
	{ X("login = password"), X("login = password identity = cn"), true },
	{ X("login = certificate"), X("login = certificate identity = cn"),
	    false },
	{ X("login = refuse"),
	    X("login = refuse ssl = optional data = any identity = cn "
	      "min-protocol = TLS1.3 bad-certificate = password"),
	    true },
	{ X("login = refuse"), X("login = certificate"), false },
	{ X("login = refuse"), X("login = refuse user = a"), false },
	{ X("login = refuse"), X("login = refuse enabled = false"), false },
	/* how names are compared, where any are */
	{ X("user = A"), X("user = a"), false },
	{ "user-names = exact " X("user = a"), X("user = a"), true },
	{ "user-names = lower " X("user = a"), X("user = a"), false },
	{ "user-names = lower " X("user = '[A-C]*'"),
	    X("user = '[a-c]*'") " user-names = lower", true },
	{ "user-names = lower " X(""), X("user = '*'"), true },
	{ X(""), X("") " class y { enabled = false }", true },
	{ X(""), X("enabled = false"), false },
	/* classes */
	{ "class a {} class b {}", "class b {} class a {}", false },
	{ "class a {}", "class b {}", false },
	{ "class a {}", "class a {} class b {}", false },
	{ "", "class a {}", false },
	{ "class 'a b' {}", "class \"a b\" {}", true },
	/* identities */
	{ "identities = '/a' " X("identity = cn"),
	    "identities = '/b' " X("identity = cn"), true },
	{ "identities = '/a' " X(""), "identities = '/b' " X(""), false },
	{ X("identity = email email-domain = { a.example, B.example }"),
	    X("identity = email email-domain = { b.example, A.EXAMPLE }"),
	    true },
	{ X("identity = email email-domain = a.example"),
	    X("identity = email email-domain = b.example"), false },
	{ X("identity = email email-domain = a.example"),
	    X("identity = upn upn-domain = a.example"), false },
	/* maps: their lines count, not their names */
	{ X("identity = dn map = m") "map m { dn = { 'a b', 'c d' } }",
	    "map n { dn = { 'c   d', ' a  b', 'a b' } uri = 'x y' }" X(
		"identity = dn map = n"),
	    true },
	{ X("identity = dn map = m") "map m { dn = 'a b' }",
	    X("identity = dn map = m") "map m { dn = 'a c' }", false },
	{ X("identity = { dn, cn } map = m") "map m { dn = 'a b' }",
	    X("identity = { dn, cn } map = m") "map m { dn = 'a b' "
					       "cn = 'a b' }",
	    false },
	{ X("") "map m { dn = 'a b' }", X(""), true },
};

START_TEST(what_means_the_same_has_the_same_text)
{
	struct stssl_classes *a = classes_of(pairs[_i].a);
	struct stssl_classes *b = classes_of(pairs[_i].b);
	char *a_text = NULL, *b_text = NULL;

	ck_assert_int_eq(stssl_classes_canonical(a, &a_text), 0);
	ck_assert_int_eq(stssl_classes_canonical(b, &b_text), 0);
	if (pairs[_i].same)
		ck_assert_str_eq(a_text, b_text);
	else
		ck_assert_str_ne(a_text, b_text);
	free(a_text);
	free(b_text);
	(void)stssl_classes_free(a);
	(void)stssl_classes_free(b);
}
END_TEST

START_TEST(the_text_has_a_line_for_each_fact)
{
	struct stssl_classes *classes =
	    classes_of("class \"a\\\"b\" { user = { x, 'y*' } group = staff "
		       "from = 2001:db8::/32 identity = { file, dn } map = m }"
		       "map m { dn = 'UID=(.*)  \\1' }");
	char *text = NULL;

	ck_assert_int_eq(stssl_classes_canonical(classes, &text), 0);
	ck_assert_str_eq(text, "stssl-policy 1\n"
			       "class \"a\\\"b\"\n"
			       "\tbad-certificate refuse\n"
			       "\tdata private\n"
			       "\tfrom ipv6 20010db8000000000000000000000000/"
			       "ffffffff000000000000000000000000\n"
			       "\tgroup \"staff\"\n"
			       "\tidentity dn\n"
			       "\tidentity file \"/etc/stssl/identities\"\n"
			       "\tlogin either\n"
			       "\tmap dn \"UID=(.*)\" \"\\\\1\"\n"
			       "\tmin-protocol TLS1.2\n"
			       "\tssl required\n"
			       "\ttype any\n"
			       "\tuser \"x\"\n"
			       "\tuser \"y*\"\n");
	free(text);
	(void)stssl_classes_free(classes);
}
END_TEST

void
add_canonical_cases(struct case_list *to)
{
	add_case(to, what_means_the_same_has_the_same_text, ROWS(pairs));
	add_case(to, the_text_has_a_line_for_each_fact, 0);
}
