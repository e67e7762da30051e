/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Clients' certificates, taken apart, and those that were good kept for their
 * owners' next handshakes.
 */
#ifndef HELPER_VERIFIER_CLIENTS_H
#define HELPER_VERIFIER_CLIENTS_H

#include "helper/verifier/messages.h"
#include "status/record.h"

struct clients;
struct gnutls_pubkey_st;
struct x509_chain;

struct client {
	struct x509_chain *chain;
	struct gnutls_pubkey_st *key; /* of the leaf; NULL: of no use */
	bool is_huge; /* the key: GnuTLS would have to compute with it */
	/* Of one that was good; empty before. */
	struct stssl_record record;
};

/* None yet; NULL when out of memory. */
struct clients *clients_new(void);

/* Takes NULL.  Returns NULL. */
struct clients *clients_free(struct clients *clients);

/*
 * The certificates of a handshake, as they are kept, or taken apart now.  The
 * caller has them until clients_give().  NULL when out of memory.
 */
struct client *clients_take(struct clients *clients, const struct messages *m);

/*
 * Give them back.  Those that are good are kept in the place of others: their
 * owner has signed, and a CA vouches for him, so nobody else fills the memory.
 * Other ones are freed.
 */
void clients_give(struct clients *clients, struct client *client, bool is_good);

#endif
