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
	/* keys and values */
	{ "usr = x", 0, "f.conf:1: \"usr\" is no key here" },
	{ "\n\ntls {\n\nkex = x }", 0, "f.conf:5: \"kex\" is no key of tls" },
	{ "workers = many", 0,
	    "f.conf:1: workers = \"many\": not a number in decimal" },
	{ "workers = { 1 }", 0,
	    "f.conf:1: unexpected '{' in the place of a value" },
	{ "tls { ca = {\n} }", 0, "f.conf:1: ca = {}: an empty list" },
	{ "\nlisten bad { }", 0, "f.conf:2: listen \"bad\": it is bad" },
	{ "color = blue", 0,
	    "f.conf:1: color = \"blue\": not one of red, green" },
	{ "fast = truely", 0,
	    "f.conf:1: fast = \"truely\": "
	    "not one of true, yes, on, false, no, off" },
	{ "fast = perhaps", 0,
	    "f.conf:1: fast = \"perhaps\": "
	    "not one of true, yes, on, false, no, off" },
	{ "user {\n}", 0, "f.conf:1: unexpected '{' in the place of '='" },
	{ "tls = x", 0, "f.conf:1: unexpected '=' in the place of '{'" },
	{ "tls x {\n}", 0, "f.conf:1: unexpected \"x\" in the place of '{'" },
	{ "listen {\n}", 0,
	    "f.conf:1: unexpected '{' in the place of a title" },
	{ "listen a {\n}\nlisten 'a' {\n}", 0,
	    "f.conf:3: listen \"a\" is given twice" },
	{ "include = x", 0, "f.conf:1: \"include\" is no key here" },
	/* what checks find */
	{ "\nuser = bad", 0, "f.conf:2: user = \"bad\": it is bad" },
	{ "names = { a,\n bad,\n b }", 0,
	    "f.conf:2: names = \"bad\": it is bad" },
	{ "tls {\n\nkey = bad\n}", 0, "f.conf:3: key = \"bad\": it is bad" },
	{ "tls {\nca = {\n x,\n bad }\n}", 0,
	    "f.conf:4: ca = \"bad\": it is bad" },
	{ "listen x { address = a }\nlisten y {\naddress = bad }", 0,
	    "f.conf:3: address = \"bad\": it is bad" },
	{ "letters = { a,\n bc }", 0,
	    "f.conf:2: letters = \"bc\": not a letter" },
	{ "letter = ''", 0, "f.conf:1: letter = \"\": not a letter" },
	{ "hot = on", 0, "f.conf:1: hot = \"on\": not one of cold, hot" },
	/* the first of two */
	{ "user = bad\nusr = x\n", 0, "f.conf:1: user = \"bad\": it is bad" },
	{ "usr = x\nuser = bad\n", 0, "f.conf:1: \"usr\" is no key here" },
	/* lines are right behind comments and long strings */
	{ "/* 1\n2\n*/ usr = x", 0, "f.conf:3: \"usr\" is no key here" },
	{ "/* 1 */ /* 1 */\n# 2\n// 3\nusr = x", 0,
	    "f.conf:4: \"usr\" is no key here" },
	{ "user = '#' # x\n\nusr = x", 0, "f.conf:3: \"usr\" is no key here" },
	{ "\r\n\r\nusr = x\r\n", 0, "f.conf:3: \"usr\" is no key here" },
	/* given twice, or not as people would think */
	{ "user = a\nuser = b", 0, "f.conf:2: user is given twice" },
	{ "user = a\n'user' = b", 0,
	    "f.conf:2: \"user\" must not be in quotes" },
	{ "names = {}\nnames = {}", 0, "f.conf:2: names is given twice" },
	{ "tls {\n}\ntls {\n}", 0, "f.conf:3: tls is given twice" },
	{ "tls {\nkey = a\nca = x\nkey = b }", 0,
	    "f.conf:4: key is given twice" },
	{ "listen a {\naddress = x\naddress = x }", 0,
	    "f.conf:3: address is given twice" },
	{ "\nnames += b", 0, "f.conf:2: \"+=\" is not known here" },
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
	{ "include(\"x\")", 0, "f.conf:1: \"include\" is no key here" },
	{ "user = \303\244", 0, "f.conf:1: a byte \\xc3 outside of quotes" },
	{ "tls|key = x", 0, "f.conf:1: '|' must be in quotes" },
	{ "'tls|key' = x", 0, "f.conf:1: \"tls|key\" is no key here" },
	{ "USER = x", 0, "f.conf:1: \"USER\" is no key here" },
	{ "'' = x", 0, "f.conf:1: \"\" is no key here" },
	{ "\"user\" = x", 0, "f.conf:1: \"user\" must not be in quotes" },
	{ "tls {\n'key' = x }", 0, "f.conf:2: \"key\" must not be in quotes" },
	{ "\n\"listen\" 'a' {\n}", 0,
	    "f.conf:2: \"listen\" must not be in quotes" },
	{ "'tls' { }", 0, "f.conf:1: \"tls\" must not be in quotes" },
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
	{ "user", 0,
	    "f.conf:1: unexpected end of the file in the place of '='" },
	{ "user =\n", 0,
	    "f.conf:2: unexpected end of the file in the place of a value" },
	{ "names = {\n'a',", 0,
	    "f.conf:2: unexpected end of the file in the place of a value" },
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
	{ "= x", 0, "f.conf:1: unexpected '=' in the place of a key" },
	{ "user = a b", 0, "f.conf:1: \"b\" is no key here" },
	{ "user = = a", 0, "f.conf:1: unexpected '=' in the place of a value" },
	{ "names = { a b }", 0,
	    "f.conf:1: unexpected \"b\" in the place of ',' or '}'" },
	{ "names = { , a }", 0,
	    "f.conf:1: unexpected ',' in the place of a value" },
	{ "names = { { a } }", 0,
	    "f.conf:1: unexpected '{' in the place of a value" },
	{ "listen a b {\n}", 0,
	    "f.conf:1: unexpected \"b\" in the place of '{'" },
	{ "listen a {\ntls {\n} }", 0,
	    "f.conf:2: \"tls\" is no key of listen" },
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

	ck_assert_str_eq(values_of(conf).user, rights[_i].user);
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

