/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What goes from auth to account: account confirms what auth decided for the
 * same user, and classes.conf need not be read a second time.
 */
#include <config.h>
#include "tests/test.h"

#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include <security/pam_ext.h>
#include <security/pam_modules.h>

#include "tests/module-stage.h"

/* How far the module's clock is ahead; see policy/stamp.h for why. */
static time_t ahead;

time_t
time(time_t *ret)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (ret != NULL)
		*ret = now.tv_sec + ahead;
	return now.tv_sec + ahead;
}

/* Nothing can be kept. */
static bool has_no_room;

/* In front of libpam's, as the next one. */
int
pam_set_data(pam_handle_t *pamh, const char *name, void *data,
    void (*cleanup)(pam_handle_t *pamh, void *data, int error_status))
{
	union {
		void *found;
		__typeof__(pam_set_data) *call;
	} real = { dlsym(RTLD_NEXT, "pam_set_data") };

	return has_no_room ? PAM_BUF_ERR : real.call(pamh, name, data, cleanup);
}

/* The last line of the log. */
static int priority;
static char line[4096];

void
pam_syslog(const pam_handle_t *pamh, int level, const char *format, ...)
{
	va_list args;

	(void)pamh;
	priority = level;
	va_start(args, format);
	(void)vsnprintf(line, sizeof line, format, args);
	va_end(args);
}

static const struct fake_script alice = { STAGE_GOOD("alice"), STAGE_DONE };

/* Refusals are overridden, as in a stack that was written wrongly. */
#define OVERRIDDEN                                \
	"auth [success=done default=ignore] %M\n" \
	"auth required pam_permit.so\n"           \
	"account required %M\n"

#define ALL_BY_PASSWORD "class \"all\" { ssl = optional login = password }\n"

static const struct {
	const char *user, *then; /* NULL: auth is not called; stays the same */
	const char *classes;     /* NULL: they stay the same */
	int account;
	const char *report;
} rows[] = {
	{ "alice", NULL, NULL, PAM_SUCCESS, "reason=certificate" },
	{ "open", NULL, NULL, PAM_SUCCESS, "reason=by-password" },
	{ "open", NULL, ALL_BY_PASSWORD, PAM_SUCCESS, "reason=by-password" },
	/* Nobody has looked at a password. */
	{ "alice", "open", NULL, PAM_PERM_DENIED, "reason=changed" },
	{ "alice", NULL, ALL_BY_PASSWORD, PAM_PERM_DENIED, "reason=changed" },
	/* It was that of another user. */
	{ "open", "alice", NULL, PAM_PERM_DENIED, "reason=changed" },
	{ "open", "open2", ALL_BY_PASSWORD, PAM_PERM_DENIED, "reason=changed" },
	/* Whom auth refused, account does not let in. */
	{ "bob", NULL, ALL_BY_PASSWORD, PAM_PERM_DENIED, "reason=changed" },
	{ "bob", "open", NULL, PAM_PERM_DENIED, "reason=changed" },
	{ "bob", NULL, NULL, PAM_CRED_INSUFFICIENT, "reason=not-this-user" },
	/* Something else has found out who it is. */
	{ NULL, "alice", NULL, PAM_SUCCESS, "reason=certificate" },
	{ NULL, "open", NULL, PAM_SUCCESS, "reason=by-password" },
	{ NULL, "bob", NULL, PAM_CRED_INSUFFICIENT, "reason=not-this-user" },
};

/* The word of a refusal, or of a login, as the helper was told. */
static bool
was_told(const struct fake_seen *seen, const char *reason)
{
	const char *wanted = strchr(reason, '=') + 1;
	const char *found = memmem(seen->verdict, seen->verdict_len,
	    "STSSL_REASON=", strlen("STSSL_REASON="));

	return found != NULL &&
	       strcmp(found + strlen("STSSL_REASON="), wanted) == 0;
}

START_TEST(account_confirms_what_auth_decided_for_the_same_user)
{
	struct stage s;
	pam_handle_t *pamh;

	stage_open(&s, &alice, stage_classes);
	stage_write(&s, "vsftpd", OVERRIDDEN);
	pamh = stage_pam(&s, "vsftpd", rows[_i].user);
	if (rows[_i].user != NULL)
		ck_assert_int_eq(pam_authenticate(pamh, 0), PAM_SUCCESS);
	if (rows[_i].then != NULL)
		(void)pam_set_item(pamh, PAM_USER, rows[_i].then);
	if (rows[_i].classes != NULL)
		stage_write(&s, "classes.conf", rows[_i].classes);
	ck_assert_int_eq(pam_acct_mgmt(pamh, 0), rows[_i].account);
	ck_assert(was_told(s.fake.seen, rows[_i].report));
	/* However often it is asked. */
	ck_assert_int_eq(pam_acct_mgmt(pamh, 0), rows[_i].account);
	pam_end(pamh, PAM_SUCCESS);
	stage_close(&s);
}
END_TEST

