/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a reload may change, when a file has changed, and what becomes of a
 * reload that cannot start a process.
 */
#include <config.h>
#include "tests/test-helper-process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/monitor/children/keyholders.h"
#include "helper/monitor/children/pool.h"
#include "helper/monitor/generation.h"
#include "helper/monitor/renewal.h"
#include "policy/stamp.h"
#include "setup/config_read.h"
#include "status/tools/file.h"
#include "tests/private-file.h"

#define FTP                                                   \
	"listen \"ftp\" {\n address = { \"127.0.0.1:21\" }\n" \
	" backend = \"127.0.0.1:2121\"\n"
#define BASE "status-socket = \"/run/a\" user = \"a\"\n" FTP "}\n"

static char path[] = "/tmp/stssl-reload-XXXXXX/f";

static void
write_file(const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC);

	ck_assert_int_ne(fd, -1);
	ck_assert_int_eq(write(fd, text, strlen(text)), (int)strlen(text));
	(void)close(fd);
}

static void
make_file(void)
{
	int fd = private_file_make(path);

	ck_assert_int_ne(fd, -1);
	(void)close(fd);
}

/* A configuration with the same certificate, whatever it says besides. */
static struct helper_config *
config_of(const char *text)
{
	struct helper_config *config = NULL;
	struct stssl_error error;
	char all[1024];

	(void)snprintf(all, sizeof all,
	    "tls { certificate = { \"%s\" } key = { \"%s\" } }\n%s", path, path,
	    text);
	write_file(all);
	ck_assert_msg(
	    config_read(path, &config, &error) == 0, "%s", error.text);
	return config;
}

static const struct {
	const char *text;
	const char *refused; /* the key; NULL: it may change */
} changes[] = {
	{ BASE, NULL },
	{ "workers = 7 sessions-per-worker = 1\n" BASE, NULL },
	{ "classes = \"/other\"\n" BASE, NULL },
	{ "status-socket = \"/run/a\" user = \"a\"\n" FTP
	  " max-sessions = 3 tls = implicit service = \"other\"\n}\n",
	    NULL },
	{ "status-socket = \"/run/a\"\n" FTP "}\n", "user: " },
	{ "status-socket = \"/run/b\" user = \"a\"\n" FTP "}\n",
	    "status-socket: " },
	{ "status-group = \"g\"\n" BASE, "status-group: " },
	{ "status-users = { \"u\" }\n" BASE, "status-users: " },
	{ "status-socket = \"/run/a\" user = \"a\"\n" FTP
	  " backend-user = \"u\"\n}\n",
	    "backend-user: " },
	{ "status-socket = \"/run/a\" user = \"a\"\n" FTP
	  " protocol = stream backend-source = per-session\n}\n",
	    "backend-source: " },
	{ BASE "listen \"more\" { backend = \"127.0.0.1:1\" }\n", "listen: " },
	{ "status-socket = \"/run/a\" user = \"a\"\n"
	  "listen \"ftp\" { backend = \"127.0.0.1:2121\" }\n",
	    "listen: " },
	{ "status-socket = \"/run/a\" user = \"a\"\n"
	  "listen \"ftp\" { address = { \"127.0.0.1:22\" }\n"
	  " backend = \"127.0.0.1:2121\" }\n",
	    "listen: " },
	{ "status-socket = \"/run/a\" user = \"a\"\n"
	  "listen \"ftq\" { address = { \"127.0.0.1:21\" }\n"
	  " backend = \"127.0.0.1:2121\" }\n",
	    "listen: " },
};

START_TEST(what_processes_hold_on_to_needs_a_restart)
{
	struct generation now = { .config = NULL }, next = { .config = NULL };
	struct stssl_error error = { "" };
	const char *refused = changes[_i].refused;

	make_file();
	now.config = config_of(BASE);
	next.config = config_of(changes[_i].text);
	ck_assert_int_eq(generation_check(&now, &next, &error),
	    refused == NULL ? 0 : -EINVAL);
	if (refused != NULL)
		ck_assert_int_eq(
		    strncmp(error.text, refused, strlen(refused)), 0);
	generation_free(&now);
	generation_free(&next);
	private_file_remove(path);
}
END_TEST

START_TEST(a_file_has_changed_when_it_is_written_replaced_or_gone)
{
	struct stat first, second;
	char other[sizeof path + 2];

	make_file();
	first = stssl_file_state(path);
	second = stssl_file_state(path);
	ck_assert(stssl_same_file(&first, &second));
	write_file("longer");
	second = stssl_file_state(path);
	ck_assert(!stssl_same_file(&first, &second));
	(void)snprintf(other, sizeof other, "%s.n", path);
	ck_assert_int_eq(symlink("/etc/passwd", other), 0);
	ck_assert_int_eq(rename(other, path), 0);
	first = stssl_file_state(path);
	ck_assert(!stssl_same_file(&first, &second));
	ck_assert_int_eq(unlink(path), 0);
	second = stssl_file_state(path);
	ck_assert(!stssl_same_file(&first, &second));
	first = stssl_file_state(path);
	ck_assert(stssl_same_file(&first, &second));
	private_file_remove(path);
}
END_TEST

/* Processes that cannot be started */

static bool forks_fail;
pid_t __real_fork(void);
pid_t __wrap_fork(void);

/* As with RLIMIT_NPROC, which root does not have. */
pid_t
__wrap_fork(void)
{
	if (!forks_fail)
		return __real_fork();
	errno = EAGAIN;
	return -1;
}

void
monitor_renewed(struct monitor *m)
{
	(void)m;
	ck_abort_msg("nothing is renewed here");
}

/* A pool for each role, so that there is something to abandon. */
static void
make_pools(void)
{
	static struct pool_kind kinds[ROLE_COUNT];
	static struct pool pools[ROLE_COUNT];

	for (int i = 0; i < ROLE_COUNT; i++) {
		kinds[i].role = (enum role)i;
		pool_init(&pools[i], &kinds[i], &monitor, NULL);
	}
	monitor.keyholders = keyholders_new(&monitor);
	ck_assert_ptr_nonnull(monitor.keyholders);
}

static void
note_end(void *owner, int result, const struct stssl_error *error)
{
	*(int *)owner = result;
	ck_assert_str_eq(error->text,
	    "cannot start a keyholder: Resource temporarily unavailable");
}

/* It does not wait for that. */
START_TEST(a_reload_that_cannot_start_a_keyholder_fails)
{
	int result = 0;
	struct generation now = { .config = NULL };
	struct renewal renewal = {
		.monitor = &monitor, .ended = note_end, .owner = &result
	};

	make_file();
	now.config = config_of(BASE);
	monitor.loop = ev_default_loop(0);
	monitor.generation = &now;
	make_pools();
	renewal_init(&renewal);
	renewal_begin(&renewal);
	/* It is loaded. */
	renewal.next.config = config_of(BASE);
	renewal.step = 1;
	forks_fail = true;
	while (renewal.go.is_queued)
		ev_run(monitor.loop, EVRUN_ONCE);
	ck_assert_int_eq(result, -EAGAIN);
	ck_assert(!renewal.is_on);
	ck_assert_ptr_null(renewal.next.config);
	ck_assert_ptr_null(keyholders_free(monitor.keyholders));
	generation_free(&now);
	private_file_remove(path);
}
END_TEST

size_t
reload_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ what_processes_hold_on_to_needs_a_restart, ROWS(changes) },
		{ a_file_has_changed_when_it_is_written_replaced_or_gone, 0 },
		{ a_reload_that_cannot_start_a_keyholder_fails, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
