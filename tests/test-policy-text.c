/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What may stand in a configuration file and what may not.
 */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/test-policy-conf.h"
#include "tests/test-policy.h"

#define ENV_TEXT \
	"\"${\": the environment is not used; write '${' in single quotes"

/* `len` is 0 for strlen(). */
static const struct {
	const char *text;
	size_t len;
	const char *error;
} mistakes[] = {
	/* libConfuse's, and the lines it gives */
	{ "usr = x", 0, "f.conf:1: no such option 'usr'" },
	{ "\n\ntls {\n\nkex = x }", 0, "f.conf:5: no such option 'kex'" },
	{ "workers = many", 0,
	    "f.conf:1: invalid integer value for option 'workers'" },
	{ "workers = { 1 }", 0, "f.conf:1: unexpected token '{'" },
	{ "fast = perhaps", 0,
	    "f.conf:1: invalid boolean value for option 'fast'" },
	{ "user {\n}", 0, "f.conf:1: missing equal sign after option 'user'" },
	{ "tls = x", 0, "f.conf:1: missing opening brace for section 'tls'" },
	{ "tls x {\n}", 0,
	    "f.conf:1: missing opening brace for section 'tls'" },
	{ "listen {\n}", 0, "f.conf:1: missing title for section 'listen'" },
	{ "listen a {\n}\nlisten 'a' {\n}", 0,
	    "f.conf:3: found duplicate title 'a'" },
	{ "include = x", 0, "f.conf:1: no such option 'include'" },
	/* validators */
	{ "\nuser = bad", 0, "f.conf:2: user is bad" },
	{ "names = { a,\n bad,\n b }", 0, "f.conf:2: names is bad" },
	{ "tls {\n\nkey = bad\n}", 0, "f.conf:3: key is bad" },
	{ "tls {\nca = {\n x,\n bad }\n}", 0, "f.conf:4: ca is bad" },
	{ "listen x { address = a }\nlisten y {\naddress = bad }", 0,
	    "f.conf:3: address is bad" },
	/* the first of two */
	{ "user = bad\nusr = x\n", 0, "f.conf:1: user is bad" },
	{ "usr = x\nuser = bad\n", 0, "f.conf:1: no such option 'usr'" },
	/* lines are right behind comments and long strings */
	{ "/* 1\n2\n*/ usr = x", 0, "f.conf:3: no such option 'usr'" },
	{ "/* 1 */ /* 1 */\n# 2\n// 3\nusr = x", 0,
	    "f.conf:4: no such option 'usr'" },
	{ "user = '#' # x\n\nusr = x", 0, "f.conf:3: no such option 'usr'" },
	{ "\r\n\r\nusr = x\r\n", 0, "f.conf:3: no such option 'usr'" },
	/* what libConfuse would not have minded */
	{ "user = a\nuser = b", 0, "f.conf:2: user is given twice" },
	{ "user = a\n'user' = b", 0, "f.conf:2: user is given twice" },
	{ "names = {}\nnames = {}", 0, "f.conf:2: names is given twice" },
	{ "tls {\n}\ntls {\n}", 0, "f.conf:3: tls is given twice" },
	{ "tls {\nkey = a\nca = x\nkey = b }", 0,
	    "f.conf:4: key is given twice" },
	{ "listen a {\naddress = x\naddress = x }", 0,
	    "f.conf:3: address is given twice" },
	{ "names = a\nnames += b", 0, "f.conf:2: \"+=\" is not known here" },
	{ "names = ${HOME}", 0, "f.conf:1: " ENV_TEXT },
	{ "user = a\nnames = \"x${HOME}\"", 0, "f.conf:2: " ENV_TEXT },
	{ "names = { \"\\\\${HOME}\" }", 0, "f.conf:1: " ENV_TEXT },
	{ "names = \"${\"", 0, "f.conf:1: " ENV_TEXT },
	{ "${HOME} = x", 0, "f.conf:1: " ENV_TEXT },
	{ "names = $HOME", 0, "f.conf:1: '$' must be in quotes" },
	{ "names = acme-*", 0, "f.conf:1: '*' must be in quotes" },
	{ "names = a?", 0, "f.conf:1: '?' must be in quotes" },
	{ "names = a//b", 0, "f.conf:1: put \"a//b\" in quotes" },
	{ "names = a/*b", 0, "f.conf:1: put \"a/\" in quotes" },
	{ "include(\"x\")", 0, "f.conf:1: '(' must be in quotes" },
	{ "user = \303\244", 0, "f.conf:1: a byte \\xc3 outside of quotes" },
	{ "tls|key = x", 0, "f.conf:1: '|' must be in quotes" },
	{ "'tls|key' = x", 0, "f.conf:1: \"tls|key\" is no key" },
	{ "USER = x", 0, "f.conf:1: \"USER\" is no key" },
	{ "'' = x", 0, "f.conf:1: \"\" is no key" },
	{ "user = a\0b", 10, "f.conf:1: a NUL byte" },
	{ "user = 'a\0b'", 12, "f.conf:1: a NUL byte" },
	{ "user = a # \0\nuser = b", 21, "f.conf:1: a NUL byte" },
	{ "user = a /*\n\0*/", 15, "f.conf:2: a NUL byte" },
	{ "user = \"a\tb\"", 0, "f.conf:1: a control character in a string" },
	{ "user = \"a\\0b\"", 0,
	    "f.conf:1: only \\\" and \\\\ are known in double quotes" },
	{ "user = \"a\\x41\"", 0,
	    "f.conf:1: only \\\" and \\\\ are known in double quotes" },
	/* a file that ends too early */
	{ "user", 0, "f.conf:1: unexpected end of the file" },
	{ "user =\n", 0, "f.conf:2: unexpected end of the file" },
	{ "names = {\n'a',", 0, "f.conf:2: unexpected end of the file" },
	{ "\ntls {\nkey = a\n", 0, "f.conf:2: this section does not end" },
	{ "listen a {\n}\nlisten b {\n", 0,
	    "f.conf:3: this section does not end" },
	{ "user = \"a", 0, "f.conf:1: this string does not end" },
	{ "user = \"a\\", 0,
	    "f.conf:1: only \\\" and \\\\ are known in double quotes" },
	{ "user = 'a\\", 0, "f.conf:1: this string does not end" },
	{ "user = 'a\\'", 0, "f.conf:1: this string does not end" },
	{ "user = 'a\nb'", 0, "f.conf:1: this string does not end" },
	{ "user = a\n/* b\n\n", 0, "f.conf:2: this comment does not end" },
	{ "user = a /*/", 0, "f.conf:1: this comment does not end" },
	/* grammar */
	{ "}", 0, "f.conf:1: unexpected '}'" },
	{ "tls {\n}\n}", 0, "f.conf:3: unexpected '}'" },
	{ "= x", 0, "f.conf:1: unexpected '='" },
	{ "user = a b", 0, "f.conf:1: unexpected end of the file" },
	{ "user = = a", 0, "f.conf:1: unexpected '='" },
	{ "names = { a b }", 0, "f.conf:1: unexpected \"b\"" },
	{ "names = { , a }", 0, "f.conf:1: unexpected ','" },
	{ "names = { { a } }", 0, "f.conf:1: unexpected '{'" },
	{ "listen a b {\n}", 0, "f.conf:1: unexpected \"b\"" },
	{ "listen a {\ntls {\n} }", 0,
	    "f.conf:2: a section inside of a section" },
};