/* What stands for which number, and what for none. */
static const struct {
	const char *text;
	int number;
	const char *error; /* NULL: it is right */
} numbers[] = {
	{ "0", 0, NULL },
	{ "7", 7, NULL },
	{ "'7'", 7, NULL },
	{ "-5", -5, NULL },
	{ "999999999", 999999999, NULL },
	{ "-6", 0, "not in -5 ... 999999999" },
	{ "1000000000", 0, "not in -5 ... 999999999" },
	{ "18446744073709551617", 0, "not in -5 ... 999999999" },
	{ "''", 0, "not a number in decimal" },
	{ "-", 0, "not a number in decimal" },
	{ "-0", 0, "not a number in decimal" },
	{ "010", 0, "not a number in decimal" },
	{ "0x10", 0, "not a number in decimal" },
	{ "'+5'", 0, "not a number in decimal" },
	{ "' 5'", 0, "not a number in decimal" },
	{ "'5 '", 0, "not a number in decimal" },
	{ "5s", 0, "not a number in decimal" },
};

START_TEST(numbers_are_decimal_ones)
{
	struct stssl_conf *conf = NULL;
	struct stssl_error error;
	char text[64];
	int r;

	(void)snprintf(text, sizeof text, "workers = %s", numbers[_i].text);
	r = read_bytes(text, strlen(text), &conf, &error);
	if (numbers[_i].error != NULL) {
		ck_assert_int_eq(r, -EBADMSG);
		ck_assert_ptr_nonnull(strstr(error.text, numbers[_i].error));
		return;
	}
	ck_assert_msg(r == 0, "%s", error.text);
	ck_assert_int_eq(values_of(conf).workers, numbers[_i].number);
	(void)stssl_conf_free(conf);
}
END_TEST

static const struct {
	const char *text;
	bool on;
} switches[] = {
	{ "true", true },
	{ "yes", true },
	{ "on", true },
	{ "TRUE", true },
	{ "'Yes'", true },
	{ "false", false },
	{ "no", false },
	{ "off", false },
	{ "oFF", false },
};

START_TEST(switches_have_six_words)
{
	struct stssl_conf *conf;
	char text[64];

	(void)snprintf(text, sizeof text, "fast = %s", switches[_i].text);
	conf = read_good(text);
	ck_assert_int_eq(values_of(conf).fast, switches[_i].on);
	(void)stssl_conf_free(conf);
}
END_TEST

void
add_text_cases(struct case_list *to)
{
	add_case(to, a_mistake_is_told_with_file_and_line, ROWS(mistakes));
	add_case(to, a_right_file_is_read_as_it_is_written, ROWS(rights));
	add_case(to, the_environment_is_never_read, 0);
	add_case(to, numbers_are_decimal_ones, ROWS(numbers));
	add_case(to, switches_have_six_words, ROWS(switches));
}
