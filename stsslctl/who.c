/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stsslctl who: the sessions that there are now, or the sources with a penalty.
 * Each question goes on where the answers to the one before ended.
 */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "setup/penalties.h"
#include "status/address.h"
#include "status/quote.h"
#include "stsslctl/ask.h"
#include "stsslctl/output.h"

/* No more are asked for, should a faulty helper never stop. */
#define LIST_MAX 1000000

/* Bytes of a session's number, or of an address. */
#define AFTER_MAX 64

/*
 * Take an answer: print what is in it, or append it to `list` if that is not
 * NULL.  `after` has the last of the answer before, or "", and gets the last of
 * this one.  Returns how many there were, or -EBADMSG.
 */
typedef int take_function(const struct stssl_record *answer, json_t *list,
    char after[static AFTER_MAX]);

/* Of each session: the key of the record, the name, and its form. */
static const struct column {
	enum stssl_key key;
	const char *name;
	bool is_number;
	bool is_quoted;
} columns[] = {
	{ STSSL_KEY_STSSL_SESSION, "session", false, false },
	{ STSSL_KEY_STSSL_LISTENER, "listener", false, false },
	{ STSSL_KEY_STSSL_EDGE, "edge", false, false },
	{ STSSL_KEY_REMOTE_ADDR, "address", false, false },
	{ STSSL_KEY_REMOTE_PORT, "port", true, false },
	{ STSSL_KEY_STSSL_AGE, "age", true, false },
	{ STSSL_KEY_STSSL_BYTES_IN, "in", true, false },
	{ STSSL_KEY_STSSL_BYTES_OUT, "out", true, false },
	{ STSSL_KEY_STSSL_USER, "user", false, true },
	{ STSSL_KEY_STSSL_SERVICE, "service", false, true },
	{ STSSL_KEY_STSSL_CLASS, "class", false, true },
	{ STSSL_KEY_STSSL_VERDICT, "verdict", false, false },
	{ STSSL_KEY_STSSL_REASON, "reason", false, false },
	{ STSSL_KEY_STSSL_DATA, "data", false, false },
	{ STSSL_KEY_STSSL_KERNEL_TLS, "kernel-tls", false, false },
	{ STSSL_KEY_SSL_PROTOCOL, "tls", false, false },
	{ STSSL_KEY_SSL_CIPHER, "cipher", false, false },
	{ STSSL_KEY_SSL_CLIENT_VERIFY, "verify", false, false },
	{ STSSL_KEY_SSL_CLIENT_S_DN, "certificate", false, true },
	{ STSSL_KEY_SSL_CLIENT_CERT_SHA256, "sha256", false, false },
};

#define COLUMNS (sizeof columns / sizeof columns[0])

static json_t *
session_of(const struct stssl_record *record)
{
	json_t *session = output_need(json_object());

	for (size_t i = 0; i < COLUMNS; i++) {
		const char *value = stssl_record_get(record, columns[i].key);

		output_set(session, columns[i].name,
		    columns[i].is_number && value != NULL
			? output_need(json_integer(strtoll(value, NULL, 10)))
			: output_string(value));
	}
	return session;
}

/* One line of key=value, as in the helper's log; absent keys are left out. */
static void
print_session(const struct stssl_record *record)
{
	char quoted[STSSL_QUOTE_MAX];
	const char *front = "";

	for (size_t i = 0; i < COLUMNS; i++) {
		const char *value = stssl_record_get(record, columns[i].key);

		if (value == NULL || value[0] == '\0')
			continue;
		(void)printf("%s%s=", front, columns[i].name);
		if (columns[i].is_quoted)
			(void)fputs(
			    stssl_quote(quoted, sizeof quoted, value), stdout);
		else
			output_text(stdout, value);
		front = " ";
	}
	(void)putchar('\n');
}

/* Each session has a higher number than the one before. */
static int
take_session(const struct stssl_record *answer, json_t *list,
    char after[static AFTER_MAX])
{
	const char *number = stssl_record_get(answer, STSSL_KEY_STSSL_SESSION);

	if (number == NULL || strlen(number) >= AFTER_MAX ||
	    strtoull(number, NULL, 16) <= strtoull(after, NULL, 16))
		return -EBADMSG;
	(void)snprintf(after, AFTER_MAX, "%s", number);
	if (list == NULL)
		print_session(answer);
	else
		output_append(list, session_of(answer));
	return 1;
}

/* " WORD=COUNT", any number of times; `events` has all words, with 0. */
static bool
take_events(const char *at, json_t *events)
{
	char word[32], count[20];
	int end;

	for (; *at != '\0'; at += end) {
		if (sscanf(at, " %31[a-z-]=%18[0-9]%n", word, count, &end) !=
			2 ||
		    json_object_get(events, word) == NULL)
			return false;
		output_set(events, word,
		    output_need(json_integer(strtoll(count, NULL, 10))));
	}
	return true;
}

