/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Receiving by the kernel, with one that this program plays: its own splice(2),
 * recvmsg(2) and setsockopt(2) are called in place of libc's.
 */
#include <config.h>
#include "helper/worker/tls/ktls_receive.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/tcp.h>
#include <linux/tls.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/test.h"

/* What the kernel has: one step for each splice(2). */
enum step_kind {
	STEP_RESULT,  /* n bytes, or -errno */
	STEP_CONTROL, /* a record of this type: splice(2) fails */
	STEP_UNTYPED, /* the same, but of no type */
	STEP_NOTHING, /* splice(2) fails like that, and nothing is there */
};

struct step {
	enum step_kind kind;
	int n, repeat; /* -errno below 0; so many times more */
	uint8_t type;
	const char *hex;
};

static struct {
	const struct step *step;
	int repeated;
	bool has_control;
	int ulp, rx[2]; /* errno of each call; 0 for success */
	unsigned rx_calls;
	struct tls12_crypto_info_aes_gcm_256 keys;
} kernel;

static size_t
from_hex(const char *hex, uint8_t *out, size_t size)
{
	size_t len = 0;
	unsigned byte;

	for (; len < size && sscanf(hex + 2 * len, "%2x", &byte) == 1; len++)
		out[len] = (uint8_t)byte;
	return len;
}

int
setsockopt(int fd, int level, int name, const void *value, socklen_t value_len)
{
	ck_assert_int_ge(fd, 0);
	if (level == IPPROTO_TCP) {
		ck_assert_int_eq(name, TCP_ULP);
		errno = kernel.ulp;
		return errno == 0 ? 0 : -1;
	}
	ck_assert_int_eq(level, SOL_TLS);
	ck_assert_int_eq(name, TLS_RX);
	ck_assert_uint_le(value_len, sizeof kernel.keys);
	memcpy(&kernel.keys, value, value_len);
	errno = kernel.rx[kernel.rx_calls > 0];
	kernel.rx_calls++;
	return errno == 0 ? 0 : -1;
}

ssize_t
splice(int from, loff_t *from_at, int to, loff_t *to_at, size_t len,
    unsigned flags)
{
	const struct step *now = kernel.step;

	(void)from_at;
	(void)to_at;
	ck_assert_int_eq(from, 3);
	ck_assert_int_eq(to, 4);
	ck_assert_uint_eq(len, 65536);
	ck_assert((flags & SPLICE_F_NONBLOCK) != 0);
	/* A record that is not data stays until it is fetched. */
	ck_assert(!kernel.has_control);
	if (kernel.repeated++ == now->repeat) {
		kernel.step++;
		kernel.repeated = 0;
	}
	kernel.has_control = now->kind != STEP_RESULT;
	if (now->kind != STEP_RESULT)
		errno = EINVAL;
	else if (now->n < 0)
		errno = -now->n;
	return now->kind == STEP_RESULT && now->n >= 0 ? now->n : -1;
}

ssize_t
recvmsg(int fd, struct msghdr *message, int flags)
{
	/* Repeated steps are still the one that has just been. */
	const struct step *now = kernel.step - (kernel.repeated == 0);
	struct cmsghdr *head = CMSG_FIRSTHDR(message);

	ck_assert_int_eq(fd, 3);
	ck_assert((flags & MSG_DONTWAIT) != 0);
	ck_assert(kernel.has_control);
	kernel.has_control = false;
	if (now->kind == STEP_NOTHING) {
		errno = EAGAIN;
		return -1;
	}
	/* What has no room is for the next call. */
	message->msg_flags =
	    strlen(now->hex) / 2 > message->msg_iov->iov_len ? 0 : MSG_EOR;
	if (now->kind == STEP_UNTYPED) {
		message->msg_controllen = 0;
	} else {
		head->cmsg_level = SOL_TLS;
		head->cmsg_type = TLS_GET_RECORD_TYPE;
		head->cmsg_len = CMSG_LEN(1);
		*CMSG_DATA(head) = now->type;
	}
	return (ssize_t)from_hex(
	    now->hex, message->msg_iov->iov_base, message->msg_iov->iov_len);
}

/* Keys, of RFC 8448 section 3, and the next: see test-tls-kernel.c. */
#define SECRET \
	"9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5"
#define NEXT_KEY "3879d82f5f14056e623f2ce5bfc66fce"

static struct traffic_secret
secret_of(const char *hex)
{
	struct traffic_secret secret = { 0 };

	secret.len = from_hex(hex, secret.bytes, sizeof secret.bytes);
	return secret;
}

static void
is_hex(const uint8_t *bytes, size_t len, const char *hex)
{
	uint8_t expected[64];

	ck_assert_uint_eq(from_hex(hex, expected, sizeof expected), len);
	ck_assert_mem_eq(bytes, expected, len);
}

/* Handing over */

