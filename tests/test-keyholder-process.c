/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The keyholder's process: what it gives up before it has keys, whom it serves
 * and for how long.  The test plays the monitor and the workers.
 */
#include <config.h>
#include "helper/keyholder/keyholder.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "helper/base/keyrequest.h"
#include "helper/base/log.h"
#include "helper/base/message.h"
#include "helper/base/sandbox.h"
#include "tests/certificates.h"
#include "tests/test.h"

/* What the keyholder calls, and the linker leads here. */

void __real_free(void *p);
void __wrap_free(void *p);
unsigned __real_alarm(unsigned seconds);
unsigned __wrap_alarm(unsigned seconds);
int __real_sandbox_enter(const struct sandbox *s);
int __wrap_sandbox_enter(const struct sandbox *s);

/* Of the keyholder, in memory that it shares with the test. */
static struct {
	unsigned alarms[8]; /* as they were asked for */
	unsigned count;
	unsigned rights; /* of its sandbox */
} * seen;

/* What it has freed: kept, and overwritten, to see that it stays so. */
static void *freed[4096];
static size_t freed_count;
#define FREED 0xa5

static bool is_sandbox_broken;

void
__wrap_free(void *p)
{
	if (p == NULL || freed_count == ROWS(freed)) {
		__real_free(p);
		return;
	}
	memset(p, FREED, malloc_usable_size(p));
	freed[freed_count++] = p;
}

static bool
is_used_after_free(void)
{
	for (size_t i = 0; i < freed_count; i++) {
		const unsigned char *bytes = freed[i];

		for (size_t n = malloc_usable_size(freed[i]); n > 0; n--)
			if (*bytes++ != FREED)
				return true;
	}
	return false;
}

unsigned
__wrap_alarm(unsigned seconds)
{
	if (seen != NULL && seen->count < ROWS(seen->alarms))
		seen->alarms[seen->count++] = seconds;
	return __real_alarm(seconds);
}

int
__wrap_sandbox_enter(const struct sandbox *s)
{
	seen->rights = s->rights;
	return is_sandbox_broken ? -EPERM : __real_sandbox_enter(s);
}

/* The stage */

static struct files files;
static struct made server;
static char certificate[256], key[256];
static char *certificates[1] = { certificate }, *keys[1] = { key };
static const struct helper_config config = {
	.tls = { .certificates = { certificates, 1 }, .keys = { keys, 1 } }
};
static pid_t holder;
static int channel;
/* Called in the keyholder's process before it begins, or NULL. */
static void (*prepare)(void);

static void
write_files(void)
{
	gnutls_datum_t pem;

	files_init(&files);
	make_at(time(NULL));
	server = make_leaf("server", NULL, NULL);
	pem = pem_of(&server);
	(void)snprintf(certificate, sizeof certificate, "%s",
	    write_file(&files, "server.pem", &pem, 1));
	gnutls_free(pem.data);
	ck_assert_int_ge(
	    gnutls_x509_privkey_export2_pkcs8(
		server.key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem),
	    0);
	(void)snprintf(
	    key, sizeof key, "%s", write_file(&files, "server.key", &pem, 1));
	gnutls_free(pem.data);
}

