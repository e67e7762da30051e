/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Names that a CA may not vouch for (RFC 5280 section 4.2.1.10).
 */
#include <config.h>
#include "tests/x509-stage.h"

#include <string.h>

#include "x509/subtree.h"

#define OID_NC "2.5.29.30"

/* Name constraints: SEQUENCE, [0] or [1], SEQUENCE, and one name. */

/* CN=alice as a Name */
#define NAME_ALICE                                     \
	"\x30\x10\x31\x0e\x30\x0c\x06\x03\x55\x04\x03" \
	"\x0c\x05"                                     \
	"alice"
/* the same in capitals, and as a PrintableString with a blank at its end */
#define NAME_ALICE_2                                   \
	"\x30\x11\x31\x0f\x30\x0d\x06\x03\x55\x04\x03" \
	"\x13\x06"                                     \
	"ALICE "
#define NAME_BOB                                       \
	"\x30\x0e\x31\x0c\x30\x0a\x06\x03\x55\x04\x03" \
	"\x0c\x03"                                     \
	"bob"

static void
constrain(struct making *m, char list, char tag, const char *name, size_t len)
{
	unsigned char der[128] = { 0x30, (unsigned char)(6 + len),
		(unsigned char)list, (unsigned char)(4 + len), 0x30,
		(unsigned char)(2 + len), (unsigned char)tag,
		(unsigned char)len };

	memcpy(der + 8, name, len);
	add_extension(m, OID_NC, true, der, 8 + len);
}

#define PERMIT(m, name)  constrain(m, '\xa0', '\xa4', name, sizeof name - 1)
#define EXCLUDE(m, name) constrain(m, '\xa1', '\xa4', name, sizeof name - 1)

static void
that_permits_alice(struct making *m)
{
	PERMIT(m, NAME_ALICE);
}

static void
that_permits_alice_too(struct making *m)
{
	PERMIT(m, NAME_ALICE_2);
}

static void
that_permits_bob(struct making *m)
{
	PERMIT(m, NAME_BOB);
}

static void
that_excludes_alice(struct making *m)
{
	EXCLUDE(m, NAME_ALICE);
}

static void
that_excludes_alice_too(struct making *m)
{
	EXCLUDE(m, NAME_ALICE_2);
}

static void
that_excludes_bob(struct making *m)
{
	EXCLUDE(m, NAME_BOB);
}

static void
that_excludes_nonsense(struct making *m)
{
	constrain(m, '\xa1', '\xa4', "\x31\x7f", 2);
}

static void
that_permits_other_names(struct making *m)
{
	constrain(m, '\xa0', '\xa0', "\x06\x01\x2a\xa0\x02\x05\x00", 7);
}

static void
that_permits_example_mail(struct making *m)
{
	constrain(m, '\xa0', '\x81', "example.org", 11);
}

static void
that_permits_example_uris(struct making *m)
{
	constrain(m, '\xa0', '\x86', "example.org", 11);
}

static void
set_name(
    struct making *m, gnutls_x509_subject_alt_name_t type, const char *name)
{
	OK(gnutls_x509_crt_set_subject_alt_name(
	    m->cert, type, name, (unsigned)strlen(name), GNUTLS_FSAN_APPEND));
}

static void
with_example_mail(struct making *m)
{
	set_name(m, GNUTLS_SAN_RFC822NAME, "alice@example.org");
}

static void
with_evil_mail(struct making *m)
{
	set_name(m, GNUTLS_SAN_RFC822NAME, "alice@example.com");
}

static void
with_example_uri(struct making *m)
{
	set_name(m, GNUTLS_SAN_URI, "https://example.org/alice");
}

static void
with_upn(struct making *m)
{
	OK(gnutls_x509_crt_set_subject_alt_othername(m->cert,
	    "1.3.6.1.4.1.311.20.2.3", "alice@example.org", 17,
	    GNUTLS_FSAN_ENCODE_UTF8_STRING));
}

/* CN=bob as an alternative directory name */
static void
with_bob_besides(struct making *m)
{
	add_extension(m, "2.5.29.17", false, "\x30\x12\xa4\x10" NAME_BOB, 20);
}

static void
with_the_name_of_its_ca(struct making *m)
{
	m->name = "CA 1";
}

/* Cases */

static const struct chain_case chains[] = {
	{ "permitted", 1, NULL, that_permits_alice, NULL, CLIENTS, GOOD },
	{ "permitted", 1, NULL, that_permits_alice_too, NULL, CLIENTS, GOOD },
	{ "not permitted", 1, NULL, that_permits_bob, NULL, CLIENTS,
	    F(BAD_NAME) },
	{ "by the root", 0, that_permits_bob, NULL, NULL, CLIENTS,
	    F(BAD_NAME) },
	{ "excluded", 1, NULL, that_excludes_alice, NULL, CLIENTS,
	    F(BAD_NAME) },
	{ "excluded", 1, NULL, that_excludes_alice_too, NULL, CLIENTS,
	    F(BAD_NAME) },
	/* GnuTLS refuses whatever is below a CA with such a constraint. */
	{ "not excluded", 1, NULL, that_excludes_bob, NULL, CLIENTS,
	    F(BAD_NAME) },
	{ "excluded besides", 1, NULL, that_excludes_bob, with_bob_besides,
	    CLIENTS, F(BAD_NAME) },
	{ "as its CA", 1, NULL, that_permits_alice, with_the_name_of_its_ca,
	    CLIENTS, F(BAD_NAME) },
	{ "malformed", 1, NULL, that_excludes_nonsense, NULL, CLIENTS,
	    F(BAD_NAME) },
	{ "mail", 1, NULL, that_permits_example_mail, with_example_mail,
	    CLIENTS, GOOD },
	{ "mail elsewhere", 1, NULL, that_permits_example_mail, with_evil_mail,
	    CLIENTS, F(BAD_NAME) },
	{ "URI", 1, NULL, that_permits_example_uris, with_example_uri, CLIENTS,
	    F(BAD_NAME) },
};

START_TEST(a_ca_vouches_for_the_names_that_it_may)
{
	chain_check(&chains[_i]);
}
END_TEST

/* Without GnuTLS, which loses some bytes over such a constraint. */
START_TEST(constraints_for_other_names_allow_no_principal)
{
	struct made ca = make_ca("Root", NULL, that_permits_other_names);
	struct made alice = make_leaf("alice", &ca, with_upn);
	struct made bob = make_leaf("bob", &ca, with_example_mail);

	ck_assert(!x509_subtree_allows(ca.cert, alice.cert));
	ck_assert(x509_subtree_allows(ca.cert, bob.cert));
	unmake(&bob);
	unmake(&alice);
	unmake(&ca);
}
END_TEST

size_t
name_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ a_ca_vouches_for_the_names_that_it_may, ROWS(chains) },
		{ constraints_for_other_names_allow_no_principal, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
