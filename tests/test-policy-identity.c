/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "policy/identity.h"

#include <stdio.h>
#include <string.h>

#include "policy/user.h"
#include "tests/test-policy.h"

#define HEX "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define HEX_UPPER \
	"00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF"
#define HEX_COLONS                                         \
	"00:11:22:33:44:55:66:77:88:99:aa:BB:cc:dd:ee:ff:" \
	"00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff"
#define HEX_OTHER \
	"ff112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define HEX63                             \
	"0112233445566778899aabbccddeeff" \
	"00112233445566778899aabbccddeeff"

#define BY_FILE (1u << STSSL_IDENTITY_FILE)
#define BY_CN   (1u << STSSL_IDENTITY_CN)

static void
put(struct stssl_record *r, enum stssl_key key, const char *value)
{
	if (value != NULL)
		ck_assert_int_eq(stssl_record_put(r, key, value), 0);
}

static void
put_nth(struct stssl_record *r, enum stssl_key key, unsigned n, const char *v)
{
	ck_assert_int_eq(stssl_record_put_nth(r, key, n, v), 0);
}

static void
fill(struct stssl_record *r, const char *cn)
{
	stssl_record_init(r);
	put(r, STSSL_KEY_SSL_CLIENT_S_DN, "CN=alice,O=Acme");
	put(r, STSSL_KEY_SSL_CLIENT_I_DN, "CN=CA,O=Acme");
	put(r, STSSL_KEY_SSL_CLIENT_S_DN_CN, cn);
	put(r, STSSL_KEY_SSL_CLIENT_M_SERIAL, "0A0B");
	put_nth(r, STSSL_KEY_SSL_CLIENT_SAN_Email, 0, "alice@acme.example");
	put_nth(r, STSSL_KEY_SSL_CLIENT_SAN_Email, 1, "a2@Acme.Example");
	put_nth(
	    r, STSSL_KEY_SSL_CLIENT_SAN_URI, 0, "spiffe://acme.example/alice");
	put_nth(
	    r, STSSL_KEY_SSL_CLIENT_SAN_OTHER_msUPN, 0, "alice@Corp.Example");
	put(r, STSSL_KEY_SSL_CLIENT_CERT_SHA256, HEX);
	put(r, STSSL_KEY_SSL_CLIENT_SPKI_SHA256, HEX_OTHER);
}

static bool
names(unsigned ways, const char *directory, const char *user,
    const struct stssl_record *record)
{
	const struct stssl_identity_rules rules = { .ways = ways,
		.directory = directory };

	return stssl_identity_names(&rules, user, record, NULL);
}

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
	{ "sha256:" HEX "\nsha256:" HEX63 "\n", false, 0 },
	{ "sha256:" HEX "\nsha256:" HEX "0\n", false, 0 },
	{ "sha256:" HEX "\nsha256:\n", false, 0 },
	{ "sha256:" HEX "\nsha256:" HEX_COLONS ":\n", false, 0 },
	{ "sha256:" HEX "\nsha256::" HEX_COLONS "\n", false, 0 },
	{ "sha256:" HEX "\nsha256:00::" HEX "\n", false, 0 },
	{ "sha256:" HEX "\nsha256:0:0" HEX "\n", false, 0 },
	{ "sha256:" HEX "\nsha256:g" HEX63 "\n", false, 0 },
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
	{ "sha256:" HEX "\nspki-sha256:" HEX63 "\n", false, 0 },
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
	fill(&record, "mallory");
	(void)folder_write(&f, "alice", files[_i].text, len);
	ck_assert_int_eq(
	    names(BY_FILE, f.path, "alice", &record), files[_i].names);
	ck_assert(!names(BY_CN, f.path, "alice", &record));
	ck_assert(!names(BY_FILE, f.path, "bob", &record));
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
	put(&record, STSSL_KEY_SSL_CLIENT_I_DN, "CN=CA");
	put(&record, STSSL_KEY_SSL_CLIENT_M_SERIAL, serials[_i].record);
	(void)snprintf(
	    text, sizeof text, "issuer-serial:CN=CA#%s\n", serials[_i].entry);
	(void)folder_text(&f, "alice", text);
	ck_assert_int_eq(
	    names(BY_FILE, f.path, "alice", &record), serials[_i].names);
	stssl_record_done(&record);
	folder_remove(&f);
}
END_TEST

START_TEST(a_faulty_file_leaves_the_other_ways)
{
	struct folder f;
	struct stssl_record record;

	folder_make(&f);
	fill(&record, "alice");
	(void)folder_text(&f, "alice", "rubbish\n");
	ck_assert(!names(BY_FILE, f.path, "alice", &record));
	ck_assert(names(BY_FILE | BY_CN, f.path, "alice", &record));
	ck_assert(!names(0, f.path, "alice", &record));
	stssl_record_done(&record);
	folder_remove(&f);
}
END_TEST

static const struct {
	const char *cn, *user;
	bool names;
} cns[] = {
	{ "alice", "alice", true },
	{ "alice", "Alice", false },
	{ "alice ", "alice", false },
	{ "alice", "alic", false },
	{ "alic", "alice", false },
	{ "*", "alice", false },
	{ "", "alice", false },
	{ NULL, "alice", false },
	{ "../x", "../x", false },
	{ "", "", false },
};

START_TEST(the_only_cn_must_equal_the_user_name)
{
	struct stssl_record record;

	fill(&record, cns[_i].cn);
	ck_assert_int_eq(
	    names(BY_CN, "/nonexistent", cns[_i].user, &record), cns[_i].names);
	stssl_record_done(&record);
}
END_TEST

START_TEST(a_record_without_a_certificate_names_nobody)
{
	struct folder f;
	struct stssl_record record;

	folder_make(&f);
	stssl_record_init(&record);
	(void)folder_text(&f, "alice", "sha256:" HEX "\ndn:CN=alice\n");
	ck_assert(!names(BY_FILE | BY_CN, f.path, "alice", &record));
	stssl_record_done(&record);
	folder_remove(&f);
}
END_TEST

#define NAME_16  "abcdefghijklmnop"
#define NAME_64  NAME_16 NAME_16 NAME_16 NAME_16
#define NAME_256 NAME_64 NAME_64 NAME_64 NAME_64

static const struct {
	const char *name;
	bool valid;
} valid_names[] = {
	{ "alice", true },
	{ "a", true },
	{ "alice@acme.example", true },
	{ "..alice", true },
	{ "ACME\\alice", true },
	{ "a-b_c.d+e$", true },
	{ NAME_256, true },
	{ NAME_256 "x", false },
	{ "", false },
	{ ".", false },
	{ "..", false },
	{ "-alice", false },
	{ "a/b", false },
	{ "../x", false },
	{ "/", false },
	{ "a b", false },
	{ "a\tb", false },
	{ "a\nb", false },
	{ "a\177", false },
	{ "al\303\255ce", false },
	{ "a\200", false },
};

START_TEST(only_plain_names_are_user_names)
{
	ck_assert_int_eq(
	    stssl_user_valid(valid_names[_i].name), valid_names[_i].valid);
}
END_TEST

void
add_identity_cases(struct case_list *to)
{
	add_case(
	    to, an_identity_file_names_the_user_or_it_does_not, ROWS(files));
	add_case(to, a_serial_number_is_read_as_tools_print_it, ROWS(serials));
	add_case(to, a_faulty_file_leaves_the_other_ways, 0);
	add_case(to, the_only_cn_must_equal_the_user_name, ROWS(cns));
	add_case(to, a_record_without_a_certificate_names_nobody, 0);
	add_case(to, only_plain_names_are_user_names, ROWS(valid_names));
}
