/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The DNS as the tests want it: res_nquery(3) stands in front of libc's in this
 * program and answers from a table, in the DNS's own form.
 */
#include <config.h>
#include "policy/hosts.h"

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/judge.h"
#include "policy/tools/whose.h"
#include "tests/test-policy.h"

/* The longest name that the DNS can have. */
#define LABEL(end) \
	"label-label-label-label-label-label-label-label-label-label-" end
#define LONGEST LABEL("abc") "." LABEL("def") "." LABEL("ghi") "." LABEL("x")

/* PTR's data are names, those of A and AAAA addresses; "!" is rubbish. */
static const struct {
	const char *name;
	int type;
	const char *data;
} zone[] = {
	{ "1.2.0.192.in-addr.arpa", ns_t_ptr, "GW.Acme.Example" },
	{ "gw.acme.example", ns_t_a, "203.0.113.1" },
	{ "gw.acme.example", ns_t_a, "192.0.2.1" },
	/* says what its name does not */
	{ "2.2.0.192.in-addr.arpa", ns_t_ptr, "gw.acme.example" },
	/* one of two names is its own; one has no address at all */
	{ "3.2.0.192.in-addr.arpa", ns_t_ptr, "gw.acme.example" },
	{ "3.2.0.192.in-addr.arpa", ns_t_ptr, "nobody.example" },
	{ "3.2.0.192.in-addr.arpa", ns_t_ptr, "three.example" },
	{ "three.example", ns_t_a, "192.0.2.3" },
	/* names that are none */
	{ "4.2.0.192.in-addr.arpa", ns_t_ptr, "*.acme.example" },
	{ "4.2.0.192.in-addr.arpa", ns_t_ptr, "a\\032b.example" },
	{ "*.acme.example", ns_t_a, "192.0.2.4" },
	/* more than are looked at */
	{ "5.2.0.192.in-addr.arpa", ns_t_ptr, "a.example" },
	{ "5.2.0.192.in-addr.arpa", ns_t_ptr, "b.example" },
	{ "5.2.0.192.in-addr.arpa", ns_t_ptr, "c.example" },
	{ "5.2.0.192.in-addr.arpa", ns_t_ptr, "d.example" },
	{ "5.2.0.192.in-addr.arpa", ns_t_ptr, "five.example" },
	{ "five.example", ns_t_a, "192.0.2.5" },
	{ "6.2.0.192.in-addr.arpa", ns_t_ptr, "!" },
	{ "7.2.0.192.in-addr.arpa", ns_t_ptr, "seven.example" },
	{ "seven.example", ns_t_a, "!" },
	{ "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2."
	  "ip6.arpa",
	    ns_t_ptr, "six.example" },
	{ "six.example", ns_t_aaaa, "2001:db8::1" },
	{ "six.example", ns_t_a, "192.0.2.8" },
	{ "8.2.0.192.in-addr.arpa", ns_t_ptr, "six.example" },
	/* an IPv6 address that ends like the IPv4 one */
	{ "9.2.0.192.in-addr.arpa", ns_t_ptr, "nine.example" },
	{ "nine.example", ns_t_aaaa, "::ffff:192.0.2.9" },
	{ "10.2.0.192.in-addr.arpa", ns_t_ptr, LONGEST },
	{ LONGEST, ns_t_a, "192.0.2.10" },
};

static unsigned questions;
static int why_none; /* h_errno of what is not in the zone */

static size_t
rdata_of(int type, const char *text, unsigned char *to, size_t size)
{
	int len;

	if (strcmp(text, "!") == 0) {
		memset(to, 0xff, 3);
		return 3;
	}
	if (type == ns_t_ptr) {
		len = dn_comp(text, to, (int)size, NULL, NULL);
		ck_assert_int_gt(len, 0);
		return (size_t)len;
	}
	ck_assert_int_eq(
	    inet_pton(type == ns_t_a ? AF_INET : AF_INET6, text, to), 1);
	return type == ns_t_a ? 4 : 16;
}

static void
put16(unsigned n, unsigned char *at)
{
	at[0] = (unsigned char)(n >> 8);
	at[1] = (unsigned char)n;
}

