/* SPDX-License-Identifier: BSD-2-Clause
 *
 * tls-upload PORT PRIORITY ACTION...: a client that has connected for its
 * upload, does TLS, and then what the actions say; see the table of them.  At
 * the end it reads what there is, and prints how often the server has changed
 * its keys, and how it has ended: "bye" by close_notify, or "gone".
 */
#include <config.h>

#include <arpa/inet.h>
#include <endian.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define SECONDS 120
#define CHUNK   65536
/* A record: its head, a nonce of TLS 1.2, a few bytes, their type, a tag. */
#define HEAD       5
#define TAG        16
#define NONCE      12
#define PLAIN_MAX  64
#define RECORD_MAX (HEAD + 8 + PLAIN_MAX + 1 + TAG)

struct client {
	gnutls_certificate_credentials_t credentials;
	gnutls_session_t tls;
	int fd;
	uint64_t sent; /* bytes of data */
	unsigned updates;
	bool is_reset;
};

/* The server's messages: GnuTLS does what a KeyUpdate says. */
static int
on_message(gnutls_session_t tls, unsigned type, unsigned when,
    unsigned incoming, const gnutls_datum_t *message)
{
	struct client *c = gnutls_session_get_ptr(tls);

	(void)message;
	if (type == GNUTLS_HANDSHAKE_KEY_UPDATE && incoming != 0 &&
	    when == GNUTLS_HOOK_PRE)
		c->updates++;
	return 0;
}

