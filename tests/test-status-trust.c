/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which files and sockets are believed.
 */
#include <config.h>
#include "tests/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "status/tools/directory.h"
#include "status/trust.h"
#include "tests/fake-helper.h"
#include "tests/private-file.h"

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

/* In the directory of the stage: a, in a b, in b what is asked about. */
struct tree {
	struct fake f;
	char a[96], b[112], file[128];
};

static void
plant(struct tree *t, mode_t a, mode_t b)
{
	fake_prepare(&t->f);
	(void)snprintf(t->a, sizeof t->a, "%s/a", t->f.dir);
	(void)snprintf(t->b, sizeof t->b, "%s/b", t->a);
	(void)snprintf(t->file, sizeof t->file, "%s/file", t->b);
	ck_assert_int_eq(mkdir(t->a, 0700), 0);
	ck_assert_int_eq(mkdir(t->b, 0700), 0);
	ck_assert_int_eq(chmod(t->a, a), 0);
	ck_assert_int_eq(chmod(t->b, b), 0);
}

static void
write_hello(const char *path)
{
	int fd = open(path, O_CREAT | O_EXCL | O_WRONLY, 0600);

	ck_assert_int_eq((int)write(fd, "hello", 5), 5);
	close(fd);
}

static void
uproot(struct tree *t)
{
	(void)unlink(t->file);
	(void)rmdir(t->b);
	(void)rmdir(t->a);
	fake_stop(&t->f);
}

/* Modes of the directory above, and of the one itself. */
static const struct {
	mode_t above, home;
	bool is_safe, is_safe_for_a_socket;
} directories[] = {
	{ 0755, 0755, true, true },
	{ 01777, 0755, true, true },
	{ 0775, 0755, false, false },
	{ 0777, 0700, false, false },
	{ 0702, 0700, false, false },
	{ 0755, 0775, false, false },
	{ 0755, 0757, false, false },
	{ 0755, 01777, false, false },
};

START_TEST(socket_counts_only_below_directories_of_no_stranger)
{
	int expect = directories[_i].is_safe_for_a_socket ? 0 : -EACCES;
	struct tree t;
	uid_t owner;

	plant(&t, directories[_i].above, directories[_i].home);
	ck_assert_int_eq(rename(t.f.path, t.file), 0);
	ck_assert_int_eq(stssl_trusted_socket(t.file, &owner), expect);
	uproot(&t);
}
END_TEST

START_TEST(file_counts_only_below_directories_of_no_stranger)
{
	int expect = directories[_i].is_safe ? 0 : -EPERM;
	char *text = NULL;
	struct tree t;
	size_t len;
	int fd = -1;

	plant(&t, directories[_i].above, directories[_i].home);
	write_hello(t.file);
	for (unsigned relative = 0; relative < 2; relative++) {
		if (relative)
			ck_assert_int_eq(chdir(t.a), 0);
		ck_assert_int_eq(
		    stssl_trusted_read(
			relative ? "./b//file" : t.file, 5, &text, &len),
		    expect);
		ck_assert_int_eq(
		    stssl_trusted_directory(relative ? "b/" : t.b, &fd),
		    expect);
		ck_assert(expect < 0 ? text == NULL && fd == -1
				     : text != NULL && fd != -1);
		free(text);
		text = NULL;
		if (fd != -1)
			(void)close(fd);
		fd = -1;
	}
	uproot(&t);
}
END_TEST

/* As root only: whose directories and links are believed. */
START_TEST(directories_and_links_of_others_do_not_count)
{
	char *text = NULL, link[128];
	struct tree t;
	size_t len;

	if (geteuid() != 0)
		return;
	plant(&t, 01777, 0755);
	write_hello(t.file);
	(void)snprintf(link, sizeof link, "%s/link", t.a);
	ck_assert_int_eq(symlink("b", link), 0);
	(void)snprintf(link, sizeof link, "%s/link/file", t.a);
	ck_assert_int_eq(stssl_trusted_read(link, 5, &text, &len), 0);
	free(text);
	(void)snprintf(link, sizeof link, "%s/link", t.a);
	ck_assert_int_eq(lchown(link, 65534, 65534), 0);
	(void)snprintf(link, sizeof link, "%s/link/file", t.a);
	ck_assert_int_eq(stssl_trusted_read(link, 5, &text, &len), -EPERM);
	(void)snprintf(link, sizeof link, "%s/link", t.a);
	(void)unlink(link);
	ck_assert_int_eq(chown(t.b, 65534, 65534), 0);
	ck_assert_int_eq(stssl_trusted_read(t.file, 5, &text, &len), -EPERM);
	ck_assert_int_eq(chown(t.b, 0, 0), 0);
	ck_assert_int_eq(chown(t.a, 65534, 65534), 0);
	ck_assert_int_eq(stssl_trusted_read(t.file, 5, &text, &len), -EPERM);
	uproot(&t);
}
END_TEST

