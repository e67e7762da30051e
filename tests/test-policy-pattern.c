/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "policy/pattern.h"

#include <errno.h>
#include <string.h>

#include "policy/tools/pattern_form.h"
#include "tests/test-policy.h"

static const struct {
	const char *pattern, *address;
	bool in;
} matches[] = {
	{ "192.0.2.1", "192.0.2.1", true },
	{ "192.0.2.1", "192.0.2.2", false },
	{ "192.0.2.1", "::ffff:192.0.2.1", true },
	{ "::ffff:192.0.2.1", "192.0.2.1", true },
	{ "2001:db8::1", "2001:db8::1", true },
	{ "2001:db8::1", "2001:db8::2", false },
	{ "203.0.113.0/24", "203.0.113.0", true },
	{ "203.0.113.0/24", "203.0.113.255", true },
	{ "203.0.113.0/24", "203.0.112.255", false },
	{ "203.0.113.0/24", "203.0.114.0", false },
	{ "203.0.113.0/24", "2001:db8::1", false },
	{ "203.0.113.128/25", "203.0.113.127", false },
	{ "203.0.113.128/25", "203.0.113.128", true },
	{ "203.0.113.7/32", "203.0.113.7", true },
	{ "203.0.113.7/32", "203.0.113.6", false },
	{ "0.0.0.0/0", "255.255.255.255", true },
	{ "0.0.0.0/0", "2001:db8::1", false },
	{ "::/0", "2001:db8::1", true },
	{ "::/0", "192.0.2.1", false },
	{ "::ffff:0:0/96", "192.0.2.1", true },
	{ "::ffff:10.0.0.0/104", "10.1.2.3", true },
	{ "::ffff:10.0.0.0/104", "11.1.2.3", false },
	{ "2001:db8::/32", "2001:db8:ffff::1", true },
	{ "2001:db8::/32", "2001:db9::1", false },
	{ "2001:db8::8000/113", "2001:db8::ffff", true },
	{ "2001:db8::8000/113", "2001:db8::7fff", false },
	{ "2001:db8::1/128", "2001:db8::1", true },
	{ "10.0.0.0:255.0.0.0", "10.255.255.255", true },
	{ "10.0.0.0:255.0.0.0", "11.0.0.0", false },
	{ "0.0.0.0:0.0.0.0", "1.2.3.4", true },
	{ "1.2.3.4:255.255.255.255", "1.2.3.4", true },
	{ "1.2.3.4:255.255.255.255", "1.2.3.5", false },
	{ "10.1.2.*", "10.1.2.0", true },
	{ "10.1.2.*", "10.1.2.255", true },
	{ "10.1.2.*", "10.1.20.1", false },
	{ "10.1.2.*", "110.1.2.1", false },
	{ "10.*.2.1", "10.77.2.1", true },
	{ "10.*.2.1", "10.77.3.1", false },
	{ "*.*.*.*", "1.2.3.4", true },
	{ "*.*.*.*", "2001:db8::1", false },
	{ "10.1.2.?", "10.1.2.9", true },
	{ "10.1.2.?", "10.1.2.10", false },
	{ "10.1.2.1?", "10.1.2.1", false },
	{ "10.1.2.1?", "10.1.2.19", true },
	{ "10.1.2.1*", "10.1.2.1", true },
	{ "10.1.2.1*", "10.1.2.199", true },
	{ "10.1.2.1*", "10.1.2.21", false },
	{ "10.1.2.2??", "10.1.2.255", true },
	{ "10.1.2.2??", "10.1.2.25", false },
};

START_TEST(a_pattern_has_the_addresses_it_should)
{
	struct stssl_pattern p;
	struct stssl_address a;

	ck_assert_int_eq(stssl_pattern_parse(matches[_i].pattern, &p), 0);
	ck_assert_int_eq(stssl_ip_parse(matches[_i].address, &a), 0);
	ck_assert_int_eq(stssl_pattern_has(&p, &a), matches[_i].in);
	a.port = 40022;
	ck_assert_int_eq(stssl_pattern_has(&p, &a), matches[_i].in);
}
END_TEST

