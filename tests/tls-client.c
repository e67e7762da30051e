/* SPDX-License-Identifier: BSD-2-Clause
 *
 * tls-client PORT CA CERTIFICATE KEY WHAT COUNT [TLS]: an FTP client over
 * implicit TLS that does one thing COUNT times, in one process, faster than a
 * script can: WHAT is "login", or what no honest client does so often.  Prints
 * how often it was done before the server had enough; a flood is all on one
 * connection.
 */
#include <config.h>

#include <arpa/inet.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define SECONDS 30
#define LINE    512

struct client {
	const char *priority;
	in_port_t port;
	gnutls_certificate_credentials_t credentials;
	gnutls_session_t tls;
	int fd;
	unsigned long sealed;
};

static bool
enter(struct client *c)
{
	const struct timeval patience = { .tv_sec = SECONDS };
	struct sockaddr_in sa = { .sin_family = AF_INET };
	int r;

	sa.sin_port = htons(c->port);
	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	(void)setsockopt(
	    c->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	if (connect(c->fd, (struct sockaddr *)&sa, sizeof sa) == -1 ||
	    gnutls_init(&c->tls, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL) < 0)
		return false;
	(void)gnutls_priority_set_direct(c->tls, c->priority, NULL);
	(void)gnutls_credentials_set(
	    c->tls, GNUTLS_CRD_CERTIFICATE, c->credentials);
	(void)gnutls_server_name_set(c->tls, GNUTLS_NAME_DNS, "localhost", 9);
	gnutls_transport_set_int(c->tls, c->fd);
	do {
		r = gnutls_handshake(c->tls);
	} while (r < 0 && gnutls_error_is_fatal(r) == 0);
	return r >= 0;
}

static void
leave(struct client *c)
{
	if (c->tls != NULL)
		gnutls_deinit(c->tls);
	c->tls = NULL;
	if (c->fd != -1)
		(void)close(c->fd);
	c->fd = -1;
}

/* The reply to `line`, NULL for the greeting, begins with `code`. */
static bool
says(struct client *c, const char *line, const char *code)
{
	char reply[LINE] = "";
	size_t len = 0;
	ssize_t n;

	if (line != NULL && gnutls_record_send(c->tls, line, strlen(line)) < 0)
		return false;
	while (len == 0 || reply[len - 1] != '\n') {
		n = gnutls_record_recv(
		    c->tls, reply + len, sizeof reply - 1 - len);
		if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED)
			continue;
		if (n <= 0)
			return false;
		len += (size_t)n;
	}
	if (strncmp(reply, code, strlen(code)) == 0)
		return true;
	(void)fprintf(stderr, "%s", reply);
	return false;
}

static bool
login(struct client *c)
{
	bool done = enter(c) && says(c, NULL, "220") &&
		    says(c, "USER acme-1\r\n", "232") &&
		    says(c, "QUIT\r\n", "221");

	leave(c);
	return done;
}

/* What a record without a byte of data consists of, by version. */
static const struct shape {
	size_t salt, explicit_nonce, plain; /* of the nonce, of the text */
} shapes[] = {
	[GNUTLS_TLS1_2] = { 4, 8, 0 },
	[GNUTLS_TLS1_3] = { 12, 0, 1 }, /* the type is inside */
};

#define HEAD  5
#define TAG   16
#define NONCE 12

static size_t
put_aad(unsigned char *aad, const unsigned char *sequence,
    const unsigned char *head, const struct shape *shape)
{
	if (shape->plain > 0) {
		memcpy(aad, head, HEAD);
		return HEAD;
	}
	memcpy(aad, sequence, 8);
	memcpy(aad + 8, head, 3);
	memset(aad + 11, 0, 2);
	return 13;
}

