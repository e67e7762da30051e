/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The outcomes of a transfer: in the code, in the log behind "failed=", and the
 * reply to the client where the backend's own would be wrong.
 */
#ifndef HELPER_WORKER_FTP_DATA_OUTCOME_H
#define HELPER_WORKER_FTP_DATA_OUTCOME_H

enum data_direction {
	DATA_DOWNLOAD,
	DATA_UPLOAD
};

/*
 * COMPLETE: all bytes went through, and both ends were proper.  BROKEN_CLIENT:
 * the client broke off, with a reset or without close_notify.  TWO_BACKENDS:
 * see backend_data.h.  With NO_CONNECTION and those behind it the client's side
 * did not come up: the last two lack what data-session asks for.
 */
#define DATA_OUTCOMES(X)                                                    \
	X(PENDING, NULL, NULL)                                              \
	X(COMPLETE, NULL, NULL)                                             \
	X(BROKEN_CLIENT, "truncated",                                       \
	    "426 The data connection was broken off; transfer incomplete.") \
	X(BROKEN_BACKEND, "backend", "451 The transfer is incomplete.")     \
	X(TWO_BACKENDS, "two-backends", "451 The transfer is incomplete.")  \
	X(NO_CONNECTION, "no-connection", "425 No data connection.")        \
	X(NO_TLS, "no-tls", "522 TLS on the data connection failed.")       \
	X(NOT_RESUMED, "not-resumed",                                       \
	    "522 The data connection must resume the control connection's " \
	    "TLS session.")                                                 \
	X(OTHER_CERTIFICATE, "other-certificate",                           \
	    "522 The data connection must resume the control connection's " \
	    "TLS session, or show the same client certificate.")

enum data_outcome {
#define X(name, word, reply) DATA_##name,
	DATA_OUTCOMES(X)
#undef X
};

#endif
