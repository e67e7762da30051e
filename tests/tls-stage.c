/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "tests/tls-stage.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/keyholder-stage.h"
#include "tests/test.h"

void
for_clients(struct making *m)
{
	OK(gnutls_x509_crt_set_key_purpose_oid(
	    m->cert, GNUTLS_KP_TLS_WWW_CLIENT, 0));
}

static void
write_key(const struct files *files, const char *name, const struct made *made)
{
	gnutls_datum_t pem;

	OK(gnutls_x509_privkey_export2_pkcs8(
	    made->key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem));
	(void)write_file(files, name, &pem, 1);
	gnutls_free(pem.data);
}

static void
write_certificate(
    const struct files *files, const char *name, const struct made *made)
{
	gnutls_datum_t pem = pem_of(made);

	(void)write_file(files, name, &pem, 1);
	gnutls_free(pem.data);
}

void
stage_store(const struct stage *s, const char *name, const struct made *made)
{
	char file[64];

	(void)snprintf(file, sizeof file, "%s.pem", name);
	write_certificate(&s->files, file, made);
	(void)snprintf(file, sizeof file, "%s.key", name);
	write_key(&s->files, file, made);
}

static void
write_list(const struct stage *s, const char *name, time_t end,
    const struct made *revoked)
{
	gnutls_datum_t pem = make_list(
	    &s->ca, time(NULL) - HOUR, end, &revoked, revoked != NULL);

	(void)write_file(&s->files, name, &pem, 1);
	gnutls_free(pem.data);
}

gnutls_certificate_credentials_t
credentials_of(const struct made *made)
{
	gnutls_certificate_credentials_t credentials;
	gnutls_x509_crt_t cert;

	OK(gnutls_certificate_allocate_credentials(&credentials));
	if (made == NULL)
		return credentials;
	cert = made->cert;
	OK(gnutls_certificate_set_x509_key(credentials, &cert, 1, made->key));
	return credentials;
}

void
stage_set(struct stage *s)
{
	memset(s, 0, sizeof *s);
	files_init(&s->files);
	make_at(time(NULL));
	s->ca = make_ca("Root", NULL, NULL);
	s->server = make_leaf("server", &s->ca, NULL);
	s->alice = make_leaf("alice", &s->ca, for_clients);
	write_certificate(&s->files, "ca.pem", &s->ca);
	stage_store(s, "server", &s->server);
	write_list(s, "good.crl", time(NULL) + HOUR, NULL);
	write_list(s, "alice.crl", time(NULL) + HOUR, &s->alice);
	write_list(s, "old.crl", time(NULL) - 1, NULL);
	s->tickets = tls_tickets_new();
	s->asks = CLIENT_REQUEST;
	s->priority = "NORMAL";
	s->group = NULL;
	s->credentials = credentials_of(&s->alice);
}

void
stage_clear(struct stage *s)
{
	gnutls_free(s->ticket.data);
	gnutls_certificate_free_credentials(s->credentials);
	(void)tls_tickets_free(s->tickets);
	unmake(&s->alice);
	unmake(&s->server);
	unmake(&s->ca);
	files_done(&s->files);
}

int
load(struct stage *s, const char *list, enum stale_crl stale,
    struct tls_context **ret, const char **ret_key, struct stssl_error *error)
{
	char paths[4][256];
	char *certificate = paths[0], *key = paths[1], *ca = paths[2],
	     *crl = paths[3];
	const struct tls_config config = { .certificates = { &certificate, 1 },
		.keys = { &key, 1 },
		.client_cas = { &ca, 1 },
		.client_crls = { &crl, list != NULL },
		.stale_crl = stale,
		.priority = s->priority,
		.group = s->group };
	int r;

	(void)snprintf(certificate, sizeof paths[0], "%s",
	    file_name(&s->files, "server.pem"));
	(void)snprintf(
	    key, sizeof paths[0], "%s", file_name(&s->files, "server.key"));
	(void)snprintf(
	    ca, sizeof paths[0], "%s", file_name(&s->files, "ca.pem"));
	(void)snprintf(crl, sizeof paths[0], "%s",
	    file_name(&s->files, list != NULL ? list : ""));
	r = tls_context_new(&config, ret, ret_key, error);
	if (r == 0)
		tls_context_connect(*ret, keyholder_stage(&config));
	return r;
}

struct tls_context *
must_load(struct stage *s, const char *list, enum stale_crl stale)
{
	struct tls_context *context;
	struct stssl_error error;
	const char *key;

	ck_assert_msg(load(s, list, stale, &context, &key, &error) == 0, "%s",
	    error.text);
	return context;
}

static gnutls_session_t
client_new(struct stage *s, const char *priority, int fd)
{
	gnutls_session_t client;

	OK(gnutls_init(
	    &client, GNUTLS_CLIENT | GNUTLS_NONBLOCK | s->client_flags));
	OK(gnutls_priority_set_direct(client, priority, NULL));
	OK(gnutls_credentials_set(
	    client, GNUTLS_CRD_CERTIFICATE, s->credentials));
	if (s->ticket.data != NULL)
		OK(gnutls_session_set_data(
		    client, s->ticket.data, s->ticket.size));
	gnutls_transport_set_int(client, fd);
	return client;
}

void
meet_begin(struct meeting *m, struct stage *s, struct tls_context *context,
    enum tls_use use, const char *priority)
{
	ck_assert_int_eq(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, m->pair), 0);
	m->tls = tls_new(context, use, s->asks, s->tickets, m->pair[0]);
	ck_assert_ptr_nonnull(m->tls);
	m->client = client_new(s, priority, m->pair[1]);
}

/* Both sides in turn. */
void
shake_hands(struct meeting *m)
{
	enum tls_result server = TLS_WANT_READ;
	int r = GNUTLS_E_AGAIN;

	for (int i = 0; i < 100 && (r != 0 || server != TLS_DONE); i++) {
		if (r != 0)
			r = gnutls_handshake(m->client);
		if (server != TLS_DONE)
			server = tls_handshake(m->tls);
	}
	ck_assert_int_eq(r, 0);
	ck_assert_int_eq(server, TLS_DONE);
}

/* A TLS 1.3 ticket comes along with a byte. */
void
meet(struct meeting *m, struct stage *s, struct tls_context *context,
    enum tls_use use, const char *priority)
{
	ssize_t n = GNUTLS_E_AGAIN;
	size_t written;
	char byte = 'x';

	meet_begin(m, s, context, use, priority);
	shake_hands(m);
	if (use != TLS_SINGLE)
		ck_assert_int_eq(tls_send_ticket(m->tls), TLS_DONE);
	ck_assert_int_eq(tls_write(m->tls, &byte, 1, &written), TLS_DONE);
	for (int i = 0; i < 100 && n == GNUTLS_E_AGAIN; i++)
		n = gnutls_record_recv(m->client, &byte, 1);
	ck_assert_int_eq((int)n, 1);
	gnutls_free(s->ticket.data);
	OK(gnutls_session_get_data2(m->client, &s->ticket));
}

void
part(struct meeting *m)
{
	gnutls_deinit(m->client);
	(void)tls_free(m->tls);
	(void)close(m->pair[0]);
	(void)close(m->pair[1]);
}
