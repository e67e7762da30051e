/* SPDX-License-Identifier: BSD-2-Clause
 *
 * All ways to write a number lead to the same digits.  A text that is not
 * clear, such as two numbers that differ, is refused.
 */
#include <config.h>
#include "policy/serial.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "status/ascii.h"

#define TEXT_MAX 512

int
stssl_hex_digits(const char *text, int max, char *ret)
{
	const char *at = strpbrk(text, strchr(text, ':') != NULL ? ":" : " ");
	char between = '\0';
	int n = 0;

	if (at != NULL)
		between = *at;
	for (; *text != '\0'; text++) {
		if (between != '\0' && n > 0 && n % 2 == 0 &&
		    text[-1] != between) {
			if (*text != between)
				return -EBADMSG;
			continue;
		}
		if (n == max || !isxdigit((unsigned char)*text))
			return -EBADMSG;
		ret[n++] = stssl_lower(*text);
	}
	ret[n] = '\0';
	return n > 0 && isxdigit((unsigned char)text[-1]) ? n : -EBADMSG;
}

/* digits = digits * 10 + more, in hexadecimal; false when there is no room. */
static bool
append_decimal(char *digits, size_t *len, unsigned more)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = *len; i-- > 0;) {
		const char *digit = strchr(hex, digits[i]);

		more += 10 * (unsigned)(digit - hex);
		digits[i] = hex[more & 15];
		more >>= 4;
	}
	if (more == 0)
		return true;
	if (*len == STSSL_SERIAL_DIGITS)
		return false;
	memmove(digits + 1, digits, *len);
	digits[0] = hex[more];
	(*len)++;
	return true;
}

static int
read_decimal(const char *text, char ret[static STSSL_SERIAL_DIGITS + 1])
{
	size_t len = 1;

	if (text[0] == '\0' || text[strspn(text, STSSL_DIGITS)] != '\0')
		return -EBADMSG;
	ret[0] = '0';
	for (; *text != '\0'; text++)
		if (!append_decimal(ret, &len, (unsigned)(*text - '0')))
			return -EBADMSG;
	ret[len] = '\0';
	return 0;
}

static int
read_hex(const char *text, char ret[static STSSL_SERIAL_DIGITS + 1])
{
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		text += 2;
	return stssl_hex_digits(text, STSSL_SERIAL_DIGITS, ret) < 0 ? -EBADMSG
								    : 0;
}

/* Cuts off the sign in front, and says whether it is there. */
static bool
cut_sign(char **text)
{
	static const char word[] = "(Negative)";
	size_t len = 0;

	if (**text == '-')
		len = 1;
	else if (strncmp(*text, word, sizeof word - 1) == 0)
		len = sizeof word - 1;
	*text += len;
	return len > 0;
}

static const char *
strip(const char *digits)
{
	while (digits[0] == '0' && digits[1] != '\0')
		digits++;
	return digits;
}

/* "2571 (0xa0b)", without the sign: both have to be the same number. */
static int
read_both(char *text, bool is_negative, char *ret)
{
	char digits[STSSL_SERIAL_DIGITS + 1];
	char *open = strstr(text, " ("), *hex = open + 2;
	size_t len = strlen(hex);

	*open = '\0';
	if (len == 0 || hex[len - 1] != ')')
		return -EBADMSG;
	hex[len - 1] = '\0';
	if (cut_sign(&hex) != is_negative || strncmp(hex, "0x", 2) != 0 ||
	    read_hex(hex, digits) < 0 || read_decimal(text, ret) < 0 ||
	    strcmp(strip(digits), strip(ret)) != 0)
		return -EBADMSG;
	return 0;
}

int
stssl_serial_canonical(const char *text, char ret[static STSSL_SERIAL_MAX])
{
	char copy[TEXT_MAX], digits[STSSL_SERIAL_DIGITS + 1], *number = copy;
	bool is_decimal, is_negative;
	const char *found;
	size_t len;
	int r;

	text += strspn(text, " ");
	len = strlen(text);
	while (len > 0 && text[len - 1] == ' ')
		len--;
	if (len >= sizeof copy)
		return -EBADMSG;
	memcpy(copy, text, len);
	copy[len] = '\0';
	is_decimal = strncmp(number, "dec:", 4) == 0;
	number += is_decimal ? 4 : 0;
	is_negative = cut_sign(&number);
	if (is_decimal)
		r = read_decimal(number, digits);
	else
		r = strstr(number, " (") != NULL
			? read_both(number, is_negative, digits)
			: read_hex(number, digits);
	if (r < 0)
		return r;
	found = strip(digits);
	/* Zero has no sign. */
	if (is_negative && strcmp(found, "0") != 0)
		*ret++ = '-';
	memcpy(ret, found, strlen(found) + 1);
	return 0;
}
