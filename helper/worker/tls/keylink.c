/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "helper/worker/tls/keylink.h"

#include <poll.h>

#include "helper/base/keywire.h"
#include "helper/worker/tls/tls.h"
#include "helper/worker/tls/tls_inside.h"
#include "status/clock.h"

/* Absolute, for all of the answer. */
#define PATIENCE_MS 200
#define REST_MS     1000

/* A link that has only just come up has room for it. */
static bool
send_request(struct tls *link, const uint8_t name[static KEY_NAME],
    const struct key_request *request)
{
	uint8_t bytes[KEY_WIRE_REQUEST];
	size_t n = 0;

	key_wire_write_request(name, request, bytes);
	return tls_write(link, bytes, sizeof bytes, &n) == TLS_DONE &&
	       n == sizeof bytes;
}

/* Wait for more; false when the time is over. */
static bool
await(const struct tls *link, int64_t end)
{
	struct pollfd p = { .fd = link->fd, .events = POLLIN };
	const int64_t left = end - stssl_now_ms();

	return left > 0 && poll(&p, 1, (int)left) > 0;
}

static bool
receive_answer(struct tls *link, int64_t *rest_until, struct key_answer *ret)
{
	const int64_t end = stssl_now_ms() + PATIENCE_MS;
	uint8_t bytes[KEY_WIRE_ANSWER];
	enum tls_result r = TLS_DONE;
	size_t len = 0, n = 0;

	while (len < sizeof bytes) {
		r = tls_read(link, bytes + len, sizeof bytes - len, &n);
		if (r == TLS_DONE)
			len += n;
		else if (r != TLS_WANT_READ)
			return false;
		else if (!await(link, end)) {
			*rest_until = stssl_now_ms() + REST_MS;
			return false;
		}
	}
	return key_wire_read_answer(bytes, ret) && ret->len > 0;
}

bool
keylink_ask(void *owner, const uint8_t *name, const struct key_request *request,
    struct key_answer *ret)
{
	const struct tls *tls = owner;
	int64_t *rest_until = &tls->context->link.rest_until;

	return tls->signer != NULL && stssl_now_ms() >= *rest_until &&
	       send_request(tls->signer, name, request) &&
	       receive_answer(tls->signer, rest_until, ret);
}
