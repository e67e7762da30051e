/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The names in a certificate, in the form in which they are compared: domains
 * and DNS names in small letters, distinguished names canonical, all else byte
 * for byte.
 */
#ifndef POLICY_SUBJECT_H
#define POLICY_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>

#include "status/record.h"

/* Bytes of a name and its NUL; longer ones are not compared. */
#define STSSL_SUBJECT_MAX 1024

enum stssl_subject {
	STSSL_SUBJECT_CN, /* the only one */
	STSSL_SUBJECT_DN,
	STSSL_SUBJECT_EMAIL,
	STSSL_SUBJECT_UPN,
	STSSL_SUBJECT_DNS,
	STSSL_SUBJECT_URI,
	STSSL_SUBJECT_COUNT
};

/*
 * The certificate's nth name of a kind, counted from 0.  Returns 1 and the
 * name; 0 when there is none; -E2BIG when it is too long, -EBADMSG when it is
 * malformed: a control character, or no distinguished name.
 */
int stssl_subject_nth(enum stssl_subject kind,
    const struct stssl_record *record, unsigned n,
    char ret[static STSSL_SUBJECT_MAX]);

/*
 * The same form for a name from elsewhere, such as an entry of an identity
 * file.  Returns 0, -E2BIG or -EBADMSG (also for an empty name, and for an
 * address without exactly one '@' between two parts).
 */
int stssl_subject_canonical(enum stssl_subject kind, const char *text,
    char ret[static STSSL_SUBJECT_MAX]);

/* The domain of an address; NULL when it has not exactly one '@' inside. */
const char *stssl_subject_domain(const char *address);

#endif
