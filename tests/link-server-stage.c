/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "tests/link-server-stage.h"

#include <poll.h>
#include <stdlib.h>

#include "status/tools/address.h"

struct link_stage keys;

void
turn(struct server_play *v)
{
	for (int i = 0; i < 8; i++)
		ev_run(v->play.host.loop, EVRUN_NOWAIT);
}

bool
asks_backend(const struct server_play *v)
{
	struct pollfd ready = { v->play.listener, POLLIN, 0 };

	return v->play.backend != -1 || poll(&ready, 1, 0) > 0;
}

void
arrive(struct server_play *v)
{
	link_stage_set(&keys, NULL, NULL);
	v->play.tls = keys.server.context;
	v->play.config.link = keys.server.config.link;
	v->play.config.link.policy = EDGE_POLICY_REFUSE;
	v->play.listen.tls = LISTEN_LINK;
	if (v->play.from == NULL)
		v->play.from = "192.0.2.1:5000";
	if (v->play.advice.user[0] == '\0')
		(void)strcpy(v->play.advice.user, DIGEST);
	begin_alone(&v->play);
	v->edge = tls_link_connect(keys.edge.context, v->play.client);
	ck_assert_ptr_nonnull(v->edge);
}

enum tls_result
shake(struct server_play *v)
{
	enum tls_result r = TLS_WANT_READ;

	for (int i = 0; i < 100 && r != TLS_DONE && r != TLS_FAILED; i++) {
		r = tls_handshake(v->edge);
		turn(v);
	}
	return r;
}

void
get_hello(struct server_play *v)
{
	uint8_t bytes[LINK_HELLO_BYTES];
	enum tls_result r = TLS_WANT_READ;
	size_t n = 0;

	arrive(v);
	ck_assert_int_eq(shake(v), TLS_DONE);
	for (int i = 0; i < 100 && r == TLS_WANT_READ; i++) {
		turn(v);
		r = tls_read(v->edge, bytes, sizeof bytes, &n);
	}
	ck_assert_int_eq(r, TLS_DONE);
	ck_assert_uint_eq(n, sizeof bytes);
	ck_assert(link_hello_read(bytes, &v->hello));
}

void
leave(struct server_play *v)
{
	v->edge = tls_free(v->edge);
	end(&v->play);
	link_stage_clear(&keys);
}

void
say(struct server_play *v, const void *bytes, size_t len)
{
	size_t n;

	ck_assert_int_eq(tls_write(v->edge, bytes, len, &n), TLS_DONE);
	ck_assert_uint_eq(n, len);
	turn(v);
}

void
hear(struct server_play *v, const char *text)
{
	char buf[1024];
	enum tls_result r = TLS_WANT_READ;
	size_t n = 0;

	for (int i = 0; i < 100 && r == TLS_WANT_READ; i++) {
		turn(v);
		r = tls_read(v->edge, buf, sizeof buf - 1, &n);
	}
	ck_assert_int_eq(r, TLS_DONE);
	buf[n] = '\0';
	ck_assert_str_eq(buf, text);
}

struct link_header
header_for(const struct server_play *v)
{
	struct link_header h = { .session = v->hello.session,
		.digest = v->hello.digest,
		.record = RECORD,
		.record_len = sizeof RECORD,
		.proof = (const uint8_t *)PROOF,
		.proof_len = sizeof PROOF };

	ck_assert_int_eq(stssl_address_parse(CLIENT, &h.client), 0);
	ck_assert_int_eq(stssl_address_parse("198.51.100.1:21", &h.local), 0);
	return h;
}

uint8_t *
write_header(const struct link_header *h, size_t *ret_len)
{
	uint8_t *bytes;

	ck_assert_int_eq(link_header_write(h, &bytes, ret_len), 0);
	return bytes;
}

void
introduce(struct server_play *v, const struct link_header *h)
{
	size_t len;
	uint8_t *bytes = write_header(h, &len);

	say(v, bytes, len);
	free(bytes);
}

const char *
recorded(const struct server_play *v, enum stssl_key key)
{
	const char *value = stssl_record_get(&v->play.record, key);

	return value == NULL ? "(none)" : value;
}
