/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stsslctl metrics: what the helper has counted, as it says it.
 */
#include <config.h>

#include <stdio.h>

#include "status/query.h"
#include "stsslctl/command.h"
#include "stsslctl/live.h"

/* Lines stay lines; anything else that is not printable is no OpenMetrics. */
static bool
is_clean(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text != '\n' &&
		    ((unsigned char)*text < 0x20 || *text == 0x7f))
			return false;
	return true;
}

static enum command_status
metrics(int argc, char **argv)
{
	const char *socket = STSSL_STATUS_SOCKET, *text;
	const struct command_option options[] = {
		{ "socket", &socket, NULL },
		{ NULL, NULL, NULL },
	};
	struct stssl_record answer;
	enum command_status status = COMMAND_FINE;
	int r;

	if (command_options(argc, argv, options) != argc)
		return command_usage(&command_metrics);
	stssl_record_init(&answer);
	r = live_ask(socket, "metrics", STSSL_KEY_STSSL_METRICS, NULL, &answer);
	if (r < 0)
		return live_cannot(socket, r);
	text = stssl_record_get(&answer, STSSL_KEY_STSSL_METRICS);
	if (text == NULL || !is_clean(text))
		status = command_say("the helper is of another version");
	else
		(void)fputs(text, stdout);
	stssl_record_done(&answer);
	return status;
}

const struct command command_metrics = {
	"metrics",
	"[--socket PATH]",
	"counters as OpenMetrics text",
	metrics,
};
