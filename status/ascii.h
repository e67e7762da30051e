/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Letters and digits of ASCII.  The functions of <ctype.h> and strcasecmp(3)
 * depend on the locale of the daemon that has loaded the module: a Turkish one
 * has no "i" in "I".
 */
#ifndef STATUS_ASCII_H
#define STATUS_ASCII_H

#include <stdbool.h>

#define STSSL_DIGITS "0123456789"
#define STSSL_LETTERS                \
	"abcdefghijklmnopqrstuvwxyz" \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ"

static inline bool
stssl_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
stssl_is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Printable, and no blank. */
static inline bool
stssl_is_graph(char c)
{
	return c > ' ' && c <= '~';
}

static inline bool
stssl_is_control(char c)
{
	return (unsigned char)c < ' ' || c == '\177';
}

static inline char
stssl_lower(char c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static inline char
stssl_upper(char c)
{
	return (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
}

/* In place. */
static inline void
stssl_lower_text(char *text)
{
	for (; *text != '\0'; text++)
		*text = stssl_lower(*text);
}

/* Does `text` begin with `start`, in capital or small letters? */
static inline bool
stssl_same_start(const char *text, const char *start)
{
	for (; *start != '\0'; text++, start++)
		if (stssl_lower(*text) != stssl_lower(*start))
			return false;
	return true;
}

/* The same text, in capital or small letters? */
static inline bool
stssl_same_text(const char *a, const char *b)
{
	for (; *a != '\0' && stssl_lower(*a) == stssl_lower(*b); a++, b++)
		;
	return stssl_lower(*a) == stssl_lower(*b);
}

#endif