static const struct {
	const char *pattern;
	int error;
} faulty[] = {
	{ "", -EINVAL },
	{ "10", -EINVAL },
	{ "10.1.2", -EINVAL },
	{ "10.1.2.3.4", -EINVAL },
	{ "10.1.2.256", -EINVAL },
	{ "10.1.2.03", -EINVAL },
	{ "10.1.2.3 ", -EINVAL },
	{ "*", -EINVAL },
	{ "10.*", -EINVAL },
	{ "10.1.*", -EINVAL },
	{ "10.1.2.*.", -EINVAL },
	{ "10..2.*", -EINVAL },
	{ "10.1.300.*", -EINVAL },
	{ "10.1.02.*", -EINVAL },
	{ "10.1.2.00?", -EINVAL },
	{ "10.1.2.3??", -EINVAL },
	{ "10.1.2.****", -EINVAL },
	{ "10.1.2.*/24", -EINVAL },
	{ "10.1.2.0/", -ERANGE },
	{ "10.1.2.0/33", -ERANGE },
	{ "10.1.2.0/-1", -EINVAL },
	{ "10.1.2.0/24/24", -ERANGE },
	{ "10.1.2.0/024", -ERANGE },
	{ "10.1.2.0/99999999999999999999", -ERANGE },
	{ "/24", -EINVAL },
	{ "2001:db8::/129", -ERANGE },
	{ "2001:db8::/x", -ERANGE },
	{ "2001:db8:::", -EINVAL },
	{ "2001:db8::*", -EINVAL },
	{ "2001:db8::1%eth0", -EINVAL },
	{ "[2001:db8::1]", -EINVAL },
	{ "10.1.2.3/24", -EDOM },
	{ "0.0.0.1/0", -EDOM },
	{ "2001:db8::1/64", -EDOM },
	{ "10.1.0.0:255.0.0.0", -EDOM },
	{ "10.0.0.0:255.0.255.0", -EILSEQ },
	{ "10.0.0.0:0.0.0.255", -EILSEQ },
	{ "10.0.0.0:254.255.0.0", -EILSEQ },
	{ "10.0.0.0:", -EINVAL },
	{ "10.0.0.0:8", -EINVAL },
	{ "10.0.0.0:255.0.0", -EINVAL },
	{ "10.0.0.0:255.0.0.0:255.0.0.0", -EINVAL },
	{ "10.0.0.0:::ffff:255.0.0.0", -EINVAL },
	{ "acme.*", -ENOTUNIQ },
	{ "gw.acme.exampl?", -ENOTUNIQ },
	{ "a*", -ENOTUNIQ },
	{ ".acme.example", -EINVAL },
	{ "acme.example.", -EINVAL },
	{ "acme..example", -EINVAL },
	{ "gw acme.example", -EINVAL },
	{ "gw[12].acme.example", -EINVAL },
	{ "m\303\274ller.example", -EINVAL },
	{ "1111111111111111111111111111111111111111111111111111111111111111",
	    -EINVAL },
};

START_TEST(a_faulty_pattern_is_refused_with_its_reason)
{
	struct stssl_pattern p;

	memset(&p, 0x5a, sizeof p);
	ck_assert_int_eq(
	    stssl_pattern_parse(faulty[_i].pattern, &p), faulty[_i].error);
	for (size_t i = 0; i < sizeof p; i++)
		ck_assert_int_eq(((unsigned char *)&p)[i], 0x5a);
	ck_assert_ptr_nonnull(stssl_pattern_error(faulty[_i].error));
}
END_TEST

static const struct {
	const char *pattern, *name;
	bool has;
} hosts[] = {
	{ "gw.acme.example", "gw.acme.example", true },
	{ "GW.Acme.Example", "gw.acme.example", true },
	{ "gw.acme.example", "gw2.acme.example", false },
	{ "gw.acme.example", "xgw.acme.example", false },
	{ "*.acme.example", "gw.acme.example", true },
	{ "*.acme.example", "a.b.acme.example", true },
	{ "*.acme.example", "acme.example", false },
	{ "*.acme.example", "evilacme.example", false },
	{ "*.acme.example", "gw.acme.example.evil", false },
	{ "gw?.acme.example", "gw2.acme.example", true },
	{ "gw?.acme.example", "gw.acme.example", false },
	{ "localhost", "localhost", true },
	{ "192.0.2.1", "192.0.2.1", false },
};

START_TEST(a_pattern_for_host_names_has_no_address)
{
	struct stssl_pattern p;
	struct stssl_address a;

	ck_assert_int_eq(stssl_pattern_parse(hosts[_i].pattern, &p), 0);
	ck_assert_int_eq(
	    stssl_pattern_has_host(&p, hosts[_i].name), hosts[_i].has);
	ck_assert_int_eq(stssl_ip_parse("::", &a), 0);
	ck_assert(!stssl_pattern_has(&p, &a));
}
END_TEST

