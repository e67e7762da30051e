/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Handing a connection to the kernel, and ending it there, with a kernel that
 * this program plays: its own setsockopt(2) is called in place of libc's.
 */
#include <config.h>
#include "helper/worker/tls/ktls.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <linux/tls.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "helper/worker/relay/flow.h"
#include "tests/test.h"

/* What each of the two calls fails with; 0 for success. */
static struct {
	int ulp, tx;
	socklen_t tx_len;
	uint8_t crypto[sizeof(struct tls12_crypto_info_aes_gcm_256)];
} kernel;

int
setsockopt(int fd, int level, int name, const void *value, socklen_t value_len)
{
	ck_assert_int_ge(fd, 0);
	if (level == IPPROTO_TCP && name == TCP_ULP) {
		ck_assert_str_eq(value, "tls");
		errno = kernel.ulp;
	} else {
		ck_assert_int_eq(level, SOL_TLS);
		ck_assert_int_eq(name, TLS_TX);
		ck_assert_uint_le(value_len, sizeof kernel.crypto);
		memcpy(kernel.crypto, value, value_len);
		kernel.tx_len = value_len;
		errno = kernel.tx;
	}
	return errno == 0 ? 0 : -1;
}

static const struct {
	int ulp, probe;
} probes[] = {
	{ 0, 0 },
	{ ENOTCONN, 0 },
	{ ENOENT, -ENOENT },
	{ ENOPROTOOPT, -ENOPROTOOPT },
	{ EPERM, -EPERM },
};

START_TEST(the_kernel_is_asked_whether_it_can)
{
	kernel.ulp = probes[_i].ulp;
	ck_assert_int_eq(ktls_probe(), probes[_i].probe);
}
END_TEST

static const struct {
	int ulp, tx, result;
} starts[] = {
	{ ENOENT, 0, -ENOENT },
	{ ENOPROTOOPT, 0, -ENOPROTOOPT },
	{ 0, ENOENT, -ENOENT },
	{ 0, EINVAL, -EINVAL },
	{ 0, ENOMEM, -ENOMEM },
	{ 0, 0, 0 },
};

static struct ktls_keys
some_keys(bool is_tls13, size_t len)
{
	struct ktls_keys keys = { .is_tls13 = is_tls13, .key_len = len };

	memset(keys.key, 'k', sizeof keys.key);
	memset(keys.salt, 's', sizeof keys.salt);
	memset(keys.nonce, 'n', sizeof keys.nonce);
	keys.sequence[7] = 5;
	return keys;
}

START_TEST(a_start_that_fails_changes_nothing)
{
	const struct ktls_keys keys = some_keys(true, 32);
	const struct ktls off = { 0 };
	struct ktls k = off;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	kernel.ulp = starts[_i].ulp;
	kernel.tx = starts[_i].tx;
	ck_assert_int_eq(ktls_start(fd, &keys, &k), starts[_i].result);
	ck_assert(k.is_on == (starts[_i].result == 0));
	if (starts[_i].result != 0)
		ck_assert_mem_eq(&k, &off, sizeof k);
	ck_assert_int_eq(close(fd), 0);
}
END_TEST

START_TEST(keys_come_in_the_form_for_their_length)
{
	const struct tls12_crypto_info_aes_gcm_128 *aes128 =
	    (const void *)kernel.crypto;
	const struct tls12_crypto_info_aes_gcm_256 *aes256 =
	    (const void *)kernel.crypto;
	const struct ktls_keys keys = some_keys(_i > 1, _i % 2 != 0 ? 32 : 16);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct ktls k;

	ck_assert_int_eq(ktls_start(fd, &keys, &k), 0);
	ck_assert_uint_eq(
	    aes128->info.version, _i > 1 ? TLS_1_3_VERSION : TLS_1_2_VERSION);
	if (_i % 2 != 0) {
		ck_assert_uint_eq(kernel.tx_len, sizeof *aes256);
		ck_assert_mem_eq(aes256->key, keys.key, 32);
		ck_assert_mem_eq(aes256->rec_seq, keys.sequence, 8);
		ck_assert_mem_eq(aes256->salt, keys.salt, 4);
		ck_assert_mem_eq(aes256->iv, keys.nonce, 8);
	} else {
		ck_assert_uint_eq(kernel.tx_len, sizeof *aes128);
		ck_assert_mem_eq(aes128->key, keys.key, 16);
		ck_assert_mem_eq(aes128->rec_seq, keys.sequence, 8);
		ck_assert_mem_eq(aes128->salt, keys.salt, 4);
		ck_assert_mem_eq(aes128->iv, keys.nonce, 8);
	}
	ck_assert_int_eq(close(fd), 0);
}
END_TEST

/*
 * TLS 1.3 adds 22 bytes to each record, TLS 1.2 29; the alert has 2.  The first
 * record was number 5, and TCP had 1000 bytes by then.
 */
