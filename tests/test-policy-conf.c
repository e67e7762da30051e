/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The reader of configuration files: values and messages.  Which files it reads
 * is test-policy-conf-files.c's, what is in them test-policy-text.c's.
 */
#include <config.h>
#include "conf/conf.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "conf/tools/types.h"
#include "tests/test-policy-conf.h"
#include "tests/test-policy.h"

static const char *
not_bad(const char *value)
{
	return strcmp(value, "bad") != 0 ? NULL : "it is bad";
}

/* A word of one letter, which it is read into. */
static const char *
one_letter(const char *value, void *ret)
{
	if (value[0] == '\0' || value[1] != '\0')
		return "not a letter";
	*(char *)ret = value[0];
	return NULL;
}

#define AT(field) .place = offsetof(struct conf_tls, field)
static const struct stssl_conf_key tls_keys[] = {
	{ "key", STSSL_CONF_TEXT, AT(key), .check = not_bad },
	{ "ca", STSSL_CONF_LIST, AT(ca), .check = not_bad, .filled = true },
	{ .name = NULL },
};

#undef AT
#define AT(field) .place = offsetof(struct conf_listen, field)
static const struct stssl_conf_key listen_keys[] = {
	{ "address", STSSL_CONF_TEXT, AT(address), .check = not_bad },
	{ .name = NULL },
};

#undef AT
#define AT(field) .place = offsetof(struct conf_top, field)
const struct stssl_conf_key conf_keys[] = {
	{ "user", STSSL_CONF_TEXT, AT(user), .check = not_bad,
	    .text = "nobody" },
	{ "key", STSSL_CONF_TEXT, AT(key) },
	{ "workers", STSSL_CONF_NUMBER, AT(workers), .number = 3, .low = -5,
	    .high = 999999999 },
	{ "fast", STSSL_CONF_SWITCH, AT(fast), .on = false },
	{ "hot", STSSL_CONF_SWITCH, AT(hot), .words = { "cold", "hot" } },
	{ "color", STSSL_CONF_WORD, AT(color), .words = { "red", "green" },
	    .word = -1 },
	{ "names", STSSL_CONF_LIST, AT(names), .check = not_bad },
	{ "letter", STSSL_CONF_VALUE, AT(letter), .parse = one_letter,
	    .width = 1, .text = "x" },
	{ "other", STSSL_CONF_VALUE, AT(other), .parse = one_letter,
	    .width = 1 },
	{ "letters", STSSL_CONF_ARRAY, AT(letters), .parse = one_letter,
	    .width = 1 },
	{ "tls", STSSL_CONF_SECTION, AT(tls), .keys = tls_keys },
	{ "listen", STSSL_CONF_TITLED, .check = not_bad, .keys = listen_keys },
	{ .name = NULL },
};

struct conf_top
values_of(const struct stssl_conf *conf)
{
	struct conf_top top = { .other = 'o' };

	ck_assert_int_eq(stssl_conf_fill(stssl_conf_top(conf), &top), 0);
	return top;
}

int
read_bytes(const void *bytes, size_t len, struct stssl_conf **ret,
    struct stssl_error *error)
{
	struct folder folder;
	const char *path;
	int r;

	folder_make(&folder);
	path = folder_write(&folder, "f.conf", bytes, len);
	/* So that messages are the same in every run. */
	ck_assert_int_eq(chdir(folder.path), 0);
	(void)path;
	r = stssl_conf_read("f.conf", conf_keys, ret, error);
	ck_assert_int_eq(chdir("/"), 0);
	folder_remove(&folder);
	return r;
}

struct stssl_conf *
read_good(const char *text)
{
	struct stssl_conf *conf = NULL;
	struct stssl_error error;
	int r = read_bytes(text, strlen(text), &conf, &error);

	ck_assert_msg(r == 0, "%s", error.text);
	ck_assert_str_eq(error.text, "");
	return conf;
}

/* Where a key is that turned out to be wrong later. */
static const struct {
	const char *section; /* "" top, "tls", "0" or "1": a listen */
	const char *key;
	const char *error;
} laters[] = {
	{ "", "user", "f.conf:3: user: no 7" },
	{ "", "workers", "f.conf:1: workers: no 7" },
	{ "tls", "ca", "f.conf:10: ca: no 7" },
	{ "tls", "key", "f.conf:9: key: no 7" },
	{ "0", "address", "f.conf:5: address: no 7" },
	{ "1", "address", "f.conf:8: address: no 7" },
	{ "1", "", "f.conf:7: : no 7" },
};

START_TEST(a_later_mistake_is_told_with_its_line)
{
	struct stssl_conf *conf = read_good("# 1\n\nuser = a\n"
					    "listen a {\n address = x\n}\n"
					    "listen b {\n address = x }\n"
					    "tls {\n ca = { x } }\n");
	const char *name = laters[_i].section;
	const struct stssl_conf_section *section = stssl_conf_top(conf);
	struct stssl_error error;

	if (name[0] == 't')
		section = stssl_conf_next(conf, "tls", NULL);
	if (name[0] == '0' || name[0] == '1')
		section = stssl_conf_next(conf, "listen", NULL);
	if (name[0] == '1')
		section = stssl_conf_next(conf, "listen", section);

	ck_assert_int_eq(stssl_conf_error(section, laters[_i].key, &error,
			     "%s: no %d", laters[_i].key, 7),
	    -EBADMSG);
	ck_assert_str_eq(error.text, laters[_i].error);
	(void)stssl_conf_free(conf);
}
END_TEST

