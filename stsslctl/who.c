/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stsslctl who: the sessions that there are now, asked for one by one.
 */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "status/query.h"
#include "status/quote.h"
#include "stsslctl/command.h"
#include "stsslctl/live.h"
#include "stsslctl/output.h"
#include "stsslctl/penalties.h"

/* More are not asked for: a helper that counts in circles must not keep us. */
#define SESSIONS_MAX 1000000

/* What is told of a session: key of the record, of JSON, and how in text. */
static const struct column {
	enum stssl_key key;
	const char *name;
	bool is_number;
	bool is_quoted;
} columns[] = {
	{ STSSL_KEY_STSSL_SESSION, "session", false, false },
	{ STSSL_KEY_STSSL_LISTENER, "listener", false, false },
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

		if (columns[i].is_number && value != NULL)
			output_set(session, columns[i].name,
			    output_need(
				json_integer(strtoll(value, NULL, 10))));
		else
			output_set(
			    session, columns[i].name, output_string(value));
	}
	return session;
}

/* One line of key=value, as in the helper's log; absent keys are left out. */
static void
print_session(const struct stssl_record *record)
{
	char quoted[STSSL_QUOTE_MAX];
	bool first = true;

	for (size_t i = 0; i < COLUMNS; i++) {
		const char *value = stssl_record_get(record, columns[i].key);

		if (value == NULL || value[0] == '\0')
			continue;
		(void)printf("%s%s=", first ? "" : " ", columns[i].name);
		if (columns[i].is_quoted)
			(void)fputs(
			    stssl_quote(quoted, sizeof quoted, value), stdout);
		else
			output_text(stdout, value);
		first = false;
	}
	(void)putchar('\n');
}

/* The number of a session counts up from question to question. */
static bool
take_number(const struct stssl_record *record, char after[static 32],
    unsigned long long *last)
{
	const char *text = stssl_record_get(record, STSSL_KEY_STSSL_SESSION);
	unsigned long long number;

	if (text == NULL || strlen(text) >= 32)
		return false;
	number = strtoull(text, NULL, 16);
	if (number <= *last)
		return false;
	*last = number;
	(void)snprintf(after, 32, "%s", text);
	return true;
}

static int
list(const char *socket, json_t *sessions)
{
	unsigned long long last = 0;
	char after[32] = "";
	int r = 1;

	for (int i = 0; r == 1 && i < SESSIONS_MAX; i++) {
		struct stssl_record record;

		stssl_record_init(&record);
		r = live_ask(socket, "list", STSSL_KEY_STSSL_AFTER,
		    i == 0 ? NULL : after, &record);
		if (r == 1 && !take_number(&record, after, &last))
			r = -EBADMSG;
		else if (r == 1 && sessions == NULL)
			print_session(&record);
		else if (r == 1)
			output_append(sessions, session_of(&record));
		stssl_record_done(&record);
	}
	return r;
}

static enum command_status
who(int argc, char **argv)
{
	const char *socket = STSSL_STATUS_SOCKET;
	bool json = false, penalised = false;
	const struct command_option options[] = {
		{ "penalties", NULL, &penalised },
		{ "json", NULL, &json },
		{ "socket", &socket, NULL },
		{ NULL, NULL, NULL },
	};
	json_t *all, *sessions;
	int r;

	if (command_options(argc, argv, options) != argc)
		return command_usage(&command_who);
	if (penalised)
		return penalties_print(socket, json);
	sessions = json ? output_need(json_array()) : NULL;
	r = list(socket, sessions);
	if (r < 0) {
		json_decref(sessions);
		return live_cannot(socket, r);
	}
	if (json) {
		all = output_need(json_object());
		output_set(all, "sessions", sessions);
		output_json(all);
	}
	return COMMAND_FINE;
}

const struct command command_who = {
	"who",
	"[--penalties] [--json] [--socket PATH]",
	"the sessions that there are now, or the penalties",
	who,
};
