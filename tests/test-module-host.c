/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The module as a guest in a daemon: which connections it finds there, what it
 * leaves behind, what it says in the log.
 */
#include <config.h>
#include "tests/test.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pam_stssl/connection.h"
#include "pam_stssl/login.h"
#include "policy/options.h"
#include "status/query.h"
#include "status/tools/address.h"
#include "tests/module-stage.h"

static const struct fake_script alice = { STAGE_GOOD("alice"), STAGE_DONE };
static const struct fake_script stranger = { STAGE_NONE, STAGE_DONE };

/* The code is the module's own; what it ignores, pam_deny refuses. */
#define ALONE                                                \
	"auth [success=done ignore=ignore default=die] %M\n" \
	"auth required pam_deny.so\n"

static int
login(struct stage *s, const char *user)
{
	pam_handle_t *pamh = stage_pam(s, "vsftpd", user);
	int r = pam_authenticate(pamh, 0);

	pam_end(pamh, r);
	return r;
}

START_TEST(without_connection_the_helper_is_not_asked)
{
	struct stage s;

	stage_open(&s, &alice, stage_classes);
	stage_write(&s, "vsftpd", ALONE);
	close(s.connection_fd);
	s.connection_fd = -1;
	/* The password would decide; no address, so no class by address. */
	ck_assert_int_eq(login(&s, "open"), PAM_AUTH_ERR);
	ck_assert_int_eq(login(&s, "alice"), PAM_PERM_DENIED);
	ck_assert_int_eq(login(&s, "local"), PAM_PERM_DENIED);
	ck_assert_uint_eq(s.fake.seen->queries, 0);
	stage_close(&s);
}
END_TEST

START_TEST(environment_is_not_believed)
{
	struct stage s;

	stage_open(&s, &stranger, stage_classes);
	stage_write(&s, "vsftpd", ALONE);
	setenv("SSL_PROTOCOL", "TLSv1.3", 1);
	setenv("SSL_CLIENT_VERIFY", "SUCCESS", 1);
	setenv("SSL_CLIENT_S_DN_CN", "alice", 1);
	setenv("REMOTE_ADDR", "203.0.113.9", 1);
	ck_assert_int_eq(login(&s, "alice"), PAM_PERM_DENIED);
	ck_assert_int_eq(login(&s, "remote"), PAM_PERM_DENIED);
	stage_close(&s);
}
END_TEST

/* PAM_AUTH_ERR: a class matched by address, and left it to the password. */
START_TEST(client_address_is_the_records_or_that_of_the_one_connection)
{
	struct stage s;
	int second;

	stage_open(&s, &alice, stage_classes);
	stage_write(&s, "vsftpd", ALONE);
	ck_assert_int_eq(login(&s, "remote"), PAM_AUTH_ERR);
	ck_assert_int_eq(login(&s, "local"), PAM_PERM_DENIED);
	stage_close(&s);

	stage_open(&s, &stranger, stage_classes);
	stage_write(&s, "vsftpd", ALONE);
	ck_assert_int_eq(login(&s, "remote"), PAM_PERM_DENIED);
	ck_assert_int_eq(login(&s, "local"), PAM_AUTH_ERR);
	second = stage_connect();
	ck_assert_int_eq(login(&s, "local"), PAM_PERM_DENIED);
	ck_assert_int_eq(dup2(second, STDIN_FILENO), STDIN_FILENO);
	ck_assert_int_eq(login(&s, "local"), PAM_AUTH_ERR);
	close(second);
	stage_close(&s);
}
END_TEST

START_TEST(connections_are_found_once_with_stdin_first)
{
	struct connections c;
	struct stssl_connection second;
	struct stage s;
	int fd;

	stage_open(&s, &alice, stage_classes);
	/* One that leads nowhere yet is none. */
	ck_assert_int_ge(socket(AF_INET, SOCK_STREAM, 0), 0);
	ck_assert_int_eq(connections_find(&c), 0);
	ck_assert_uint_eq(c.count, 1);
	ck_assert(!c.has_stdin && !c.is_shared);
	fd = stage_connect();
	ck_assert_int_eq(stssl_connection_of(fd, &second), 0);
	ck_assert_int_eq(dup2(fd, STDIN_FILENO), STDIN_FILENO);
	ck_assert_int_eq(connections_find(&c), 0);
	ck_assert_uint_eq(c.count, 2);
	ck_assert(c.has_stdin);
	ck_assert_int_eq(stssl_connection_compare(&c.list[0], &second), 0);
	close(fd);
	stage_close(&s);
}
END_TEST