static const struct {
	const char *outer, *inner;
	const char *is; /* "same", "covers", "inside" or "apart" */
} pairs[] = {
	{ "10.1.2.0/24", "10.1.2.0:255.255.255.0", "same" },
	{ "10.1.2.0/24", "10.1.2.*", "same" },
	{ "10.1.2.0/24", "::ffff:10.1.2.0/120", "same" },
	{ "10.1.2.3/32", "10.1.2.3", "same" },
	{ "0.0.0.0/0", "*.*.*.*", "same" },
	{ "10.1.2.1*", "10.1.2.1??", "covers" },
	{ "10.1.2.1*", "10.1.2.1?", "covers" },
	{ "10.0.0.0/8", "10.1.2.*", "covers" },
	{ "10.1.2.*", "10.0.0.0/8", "inside" },
	{ "10.0.0.0/9", "10.128.0.0/9", "apart" },
	{ "10.*.2.*", "10.1.2.0/25", "covers" },
	{ "10.*.2.*", "10.1.0.0/16", "apart" },
	{ "::/0", "0.0.0.0/0", "apart" },
	{ "0.0.0.0/0", "::/0", "apart" },
	{ "2001:db8::/32", "2001:db8:1::/48", "covers" },
	{ "2001:db8:1::/48", "2001:db8::/32", "inside" },
	{ "2001:db8::/32", "2001:db9::/48", "apart" },
	{ "2001:DB8::1", "2001:db8:0::1/128", "same" },
	{ "*.acme.example", "*.ACME.example", "same" },
	{ "*.acme.example", "gw.acme.example", "covers" },
	{ "*.acme.example", "*.gw.acme.example", "covers" },
	{ "*.acme.example", "gw?.acme.example", "covers" },
	{ "*.acme.example", "acme.example", "apart" },
	{ "*.acme.example", "*acme.example", "inside" },
	{ "gw.acme.example", "*.acme.example", "inside" },
	{ "*.example", "1.example", "covers" },
	{ "0.0.0.0/0", "gw.acme.example", "apart" },
	{ "*.example", "192.0.2.1", "apart" },
};

START_TEST(patterns_are_inside_of_each_other_or_not)
{
	char outer_text[STSSL_PATTERN_TEXT], inner_text[STSSL_PATTERN_TEXT];
	const char *is = pairs[_i].is;
	struct stssl_pattern outer, inner;

	ck_assert_int_eq(stssl_pattern_parse(pairs[_i].outer, &outer), 0);
	ck_assert_int_eq(stssl_pattern_parse(pairs[_i].inner, &inner), 0);
	ck_assert_int_eq(
	    stssl_pattern_covers(&outer, &inner), is[0] == 's' || is[0] == 'c');
	ck_assert_int_eq(
	    stssl_pattern_covers(&inner, &outer), is[0] == 's' || is[0] == 'i');
	(void)stssl_pattern_canonical(&outer, outer_text);
	(void)stssl_pattern_canonical(&inner, inner_text);
	ck_assert_int_eq(strcmp(outer_text, inner_text) == 0, is[0] == 's');
}
END_TEST

/*
 * A text is copied into room for STSSL_ADDRESS_TEXT bytes, a host name into one
 * for STSSL_HOST_MAX and a NUL: what is just as long, and one byte more.
 */
START_TEST(a_pattern_is_as_long_as_its_room_and_no_longer)
{
	char text[STSSL_HOST_MAX + 2], name[STSSL_HOST_MAX + 1],
	    form[STSSL_PATTERN_TEXT];
	struct stssl_pattern p;

	for (size_t len = STSSL_ADDRESS_TEXT - 1; len <= STSSL_ADDRESS_TEXT + 1;
	     len++) {
		memset(text, '1', len);
		text[len] = '\0';
		ck_assert_int_eq(stssl_pattern_parse(text, &p), -EINVAL);
	}
	memset(text, 'A', sizeof text);
	text[STSSL_HOST_MAX + 1] = '\0';
	ck_assert_int_eq(stssl_pattern_parse(text, &p), -EINVAL);
	text[STSSL_HOST_MAX] = '\0';
	ck_assert_int_eq(stssl_pattern_parse(text, &p), 0);
	memset(name, 'a', STSSL_HOST_MAX);
	name[STSSL_HOST_MAX] = '\0';
	ck_assert(stssl_pattern_has_host(&p, name));
	name[STSSL_HOST_MAX - 1] = 'b';
	ck_assert(!stssl_pattern_has_host(&p, name));
	name[STSSL_HOST_MAX - 1] = 'a';
	(void)stssl_pattern_canonical(&p, form);
	ck_assert_str_eq(form + strlen("host "), name);
	ck_assert(stssl_pattern_covers(&p, &p));
}
END_TEST

void
add_pattern_cases(struct case_list *to)
{
	add_case(to, a_pattern_has_the_addresses_it_should, ROWS(matches));
	add_case(to, a_faulty_pattern_is_refused_with_its_reason, ROWS(faulty));
	add_case(to, a_pattern_for_host_names_has_no_address, ROWS(hosts));
	add_case(to, patterns_are_inside_of_each_other_or_not, ROWS(pairs));
	add_case(to, a_pattern_is_as_long_as_its_room_and_no_longer, 0);
}
