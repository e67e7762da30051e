/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Chooses the group that keys are exchanged in: with TLS 1.3 one that the
 * client has sent a share of, so that nobody has to send another hello.
 */
#ifndef HELPER_WORKER_TLS_TLS_GROUPS_H
#define HELPER_WORKER_TLS_TLS_GROUPS_H

struct gnutls_priority_st;
struct gnutls_session_int;

/* The groups of one priority string; the order in it is left to clients. */
struct tls_groups;

/* `base` is what GnuTLS makes of `priority`.  NULL when out of memory. */
struct tls_groups *tls_groups_new(
    const char *priority, struct gnutls_priority_st *base);

/* Takes NULL.  Returns NULL. */
struct tls_groups *tls_groups_free(struct tls_groups *groups);

/*
 * Before GnuTLS reads the hello: prefer the group of the first share that is of
 * one of ours.  `shares` is what the client's key_share says (RFC 8446 section
 * 4.2.8); where it is malformed, or has no such share, nothing changes.
 */
void tls_groups_prefer(const struct tls_groups *groups,
    struct gnutls_session_int *session, const unsigned char *shares,
    unsigned size);

#endif
