/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stsslctl kick: ends a session, whatever it does.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "status/query.h"
#include "stsslctl/command.h"
#include "stsslctl/live.h"

/* As `stsslctl who` prints it; the helper checks it again. */
static bool
is_session(const char *text)
{
	size_t len = strspn(text, "0123456789abcdef");

	return len > 0 && len <= 16 && text[len] == '\0';
}

static enum command_status
kick(int argc, char **argv)
{
	const char *socket = STSSL_STATUS_SOCKET;
	const struct command_option options[] = {
		{ "socket", &socket, NULL },
		{ NULL, NULL, NULL },
	};
	struct stssl_record answer;
	int at = command_options(argc, argv, options), r;

	if (at < 0 || at + 1 != argc || !is_session(argv[at]))
		return command_usage(&command_kick);
	stssl_record_init(&answer);
	r = live_ask(
	    socket, "kick", STSSL_KEY_STSSL_SESSION, argv[at], &answer);
	stssl_record_done(&answer);
	if (r < 0)
		return live_cannot(socket, r);
	if (r == 0) {
		(void)fputs("stsslctl: there is no such session\n", stderr);
		return COMMAND_FOUND;
	}
	return COMMAND_FINE;
}

const struct command command_kick = {
	"kick",
	"SESSION [--socket PATH]",
	"end a session",
	kick,
};
