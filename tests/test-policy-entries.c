/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "policy/entries.h"

#include <stdio.h>
#include <string.h>

#include "tests/test-policy-identity.h"

#define HEX_UPPER \
	"00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF"
#define HEX_COLONS                                         \
	"00:11:22:33:44:55:66:77:88:99:aa:BB:cc:dd:ee:ff:" \
	"00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff"

/* The text of alice's file; `len` is 0 for strlen(). */
static const struct {
	const char *text;
	bool names;
	size_t len;
} files[] = {
	{ "sha256:" HEX "\n", true, 0 },
	{ "sha256:" HEX, true, 0 },
	{ "sha256:" HEX_UPPER "\n", true, 0 },
	{ "sha256:" HEX_COLONS "\n", true, 0 },
	{ "# alice's card\n\n \t\nsha256:" HEX "\n", true, 0 },
	{ " \tsha256:" HEX " \t\n", true, 0 },
	{ "sha256:" HEX_OTHER "\nsha256:" HEX "\n", true, 0 },
	{ "sha256:" HEX_OTHER "\ndn:CN=bob\n", false, 0 },
	{ "dn:CN=alice,O=Acme\n", true, 0 },
	{ "dn:CN=alice,O=Acme   \n", true, 0 },
	{ "dn:CN=Alice,O=Acme\n", false, 0 },
	{ "dn:CN=alice, O=Acme\n", true, 0 },
	{ "dn:2.5.4.3=#0C05616c696365,o=Acme\n", true, 0 },
	{ "dn:CN=alice,O=Acme2\n", false, 0 },
	{ "dn:CN=alice\n", false, 0 },
	{ "dn:CN=alice,O=Acme # x\n", false, 0 },
	{ "", false, 0 },
	{ "# sha256:" HEX "\n", false, 0 },
	/* a good entry does not count in a faulty file */
	{ "sha256:" HEX "\nsha256:" HEX_63 "\n", false, 0 },
	{ "sha256:" HEX "\nsha256:" HEX "0\n", false, 0 },
	{ "sha256:" HEX "\nsha256:\n", false, 0 },
	{ "sha256:" HEX "\nsha256:" HEX_COLONS ":\n", false, 0 },
	{ "sha256:" HEX "\nsha256::" HEX_COLONS "\n", false, 0 },
	{ "sha256:" HEX "\nsha256:00::" HEX "\n", false, 0 },
	{ "sha256:" HEX "\nsha256:0:0" HEX "\n", false, 0 },
	{ "sha256:" HEX "\nsha256:g" HEX_63 "\n", false, 0 },
	{ "sha256:" HEX "\nsha256: " HEX "\n", false, 0 },
	{ "sha256:" HEX "\nSHA256:" HEX "\n", false, 0 },
	/* the other forms */
	{ "spki-sha256:" HEX "\n", false, 0 },
	{ "sha256:" HEX_OTHER "\n", false, 0 },
	{ "spki-sha256:" HEX_OTHER "\n", true, 0 },
	{ "issuer-serial:CN=CA,O=Acme#0A0b\n", true, 0 },
	{ "issuer-serial:cn=CA, o=Acme#a0B\n", true, 0 },
	{ "issuer-serial:CN=CA,O=Acme#00:0a:0b\n", true, 0 },
	{ "issuer-serial:CN=CA,O=Acme#A0C\n", false, 0 },
	{ "issuer-serial:CN=CA,O=Acme2#A0B\n", false, 0 },
	{ "email:alice@acme.example\n", true, 0 },
	{ "email:alice@ACME.Example\n", true, 0 },
	{ "email:a2@acme.example\n", true, 0 },
	{ "email:Alice@acme.example\n", false, 0 },
	{ "email:alice@evil.example\n", false, 0 },
	{ "email:alice@corp.example\n", false, 0 },
	{ "upn:alice@corp.example\n", true, 0 },
	{ "upn:alice@CORP.EXAMPLE\n", true, 0 },
	{ "upn:alice@acme.example\n", false, 0 },
	{ "san-uri:spiffe://acme.example/alice\n", true, 0 },
	{ "san-uri:spiffe://ACME.example/alice\n", false, 0 },
	{ "san-uri:spiffe://acme.example/alic\n", false, 0 },
	{ "sha256:" HEX "\nspki-sha256:" HEX_63 "\n", false, 0 },
	{ "sha256:" HEX "\nissuer-serial:CN=CA\n", false, 0 },
	{ "sha256:" HEX "\nissuer-serial:CN=CA#\n", false, 0 },
	{ "issuer-serial:CN=CA,O=Acme#0x0A0b\n", true, 0 },
	{ "issuer-serial:CN=CA,O=Acme# 0a 0b \n", true, 0 },
	{ "issuer-serial:CN=CA,O=Acme#dec:2571\n", true, 0 },
	{ "issuer-serial:CN=CA,O=Acme#2571 (0xa0b)\n", true, 0 },
	{ "issuer-serial:CN=CA,O=Acme#2571\n", false, 0 },
	{ "issuer-serial:CN=CA,O=Acme#-0A0B\n", false, 0 },
	{ "issuer-serial:CN=CA,O=Acme#-2571 (-0xa0b)\n", false, 0 },
	{ "sha256:" HEX "\nissuer-serial:CN=CA#0x\n", false, 0 },
	{ "sha256:" HEX "\nissuer-serial:CN=CA#2571 (0xa0c)\n", false, 0 },
	{ "sha256:" HEX "\nissuer-serial:CN=CA#2571 (-0xa0b)\n", false, 0 },
	{ "sha256:" HEX "\nissuer-serial:CN=CA#2571 (a0b)\n", false, 0 },
	{ "sha256:" HEX "\nissuer-serial:CN=CA#2571 (0xa0b\n", false, 0 },
	{ "sha256:" HEX "\nissuer-serial:CN=CA#dec:0a\n", false, 0 },
	{ "sha256:" HEX "\nissuer-serial:CN=CA#dec:\n", false, 0 },
	{ "sha256:" HEX "\nissuer-serial:CN=CA#-\n", false, 0 },
	{ "sha256:" HEX "\nissuer-serial:CN=CA#--1\n", false, 0 },
	{ "sha256:" HEX "\nissuer-serial:CN=CA#0a:0b 0c\n", false, 0 },
	{ "sha256:" HEX "\nissuer-serial:CN=CA#0a0 b\n", false, 0 },
	{ "sha256:" HEX "\nissuer-serial:#01\n", false, 0 },
	{ "sha256:" HEX "\nissuer-serial:alice#01\n", false, 0 },
	{ "sha256:" HEX "\nemail:alice\n", false, 0 },
	{ "sha256:" HEX "\nemail:@acme.example\n", false, 0 },
	{ "sha256:" HEX "\nemail:alice@\n", false, 0 },
	{ "sha256:" HEX "\nemail:alice@acme.example@x\n", false, 0 },
	{ "sha256:" HEX "\nupn:\n", false, 0 },
	{ "sha256:" HEX "\nsan-uri:\n", false, 0 },
	{ "sha256:" HEX "\nsan-uri:a\tb\n", false, 0 },
	{ "sha256:" HEX "\ndns:acme.example\n", false, 0 },
	{ "sha256:" HEX "\ndn:\n", false, 0 },
	{ "sha256:" HEX "\ndn:alice\n", false, 0 },
	{ "sha256:" HEX "\ndn:  \n", false, 0 },
	{ "sha256:" HEX "\nalice\n", false, 0 },
	{ "sha256:" HEX "\r\n", false, 0 },
	{ "sha256:" HEX "\n\0", false, 7 + 64 + 2 },
};

