/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A short table, searched from end to end.
 */
#include <config.h>
#include "helper/inquirer/responders.h"

#include <stdio.h>
#include <string.h>

static ssize_t
find(const struct responders *r, const char *url)
{
	for (ssize_t i = 0; i < RESPONDERS_MAX; i++)
		if (strcmp(r->list[i].url, url) == 0)
			return i;
	return -1;
}

/* The one of this URL, maybe in the place of another. */
static struct responder *
get(struct responders *r, const char *url)
{
	ssize_t i = find(r, url);

	if (i >= 0)
		return &r->list[i];
	i = (ssize_t)r->next;
	r->next = (r->next + 1) % RESPONDERS_MAX;
	r->list[i] = (struct responder){ .rest_until = 0 };
	(void)snprintf(r->list[i].url, sizeof r->list[i].url, "%s", url);
	return &r->list[i];
}

bool
responders_rest(const struct responders *r, const char *url, time_t now)
{
	ssize_t i = find(r, url);

	return i >= 0 && now < r->list[i].rest_until;
}

void
responders_failed(struct responders *r, const char *url, time_t now)
{
	get(r, url)->rest_until = now + RESPONDERS_REST;
}

bool
responders_complain(struct responders *r, const char *url, time_t now)
{
	struct responder *one = get(r, url);

	if (now < one->silent_until)
		return false;
	one->silent_until = now + RESPONDERS_SILENCE;
	return true;
}
