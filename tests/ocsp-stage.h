/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A CA, its certificates, and openssl as its responder.
 */
#ifndef TESTS_OCSP_STAGE_H
#define TESTS_OCSP_STAGE_H

#include "tests/certificates.h"
#include "tests/test-x509.h"
#include "x509/inquiry.h"
#include "x509/ocsp.h"
#include "x509/store.h"

#define OK(call)  ck_assert_int_ge((call), 0)
#define ASK_ALICE "-issuer ca -cert alice"

/* alice and bob of CA, which has a twin of the same name; and signers. */
enum who {
	CA,
	TWIN,
	STRANGER,
	ALICE,
	BOB,
	DELEGATE,
	PRETENDER,
	BEGINNER,
	OUTSIDER,
	OLD,
	REVOKED,
	WHO_COUNT
};

struct ocsp_stage {
	struct made made[WHO_COUNT];
	struct files files;
	struct x509_store *store;
	struct x509_error error;
	struct x509_inquiry *inquiry;
	time_t now;
};

void ocsp_stage_set(struct ocsp_stage *s);
void ocsp_stage_clear(struct ocsp_stage *s);

/* To be freed with gnutls_free(). */
gnutls_datum_t ocsp_der_of(const struct made *made);

/* In the directory, where S FILE gives a certificate's number. */
void ocsp_shell(const struct ocsp_stage *s, const char *command);

#endif
