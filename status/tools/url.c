/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A look at a URL before it is handed to an HTTP client.
 */
#include <config.h>
#include "status/tools/url.h"

#include <stddef.h>

#include "status/ascii.h"

bool
stssl_url_is_http(const char *text)
{
	static const char scheme[] = "http://";
	const size_t host = sizeof scheme - 1;
	size_t len = 0;

	if (!stssl_same_start(text, scheme) || text[host] == '\0' ||
	    text[host] == '/')
		return false;
	while (len <= STSSL_URL_MAX && stssl_is_graph(text[len]))
		len++;
	return len <= STSSL_URL_MAX && text[len] == '\0';
}
