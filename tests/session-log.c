/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "helper/base/log.h"
#include "tests/session-stage.h"

int
hear_log(void)
{
	int pair[2];

	ck_assert_int_eq(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
	log_through(pair[1]);
	return pair[0];
}

const char *
next_line(int log, const char *event)
{
	static char line[4096];
	ssize_t n;

	do {
		n = recv(log, line, sizeof line - 1, 0);
		ck_assert_msg(n > 0, "the log has no line %s", event);
		line[n] = '\0';
	} while (strncmp(line + 1, event, strlen(event)) != 0 ||
		 line[1 + strlen(event)] != ' ');
	return line + 1;
}