/* One is sealed by hand: GnuTLS refuses to send it.  0 when it cannot be. */
static size_t
seal(gnutls_session_t tls, unsigned long count, unsigned char *record)
{
	const struct shape *shape = &shapes[gnutls_protocol_get_version(tls)];
	unsigned char nonce[NONCE] = { 0 }, sequence[8], aad[13];
	gnutls_aead_cipher_hd_t cipher;
	gnutls_datum_t iv, key, mac;
	size_t len = TAG + shape->plain, aad_len;
	size_t inner = shape->explicit_nonce + len;
	const unsigned char head[HEAD] = { 23, 3, 3, 0, (unsigned char)inner };
	int r;

	if (gnutls_record_get_state(tls, 0, &mac, &iv, &key, sequence) < 0 ||
	    gnutls_aead_cipher_init(&cipher, gnutls_cipher_get(tls), &key) < 0)
		return 0;
	for (int i = 7; i >= 0; i--, count >>= 8) {
		count += sequence[i];
		sequence[i] = (unsigned char)count;
	}
	memcpy(record, head, HEAD);
	memcpy(record + HEAD, sequence, shape->explicit_nonce);
	memcpy(nonce, iv.data, shape->salt);
	for (size_t i = 0; i < sizeof sequence; i++)
		nonce[NONCE - 8 + i] ^= sequence[i];
	aad_len = put_aad(aad, sequence, head, shape);
	r = gnutls_aead_cipher_encrypt(cipher, nonce, NONCE, aad, aad_len, 0,
	    "\x17", shape->plain, record + HEAD + shape->explicit_nonce, &len);
	gnutls_aead_cipher_deinit(cipher);
	return r < 0 ? 0 : HEAD + inner;
}

static bool
empty_record(struct client *c)
{
	unsigned char record[HEAD + 8 + TAG + 1];
	size_t len = seal(c->tls, c->sealed++, record);

	return len > 0 &&
	       send(c->fd, record, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static bool
key_update(struct client *c)
{
	return gnutls_session_key_update(c->tls, 0) >= 0;
}

static bool
key_update_both(struct client *c)
{
	return gnutls_session_key_update(c->tls, GNUTLS_KU_PEER) >= 0;
}

static bool
alert(struct client *c)
{
	return gnutls_alert_send(
		   c->tls, GNUTLS_AL_WARNING, GNUTLS_A_NO_RENEGOTIATION) >= 0;
}

/* Asks for it again, whatever the server says to that. */
static bool
renegotiation(struct client *c)
{
	int r;

	do {
		r = gnutls_handshake(c->tls);
	} while (r == GNUTLS_E_AGAIN || r == GNUTLS_E_INTERRUPTED);
	return r >= 0 || gnutls_error_is_fatal(r) == 0;
}

static const struct act {
	const char *name;
	bool (*act)(struct client *c);
	bool is_flood; /* all of it on one connection */
} acts[] = {
	{ "login", login, false },
	{ "empty-record", empty_record, true },
	{ "key-update", key_update, true },
	{ "key-update-both", key_update_both, true },
	{ "alert", alert, true },
	{ "renegotiation", renegotiation, true },
};

/* The server has hung up: it sends nothing more, or a reset. */
static bool
is_over(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLRDHUP };

	return poll(&p, 1, 0) == 1 &&
	       (p.revents & (POLLHUP | POLLERR | POLLRDHUP)) != 0;
}

static bool
repeat(struct client *c, const struct act *act, unsigned long count)
{
	unsigned long done = 0;

	if (act->is_flood && (!enter(c) || !says(c, NULL, "220"))) {
		leave(c);
		return false;
	}
	while (
	    done < count && (!act->is_flood || !is_over(c->fd)) && act->act(c))
		done++;
	leave(c);
	(void)printf("%lu\n", done);
	return true;
}

int
main(int argc, char **argv)
{
	struct client c = { .priority = "NORMAL", .fd = -1 };
	bool done = false;

	if (argc < 7 ||
	    gnutls_certificate_allocate_credentials(&c.credentials) < 0 ||
	    gnutls_certificate_set_x509_trust_file(
		c.credentials, argv[2], GNUTLS_X509_FMT_PEM) < 0 ||
	    gnutls_certificate_set_x509_key_file(
		c.credentials, argv[3], argv[4], GNUTLS_X509_FMT_PEM) < 0)
		return EXIT_FAILURE;
	c.port = (in_port_t)strtoul(argv[1], NULL, 10);
	if (argc > 7)
		c.priority = argv[7];
	for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
		if (strcmp(acts[i].name, argv[5]) == 0)
			done = repeat(&c, &acts[i], strtoul(argv[6], NULL, 10));
	gnutls_certificate_free_credentials(c.credentials);
	return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
