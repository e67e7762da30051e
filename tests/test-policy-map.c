/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "policy/map.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tests/test-policy.h"

#define A_16  "aaaaaaaaaaaaaaaa"
#define A_64  A_16 A_16 A_16 A_16
#define A_256 A_64 A_64 A_64 A_64

static const struct {
	const char *lines[3], *name;
	int r;
	const char *user;
} rows[] = {
	{ { "UID=([a-z]+),OU=Sales,O=Acme \\1" }, "UID=alice,OU=Sales,O=Acme",
	    1, "alice" },
	{ { "  UID=([a-z]+),OU=Sales,O=Acme \t \\1" },
	    "UID=alice,OU=Sales,O=Acme", 1, "alice" },
	{ { "CN=([a-z]+),O=Acme Ltd \\1" }, "CN=bob,O=Acme Ltd", 1, "bob" },
	/* all of the name, from end to end */
	{ { "UID=([a-z]+) \\1" }, "UID=alice,O=Evil", 0, "" },
	{ { "UID=([a-z]+) \\1" }, "O=x,UID=alice", 0, "" },
	{ { "UID=([a-z]+) \\1" }, "UID=alice\n", 0, "" },
	{ { "UID=alice|root x" }, "UID=alice,CN=root", 0, "" },
	{ { "UID=alice|root x" }, "root", 1, "x" },
	{ { "a)|b x" }, "axyz", 0, "" },
	{ { "^UID=([a-z]+)$ \\1" }, "UID=alice", 1, "alice" },
	{ { "a|ab|abc x" }, "abc", 1, "x" },
	{ { "x* y" }, "", 1, "y" },
	{ { ".* nobody" }, "anything at all", 1, "nobody" },
	/* letters count */
	{ { "UID=([a-z]+) \\1" }, "UID=Alice", 0, "" },
	{ { "UID=([[:alpha:]]+) \\1" }, "UID=al\303\255ce", 0, "" },
	/* what is made */
	{ { "(.*)@(.*)\\.example \\2-\\1" }, "a@acme.example", 1, "acme-a" },
	{ { "(.)(.)(.)(.)(.)(.)(.)(.)(.) \\9\\8\\1" }, "123456789", 1, "981" },
	{ { "(.+) \\1" }, "a/b", -EBADMSG, "" },
	{ { "(.+) \\1" }, "a b", -EBADMSG, "" },
	{ { "(.+) \\1" }, "-a", -EBADMSG, "" },
	{ { "(.+) \\1" }, "..", -EBADMSG, "" },
	{ { "(.*) \\1" }, "", -EBADMSG, "" },
	{ { "(.+) \\1" }, A_256, 1, A_256 },
	{ { "(.+) \\1" }, A_256 "a", -EBADMSG, "" },
	{ { "(.+) x\\1" }, A_256, -EBADMSG, "" },
	{ { "(a)|(b) \\1" }, "a", 1, "a" },
	{ { "(a)|(b) \\1" }, "b", -EBADMSG, "" },
	/* as much as may repeat */
	{ { "x{500} y" }, "x", 0, "" },
	{ { "(x{2},)*y? z" }, "xx,y", 1, "z" },
	{ { "([a-z]+),([^,\\]+),([0-9]+),(.+),(.+),(.+),(.+),(.+),(.+) \\1" },
	    "a,b,1,d,e,f,g,h,i", 1, "a" },
	{ { "[[:alpha:]{+]+[]{+(]* y" }, "x{+](", 1, "y" },
	{ { "x\\+\\{\\(\\[ y" }, "x+{([", 1, "y" },
	/* more than one line */
	{ { "a(.) \\1", "b(.) \\1" }, "bc", 1, "c" },
	{ { "a(.) \\1", "b(.) \\1" }, "cc", 0, "" },
	{ { "a(.) \\1", "(.)c \\1" }, "ac", -ENOTUNIQ, "" },
	{ { "a(.) \\1", "(.)a \\1" }, "aa", 1, "a" },
	{ { "a. x", "a. x", "a. x" }, "aa", 1, "x" },
	{ { "a. x", "a(.) \\1" }, "a ", -EBADMSG, "" },
};

