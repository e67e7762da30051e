/* SPDX-License-Identifier: BSD-2-Clause
 *
 * TLS records opened by the kernel: the counterpart of ktls.h.  What is in them
 * goes into a pipe; records that are not data are looked at here.
 *
 * Bytes leave the socket by splice(2), which takes one record at a time.  One
 * recvmsg(2) would go on for as long as records without data keep coming, so
 * that a client could keep a worker in the kernel.
 */
#ifndef HELPER_WORKER_TLS_KTLS_RECEIVE_H
#define HELPER_WORKER_TLS_KTLS_RECEIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "helper/worker/tls/keyupdate.h"
#include "helper/worker/tls/ktls.h"

/* A socket whose records the kernel opens; all zero is one that it does not. */
struct ktls_receiver {
	bool is_on;
	bool is_tls13;
	bool owes_update; /* the client asked for our KeyUpdate: clear it */
	size_t key_len;
	struct traffic_secret secret; /* TLS 1.3: of the keys that are used */
	unsigned barren;              /* records since there were data */
	unsigned warnings;            /* alerts that were passed over */
	unsigned updates;             /* since `window` */
	int64_t window;               /* stssl_now_ms() */
};

/*
 * Find out whether this kernel can receive, and go on after a KeyUpdate (Linux
 * 6.14).  Returns 0; -EBUSY when it takes no second keys; or another -errno of
 * what was tried, with two sockets on the loopback interface.
 */
int ktls_receive_probe(void);

/*
 * Hand over socket `fd`, from which nobody else may read from now on.  The
 * secret is that of the keys, with TLS 1.3.  Returns 0 and *ret, to be given to
 * ktls_receive_done(); or -errno, and everything is as it was: as ktls_start()
 * says, and -ENOTCONN when the peer has sent its FIN.
 */
int ktls_receive_start(int fd, const struct ktls_keys *keys,
    const struct traffic_secret *secret, struct ktls_receiver *ret);

/*
 * Move data of at most `size` bytes into a pipe that has room.  Returns how
 * many; 0 when the peer has ended properly, as TLS_CLOSED; -EAGAIN when nothing
 * has come; -EPIPE when the socket has ended without close_notify; -EBADMSG for
 * a record that is not the client's (RFC 8446 section 6: bad_record_mac);
 * -EPROTO for one that has no place here, such as another handshake, however
 * long it is (unexpected_message); -ECONNABORTED for an alert; -E2BIG for too
 * many changes of keys; or another -errno.
 */
ssize_t ktls_receive(struct ktls_receiver *k, int fd, int pipe_fd, size_t size);

/* Wipe the secret.  The socket stays as it is. */
void ktls_receive_done(struct ktls_receiver *k);

#endif
