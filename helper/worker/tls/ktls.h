/* SPDX-License-Identifier: BSD-2-Clause
 *
 * TLS records made by the kernel (its Documentation/networking/tls.rst): what
 * is written to a socket after ktls_start() leaves it encrypted.  Receiving is
 * ktls_receive.h's.  The keys come from GnuTLS, which has done the handshake.
 */
#ifndef HELPER_WORKER_TLS_KTLS_H
#define HELPER_WORKER_TLS_KTLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

/* The keys of one direction, from the next record on: AES-GCM. */
struct ktls_keys {
	bool is_tls13;  /* else TLS 1.2 */
	size_t key_len; /* 16 or 32 */
	uint8_t key[32];
	uint8_t salt[4];  /* the nonce's beginning, which never changes */
	uint8_t nonce[8]; /* TLS 1.3: the rest; TLS 1.2: as it is sent */
	uint8_t sequence[8];
};

struct gnutls_session_int;

enum ktls_direction {
	KTLS_SENDING,
	KTLS_RECEIVING,
};

/*
 * Get the keys of the next record that a session of GnuTLS would send, or
 * expects.  Returns 0 and *ret, to be wiped; -ENOTSUP for other ciphers and
 * versions.
 */
int ktls_keys_get(struct gnutls_session_int *session,
    enum ktls_direction direction, struct ktls_keys *ret);

/*
 * Give a connected socket the name of TLS, TCP_ULP of linux/tcp.h; it goes on
 * as it was.  Returns 0 or -errno of setsockopt(2).
 */
int ktls_name(int fd);

/* Give the keys to the kernel, for a socket with that name.  Returns as it. */
int ktls_set_keys(
    int fd, enum ktls_direction direction, const struct ktls_keys *keys);

/* Room for the type of a record, beside its bytes. */
union ktls_type {
	struct cmsghdr head;
	uint8_t room[CMSG_SPACE(1)];
};

/* A message of one record, of another type than data; both are borrowed. */
struct msghdr ktls_message(struct iovec *part, union ktls_type *type);

/* A socket whose records the kernel makes; all zero is one that it does not. */
struct ktls {
	bool is_on;
	bool has_ended; /* close_notify is written */
	size_t key_len;
	size_t overhead; /* bytes that each record adds */
	uint64_t first;  /* number of the first record */
	uint64_t before; /* bytes that TCP had been given by then */
};

/*
 * Find out whether this kernel can.  Returns 0; -ENOENT when it has no TLS, or
 * its module is not loaded; or another -errno of socket(2).
 */
int ktls_probe(void);

/*
 * Hand over socket `fd`, whose sending nobody else may encrypt from now on.
 * Returns 0 and *ret; or -errno, and everything is as it was: -ENOENT,
 * -ENOPROTOOPT when the kernel has no TLS or not this cipher, -ENOMEM.
 */
int ktls_start(int fd, const struct ktls_keys *keys, struct ktls *ret);

/*
 * Write close_notify, and see that everything is TCP's: a FIN would overtake
 * records that the kernel still holds back.  `written` is how many bytes went
 * to the socket since ktls_start().  Returns 0; -EAGAIN, to be called again
 * when the socket can be written to; or -errno.
 */
int ktls_end(struct ktls *k, int fd, uint64_t written);

/* The last step's sum: whether TCP was given `given` bytes since it was new. */
bool ktls_is_given(const struct ktls *k, uint64_t next_record, uint64_t written,
    uint64_t given);

#endif
