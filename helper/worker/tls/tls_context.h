/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The struct that tls_context_new() fills, for the other files of this folder.
 */
#ifndef HELPER_WORKER_TLS_TLS_CONTEXT_H
#define HELPER_WORKER_TLS_TLS_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gnutls_certificate_credentials_st;
struct gnutls_priority_st;
struct keyremote;
struct tls_groups;
struct tls_names;
struct tls_tickets;
struct x509_store;

/* Credentials with some of the certificates only, for their hosts. */
struct tls_choice {
	uint64_t set; /* of tls_names_set() */
	struct gnutls_certificate_credentials_st *credentials;
};

struct tls_context {
	struct x509_store *store; /* the CAs of clients and their lists */
	struct gnutls_certificate_credentials_st *credentials;
	struct tls_names *names; /* of these credentials */
	struct tls_choice *choices;
	size_t choice_count;
	struct gnutls_priority_st *priority;
	struct tls_groups *groups; /* of the priority */
	struct keyremote *keys; /* NULL where credentials sign by themselves */
	struct tls_tickets *tickets; /* of stream listeners */
};

/*
 * The credentials for a client that asks for `host`: with the certificates that
 * are for it, when there are such; else with all.
 */
struct gnutls_certificate_credentials_st *tls_context_choose(
    const struct tls_context *context, const char *host);

/* True when the keyholder is there: see keyremote_is_likely_ready(). */
bool tls_context_likely_signs(struct tls_context *context);

#endif