/* What the link is to, and whether it leads to the file in b. */
static const struct {
	const char *target;
	int expect;
} links[] = {
	{ "a/b", 0 },
	{ "./a/../a/b/", 0 },
	{ "/", -ENOENT },
	{ "nosuch", -ENOENT },
	{ "link", -ELOOP },
	{ "status.sock", -ENOTDIR },
};

START_TEST(a_link_to_a_directory_is_as_good_as_the_way_it_leads)
{
	char *text = NULL, link[128], path[160];
	struct tree t;
	size_t len;
	int fd;

	plant(&t, 0755, 0755);
	write_hello(t.file);
	(void)snprintf(link, sizeof link, "%s/link", t.f.dir);
	ck_assert_int_eq(symlink(links[_i].target, link), 0);
	(void)snprintf(path, sizeof path, "%s/file", link);
	ck_assert_int_eq(
	    stssl_trusted_read(path, 5, &text, &len), links[_i].expect);
	free(text);
	/* It may be on the way, but is no directory to be opened. */
	ck_assert_int_eq(stssl_trusted_directory(link, &fd), -ELOOP);
	(void)unlink(link);
	/* An absolute one; and then where it leads is everybody's. */
	ck_assert_int_eq(symlink(t.b, link), 0);
	text = NULL;
	ck_assert_int_eq(stssl_trusted_read(path, 5, &text, &len), 0);
	free(text);
	ck_assert_int_eq(chmod(t.a, 0777), 0);
	ck_assert_int_eq(stssl_trusted_read(path, 5, &text, &len), -EPERM);
	(void)unlink(link);
	uproot(&t);
}
END_TEST

/* A path so long that its copy needs memory of the kernel. */
#define LONG (64 * 1024 * 1024)

START_TEST(without_memory_nothing_is_believed)
{
#if !defined STSSL_SANITIZED
	char *path = malloc(LONG + 1), *text = NULL;
	uid_t owner = 1;
	size_t len;
	int fd = -1;

	ck_assert_ptr_nonnull(path);
	memset(path, '/', LONG);
	path[LONG - 1] = 'x';
	path[LONG] = '\0';
	ck_assert_int_eq(
	    setrlimit(RLIMIT_AS, &(struct rlimit){ LONG, LONG }), 0);
	ck_assert_int_eq(stssl_trusted_socket(path, &owner), -ENOMEM);
	ck_assert_uint_eq(owner, 1);
	ck_assert_int_eq(stssl_trusted_read(path, 9, &text, &len), -ENOMEM);
	ck_assert_int_eq(stssl_trusted_directory(path, &fd), -ENOMEM);
	free(path);
#endif
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
	char path[] = "/tmp/stssl-XXXXXX/f", *text = NULL;
	int fd = private_file_make(path);
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
	private_file_remove(path);
}
END_TEST

START_TEST(only_regular_files_are_read)
{
	char path[128], *text = NULL;
	struct fake f;
	size_t len;

	fake_prepare(&f);
	snprintf(path, sizeof path, "%s/.", f.dir);
	ck_assert_int_eq(stssl_trusted_read(path, 9, &text, &len), -EINVAL);
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
		{ socket_counts_only_below_directories_of_no_stranger,
		    ROWS(directories) },
		{ file_counts_only_below_directories_of_no_stranger,
		    ROWS(directories) },
		{ directories_and_links_of_others_do_not_count, 0 },
		{ a_link_to_a_directory_is_as_good_as_the_way_it_leads,
		    ROWS(links) },
		{ without_memory_nothing_is_believed, 0 },
		{ symbolic_link_or_file_is_no_socket, 0 },
		{ file_counts_only_when_nobody_else_can_write_it, ROWS(files) },
		{ only_regular_files_are_read, 0 },
		{ a_file_that_has_grown_is_read_whole, 0 },
	};

	return test_main("trust", cases, ROWS(cases));
}