static const struct {
	int ulp, rx[2], result;
	unsigned calls;
} probes[] = {
	{ 0, { 0, 0 }, 0, 2 },
	{ 0, { 0, EBUSY }, -EBUSY, 2 },
	{ 0, { ENOENT, 0 }, -ENOENT, 1 },
	{ ENOENT, { 0, 0 }, -ENOENT, 0 },
};

START_TEST(the_kernel_is_asked_for_keys_twice)
{
	kernel.ulp = probes[_i].ulp;
	memcpy(kernel.rx, probes[_i].rx, sizeof kernel.rx);
	ck_assert_int_eq(ktls_receive_probe(), probes[_i].result);
	ck_assert_uint_eq(kernel.rx_calls, probes[_i].calls);
}
END_TEST

static const struct {
	bool is_tls13, has_secret;
	int ulp, rx, result;
} starts[] = {
	{ true, true, 0, 0, 0 },
	{ false, false, 0, 0, 0 },
	{ true, false, 0, 0, -ENOTSUP },
	{ true, true, ENOTCONN, 0, -ENOTCONN },
	{ true, true, 0, EINVAL, -EINVAL },
};

START_TEST(a_start_that_fails_changes_nothing)
{
	const struct ktls_receiver off = { 0 };
	const struct traffic_secret secret = starts[_i].has_secret
						 ? secret_of(SECRET)
						 : (struct traffic_secret){ 0 };
	const struct ktls_keys keys = { .is_tls13 = starts[_i].is_tls13,
		.key_len = 16 };
	struct ktls_receiver k = off;

	kernel.ulp = starts[_i].ulp;
	kernel.rx[0] = starts[_i].rx;
	ck_assert_int_eq(
	    ktls_receive_start(3, &keys, &secret, &k), starts[_i].result);
	ck_assert(k.is_on == (starts[_i].result == 0));
	if (starts[_i].result != 0)
		ck_assert_mem_eq(&k, &off, sizeof k);
	ktls_receive_done(&k);
	ck_assert_uint_eq(k.secret.len, 0);
}
END_TEST

/* Records */

#define HANDSHAKE 22
#define UPDATE    "1800000100"
#define ASKING    "1800000101"
#define LONG      "00000000000000000000000000000000" /* 16 bytes */
#define DATA                               \
	{                                  \
		STEP_RESULT, 5, 0, 0, NULL \
	}
#define ERROR(e)                              \
	{                                     \
		STEP_RESULT, -(e), 0, 0, NULL \
	}
#define EMPTY(count)                               \
	{                                          \
		STEP_RESULT, 0, (count)-1, 0, NULL \
	}
#define ALERT(bytes)                          \
	{                                     \
		STEP_CONTROL, 0, 0, 21, bytes \
	}
#define MESSAGE(bytes, count)                                \
	{                                                    \
		STEP_CONTROL, 0, (count)-1, HANDSHAKE, bytes \
	}