static const struct {
	size_t overhead;
	uint64_t next, written, given;
	bool is_given;
} sums[] = {
	{ 22, 6, 0, 1000 + 24, true },
	{ 29, 6, 0, 1000 + 31, true },
	{ 22, 6, 0, 1000, false },
	{ 22, 8, 20000, 1000 + 20000 + 2 + 3 * 22, true },
	{ 22, 8, 20000, 1000 + 20000 + 2 * 22, false },
	{ 22, 8, 20000, 1000 + 16384 + 22, false },
	{ 29, 8, 20000, 1000 + 20000 + 2 + 3 * 29, true },
};

START_TEST(records_that_the_kernel_holds_back_are_missed)
{
	const struct ktls k = { .is_on = true,
		.overhead = sums[_i].overhead,
		.first = 5,
		.before = 1000 };

	ck_assert(ktls_is_given(&k, sums[_i].next, sums[_i].written,
		      sums[_i].given) == sums[_i].is_given);
}
END_TEST

/* A local socket takes the alert as it is, and has no TLS to ask about. */
START_TEST(the_end_is_an_alert_and_written_once)
{
	struct ktls k = { .is_on = true, .key_len = 16 };
	uint8_t got[8] = { 0 };
	int pair[2];

	ck_assert_int_eq(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	ck_assert_int_lt(ktls_end(&k, pair[0], 0), 0);
	ck_assert(k.has_ended);
	ck_assert_int_lt(ktls_end(&k, pair[0], 0), 0);
	ck_assert_int_eq(read(pair[1], got, sizeof got), 2);
	ck_assert_uint_eq(got[0], 1);
	ck_assert_uint_eq(got[1], 0);
	ck_assert_int_eq(close(pair[0]), 0);
	ck_assert_int_eq(close(pair[1]), 0);
}
END_TEST

START_TEST(an_alert_that_finds_no_room_is_written_later)
{
	struct ktls k = { .is_on = true, .key_len = 16 };
	char full[4096] = { 0 };
	int pair[2];

	ck_assert_int_eq(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	while (write(pair[0], full, sizeof full) > 0)
		continue;
	ck_assert_int_eq(ktls_end(&k, pair[0], 0), -EAGAIN);
	ck_assert(!k.has_ended);
	ck_assert_int_eq(close(pair[0]), 0);
	ck_assert_int_eq(close(pair[1]), 0);
}
END_TEST

static void
never(void *owner)
{
	(void)owner;
}

/* The loop says that there is something to read. */
static void
await(struct stream *s)
{
	stream_watch(s, true, false);
	ev_run(s->loop, EVRUN_ONCE);
	stream_watch(s, false, false);
}

START_TEST(a_pipe_carries_bytes_and_counts_them)
{
	struct stream from, to;
	struct flow f;
	int left[2], right[2];
	char got[8];

	ck_assert_int_eq(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, left), 0);
	ck_assert_int_eq(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, right), 0);
	stream_init(&from, EV_DEFAULT, left[0], never, NULL);
	stream_init(&to, EV_DEFAULT, right[0], never, NULL);
	flow_init(&f, &from, &to);
	flow_splice(&f);
	ck_assert(f.pipe.is_open);
	ck_assert_int_eq(flow_step(&f), FLOW_OPEN);
	ck_assert(flow_wants_read(&f));
	ck_assert_int_eq(write(left[1], "bytes", 5), 5);
	await(&from);
	ck_assert_int_eq(flow_step(&f), FLOW_OPEN);
	ck_assert_uint_eq(f.pipe.len, 0);
	ck_assert_ptr_null(f.buffer);
	ck_assert_int_eq(read(right[1], got, sizeof got), 5);
	ck_assert_mem_eq(got, "bytes", 5);
	ck_assert_uint_eq(from.bytes_in, 5);
	ck_assert_uint_eq(to.bytes_out, 5);
	ck_assert_int_eq(close(left[1]), 0);
	await(&from);
	ck_assert_int_eq(flow_step(&f), FLOW_ENDED);
	flow_done(&f);
	ck_assert(!f.pipe.is_open);
	flow_done(&f);
	ck_assert_int_eq(close(left[0]), 0);
	ck_assert_int_eq(close(right[0]), 0);
	ck_assert_int_eq(close(right[1]), 0);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ the_kernel_is_asked_whether_it_can, ROWS(probes) },
		{ a_start_that_fails_changes_nothing, ROWS(starts) },
		{ keys_come_in_the_form_for_their_length, 4 },
		{ records_that_the_kernel_holds_back_are_missed, ROWS(sums) },
		{ the_end_is_an_alert_and_written_once, 0 },
		{ an_alert_that_finds_no_room_is_written_later, 0 },
		{ a_pipe_carries_bytes_and_counts_them, 0 },
	};

	return test_main("ktls", cases, ROWS(cases));
}
