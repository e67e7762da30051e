/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Types that the files of this folder share with their callers.
 */
#ifndef HELPER_WORKER_TLS_TLS_TYPES_H
#define HELPER_WORKER_TLS_TLS_TYPES_H

#include <stdbool.h>

#include "status/words.h"

enum tls_result {
	TLS_DONE,
	TLS_WANT_READ,  /* call again when the socket can be read */
	TLS_WANT_WRITE, /* ... written */
	TLS_CLOSED, /* the peer ended properly: close_notify, or user_canceled
	                   of TLS 1.3, which announces it */
	TLS_FAILED, /* anything else: truncated, alert, garbage */
};

/* How a connection gives and takes tickets. */
enum tls_use {
	TLS_SINGLE,  /* it stands alone: as GnuTLS sees fit */
	TLS_CONTROL, /* data connections resume it: by tls_send_ticket() only */
	TLS_DATA,    /* such a one takes tickets and sends none: a client that
	                only writes would lose its upload to them */
};

/* The longest host name. */
#define TLS_NAME_MAX 253

/* What is known of the client's certificate. */
struct tls_certificate {
	bool is_sent;
	bool is_proven;             /* the verifier has told of it */
	enum stssl_failure failure; /* STSSL_FAILURE_NONE: it is good */
};

#endif
