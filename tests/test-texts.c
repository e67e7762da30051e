/* SPDX-License-Identifier: BSD-2-Clause
 *
 * FTP's texts: what the gateway reads out of lines and writes into them.
 */
#include <config.h>
#include "helper/worker/ftp/ftp_text.h"

#include <errno.h>
#include <string.h>

#include "status/tools/address.h"
#include "tests/test.h"

static const struct {
	const char *line;
	size_t len; /* 0: strlen */
	int r;
	const char *verb, *arg;
} command_rows[] = {
	{ "USER alice", 0, 0, "USER", "alice" },
	{ "user alice", 0, 0, "USER", "alice" },
	{ "PASS  two blanks", 0, 0, "PASS", " two blanks" },
	{ "NOOP", 0, 0, "NOOP", "" },
	{ "NOOP ", 0, 0, "NOOP", "" },
	{ "XWAYTOOLONG x", 0, 0, "", "x" },
	{ "xsha256 x", 0, 0, "XSHA256", "x" },
	{ "MD5 x", 0, 0, "MD5", "x" },
	{ "X-A_B", 0, 0, "X-A_B", "" },
	{ "5MD x", 0, -EINVAL, NULL, NULL },
	{ "-MD x", 0, -EINVAL, NULL, NULL },
	{ "MD5", 0, 0, "MD5", "" },
	{ "", 0, -EINVAL, NULL, NULL },
	{ " USER x", 0, -EINVAL, NULL, NULL },
	{ "\tPORT 127,0,0,1,31,144", 0, -EINVAL, NULL, NULL },
	{ "PORT\t127,0,0,1,31,144", 0, -EINVAL, NULL, NULL },
	{ "PO\377\375\001RT 127,0,0,1,31,144", 0, -EINVAL, NULL, NULL },
	{ "P@SW", 0, -EINVAL, NULL, NULL },
	{ "USER a\rDELE b", 0, -EINVAL, NULL, NULL },
	{ "USER a\nDELE b", 0, -EINVAL, NULL, NULL },
	{ "USER root\0.evil", 15, -EINVAL, NULL, NULL },
	{ "ABCDEFGH x", 0, 0, "ABCDEFGH", "x" },
	{ "ABCDEFGHI x", 0, 0, "", "x" },
};

START_TEST(a_command_line_is_a_verb_and_an_argument)
{
	const char *line = command_rows[_i].line;
	size_t len = command_rows[_i].len;
	struct ftp_command c;

	len = len == 0 ? strlen(line) : len;
	ck_assert_int_eq(ftp_command_parse(line, len, &c), command_rows[_i].r);
	if (command_rows[_i].r == 0) {
		ck_assert_str_eq(c.verb, command_rows[_i].verb);
		ck_assert_str_eq(c.arg, command_rows[_i].arg);
	}
}
END_TEST

static const struct {
	const char *in, *out;
} telnet_rows[] = {
	{ "ABOR", "ABOR" },
	{ "\377\364\377\362ABOR", "ABOR" },
	{ "\377\373\001NOOP", "NOOP" },
	{ "\377\375\003\377\376\004NOOP", "NOOP" },
	{ "\377\361\377\371NOOP", "NOOP" },
	/* In a name 255 is a letter, doubled or not, whatever follows. */
	{ "CWD a\377\377b", "CWD a\377\377b" },
	{ "DELE x\377y", "DELE x\377y" },
	{ "DELE x\377\364y", "DELE x\377\364y" },
	{ "RMD x\377\373\001z", "RMD x\377\373\001z" },
	{ "DELE \377\364\377\362x", "DELE \377\364\377\362x" },
	{ "NOOP\377", "NOOP\377" },
	{ "NOOP\377\373", "NOOP\377\373" },
	/* Not commands for certain: no command line, either. */
	{ "\377NOOP", "\377NOOP" },
	{ "\377\377NOOP", "\377\377NOOP" },
	{ "\377\360NOOP", "\377\360NOOP" },
	{ "\377\372NOOP", "\377\372NOOP" },
	{ "\377\373", "\377\373" },
	{ "\377\364", "" },
	{ "\377", "\377" },
	{ "", "" },
};
START_TEST(telnet_commands_in_front_of_a_line_are_no_part_of_it)
{
	const char *in = telnet_rows[_i].in;
	size_t n = ftp_telnet_prefix(in, strlen(in));

	ck_assert_str_eq(in + n, telnet_rows[_i].out);
}
END_TEST

