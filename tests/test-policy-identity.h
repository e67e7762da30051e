/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A certificate, and whom it names.
 */
#ifndef TESTS_TEST_POLICY_IDENTITY_H
#define TESTS_TEST_POLICY_IDENTITY_H

#include "policy/identity.h"
#include "tests/test-policy.h"

#define HEX "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define HEX_OTHER \
	"ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define HEX_63  "0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

#define BY_FILE (1u << STSSL_IDENTITY_FILE)
#define BY_CN   (1u << STSSL_IDENTITY_CN)

/* Put a value, or none for NULL. */
void identity_put(
    struct stssl_record *r, enum stssl_key key, const char *value);

/* Alice's certificate, with this CN. */
void identity_fill(struct stssl_record *r, const char *cn);

/* Does the record's certificate name the user in one of the ways? */
bool identity_names(unsigned ways, const char *directory, const char *user,
    const struct stssl_record *record);

#endif