/* Reads "ADDRESS SECONDS refused|counted EVENTS"; NULL if malformed. */
static json_t *
source_of(const char *text, char ip[static AFTER_MAX])
{
	json_t *events = output_need(json_object());
	struct stssl_address address;
	char source[AFTER_MAX + sizeof "/64"], state[32];
	int seconds, end = 0;
	bool refused;

	for (int i = 0; i < PENALTY_COUNT; i++)
		output_set(events, penalty_word((enum penalty_event)i),
		    output_need(json_integer(0)));
	/* NOLINTNEXTLINE(cert-err34-c): nine digits do not overflow. */
	if (sscanf(text, "%55s %9d %31[a-z]%n", ip, &seconds, state, &end) !=
		3 ||
	    stssl_ip_parse(ip, &address) < 0 ||
	    !take_events(text + end, events)) {
		json_decref(events);
		return NULL;
	}
	refused = strcmp(state, "refused") == 0;
	if (!refused && strcmp(state, "counted") != 0) {
		json_decref(events);
		return NULL;
	}
	(void)snprintf(source, sizeof source, "%s%s", ip,
	    stssl_address_is_ipv4(&address) ? "" : "/64");
	return output_need(json_pack("{s:s, s:i, s:b, s:o}", "source", source,
	    "seconds", seconds, "refused", refused, "events", events));
}

static void
print_source(const json_t *source)
{
	const json_t *events = json_object_get(source, "events");

	(void)printf("source=%s seconds=%lld refused=%s",
	    output_get(source, "source"),
	    (long long)json_integer_value(json_object_get(source, "seconds")),
	    json_is_true(json_object_get(source, "refused")) ? "yes" : "no");
	for (int i = 0; i < PENALTY_COUNT; i++) {
		const char *word = penalty_word((enum penalty_event)i);
		json_int_t count =
		    json_integer_value(json_object_get(events, word));

		if (count > 0)
			(void)printf(" %s=%lld", word, (long long)count);
	}
	(void)putchar('\n');
}

static int
take_sources(const struct stssl_record *answer, json_t *list,
    char after[static AFTER_MAX])
{
	const char *text;
	unsigned n = 0;

	for (; n < STSSL_INDEX_MAX; n++) {
		json_t *source;

		text = stssl_record_get_nth(answer, STSSL_KEY_STSSL_SOURCE, n);
		if (text == NULL)
			break;
		source = source_of(text, after);
		if (source == NULL)
			return -EBADMSG;
		if (list == NULL)
			print_source(source);
		else
			output_append(list, json_incref(source));
		json_decref(source);
	}
	return n > 0 ? (int)n : -EBADMSG;
}

/*
 * Take all answers to one question, and add how many there were in them to
 * *total.  Returns 1 when there may be more; 0 behind the last; or -errno.
 */
static int
take_all(int fd, take_function *take, json_t *all, char after[static AFTER_MAX],
    int *total)
{
	const int before = *total;
	int r = 1;

	while (r > 0 && *total < LIST_MAX) {
		struct stssl_record answer;

		stssl_record_init(&answer);
		r = ask_next(fd, STSSL_QUERY_TIMEOUT_MS, &answer);
		if (r == 1)
			r = take(&answer, all, after);
		stssl_record_done(&answer);
		*total += r > 0 ? r : 0;
	}
	if (r == -ENODATA)
		return *total > before ? 1 : -EBADMSG;
	return r < 0 ? r : r > 0;
}

/* `name` is the key of the list in JSON. */
static enum command_status
list(const struct arguments *a, const char *question, const char *name,
    take_function *take)
{
	json_t *all = a->json ? output_need(json_array()) : NULL;
	char after[AFTER_MAX] = "";
	int fd, r, total = 0;

	do {
		r = ask_first(a->socket, question, STSSL_KEY_STSSL_AFTER,
		    total == 0 ? NULL : after, STSSL_QUERY_TIMEOUT_MS, &fd);
		if (r < 0)
			break;
		r = take_all(fd, take, all, after, &total);
		(void)close(fd);
	} while (r > 0 && total < LIST_MAX);
	if (r < 0) {
		json_decref(all);
		return ask_failed(a->socket, r);
	}
	if (a->json)
		output_json(output_need(json_pack("{s:o}", name, all)));
	return COMMAND_FINE;
}

enum command_status
command_who(const struct arguments *a)
{
	return a->penalties ? list(a, "penalties", "sources", take_sources)
			    : list(a, "list", "sessions", take_session);
}