/* Each reply is a list of lines; `parts` says what each is. */
static const struct {
	const char *lines[6];
	const char *parts; /* M more, L last, B bad */
	int code;
} reply_rows[] = {
	{ { "220 hello" }, "L", 220 },
	{ { "220" }, "L", 220 },
	{ { "211-Features:", " EPSV", "211 End" }, "MML", 211 },
	{ { "230-Hi", "230-there", "230 ok" }, "MML", 230 },
	{ { "230-Hi", "231 not the end", "230 ok" }, "MML", 230 },
	{ { "230-Hi", "230", "" }, "ML", 230 },
	{ { "211-A", "", "21", "211 End" }, "MMML", 211 },
	{ { "hello" }, "B", 0 },
	{ { "99 x" }, "B", 0 },
	{ { "999 x" }, "B", 0 },
	{ { "2200 x" }, "B", 220 },
	{ { "" }, "B", 0 },
	{ { "099 x" }, "B", 0 },
	{ { "700 x" }, "B", 0 },
	{ { "631 protected" }, "L", 631 },
};

START_TEST(a_reply_ends_with_its_own_code_and_a_blank)
{
	struct ftp_reply reply = { 0 };

	for (size_t i = 0; reply_rows[_i].parts[i] != '\0'; i++) {
		const char *line = reply_rows[_i].lines[i];
		enum ftp_reply_part part =
		    ftp_reply_feed(&reply, line, strlen(line));

		ck_assert_int_eq("BML"[part], reply_rows[_i].parts[i]);
	}
	if (reply_rows[_i].code != 0)
		ck_assert_int_eq(reply.code, reply_rows[_i].code);
}
END_TEST

START_TEST(a_reply_has_an_end_before_very_many_lines)
{
	struct ftp_reply reply = { 0 };

	/* However many of them there are. */
	for (unsigned i = 0; i <= FTP_REPLY_LINES_MAX; i++)
		if (ftp_reply_feed(&reply, "200 ok", 6) != FTP_REPLY_LAST)
			ck_abort_msg("reply %u", i);
	for (unsigned i = 0; i < FTP_REPLY_LINES_MAX; i++)
		if (ftp_reply_feed(&reply, "211-more", 8) != FTP_REPLY_MORE)
			ck_abort_msg("line %u", i);
	ck_assert_int_eq(ftp_reply_feed(&reply, "211-more", 8), FTP_REPLY_BAD);
}
END_TEST

/* A NUL would end for us what goes on for others. */
START_TEST(a_reply_with_a_nul_is_bad)
{
	struct ftp_reply reply = { 0 };

	ck_assert_int_eq(ftp_reply_feed(&reply, "220 a\0b", 7), FTP_REPLY_BAD);
	ck_assert_int_eq(ftp_reply_feed(&reply, "220-a", 5), FTP_REPLY_MORE);
	ck_assert_int_eq(ftp_reply_feed(&reply, "220 a\0b", 7), FTP_REPLY_BAD);
}
END_TEST

static const struct {
	const char *line;
	int r;
	unsigned port;
} pasv_rows[] = {
	{ "227 Entering Passive Mode (127,0,0,1,4,1).", 0, 1025 },
	{ "227 ok (10,1,2,3,255,255)", 0, 65535 },
	{ "227 ok (10,1,2,3,0,0)", -EINVAL, 0 },
	{ "227 ok (10,1,2,3,256,0)", -EINVAL, 0 },
	{ "227 ok (10,1,2,3,4)", -EINVAL, 0 },
	{ "227 ok (10,1,2,3,4,5,6)", -EINVAL, 0 },
	{ "227 ok (10,1,2,3,4,99999999999999999999)", -EINVAL, 0 },
	{ "227 ok 10,1,2,3,4,5", -EINVAL, 0 },
	{ "227 ok (-1,1,2,3,4,5)", -EINVAL, 0 },
	{ "227 ok (", -EINVAL, 0 },
	{ "227", -EINVAL, 0 },
	{ "227 ok (10,1,2,3,4,0)", 0, 1024 },
	{ "227 ok (10.1.2.3.4.5)", -EINVAL, 0 },
	{ "227 ok (10;1;2;3;4;5)", -EINVAL, 0 },
	{ "227 ok (10,1,2,3,4,5", -EINVAL, 0 },
	{ "227 ok (10,1,2,3,4,5x)", -EINVAL, 0 },
};

