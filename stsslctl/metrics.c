/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stsslctl metrics: the helper's counters, printed or over HTTP.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>

#include "stsslctl/ask.h"
#include "stsslctl/metrics_http.h"
#include "stsslctl/metrics_text.h"

enum command_status
command_metrics(const struct arguments *a)
{
	char *text;
	int r;

	if (a->http && a->plain)
		return command_object("--plain", "goes without --http");
	if (a->http)
		return metrics_http(a->socket);
	r = metrics_get(a->socket, &text);
	if (r < 0)
		return ask_failed(a->socket, r);
	if (a->plain)
		metrics_plain(stdout, text);
	else
		(void)fputs(text, stdout);
	free(text);
	return COMMAND_FINE;
}
