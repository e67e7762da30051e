/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads media ranges with their parameters q and version; a version that is
 * not ours makes it another form.
 */
#include <config.h>
#include "stsslctl/http_accept.h"

#include <stdio.h>
#include <string.h>

#include "status/ascii.h"

/* Longest range, with its parameters. */
#define RANGE_MAX 256

static const struct {
	size_t offset;
	const char *type, *all_of_type, *version;
} forms[] = {
	{ offsetof(struct http_accept, openmetrics),
	    "application/openmetrics-text", "application/*", "1.0.0" },
	{ offsetof(struct http_accept, plain), "text/plain", "text/*",
	    "0.0.4" },
};

struct range {
	const char *type;
	const char *version; /* NULL: any */
	int quality;
};

/* Without the blanks around it. */
static char *
trim(char *text)
{
	size_t len;

	text += strspn(text, " \t");
	len = strlen(text);
	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		len--;
	text[len] = '\0';
	return text;
}

/* 0 to 1 with three digits at most, in thousandths; -1 when it is none. */
static int
quality_of(const char *text)
{
	int q = text[0] - '0', weight = 1000;

	if (q != 0 && q != 1)
		return -1;
	q *= weight;
	if (*++text == '.')
		while (stssl_is_digit(*++text) && weight > 1)
			q += (*text - '0') * (weight /= 10);
	return *text == '\0' && q <= 1000 ? q : -1;
}

/* "1.0.0" for "\"1.0.0\"". */
static char *
unquote(char *text)
{
	size_t len = strlen(text);

	if (len < 2 || text[0] != '"' || text[len - 1] != '"')
		return text;
	text[len - 1] = '\0';
	return text + 1;
}

static bool
parse(char *text, struct range *ret)
{
	char *next = text, *part = strsep(&next, ";");

	*ret = (struct range){ .type = trim(part), .quality = 1000 };
	while (next != NULL) {
		char *value = strsep(&next, ";"), *name;

		name = trim(strsep(&value, "="));
		if (value == NULL)
			continue;
		value = unquote(trim(value));
		if (strcasecmp(name, "q") == 0)
			ret->quality = quality_of(value);
		else if (strcasecmp(name, "version") == 0)
			ret->version = value;
	}
	return ret->quality >= 0;
}

/* How closely the range names the form; 0: not at all. */
static int
rank_of(const struct range *range, size_t form)
{
	if (strcasecmp(range->type, forms[form].type) == 0)
		return range->version == NULL ||
			       strcmp(range->version, forms[form].version) == 0
			   ? 3
			   : 0;
	if (strcasecmp(range->type, forms[form].all_of_type) == 0)
		return 2;
	return strcmp(range->type, "*/*") == 0;
}

static void
take(struct http_accept *accept, const struct range *range)
{
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		struct http_wish *wish =
		    (struct http_wish *)(void *)((char *)accept +
						 forms[i].offset);
		int rank = rank_of(range, i);

		if (rank == 0 || rank < wish->rank ||
		    (rank == wish->rank && range->quality < wish->quality))
			continue;
		*wish = (struct http_wish){ rank, range->quality };
	}
}

/* The length of what is in front of the next comma outside of quotes. */
static size_t
element_len(const char *text, size_t len)
{
	bool is_quoted = false;
	size_t i = 0;

	for (; i < len && (is_quoted || text[i] != ','); i++)
		if (text[i] == '"')
			is_quoted = !is_quoted;
		else if (text[i] == '\\' && is_quoted && i + 1 < len)
			i++;
	return i;
}

void
http_accept_add(struct http_accept *accept, const char *value, size_t len)
{
	while (len > 0) {
		size_t n = element_len(value, len);
		char text[RANGE_MAX];
		struct range range;

		if (n < sizeof text) {
			(void)snprintf(
			    text, sizeof text, "%.*s", (int)n, value);
			if (parse(text, &range))
				take(accept, &range);
		}
		n += n < len;
		value += n;
		len -= n;
	}
}

bool
http_accept_is_plain(const struct http_accept *accept)
{
	return accept->plain.quality > accept->openmetrics.quality;
}