static const struct {
	bool is_tls12, owes_update;
	unsigned changes; /* of keys */
	struct step steps[4];
	int result;
} cases[] = {
	{ false, false, 0, { DATA }, 5 },
	{ false, false, 0, { ERROR(EAGAIN) }, -EAGAIN },
	{ false, false, 0, { ERROR(EINTR) }, -EAGAIN },
	{ false, false, 0, { ERROR(EBADMSG) }, -EBADMSG },
	{ false, false, 0, { ERROR(ECONNRESET) }, -ECONNRESET },
	{ false, false, 0, { ERROR(EKEYEXPIRED) }, -EKEYEXPIRED },
	/* the end, and what looks like it */
	{ false, false, 0, { ALERT("0100") }, 0 },
	{ true, false, 0, { ALERT("0100") }, 0 },
	{ false, false, 0, { EMPTY(100) }, -EPIPE },
	{ false, false, 0, { EMPTY(32), DATA }, 5 },
	{ false, false, 0, { EMPTY(1), ERROR(EAGAIN) }, -EAGAIN },
	/* other alerts */
	{ false, false, 0, { ALERT("0228") }, -ECONNABORTED },
	{ true, false, 0, { ALERT("0228") }, -ECONNABORTED },
	{ false, false, 0, { ALERT("0164") }, -ECONNABORTED },
	{ true, false, 0, { ALERT("0164"), DATA }, 5 },
	{ true, false, 0, { ALERT("0164"), ALERT("0164"), ALERT("0164"), DATA },
	    5 },
	{ true, false, 0,
	    { ALERT("0164"), ALERT("0164"), ALERT("0164"), ALERT("0164") },
	    -ECONNABORTED },
	{ false, false, 0, { ALERT("015a"), ALERT("0100") }, 0 },
	{ false, false, 0, { ALERT("015a"), EMPTY(100) }, -EPIPE },
	{ false, false, 0, { ALERT("01") }, -EPROTO },
	{ false, false, 0, { ALERT("") }, -EPROTO },
	{ false, false, 0, { ALERT("01000100") }, -EPROTO },
	{ false, false, 0, { ALERT("0100" LONG) }, -EPROTO },
	/* new keys */
	{ false, false, 1, { MESSAGE(UPDATE, 1), DATA }, 5 },
	{ false, true, 1, { MESSAGE(ASKING, 1), DATA }, 5 },
	{ false, true, 2, { MESSAGE(ASKING, 1), MESSAGE(UPDATE, 1), DATA }, 5 },
	{ false, true, 1, { MESSAGE(ASKING, 1), ERROR(EAGAIN) }, -EAGAIN },
	{ false, false, 8, { MESSAGE(UPDATE, 8), DATA }, 5 },
	{ false, false, 8, { MESSAGE(UPDATE, 9), DATA }, -E2BIG },
	{ true, false, 0, { MESSAGE(UPDATE, 1), DATA }, -EPROTO },
	/* other messages */
	{ false, false, 0, { MESSAGE("1800000102", 1), DATA }, -EPROTO },
	{ false, false, 0, { MESSAGE(UPDATE UPDATE, 1), DATA }, -EPROTO },
	{ false, false, 0, { MESSAGE("18000001", 1), DATA }, -EPROTO },
	{ false, false, 0, { MESSAGE("180000020000", 1), DATA }, -EPROTO },
	{ false, false, 0, { MESSAGE("0400000100", 1), DATA }, -EPROTO },
	{ true, false, 0, { MESSAGE("0100000000", 1), DATA }, -EPROTO },
	{ true, false, 0, { MESSAGE("01000010" LONG, 1), DATA }, -EPROTO },
	{ false, false, 0, { MESSAGE(UPDATE LONG, 1), DATA }, -EPROTO },
	{ false, false, 0, { { STEP_CONTROL, 0, 0, 23, LONG "00" }, DATA },
	    -EPROTO },
	{ false, false, 0, { { STEP_CONTROL, 0, 0, 99, "00" }, DATA },
	    -EPROTO },
	{ false, false, 0, { { STEP_CONTROL, 0, 0, 23, "00" }, DATA },
	    -EPROTO },
	{ false, false, 0, { { STEP_UNTYPED, 0, 0, 0, UPDATE }, DATA },
	    -EBADMSG },
	{ false, false, 0, { { STEP_NOTHING, 0, 0, 0, NULL }, DATA },
	    -EBADMSG },
};

START_TEST(records_are_what_they_are)
{
	const struct traffic_secret secret = secret_of(SECRET);
	const struct ktls_keys keys = { .is_tls13 = !cases[_i].is_tls12,
		.key_len = 16 };
	struct ktls_receiver k;

	ck_assert_int_eq(ktls_receive_start(3, &keys, &secret, &k), 0);
	kernel.step = cases[_i].steps;
	ck_assert_int_eq(ktls_receive(&k, 3, 4, 65536), cases[_i].result);
	ck_assert(k.owes_update == cases[_i].owes_update);
	ck_assert_uint_eq(kernel.rx_calls, 1 + cases[_i].changes);
	if (cases[_i].changes == 1)
		is_hex(kernel.keys.key, 16, NEXT_KEY);
	ktls_receive_done(&k);
}
END_TEST

START_TEST(data_make_up_for_what_was_none)
{
	static const struct step steps[] = { EMPTY(32), DATA, EMPTY(32), DATA,
		EMPTY(33) };
	const struct traffic_secret secret = secret_of(SECRET);
	const struct ktls_keys keys = { .is_tls13 = true, .key_len = 16 };
	struct ktls_receiver k;

	ck_assert_int_eq(ktls_receive_start(3, &keys, &secret, &k), 0);
	kernel.step = steps;
	ck_assert_int_eq(ktls_receive(&k, 3, 4, 65536), 5);
	ck_assert_int_eq(ktls_receive(&k, 3, 4, 65536), 5);
	ck_assert_int_eq(ktls_receive(&k, 3, 4, 65536), -EPIPE);
}
END_TEST

START_TEST(keys_that_the_kernel_does_not_take_end_it)
{
	static const struct step steps[] = { MESSAGE(ASKING, 1), DATA };
	const struct traffic_secret secret = secret_of(SECRET);
	const struct ktls_keys keys = { .is_tls13 = true, .key_len = 16 };
	struct ktls_receiver k;

	ck_assert_int_eq(ktls_receive_start(3, &keys, &secret, &k), 0);
	kernel.step = steps;
	kernel.rx[1] = EBUSY;
	ck_assert_int_eq(ktls_receive(&k, 3, 4, 65536), -EBUSY);
	ck_assert(!k.owes_update);
}
END_TEST

int
main(void)
{
	const struct test_case tests[] = {
		{ the_kernel_is_asked_for_keys_twice, ROWS(probes) },
		{ a_start_that_fails_changes_nothing, ROWS(starts) },
		{ records_are_what_they_are, ROWS(cases) },
		{ data_make_up_for_what_was_none, 0 },
		{ keys_that_the_kernel_does_not_take_end_it, 0 },
	};

	return test_main("ktls-receive", tests, ROWS(tests));
}
