/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Receivers differ in what they look at: Dovecot 2.3 takes a name for proven,
 * whatever is said of its verification.  So there is a name only where there is
 * a good chain.
 */
#include <config.h>
#include "helper/worker/proxy/announce.h"

#include <string.h>

#include "helper/worker/proxy/format.h"
#include "helper/worker/proxy/writer.h"

#define TEXT_MAX 128

_Static_assert(PROXY_V2_HEAD + 36 + 4 * PROXY_V2_TLV + 5 + 3 * TEXT_MAX <=
		   PROXY_ANNOUNCE_MAX,
    "all values fit");

static void
put_text(struct proxy_writer *w, uint8_t type, const char *text)
{
	if (text != NULL && strlen(text) <= TEXT_MAX)
		proxy_put_value(w, type, text, strlen(text));
}

static void
put_tls(struct proxy_writer *w, const struct proxy_announcement *a)
{
	const bool is_verified = a->has_certificate && a->is_verified;
	const uint8_t verify[4] = { 0, 0, 0, is_verified ? 0 : 1 };
	size_t start = proxy_begin_value(w, PROXY_V2_SSL);
	uint8_t client = PROXY_V2_CLIENT_SSL;

	if (a->has_certificate)
		client |= PROXY_V2_CLIENT_SESSION;
	if (a->has_certificate && !a->is_resumed)
		client |= PROXY_V2_CLIENT_CONNECTION;
	proxy_put(w, &client, 1);
	proxy_put(w, verify, sizeof verify);
	put_text(w, PROXY_V2_SSL_VERSION, a->version);
	put_text(w, PROXY_V2_SSL_CIPHER, a->cipher);
	if (is_verified)
		put_text(w, PROXY_V2_SSL_CN, a->name);
	proxy_end_value(w, start);
}

size_t
proxy_announce(
    const struct proxy_announcement *a, uint8_t ret[static PROXY_ANNOUNCE_MAX])
{
	struct proxy_writer w = { ret, 0 };

	proxy_put_head(&w, a->source, a->destination);
	if (a->version != NULL)
		put_tls(&w, a);
	proxy_end_head(&w);
	return w.len;
}
