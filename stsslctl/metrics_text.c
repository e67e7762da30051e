/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The helper's text, all of it or nothing.
 */
#include <config.h>
#include "stsslctl/metrics_text.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "status/ascii.h"
#include "stsslctl/ask.h"

/* What ends the text, and nothing else. */
#define END "# EOF\n"
/* More than a helper has to tell. */
#define TEXT_MAX (1 << 20)

/* OpenMetrics has no control characters but newlines. */
static bool
is_clean(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text != '\n' && stssl_is_control(*text))
			return false;
	return true;
}

static bool
is_whole(const char *text, size_t len)
{
	return len >= strlen(END) && strcmp(text + len - strlen(END), END) == 0;
}

/* Append what is in an answer.  Returns 0; -EBADMSG; -ENOMEM. */
static int
append(char **text, size_t *len, const struct stssl_record *answer)
{
	const char *more = stssl_record_get(answer, STSSL_KEY_STSSL_METRICS);
	size_t more_len = more == NULL ? 0 : strlen(more);
	char *grown;

	if (more_len == 0 || !is_clean(more) || *len + more_len > TEXT_MAX)
		return -EBADMSG;
	grown = realloc(*text, *len + more_len + 1);
	if (grown == NULL)
		return -ENOMEM;
	memcpy(grown + *len, more, more_len + 1);
	*text = grown;
	*len += more_len;
	return 0;
}

int
metrics_get(const char *socket, char **ret)
{
	struct stssl_record answer;
	char *text = NULL;
	size_t len = 0;
	int fd, r = ask_first(socket, "metrics", STSSL_KEY_STSSL_METRICS, NULL,
		    STSSL_QUERY_TIMEOUT_MS, &fd);

	if (r < 0)
		return r;
	while (r == 0 && !is_whole(text == NULL ? "" : text, len)) {
		stssl_record_init(&answer);
		r = ask_next(fd, STSSL_QUERY_TIMEOUT_MS, &answer);
		/* "none" and an early end are no answers to this question. */
		if (r == 0 || r == -ENODATA)
			r = -EBADMSG;
		if (r == 1)
			r = append(&text, &len, &answer);
		stssl_record_done(&answer);
	}
	(void)close(fd);
	if (r < 0)
		free(text);
	else
		*ret = text;
	return r;
}

/* The line is "# WORD NAME REST": skip "# WORD ". */
static const char *
name_behind(const char *line, const char *word)
{
	size_t len = strlen(word);

	return strncmp(line, word, len) == 0 ? line + len : NULL;
}

/*
 * One line; `suffix` is what the family's samples have behind its name.
 * Returns what it is from the next line on.
 */
static const char *
plain_line(FILE *to, const char *line, int len, const char *suffix)
{
	const char *name = name_behind(line, "# TYPE ");
	const char *help = name_behind(line, "# HELP ");
	int name_len = (int)strcspn(name != NULL   ? name
				    : help != NULL ? help
						   : "",
	    " \n");

	if (name != NULL) {
		const char *type = name + name_len;
		bool is_info = strncmp(type, " info\n", 6) == 0;

		suffix = strncmp(type, " counter\n", 9) == 0 ? "_total"
			 : is_info                           ? "_info"
							     : "";
		(void)fprintf(to, "# TYPE %.*s%s%.*s\n", name_len, name, suffix,
		    is_info ? 6 : len - 7 - name_len,
		    is_info ? " gauge" : type);
	} else if (help != NULL) {
		(void)fprintf(to, "# HELP %.*s%s%.*s\n", name_len, help, suffix,
		    len - 7 - name_len, help + name_len);
	} else if (*line != '#') {
		(void)fprintf(to, "%.*s\n", len, line);
	}
	return suffix;
}

void
metrics_plain(FILE *to, const char *text)
{
	const char *suffix = "";

	while (*text != '\0') {
		size_t len = strcspn(text, "\n");

		suffix = plain_line(to, text, (int)len, suffix);
		text += len + (text[len] == '\n');
	}
}
