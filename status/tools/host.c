/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Looks at a name label by label; never asks DNS.
 */
#include <config.h>
#include "status/tools/host.h"

#include <string.h>

#include "status/ascii.h"

/* RFC 1035 section 2.3.4; a name's are without the last label's length. */
#define LABEL_MAX     63
#define NAME_MAX_TEXT 253

bool
stssl_is_host_name(const char *text)
{
	size_t len = strlen(text), label = 0;
	bool number = true;

	if (len == 0 || len > NAME_MAX_TEXT)
		return false;
	for (size_t i = 0; i <= len; i++) {
		char c = text[i];

		if (c == '.' || c == '\0') {
			if (label == 0 || label > LABEL_MAX ||
			    text[i - 1] == '-')
				return false;
			label = 0;
			continue;
		}
		if (!stssl_is_letter(c) && !stssl_is_digit(c) &&
		    (c != '-' || label == 0))
			return false;
		if (label++ == 0)
			number = true;
		number = number && stssl_is_digit(c);
	}
	return !number;
}
