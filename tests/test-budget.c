/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a login costs when there are many classes, in numbers that are the same
 * on every machine: how often memory is asked for, and the file read.  The
 * linker leads calls of our own code to the functions here (--wrap in
 * tests/units.am).
 */
#include <config.h>
#include "tests/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "pam_stssl/login.h"
#include "policy/class.h"
#include "policy/match.h"
#include "tests/private-file.h"

/* What a file takes that has few classes, and what growing lists may add. */
#define ALLOCATIONS_MAX 24

static unsigned allocations;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_reallocarray(void *old, size_t count, size_t size);
char *__real_strdup(const char *text);
time_t __real_time(time_t *ret);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_reallocarray(void *old, size_t count, size_t size);
char *__wrap_strdup(const char *text);
time_t __wrap_time(time_t *ret);

void *
__wrap_malloc(size_t size)
{
	allocations++;
	return __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	allocations++;
	return __real_calloc(count, size);
}

void *
__wrap_realloc(void *old, size_t size)
{
	allocations++;
	return __real_realloc(old, size);
}

void *
__wrap_reallocarray(void *old, size_t count, size_t size)
{
	allocations++;
	return __real_reallocarray(old, count, size);
}

char *
__wrap_strdup(const char *text)
{
	allocations++;
	return __real_strdup(text);
}

/* The files here are old. */
time_t
__wrap_time(time_t *ret)
{
	(void)ret;
	return __real_time(NULL) + 3600;
}

static void
write_classes(char *path, unsigned count, const char *format)
{
	int fd = private_file_make(path);
	FILE *f;

	ck_assert_int_ne(fd, -1);
	f = fdopen(fd, "w");
	ck_assert_ptr_nonnull(f);
	for (unsigned i = 0; i < count; i++) {
		fprintf(f, "class \"c%u\" ", i);
		fputs(format, f);
	}
	ck_assert_int_eq(fclose(f), 0);
}

/* All keys, and hardly any: the lists are made by the length of the text. */
static const char *const formats[] = {
	"{ user = { 'acme-*', 'globex-?' } group = { staff, 50 } type = any\n"
	"service = vsftpd from = { 203.0.113.0/24, '2001:db8::/48' }\n"
	"ssl = required login = either identity = { file, cn, email }\n"
	"email-domain = { acme.example, globex.example } data = private\n"
	"bad-certificate = refuse min-protocol = TLS1.3 enabled = yes }\n",
	"{ user={a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w,x,y,z} }\n",
	"{}",
};

START_TEST(a_thousand_classes_are_read_with_a_few_allocations)
{
	char path[] = "/tmp/stssl-budget-XXXXXX/f";
	struct stssl_classes *classes = NULL;
	struct stssl_error error;
	unsigned count;
	int r;

	write_classes(path, 1000, formats[_i]);
	allocations = 0;
	r = stssl_classes_read(path, &classes, &error);
	count = allocations;
	private_file_remove(path);
	ck_assert_msg(r == 0, "%s", error.text);
	ck_assert_uint_eq(classes->count, 1000);
	ck_assert_uint_gt(count, 0);
	ck_assert_uint_le(count, ALLOCATIONS_MAX);
	(void)stssl_classes_free(classes);
}
END_TEST

/* The user is in none, so that all are tried. */
START_TEST(matching_asks_for_no_memory)
{
	char path[] = "/tmp/stssl-budget-XXXXXX/f";
	struct stssl_classes *classes = NULL;
	const struct stssl_class *found = NULL;
	struct stssl_error error;
	struct stssl_address from;
	struct stssl_login login = {
		.user = "alice", .service = "vsftpd", .from = &from
	};
	unsigned count;
	int r;

	ck_assert_int_eq(stssl_ip_parse("203.0.113.7", &from), 0);
	write_classes(path, 1000,
	    "{ user = 'a*z' service = vsftpd from = 203.0.113.0/24 }");
	ck_assert_int_eq(stssl_classes_read(path, &classes, &error), 0);
	private_file_remove(path);
	allocations = 0;
	r = stssl_class_find(classes, &login, &found);
	count = allocations; /* libcheck's own would count, too */
	ck_assert_int_eq(r, 0);
	ck_assert_uint_eq(count, 0);
	(void)stssl_classes_free(classes);
}
END_TEST

/* A decision by `kept`, or NULL; whether the file was read for it. */
static bool
is_read(const char *path, const struct stssl_classes *kept,
    struct stssl_classes **ret)
{
	const struct stssl_options options = { .classes = path,
		.socket = "/nonexistent" };
	struct login l;
	bool read;

	login_init(&l, &options, "alice", "vsftpd");
	l.kept = kept;
	login_decide(&l);
	ck_assert_int_eq(l.judgement.verdict, STSSL_VERDICT_PASSWORD);
	read = l.classes != NULL;
	if (ret != NULL) {
		*ret = l.classes;
		l.classes = NULL;
	}
	login_done(&l);
	return read;
}

START_TEST(account_reads_only_a_file_that_changed)
{
	char path[] = "/tmp/stssl-budget-XXXXXX/f";
	struct stssl_classes *kept = NULL;
	FILE *f;

	write_classes(path, 1, "{ ssl = optional login = password }\n");
	ck_assert(is_read(path, NULL, &kept));
	ck_assert(!is_read(path, kept, NULL));
	f = fopen(path, "a");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_gt(fprintf(f, "# changed\n"), 0);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert(is_read(path, kept, NULL));
	private_file_remove(path);
	(void)stssl_classes_free(kept);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_thousand_classes_are_read_with_a_few_allocations,
		    ROWS(formats) },
		{ matching_asks_for_no_memory, 0 },
		{ account_reads_only_a_file_that_changed, 0 },
	};

	return test_main("budget", cases, ROWS(cases));
}