START_TEST(too_many_connections_refuse)
{
	int fds[STSSL_QUERY_KEYS];
	struct stage s;

	stage_open(&s, &alice, stage_classes);
	stage_write(&s, "vsftpd", ALONE);
	for (size_t i = 0; i + 1 < ROWS(fds); i++)
		fds[i] = stage_connect();
	ck_assert_int_eq(login(&s, "alice"), PAM_SUCCESS);
	fds[STSSL_QUERY_KEYS - 1] = stage_connect();
	ck_assert_int_eq(login(&s, "alice"), PAM_SYSTEM_ERR);
	for (size_t i = 0; i < ROWS(fds); i++)
		close(fds[i]);
	stage_close(&s);
}
END_TEST

START_TEST(nothing_is_left_behind)
{
	struct sigaction before[NSIG], after;
	unsigned descriptors;
	struct stage s;

	stage_open(&s, &alice, stage_classes);
	stage_write(&s, "vsftpd", ALONE);
	for (int i = 1; i < NSIG; i++)
		(void)sigaction(i, NULL, &before[i]);
	/* The first call opens syslog(3)'s socket, where there is a syslog. */
	ck_assert_int_eq(login(&s, "alice"), PAM_SUCCESS);
	descriptors = fake_count_descriptors();
	for (unsigned i = 0; i < 50; i++) {
		ck_assert_int_eq(login(&s, "alice"), PAM_SUCCESS);
		ck_assert_int_eq(login(&s, "bob"), PAM_CRED_INSUFFICIENT);
	}
	unlink(s.fake.path);
	ck_assert_int_eq(login(&s, "alice"), PAM_AUTHINFO_UNAVAIL);
	ck_assert_uint_eq(fake_count_descriptors(), descriptors);
	for (int i = 1; i < NSIG; i++) {
		if (sigaction(i, NULL, &after) == 0)
			ck_assert(after.sa_handler == before[i].sa_handler);
	}
	stage_close(&s);
}
END_TEST

/* In vsftpd these are the client's connection. */
START_TEST(nothing_is_written_to_the_standard_descriptors)
{
	struct stat st;
	struct stage s;
	int out = fileno(tmpfile()), saved[3];

	stage_open(&s, &alice, stage_classes);
	stage_write(&s, "vsftpd", "auth required %M debug\n");
	for (int fd = 0; fd < 3; fd++) {
		saved[fd] = dup(fd);
		ck_assert_int_eq(dup2(out, fd), fd);
	}
	(void)login(&s, "alice");
	(void)login(&s, "bob");
	stage_write(&s, "classes.conf", "class { nonsense");
	(void)login(&s, "alice");
	stage_write(&s, "vsftpd", "auth required %M nonsense\n");
	(void)login(&s, "alice");
	ck_assert_int_eq(fstat(out, &st), 0);
	for (int fd = 0; fd < 3; fd++)
		ck_assert_int_eq(dup2(saved[fd], fd), fd);
	ck_assert_int_eq((int)st.st_size, 0);
	stage_close(&s);
}
END_TEST

#define THREADS 8
#define LOGINS  25

/* Every thread logs in its own users; libpam has a handle for each login. */
static void *
log_in_often(void *data)
{
	static const struct {
		const char *user;
		int expect;
	} rows[] = {
		{ "alice", PAM_SUCCESS },
		{ "bob", PAM_CRED_INSUFFICIENT },
		{ "open", PAM_AUTH_ERR },
		{ "nobody-s", PAM_PERM_DENIED },
	};
	size_t wrong = 0;

	for (size_t i = 0; i < LOGINS; i++)
		wrong += login(data, rows[i % ROWS(rows)].user) !=
			 rows[i % ROWS(rows)].expect;
	return wrong == 0 ? NULL : data;
}

START_TEST(threads_get_their_own_answers)
{
	pthread_t threads[THREADS];
	struct stage s;
	void *wrong;

	stage_open(&s, &alice, stage_classes);
	stage_write(&s, "vsftpd", ALONE);
	for (size_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, log_in_often, &s), 0);
	for (size_t i = 0; i < THREADS; i++) {
		ck_assert_int_eq(pthread_join(threads[i], &wrong), 0);
		ck_assert_ptr_null(wrong);
	}
	ck_assert_uint_eq(s.fake.seen->queries, THREADS * LOGINS);
	ck_assert_uint_eq(s.fake.seen->verdicts, THREADS * LOGINS);
	stage_close(&s);
}
END_TEST

