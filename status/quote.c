/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Makes untrusted text fit for a log line.  Never writes a byte that is not
 * printable ASCII.
 */
#include <config.h>
#include "status/quote.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#define ELLIPSIS "..."
/* The longest form of one byte: \xNN. */
#define FORM_MAX 4

static size_t
form(unsigned char c, char out[static FORM_MAX])
{
	static const char hex[] = "0123456789abcdef";
	size_t n = 0;

	if (c == '"' || c == '\\') {
		out[n++] = '\\';
		out[n++] = (char)c;
	} else if (c >= 0x20 && c < 0x7f) {
		out[n++] = (char)c;
	} else {
		out[n++] = '\\';
		out[n++] = 'x';
		out[n++] = hex[c >> 4];
		out[n++] = hex[c & 15];
	}
	return n;
}

/* True when all of `text` takes at most `room` bytes. */
static bool
fits(const char *text, size_t room)
{
	char out[FORM_MAX];

	for (; *text != '\0'; text++) {
		size_t n = form((unsigned char)*text, out);

		if (n > room)
			return false;
		room -= n;
	}
	return true;
}

const char *
stssl_quote(char *buf, size_t size, const char *text)
{
	size_t used = 0, room;
	bool whole;

	assert(size >= sizeof "\"" ELLIPSIS "\"");
	if (text == NULL)
		text = "";
	room = size - sizeof "\"\"";
	whole = fits(text, room);
	if (!whole)
		room -= strlen(ELLIPSIS);

	buf[used++] = '"';
	for (; *text != '\0'; text++) {
		char out[FORM_MAX];
		size_t n = form((unsigned char)*text, out);

		if (n > room)
			break;
		memcpy(buf + used, out, n);
		used += n;
		room -= n;
	}
	memcpy(buf + used, whole ? "\"" : ELLIPSIS "\"", whole ? 2 : 5);
	return buf;
}
