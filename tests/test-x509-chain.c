/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One certificate for each thing that can be wrong with a chain, and the
 * reason that is given for it.
 */
#include <config.h>
#include "tests/x509-stage.h"

#include <string.h>

#define OID_EKU "2.5.29.37"

/* Edits */

static void
set_purpose(struct making *m, const char *oid)
{
	OK(gnutls_x509_crt_set_key_purpose_oid(m->cert, oid, 0));
}

static void
for_servers(struct making *m)
{
	set_purpose(m, GNUTLS_KP_TLS_WWW_SERVER);
}

static void
for_clients(struct making *m)
{
	set_purpose(m, GNUTLS_KP_TLS_WWW_CLIENT);
}

static void
for_anything(struct making *m)
{
	set_purpose(m, GNUTLS_KP_ANY);
}

static void
for_nothing(struct making *m)
{
	add_extension(m, OID_EKU, false, "\x30\x00", 2);
}

static void
with_rsa_1024(struct making *m)
{
	m->algorithm = GNUTLS_PK_RSA;
	m->bits = 1024;
}

static void
with_rsa_2048(struct making *m)
{
	m->algorithm = GNUTLS_PK_RSA;
	m->bits = 2048;
}

static void
with_rsa_16384(struct making *m)
{
	m->strange_bits = 16384;
}

static void
with_a_large_exponent(struct making *m)
{
	m->strange_bits = 2048;
	m->strange_exponent = 1024;
}

static void
with_ed25519(struct making *m)
{
	m->algorithm = GNUTLS_PK_EDDSA_ED25519;
	m->bits = 0;
	m->digest = GNUTLS_DIG_SHA512; /* its own */
}

static void
signed_with_sha1(struct making *m)
{
	m->digest = GNUTLS_DIG_SHA1;
}

static void
signed_wrongly(struct making *m)
{
	m->spoil = true;
}

static void
of_path_length_0(struct making *m)
{
	OK(gnutls_x509_crt_set_basic_constraints(m->cert, 1, 0));
}

static void
that_is_no_ca(struct making *m)
{
	OK(gnutls_x509_crt_set_basic_constraints(m->cert, 0, -1));
}

static void
that_is_a_ca(struct making *m)
{
	OK(gnutls_x509_crt_set_basic_constraints(m->cert, 1, -1));
}

static void
that_signs_no_certificates(struct making *m)
{
	OK(gnutls_x509_crt_set_key_usage(m->cert, GNUTLS_KEY_CRL_SIGN));
}

static void
that_signs_certificates(struct making *m)
{
	OK(gnutls_x509_crt_set_key_usage(
	    m->cert, GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_KEY_CERT_SIGN));
}

static void
use_for(struct making *m, unsigned usage)
{
	OK(gnutls_x509_crt_set_key_usage(m->cert, usage));
}

static void
that_signs_documents(struct making *m)
{
	use_for(m, GNUTLS_KEY_NON_REPUDIATION);
}

static void
that_enciphers(struct making *m)
{
	use_for(m, GNUTLS_KEY_KEY_ENCIPHERMENT | GNUTLS_KEY_KEY_AGREEMENT);
}

static void
that_signs_and_enciphers(struct making *m)
{
	use_for(m, GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_KEY_ENCIPHERMENT |
		       GNUTLS_KEY_NON_REPUDIATION);
}

static void
without_extensions(struct making *m, unsigned version)
{
	gnutls_x509_crt_t bare;

	OK(gnutls_x509_crt_init(&bare));
	OK(gnutls_x509_crt_set_version(bare, version));
	OK(gnutls_x509_crt_set_serial(bare, "\x11", 1));
	OK(gnutls_x509_crt_set_activation_time(bare, NOON - HOUR));
	OK(gnutls_x509_crt_set_expiration_time(bare, NOON + HOUR));
	gnutls_x509_crt_deinit(m->cert);
	m->cert = bare;
	m->is_bare = true;
}

static void
of_version_1(struct making *m)
{
	without_extensions(m, 1);
}

static void
that_says_nothing(struct making *m)
{
	without_extensions(m, 3);
}

static void
that_knows_more(struct making *m)
{
	add_extension(m, "1.2.3.4", true, "\x05\x00", 2);
}

static void
with_a_large_extension(struct making *m)
{
	static char bytes[20000];

	add_extension(m, "1.2.3.4", false, bytes, sizeof bytes);
}

static void
that_begins_tomorrow(struct making *m)
{
	OK(gnutls_x509_crt_set_activation_time(m->cert, NOON + 24 * HOUR));
	OK(gnutls_x509_crt_set_expiration_time(m->cert, NOON + 48 * HOUR));
}

static void
that_ended_yesterday(struct making *m)
{
	OK(gnutls_x509_crt_set_activation_time(m->cert, NOON - 48 * HOUR));
	OK(gnutls_x509_crt_set_expiration_time(m->cert, NOON - 24 * HOUR));
}

/* Cases */

