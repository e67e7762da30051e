/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Clients that come again with the certificate that they had before: it is not
 * taken apart again, but all that may have changed is judged again.
 */
#include <config.h>
#include "tests/verifier-stage.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "helper/verifier/clients.h"
#include "tests/test.h"

/* Certificates are good for an hour or less. */
#define LONG 7200

static time_t later;

time_t __real_time(time_t *ret);
time_t __wrap_time(time_t *ret);

time_t
__wrap_time(time_t *ret)
{
	time_t now = __real_time(NULL) + later;

	if (ret != NULL)
		*ret = now;
	return now;
}

/* The record is the caller's. */
static struct stssl_record
find(void)
{
	TRUE(judge_handshake(play.proof.judge, tls_context_store(play.context),
	    &play.proof.nonces, &play.handed.request, play.handed.bytes,
	    &play.found));
	return play.found.record;
}

START_TEST(the_same_is_found_of_a_client_that_comes_again)
{
	struct stssl_record first, second;
	static struct finding found;

	open_play(NULL, NULL, NULL);
	visit(versions[_i]);
	first = find();
	found = play.found;
	visit(versions[_i]);
	second = find();
	ck_assert_uint_eq(first.len, second.len);
	ck_assert_mem_eq(first.text, second.text, first.len);
	ck_assert_int_eq(found.failure, STSSL_FAILURE_NONE);
	ck_assert_int_eq(found.failure, play.found.failure);
	ck_assert_int_eq(found.good_until, play.found.good_until);
	ck_assert_uint_gt(found.der_len, 0);
	ck_assert_uint_eq(found.der_len, play.found.der_len);
	ck_assert_mem_eq(found.der, play.found.der, found.der_len);
	stssl_record_done(&first);
	stssl_record_done(&second);
	close_play();
}
END_TEST

START_TEST(a_certificate_that_was_good_expires)
{
	struct stssl_record record;

	open_play(NULL, NULL, NULL);
	visit(versions[_i]);
	TRUE(try());
	ck_assert_int_eq(play.found.failure, STSSL_FAILURE_NONE);
	later = LONG;
	record = find();
	later = 0;
	ck_assert_int_eq(play.found.failure, STSSL_FAILURE_EXPIRED);
	ck_assert_str_eq(stssl_record_get(&record, STSSL_KEY_SSL_CLIENT_VERIFY),
	    "FAILED:expired");
	stssl_record_done(&record);
	visit(versions[_i]);
	TRUE(judge());
	ck_assert_int_eq(play.found.failure, STSSL_FAILURE_NONE);
	close_play();
}
END_TEST

START_TEST(a_client_that_was_good_still_has_to_sign)
{
	open_play(NULL, NULL, NULL);
	visit(versions[_i]);
	TRUE(judge());
	visit(versions[_i]);
	TRUE(try());
	/* The end of the message: its signature. */
	play.handed.bytes[play.handed.request.len - 1] ^= 1;
	ck_assert_str_eq(judge(), "a signature that does not verify");
	close_play();
}
END_TEST

/* Lists of one certificate each, no two the same; no one can be parsed. */
static struct messages
list_of(uint32_t number, uint8_t *bytes, size_t len)
{
	memset(bytes, 0, len);
	bytes[0] = (uint8_t)((len - 3) >> 16);
	bytes[1] = (uint8_t)((len - 3) >> 8);
	bytes[2] = (uint8_t)(len - 3);
	memcpy(bytes + 3, &number, sizeof number);
	return (struct messages){ .client_list = { bytes, len } };
}

static bool
is_kept(struct clients *clients, const struct messages *m)
{
	struct client *c = clients_take(clients, m);
	bool found = c->record.len > 0;

	clients_give(clients, c, false);
	return found;
}

static bool
keep(struct clients *clients, const struct messages *m, bool is_good)
{
	struct client *c = clients_take(clients, m);

	if (is_good)
		ck_assert_int_eq(stssl_record_put(&c->record,
				     STSSL_KEY_SSL_CLIENT_VERIFY, "SUCCESS"),
		    0);
	clients_give(clients, c, is_good);
	return is_kept(clients, m);
}

START_TEST(few_clients_are_kept_and_only_good_ones)
{
	enum {
		MANY = 1000,
		KEPT = 64
	};
	static uint8_t bytes[32], large[9000];
	struct clients *clients = clients_new();
	struct messages m, big;

	m = list_of(0, bytes, sizeof bytes);
	ck_assert(!keep(clients, &m, false));
	big = list_of(0, large, sizeof large);
	ck_assert(!keep(clients, &big, true));
	for (uint32_t i = 0; i < MANY; i++) {
		m = list_of(i, bytes, sizeof bytes);
		ck_assert(keep(clients, &m, true));
	}
	for (uint32_t i = 0; i < MANY; i++) {
		m = list_of(i, bytes, sizeof bytes);
		ck_assert_int_eq(is_kept(clients, &m), i >= MANY - KEPT);
	}
	/* The same bytes, in the other version's form. */
	m.is_1_3 = true;
	ck_assert(!is_kept(clients, &m));
	m.is_1_3 = false;
	m.client_list.len--;
	ck_assert(!is_kept(clients, &m));
	(void)clients_free(clients);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ the_same_is_found_of_a_client_that_comes_again, 2 },
		{ a_certificate_that_was_good_expires, 2 },
		{ a_client_that_was_good_still_has_to_sign, 2 },
		{ few_clients_are_kept_and_only_good_ones, 0 },
	};

	return test_main("verifier-again", cases, ROWS(cases));
}
