/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The ring between a worker and the monitor, also with a writer that has been
 * taken over.
 */
#include <config.h>
#include "tests/test-helper-process.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/base/ring.h"

/* As the memory begins, which only the writer and the reader know. */
struct layout {
	uint64_t written, none[7];
	uint64_t taken, nor_here[7];
	uint64_t words[RING_BYTES / 8];
};

#define FIRST 16
#define MORE  64

static char first[FIRST], more[MORE];
static const struct iovec room[RING_PARTS] = { { first, FIRST },
	{ more, MORE } };

static struct ring ring, said;

static struct layout *
layout_of(void)
{
	return (struct layout *)(void *)said.memory;
}

static void
begin(void)
{
	ck_assert_int_eq(ring_open(&ring), 0);
	said = ring;
}

static int
put(uint64_t number, size_t more_len, size_t spare)
{
	static char text[MORE];
	uint64_t head[FIRST / 8] = { number, ~number };
	const struct iovec parts[RING_PARTS] = { { head, FIRST },
		{ text, more_len } };

	memset(text, (int)(number % 251), sizeof text);
	return ring_put(&said, parts, spare);
}

/* The next record is that one; returns as ring_get(). */
static int
get(uint64_t number, size_t more_len)
{
	static char text[MORE];
	uint64_t end, head[FIRST / 8];
	size_t len;
	int r = ring_look(&ring, &end);

	if (r == 0)
		r = ring_get(&ring, end, room, &len);
	if (r < 0)
		return r;
	memcpy(head, first, sizeof head);
	memset(text, (int)(number % 251), sizeof text);
	/* libcheck writes down each assertion, which takes its time. */
	if (head[0] != number || head[1] != ~number ||
	    len != FIRST + more_len || memcmp(more, text, more_len) != 0)
		ck_abort_msg("record %llu", (unsigned long long)number);
	ring_drop(&ring);
	return 0;
}

/* All lengths, at all places, several times around. */
START_TEST(records_come_as_they_were_put)
{
	const uint64_t count = 4 * RING_BYTES / ring_room(FIRST);

	begin();
	ck_assert_int_eq(get(0, 0), -EAGAIN);
	for (uint64_t i = 0; i < count; i += 2)
		if (put(i, i % (MORE + 1), 0) != 0 ||
		    put(i + 1, (i + 1) % (MORE + 1), 0) != 0 ||
		    get(i, i % (MORE + 1)) != 0 ||
		    get(i + 1, (i + 1) % (MORE + 1)) != 0 ||
		    get(0, 0) != -EAGAIN)
			ck_abort_msg("record %llu", (unsigned long long)i);
	ring_close(&ring);
}
END_TEST

START_TEST(a_full_ring_takes_no_more_and_loses_nothing)
{
	const size_t each = ring_room(FIRST), spare = (size_t)_i * each;
	uint64_t n = 0;

	begin();
	while (put(n, 0, spare) == 0)
		n++;
	ck_assert_uint_eq(n, (RING_BYTES - spare) / each);
	ck_assert_int_eq(put(n, 0, spare), -EAGAIN);
	ck_assert_uint_eq(ring_taken(&said), 0);
	ck_assert_int_eq(get(0, 0), 0);
	ck_assert_uint_eq(ring_taken(&said), each);
	ck_assert_int_eq(put(n, 0, spare), 0);
	ck_assert_int_eq(put(n + 1, 0, spare), -EAGAIN);
	for (uint64_t i = 1; i <= n; i++)
		ck_assert_int_eq(get(i, 0), 0);
	ck_assert_int_eq(get(0, 0), -EAGAIN);
	ring_close(&ring);
}
END_TEST

