/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What the keyholder signs and what it does not; and that its signatures are
 * those of the certificate's key.
 */
#include <config.h>
#include "helper/worker/tls/keyremote.h"

#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/base/keyrequest.h"
#include "helper/base/log.h"
#include "helper/keyholder/keys.h"
#include "tests/keyholder-files.h"
#include "tests/keyholder-stage.h"
#include "tests/test.h"

#define OK(call) ck_assert_int_ge((call), 0)

/* Requests */

#define BLANKS16               "                "
#define BLANKS64               BLANKS16 BLANKS16 BLANKS16 BLANKS16
#define SERVER                 "TLS 1.3, server CertificateVerify"
#define CLIENT                 "TLS 1.3, client CertificateVerify"
#define TLS13(blanks, context) blanks context "\0"
/* The curve, its number, the size of the key. */
#define TLS12(type, curve, size) BLANKS64 type "\0" curve size

static const struct {
	enum key_algorithm algorithm;
	const char *start; /* zeros behind it */
	uint32_t start_len, len;
	bool is_proper;
} requests[] = {
	/* digests, and nothing shorter or longer */
	{ KEY_RSA_SHA256, "", 0, 32, true },
	{ KEY_RSA_SHA256, "", 0, 31, false },
	{ KEY_RSA_SHA256, "", 0, 51, false },
	{ KEY_RSA_SHA384, "", 0, 48, true },
	{ KEY_RSA_SHA512, "", 0, 64, true },
	{ KEY_RSA_PSS_RSAE_SHA256, "", 0, 32, true },
	{ KEY_RSA_PSS_RSAE_SHA256, "", 0, 33, false },
	{ KEY_RSA_PSS_RSAE_SHA384, "", 0, 48, true },
	{ KEY_RSA_PSS_RSAE_SHA384, "", 0, 0, false },
	{ KEY_RSA_PSS_SHA512, "", 0, 64, true },
	{ KEY_ECDSA_SHA256, "", 0, 32, true },
	{ KEY_ECDSA_SHA256, "", 0, 20, false },
	{ KEY_ECDSA_SECP384R1_SHA384, "", 0, 48, true },
	{ KEY_ECDSA_SECP384R1_SHA384, "", 0, 32, false },
	{ KEY_ECDSA_SECP521R1_SHA512, "", 0, 64, true },
	/* TLS 1.3 */
	{ KEY_EDDSA_ED25519, TLS13(BLANKS64, SERVER), 98, 130, true },
	{ KEY_EDDSA_ED448, TLS13(BLANKS64, SERVER), 98, 146, true },
	{ KEY_EDDSA_ED25519, TLS13(BLANKS64, SERVER), 98, 98, false },
	{ KEY_EDDSA_ED25519, TLS13(BLANKS64, SERVER), 98, 129, false },
	{ KEY_EDDSA_ED25519, TLS13(BLANKS64, SERVER), 98, 162, false },
	{ KEY_EDDSA_ED25519, TLS13(BLANKS64, CLIENT), 98, 130, false },
	{ KEY_EDDSA_ED25519, BLANKS64 SERVER " ", 98, 130, false },
	{ KEY_EDDSA_ED25519, TLS13("x" BLANKS64, SERVER), 99, 131, false },
	{ KEY_EDDSA_ED25519, BLANKS16 BLANKS16 BLANKS16, 48, 130, false },
	{ KEY_EDDSA_ED25519,
	    TLS13("x               " BLANKS16 BLANKS16 BLANKS16, SERVER), 98,
	    130, false },
	{ KEY_EDDSA_ED25519,
	    TLS13(BLANKS16 BLANKS16 BLANKS16 "               x", SERVER), 98,
	    130, false },
	/* TLS 1.2 */
	{ KEY_EDDSA_ED25519, TLS12("\3", "\35", "\40"), 68, 100, true },
	{ KEY_EDDSA_ED25519, TLS12("\3", "\27", "\101"), 68, 133, true },
	{ KEY_EDDSA_ED25519, TLS12("\3", "\30", "\141"), 68, 165, true },
	{ KEY_EDDSA_ED25519, TLS12("\3", "\31", "\205"), 68, 201, true },
	{ KEY_EDDSA_ED448, TLS12("\3", "\36", "\70"), 68, 124, true },
	{ KEY_EDDSA_ED25519, TLS12("\3", "\35", "\40"), 68, 99, false },
	{ KEY_EDDSA_ED25519, TLS12("\3", "\35", "\40"), 68, 101, false },
	{ KEY_EDDSA_ED25519, TLS12("\3", "\35", "\41"), 68, 101, false },
	{ KEY_EDDSA_ED25519, TLS12("\3", "\1", "\40"), 68, 100, false },
	{ KEY_EDDSA_ED25519, TLS12("\1", "\35", "\40"), 68, 100, false },
	{ KEY_EDDSA_ED25519, BLANKS64, 64, 67, false },
	{ KEY_EDDSA_ED25519, "", 0, 32, false },
	{ KEY_EDDSA_ED25519, "", 0, 0, false },
	/* neither */
	{ KEY_NOTHING, "", 0, 0, true },
	{ KEY_NOTHING, "", 0, 32, false },
	{ KEY_ALGORITHM_COUNT, "", 0, 32, false },
	{ KEY_RSA_SHA256, "", 0, UINT32_MAX, false },
	{ KEY_EDDSA_ED25519, TLS13(BLANKS64, SERVER), 98, UINT32_MAX, false },
};

