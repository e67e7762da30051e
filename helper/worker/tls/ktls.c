/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The kernel's interface for TLS: keys by setsockopt(2), alerts as messages of
 * another record type.
 */
#include <config.h>
#include "helper/worker/tls/ktls.h"

#include <endian.h>
#include <errno.h>
#include <gnutls/gnutls.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <linux/tls.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define RECORD_ALERT 21
#define ALERT_BYTES  2
/* Header and tag; and what else a record of each version has. */
#define RECORD_FRAME   (5 + 16)
#define INNER_TYPE     1
#define EXPLICIT_NONCE 8

/* Keys from GnuTLS */

static const struct {
	gnutls_cipher_algorithm_t cipher;
	size_t key_len;
} ciphers[] = {
	{ GNUTLS_CIPHER_AES_128_GCM, 16 },
	{ GNUTLS_CIPHER_AES_256_GCM, 32 },
};

static size_t
key_len(gnutls_session_t session)
{
	for (size_t i = 0; i < sizeof ciphers / sizeof ciphers[0]; i++)
		if (ciphers[i].cipher == gnutls_cipher_get(session))
			return ciphers[i].key_len;
	return 0;
}

int
ktls_keys_get(gnutls_session_t session, enum ktls_direction direction,
    struct ktls_keys *ret)
{
	gnutls_protocol_t version = gnutls_protocol_get_version(session);
	bool is_tls13 = version == GNUTLS_TLS1_3;
	/* TLS 1.2: RFC 5288 section 3, the sequence number is sent along. */
	size_t iv_len = sizeof ret->salt + (is_tls13 ? sizeof ret->nonce : 0);
	size_t len = key_len(session);
	gnutls_datum_t iv, key;
	unsigned char sequence[sizeof ret->sequence];

	if (len == 0 || (!is_tls13 && version != GNUTLS_TLS1_2) ||
	    gnutls_record_get_state(session, direction == KTLS_RECEIVING, NULL,
		&iv, &key, sequence) < 0 ||
	    key.size != len || iv.size < iv_len)
		return -ENOTSUP;
	ret->is_tls13 = is_tls13;
	ret->key_len = len;
	memcpy(ret->key, key.data, len);
	memcpy(ret->salt, iv.data, sizeof ret->salt);
	memcpy(ret->nonce, is_tls13 ? iv.data + sizeof ret->salt : sequence,
	    sizeof ret->nonce);
	memcpy(ret->sequence, sequence, sizeof ret->sequence);
	return 0;
}

/* The kernel */

/* As the kernel wants them, in a form of its own for each length of key. */
union crypto {
	struct tls_crypto_info info;
	struct tls12_crypto_info_aes_gcm_128 aes128;
	struct tls12_crypto_info_aes_gcm_256 aes256;
};

static socklen_t
crypto_fill(union crypto *c, const struct ktls_keys *keys)
{
	bool is_long = keys->key_len == sizeof c->aes256.key;

	c->info.version = keys->is_tls13 ? TLS_1_3_VERSION : TLS_1_2_VERSION;
	c->info.cipher_type =
	    is_long ? TLS_CIPHER_AES_GCM_256 : TLS_CIPHER_AES_GCM_128;
#define FILL(form)                                                           \
	do {                                                                 \
		memcpy((form)->key, keys->key, sizeof(form)->key);           \
		memcpy((form)->salt, keys->salt, sizeof(form)->salt);        \
		memcpy((form)->iv, keys->nonce, sizeof(form)->iv);           \
		memcpy(                                                      \
		    (form)->rec_seq, keys->sequence, sizeof(form)->rec_seq); \
	} while (0)
	if (is_long)
		FILL(&c->aes256);
	else
		FILL(&c->aes128);
#undef FILL
	return is_long ? sizeof c->aes256 : sizeof c->aes128;
}

int
ktls_set_keys(
    int fd, enum ktls_direction direction, const struct ktls_keys *keys)
{
	union crypto crypto = { 0 };
	socklen_t len = crypto_fill(&crypto, keys);
	int option = direction == KTLS_RECEIVING ? TLS_RX : TLS_TX;
	int r =
	    setsockopt(fd, SOL_TLS, option, &crypto, len) == -1 ? -errno : 0;

	explicit_bzero(&crypto, sizeof crypto);
	return r;
}