static const struct chain_case chains[] = {
	{ "plain", 0, NULL, NULL, NULL, CLIENTS, GOOD },
	{ "through a CA", 1, NULL, NULL, NULL, CLIENTS, GOOD },
	{ "ten certificates", 9, NULL, NULL, NULL, CLIENTS, GOOD },
	{ "eleven certificates", 10, NULL, NULL, NULL, CLIENTS, F(OTHER) },
	/* time */
	{ "expired", 0, NULL, NULL, that_ended_yesterday, CLIENTS, F(EXPIRED) },
	{ "not yet", 0, NULL, NULL, that_begins_tomorrow, CLIENTS,
	    F(NOT_YET_VALID) },
	{ "CA expired", 1, NULL, that_ended_yesterday, NULL, CLIENTS,
	    F(EXPIRED) },
	{ "root expired", 1, that_ended_yesterday, NULL, NULL, CLIENTS,
	    F(EXPIRED) },
	/* purpose */
	{ "clients", 0, NULL, NULL, for_clients, CLIENTS, GOOD },
	{ "servers", 0, NULL, NULL, for_servers, CLIENTS, F(BAD_PURPOSE) },
	{ "anything", 0, NULL, NULL, for_anything, CLIENTS, GOOD },
	{ "nothing", 0, NULL, NULL, for_nothing, CLIENTS, F(BAD_PURPOSE) },
	{ "nobody asks", 0, NULL, NULL, for_servers, NULL, GOOD },
	{ "nobody asks", 0, NULL, NULL, for_nothing, NULL, F(BAD_PURPOSE) },
	{ "CA of servers", 1, NULL, for_servers, NULL, CLIENTS,
	    F(BAD_PURPOSE) },
	/* strength */
	{ "RSA", 0, with_rsa_2048, NULL, with_rsa_2048, CLIENTS, GOOD },
	{ "Ed25519", 0, with_ed25519, NULL, with_ed25519, CLIENTS, GOOD },
	{ "RSA-1024", 0, NULL, NULL, with_rsa_1024, CLIENTS, F(WEAK) },
	{ "CA with RSA-1024", 1, NULL, with_rsa_1024, NULL, CLIENTS, F(WEAK) },
	{ "root with RSA-1024", 0, with_rsa_1024, NULL, NULL, CLIENTS,
	    F(WEAK) },
	{ "RSA-16384", 0, NULL, NULL, with_rsa_16384, CLIENTS, F(WEAK) },
	{ "RSA, e of 1024 bits", 0, NULL, NULL, with_a_large_exponent, CLIENTS,
	    F(WEAK) },
	{ "SHA-1", 0, NULL, NULL, signed_with_sha1, CLIENTS, F(WEAK) },
	{ "CA by SHA-1", 1, NULL, signed_with_sha1, NULL, CLIENTS, F(WEAK) },
	{ "root by SHA-1", 0, signed_with_sha1, NULL, NULL, CLIENTS, GOOD },
	/* signatures and CAs */
	{ "spoilt", 0, NULL, NULL, signed_wrongly, CLIENTS, F(BAD_SIGNATURE) },
	{ "CA spoilt", 1, NULL, signed_wrongly, NULL, CLIENTS,
	    F(BAD_SIGNATURE) },
	{ "path length", 1, of_path_length_0, NULL, NULL, CLIENTS,
	    F(UNKNOWN_CA) },
	{ "path length kept", 1, NULL, of_path_length_0, NULL, CLIENTS, GOOD },
	{ "no CA between", 1, NULL, that_is_no_ca, NULL, CLIENTS,
	    F(UNKNOWN_CA) },
	{ "CA without keyCertSign", 1, NULL, that_signs_no_certificates, NULL,
	    CLIENTS, F(UNKNOWN_CA) },
	{ "root is no CA", 0, that_is_no_ca, NULL, NULL, CLIENTS,
	    F(UNKNOWN_CA) },
	{ "root that does not say so", 0, that_says_nothing, NULL, NULL,
	    CLIENTS, F(UNKNOWN_CA) },
	{ "root without keyCertSign", 0, that_signs_no_certificates, NULL, NULL,
	    CLIENTS, F(UNKNOWN_CA) },
	{ "root of version 1", 0, of_version_1, NULL, NULL, CLIENTS, GOOD },
	/* the leaf */
	{ "CA as leaf", 0, NULL, NULL, that_is_a_ca, CLIENTS, F(BAD_PURPOSE) },
	{ "keyCertSign", 0, NULL, NULL, that_signs_certificates, CLIENTS,
	    F(BAD_PURPOSE) },
	{ "no digitalSignature", 0, NULL, NULL, that_signs_documents, CLIENTS,
	    F(BAD_PURPOSE) },
	{ "no digitalSignature", 0, NULL, NULL, that_enciphers, CLIENTS,
	    F(BAD_PURPOSE) },
	{ "nobody asks", 0, NULL, NULL, that_signs_documents, NULL, GOOD },
	{ "digitalSignature", 0, NULL, NULL, that_signs_and_enciphers, CLIENTS,
	    GOOD },
	{ "no keyUsage", 0, NULL, NULL, that_says_nothing, CLIENTS, GOOD },
	{ "version 1", 0, NULL, NULL, of_version_1, CLIENTS, F(OTHER) },
	{ "20 kB", 0, NULL, NULL, with_a_large_extension, CLIENTS, F(OTHER) },
	{ "critical extension", 0, NULL, NULL, that_knows_more, CLIENTS,
	    F(OTHER) },
};

START_TEST(each_fault_of_a_chain_is_told)
{
	chain_check(&chains[_i]);
}
END_TEST

size_t
chain_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ each_fault_of_a_chain_is_told, ROWS(chains) },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