/* After one good record was taken there is one more, and then one lies. */
static const struct {
	uint64_t written; /* from the beginning; 0: as it is */
	uint64_t len;     /* of the second record */
	int outcome;
} lies[] = {
	{ 0, FIRST, 0 },
	{ 0, FIRST + 1, -EBADMSG },
	{ 0, FIRST - 1, -EBADMSG },
	{ 0, 0, -EBADMSG },
	{ 0, FIRST + MORE, -EBADMSG },
	{ 0, FIRST + MORE + 1, -EBADMSG },
	{ 0, UINT64_MAX, -EBADMSG },
	{ 0, UINT64_MAX - 7, -EBADMSG },
	{ 0, (uint64_t)1 << 32 | FIRST, -EBADMSG },
	{ 8, FIRST, -EBADMSG },
	{ 24, FIRST, -EAGAIN },
	{ 32, FIRST, -EBADMSG },
	{ 47, FIRST, -EBADMSG },
	{ 49, FIRST, -EBADMSG },
	{ 24 + RING_BYTES, FIRST, 0 },
	{ 24 + RING_BYTES + 8, FIRST, -EBADMSG },
	{ UINT64_MAX, FIRST, -EBADMSG },
	{ UINT64_MAX - 7, FIRST, -EBADMSG },
	{ UINT64_MAX / 2 + 1, FIRST, -EBADMSG },
};

START_TEST(no_position_and_no_length_is_believed)
{
	struct layout *l;

	begin();
	l = layout_of();
	ck_assert_uint_eq(ring_room(FIRST), 24);
	ck_assert_int_eq(put(1, 0, 0), 0);
	ck_assert_int_eq(get(1, 0), 0);
	ck_assert_int_eq(put(2, 0, 0), 0);
	ck_assert_uint_eq(l->written, 48);
	l->words[3] = lies[_i].len;
	if (lies[_i].written != 0)
		l->written = lies[_i].written;
	ck_assert_int_eq(get(2, 0), lies[_i].outcome);
	ring_close(&ring);
}
END_TEST

START_TEST(what_changes_after_it_was_copied_does_not_count)
{
	uint64_t end;
	size_t len;

	begin();
	ck_assert_int_eq(put(1, 8, 0), 0);
	ck_assert_int_eq(put(2, 0, 0), 0);
	ck_assert_int_eq(ring_look(&ring, &end), 0);
	ck_assert_int_eq(ring_get(&ring, end, room, &len), 0);
	/* Its length, and where the reader is. */
	layout_of()->words[0] = FIRST;
	layout_of()->taken = UINT64_MAX;
	ck_assert_uint_eq(len, FIRST + 8);
	ring_drop(&ring);
	ck_assert_int_eq(get(2, 0), 0);
	ring_close(&ring);
}
END_TEST

/* What was not there when the reader looked is for the next time. */
START_TEST(the_reader_stops_where_it_has_looked)
{
	uint64_t end;
	size_t len;

	begin();
	ck_assert_int_eq(put(1, 0, 0), 0);
	ck_assert_int_eq(ring_look(&ring, &end), 0);
	ck_assert_int_eq(put(2, 0, 0), 0);
	ck_assert_int_eq(ring_get(&ring, end, room, &len), 0);
	ring_drop(&ring);
	ck_assert_int_eq(ring_get(&ring, end, room, &len), -EAGAIN);
	ck_assert_int_eq(get(2, 0), 0);
	ring_close(&ring);
}
END_TEST

#define RACE 20000

static void
write_all(void)
{
	for (uint64_t i = 0; i < RACE; i++)
		while (put(i, i % (MORE + 1), 0) < 0)
			(void)sched_yield();
	_exit(0);
}

START_TEST(one_process_writes_while_another_reads)
{
	int status;
	pid_t pid;

	begin();
	pid = fork();
	ck_assert_int_ne(pid, -1);
	if (pid == 0)
		write_all();
	for (uint64_t i = 0; i < RACE; i++)
		while (get(i, i % (MORE + 1)) < 0)
			(void)sched_yield();
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ring_close(&ring);
}
END_TEST

size_t
ring_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ records_come_as_they_were_put, 0 },
		{ a_full_ring_takes_no_more_and_loses_nothing, 3 },
		{ no_position_and_no_length_is_believed, ROWS(lies) },
		{ what_changes_after_it_was_copied_does_not_count, 0 },
		{ the_reader_stops_where_it_has_looked, 0 },
		{ one_process_writes_while_another_reads, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
