/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Turns a record into a request.  Every key must be one that this kind of
 * request has, which is checked by counting.
 */
#include <config.h>
#include "helper/monitor/status/request.h"

#include <errno.h>
#include <string.h>

#include "status/tools/address.h"
#include "status/tools/words.h"

static size_t
count_strings(const struct stssl_record *record)
{
	size_t n = 0;

	for (const char *at = stssl_record_next(record, NULL); at != NULL;
	     at = stssl_record_next(record, at))
		n++;
	return n;
}

static int
parse_query(const struct stssl_record *record, struct request *request)
{
	const char *text;
	unsigned n = 0;

	while ((text = stssl_record_get_nth(
		    record, STSSL_KEY_STSSL_CONNECTION, n)) != NULL) {
		if (n == STSSL_QUERY_KEYS ||
		    stssl_connection_parse(text, &request->keys[n]) < 0)
			return -EBADMSG;
		n++;
	}
	request->key_count = n;
	/* Besides these: the version, and what is asked. */
	return n > 0 && count_strings(record) == n + 2 ? 0 : -EBADMSG;
}

/* Lower-case hex without zeros in front, as we write it. */
static bool
parse_session(const char *text, uint64_t *ret)
{
	uint64_t session = 0;
	size_t len = strspn(text, "0123456789abcdef");

	if (len == 0 || len > 16 || text[len] != '\0' || text[0] == '0')
		return false;
	for (; *text != '\0'; text++) {
		unsigned digit = *text <= '9' ? (unsigned)(*text - '0')
					      : (unsigned)(*text - 'a') + 10;

		session = session << 4 | digit;
	}
	*ret = session;
	return true;
}

static bool
parse_data(const char *text, bool *ret_private)
{
	*ret_private = strcmp(text, "private") == 0;
	return *ret_private || strcmp(text, "any") == 0;
}

static int
parse_verdict(const struct stssl_record *record, struct request *request)
{
	const char *session = NULL, *verdict = NULL, *data = NULL;
	const struct {
		enum stssl_key key;
		const char **value;
	} rows[] = {
		{ STSSL_KEY_STSSL_SESSION, &session },
		{ STSSL_KEY_STSSL_SERVICE, &request->service },
		{ STSSL_KEY_STSSL_USER, &request->user },
		{ STSSL_KEY_STSSL_CLASS, &request->class_name },
		{ STSSL_KEY_STSSL_VERDICT, &verdict },
		{ STSSL_KEY_STSSL_REASON, &request->reason },
		{ STSSL_KEY_STSSL_DATA, &data },
	};
	const size_t count = sizeof rows / sizeof rows[0];

	for (size_t i = 0; i < count; i++) {
		*rows[i].value = stssl_record_get(record, rows[i].key);
		if (*rows[i].value == NULL)
			return -EBADMSG;
	}
	if (count_strings(record) != count + 2 ||
	    !parse_session(session, &request->session) ||
	    !stssl_verdict_parse(verdict, &request->verdict) ||
	    !parse_data(data, &request->data_private))
		return -EBADMSG;
	return 0;
}

/* Nothing but the version and what is asked, and `more` strings. */
static int
expect(const struct stssl_record *record, size_t more)
{
	return count_strings(record) == 2 + more ? 0 : -EBADMSG;
}

static int
parse_list(const struct stssl_record *record, struct request *request)
{
	const char *after = stssl_record_get(record, STSSL_KEY_STSSL_AFTER);

	if (after == NULL)
		return expect(record, 0);
	return parse_session(after, &request->session) ? expect(record, 1)
						       : -EBADMSG;
}

static int
parse_kick(const struct stssl_record *record, struct request *request)
{
	const char *session = stssl_record_get(record, STSSL_KEY_STSSL_SESSION);

	if (session == NULL || !parse_session(session, &request->session))
		return -EBADMSG;
	return expect(record, 1);
}

static int
parse_penalties(const struct stssl_record *record, struct request *request)
{
	const char *after = stssl_record_get(record, STSSL_KEY_STSSL_AFTER);

	if (after == NULL)
		return expect(record, 0);
	request->has_address = true;
	return stssl_ip_parse(after, &request->address) == 0 ? expect(record, 1)
							     : -EBADMSG;
}

static int
parse_pardon(const struct stssl_record *record, struct request *request)
{
	const char *ip = stssl_record_get(record, STSSL_KEY_REMOTE_ADDR);

	if (ip == NULL || stssl_ip_parse(ip, &request->address) < 0)
		return -EBADMSG;
	return expect(record, 1);
}

/* One that says nothing besides. */
static int
parse_alone(const struct stssl_record *record, struct request *request)
{
	(void)request;
	return expect(record, 0);
}

static const struct {
	const char *word;
	int (*parse)(
	    const struct stssl_record *record, struct request *request);
} kinds[] = {
	[REQUEST_QUERY] = { "query", parse_query },
	[REQUEST_VERDICT] = { "verdict", parse_verdict },
	[REQUEST_LIST] = { "list", parse_list },
	[REQUEST_KICK] = { "kick", parse_kick },
	[REQUEST_METRICS] = { "metrics", parse_alone },
	[REQUEST_RELOAD] = { "reload", parse_alone },
	[REQUEST_PENALTIES] = { "penalties", parse_penalties },
	[REQUEST_PARDON] = { "pardon", parse_pardon },
};

int
request_parse(const struct stssl_record *record, struct request *ret)
{
	const char *word = stssl_record_get(record, STSSL_KEY_STSSL_ASK);
	struct request request = { 0 };

	for (size_t i = 0; word != NULL && i < sizeof kinds / sizeof kinds[0];
	     i++) {
		if (strcmp(word, kinds[i].word) != 0)
			continue;
		request.kind = (enum request_kind)i;
		if (kinds[i].parse(record, &request) < 0)
			return -EBADMSG;
		*ret = request;
		return 0;
	}
	return -EBADMSG;
}
