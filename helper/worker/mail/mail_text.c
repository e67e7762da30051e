/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads and writes what is said about logins.  All of it comes from the network
 * or from a backend, and is bounded by the caller's buffers.
 */
#include <config.h>
#include "helper/worker/mail/mail_text.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "status/ascii.h"
#include "status/base64.h"

/* Base64 */

void
mail_base64(const void *data, size_t len, char *ret)
{
	static const char digits[] = STSSL_BASE64_DIGITS;
	const uint8_t *in = data;

	for (size_t i = 0; i < len; i += 3) {
		size_t n = len - i < 3 ? len - i : 3;
		uint32_t bits = (uint32_t)in[i] << 16;

		bits |= n > 1 ? (uint32_t)in[i + 1] << 8 : 0;
		bits |= n > 2 ? in[i + 2] : 0u;
		for (int shift = 18; shift >= 0; shift -= 6)
			*ret++ = digits[bits >> shift & 63];
		memset(ret - (3 - n), '=', 3 - n);
	}
	*ret = '\0';
}

/* Strings */

static enum mail_string
quoted(const char **at, char *ret, size_t size)
{
	const char *p = *at + 1;
	size_t len = 0;

	for (; *p != '"' && *p != '\0' && len + 1 < size; p++) {
		if (*p == '\\' && *++p != '"' && *p != '\\')
			return MAIL_NO_STRING;
		ret[len++] = *p;
	}
	ret[len] = '\0';
	if (*p != '"')
		return MAIL_NO_STRING;
	*at = p + 1;
	return MAIL_STRING;
}

static enum mail_string
literal(const char **at, size_t size, size_t *ret_len)
{
	const char *p = *at + 1;
	size_t len = 0;
	bool plus;

	if (!stssl_is_digit(*p))
		return MAIL_NO_STRING;
	for (; stssl_is_digit(*p) && len < size; p++)
		len = 10 * len + (size_t)(*p - '0');
	plus = *p == '+';
	p += plus;
	if (len >= size || strcmp(p, "}") != 0)
		return MAIL_NO_STRING;
	*ret_len = len;
	*at = p + 1;
	return plus ? MAIL_LITERAL_PLUS : MAIL_LITERAL;
}

enum mail_string
mail_string(const char **at, char *ret, size_t size, size_t *ret_len)
{
	size_t len;

	if (**at == '"')
		return quoted(at, ret, size);
	if (**at == '{')
		return literal(at, size, ret_len);
	/* Servers take more for an atom than they should. */
	len = strcspn(*at, " \"(){}\\");
	if (len == 0 || len >= size)
		return MAIL_NO_STRING;
	memcpy(ret, *at, len);
	ret[len] = '\0';
	*at += len;
	return MAIL_STRING;
}

bool
mail_has_literal_plus(const char *line)
{
	size_t len = strlen(line);

	return len >= 2 && strcmp(line + len - 2, "+}") == 0;
}

/* Replies */

bool
mail_begins_with(const char *line, const char *word)
{
	size_t len = strlen(word);

	return strncasecmp(line, word, len) == 0 &&
	       (line[len] == '\0' || line[len] == ' ' || line[len] == '=');
}

/* A reply's word: no `=` ends it. */
static bool
says(const char *line, const char *word)
{
	return mail_begins_with(line, word) && line[strlen(word)] != '=';
}

enum mail_reply
mail_imap_reply(const char *line, const char *tag)
{
	size_t len = strlen(tag);

	if (says(line, "* BYE"))
		return MAIL_GONE;
	if (strncmp(line, "* ", 2) == 0)
		return MAIL_MORE;
	if (says(line, "+"))
		return MAIL_GO_ON;
	if (len == 0 || strncmp(line, tag, len) != 0 || line[len] != ' ')
		return MAIL_NONSENSE;
	line += len + 1;
	if (says(line, "OK"))
		return MAIL_DONE;
	return says(line, "NO") || says(line, "BAD") ? MAIL_FAILED
						     : MAIL_NONSENSE;
}

enum mail_reply
mail_pop3_reply(const char *line, const char *tag)
{
	(void)tag;
	if (says(line, "+OK"))
		return MAIL_DONE;
	if (says(line, "-ERR"))
		return MAIL_FAILED;
	return says(line, "+") ? MAIL_GO_ON : MAIL_NONSENSE;
}