START_TEST(only_a_well_formed_227_gives_a_port)
{
	uint16_t port = 0;

	ck_assert_int_eq(
	    ftp_parse_227(pasv_rows[_i].line, &port), pasv_rows[_i].r);
	ck_assert_uint_eq(port, pasv_rows[_i].port);
}
END_TEST

static const struct {
	const char *line;
	int r;
	unsigned port;
} epsv_rows[] = {
	{ "229 Extended (|||6446|)", 0, 6446 },
	{ "229 Extended (!!!6446!)", 0, 6446 },
	{ "229 Extended (|||0|)", -EINVAL, 0 },
	{ "229 Extended (|||65536|)", -EINVAL, 0 },
	{ "229 Extended (||6446|)", -EINVAL, 0 },
	{ "229 Extended (|||6446)", -EINVAL, 0 },
	{ "229 Extended (|||6446|", -EINVAL, 0 },
	{ "229 Extended (11164461)", -EINVAL, 0 },
	{ "229 Extended (", -EINVAL, 0 },
	{ "229 Extended", -EINVAL, 0 },
	{ "229 Extended (\177\177\1776446\177)", -EINVAL, 0 },
	{ "229 Extended (   6446 )", -EINVAL, 0 },
};

START_TEST(only_a_well_formed_229_gives_a_port)
{
	uint16_t port = 0;

	ck_assert_int_eq(
	    ftp_parse_229(epsv_rows[_i].line, &port), epsv_rows[_i].r);
	ck_assert_uint_eq(port, epsv_rows[_i].port);
}
END_TEST

static const struct {
	int (*parse)(const char *arg, struct stssl_address *ret);
	const char *arg;
	int r;
	const char *address;
} target_rows[] = {
	{ ftp_parse_port, "192,0,2,1,4,1", 0, "192.0.2.1:1025" },
	{ ftp_parse_port, "192,0,2,1,4", -EINVAL, NULL },
	{ ftp_parse_port, "192,0,2,1,4,1,", -EINVAL, NULL },
	{ ftp_parse_port, "192.0.2.1,4,1", -EINVAL, NULL },
	{ ftp_parse_port, "", -EINVAL, NULL },
	{ ftp_parse_eprt, "|1|192.0.2.1|6275|", 0, "192.0.2.1:6275" },
	{ ftp_parse_eprt, "|2|2001:db8::1|5282|", 0, "[2001:db8::1]:5282" },
	{ ftp_parse_eprt, "|1|2001:db8::1|5282|", -EINVAL, NULL },
	{ ftp_parse_eprt, "|2|192.0.2.1|5282|", -EINVAL, NULL },
	{ ftp_parse_eprt, "|3|192.0.2.1|5282|", -EAFNOSUPPORT, NULL },
	{ ftp_parse_eprt, "|1|192.0.2.1|65536|", -EINVAL, NULL },
	{ ftp_parse_eprt, "|1|192.0.2.1|80", -EINVAL, NULL },
	{ ftp_parse_eprt, "|1|localhost|80|", -EINVAL, NULL },
	{ ftp_parse_eprt, "|1", -EINVAL, NULL },
	{ ftp_parse_eprt, "", -EINVAL, NULL },
	{ ftp_parse_eprt, "|1|192.0.2.1|6275|x", -EINVAL, NULL },
	{ ftp_parse_eprt, "\1771\177192.0.2.1\1776275\177", -EINVAL, NULL },
	{ ftp_parse_eprt, " 1 192.0.2.1 6275 ", -EINVAL, NULL },
	/* the longest text of an address, and what has no room */
	{ ftp_parse_eprt, "|2|0000:0000:0000:0000:0000:ffff:192.000.002.001|1|",
	    -EINVAL, NULL },
	{ ftp_parse_eprt,
	    "|2|2001:0db8:0000:0000:0000:0000:192.100.200.255|5282|", 0,
	    "[2001:db8::c064:c8ff]:5282" },
	{ ftp_parse_eprt,
	    "|2|0123456789012345678901234567890123456789012345|1|", -EINVAL,
	    NULL },
};

START_TEST(an_active_address_is_taken_whole_or_not_at_all)
{
	struct stssl_address a;
	char text[STSSL_ADDRESS_TEXT];

	ck_assert_int_eq(
	    target_rows[_i].parse(target_rows[_i].arg, &a), target_rows[_i].r);
	if (target_rows[_i].r == 0)
		ck_assert_str_eq(
		    stssl_address_format(&a, text), target_rows[_i].address);
}
END_TEST