static bool
enter(struct client *c, const char *port, const char *priority)
{
	const struct timeval patience = { .tv_sec = SECONDS };
	struct sockaddr_in sa = { .sin_family = AF_INET };
	int r;

	sa.sin_port = htons((in_port_t)strtoul(port, NULL, 10));
	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	(void)setsockopt(
	    c->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	if (connect(c->fd, (struct sockaddr *)&sa, sizeof sa) == -1 ||
	    gnutls_certificate_allocate_credentials(&c->credentials) < 0 ||
	    gnutls_init(&c->tls, GNUTLS_CLIENT | GNUTLS_NO_SIGNAL) < 0 ||
	    gnutls_priority_set_direct(c->tls, priority, NULL) < 0 ||
	    gnutls_credentials_set(
		c->tls, GNUTLS_CRD_CERTIFICATE, c->credentials) < 0)
		return false;
	gnutls_session_set_ptr(c->tls, c);
	gnutls_handshake_set_hook_function(
	    c->tls, GNUTLS_HANDSHAKE_ANY, GNUTLS_HOOK_BOTH, on_message);
	gnutls_transport_set_int(c->tls, c->fd);
	do {
		r = gnutls_handshake(c->tls);
	} while (r < 0 && gnutls_error_is_fatal(r) == 0);
	return r >= 0;
}

/* So many bytes that no two pieces of which are equal: their own offsets. */
static bool
send_data(struct client *c, const char *value)
{
	uint64_t chunk[CHUNK / sizeof(uint64_t)];
	unsigned long long left = strtoull(value, NULL, 10);

	while (left > 0) {
		size_t len = left < sizeof chunk ? (size_t)left : sizeof chunk;
		ssize_t n;

		for (size_t i = 0; i < sizeof chunk / sizeof chunk[0]; i++)
			chunk[i] = htobe64(c->sent + i * sizeof chunk[0]);
		n = gnutls_record_send(c->tls, chunk, len);
		if (n < 0)
			return false;
		c->sent += (size_t)n - (size_t)n % sizeof chunk[0];
		left -= (size_t)n;
	}
	return true;
}

static size_t
from_hex(const char *hex, unsigned char *out, size_t size)
{
	size_t len = 0;
	unsigned byte;

	for (; len < size && sscanf(hex + 2 * len, "%2x", &byte) == 1; len++)
		out[len] = (unsigned char)byte;
	return len;
}

static bool
send_raw(struct client *c, const char *value)
{
	unsigned char bytes[RECORD_MAX];
	size_t len = from_hex(value, bytes, sizeof bytes);

	return send(c->fd, bytes, len, MSG_NOSIGNAL) == (ssize_t)len;
}

/* RFC 5288 and RFC 8446 section 5.2: returns how many bytes there are. */
static size_t
seal(struct client *c, unsigned char type, const unsigned char *plain,
    size_t plain_len, unsigned char *record)
{
	const bool is_old =
	    gnutls_protocol_get_version(c->tls) == GNUTLS_TLS1_2;
	const size_t explicit_nonce = is_old ? 8 : 0;
	size_t inner = plain_len + (is_old ? 0 : 1), len = inner + TAG;
	const unsigned char head[HEAD] = { is_old ? type : 23, 3, 3, 0,
		(unsigned char)(explicit_nonce + len) };
	unsigned char text[PLAIN_MAX + 1], nonce[NONCE] = { 0 }, sequence[8];
	unsigned char aad[13];
	gnutls_aead_cipher_hd_t cipher;
	gnutls_datum_t iv, key, mac;
	int r;

	if (gnutls_record_get_state(c->tls, 0, &mac, &iv, &key, sequence) < 0 ||
	    gnutls_aead_cipher_init(&cipher, gnutls_cipher_get(c->tls), &key) <
		0)
		return 0;
	memcpy(text, plain, plain_len);
	text[plain_len] = type;
	memcpy(record, head, HEAD);
	memcpy(record + HEAD, sequence, explicit_nonce);
	memcpy(nonce, iv.data, is_old ? 4 : NONCE);
	for (size_t i = 0; i < sizeof sequence; i++)
		nonce[NONCE - 8 + i] ^= sequence[i];
	memcpy(aad, sequence, sizeof sequence);
	memcpy(aad + 8, head, 3);
	aad[11] = 0;
	aad[12] = (unsigned char)plain_len;
	r = gnutls_aead_cipher_encrypt(cipher, nonce, NONCE,
	    is_old ? aad : head, is_old ? sizeof aad : HEAD, 0, text, inner,
	    record + HEAD + explicit_nonce, &len);
	gnutls_aead_cipher_deinit(cipher);
	for (int i = 7; i >= 0 && ++sequence[i] == 0; i--)
		continue;
	if (r < 0 || gnutls_record_set_state(c->tls, 0, sequence) < 0)
		return 0;
	return HEAD + explicit_nonce + len;
}

/* TYPE.HEX */
static bool
send_record(struct client *c, const char *value)
{
	char *rest;
	unsigned char plain[PLAIN_MAX], record[RECORD_MAX];
	unsigned char type = (unsigned char)strtoul(value, &rest, 10);
	size_t len = from_hex(rest + 1, plain, sizeof plain);

	len = seal(c, type, plain, len, record);
	return len > 0 &&
	       send(c->fd, record, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static bool
send_records(struct client *c, const char *value)
{
	char *rest;
	unsigned long count = strtoul(value, &rest, 10);

	while (count > 0 && send_record(c, rest + 1))
		count--;
	return count == 0;
}

static bool
update(struct client *c, const char *value)
{
	return gnutls_session_key_update(
		   c->tls, *value == '\0' ? 0 : GNUTLS_KU_PEER) >= 0;
}

/* Whatever the server says to it. */
static bool
renegotiate(struct client *c, const char *value)
{
	(void)value;
	(void)gnutls_handshake(c->tls);
	return true;
}

static bool
say_bye(struct client *c, const char *value)
{
	(void)value;
	return gnutls_bye(c->tls, GNUTLS_SHUT_WR) >= 0;
}

static bool
end_socket(struct client *c, const char *value)
{
	(void)value;
	return shutdown(c->fd, SHUT_WR) == 0;
}

static bool
reset(struct client *c, const char *value)
{
	const struct linger linger = { .l_onoff = 1 };

	(void)value;
	c->is_reset = true;
	(void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	return close(c->fd) == 0;
}

/* NAME or NAME:VALUE. */
static const struct {
	const char *name;
	bool (*act)(struct client *c, const char *value);
} acts[] = {
	{ "data", send_data },     /* so many bytes */
	{ "update", update },      /* KeyUpdate; with a value it asks for one */
	{ "record", send_record }, /* one, sealed: TYPE.HEX */
	{ "records", send_records }, /* the same, so often: COUNT.TYPE.HEX */
	{ "raw", send_raw },         /* HEX, as it is */
	{ "renegotiate", renegotiate },
	{ "bye", say_bye }, /* close_notify */
	{ "fin", end_socket },
	{ "reset", reset },
};

static bool
act(struct client *c, const char *action)
{
	size_t len = strcspn(action, ":");
	const char *value = action + len + (action[len] == ':');

	for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
		if (strlen(acts[i].name) == len &&
		    strncmp(acts[i].name, action, len) == 0)
			return acts[i].act(c, value);
	(void)fprintf(stderr, "%s?\n", action);
	return false;
}

static const char *
end_of(struct client *c)
{
	char byte;
	ssize_t n;

	do {
		n = gnutls_record_recv(c->tls, &byte, 1);
	} while (n > 0 || n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED);
	return n == 0 ? "bye" : "gone";
}

int
main(int argc, char **argv)
{
	struct client c = { .fd = -1 };
	bool done = argc > 3 && enter(&c, argv[1], argv[2]);

	if (!done) {
		(void)fprintf(stderr, "no TLS\n");
		return EXIT_FAILURE;
	}
	/* A server that has had enough ends what is sent. */
	for (int i = 3; done && i < argc; i++)
		done = act(&c, argv[i]);
	if (!c.is_reset) {
		const char *end = end_of(&c);

		(void)printf("%u %s\n", c.updates, end);
		(void)close(c.fd);
	}
	gnutls_deinit(c.tls);
	gnutls_certificate_free_credentials(c.credentials);
	return EXIT_SUCCESS;
}
