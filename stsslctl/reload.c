/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stsslctl reload: as SIGHUP does, but says what came of it.
 */
#include <config.h>

#include <stdio.h>

#include "status/query.h"
#include "status/quote.h"
#include "stsslctl/command.h"
#include "stsslctl/live.h"
#include "stsslctl/output.h"

/* Large revocation lists take their time. */
#define PATIENCE_MS 60000

static enum command_status
reload(int argc, char **argv)
{
	const char *socket = STSSL_STATUS_SOCKET;
	const struct command_option options[] = {
		{ "socket", &socket, NULL },
		{ NULL, NULL, NULL },
	};
	struct stssl_record answer;
	const char *error;
	int r;

	if (command_options(argc, argv, options) != argc)
		return command_usage(&command_reload);
	stssl_record_init(&answer);
	r = live_ask_for(socket, "reload", STSSL_KEY_STSSL_ERROR, NULL,
	    PATIENCE_MS, &answer);
	if (r < 0)
		return live_cannot(socket, r);
	error = stssl_record_get(&answer, STSSL_KEY_STSSL_ERROR);
	if (error != NULL) {
		(void)fputs("stsslctl: not reloaded: ", stderr);
		output_text(stderr, error);
		(void)fputc('\n', stderr);
	}
	r = error == NULL ? COMMAND_FINE : COMMAND_FOUND;
	stssl_record_done(&answer);
	return (enum command_status)r;
}

const struct command command_reload = {
	"reload",
	"[--socket PATH]",
	"have the helper load its configuration and files anew",
	reload,
};
