/* SPDX-License-Identifier: BSD-2-Clause
 *
 * From GnuTLS's codes to what callers know.
 */
#include <config.h>
#include "helper/worker/tls/tls_fault.h"

#include <gnutls/gnutls.h>

#include "helper/worker/tls/tls_inside.h"

/* Warning alerts and renegotiations that one connection may send. */
#define NOISE_MAX 4

enum tls_result
tls_meaning(struct tls *tls, int code)
{
	bool again = code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED;

	if (code == GNUTLS_E_WARNING_ALERT_RECEIVED && ++tls->noise < NOISE_MAX)
		again = true;
	if (again)
		return gnutls_record_get_direction(tls->session) == 0
			   ? TLS_WANT_READ
			   : TLS_WANT_WRITE;
	tls->error = code;
	return TLS_FAILED;
}

/* The peer has gone, or has said itself what is wrong: it need not be told. */
static bool
is_an_end(int code)
{
	switch (code) {
	case GNUTLS_E_PREMATURE_TERMINATION:
	case GNUTLS_E_PULL_ERROR:
	case GNUTLS_E_PUSH_ERROR:
	case GNUTLS_E_FATAL_ALERT_RECEIVED:
		return true;
	default:
		return false;
	}
}

void
tls_alert(struct tls *tls, int code)
{
	if (!tls->is_elsewhere && !is_an_end(code))
		tls->has_alerted =
		    gnutls_alert_send_appropriate(tls->session, code) >= 0;
}

bool
tls_has_alerted(const struct tls *tls)
{
	return tls->has_alerted;
}

bool
tls_is_peers_fault(const struct tls *tls)
{
	switch (tls->error) {
	case GNUTLS_E_PREMATURE_TERMINATION:
	case GNUTLS_E_PULL_ERROR:
	case GNUTLS_E_PUSH_ERROR:
		return tls->has_hello;
	case GNUTLS_E_INTERNAL_ERROR:
	case GNUTLS_E_MEMORY_ERROR:
	case GNUTLS_E_PK_SIGN_FAILED:
		return false;
	default:
		return true;
	}
}

const char *
tls_error(const struct tls *tls)
{
	return tls->error == 0 ? "no error" : gnutls_strerror(tls->error);
}
