/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Handshakes between the worker's TLS and a live client of GnuTLS's, whose
 * bytes are changed on their way.  The first byte of the input says who the
 * client is and how it connects.  The rest is changes, of four bytes each: what
 * is done, at which byte of the client's (two bytes), with which value.  Or it
 * is, with RAW, what the client sends.
 *
 * However it ends: nobody is who he is not, what is read was written by the
 * client, and neither side waits for ever.
 */
#include <config.h>
#include "helper/worker/tls/tls.h"

#include <errno.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "helper/worker/tls/tls_groups.h"
#include "helper/worker/tls/tls_inside.h"
#include "helper/worker/tls/tls_names.h"
#include "tests/fuzz-pair.h"
#include "tests/proof-stage.h"
#include "x509/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of the first byte. */
#define WHO     3u
#define TLS_1_2 4u
#define REQUIRE 8u
#define STRICT  16u
#define FTP     32u
#define RESUMED 64u
#define RAW     128u

enum who {
	NOBODY,
	ALICE,
	STRANGER, /* alice by another CA */
	THIEF     /* with alice's certificate, but without her key */
};

enum change {
	CHANGE,
	INSERT,
	DROP,
	END, /* nothing comes behind */
	CHANGES
};
#define CHANGE_BYTES 4

#define HELLO        "hello"
/* Flights are few; many rounds more are waiting for nothing. */
#define ROUNDS 40

static struct {
	struct tls_context context;
	struct tls_tickets *tickets;
	struct proof_stage proof;
	gnutls_certificate_credentials_t clients[THIEF + 1];
} world;

struct stage {
	uint8_t how;
	const uint8_t *changes;
	size_t change_count;
	gnutls_session_t client;
	struct tls *tls;
	int client_side[2]; /* the client's end first */
	int server_side[2]; /* the server's end first */
	size_t at;          /* bytes of the client that have passed */
	bool is_changed, has_ended;
};

static void
check(bool truth)
{
	if (!truth)
		abort();
}

static void
add_client(
    enum who who, const struct fuzz_pair *pair, gnutls_x509_privkey_t key)
{
	gnutls_certificate_credentials_t *c = &world.clients[who];
	gnutls_x509_crt_t cert = pair == NULL ? NULL : pair->cert;

	check(gnutls_certificate_allocate_credentials(c) >= 0);
	gnutls_certificate_set_flags(
	    *c, GNUTLS_CERTIFICATE_SKIP_KEY_CERT_MATCH);
	if (pair != NULL)
		check(gnutls_certificate_set_x509_key(*c, &cert, 1, key) >= 0);
}

static void
trust(const struct fuzz_pair *ca)
{
	char path[] = "/tmp/stssl-fuzz-XXXXXX";
	struct x509_error error;

	fuzz_pair_save(ca, path);
	world.context.store = x509_store_new(X509_STALE_REFUSE);
	check(world.context.store != NULL &&
	      x509_store_add_cas(world.context.store, path, &error) == 0);
	(void)unlink(path);
}

static void
make_world(void)
{
	struct fuzz_pair ca = fuzz_pair_new(FUZZ_P256, "ca", NULL);
	struct fuzz_pair other = fuzz_pair_new(FUZZ_P256, "ca", NULL);
	struct fuzz_pair server = fuzz_pair_new(FUZZ_P256, "server", &ca);
	struct fuzz_pair alice = fuzz_pair_new(FUZZ_P256, "alice", &ca);
	struct fuzz_pair stranger = fuzz_pair_new(FUZZ_P256, "alice", &other);
	struct tls_context *context = &world.context;

	trust(&ca);
	check(gnutls_certificate_allocate_credentials(&context->credentials) >=
		  0 &&
	      gnutls_certificate_set_x509_key(
		  context->credentials, &server.cert, 1, server.key) >= 0 &&
	      gnutls_priority_init(&context->priority, "NORMAL", NULL) >= 0);
	context->groups = tls_groups_new("NORMAL", context->priority);
	context->names = tls_names_new(context->credentials);
	check(context->groups != NULL && context->names != NULL);
	world.tickets = tls_tickets_new();
	proof_stage_open(&world.proof, context);
	add_client(NOBODY, NULL, NULL);
	add_client(ALICE, &alice, alice.key);
	add_client(STRANGER, &stranger, stranger.key);
	add_client(THIEF, &alice, stranger.key);
	fuzz_pair_free(&ca);
	fuzz_pair_free(&other);
	fuzz_pair_free(&server);
	fuzz_pair_free(&alice);
	fuzz_pair_free(&stranger);
}

