/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "tests/proof-stage.h"

#include <ev.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "helper/worker/tls/tls_inside.h"

#define SECONDS 60

static void
need(bool truth)
{
	if (!truth)
		abort();
}

static void
hear_nothing(void *owner, const struct proof_answer *answer)
{
	(void)owner;
	(void)answer;
}

static void
give_nonces(struct proof_stage *s)
{
	const struct proof_nonces *given = nonces_make(&s->nonces);

	need(given != NULL && send(s->line, given, sizeof *given,
				  MSG_NOSIGNAL) == sizeof *given);
}

void
proof_stage_open(struct proof_stage *s, struct tls_context *context)
{
	const unsigned *algorithms;
	size_t count = tls_context_algorithms(context, &algorithms), len;
	const void *der;
	int ends[2];

	memset(s, 0, sizeof *s);
	s->judge = judge_new(algorithms, count, SECONDS);
	need(s->judge != NULL);
	for (unsigned i = 0; tls_context_server(context, i, &der, &len); i++)
		need(judge_add_server(s->judge, der, len) == 0);
	need(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
	if (context->prover == NULL)
		context->prover = prover_new();
	prover_connect(
	    context->prover, ev_default_loop(0), ends[0], hear_nothing, NULL);
	s->line = ends[1];
	give_nonces(s);
}

void
proof_stage_close(struct proof_stage *s)
{
	(void)close(s->line);
	s->judge = judge_free(s->judge);
}

void
proof_stage_serve(struct proof_stage *s)
{
	struct proof_request request;

	while (recv(s->line, &request, sizeof request, MSG_DONTWAIT) ==
	       sizeof request)
		if (request.type == PROOF_MORE)
			give_nonces(s);
}

bool
proof_stage_take(struct proof_stage *s, struct tls *tls, struct handed_in *ret)
{
	struct iovec parts[] = { { &ret->request, sizeof ret->request },
		{ ret->bytes, sizeof ret->bytes } };
	struct msghdr m = { .msg_iov = parts, .msg_iovlen = 2 };

	if (tls_prove(tls, 1) < 0)
		return false;
	do {
		ssize_t n = recvmsg(s->line, &m, MSG_DONTWAIT);

		need(n >= (ssize_t)sizeof ret->request &&
		     (size_t)n == sizeof ret->request + ret->request.len);
		if (ret->request.type == PROOF_MORE)
			give_nonces(s);
	} while (ret->request.type == PROOF_MORE);
	return true;
}

static void
put_all(struct stssl_record *to, const struct stssl_record *from)
{
	struct stssl_record both;
	const char *first = stssl_record_next(from, NULL);
	size_t skipped = strlen(first) + 1;
	char *bytes = malloc(to->len + from->len);

	need(bytes != NULL);
	memcpy(bytes, to->text, to->len);
	memcpy(bytes + to->len, from->text + skipped, from->len - skipped);
	stssl_record_init(&both);
	need(stssl_record_decode(bytes, to->len + from->len - skipped, &both) ==
	     0);
	free(bytes);
	stssl_record_done(to);
	*to = both;
}

const char *
proof_stage_describe(struct proof_stage *s, struct tls_context *context,
    struct tls *tls, struct stssl_record *record, struct finding *ret)
{
	static struct handed_in handed;
	const char *why = "nothing handed in";

	need(tls_describe(tls, record) == 0);
	if (!tls_has_certificate(tls)) {
		need(stssl_record_put(
			 record, STSSL_KEY_SSL_CLIENT_VERIFY, "NONE") == 0);
		return "no certificate";
	}
	if (proof_stage_take(s, tls, &handed))
		why = judge_handshake(s->judge, tls_context_store(context),
		    &s->nonces, &handed.request, handed.bytes, ret);
	if (why != NULL) {
		need(stssl_record_put(record, STSSL_KEY_SSL_CLIENT_VERIFY,
			 "FAILED:unproven") == 0);
		return why;
	}
	put_all(record, &ret->record);
	stssl_record_done(&ret->record);
	return NULL;
}
