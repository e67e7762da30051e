/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keyholder's process: what it gives up before it has keys, and the time
 * that it has.
 */
#include <config.h>
#include "tests/test-keyholder-process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "helper/keyholder/keyholder.h"

static void
become_ordinary(void)
{
	if (geteuid() == 0) {
		ck_assert_int_eq(setresgid(65534, 65534, 65534), 0);
		ck_assert_int_eq(setresuid(65534, 65534, 65534), 0);
	}
	/* As if exec had started this process as this user. */
	ck_assert_int_eq(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0), 0);
}

static bool
can_be_looked_into(pid_t pid)
{
	char path[64];
	int fd;

	(void)snprintf(path, sizeof path, "/proc/%ld/mem", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd != -1)
		(void)close(fd);
	return fd != -1;
}

/* A hexadecimal number of /proc/PID/status. */
static unsigned long
status_of(pid_t pid, const char *name)
{
	char path[64], text[8192];
	const char *found;
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof path, "/proc/%ld/status", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = read(fd, text, sizeof text - 1);
	(void)close(fd);
	text[n < 0 ? 0 : n] = '\0';
	found = strstr(text, name);
	ck_assert_ptr_nonnull(found);
	return strtoul(found + strlen(name), NULL, 16);
}

START_TEST(the_keyholder_is_hidden_before_it_has_keys)
{
	gnutls_datum_t pem;
	uint32_t len = 1;
	FILE *pipe;

	become_ordinary();
	ck_assert(can_be_looked_into(getpid()));
	key_files_make(&server, NULL);
	/* It opens the certificate after the key, and waits there. */
	(void)unlink(server.certificate);
	ck_assert_int_eq(mkfifo(server.certificate, 0600), 0);
	launch(NULL);
	pipe = fopen(server.certificate, "we");
	ck_assert_ptr_nonnull(pipe);
	ck_assert(!can_be_looked_into(holder));
	pem = pem_of(&server.server);
	ck_assert_uint_eq(fwrite(pem.data, 1, pem.size, pipe), pem.size);
	ck_assert_int_eq(fclose(pipe), 0);
	gnutls_free(pem.data);
	ck_assert_int_eq(wait_loaded(&len), 0);
	ck_assert_uint_eq(len, 0);
	ck_assert(!can_be_looked_into(holder));
	ck_assert_uint_eq(status_of(holder, "\nNoNewPrivs:"), 1);
	ck_assert_uint_eq(status_of(holder, "\nSeccomp:"), 2);
	/* Keys in files need no rights. */
	ck_assert_uint_eq(seen->rights, 0);
	finish();
}
END_TEST

static void
break_sandbox(void)
{
	is_sandbox_broken = true;
}

START_TEST(without_its_sandbox_it_does_not_go_on)
{
	uint32_t len;

	key_files_make(&server, NULL);
	launch(break_sandbox);
	ck_assert_int_eq(wait_loaded(&len), -EPIPE);
	expect_end(EXIT_FAILURE);
	key_files_remove(&server);
}
END_TEST

START_TEST(wrong_keys_are_told_and_it_ends)
{
	uint32_t len = 0;

	key_files_make(&server, NULL);
	ck_assert_int_eq(unlink(server.key), 0);
	launch(NULL);
	ck_assert_int_eq(wait_loaded(&len), 0);
	ck_assert_uint_gt(len, 0);
	expect_end(EXIT_FAILURE);
	key_files_remove(&server);
}
END_TEST

static void
ignore_alarms(void)
{
	(void)signal(SIGALRM, SIG_IGN);
}

START_TEST(loading_and_signing_have_their_time)
{
	static const unsigned expected[] = { KEYHOLDER_LOAD_SECONDS, 0, 10, 0 };
	int line;

	start(ignore_alarms);
	/* The signal is ignored no more: the end of the time ends it. */
	ck_assert_uint_eq(
	    status_of(holder, "\nSigIgn:") & 1ul << (SIGALRM - 1), 0);
	ck_assert_uint_eq(seen->count, 2);
	line = new_line(1);
	ck_assert(is_answered(line, nothing));
	ck_assert_uint_eq(seen->count, 2);
	ck_assert(is_answered(line, signature));
	ck_assert_uint_eq(seen->count, ROWS(expected));
	ck_assert_mem_eq(seen->alarms, expected, sizeof expected);
	end_line(line);
	finish();
}
END_TEST

size_t
begin_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ the_keyholder_is_hidden_before_it_has_keys, 0 },
		{ without_its_sandbox_it_does_not_go_on, 0 },
		{ wrong_keys_are_told_and_it_ends, 0 },
		{ loading_and_signing_have_their_time, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