START_TEST(a_map_makes_one_user_of_a_name)
{
	struct stssl_map_line lines[ROWS(rows[_i].lines)];
	struct stssl_maps maps = { .lines = lines };
	char user[STSSL_USER_MAX + 1] = "", why[STSSL_MAP_ERROR];

	while (maps.count < ROWS(lines) && rows[_i].lines[maps.count] != NULL) {
		ck_assert_ptr_null(stssl_map_line_compile("m", STSSL_SUBJECT_DN,
		    rows[_i].lines[maps.count], &lines[maps.count], why));
		maps.count++;
	}
	ck_assert_int_eq(
	    stssl_map_apply(&maps, "m", STSSL_SUBJECT_DN, rows[_i].name, user),
	    rows[_i].r);
	ck_assert_str_eq(user, rows[_i].user);
	ck_assert_int_eq(
	    stssl_map_apply(&maps, "m", STSSL_SUBJECT_CN, rows[_i].name, user),
	    0);
	ck_assert_int_eq(
	    stssl_map_apply(&maps, "n", STSSL_SUBJECT_DN, rows[_i].name, user),
	    0);
	ck_assert(stssl_map_has(&maps, "m", STSSL_SUBJECT_DN));
	ck_assert(stssl_map_exists(&maps, "m"));
	ck_assert(!stssl_map_has(&maps, "m", STSSL_SUBJECT_CN));
	ck_assert(!stssl_map_has(&maps, "n", STSSL_SUBJECT_DN));
	ck_assert(!stssl_map_exists(&maps, "n"));
	ck_assert(!stssl_map_has(&maps, NULL, STSSL_SUBJECT_DN));
	while (maps.count > 0)
		stssl_map_line_done(&lines[--maps.count]);
}
END_TEST

static const struct {
	const char *text, *why;
} wrongs[] = {
	{ "", "not an expression and a user name" },
	{ " ", "not an expression and a user name" },
	{ "x", "not an expression and a user name" },
	{ " x", "not an expression and a user name" },
	{ "x ", "not an expression and a user name" },
	{ A_256 "a x", "the expression is too long" },
	{ "(x y", "Unmatched ( or \\(" },
	{ "[x y", "Unmatched [, [^, [:, [., or [=" },
	{ "* y", "Invalid preceding regular expression" },
	{ "x{2 y", "Unmatched \\{" },
	{ "(.)\\1 y", "\\1 is for the user name only" },
	{ "((x{40}){40}) y", "the expression repeats too often" },
	{ "x{1025} y", "the expression repeats too often" },
	{ "((x{32}){20}y{999}) y", "the expression repeats too often" },
	{ "((((((((((x+)+)+)+)+)+)+)+)+)+)+ y",
	    "the expression repeats too often" },
	{ "x+++++++++++ y", "the expression repeats too often" },
	{ "x*********** y", "the expression repeats too often" },
	{ "((x*)?)* y", "the expression repeats too often" },
	{ "x?++ y", "the expression repeats too often" },
	{ "((x{2}y){2}z)+ y", "the expression repeats too often" },
	{ "((x{40}){40,} y", "the expression repeats too often" },
	{ "((((((((((((((((((((((((((((((((x)))))))))))))))))))))))))))))))) y",
	    "the expression repeats too often" },
	{ "x{1,99999999999999999999} y", "the expression repeats too often" },
	{ "(x) \\2", "the user name has a \\ and number without such "
		     "parentheses" },
	{ "(x) \\0", "in the user name, \\ is for \\1 to \\9 only" },
	{ "(x) \\", "in the user name, \\ is for \\1 to \\9 only" },
	{ "(x) a\\b", "in the user name, \\ is for \\1 to \\9 only" },
	{ "(x) a/b", "not a user name at the end" },
	{ "(x) \303\244", "not a user name at the end" },
	{ "(x) -\\1", "a user name does not begin with -" },
	{ "x " A_256 "a", "the user name is too long" },
};

START_TEST(a_faulty_line_is_refused)
{
	struct stssl_map_line line;
	char why[STSSL_MAP_ERROR] = "";

	ck_assert_str_eq(stssl_map_line_compile("m", STSSL_SUBJECT_DN,
			     wrongs[_i].text, &line, why),
	    wrongs[_i].why);
}
END_TEST

void
add_map_cases(struct case_list *to)
{
	add_case(to, a_map_makes_one_user_of_a_name, ROWS(rows));
	add_case(to, a_faulty_line_is_refused, ROWS(wrongs));
}