START_TEST(a_mistake_is_told_with_file_and_line)
{
	struct stssl_conf *conf = NULL;
	struct stssl_error error;
	size_t len = mistakes[_i].len;

	if (len == 0)
		len = strlen(mistakes[_i].text);
	ck_assert_int_eq(
	    read_bytes(mistakes[_i].text, len, &conf, &error), -EBADMSG);
	ck_assert_str_eq(error.text, mistakes[_i].error);
	ck_assert_ptr_null(conf);
}
END_TEST

/* Texts that are right, and what `user` is then. */
static const struct {
	const char *text, *user;
} rights[] = {
	{ "", "nobody" },
	{ "\n", "nobody" },
	{ "# only a comment", "nobody" },
	{ "user = a", "a" },
	{ "user = \"a\"\n", "a" },
	{ "user='a'", "a" },
	{ "user = 'a' workers = 3", "a" },
	{ "user = \"a\\\"b\\\\c\"", "a\"b\\c" },
	{ "user = 'a\\'b\\\\c\\d'", "a'b\\c\\d" },
	{ "user = '${HOME}'", "${HOME}" },
	{ "user = '\"' names = \"'\"", "\"" },
	{ "user = a # ${HOME}\n", "a" },
	{ "user = a // ${HOME}\n", "a" },
	{ "user = /* ${HOME} + \" ' { */ a", "a" },
	{ "user = /***/ a /**/", "a" },
	{ "/* '\n */ user = /* b = */ a # '", "a" },
	{ "user = \"a # b // c /* d\"", "a # b // c /* d" },
	{ "user = /a/b.c", "/a/b.c" },
	{ "user = 10.1.2.0/24", "10.1.2.0/24" },
	{ "user = \"\303\244\"", "\303\244" },
	{ "user = a\r\nnames = { b,\r\n c }\r\n", "a" },
	{ "names = { a, } user = a", "a" },
	{ "names = {} user = a", "a" },
	{ "names = a user = a", "a" },
	{ "tls { key = x } key = x user = a listen x { } listen y { }", "a" },
};

START_TEST(a_right_file_is_read_as_it_is_written)
{
	struct stssl_conf *conf = read_good(rights[_i].text);

	ck_assert_str_eq(
	    cfg_getstr(stssl_conf_tree(conf), "user"), rights[_i].user);
	ck_assert_ptr_null(stssl_conf_free(conf));
}
END_TEST

START_TEST(the_environment_is_never_read)
{
	struct stssl_conf *conf = NULL;
	struct stssl_error error;
	static const char text[] = "user = \"${STSSL_TEST}\"";

	ck_assert_int_eq(setenv("STSSL_TEST", "bad", 1), 0);
	ck_assert_int_eq(
	    read_bytes(text, sizeof text - 1, &conf, &error), -EBADMSG);
	ck_assert_str_eq(error.text, "f.conf:1: " ENV_TEXT);
}
END_TEST

START_TEST(too_many_keys_are_refused)
{
	static const char text[] = "abcdefghijklmnopqrstuvwxyz";
	char file[8192];
	size_t len = 0;
	struct stssl_conf *conf = NULL;
	struct stssl_error error;

	for (int i = 0; i < 100; i++)
		len += (size_t)snprintf(file + len, sizeof file - len,
		    "k%c%c = x\n", text[i / 26], text[i % 26]);
	ck_assert_int_eq(read_bytes(file, len, &conf, &error), -EBADMSG);
	ck_assert_str_eq(error.text, "f.conf:65: too many keys");
}
END_TEST

void
add_text_cases(struct case_list *to)
{
	add_case(to, a_mistake_is_told_with_file_and_line, ROWS(mistakes));
	add_case(to, a_right_file_is_read_as_it_is_written, ROWS(rights));
	add_case(to, the_environment_is_never_read, 0);
	add_case(to, too_many_keys_are_refused, 0);
}