static uint64_t
number_of(const uint8_t bytes[static 8])
{
	uint64_t n;

	memcpy(&n, bytes, sizeof n);
	return be64toh(n);
}

/* The bytes that TCP has been given in all, rather too few than too many. */
static int
given_to_tcp(int fd, uint64_t *ret)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof info;
	int unacknowledged;

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == -1 ||
	    ioctl(fd, SIOCOUTQ, &unacknowledged) == -1)
		return -errno;
	*ret = info.tcpi_bytes_acked + (uint64_t)unacknowledged;
	return 0;
}

/* The number of the record that comes next. */
static int
next_record(const struct ktls *k, int fd, uint64_t *ret)
{
	bool is_long = k->key_len == TLS_CIPHER_AES_GCM_256_KEY_SIZE;
	union crypto c = { 0 };
	socklen_t len = is_long ? sizeof c.aes256 : sizeof c.aes128;
	int r = getsockopt(fd, SOL_TLS, TLS_TX, &c, &len) == -1 ? -errno : 0;

	if (r == 0)
		*ret = number_of(is_long ? c.aes256.rec_seq : c.aes128.rec_seq);
	explicit_bzero(&c, sizeof c);
	return r;
}

int
ktls_name(int fd)
{
	return setsockopt(fd, IPPROTO_TCP, TCP_ULP, "tls", sizeof "tls") == -1
		   ? -errno
		   : 0;
}

int
ktls_probe(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), r;

	if (fd == -1)
		return -errno;
	r = ktls_name(fd);
	(void)close(fd);
	/* Without a peer the kernel gets no further than to know the name. */
	return r == -ENOTCONN ? 0 : r;
}

int
ktls_start(int fd, const struct ktls_keys *keys, struct ktls *ret)
{
	struct ktls k = { .is_on = true,
		.key_len = keys->key_len,
		.overhead = RECORD_FRAME +
			    (keys->is_tls13 ? INNER_TYPE : EXPLICIT_NONCE),
		.first = number_of(keys->sequence) };
	int r = given_to_tcp(fd, &k.before);

	/* A socket that only has the name goes on as it was. */
	if (r == 0)
		r = ktls_name(fd);
	if (r == 0)
		r = ktls_set_keys(fd, KTLS_SENDING, keys);
	if (r == 0)
		*ret = k;
	return r;
}

struct msghdr
ktls_message(struct iovec *part, union ktls_type *type)
{
	*type = (union ktls_type){ .room = { 0 } };
	return (struct msghdr){ .msg_iov = part,
		.msg_iovlen = 1,
		.msg_control = type,
		.msg_controllen = sizeof *type };
}

static int
write_close_notify(int fd)
{
	uint8_t alert[ALERT_BYTES] = { 1, 0 }; /* warning, close_notify */
	struct iovec part = { alert, sizeof alert };
	union ktls_type type;
	struct msghdr message = ktls_message(&part, &type);

	type.head.cmsg_level = SOL_TLS;
	type.head.cmsg_type = TLS_SET_RECORD_TYPE;
	type.head.cmsg_len = CMSG_LEN(1);
	*CMSG_DATA(&type.head) = RECORD_ALERT;
	return sendmsg(fd, &message, MSG_NOSIGNAL) == -1 ? -errno : 0;
}

bool
ktls_is_given(
    const struct ktls *k, uint64_t next, uint64_t written, uint64_t given)
{
	return given - k->before ==
	       written + ALERT_BYTES + (next - k->first) * k->overhead;
}

int
ktls_end(struct ktls *k, int fd, uint64_t written)
{
	uint64_t given = 0, next = 0;
	int r = k->has_ended ? 0 : write_close_notify(fd);

	if (r == 0) {
		k->has_ended = true;
		r = next_record(k, fd, &next);
	}
	if (r == 0)
		r = given_to_tcp(fd, &given);
	if (r < 0)
		return r == -EINTR ? -EAGAIN : r;
	return ktls_is_given(k, next, written, given) ? 0 : -EAGAIN;
}