START_TEST(whom_auth_refused_account_does_not_accept)
{
	struct stage s;
	pam_handle_t *pamh;

	stage_open(&s, &alice, "class \"other\" { user = { \"x\" } }\n");
	stage_write(&s, "vsftpd", OVERRIDDEN);
	pamh = stage_pam(&s, "vsftpd", "alice");
	ck_assert_int_eq(pam_authenticate(pamh, 0), PAM_SUCCESS);
	stage_write(&s, "classes.conf", stage_classes);
	ck_assert_int_eq(pam_acct_mgmt(pamh, 0), PAM_PERM_DENIED);
	ck_assert(was_told(s.fake.seen, "reason=changed"));
	pam_end(pamh, PAM_SUCCESS);
	pamh = stage_pam(&s, "vsftpd", "alice");
	ck_assert_int_eq(pam_acct_mgmt(pamh, 0), PAM_SUCCESS);
	pam_end(pamh, PAM_SUCCESS);
	stage_close(&s);
}
END_TEST

START_TEST(what_cannot_be_kept_for_account_is_no_login)
{
	struct stage s;
	pam_handle_t *pamh;

	stage_open(&s, &alice, stage_classes);
	stage_write(&s, "vsftpd", "auth required %M\n");
	pamh = stage_pam(&s, "vsftpd", "alice");
	has_no_room = true;
	ck_assert_int_eq(pam_authenticate(pamh, 0), PAM_BUF_ERR);
	ck_assert_int_eq(priority, LOG_ERR);
	ck_assert_str_eq(line, "out of memory");
	ck_assert_uint_eq(s.fake.seen->queries, 0);
	has_no_room = false;
	ck_assert_int_eq(pam_authenticate(pamh, 0), PAM_SUCCESS);
	pam_end(pamh, PAM_SUCCESS);
	stage_close(&s);
}
END_TEST

START_TEST(what_the_operator_has_to_mend_is_logged_as_an_error)
{
	struct stage s;
	pam_handle_t *pamh;

	stage_open(&s, &alice, stage_classes);
	stage_write(&s, "vsftpd", OVERRIDDEN);
	pamh = stage_pam(&s, "vsftpd", "bob");
	(void)pam_authenticate(pamh, 0);
	ck_assert_int_eq(priority, LOG_NOTICE);
	ck_assert_ptr_nonnull(strstr(line, "reason=not-this-user"));
	stage_write(&s, "classes.conf", "class");
	(void)pam_authenticate(pamh, 0);
	ck_assert_int_eq(priority, LOG_ERR);
	ck_assert_ptr_nonnull(strstr(line, "reason=configuration"));
	pam_end(pamh, PAM_SUCCESS);
	stage_close(&s);
}
END_TEST

START_TEST(the_last_auth_is_the_one_that_counts)
{
	struct stage s;
	pam_handle_t *pamh;

	stage_open(&s, &alice, stage_classes);
	stage_write(&s, "vsftpd", OVERRIDDEN);
	pamh = stage_pam(&s, "vsftpd", "alice");
	ck_assert_int_eq(pam_authenticate(pamh, 0), PAM_SUCCESS);
	(void)pam_set_item(pamh, PAM_USER, "bob");
	ck_assert_int_eq(pam_authenticate(pamh, 0), PAM_SUCCESS);
	(void)pam_set_item(pamh, PAM_USER, "alice");
	ck_assert_int_eq(pam_acct_mgmt(pamh, 0), PAM_PERM_DENIED);
	ck_assert_int_eq(pam_authenticate(pamh, 0), PAM_SUCCESS);
	ck_assert_int_eq(pam_acct_mgmt(pamh, 0), PAM_SUCCESS);
	pam_end(pamh, PAM_SUCCESS);
	stage_close(&s);
}
END_TEST

/* How often classes.conf was opened since the last time. */
static unsigned
opened(int fd)
{
	char buf[4096]
	    __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t n = read(fd, buf, sizeof buf);
	unsigned count = 0;

	ck_assert(n >= 0 || errno == EAGAIN);
	for (ssize_t at = 0; at < n; count++) {
		const struct inotify_event *event = (const void *)(buf + at);

		at += (ssize_t)(sizeof *event + event->len);
	}
	return count;
}

