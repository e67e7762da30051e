/* SPDX-License-Identifier: BSD-2-Clause
 *
 * GnuTLS gives keys, but not what the next ones are made of: that it only tells
 * the function for logs of keys, during the handshake.
 */
#include <config.h>
#include "helper/worker/tls/tls_kernel.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <string.h>

#include "helper/worker/tls/ahead.h"
#include "helper/worker/tls/keyupdate.h"
#include "helper/worker/tls/ktls.h"
#include "helper/worker/tls/tls_fault.h"
#include "helper/worker/tls/tls_inside.h"

#define CLIENT_SECRET "CLIENT_TRAFFIC_SECRET_0"

int
tls_sending_keys(struct tls *tls, struct ktls_keys *ret)
{
	int r = tls->unsent > 0
		    ? -EBUSY
		    : ktls_keys_get(tls->session, KTLS_SENDING, ret);

	tls->is_elsewhere = r == 0;
	return r;
}

/* GnuTLS calls it with each secret of the handshake. */
static int
on_secret(
    gnutls_session_t session, const char *label, const gnutls_datum_t *secret)
{
	struct tls *tls = gnutls_session_get_ptr(session);

	if (tls->keeps_secret && strcmp(label, CLIENT_SECRET) == 0 &&
	    secret->size <= sizeof tls->secret.bytes) {
		memcpy(tls->secret.bytes, secret->data, secret->size);
		tls->secret.len = secret->size;
	}
	return 0;
}

void
tls_keep_secret(struct tls *tls)
{
	tls->keeps_secret = true;
	gnutls_session_set_keylog_function(tls->session, on_secret);
}

bool
tls_keeps_secret(const struct tls *tls)
{
	return tls->keeps_secret;
}

void
tls_forget_secret(struct tls *tls)
{
	explicit_bzero(&tls->secret, sizeof tls->secret);
	tls->keeps_secret = false;
}

/*
 * Whether the next keys can be made: a secret that leads to those that are used
 * does so by what would make the next.
 */
static bool
leads_to(const struct traffic_secret *secret, const struct ktls_keys *keys)
{
	struct ktls_keys made = { 0 };
	bool is_so =
	    keyupdate_keys(secret, keys->key_len, &made) == 0 &&
	    memcmp(made.key, keys->key, sizeof made.key) == 0 &&
	    memcmp(made.salt, keys->salt, sizeof made.salt) == 0 &&
	    memcmp(made.nonce, keys->nonce, sizeof made.nonce) == 0 &&
	    memcmp(made.sequence, keys->sequence, sizeof made.sequence) == 0;

	explicit_bzero(&made, sizeof made);
	return is_so;
}

int
tls_receiving_keys(
    struct tls *tls, struct ktls_keys *ret, struct traffic_secret *ret_secret)
{
	struct ktls_keys keys = { 0 };
	int r = -ENOTSUP;

	if (gnutls_record_check_pending(tls->session) > 0 ||
	    !ahead_is_empty(&tls->ahead))
		r = -EBUSY;
	else if (tls->keeps_secret)
		r = ktls_keys_get(tls->session, KTLS_RECEIVING, &keys);
	if (r == 0 && keys.is_tls13 && !leads_to(&tls->secret, &keys))
		r = -ENOTSUP;
	if (r == 0) {
		*ret = keys;
		*ret_secret = tls->secret;
	}
	explicit_bzero(&keys, sizeof keys);
	tls_forget_secret(tls);
	return r;
}

enum tls_result
tls_update_keys(struct tls *tls)
{
	int r = gnutls_session_key_update(tls->session, 0);

	if (r >= 0)
		return TLS_DONE;
	/* A client that leaves no room for this much does not read at all. */
	tls->error = r;
	return TLS_FAILED;
}

static const struct {
	int error, code;
} refusals[] = {
	{ -EBADMSG, GNUTLS_E_DECRYPTION_FAILED },
	{ -EPROTO, GNUTLS_E_UNEXPECTED_PACKET },
	{ -E2BIG, GNUTLS_E_TOO_MANY_HANDSHAKE_PACKETS },
};

void
tls_refuse_record(struct tls *tls, int error)
{
	tls->error = GNUTLS_E_PULL_ERROR;
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++)
		if (refusals[i].error == error)
			tls->error = refusals[i].code;
	tls_alert(tls, tls->error);
}