static struct key_request
request_of(size_t i)
{
	struct key_request request = { .algorithm = requests[i].algorithm,
		.len = requests[i].len };

	memcpy(request.data, requests[i].start, requests[i].start_len);
	return request;
}

START_TEST(only_what_a_handshake_signs_is_proper)
{
	struct key_request request = request_of((size_t)_i);

	ck_assert_int_eq(key_request_is_proper(&request, KEY_NO_LINK),
	    requests[_i].is_proper);
	request.zero = 1;
	ck_assert(!key_request_is_proper(&request, KEY_NO_LINK));
}
END_TEST

/* The next key, which is that of links. */
static const struct {
	const char *start;
	uint32_t start_len, len;
	bool is_servers, is_links; /* proper of a server's key, of the link's */
} link_requests[] = {
	{ TLS13(BLANKS64, SERVER), 98, 130, true, true },
	{ TLS13(BLANKS64, CLIENT), 98, 130, false, true },
	{ TLS13(BLANKS64, CLIENT), 98, 146, false, true },
	{ TLS13(BLANKS64, CLIENT), 98, 129, false, false },
	{ BLANKS64 CLIENT " ", 98, 130, false, false },
	{ TLS12("\3", "\35", "\40"), 68, 100, true, false },
	{ "", 0, 130, false, false },
};

START_TEST(the_key_of_links_signs_for_tls_1_3_alone_and_as_a_client_too)
{
	struct key_request request = { .algorithm = KEY_EDDSA_ED25519,
		.key = 1,
		.len = link_requests[_i].len };

	memcpy(
	    request.data, link_requests[_i].start, link_requests[_i].start_len);
	ck_assert_int_eq(
	    key_request_is_proper(&request, 1), link_requests[_i].is_links);
	ck_assert_int_eq(
	    key_request_is_proper(&request, 0), link_requests[_i].is_servers);
	ck_assert_int_eq(key_request_is_proper(&request, KEY_NO_LINK),
	    link_requests[_i].is_servers);
}
END_TEST

/* Keys */

#define CURVE(name) GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_##name)

static const struct {
	gnutls_pk_algorithm_t pk;
	unsigned bits;
	gnutls_sign_algorithm_t algorithm;
} signers[] = {
	{ GNUTLS_PK_RSA, 2048, GNUTLS_SIGN_RSA_SHA256 },
	{ GNUTLS_PK_RSA, 2048, GNUTLS_SIGN_RSA_SHA512 },
	{ GNUTLS_PK_RSA, 2048, GNUTLS_SIGN_RSA_PSS_RSAE_SHA256 },
	{ GNUTLS_PK_RSA, 2048, GNUTLS_SIGN_RSA_PSS_RSAE_SHA384 },
	{ GNUTLS_PK_RSA_PSS, 2048, GNUTLS_SIGN_RSA_PSS_SHA256 },
	{ GNUTLS_PK_ECDSA, CURVE(SECP256R1), GNUTLS_SIGN_ECDSA_SHA256 },
	{ GNUTLS_PK_ECDSA, CURVE(SECP256R1),
	    GNUTLS_SIGN_ECDSA_SECP256R1_SHA256 },
	{ GNUTLS_PK_ECDSA, CURVE(SECP384R1),
	    GNUTLS_SIGN_ECDSA_SECP384R1_SHA384 },
	{ GNUTLS_PK_EDDSA_ED25519, CURVE(ED25519), GNUTLS_SIGN_EDDSA_ED25519 },
};

