/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "policy/dns.h"

#include <stdlib.h>
#include <string.h>

#include "tests/test-policy.h"

/* A question about "a.b", and the header of its answer with two records. */
#define HEADER "\x12\x34\x81\x80\0\1\0\2\0\0\0\0"
#define QUESTION   \
	"\1a\1b\0" \
	"\0\x0c\0\1"
/* Its name is the question's, or written out; the data a name, or 4 bytes. */
#define NAMED "\xc0\x0c\0\x0c\0\1\0\0\0\x3c\0\4\1c\xc0\x0e"
#define PLAIN      \
	"\1a\1b\0" \
	"\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1"
#define ANSWER HEADER QUESTION NAMED PLAIN

/* In memory of its own size. */
static uint8_t *
copy_of(const char *bytes, size_t len)
{
	uint8_t *copy = malloc(len > 0 ? len : 1);

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, bytes, len);
	return copy;
}

START_TEST(the_records_of_an_answer_come_one_after_the_other)
{
	uint8_t *answer = copy_of(ANSWER, sizeof ANSWER - 1);
	struct stssl_dns_record record;
	struct stssl_dns dns;
	char name[8];

	stssl_dns_begin(&dns, answer, sizeof ANSWER - 1);
	ck_assert(stssl_dns_next(&dns, &record));
	ck_assert_uint_eq(record.type, 12);
	ck_assert_uint_eq(record.class, 1);
	ck_assert_uint_eq(record.len, 4);
	ck_assert(stssl_dns_name(&dns, &record, name, sizeof name));
	ck_assert_str_eq(name, "c.b");
	ck_assert(!stssl_dns_name(&dns, &record, name, 3));
	ck_assert(stssl_dns_next(&dns, &record));
	ck_assert_uint_eq(record.type, 1);
	ck_assert_uint_eq(record.len, 4);
	ck_assert_mem_eq(record.data, "\xc0\0\2\1", 4);
	ck_assert(!stssl_dns_next(&dns, &record));
	ck_assert(!stssl_dns_next(&dns, &record));
	free(answer);
}
END_TEST

static unsigned
records_of(const char *bytes, size_t len)
{
	uint8_t *answer = copy_of(bytes, len);
	struct stssl_dns_record record;
	struct stssl_dns dns;
	unsigned n = 0;

	stssl_dns_begin(&dns, answer, len);
	for (; stssl_dns_next(&dns, &record); n++) {
		ck_assert(record.data >= answer);
		ck_assert_uint_le(
		    record.len, (size_t)(answer + len - record.data));
	}
	free(answer);
	return n;
}

START_TEST(no_part_of_a_record_is_a_record)
{
	const size_t first = sizeof(HEADER QUESTION NAMED) - 1;

	for (size_t len = 0; len < sizeof ANSWER - 1; len++)
		ck_assert_uint_eq(records_of(ANSWER, len), len >= first);
}
END_TEST

static const struct {
	const char *bytes;
	size_t len;
	unsigned records;
} odd[] = {
#define ROW(bytes, records)                       \
	{                                         \
		bytes, sizeof(bytes) - 1, records \
	}
	ROW(ANSWER, 2),
	/* more than the header says, and less */
	ROW(ANSWER PLAIN, 2),
	ROW("\x12\x34\x81\x80\0\1\0\1\0\0\0\0" QUESTION NAMED PLAIN, 1),
	ROW("\x12\x34\x81\x80\0\1\xff\xff\0\0\0\0" QUESTION NAMED PLAIN, 2),
	ROW("\x12\x34\x81\x80\0\0\0\1\0\0\0\0" PLAIN, 1),
	ROW("\x12\x34\x81\x80\xff\xff\0\1\0\0\0\0" QUESTION NAMED, 0),
	/* a label of a form that there is not, and one that is too long */
	ROW(HEADER "\x80\0" PLAIN, 0),
	ROW(HEADER QUESTION "\x40" PLAIN, 0),
	ROW(HEADER QUESTION "\x3f" PLAIN, 0),
#undef ROW
};

START_TEST(what_does_not_fit_ends_the_walk)
{
	ck_assert_uint_eq(
	    records_of(odd[_i].bytes, odd[_i].len), odd[_i].records);
}
END_TEST

/* Names that point to themselves, behind the end, or go on there. */
static const char *const bad_names[] = { "\xc0\x21", "\xc1\xff", "\4abc",
	"\x80\1", "\1a\xc0\x21" };

START_TEST(a_name_ends)
{
	char bytes[64] = HEADER QUESTION "\0\0\x0c\0\1\0\0\0\x3c\0\0";
	size_t len = sizeof HEADER QUESTION - 1 + 11,
	       more = strlen(bad_names[_i]);
	struct stssl_dns_record record;
	struct stssl_dns dns;
	char name[256];
	uint8_t *answer;

	ck_assert_uint_eq(len, 0x20);
	bytes[len - 1] = (char)more;
	bytes[7] = 1;
	memcpy(bytes + len, bad_names[_i], more);
	answer = copy_of(bytes, len + more);
	stssl_dns_begin(&dns, answer, len + more);
	ck_assert(stssl_dns_next(&dns, &record));
	ck_assert_uint_eq(record.len, more);
	ck_assert(!stssl_dns_name(&dns, &record, name, sizeof name));
	free(answer);
}
END_TEST

void
add_dns_cases(struct case_list *to)
{
	add_case(to, the_records_of_an_answer_come_one_after_the_other, 0);
	add_case(to, no_part_of_a_record_is_a_record, 0);
	add_case(to, what_does_not_fit_ends_the_walk, ROWS(odd));
	add_case(to, a_name_ends, ROWS(bad_names));
}
