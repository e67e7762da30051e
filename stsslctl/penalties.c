/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The sources with a penalty, asked for some hundred at a time.
 */
#include <config.h>
#include "stsslctl/penalties.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "setup/penalties.h"
#include "status/address.h"
#include "stsslctl/live.h"
#include "stsslctl/output.h"

/* A helper that counts in circles must not keep us. */
#define SOURCES_MAX 1000000

#define WORD_MAX    32

/* One string of the answer. */
struct row {
	char ip[STSSL_ADDRESS_TEXT];
	char source[STSSL_ADDRESS_TEXT + sizeof "/64"];
	unsigned long seconds;
	bool is_refused;
	unsigned long events[PENALTY_COUNT];
};

static bool
take_event(struct row *row, const char *word, size_t len, unsigned long count)
{
	for (int i = 0; i < PENALTY_COUNT; i++) {
		const char *known = penalty_word((enum penalty_event)i);

		if (strlen(known) != len || strncmp(known, word, len) != 0)
			continue;
		row->events[i] = count;
		return true;
	}
	return false;
}

/* " WORD=COUNT" as often as it comes. */
static bool
take_events(struct row *row, const char *at)
{
	while (*at != '\0') {
		const char *word = at + 1;
		size_t len = strcspn(word, "=");
		char *end;

		if (*at != ' ' || word[len] != '=' || word[len + 1] < '0' ||
		    word[len + 1] > '9')
			return false;
		if (!take_event(
			row, word, len, strtoul(word + len + 1, &end, 10)))
			return false;
		at = end;
	}
	return true;
}

static bool
parse(const char *text, struct row *row)
{
	char state[WORD_MAX];
	struct stssl_address address;
	int end = 0;

	*row = (struct row){ .seconds = 0 };
	/* NOLINTNEXTLINE(cert-err34-c): nine digits do not overflow. */
	if (sscanf(text, "%55s %9lu %31[a-z]%n", row->ip, &row->seconds, state,
		&end) != 3 ||
	    stssl_ip_parse(row->ip, &address) < 0)
		return false;
	(void)snprintf(row->source, sizeof row->source, "%s%s", row->ip,
	    stssl_address_is_ipv4(&address) ? "" : "/64");
	row->is_refused = strcmp(state, "refused") == 0;
	return (row->is_refused || strcmp(state, "counted") == 0) &&
	       take_events(row, text + end);
}

static void
print(const struct row *row)
{
	(void)printf("source=%s seconds=%lu refused=%s", row->source,
	    row->seconds, row->is_refused ? "yes" : "no");
	for (int i = 0; i < PENALTY_COUNT; i++)
		if (row->events[i] > 0)
			(void)printf(" %s=%lu",
			    penalty_word((enum penalty_event)i),
			    row->events[i]);
	(void)putchar('\n');
}

static json_t *
json_of(const struct row *row)
{
	json_t *object = output_need(json_object());
	json_t *events = output_need(json_object());

	for (int i = 0; i < PENALTY_COUNT; i++)
		output_set(events, penalty_word((enum penalty_event)i),
		    output_need(json_integer((json_int_t)row->events[i])));
	output_set(object, "source", output_string(row->source));
	output_set(object, "seconds",
	    output_need(json_integer((json_int_t)row->seconds)));
	output_set(
	    object, "refused", output_need(json_boolean(row->is_refused)));
	output_set(object, "events", events);
	return object;
}

/* Returns how many there were, and leaves the last one's address in `after`. */
static int
take_all(const struct stssl_record *record, json_t *sources,
    char after[static STSSL_ADDRESS_TEXT])
{
	const char *text;
	unsigned n = 0;

	while (
	    n < STSSL_INDEX_MAX && (text = stssl_record_get_nth(record,
					STSSL_KEY_STSSL_SOURCE, n)) != NULL) {
		struct row row;

		if (!parse(text, &row))
			return -EBADMSG;
		if (sources == NULL)
			print(&row);
		else
			output_append(sources, json_of(&row));
		(void)snprintf(after, STSSL_ADDRESS_TEXT, "%s", row.ip);
		n++;
	}
	return n > 0 ? (int)n : -EBADMSG;
}

static int
list(const char *socket, json_t *sources)
{
	char after[STSSL_ADDRESS_TEXT] = "";
	int r = 1, total = 0;

	while (r > 0 && total < SOURCES_MAX) {
		struct stssl_record record;

		stssl_record_init(&record);
		r = live_ask(socket, "penalties", STSSL_KEY_STSSL_AFTER,
		    total == 0 ? NULL : after, &record);
		if (r == 1)
			r = take_all(&record, sources, after);
		total += r;
		stssl_record_done(&record);
	}
	return r < 0 ? r : 0;
}

enum command_status
penalties_print(const char *socket, bool json)
{
	json_t *sources = json ? output_need(json_array()) : NULL, *all;
	int r = list(socket, sources);

	if (r < 0) {
		json_decref(sources);
		return live_cannot(socket, r);
	}
	if (json) {
		all = output_need(json_object());
		output_set(all, "sources", sources);
		output_json(all);
	}
	return COMMAND_FINE;
}