enum mail_reply
mail_smtp_reply(const char *line, const char *tag)
{
	(void)tag;
	if (strspn(line, "0123456789") != 3 ||
	    (line[3] != '\0' && line[3] != ' ' && line[3] != '-'))
		return MAIL_NONSENSE;
	if (line[3] == '-')
		return MAIL_MORE;
	if (strncmp(line, "421", 3) == 0)
		return MAIL_GONE;
	if (strncmp(line, "334", 3) == 0)
		return MAIL_GO_ON;
	if (line[0] == '2')
		return MAIL_DONE;
	return line[0] == '4' || line[0] == '5' ? MAIL_FAILED : MAIL_NONSENSE;
}

bool
mail_is_fault(const char *reply)
{
	static const char *const codes[] = { "[UNAVAILABLE]", "[SERVERBUG]",
		"[CONTACTADMIN]", "[LIMIT]", "[INUSE]", "[SYS/", "[IN-USE]",
		"[LOGIN-DELAY]" };
	const char *text = reply + strcspn(reply, " ");

	/* Elsewhere it may be an echo of what the client has said. */
	text += *text == ' ';
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (strncasecmp(text, codes[i], strlen(codes[i])) == 0)
			return true;
	return reply[0] == '4' && strspn(reply, "0123456789") == 3;
}

/* Capabilities */

/* The word at *at, which is moved behind it; its length, 0 for none. */
static size_t
next_word(const char **at, const char **ret)
{
	size_t len;

	*at += strspn(*at, " ");
	*ret = *at;
	len = strcspn(*at, " ");
	*at += len;
	return len;
}

static bool
is_word(const char *word, size_t len, const char *name)
{
	return strlen(name) == len && strncasecmp(word, name, len) == 0;
}

unsigned
mail_offers(const char *words)
{
	unsigned offers = 0;
	const char *word;
	size_t len;

	while ((len = next_word(&words, &word)) > 0) {
		if (len > 5 && strncasecmp(word, "AUTH=", 5) == 0) {
			word += 5;
			len -= 5;
		}
		if (is_word(word, len, "PLAIN"))
			offers |= MAIL_OFFERS_PLAIN;
		if (is_word(word, len, "LOGIN"))
			offers |= MAIL_OFFERS_LOGIN;
	}
	return offers;
}

/* The helper's own to say, of IMAP. */
static bool
is_ours(const char *word, size_t len)
{
	return is_word(word, len, "STARTTLS") ||
	       is_word(word, len, "LOGINDISABLED") ||
	       is_word(word, len, "SASL-IR") ||
	       (len >= 5 && strncasecmp(word, "AUTH=", 5) == 0);
}

/* The first word behind CAPABILITY, NULL without a list; and its end. */
static const char *
find_list(const char *line, const char **ret_end)
{
	static const char plain[] = "* CAPABILITY ", code[] = "[CAPABILITY ";
	const char *at = strcasestr(line, code);

	if (strncasecmp(line, plain, sizeof plain - 1) == 0) {
		*ret_end = line + strlen(line);
		return line + sizeof plain - 1;
	}
	if (at == NULL)
		return NULL;
	*ret_end = strchr(at, ']');
	return at + sizeof code - 1;
}

int
mail_capabilities(const char *line, const char *ours, char *ret, size_t size,
    unsigned *ret_offers)
{
	const char *end, *word, *at = find_list(line, &end);
	char *to = ret;
	size_t len, used;

	if (at == NULL)
		return 0;
	if (end == NULL || strlen(line) + strlen(ours) + 1 >= size)
		return -EINVAL;
	*ret_offers = 0;
	used = (size_t)(at - line) - 1;
	to = mempcpy(to, line, used);
	while ((len = next_word(&at, &word)) > 0 && word < end) {
		if (word + len > end)
			len = (size_t)(end - word);
		at = word + len;
		if (is_word(word, len, "AUTH=PLAIN"))
			*ret_offers |= MAIL_OFFERS_PLAIN;
		if (!is_ours(word, len)) {
			*to++ = ' ';
			to = mempcpy(to, word, len);
		}
		if (at == end)
			break;
	}
	(void)snprintf(to, size - (size_t)(to - ret), "%s%s", ours, end);
	return 1;
}