static void
launch(void)
{
	int pair[2], status;

	seen = mmap(NULL, sizeof *seen, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(seen, MAP_FAILED);
	ck_assert_int_eq(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	holder = fork();
	ck_assert_int_ne(holder, -1);
	if (holder == 0) {
		(void)close(pair[0]);
		if (prepare != NULL)
			prepare();
		status = keyholder_main(&config, pair[1]);
		_exit(is_used_after_free() ? 99 : status);
	}
	(void)close(pair[1]);
	channel = pair[0];
}

/* What it says of its keys: 0, or what message_receive() says. */
static int
wait_loaded(uint32_t *ret_len)
{
	static char text[STSSL_RECORD_MAX];
	struct message m = { 0 };
	struct pollfd p = { .fd = channel, .events = POLLIN };
	int fd = -1, r;

	ck_assert_int_eq(poll(&p, 1, -1), 1);
	r = message_receive(channel, SENDER_KEYHOLDER, &m, &fd, text);
	if (r == 0)
		*ret_len = m.u.loaded.text_len;
	return r;
}

static void
start(void)
{
	uint32_t len = 1;

	write_files();
	launch();
	ck_assert_int_eq(wait_loaded(&len), 0);
	ck_assert_uint_eq(len, 0);
}

/* The keyholder has ended, by itself. */
static void
expect_end(int expected)
{
	int status;

	ck_assert_int_eq(waitpid(holder, &status, 0), holder);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == expected,
	    "status %#x", (unsigned)status);
}

/* The last line is gone, or there was none: the end of the test, too. */
static void
finish(void)
{
	(void)close(channel);
	expect_end(EXIT_SUCCESS);
	unmake(&server);
	files_done(&files);
}

static int
new_line(uint32_t worker)
{
	struct message m = { .type = MESSAGE_KEYS, .u.keys.worker = worker };
	int pair[2];

	ck_assert_int_eq(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	ck_assert_int_eq(message_send(channel, &m, pair[1], NULL, 0), 0);
	(void)close(pair[1]);
	return pair[0];
}

static const struct key_request nothing = { .algorithm = KEY_NOTHING };

/* True when it was answered, as it should be; false when the line has ended. */
static bool
is_answered(int line, struct key_request request)
{
	const bool is_signed =
	    request.algorithm != KEY_NOTHING && request.key == 0;
	static uint64_t serial;
	struct key_answer answer = { 0 };

	request.serial = ++serial;
	(void)send(line, &request, sizeof request, MSG_NOSIGNAL);
	if (recv(line, &answer, sizeof answer, 0) != sizeof answer)
		return false;
	ck_assert_uint_eq(answer.serial, serial);
	ck_assert_int_eq(answer.len > 0, is_signed);
	return true;
}

/* As a worker that ends; then the keyholder has ended it, too. */
static void
end_line(int line)
{
	ck_assert_int_eq(shutdown(line, SHUT_WR), 0);
	ck_assert_int_eq(recv(line, &(char){ 0 }, 1, 0), 0);
	(void)close(line);
}

/* What it gives up */

static void
become_ordinary(void)
{
	if (geteuid() == 0) {
		ck_assert_int_eq(setresgid(65534, 65534, 65534), 0);
		ck_assert_int_eq(setresuid(65534, 65534, 65534), 0);
	}
	/* As a process of this user that was started by exec. */
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
	write_files();
	/* It has the key when it opens the certificate: so it waits there. */
	(void)unlink(certificate);
	ck_assert_int_eq(mkfifo(certificate, 0600), 0);
	launch();
	pipe = fopen(certificate, "we");
	ck_assert_ptr_nonnull(pipe);
	ck_assert(!can_be_looked_into(holder));
	pem = pem_of(&server);
	ck_assert_uint_eq(fwrite(pem.data, 1, pem.size, pipe), pem.size);
	ck_assert_int_eq(fclose(pipe), 0);
	gnutls_free(pem.data);
	ck_assert_int_eq(wait_loaded(&len), 0);
	ck_assert_uint_eq(len, 0);
	ck_assert(!can_be_looked_into(holder));
	ck_assert_uint_eq(status_of(holder, "\nNoNewPrivs:"), 1);
	ck_assert_uint_eq(status_of(holder, "\nSeccomp:"), 2);
	/* Those of keys in files. */
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

	write_files();
	prepare = break_sandbox;
	launch();
	ck_assert_int_eq(wait_loaded(&len), -EPIPE);
	expect_end(EXIT_FAILURE);
	files_done(&files);
}
END_TEST

START_TEST(wrong_keys_are_told_and_it_ends)
{
	uint32_t len = 0;

	write_files();
	ck_assert_int_eq(unlink(key), 0);
	launch();
	ck_assert_int_eq(wait_loaded(&len), 0);
	ck_assert_uint_gt(len, 0);
	expect_end(EXIT_FAILURE);
	files_done(&files);
}
END_TEST

static const struct key_request signature = { .algorithm = KEY_ECDSA_SHA256,
	.len = 32 };

static void
ignore_alarms(void)
{
	(void)signal(SIGALRM, SIG_IGN);
}

START_TEST(loading_and_signing_have_their_time)
{
	static const unsigned expected[] = { KEYHOLDER_LOAD_SECONDS, 0, 10, 0 };
	int line;

	prepare = ignore_alarms;
	start();
	/* Whoever started it: the end of the time ends it. */
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

/* Lines */

static const unsigned char orders[][3] = { { 0, 1, 2 }, { 0, 2, 1 },
	{ 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

START_TEST(lines_may_end_in_any_order)
{
	int lines[3];

	start();
	for (size_t i = 0; i < 3; i++) {
		lines[i] = new_line((uint32_t)i);
		ck_assert(is_answered(lines[i], nothing));
	}
	for (size_t i = 0; i < 3; i++) {
		end_line(lines[orders[_i][i]]);
		for (size_t j = i + 1; j < 3; j++)
			ck_assert(is_answered(lines[orders[_i][j]], nothing));
	}
	/* That is no complaint. */
	ck_assert_int_eq(recv(channel, &(char){ 0 }, 1, MSG_DONTWAIT), -1);
	/* Others come where they were. */
	lines[0] = new_line(4);
	ck_assert(is_answered(lines[0], nothing));
	end_line(lines[0]);
	finish();
}
END_TEST

START_TEST(who_is_left_is_served_when_the_monitor_says_no_more)
{
	int first, second;

	start();
	first = new_line(1);
	second = new_line(2);
	ck_assert(is_answered(first, nothing));
	ck_assert(is_answered(second, nothing));
	if (_i == 0) {
		ck_assert_int_eq(shutdown(channel, SHUT_WR), 0);
	} else {
		/* Nor is it listened to after nonsense. */
		ck_assert_int_eq(send(channel, "x", 1, 0), 1);
	}
	ck_assert_int_eq(recv(channel, &(char){ 0 }, 1, 0), 0);
	ck_assert(is_answered(first, signature));
	end_line(first);
	ck_assert(is_answered(second, signature));
	ck_assert_int_eq(waitpid(holder, NULL, WNOHANG), 0);
	end_line(second);
	finish();
}
END_TEST

/* No handshake's, too short, too long. */
static const struct {
	size_t len;
	uint32_t zero;
} refusals[] = {
	{ sizeof signature, 1 },
	{ sizeof signature - 1, 0 },
	{ sizeof signature + 1, 0 },
};

START_TEST(who_is_refused_is_told_to_the_monitor)
{
	struct key_request bad[2] = { signature, signature };
	struct message m = { .type = MESSAGE_KEYS, .u.keys.worker = 4711 };
	struct pollfd p = { .events = POLLIN };
	int pair[2], other, fd = -1;

	start();
	other = new_line(1);
	/* The other end stays open here: the worker sees the end all the same. */
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	ck_assert_int_eq(message_send(channel, &m, pair[1], NULL, 0), 0);
	bad[0].zero = refusals[_i].zero;
	ck_assert_int_eq(
	    send(pair[0], bad, refusals[_i].len, 0), (int)refusals[_i].len);
	ck_assert_int_eq(recv(pair[0], &(char){ 0 }, 1, 0), 0);
	p.fd = channel;
	ck_assert_int_eq(poll(&p, 1, -1), 1);
	ck_assert_int_eq(
	    message_receive(channel, SENDER_KEYHOLDER, &m, &fd, NULL), 0);
	ck_assert_int_eq(m.type, MESSAGE_REFUSED);
	ck_assert_uint_eq(m.u.refused.worker, 4711);
	ck_assert(is_answered(other, signature));
	(void)close(pair[0]);
	(void)close(pair[1]);
	end_line(other);
	finish();
}
END_TEST

START_TEST(a_worker_that_does_not_read_holds_up_nobody)
{
	int deaf, gone, other;

	start();
	deaf = new_line(1);
	gone = new_line(2);
	other = new_line(3);
	for (int i = 0; i < 2000; i++)
		ck_assert_int_eq(send(deaf, &nothing, sizeof nothing, 0),
		    (int)sizeof nothing);
	ck_assert_int_eq(
	    send(gone, &signature, sizeof signature, 0), sizeof signature);
	(void)close(gone);
	ck_assert(is_answered(other, nothing));
	ck_assert(is_answered(other, signature));
	(void)close(deaf);
	end_line(other);
	finish();
}
END_TEST

#define SOFT 12
#define HARD 40

static void
have_few_descriptors(void)
{
	const struct rlimit few = { SOFT, HARD };

	if (setrlimit(RLIMIT_NOFILE, &few) == -1)
		_exit(1);
}

START_TEST(there_are_as_many_lines_as_descriptors_and_the_rest_end)
{
	int lines[HARD];
	size_t count = 0;

	prepare = have_few_descriptors;
	start();
	while ((lines[count] = new_line(1)) != -1 &&
	       is_answered(lines[count], nothing))
		ck_assert_uint_lt(++count, HARD);
	ck_assert_uint_gt(count, SOFT);
	(void)close(lines[count]);
	/* It goes on, and there is room again when one has ended. */
	end_line(lines[0]);
	lines[0] = new_line(1);
	for (size_t i = 0; i < count; i++)
		ck_assert(is_answered(lines[i], nothing));
	for (size_t i = 0; i < count; i++)
		end_line(lines[i]);
	finish();
}
END_TEST

START_TEST(a_client_is_none_of_its_business)
{
	const struct message m = { .type = MESSAGE_CLIENT };
	int pair[2], line;

	start();
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ck_assert_int_eq(message_send(channel, &m, pair[1], NULL, 0), 0);
	(void)close(pair[1]);
	ck_assert_int_eq(recv(pair[0], &(char){ 0 }, 1, 0), 0);
	(void)close(pair[0]);
	line = new_line(1);
	ck_assert(is_answered(line, nothing));
	end_line(line);
	finish();
}
END_TEST

static int complaints[2];

static void
complain_there(void)
{
	(void)dup2(complaints[1], STDERR_FILENO);
	(void)close(complaints[1]);
}

START_TEST(a_key_that_fails_is_told_once_until_one_is_good_again)
{
	struct key_request missing = signature;
	char text[1024];
	size_t len = 0, told = 0;
	ssize_t n;
	int line;

	ck_assert_int_eq(pipe(complaints), 0);
	prepare = complain_there;
	start();
	(void)close(complaints[1]);
	line = new_line(1);
	missing.key = 1;
	ck_assert(is_answered(line, missing));
	ck_assert(is_answered(line, missing));
	ck_assert(is_answered(line, signature));
	ck_assert(is_answered(line, missing));
	end_line(line);
	finish();
	while ((n = read(complaints[0], text + len, sizeof text - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	for (const char *at = text; (at = strstr(at, "key 2: ")) != NULL; at++)
		told++;
	ck_assert_msg(told == 2, "%s", text);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ the_keyholder_is_hidden_before_it_has_keys, 0 },
		{ without_its_sandbox_it_does_not_go_on, 0 },
		{ wrong_keys_are_told_and_it_ends, 0 },
		{ loading_and_signing_have_their_time, 0 },
		{ lines_may_end_in_any_order, ROWS(orders) },
		{ who_is_left_is_served_when_the_monitor_says_no_more, 2 },
		{ who_is_refused_is_told_to_the_monitor, ROWS(refusals) },
		{ a_worker_that_does_not_read_holds_up_nobody, 0 },
		{ there_are_as_many_lines_as_descriptors_and_the_rest_end, 0 },
		{ a_client_is_none_of_its_business, 0 },
		{ a_key_that_fails_is_told_once_until_one_is_good_again, 0 },
	};

	log_open(LOG_TARGET_STDERR, "test", true);
	return test_main("keyholder-process", cases, ROWS(cases));
}
