/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "tests/keyholder-stage.h"

#include <check.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/message.h"
#include "helper/keyholder/keyholder.h"

/* The process id is not kept: the test's parent reaps the process. */
static int
launch(const struct helper_config *config)
{
	int pair[2];
	pid_t pid;

	ck_assert_int_eq(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	pid = fork();
	ck_assert_int_ne(pid, -1);
	if (pid == 0) {
		(void)close(pair[0]);
		_exit(keyholder_main(config, pair[1]));
	}
	(void)close(pair[1]);
	return pair[0];
}

int
keyholder_stage(const struct tls_config *tls)
{
	const struct helper_config config = { .tls = *tls };

	return keyholder_stage_of(&config);
}

int
keyholder_stage_of(const struct helper_config *config)
{
	static char text[STSSL_RECORD_MAX];
	const struct message line = { .type = MESSAGE_KEYS };
	struct message m;
	struct pollfd p = { .fd = launch(config), .events = POLLIN };
	int pair[2], fd;

	ck_assert_int_eq(poll(&p, 1, -1), 1);
	ck_assert_int_eq(
	    message_receive(p.fd, SENDER_KEYHOLDER, &m, &fd, text), 0);
	ck_assert_msg(
	    m.u.loaded.text_len == 0, "%.*s", (int)m.u.loaded.text_len, text);
	ck_assert_int_eq(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	ck_assert_int_eq(message_send(p.fd, &line, pair[1], NULL, 0), 0);
	(void)close(pair[1]);
	(void)close(p.fd);
	return pair[0];
}
