/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The verifier's process says whose certificates clients have shown, after it
 * has seen that they have signed.  It has no keys, no files and no network; it
 * tells the monitor, and no worker can say it in its place.
 */
#ifndef HELPER_VERIFIER_VERIFIER_H
#define HELPER_VERIFIER_VERIFIER_H

#include <stdbool.h>

struct judge;
struct x509_store;

/* All is borrowed. */
struct verifier_facts {
	const struct judge *judge;
	const struct x509_store *store;
	bool tells_chain; /* of good certificates: OCSP is on */
};

/*
 * Serve the lines that the monitor sends (MESSAGE_VERIFIER) until `channel`
 * ends; or, after MESSAGE_DRAIN, until every line has ended.  To be called in a
 * process of its own, as the helper's user.  Returns the exit status.
 */
int verifier_main(const struct verifier_facts *facts, int channel);

#endif
