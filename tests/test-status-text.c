/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Letters of ASCII, names of hosts, and files that are read whole.
 */
#include <config.h>
/* read(2) is taken over below, which cannot be done to an inline function. */
#undef _FORTIFY_SOURCE
#include "tests/test.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "status/ascii.h"
#include "status/tools/file.h"
#include "status/tools/host.h"

/* What the C locale says of ASCII holds; other bytes are of no class. */
START_TEST(letters_are_those_of_ascii)
{
	bool ascii = _i < 128;
	char c = (char)_i;

	ck_assert_int_eq(stssl_is_digit(c), ascii && isdigit(_i));
	ck_assert_int_eq(stssl_is_letter(c), ascii && isalpha(_i));
	ck_assert_int_eq(stssl_is_graph(c), ascii && isgraph(_i));
	ck_assert_int_eq(stssl_is_control(c), ascii && iscntrl(_i));
	ck_assert_int_eq(stssl_lower(c), ascii ? (char)tolower(_i) : c);
	ck_assert_int_eq(stssl_upper(c), ascii ? (char)toupper(_i) : c);
}
END_TEST

static const struct {
	const char *a, *b;
	bool same, starts;
} texts[] = {
	{ "", "", true, true },
	{ "OID.", "oid.", true, true },
	{ "oid.1", "OiD.", false, true },
	{ "oid", "oid.", false, false },
	{ "a", "", false, true },
	{ "", "a", false, false },
	{ "[", "{", false, false },
	{ "@", "`", false, false },
	{ "\xc4", "\xe4", false, false },
};

START_TEST(case_is_folded_in_ascii_only)
{
	char lower[8];

	(void)snprintf(lower, sizeof lower, "%s", texts[_i].a);
	stssl_lower_text(lower);
	ck_assert_int_eq(
	    stssl_same_text(texts[_i].a, texts[_i].b), texts[_i].same);
	ck_assert_int_eq(
	    stssl_same_start(texts[_i].a, texts[_i].b), texts[_i].starts);
	ck_assert(stssl_same_text(lower, texts[_i].a));
	for (const char *c = lower; *c != '\0'; c++)
		ck_assert_int_eq(*c, stssl_lower(*c));
}
END_TEST

#define NINE  "123456789"
#define LABEL "a" NINE NINE NINE NINE NINE NINE "12345678"
#define NAME  LABEL "." LABEL "." LABEL

static const struct {
	const char *text;
	bool expect;
} hosts[] = {
	{ "ftp.example.org", true },
	{ "FTP", true },
	{ "3com.example", true },
	{ "1.2.3.4a", true },
	{ "a-b.c", true },
	{ LABEL, true },
	{ LABEL "x", false },
	{ NAME "." NINE NINE NINE NINE NINE NINE "abcdefg", true },
	{ NAME "." NINE NINE NINE NINE NINE NINE "abcdefgh", false },
	{ "", false },
	{ ".", false },
	{ "a.", false },
	{ ".a", false },
	{ "a..b", false },
	{ "-a", false },
	{ "a-", false },
	{ "a.-b", false },
	{ "a-.b", false },
	{ "a_b", false },
	{ "*.a", false },
	{ "a b", false },
	{ "1.2.3.4", false },
	{ "a.1", false },
	{ "\xc3\xa4.example", false },
};

START_TEST(host_names_are_those_of_rfc_1123)
{
	ck_assert_int_eq(stssl_is_host_name(hosts[_i].text), hosts[_i].expect);
}
END_TEST

/* How often read(2) is interrupted from now on, before it reads a byte. */
static int interruptions;

/* In front of libc's. */
ssize_t
read(int fd, void *buf, size_t count)
{
	if (interruptions > 0 && interruptions-- % 2 == 1) {
		errno = EINTR;
		return -1;
	}
	return syscall(SYS_read, fd, buf, interruptions > 0 ? 1 : count);
}

START_TEST(an_interrupted_read_goes_on)
{
	char path[] = "/tmp/stssl-status-XXXXXX", *text;
	int fd = mkstemp(path);
	size_t len;

	ck_assert_int_eq(write(fd, "secret", 6), 6);
	interruptions = 7;
	ck_assert_int_eq(stssl_file_read(path, 6, &text, &len), 0);
	ck_assert_uint_eq(len, 6);
	ck_assert_str_eq(text, "secret");
	free(text);
	text = NULL;
	ck_assert_int_eq(stssl_file_read(path, 5, &text, &len), -EFBIG);
	ck_assert_int_eq(stssl_file_read("/tmp", 5, &text, &len), -EINVAL);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(stssl_file_read(path, 5, &text, &len), -ENOENT);
	ck_assert_ptr_null(text);
	close(fd);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ letters_are_those_of_ascii, 256 },
		{ case_is_folded_in_ascii_only, ROWS(texts) },
		{ host_names_are_those_of_rfc_1123, ROWS(hosts) },
		{ an_interrupted_read_goes_on, 0 },
	};

	return test_main("status-text", cases, ROWS(cases));
}
