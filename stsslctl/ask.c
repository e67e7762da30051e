/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stsslctl kick, pardon and reload: one question to the helper each, by the
 * query client that the module uses, too.
 */
#include <config.h>
#include "stsslctl/ask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "status/address.h"
#include "status/ascii.h"
#include "stsslctl/output.h"

/* Large revocation lists take their time. */
#define RELOAD_TIMEOUT_MS 60000

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
ask_first(const char *socket, const char *question, enum stssl_key key,
    const char *value, int timeout_ms, int *ret_fd)
{
	struct stssl_record record;
	int r;

	stssl_record_init(&record);
	r = stssl_record_put(&record, STSSL_KEY_STSSL_ASK, question);
	if (r == 0 && value != NULL)
		r = stssl_record_put(&record, key, value);
	if (r == 0)
		r = stssl_ask(socket, &record, timeout_ms, ret_fd);
	stssl_record_done(&record);
	return r;
}

int
ask_next(int fd, int timeout_ms, struct stssl_record *ret)
{
	struct stssl_record answer;
	int r;

	stssl_record_init(&answer);
	r = stssl_hear(fd, timeout_ms, &answer);
	if (r == 0)
		r = result_of(&answer);
	if (r == 1)
		*ret = answer;
	else
		stssl_record_done(&answer);
	return r;
}

int
ask(const char *socket, const char *question, enum stssl_key key,
    const char *value, int timeout_ms, struct stssl_record *ret)
{
	int fd, r = ask_first(socket, question, key, value, timeout_ms, &fd);

	if (r < 0)
		return r;
	r = ask_next(fd, timeout_ms, ret);
	(void)close(fd);
	return r == -ENODATA ? -EBADMSG : r;
}

static const char *
why_not_trusted(const char *socket)
{
	struct stat st;

	if (socket[0] != '/')
		return "the path has to begin with /";
	if (lstat(socket, &st) == 0 && !S_ISSOCK(st.st_mode))
		return "is no socket";
	return "others can write where it is, or a link leads there: it is not "
	       "to be trusted";
}

enum command_status
ask_failed(const char *socket, int error)
{
	switch (error) {
	case -EPERM:
		return command_say("this user may not ask the helper that");
	case -EACCES:
		return command_object(socket, why_not_trusted(socket));
	case -ESTALE:
	case -EBADMSG:
		return command_say("the helper is of another version");
	case -ENOENT:
	case -ECONNREFUSED:
		return command_object(socket,
		    "no stssl-helper runs with this status-socket; systemctl "
		    "status stssl-helper says more");
	default:
		return command_cannot(socket, error);
	}
}

/* Have something done to `value`; `none` is why there is nothing to do. */
static enum command_status
order(const struct arguments *a, const char *question, enum stssl_key key,
    const char *value, const char *none)
{
	struct stssl_record answer;
	int r;

	stssl_record_init(&answer);
	r = ask(
	    a->socket, question, key, value, STSSL_QUERY_TIMEOUT_MS, &answer);
	stssl_record_done(&answer);
	if (r < 0)
		return ask_failed(a->socket, r);
	return r == 0 ? command_refuse(value, none) : COMMAND_FINE;
}

/* As `stsslctl who` prints it; the helper checks it again. */
enum command_status
command_kick(const struct arguments *a)
{
	const char *session = a->words[0];
	size_t len = strspn(session, "0123456789abcdef");

	if (len == 0 || len > 16 || session[len] != '\0' || session[0] == '0')
		return command_object(session,
		    "is no session: stsslctl who prints them, up to 16 "
		    "hexadecimal digits in lower case");
	return order(a, "kick", STSSL_KEY_STSSL_SESSION, session,
	    "there is no such session");
}

#define SUFFIX "/64"

/* An address, or a network as `stsslctl who --penalties` prints it. */
static bool
take_address(const char *text, char ret[static STSSL_ADDRESS_TEXT])
{
	struct stssl_address address;
	size_t len = strlen(text);
	bool is_network = len > strlen(SUFFIX) &&
			  strcmp(text + len - strlen(SUFFIX), SUFFIX) == 0;

	if (is_network)
		len -= strlen(SUFFIX);
	if (len >= STSSL_ADDRESS_TEXT)
		return false;
	memcpy(ret, text, len);
	ret[len] = '\0';
	if (stssl_ip_parse(ret, &address) < 0 ||
	    (is_network && stssl_address_is_ipv4(&address)))
		return false;
	(void)stssl_ip_format(&address, ret);
	return true;
}

enum command_status
command_pardon(const struct arguments *a)
{
	char address[STSSL_ADDRESS_TEXT];

	if (!take_address(a->words[0], address))
		return command_object(a->words[0],
		    "is no IP address, nor a network as stsslctl who "
		    "--penalties prints it");
	return order(
	    a, "pardon", STSSL_KEY_REMOTE_ADDR, address, "it has no penalty");
}

/* Does what SIGHUP does, and says whether it succeeded. */
enum command_status
command_reload(const struct arguments *a)
{
	struct stssl_record answer;
	const char *error;
	int r;

	stssl_record_init(&answer);
	r = ask(a->socket, "reload", STSSL_KEY_STSSL_ERROR, NULL,
	    RELOAD_TIMEOUT_MS, &answer);
	if (r < 0)
		return ask_failed(a->socket, r);
	error = stssl_record_get(&answer, STSSL_KEY_STSSL_ERROR);
	if (error != NULL) {
		(void)fputs("stsslctl: not reloaded: ", stderr);
		output_text(stderr, error);
		(void)fputc('\n', stderr);
	}
	stssl_record_done(&answer);
	return error == NULL ? COMMAND_FINE : COMMAND_FOUND;
}
