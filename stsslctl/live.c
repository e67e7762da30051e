/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One question, one answer, by the query client that the module uses, too.
 */
#include <config.h>
#include "stsslctl/live.h"

#include <errno.h>
#include <string.h>

#include "status/query.h"

static const struct {
	const char *word;
	int code;
} results[] = {
	{ "found", 1 },
	{ "done", 1 },
	{ "failed", 1 },
	{ "none", 0 },
	{ "denied", -EPERM },
	{ "malformed", -EBADMSG },
};

static int
result_of(const struct stssl_record *answer)
{
	const char *word = stssl_record_get(answer, STSSL_KEY_STSSL_RESULT);

	for (size_t i = 0;
	     word != NULL && i < sizeof results / sizeof results[0]; i++)
		if (strcmp(word, results[i].word) == 0)
			return results[i].code;
	return -EBADMSG;
}

int
live_ask(const char *socket, const char *ask, enum stssl_key key,
    const char *value, struct stssl_record *ret)
{
	return live_ask_for(
	    socket, ask, key, value, STSSL_QUERY_TIMEOUT_MS, ret);
}

int
live_ask_for(const char *socket, const char *ask, enum stssl_key key,
    const char *value, int timeout_ms, struct stssl_record *ret)
{
	struct stssl_record question, answer;
	int r;

	stssl_record_init(&question);
	stssl_record_init(&answer);
	r = stssl_record_put(&question, STSSL_KEY_STSSL_ASK, ask);
	if (r == 0 && value != NULL)
		r = stssl_record_put(&question, key, value);
	if (r == 0)
		r = stssl_exchange(socket, &question, timeout_ms, &answer);
	if (r == 0)
		r = result_of(&answer);
	stssl_record_done(&question);
	if (r == 1)
		*ret = answer;
	else
		stssl_record_done(&answer);
	return r;
}

enum command_status
live_cannot(const char *socket, int error)
{
	switch (error) {
	case -EPERM:
		return command_say("this user may not ask the helper that");
	case -EACCES:
		return command_say("the status socket is not to be trusted");
	case -ESTALE:
	case -EBADMSG:
		return command_say("the helper is of another version");
	default:
		return command_cannot(socket, error);
	}
}