START_TEST(options_have_their_defaults)
{
	const char *const argv[] = { "rhost=keep", "debug" };
	const char *bad = NULL;
	struct stssl_options o;

	ck_assert_int_eq(stssl_options_parse(0, NULL, &o, &bad), 0);
	ck_assert_str_eq(o.classes, "/etc/stssl/classes.conf");
	ck_assert_str_eq(o.socket, "/run/stssl/status.sock");
	ck_assert(!o.keep_rhost && !o.debug);
	ck_assert_int_eq(stssl_options_parse(2, argv, &o, &bad), 0);
	ck_assert(o.keep_rhost && o.debug && bad == NULL);
}
END_TEST

static void
format_example(struct login *l, const struct stssl_options *options)
{
	static const char record[] =
	    STAGE_TLS "SSL_CLIENT_VERIFY=SUCCESS\0"
		      "SSL_CLIENT_S_DN=CN=a\"b\nc\0SSL_CLIENT_CERT_SHA256=ab";

	login_init(l, options, "al\"ice\n", "vsftpd");
	ck_assert_int_eq(
	    stssl_record_decode(record, sizeof record, &l->record), 0);
	l->known = l->has_from = true;
	ck_assert_int_eq(stssl_address_parse("203.0.113.9:40022", &l->from), 0);
	l->judgement.class_name = "partners";
	l->judgement.verdict = STSSL_VERDICT_ACCEPT;
	l->judgement.reason = STSSL_REASON_CERTIFICATE;
}

START_TEST(log_line_is_one_line_whatever_comes)
{
	const struct stssl_options options = { .socket = "/x" };
	char text[LOGIN_TEXT], *huge = malloc(10000);
	struct login l;

	format_example(&l, &options);
	ck_assert_str_eq(login_format(&l, "login", true, text),
	    "login session=7f3a listener=ftp peer=203.0.113.9:40022"
	    " user=\"al\\\"ice\\x0a\" class=\"partners\" verdict=accept"
	    " reason=certificate tls=TLSv1.3 verify=SUCCESS"
	    " cert=\"CN=a\\\"b\\x0ac\" sha256=ab");
	memset(huge, '\x1b', 9999);
	huge[9999] = '\0';
	l.user = l.judgement.class_name = huge;
	memset(l.error.text, '\n', sizeof l.error.text - 1);
	login_format(&l, "login", true, text);
	ck_assert_uint_lt(strlen(text), sizeof text);
	for (const char *at = text; *at != '\0'; at++)
		ck_assert(*at >= 0x20 && *at < 0x7f);
	login_done(&l);
	free(huge);
}
END_TEST

#define BACKEND_USER                                                          \
	"backend-user of the listener in helper.conf has to be the daemon's " \
	"user\""

static const struct {
	struct fake_reply query, verdict;
	const char *error; /* what the log line ends on */
} errors[] = {
	{ FAKE_PACKET("STSSL_VERSION=2"), STAGE_DONE,
	    "error=\"query: answer of another version\"" },
	{ FAKE_PACKET(STAGE_V "STSSL_RESULT=denied"), STAGE_DONE,
	    "error=\"query: the helper refuses to answer: " BACKEND_USER },
	{ STAGE_GOOD("alice"), FAKE_PACKET(STAGE_V "STSSL_RESULT=denied"),
	    "error=\"report: the helper refuses to answer: " BACKEND_USER },
	{ STAGE_GOOD("alice"), STAGE_NONE,
	    "error=\"report: the session is gone\"" },
};

START_TEST(log_line_says_what_went_wrong)
{
	const struct fake_script script = { errors[_i].query,
		errors[_i].verdict };
	char classes[160], text[LOGIN_TEXT];
	struct stage s;
	struct login l;

	stage_open(&s, &script, stage_classes);
	snprintf(classes, sizeof classes, "%s/classes.conf", s.fake.dir);
	const struct stssl_options options = { .classes = classes,
		.socket = s.fake.path };

	login_init(&l, &options, "alice", "vsftpd");
	login_decide(&l);
	login_format(&l, "login", true, text);
	ck_assert_ptr_nonnull(strstr(text, " verdict=refuse reason=helper "));
	ck_assert_ptr_nonnull(strstr(text, errors[_i].error));
	login_done(&l);
	stage_close(&s);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ without_connection_the_helper_is_not_asked, 0 },
		{ environment_is_not_believed, 0 },
		{ client_address_is_the_records_or_that_of_the_one_connection,
		    0 },
		{ connections_are_found_once_with_stdin_first, 0 },
		{ too_many_connections_refuse, 0 },
		{ nothing_is_left_behind, 0 },
		{ nothing_is_written_to_the_standard_descriptors, 0 },
		{ threads_get_their_own_answers, 0 },
		{ options_have_their_defaults, 0 },
		{ log_line_is_one_line_whatever_comes, 0 },
		{ log_line_says_what_went_wrong, ROWS(errors) },
	};

	return test_main("host", cases, ROWS(cases));
}
