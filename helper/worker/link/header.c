/* SPDX-License-Identifier: BSD-2-Clause
 *
 * There is one way to write what is said, and no other is read: values come
 * once and in order, and what they may leave out is zero.
 */
#include <config.h>
#include "helper/worker/link/header.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "helper/worker/link/record.h"
#include "helper/worker/proxy/format.h"
#include "helper/worker/proxy/header.h"
#include "helper/worker/proxy/writer.h"

#define TLV_LINK   0xe0
#define TLV_RECORD 0xe1
#define TLV_PROOF  0xe2

/* The value of TLV_LINK: version, flags, session, digest. */
enum {
	AT_VERSION,
	AT_FLAGS,
	AT_SESSION,
	AT_DIGEST = AT_SESSION + 8,
	LINK_BYTES = AT_DIGEST + LINK_DIGEST_BYTES
};
#define HAS_DIGEST 1

/* Writing */

static void
put_link(struct proxy_writer *w, const struct link_header *h)
{
	uint8_t value[LINK_BYTES] = { LINK_VERSION, 0 };

	link_put64(h->session, value + AT_SESSION);
	if (h->digest.is_known) {
		value[AT_FLAGS] = HAS_DIGEST;
		memcpy(value + AT_DIGEST, h->digest.bytes, LINK_DIGEST_BYTES);
	}
	proxy_put_value(w, TLV_LINK, value, sizeof value);
}

int
link_header_write(
    const struct link_header *header, uint8_t **ret, size_t *ret_len)
{
	const size_t most = PROXY_V2_HEAD + 36 + 3 * PROXY_V2_TLV + LINK_BYTES +
			    LINK_RECORD_MAX;
	struct proxy_writer w = { NULL, 0 };

	if (header->record_len > LINK_RECORD_MAX ||
	    header->proof_len > LINK_HEADER_MAX - most)
		return -E2BIG;
	w.bytes = malloc(most + header->proof_len);
	if (w.bytes == NULL)
		return -ENOMEM;
	proxy_put_head(&w, &header->client, &header->local);
	put_link(&w, header);
	if (header->record_len > 0)
		proxy_put_value(
		    &w, TLV_RECORD, header->record, header->record_len);
	if (header->proof_len > 0)
		proxy_put_value(
		    &w, TLV_PROOF, header->proof, header->proof_len);
	proxy_end_head(&w);
	*ret = w.bytes;
	*ret_len = w.len;
	return 0;
}

/* Reading */

/* What of the header is not read yet. */
struct rest {
	const uint8_t *at;
	size_t len;
};

/*
 * Cut off the next value, if it is of that type.  NULL, and *ret_len unchanged,
 * when it is another, there is none, or it is cut short.
 */
static const uint8_t *
next_value(struct rest *rest, uint8_t type, size_t *ret_len)
{
	const uint8_t *value;
	size_t len;

	if (rest->len < PROXY_V2_TLV || rest->at[0] != type)
		return NULL;
	len = (size_t)rest->at[1] << 8 | rest->at[2];
	if (len > rest->len - PROXY_V2_TLV)
		return NULL;
	value = rest->at + PROXY_V2_TLV;
	rest->at = value + len;
	rest->len -= PROXY_V2_TLV + len;
	*ret_len = len;
	return value;
}

static const char *
read_link(struct rest *rest, struct link_header *h)
{
	static const uint8_t none[LINK_DIGEST_BYTES];
	size_t len = 0;
	const uint8_t *value = next_value(rest, TLV_LINK, &len);

	if (value == NULL)
		return "no-link";
	if (len == 0 || value[AT_VERSION] != LINK_VERSION)
		return "link-version";
	if (len != LINK_BYTES || value[AT_FLAGS] > HAS_DIGEST)
		return "link-format";
	h->session = link_get64(value + AT_SESSION);
	h->digest.is_known = value[AT_FLAGS] == HAS_DIGEST;
	memcpy(h->digest.bytes, value + AT_DIGEST, LINK_DIGEST_BYTES);
	if (!h->digest.is_known &&
	    memcmp(h->digest.bytes, none, sizeof none) != 0)
		return "link-format";
	return h->session == 0 ? "session" : NULL;
}

static const char *
read_values(struct rest rest, struct link_header *h)
{
	const char *fault = read_link(&rest, h);

	if (fault != NULL)
		return fault;
	h->record = (const char *)next_value(&rest, TLV_RECORD, &h->record_len);
	if (h->record != NULL) {
		if (!link_record_is_sound(h->record, h->record_len))
			return "record";
		h->proof = next_value(&rest, TLV_PROOF, &h->proof_len);
	}
	/* Those who resume show no certificate. */
	if (h->proof != NULL &&
	    (h->proof_len == 0 ||
		strcmp(link_record_get(h->record, h->record_len,
			   STSSL_KEY_SSL_SESSION_RESUMED),
		    "Initial") != 0))
		return "proof";
	return rest.len > 0 ? "values" : NULL;
}

/* In its first bytes, as far as they are there. */
static const char *
begin_fault(const uint8_t *bytes, size_t len)
{
	const size_t size = PROXY_V2_SIGNATURE_LEN;

	if (memcmp(bytes, PROXY_V2_SIGNATURE, len < size ? len : size) != 0)
		return "no-header";
	if (len > 12 && bytes[12] != PROXY_V2_PROXY)
		return "command";
	if (len > 13 && bytes[13] != PROXY_V2_TCP4 &&
	    bytes[13] != PROXY_V2_TCP6)
		return "family";
	return NULL;
}

static const char *
read_whole(const uint8_t *bytes, size_t size, struct link_header *ret)
{
	struct link_header h = { .session = 0 };
	struct proxy_header proxied;
	enum proxy_fault wrong;
	const char *fault;
	size_t end;

	wrong = proxy_v2_addresses(bytes, size, &end, &proxied);
	if (wrong != PROXY_NONE)
		return wrong == PROXY_ADDRESS ? "address" : "length";
	h.client = proxied.source;
	h.local = proxied.destination;
	fault = read_values((struct rest){ bytes + end, size - end }, &h);
	if (fault == NULL)
		*ret = h;
	return fault;
}

const char *
link_header_read(
    const uint8_t *bytes, size_t len, size_t *ret_len, struct link_header *ret)
{
	const char *fault = begin_fault(bytes, len);
	size_t size;

	*ret_len = 0;
	if (fault != NULL || len < PROXY_V2_HEAD)
		return fault;
	size = PROXY_V2_HEAD + ((size_t)bytes[14] << 8 | bytes[15]);
	if (len < size)
		return NULL;
	fault = read_whole(bytes, size, ret);
	if (fault == NULL)
		*ret_len = size;
	return fault;
}