static void
open_pair(int pair[static 2])
{
	check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0);
}

static void
begin(struct stage *s, const gnutls_datum_t *session)
{
	unsigned char name[] = "ftp";
	const gnutls_datum_t ftp = { name, strlen("ftp") };

	proof_stage_serve(&world.proof);
	open_pair(s->client_side);
	open_pair(s->server_side);
	s->tls = tls_new(&world.context,
	    (s->how & FTP) != 0 ? TLS_CONTROL : TLS_SINGLE,
	    (s->how & REQUIRE) != 0 ? CLIENT_REQUIRE : CLIENT_REQUEST,
	    world.tickets, s->server_side[0]);
	check(s->tls != NULL);
	if ((s->how & FTP) != 0)
		check(tls_require_alpn(s->tls, "ftp") == 0);
	if ((s->how & STRICT) != 0)
		tls_refuse_unknown_name(s->tls);
	check(gnutls_init(&s->client, GNUTLS_CLIENT | GNUTLS_NONBLOCK) >= 0 &&
	      gnutls_priority_set_direct(s->client,
		  (s->how & TLS_1_2) != 0 ? "NORMAL:-VERS-ALL:+VERS-TLS1.2"
					  : "NORMAL",
		  NULL) >= 0 &&
	      gnutls_credentials_set(s->client, GNUTLS_CRD_CERTIFICATE,
		  world.clients[s->how & WHO]) >= 0 &&
	      gnutls_server_name_set(s->client, GNUTLS_NAME_DNS, "server", 6) >=
		  0 &&
	      gnutls_alpn_set_protocols(s->client, &ftp, 1, 0) >= 0);
	if (session != NULL)
		(void)gnutls_session_set_data(
		    s->client, session->data, session->size);
	gnutls_transport_set_int(s->client, s->client_side[0]);
}

static void
finish(struct stage *s)
{
	gnutls_deinit(s->client);
	s->tls = tls_free(s->tls);
	for (int i = 0; i < 2; i++) {
		(void)close(s->client_side[i]);
		(void)close(s->server_side[i]);
	}
}

/* A passage on its way; every byte may get one in front. */
struct passage {
	uint8_t bytes[16384];
	size_t len;
};

static void
put(struct passage *passage, uint8_t byte)
{
	if (passage->len < sizeof passage->bytes)
		passage->bytes[passage->len++] = byte;
}

/* One byte of the client's, after what is to be done at its place. */
static void
change_byte(struct stage *s, struct passage *passage, uint8_t byte)
{
	bool is_dropped = false;

	for (size_t i = 0; i < s->change_count; i++) {
		const uint8_t *c = s->changes + i * CHANGE_BYTES;

		if ((size_t)(c[1] << 8 | c[2]) != s->at || s->has_ended)
			continue;
		s->is_changed = true;
		if (c[0] % CHANGES == CHANGE)
			byte ^= c[3];
		else if (c[0] % CHANGES == INSERT)
			put(passage, c[3]);
		else if (c[0] % CHANGES == DROP)
			is_dropped = true;
		else
			s->has_ended = true;
	}
	s->at++;
	if (!is_dropped && !s->has_ended)
		put(passage, byte);
}

/* What lies between the two, in both directions. */
static void
carry(struct stage *s)
{
	struct passage passage = { .len = 0 };
	uint8_t buf[8192];
	ssize_t n;

	while ((n = recv(s->client_side[1], buf, sizeof buf, 0)) > 0)
		for (ssize_t i = 0; i < n; i++)
			change_byte(s, &passage, buf[i]);
	if (passage.len > 0)
		(void)send(s->server_side[1], passage.bytes, passage.len,
		    MSG_NOSIGNAL);
	if (s->has_ended)
		(void)shutdown(s->server_side[1], SHUT_WR);
	while ((n = recv(s->server_side[1], buf, sizeof buf, 0)) > 0)
		(void)send(s->client_side[1], buf, (size_t)n, MSG_NOSIGNAL);
}

