/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A keyholder's process, and what the tests see of it.
 */
#include <config.h>
#include "tests/test-keyholder-process.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/base/message.h"
#include "helper/base/sandbox.h"
#include "helper/keyholder/keyholder.h"

/* The linker leads the keyholder's calls of these here. */

void __real_free(void *p);
void __wrap_free(void *p);
unsigned __real_alarm(unsigned seconds);
unsigned __wrap_alarm(unsigned seconds);
int __real_sandbox_enter(const struct sandbox *s);
int __wrap_sandbox_enter(const struct sandbox *s);

struct seen *seen;
struct key_files server;
pid_t holder;
int channel;
bool is_sandbox_broken;

const struct key_request nothing = { .algorithm = KEY_NOTHING };
const struct key_request signature = { .algorithm = KEY_ECDSA_SHA256,
	.len = 32 };

/* Memory that it has freed is kept and overwritten, to see who uses it. */
static void *freed[4096];
static size_t freed_count;
#define FREED 0xa5

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

void
launch(void (*prepare)(void))
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
		status = keyholder_main(&server.config, pair[1]);
		_exit(is_used_after_free() ? 99 : status);
	}
	(void)close(pair[1]);
	channel = pair[0];
}

int
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

void
start(void (*prepare)(void))
{
	uint32_t len = 1;

	key_files_make(&server, NULL);
	launch(prepare);
	ck_assert_int_eq(wait_loaded(&len), 0);
	ck_assert_uint_eq(len, 0);
}

void
expect_end(int expected)
{
	int status;

	ck_assert_int_eq(waitpid(holder, &status, 0), holder);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == expected,
	    "status %#x", (unsigned)status);
}

void
finish(void)
{
	(void)close(channel);
	expect_end(EXIT_SUCCESS);
	key_files_remove(&server);
}

int
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

bool
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

void
end_line(int line)
{
	ck_assert_int_eq(shutdown(line, SHUT_WR), 0);
	ck_assert_int_eq(recv(line, &(char){ 0 }, 1, 0), 0);
	(void)close(line);
}

int
main(void)
{
	struct test_case cases[20];
	size_t count = begin_cases(cases);

	count += line_cases(cases + count);
	log_open(LOG_TARGET_STDERR, "test", true);
	return test_main("keyholder-process", cases, count);
}