static int
watch(const struct stage *s)
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	char path[160];

	(void)snprintf(path, sizeof path, "%s/classes.conf", s->fake.dir);
	ck_assert_int_ge(inotify_add_watch(fd, path, IN_OPEN), 0);
	return fd;
}

START_TEST(classes_are_read_once_for_auth_and_account)
{
	struct stage s;
	pam_handle_t *pamh;
	int fd;

	stage_open(&s, &alice, stage_classes);
	stage_write(&s, "vsftpd", OVERRIDDEN);
	fd = watch(&s);
	for (unsigned i = 0; i < 2; i++) {
		/* A file that has changed just now may change again unseen. */
		ahead = i == 0 ? 0 : 60;
		pamh = stage_pam(&s, "vsftpd", "alice");
		ck_assert_int_eq(pam_authenticate(pamh, 0), PAM_SUCCESS);
		ck_assert_uint_eq(opened(fd), 1);
		ck_assert_int_eq(pam_acct_mgmt(pamh, 0), PAM_SUCCESS);
		ck_assert_uint_eq(opened(fd), i == 0 ? 1 : 0);
		/* They were kept for one account only. */
		ck_assert_int_eq(pam_acct_mgmt(pamh, 0), PAM_SUCCESS);
		ck_assert_uint_eq(opened(fd), 1);
		pam_end(pamh, PAM_SUCCESS);
	}
	/* Whom auth refused, account is not asked about. */
	pamh = stage_pam(&s, "vsftpd", "bob");
	ck_assert_int_eq(pam_authenticate(pamh, 0), PAM_SUCCESS);
	ck_assert_uint_eq(opened(fd), 1);
	ck_assert_int_eq(pam_acct_mgmt(pamh, 0), PAM_CRED_INSUFFICIENT);
	ck_assert_uint_eq(opened(fd), 1);
	pam_end(pamh, PAM_SUCCESS);
	(void)close(fd);
	stage_close(&s);
}
END_TEST

/* A login of each kind, some of which end early. */
static void
log_in(struct stage *s, unsigned i)
{
	static const char *const users[] = { "alice", "open", "bob" };
	pam_handle_t *pamh = stage_pam(s, "vsftpd", users[i % ROWS(users)]);

	(void)pam_authenticate(pamh, 0);
	if (i % 4 != 0)
		(void)pam_authenticate(pamh, 0);
	if (i % 2 == 0)
		(void)pam_acct_mgmt(pamh, 0);
	pam_end(pamh, PAM_SUCCESS);
}

#define LOGINS 400

START_TEST(what_is_kept_is_released)
{
	struct stage s;
	size_t before = 0;

	ahead = 60;
	stage_open(&s, &alice, stage_classes);
	stage_write(&s, "vsftpd", OVERRIDDEN);
	for (unsigned i = 0; i < 2 * LOGINS; i++) {
		/* The first ones fill what libraries keep for themselves. */
		if (i == LOGINS)
			before = mallinfo2().uordblks;
		log_in(&s, i);
	}
	/* What malloc keeps at hand is not always the same. */
	ck_assert_uint_lt(mallinfo2().uordblks, before + LOGINS * 64);
	stage_close(&s);
}
END_TEST

/* The helper is not asked when it ends: the module knows it by then. */
START_TEST(a_session_has_its_number_in_the_log_when_it_is_closed)
{
	struct stage s;
	pam_handle_t *pamh;

	stage_open(&s, &alice, stage_classes);
	stage_write(&s, "vsftpd", "session required %M\n");
	pamh = stage_pam(&s, "vsftpd", "alice");
	ck_assert_int_eq(pam_open_session(pamh, 0), PAM_SUCCESS);
	ck_assert_int_eq(pam_close_session(pamh, 0), PAM_SUCCESS);
	ck_assert_str_eq(line, "session-close session=7f3a user=\"alice\"");
	ck_assert_uint_eq(s.fake.seen->queries, 1);
	pam_end(pamh, PAM_SUCCESS);
	stage_close(&s);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ account_confirms_what_auth_decided_for_the_same_user,
		    ROWS(rows) },
		{ whom_auth_refused_account_does_not_accept, 0 },
		{ what_cannot_be_kept_for_account_is_no_login, 0 },
		{ what_the_operator_has_to_mend_is_logged_as_an_error, 0 },
		{ the_last_auth_is_the_one_that_counts, 0 },
		{ classes_are_read_once_for_auth_and_account, 0 },
		{ what_is_kept_is_released, 0 },
		{ a_session_has_its_number_in_the_log_when_it_is_closed, 0 },
	};

	return test_main("account", cases, ROWS(cases));
}