/* Each record's name is the question's, at byte 12. */
static size_t
add_record(unsigned char *at, size_t size, int type, const char *data)
{
	size_t len;

	ck_assert_uint_gt(size, 600);
	put16(0xc00c, at);
	put16((unsigned)type, at + 2);
	put16(ns_c_in, at + 4);
	memcpy(at + 6, "\0\0\0\x3c", 4);
	len = rdata_of(type, data, at + 12, size - 12);
	put16((unsigned)len, at + 10);
	return 12 + len;
}

int
res_nquery(res_state state, const char *name, int class, int type,
    unsigned char *answer, int size)
{
	unsigned count = 0;
	int len = res_nmkquery(
	    state, ns_o_query, name, class, type, NULL, 0, NULL, answer, size);

	questions++;
	/* Nobody waits for the servers of resolv.conf for long. */
	ck_assert_int_eq(state->retrans, 1);
	ck_assert_int_eq(state->retry, 1);
	ck_assert_int_le(state->nscount, 1);
	ck_assert_uint_eq(
	    state->options & ~(unsigned long)RES_INIT, RES_RECURSE | RES_IGNTC);
	ck_assert_int_gt(len, 0);
	for (size_t i = 0; i < ROWS(zone); i++) {
		if (zone[i].type != type || strcmp(zone[i].name, name) != 0)
			continue;
		len += (int)add_record(
		    answer + len, (size_t)(size - len), type, zone[i].data);
		count++;
	}
	put16(count, answer + 6);
	state->res_h_errno = count > 0 ? 0 : why_none;
	return count > 0 ? len : -1;
}

static const struct {
	const char *address;
	const char *names[2];
} rows[] = {
	{ "192.0.2.1", { "gw.acme.example" } },
	{ "192.0.2.2", { NULL } },
	{ "192.0.2.3", { "three.example" } },
	{ "192.0.2.4", { NULL } },
	{ "192.0.2.5", { NULL } },
	{ "192.0.2.6", { NULL } },
	{ "192.0.2.7", { NULL } },
	{ "192.0.2.8", { "six.example" } },
	{ "192.0.2.9", { NULL } },
	{ "192.0.2.10", { LONGEST } },
	{ "192.0.2.99", { NULL } },
	{ "2001:db8::1", { "six.example" } },
	{ "2001:db8::2", { NULL } },
};

START_TEST(an_address_has_the_names_that_have_it)
{
	struct stssl_hosts hosts = { .asked = false };
	struct stssl_address address;
	unsigned asked;
	size_t n = 0;

	ck_assert_int_eq(stssl_ip_parse(rows[_i].address, &address), 0);
	stssl_hosts_find(&hosts, &address);
	for (; n < ROWS(rows[_i].names) && rows[_i].names[n] != NULL; n++) {
		ck_assert_uint_gt(hosts.count, n);
		ck_assert_str_eq(hosts.names[n], rows[_i].names[n]);
	}
	ck_assert_uint_eq(hosts.count, n);
	asked = questions;
	ck_assert_uint_le(asked, 1 + STSSL_HOSTS_MAX);
	stssl_hosts_find(&hosts, &address);
	ck_assert_uint_eq(questions, asked);
}
END_TEST

/* What is in the answers' way is asserted by res_nquery() above. */
START_TEST(the_environment_does_not_say_how_the_dns_is_asked)
{
	struct stssl_hosts hosts = { .asked = false };
	struct stssl_address address;

	setenv("RES_OPTIONS",
	    "use-vc rotate edns0 no-tld-query timeout:30 attempts:5", 1);
	ck_assert_int_eq(stssl_ip_parse("192.0.2.1", &address), 0);
	stssl_hosts_find(&hosts, &address);
	ck_assert_uint_eq(hosts.count, 1);
	ck_assert_uint_eq(questions, 2);
	unsetenv("RES_OPTIONS");
}
END_TEST

/* A name without an address is no silence of the reverse DNS. */
static const struct {
	const char *address;
	int why_none;
	bool is_silent;
} silences[] = {
	{ "192.0.2.1", TRY_AGAIN, false },
	{ "192.0.2.3", TRY_AGAIN, false },
	{ "192.0.2.99", TRY_AGAIN, true },
	{ "192.0.2.99", HOST_NOT_FOUND, false },
	{ "192.0.2.99", NO_DATA, false },
};