START_TEST(an_identity_file_names_the_user_or_it_does_not)
{
	struct folder f;
	struct stssl_record record;
	size_t len = files[_i].len;

	if (len == 0)
		len = strlen(files[_i].text);
	folder_make(&f);
	identity_fill(&record, "mallory");
	(void)folder_write(&f, "alice", files[_i].text, len);
	ck_assert_int_eq(
	    identity_names(BY_FILE, f.path, "alice", &record), files[_i].names);
	ck_assert(!identity_names(BY_CN, f.path, "alice", &record));
	ck_assert(!identity_names(BY_FILE, f.path, "bob", &record));
	stssl_record_done(&record);
	folder_remove(&f);
}
END_TEST

/* The certificate's number in the record, and an entry's. */
static const struct {
	const char *record, *entry;
	bool names;
} serials[] = {
	{ "-66", "-66", true },
	{ "-66", "-0x66", true },
	{ "-66", "-102 (-0x66)", true },
	{ "-66", "(Negative)66", true },
	{ "-66", "dec:-102", true },
	{ "-66", "9A", false },
	{ "-66", "66", false },
	{ "009A", "9A", true },
	{ "009A", "dec:154", true },
	{ "009A", "-66", false },
	{ "-01F500", "(Negative)01:f5:00", true },
	{ "00", "-0", true },
	{ "7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
	    "dec:730750818665451459101842416358141509827966271487", true },
	{ "7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
	    "dec:730750818665451459101842416358141509827966271488", false },
};

START_TEST(a_serial_number_is_read_as_tools_print_it)
{
	struct folder f;
	struct stssl_record record;
	char text[256];

	folder_make(&f);
	stssl_record_init(&record);
	identity_put(&record, STSSL_KEY_SSL_CLIENT_I_DN, "CN=CA");
	identity_put(
	    &record, STSSL_KEY_SSL_CLIENT_M_SERIAL, serials[_i].record);
	(void)snprintf(
	    text, sizeof text, "issuer-serial:CN=CA#%s\n", serials[_i].entry);
	(void)folder_text(&f, "alice", text);
	ck_assert_int_eq(identity_names(BY_FILE, f.path, "alice", &record),
	    serials[_i].names);
	stssl_record_done(&record);
	folder_remove(&f);
}
END_TEST

void
add_entry_cases(struct case_list *to)
{
	add_case(
	    to, an_identity_file_names_the_user_or_it_does_not, ROWS(files));
	add_case(to, a_serial_number_is_read_as_tools_print_it, ROWS(serials));
}
