/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What an Edge says of its client's TLS: what a worker can say, and no name.
 */
#include <config.h>
#include "helper/worker/link/record.h"

#include <errno.h>

#include "tests/test.h"

#define RECORD                                \
	"SSL_PROTOCOL=TLSv1.3\0"              \
	"SSL_CIPHER=TLS_AES_256_GCM_SHA384\0" \
	"SSL_TLS_SNI=ftp.example.org\0"       \
	"SSL_SESSION_RESUMED=Initial"
#define TEXT(literal) literal, sizeof(literal)

static const struct {
	const char *text;
	size_t len;
	bool is_sound;
} records[] = {
	{ TEXT(RECORD), true },
	{ TEXT("SSL_SESSION_RESUMED=Resumed\0SSL_CIPHER=x\0"
	       "SSL_PROTOCOL=TLSv1.2"),
	    true },
	{ TEXT("SSL_PROTOCOL=TLSv1.3\0SSL_CIPHER=x"), false },
	{ TEXT("SSL_PROTOCOL=TLSv1.3\0SSL_SESSION_RESUMED=Initial"), false },
	{ TEXT("SSL_CIPHER=x\0SSL_SESSION_RESUMED=Initial"), false },
	{ TEXT(""), false },
	{ TEXT(RECORD "\0"), false },
	{ TEXT(RECORD "\0SSL_CIPHER=x"), false },
	{ TEXT(RECORD "\0SSL_TLS_SNI=x"), false },
	{ TEXT(RECORD "\0STSSL_VERSION=1"), false },
	{ TEXT(RECORD "\0STSSL_EDGE=dmz1"), false },
	{ TEXT(RECORD "\0STSSL_SESSION=1"), false },
	{ TEXT(RECORD "\0STSSL_USER=root"), false },
	{ TEXT(RECORD "\0REMOTE_ADDR=192.0.2.1"), false },
	{ TEXT(RECORD "\0SSL_CLIENT_VERIFY=SUCCESS"), false },
	{ TEXT(RECORD "\0SSL_CLIENT_VERIFY=NONE"), false },
	{ TEXT(RECORD "\0SSL_CLIENT_S_DN=CN=root"), false },
	{ TEXT(RECORD "\0SSL_CLIENT_SAN_Email_0=root"), false },
	{ TEXT(RECORD "\0SSL_CLIENT_SPKI_SHA256=00"), false },
	{ TEXT(RECORD "\0LD_PRELOAD=x"), false },
	{ TEXT("SSL_PROTOCOL=TLSv1.1\0SSL_CIPHER=x\0"
	       "SSL_SESSION_RESUMED=Initial"),
	    false },
	{ TEXT("SSL_PROTOCOL=TLSv1.3\0SSL_CIPHER=\0"
	       "SSL_SESSION_RESUMED=Initial"),
	    false },
	{ TEXT("SSL_PROTOCOL=TLSv1.3\0SSL_CIPHER=a\nb\0"
	       "SSL_SESSION_RESUMED=Initial"),
	    false },
	{ TEXT("SSL_PROTOCOL=TLSv1.3\0SSL_CIPHER=x\0SSL_TLS_SNI=\x1b[m\0"
	       "SSL_SESSION_RESUMED=Initial"),
	    false },
	{ TEXT("SSL_PROTOCOL=TLSv1.3\0SSL_CIPHER=x\0"
	       "SSL_SESSION_RESUMED=initial"),
	    false },
};

START_TEST(a_record_says_of_tls_what_a_worker_says_and_nothing_else)
{
	ck_assert_int_eq(
	    link_record_is_sound(records[_i].text, records[_i].len),
	    records[_i].is_sound);
}
END_TEST

START_TEST(a_record_loses_what_a_link_does_not_carry)
{
	static const struct {
		enum stssl_key key;
		const char *value;
	} all[] = {
		{ STSSL_KEY_STSSL_SESSION, "1" },
		{ STSSL_KEY_REMOTE_ADDR, "192.0.2.1" },
		{ STSSL_KEY_SSL_PROTOCOL, "TLSv1.3" },
		{ STSSL_KEY_SSL_CIPHER, "x" },
		{ STSSL_KEY_SSL_SESSION_RESUMED, "Initial" },
		{ STSSL_KEY_SSL_CLIENT_VERIFY, "NONE" },
	};
	struct stssl_record r, same;
	char text[LINK_RECORD_MAX];
	size_t len;

	stssl_record_init(&r);
	stssl_record_init(&same);
	for (size_t i = 0; i < ROWS(all); i++)
		ck_assert_int_eq(
		    stssl_record_put(&r, all[i].key, all[i].value), 0);
	ck_assert_int_eq(link_record_take(&r, text, &len), 0);
	ck_assert(link_record_is_sound(text, len));
	ck_assert_int_eq(link_record_put(text, len, &same), 0);
	for (size_t i = 0; i < ROWS(all); i++) {
		const char *value = stssl_record_get(&same, all[i].key);

		if (i < 2 || i > 4)
			ck_assert_ptr_null(value);
		else
			ck_assert_str_eq(value, all[i].value);
	}
	ck_assert_int_eq(link_record_put(text, len, &same), -EEXIST);
	stssl_record_done(&r);
	stssl_record_done(&same);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_record_says_of_tls_what_a_worker_says_and_nothing_else,
		    ROWS(records) },
		{ a_record_loses_what_a_link_does_not_carry, 0 },
	};

	return test_main("link-record", cases, ROWS(cases));
}
