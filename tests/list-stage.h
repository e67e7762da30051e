/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A few CAs and their certificates, for lists to revoke.
 */
#ifndef TESTS_LIST_STAGE_H
#define TESTS_LIST_STAGE_H

#include "tests/certificates.h"
#include "tests/test-x509.h"
#include "x509/store.h"

#define OK(call) ck_assert_int_ge((call), 0)

/* Root, CA below it, alice and bob of this one, carol of the root. */
struct list_stage {
	struct made root, ca, alice, bob, carol, stranger, new_root;
	struct files files;
	struct x509_store *store;
	struct x509_error error;
};

/* The store has all roots and the CA, and no list. */
void list_stage_set(struct list_stage *s);
void list_stage_clear(struct list_stage *s);

/* The store anew. */
void list_reopen(struct list_stage *s, enum x509_stale stale);

/* A file with one list, good around NOON; returns its path. */
const char *list_file(struct list_stage *s, const char *name,
    const struct made *ca, const struct made *const *revoked, size_t count);

/* Add the lists of a file to the store. */
void list_add(struct list_stage *s, const char *path);

#endif
