/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The reader of configuration files: which files it reads, and by how many
 * threads.
 */
#include <config.h>
#include "tests/test-policy-conf.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/test-policy.h"

#define NOT_OURS                                                     \
	"it, and each directory that it is in, must belong to root " \
	"and be writable by its owner only"

static const struct {
	mode_t mode;
	int r;
	const char *what;
} modes[] = {
	{ 0644, 0, "" },
	{ 0600, 0, "" },
	{ 0664, -EPERM, NOT_OURS },
	{ 0646, -EPERM, NOT_OURS },
};

START_TEST(a_file_that_others_can_write_is_refused)
{
	struct folder f;
	struct stssl_conf *conf = NULL;
	struct stssl_error error;
	char expect[sizeof f.file + STSSL_ERROR_TEXT];

	folder_make(&f);
	(void)folder_text(&f, "f.conf", "user = a");
	ck_assert_int_eq(chmod(f.file, modes[_i].mode), 0);
	ck_assert_int_eq(
	    stssl_conf_read(f.file, conf_keys, &conf, &error), modes[_i].r);
	(void)snprintf(expect, sizeof expect, "%s: %s", f.file, modes[_i].what);
	ck_assert_str_eq(error.text, modes[_i].r == 0 ? "" : expect);
	(void)stssl_conf_free(conf);
	folder_remove(&f);
}
END_TEST

/* Owners can be changed by root only: as somebody else this is no test. */
START_TEST(a_file_of_another_user_is_refused)
{
	struct folder f;
	struct stssl_conf *conf = NULL;
	struct stssl_error error;

	folder_make(&f);
	(void)folder_text(&f, "f.conf", "user = a");
	if (geteuid() == 0) {
		ck_assert_int_eq(chown(f.file, 65534, 65534), 0);
		ck_assert_int_eq(
		    stssl_conf_read(f.file, conf_keys, &conf, &error), -EPERM);
	}
	folder_remove(&f);
}
END_TEST

START_TEST(a_file_that_is_not_there_is_an_error)
{
	struct stssl_conf *conf = NULL;
	struct stssl_error error;

	ck_assert_int_eq(
	    stssl_conf_read("/nonexistent/f.conf", conf_keys, &conf, &error),
	    -ENOENT);
	ck_assert_str_eq(
	    error.text, "/nonexistent/f.conf: No such file or directory");
	ck_assert_ptr_null(stssl_conf_free(NULL));
}
END_TEST

START_TEST(a_folder_or_a_huge_file_is_refused)
{
	struct folder f;
	struct stssl_conf *conf = NULL;
	struct stssl_error error;

	folder_make(&f);
	ck_assert_int_lt(stssl_conf_read(f.path, conf_keys, &conf, &error), 0);
	(void)folder_text(&f, "f.conf", "");
	ck_assert_int_eq(truncate(f.file, STSSL_CONF_MAX + 1), 0);
	ck_assert_int_eq(
	    stssl_conf_read(f.file, conf_keys, &conf, &error), -EFBIG);
	folder_remove(&f);
}
END_TEST

#define ROUNDS 300

/* Each thread reads one right and one wrong file, over and over. */
static const struct {
	const char *right, *user, *wrong, *error;
} threaded[] = {
	{ "names = { a, b }\nuser = me", "me", "tls {\nkey = bad }",
	    ":2: key = \"bad\": it is bad" },
	{ "user = you # me", "you", "\n\nusr = x",
	    ":3: \"usr\" is no key here" },
};

struct reader {
	size_t row;
	struct folder right, wrong;
	int failures;
};

static void *
read_often(void *data)
{
	struct reader *r = data;

	for (int i = 0; i < ROUNDS; i++) {
		struct stssl_conf *conf = NULL;
		struct stssl_error error;

		if (stssl_conf_read(r->right.file, conf_keys, &conf, &error) !=
			0 ||
		    strcmp(values_of(conf).user, threaded[r->row].user) != 0)
			r->failures++;
		(void)stssl_conf_free(conf);
		if (stssl_conf_read(r->wrong.file, conf_keys, &conf, &error) !=
			-EBADMSG ||
		    strcmp(error.text + strlen(r->wrong.file),
			threaded[r->row].error) != 0)
			r->failures++;
	}
	return NULL;
}

START_TEST(threads_read_files_at_the_same_time)
{
	struct reader readers[ROWS(threaded)];
	pthread_t threads[ROWS(threaded)];

	for (size_t i = 0; i < ROWS(threaded); i++) {
		struct reader *r = &readers[i];

		*r = (struct reader){ .row = i };
		folder_make(&r->right);
		folder_make(&r->wrong);
		(void)folder_text(&r->right, "f", threaded[i].right);
		(void)folder_text(&r->wrong, "f", threaded[i].wrong);
	}
	for (size_t i = 0; i < ROWS(threaded); i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, read_often, &readers[i]),
		    0);
	for (size_t i = 0; i < ROWS(threaded); i++) {
		ck_assert_int_eq(pthread_join(threads[i], NULL), 0);
		ck_assert_int_eq(readers[i].failures, 0);
		folder_remove(&readers[i].right);
		folder_remove(&readers[i].wrong);
	}
}
END_TEST

void
add_conf_file_cases(struct case_list *to)
{
	add_case(to, a_file_that_others_can_write_is_refused, ROWS(modes));
	add_case(to, a_file_that_is_not_there_is_an_error, 0);
	add_case(to, a_folder_or_a_huge_file_is_refused, 0);
	add_case(to, threads_read_files_at_the_same_time, 0);
	add_case(to, a_file_of_another_user_is_refused, 0);
}