START_TEST(passive_replies_say_where_the_helper_listens)
{
	struct stssl_address a;
	char reply[FTP_REPLY_MAX];

	ck_assert_int_eq(stssl_address_parse("192.0.2.1:40000", &a), 0);
	ck_assert_str_eq(ftp_format_227(&a, reply),
	    "227 Entering Passive Mode (192,0,2,1,156,64).");
	ck_assert_str_eq(ftp_format_229(&a, reply),
	    "229 Entering Extended Passive Mode (|||40000|).");
}
END_TEST

static const struct {
	const char *line;
	bool ours;
} feature_rows[] = {
	{ " AUTH TLS", true },
	{ " auth tls", true },
	{ " PROT", true },
	{ " PBSZ", true },
	{ " HOST", true },
	{ " EPSV", false },
	{ " AUTHOR", false },
	{ " SIZE", false },
	{ "", false },
};

START_TEST(features_of_protection_are_ours_to_offer)
{
	ck_assert(ftp_feature_is_ours(feature_rows[_i].line) ==
		  feature_rows[_i].ours);
}
END_TEST

static const struct {
	const char *text;
	int r;
} number_rows[] = {
	{ "0", 0 },
	{ "4294967295", 0 },
	{ "4294967296", -EINVAL },
	{ "99999999999999999999999", -EINVAL },
	{ "-1", -EINVAL },
	{ "+1", -EINVAL },
	{ " 1", -EINVAL },
	{ "1 ", -EINVAL },
	{ "1x", -EINVAL },
	{ "", -EINVAL },
};

START_TEST(a_number_is_digits_and_fits)
{
	uint32_t n;

	ck_assert_int_eq(ftp_parse_number(number_rows[_i].text, UINT32_MAX, &n),
	    number_rows[_i].r);
}
END_TEST

static const struct {
	const char *arg;
	enum ftp_host is;
} hosts[] = {
	{ "ftp.example.org", FTP_HOST_NAME },
	{ "FTP", FTP_HOST_NAME },
	{ "1.example", FTP_HOST_NAME },
	{ "192.0.2.1", FTP_HOST_ADDRESS },
	{ "[2001:db8::1]", FTP_HOST_ADDRESS },
	{ "", FTP_HOST_BAD },
	{ "ftp.example.org:21", FTP_HOST_BAD },
	{ "192.0.2.1:21", FTP_HOST_BAD },
	{ "[2001:db8::1]:21", FTP_HOST_BAD },
	{ "2001:db8::1", FTP_HOST_BAD },
	{ "[192.0.2.1]", FTP_HOST_BAD },
	{ "[]", FTP_HOST_BAD },
	{ "256.0.2.1", FTP_HOST_BAD },
	{ "a b", FTP_HOST_BAD },
	{ "a..b", FTP_HOST_BAD },
	{ "-a", FTP_HOST_BAD },
	{ "a-", FTP_HOST_BAD },
	{ "a_b", FTP_HOST_BAD },
};

START_TEST(a_host_is_a_name_or_an_address_without_a_port)
{
	struct stssl_address address;

	ck_assert_int_eq(ftp_parse_host(hosts[_i].arg, &address), hosts[_i].is);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_command_line_is_a_verb_and_an_argument,
		    ROWS(command_rows) },
		{ telnet_commands_in_front_of_a_line_are_no_part_of_it,
		    ROWS(telnet_rows) },
		{ a_reply_ends_with_its_own_code_and_a_blank,
		    ROWS(reply_rows) },
		{ only_a_well_formed_227_gives_a_port, ROWS(pasv_rows) },
		{ only_a_well_formed_229_gives_a_port, ROWS(epsv_rows) },
		{ an_active_address_is_taken_whole_or_not_at_all,
		    ROWS(target_rows) },
		{ passive_replies_say_where_the_helper_listens, 0 },
		{ features_of_protection_are_ours_to_offer,
		    ROWS(feature_rows) },
		{ a_number_is_digits_and_fits, ROWS(number_rows) },
		{ a_host_is_a_name_or_an_address_without_a_port, ROWS(hosts) },
		{ a_reply_has_an_end_before_very_many_lines, 0 },
		{ a_reply_with_a_nul_is_bad, 0 },
	};

	return test_main("texts", cases, ROWS(cases));
}