/* Nothing but the truth is said of the client. */
static void
look_at_record(struct stage *s)
{
	enum who who = s->how & WHO;
	static struct finding found;
	struct stssl_record record;
	const char *verify, *name, *why;

	stssl_record_init(&record);
	why = proof_stage_describe(
	    &world.proof, &world.context, s->tls, &record, &found);
	verify = stssl_record_get(&record, STSSL_KEY_SSL_CLIENT_VERIFY);
	name = stssl_record_get(&record, STSSL_KEY_SSL_CLIENT_S_DN_CN);
	/* What GnuTLS has let in can be proven. */
	check(verify != NULL);
	check(why == NULL || strcmp(verify, "NONE") == 0 ||
	      gnutls_session_is_resumed(s->tls->session));
	check((strcmp(verify, "SUCCESS") == 0) ==
	      (why == NULL && found.failure == STSSL_FAILURE_NONE));
	if (strcmp(verify, "SUCCESS") == 0)
		check(who == ALICE && strcmp(name, "alice") == 0);
	/* Who has no key to his certificate has not come this far. */
	check(who != THIEF);
	stssl_record_done(&record);
}

static void
look_at_data(struct stage *s)
{
	char buf[sizeof HELLO];
	size_t n = 0;

	if (tls_read(s->tls, buf, sizeof buf, &n) == TLS_DONE)
		check(n <= strlen(HELLO) && memcmp(buf, HELLO, n) == 0);
	(void)tls_send_ticket(s->tls);
	(void)tls_bye(s->tls);
	carry(s);
}

static void
talk(struct stage *s)
{
	enum tls_result server = TLS_WANT_READ;
	int client = GNUTLS_E_AGAIN;

	for (int i = 0; i < ROUNDS; i++) {
		if (client == GNUTLS_E_AGAIN)
			client = gnutls_handshake(s->client);
		if (client == 0 && server == TLS_DONE)
			break;
		carry(s);
		if (server == TLS_WANT_READ || server == TLS_WANT_WRITE)
			server = tls_handshake(s->tls);
		carry(s);
	}
	/* Undisturbed, who may come in does. */
	if (!s->is_changed && (s->how & WHO) == ALICE)
		check(client == 0 && server == TLS_DONE);
	if (server != TLS_DONE)
		return;
	look_at_record(s);
	if (client == 0)
		(void)gnutls_record_send(s->client, HELLO, strlen(HELLO));
	carry(s);
	look_at_data(s);
}

/* A session before, undisturbed, for the client to resume. */
static void
get_session(uint8_t how, gnutls_datum_t *ret)
{
	struct stage s = { .how = how };
	char byte;

	begin(&s, NULL);
	talk(&s);
	(void)gnutls_record_recv(s.client, &byte, 1);
	check(gnutls_session_get_data2(s.client, ret) >= 0);
	finish(&s);
}

static void
play(struct stage *s)
{
	gnutls_datum_t session = { NULL, 0 };

	if ((s->how & RESUMED) != 0 && (s->how & WHO) == ALICE)
		get_session(s->how, &session);
	begin(s, session.data == NULL ? NULL : &session);
	talk(s);
	finish(s);
	gnutls_free(session.data);
}

/* A client of bytes: it has no key for anything, so it gets nowhere. */
static void
play_raw(struct stage *s, const uint8_t *data, size_t size)
{
	enum tls_result result = TLS_WANT_READ;

	begin(s, NULL);
	(void)send(s->server_side[1], data, size, MSG_NOSIGNAL);
	(void)shutdown(s->server_side[1], SHUT_WR);
	for (int i = 0; i < ROUNDS && result == TLS_WANT_READ; i++)
		result = tls_handshake(s->tls);
	check(result == TLS_FAILED || result == TLS_CLOSED);
	finish(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct stage s = { .how = size == 0 ? 0 : data[0] };

	if (world.tickets == NULL)
		make_world();
	if ((s.how & RAW) != 0) {
		play_raw(&s, data + 1, size - 1);
		return 0;
	}
	s.changes = data + 1;
	s.change_count = size == 0 ? 0 : (size - 1) / CHANGE_BYTES;
	play(&s);
	return 0;
}
