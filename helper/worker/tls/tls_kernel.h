/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Gives a connection's keys to the kernel, which then makes or opens its
 * records in the place of tls_write() or tls_read().
 */
#ifndef HELPER_WORKER_TLS_TLS_KERNEL_H
#define HELPER_WORKER_TLS_TLS_KERNEL_H

#include "helper/worker/tls/tls_types.h"

struct ktls_keys;
struct tls;
struct traffic_secret;

/*
 * Hand over the keys of the next record that is sent: the connection must not
 * write any more.  Returns 0 and *ret, to be wiped; -EBUSY while something is
 * unsent; -ENOTSUP, see ktls_keys_get().
 */
int tls_sending_keys(struct tls *tls, struct ktls_keys *ret);

/*
 * Before the handshake: keep what its keys are made of, up to
 * tls_receiving_keys(), tls_forget_secret() or tls_free().
 */
void tls_keep_secret(struct tls *tls);

/* True in between: the kernel may be asked to receive. */
bool tls_keeps_secret(const struct tls *tls);
void tls_forget_secret(struct tls *tls);

/*
 * Hand over the keys of the next record that comes, and with TLS 1.3 what they
 * are made of: after the handshake, before anything is read, and the connection
 * must not read any more.  Writing stays its own.  Returns 0, *ret and
 * *ret_secret, both to be wiped; -EBUSY when something was read ahead; or
 * -ENOTSUP, see ktls_keys_get(), and without tls_keep_secret().
 */
int tls_receiving_keys(
    struct tls *tls, struct ktls_keys *ret, struct traffic_secret *ret_secret);

/*
 * The client's KeyUpdate asks for one of ours: send it, and change the keys of
 * what is written.  TLS_DONE or TLS_FAILED.
 */
enum tls_result tls_update_keys(struct tls *tls);

/* The kernel makes `error`, an -errno, of a record: tell the peer of it. */
void tls_refuse_record(struct tls *tls, int error);

#endif
