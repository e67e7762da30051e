/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Distinguished names in one canonical form, so that two spellings of RFC 4514
 * for the same name are the same bytes.  The rules are in stssl-identities(5).
 */
#ifndef POLICY_DN_H
#define POLICY_DN_H

/* Bytes of a canonical name and its NUL; longer ones are not compared. */
#define STSSL_DN_MAX 1024

/*
 * Returns 0 and the canonical form; -EBADMSG when `text` is no name by RFC
 * 4514, is empty, or has a control character in a value; -E2BIG when its form
 * does not fit.
 */
int stssl_dn_canonical(const char *text, char ret[static STSSL_DN_MAX]);

#endif