static int row;

static void
with_algorithm(struct making *m)
{
	m->algorithm = signers[row].pk;
	m->bits = signers[row].bits;
	if (signers[row].pk == GNUTLS_PK_EDDSA_ED25519)
		m->digest = GNUTLS_DIG_SHA512;
}

static void
make_key(struct key_files *f, int which)
{
	row = which;
	key_files_make(f, with_algorithm);
}

static gnutls_pubkey_t
public_of(const struct key_files *f)
{
	gnutls_pubkey_t key;

	OK(gnutls_pubkey_init(&key));
	OK(gnutls_pubkey_import_x509(key, f->server.cert, 0));
	return key;
}

/* GnuTLS hashes it, except for EdDSA, which has to be in TLS's own form. */
static unsigned char text[] = TLS13(BLANKS64, SERVER) BLANKS16 BLANKS16;

START_TEST(a_signature_is_that_of_the_certificates_key)
{
	const gnutls_datum_t data = { text, sizeof text - 1 };
	static const uint8_t no_name[KEY_NAME];
	struct keyremote *remote = keyremote_new();
	gnutls_datum_t signature;
	gnutls_privkey_t key;
	gnutls_pubkey_t pubkey;
	struct key_files f;

	make_key(&f, _i);
	keyremote_connect(remote, keyholder_stage(&f.config.tls));
	pubkey = public_of(&f);
	OK(keyremote_key(remote, 0, no_name, pubkey, &key));
	OK(gnutls_privkey_sign_data2(
	    key, signers[_i].algorithm, 0, &data, &signature));
	OK(gnutls_pubkey_verify_data2(
	    pubkey, signers[_i].algorithm, 0, &data, &signature));
	ck_assert(keyremote_is_ready(remote));
	gnutls_free(signature.data);
	gnutls_privkey_deinit(key);
	gnutls_pubkey_deinit(pubkey);
	(void)keyremote_free(remote);
	key_files_remove(&f);
}
END_TEST

#define P256 5 /* in signers[] */

START_TEST(a_worker_that_asks_for_something_else_is_not_heard_again)
{
	struct key_request request = request_of(1);
	struct key_answer answer;
	struct key_files f;
	int line;

	make_key(&f, P256);
	line = keyholder_stage(&f.config.tls);
	ck_assert(!key_request_is_proper(&request, KEY_NO_LINK));
	ck_assert_int_eq(send(line, &request, sizeof request - (size_t)_i, 0),
	    (int)sizeof request - _i);
	ck_assert_int_eq(recv(line, &answer, sizeof answer, 0), 0);
	ck_assert_int_eq(
	    send(line, &request, sizeof request, MSG_NOSIGNAL), -1);
	(void)close(line);
	key_files_remove(&f);
}
END_TEST

START_TEST(a_key_that_is_not_there_is_answered_without_a_signature)
{
	struct key_request request = {
		.serial = 7, .key = 1, .algorithm = KEY_ECDSA_SHA256, .len = 32
	};
	struct key_answer answer;
	struct key_files f;
	int line;

	make_key(&f, P256);
	line = keyholder_stage(&f.config.tls);
	ck_assert_int_eq(
	    send(line, &request, sizeof request, 0), (int)sizeof request);
	ck_assert_int_eq(
	    recv(line, &answer, sizeof answer, 0), (int)sizeof answer);
	ck_assert_uint_eq(answer.serial, 7);
	ck_assert_uint_eq(answer.len, 0);
	(void)close(line);
	key_files_remove(&f);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ only_what_a_handshake_signs_is_proper, ROWS(requests) },
		{ the_key_of_links_signs_for_tls_1_3_alone_and_as_a_client_too,
		    ROWS(link_requests) },
		{ a_signature_is_that_of_the_certificates_key, ROWS(signers) },
		{ a_worker_that_asks_for_something_else_is_not_heard_again, 2 },
		{ a_key_that_is_not_there_is_answered_without_a_signature, 0 },
	};

	log_open(LOG_TARGET_STDERR, "test", true);
	return test_main("keyholder", cases, ROWS(cases));
}