START_TEST(silence_is_not_taken_for_the_answer_that_there_is_no_name)
{
	struct stssl_hosts hosts = { .asked = false };
	struct stssl_address address;

	why_none = silences[_i].why_none;
	ck_assert_int_eq(stssl_ip_parse(silences[_i].address, &address), 0);
	stssl_hosts_find(&hosts, &address);
	ck_assert_int_eq(hosts.is_silent, silences[_i].is_silent);
}
END_TEST

/* `asks`: whether the DNS has to be asked at all. */
static const struct {
	const char *classes, *from, *class;
	bool asks;
} judged[] = {
	{ "class a { from = '*.acme.example' } class b { }", "192.0.2.1", "a",
	    true },
	{ "class a { from = 'gw.acme.example' } class b { }", "192.0.2.1", "a",
	    true },
	{ "class a { from = '*.acme.example' } class b { }", "192.0.2.2", "b",
	    true },
	{ "class a { from = '*.acme.example' } class b { }", "192.0.2.99", "b",
	    true },
	{ "class a { from = '*.acme.example' } class b { }", NULL, "b", false },
	{ "class a { from = { '*.acme.example', 192.0.2.0/24 } }", "192.0.2.1",
	    "a", false },
	{ "class a { from = '*.acme.example' user = x } class b { }",
	    "192.0.2.1", "b", false },
	{ "class a { from = '*.x.example' } "
	  "class b { from = '*.acme.example' }",
	    "192.0.2.1", "b", true },
};

START_TEST(the_dns_is_asked_only_if_it_matters)
{
	struct stssl_classes *classes;
	struct stssl_judgement j;
	struct stssl_address from;
	struct stssl_login login = { .user = "sam", .service = "ftp" };
	char text[512];

	(void)snprintf(
	    text, sizeof text, "resolve-names = true %s", judged[_i].classes);
	classes = classes_of(text);
	if (judged[_i].from != NULL) {
		ck_assert_int_eq(stssl_ip_parse(judged[_i].from, &from), 0);
		login.from = &from;
	}
	stssl_judge(classes, &login, &j);
	ck_assert_str_eq(j.class_name, judged[_i].class);
	ck_assert_int_eq(questions > 0, judged[_i].asks);
	(void)stssl_classes_free(classes);
}
END_TEST

/* An address is looked up once, however many names a certificate has. */
START_TEST(whose_asks_the_dns_once)
{
	struct stssl_classes *classes =
	    classes_of("resolve-names = true identities = '/nonexistent' "
		       "class a { from = '*.acme.example' "
		       "identity = { cn, uri } }");
	char user[STSSL_USER_MAX + 1];
	struct stssl_record record;
	struct stssl_address from;
	const struct stssl_login login = {
		.service = "ftp", .record = &record, .from = &from
	};

	ck_assert_int_eq(stssl_ip_parse("192.0.2.1", &from), 0);
	stssl_record_init(&record);
	(void)stssl_record_put(&record, STSSL_KEY_SSL_PROTOCOL, "TLSv1.3");
	(void)stssl_record_put(&record, STSSL_KEY_SSL_CLIENT_VERIFY, "SUCCESS");
	(void)stssl_record_put(&record, STSSL_KEY_SSL_CLIENT_S_DN_CN, "sam");
	(void)stssl_record_put_nth(
	    &record, STSSL_KEY_SSL_CLIENT_SAN_URI, 0, "urn:tom");
	ck_assert_int_eq(stssl_whose(classes, &login, user), -ENOTUNIQ);
	ck_assert_uint_eq(questions, 2);
	stssl_record_done(&record);
	(void)stssl_classes_free(classes);
}
END_TEST

void
add_hosts_cases(struct case_list *to)
{
	add_case(to, an_address_has_the_names_that_have_it, ROWS(rows));
	add_case(to, the_environment_does_not_say_how_the_dns_is_asked, 0);
	add_case(to, silence_is_not_taken_for_the_answer_that_there_is_no_name,
	    ROWS(silences));
	add_case(to, the_dns_is_asked_only_if_it_matters, ROWS(judged));
	add_case(to, whose_asks_the_dns_once, 0);
}
