/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "helper/worker/link/sign.h"

#include "helper/worker/host.h"
#include "helper/worker/session.h"
#include "helper/worker/tls/tls_link.h"

/* A connection over which nothing but HELLO has gone has room for it. */
static bool
write_answer(struct session *s, const struct key_answer *answer)
{
	uint8_t bytes[KEY_WIRE_ANSWER];
	size_t n = 0;

	key_wire_write_answer(answer, bytes);
	return stream_write(&s->client, bytes, sizeof bytes, &n) == IO_OK &&
	       n == sizeof bytes;
}

const char *
link_sign(struct session *s, const uint8_t bytes[static KEY_WIRE_REQUEST])
{
	struct key_request request;
	struct key_answer answer;
	uint8_t name[KEY_NAME];
	const char *fault;

	if (!key_wire_read_request(bytes, name, &request))
		return "request";
	fault = tls_link_sign(s->host->tls, name, &request, &answer);
	if (fault == NULL && !write_answer(s, &answer))
		fault = "truncated";
	return fault;
}
