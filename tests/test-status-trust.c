/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which files and sockets are believed.
 */
#include <config.h>
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "status/trust.h"
#include "tests/fake-helper.h"

static const struct {
	mode_t dir_mode;
	int expect;
} modes[] = {
	{ 0700, 0 },
	{ 0755, 0 },
	{ 0775, -EACCES },
	{ 0757, -EACCES },
	{ 01777, -EACCES },
};

START_TEST(socket_counts_only_where_nobody_else_can_put_one)
{
	uid_t owner = (uid_t)-1;
	struct fake f;

	fake_prepare(&f);
	ck_assert_int_eq(chmod(f.dir, modes[_i].dir_mode), 0);
	ck_assert_int_eq(
	    stssl_trusted_socket(f.path, &owner), modes[_i].expect);
	ck_assert_uint_eq(owner, modes[_i].expect == 0 ? geteuid() : (uid_t)-1);
	fake_stop(&f);
}
END_TEST

START_TEST(symbolic_link_or_file_is_no_socket)
{
	char link[128], below[160], file[128];
	uid_t owner;
	struct fake f;
	int fd;

	fake_prepare(&f);
	snprintf(link, sizeof link, "%s/link", f.dir);
	ck_assert_int_eq(symlink(f.path, link), 0);
	ck_assert_int_eq(stssl_trusted_socket(link, &owner), -EACCES);
	unlink(link);
	ck_assert_int_eq(symlink(f.dir, link), 0);
	snprintf(below, sizeof below, "%s/status.sock", link);
	ck_assert_int_eq(stssl_trusted_socket(below, &owner), -EACCES);
	unlink(link);
	snprintf(file, sizeof file, "%s/file", f.dir);
	fd = open(file, O_CREAT | O_WRONLY, 0600);
	ck_assert_int_eq(stssl_trusted_socket(file, &owner), -EACCES);
	close(fd);
	unlink(file);
	fake_stop(&f);
}
END_TEST

static const struct {
	mode_t mode;
	size_t max;
	int expect;
} files[] = {
	{ 0600, 5, 0 },
	{ 0644, 100, 0 },
	{ 0444, 100, 0 },
	{ 0600, 4, -EFBIG },
	{ 0660, 100, -EPERM },
	{ 0602, 100, -EPERM },
};

START_TEST(file_counts_only_when_nobody_else_can_write_it)
{
	char path[] = "/tmp/stssl-XXXXXX", *text = NULL;
	int fd = mkstemp(path);
	size_t len = 0;

	ck_assert_int_eq((int)write(fd, "hello", 5), 5);
	ck_assert_int_eq(fchmod(fd, files[_i].mode), 0);
	ck_assert_int_eq(stssl_trusted_read(path, files[_i].max, &text, &len),
	    files[_i].expect);
	if (files[_i].expect == 0) {
		ck_assert_uint_eq(len, 5);
		ck_assert_str_eq(text, "hello");
	} else {
		ck_assert_ptr_null(text);
	}
	free(text);
	close(fd);
	unlink(path);
}
END_TEST

START_TEST(what_is_no_regular_file_is_not_read)
{
	char path[128], *text = NULL;
	struct fake f;
	size_t len;

	fake_prepare(&f);
	ck_assert_int_eq(stssl_trusted_read(f.dir, 9, &text, &len), -EINVAL);
	ck_assert_int_eq(stssl_trusted_read(f.path, 9, &text, &len), -ENXIO);
	snprintf(path, sizeof path, "%s/x", f.dir);
	ck_assert_int_eq(stssl_trusted_read(path, 9, &text, &len), -ENOENT);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_int_eq(stssl_trusted_read(path, 9, &text, &len), -EINVAL);
	unlink(path);
	ck_assert_int_eq(symlink("/etc/passwd", path), 0);
	ck_assert_int_eq(stssl_trusted_read(path, 9, &text, &len), -ELOOP);
	unlink(path);
	fake_stop(&f);
}
END_TEST

/* As this one always has: its size is said to be 0. */
START_TEST(a_file_that_has_grown_is_read_whole)
{
	static const char path[] = "/proc/sys/kernel/ostype";
	char *text = NULL;
	size_t len;

	ck_assert_int_eq(stssl_trusted_read(path, 6, &text, &len), 0);
	ck_assert_uint_eq(len, 6);
	ck_assert_str_eq(text, "Linux\n");
	free(text);
	text = NULL;
	ck_assert_int_eq(stssl_trusted_read(path, 5, &text, &len), -EFBIG);
	ck_assert_ptr_null(text);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ socket_counts_only_where_nobody_else_can_put_one,
		    ROWS(modes) },
		{ symbolic_link_or_file_is_no_socket, 0 },
		{ file_counts_only_when_nobody_else_can_write_it, ROWS(files) },
		{ what_is_no_regular_file_is_not_read, 0 },
		{ a_file_that_has_grown_is_read_whole, 0 },
	};

	return test_main("trust", cases, ROWS(cases));
}