START_TEST(a_section_that_is_not_there_counts_as_line_one)
{
	struct stssl_conf *conf = read_good("\n\nuser = a\n");
	struct stssl_error error;

	(void)stssl_conf_error(
	    stssl_conf_next(conf, "tls", NULL), "key", &error, "missing");
	ck_assert_str_eq(error.text, "f.conf:1: missing");
	(void)stssl_conf_free(conf);
}
END_TEST

/* Everything that can be asked of a file. */
START_TEST(values_are_what_was_given_or_the_defaults)
{
	struct stssl_conf *conf =
	    read_good("workers = 7 fast = on color = green names = { a, b }\n"
		      "hot = hot letter = l letters = { a, b, c }\n"
		      "tls { key = k }\n"
		      "listen x { address = 'y' }\nlisten 'z z' { }");
	struct stssl_conf *empty = read_good("");
	const struct stssl_conf_section *top = stssl_conf_top(conf);
	const struct stssl_conf_section *x =
	    stssl_conf_next(conf, "listen", NULL);
	struct conf_top given = values_of(conf), none = values_of(empty);
	struct conf_listen listen;
	struct stssl_error error;

	ck_assert_int_eq(given.workers, 7);
	ck_assert_int_eq(none.workers, 3);
	ck_assert(given.fast && given.hot && !none.fast && !none.hot);
	ck_assert_int_eq(given.color, 1);
	ck_assert_int_eq(none.color, -1);
	ck_assert_uint_eq(given.names.count, 2);
	ck_assert_str_eq(given.names.list[1], "b");
	ck_assert_uint_eq(stssl_conf_values(top, "names").count, 2);
	ck_assert_uint_eq(none.names.count, 0);
	ck_assert_ptr_null(given.key);
	ck_assert_str_eq(none.user, "nobody");
	ck_assert_mem_eq(&given.letter, "l", 1);
	ck_assert_mem_eq(&none.letter, "x", 1);
	ck_assert_mem_eq(&none.other, "o", 1);
	ck_assert_uint_eq(given.letters.count, 3);
	ck_assert_mem_eq(given.letters.list, "abc", 3);
	ck_assert_uint_eq(none.letters.count, 0);
	ck_assert_str_eq(given.tls.key, "k");
	ck_assert_ptr_null(none.tls.key);
	ck_assert(stssl_conf_given(top, "names"));
	ck_assert(!stssl_conf_given(stssl_conf_top(empty), "names"));
	ck_assert_uint_eq(stssl_conf_count(conf, "listen"), 2);
	ck_assert_str_eq(stssl_conf_title(x), "x");
	ck_assert_int_eq(stssl_conf_fill(x, &listen), 0);
	ck_assert_str_eq(listen.address, "y");
	x = stssl_conf_next(conf, "listen", x);
	ck_assert_str_eq(stssl_conf_title(x), "z z");
	ck_assert_ptr_null(stssl_conf_next(conf, "listen", x));
	ck_assert_ptr_null(stssl_conf_next(empty, "listen", NULL));
	ck_assert_int_eq(
	    stssl_conf_wrong(top, "names", 1, "why", &error), -EBADMSG);
	ck_assert_str_eq(error.text, "f.conf:1: names = \"b\": why");
	(void)stssl_conf_free(conf);
	(void)stssl_conf_free(empty);
}
END_TEST

START_TEST(a_long_message_is_cut)
{
	char text[3000];
	struct stssl_conf *conf = NULL;
	struct stssl_error error;

	memset(text, 'x', sizeof text);
	memcpy(text, "fast='", 6);
	text[sizeof text - 1] = '\'';
	ck_assert_int_eq(
	    read_bytes(text, sizeof text, &conf, &error), -EBADMSG);
	memset(text, 'x', sizeof text);
	memcpy(text + 100, " = a", 4);
	ck_assert_int_eq(
	    read_bytes(text, sizeof text, &conf, &error), -EBADMSG);
	ck_assert_uint_lt(strlen(error.text), sizeof error.text);
	conf = read_good("");
	text[sizeof text - 1] = '\0';
	(void)stssl_conf_error(
	    stssl_conf_top(conf), "user", &error, "%s", text);
	ck_assert_uint_eq(strlen(error.text), sizeof error.text - 1);
	(void)stssl_conf_free(conf);
}
END_TEST

void
add_conf_cases(struct case_list *to)
{
	add_case(to, a_later_mistake_is_told_with_its_line, ROWS(laters));
	add_case(to, a_section_that_is_not_there_counts_as_line_one, 0);
	add_case(to, values_are_what_was_given_or_the_defaults, 0);
	add_case(to, a_long_message_is_cut, 0);
}
