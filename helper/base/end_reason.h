/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Why the monitor ends a session: name, word for the log, text for the client.
 */
#ifndef HELPER_BASE_END_REASON_H
#define HELPER_BASE_END_REASON_H

#define MESSAGE_ENDS(X)                                              \
	X(KICKED, "kicked", "Ended by the administrator.")           \
	X(CERTIFICATE, "certificate",                                \
	    "Your certificate is not good any more.")                \
	X(PENALTY, "penalty",                                        \
	    "Too many failures from your address, try again later.") \
	X(SESSIONS, "max-sessions-per-address",                      \
	    "Too many sessions from your address.")                  \
	X(NEWCOMERS, "max-unauthenticated-per-address",              \
	    "Too many clients from your address are logging in.")    \
	X(INTERNAL, "internal", "The service is not available.")

enum message_end_reason {
#define X(name, word, text) END_##name,
	MESSAGE_ENDS(X)
#undef X
	END_COUNT
};

#endif
