/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The lines of the log about revocation lists that end.
 */
#include <config.h>
#include "helper/monitor/expiry.h"

#include <string.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "tests/certificates.h"
#include "tests/capture.h"
#include "tests/test.h"
#include "x509/store.h"

#define DAY (24 * HOUR)

static const struct {
	time_t life; /* of a list that begins at NOON */
	enum x509_stale stale;
	time_t since, now;
	const char *line; /* of its end; NULL: nothing is said */
	time_t next;
} ends[] = {
	{ 30 * DAY, X509_STALE_REFUSE, 0, NOON, NULL, NOON + 23 * DAY },
	{ 30 * DAY, X509_STALE_REFUSE, 0, NOON + 23 * DAY,
	    "warning: list: list of \"CN=Root\": out of date from "
	    "2033-06-17T03:33:20Z on",
	    NOON + 30 * DAY },
	{ 30 * DAY, X509_STALE_REFUSE, NOON + 23 * DAY, NOON + 24 * DAY, NULL,
	    NOON + 30 * DAY },
	{ 30 * DAY, X509_STALE_REFUSE, NOON + 24 * DAY, NOON + 30 * DAY,
	    "error: list: list of \"CN=Root\": out of date since "
	    "2033-06-17T03:33:20Z: this CA's certificates are refused",
	    0 },
	{ 30 * DAY, X509_STALE_WARN, 0, NOON + 31 * DAY,
	    "warning: list: list of \"CN=Root\": out of date since "
	    "2033-06-17T03:33:20Z: used nevertheless (stale-crl = warn)",
	    0 },
	{ 30 * DAY, X509_STALE_REFUSE, NOON + 30 * DAY, NOON + 31 * DAY, NULL,
	    0 },
	/* A list of a day is not always about to end. */
	{ DAY, X509_STALE_REFUSE, 0, NOON, NULL, NOON + DAY / 2 },
	{ DAY, X509_STALE_REFUSE, 0, NOON - 1,
	    "error: list: list of \"CN=Root\": not valid before "
	    "2033-05-18T03:33:20Z",
	    NOON + DAY / 2 },
};

/* What expiry_log_lists() writes, on stderr. */
static void
log_of(const struct x509_store *store, time_t since, time_t now, char *ret,
    size_t size)
{
	struct capture capture = capture_begin();

	log_open(LOG_TARGET_STDERR, "monitor", false);
	expiry_log_lists(store, since, now);
	capture_end(&capture, ret, size);
}

START_TEST(the_log_tells_when_lists_end)
{
	struct made ca = make_ca("Root", NULL, NULL);
	gnutls_datum_t pem = pem_of(&ca), list = make_list(&ca, NOON,
					      NOON + ends[_i].life, NULL, 0);
	struct x509_store *store = x509_store_new(ends[_i].stale);
	struct x509_error error;
	struct files files;
	char text[1024];

	files_init(&files);
	ck_assert_int_eq(chdir(files.dir), 0);
	(void)write_file(&files, "ca", &pem, 1);
	(void)write_file(&files, "list", &list, 1);
	ck_assert_int_eq(x509_store_add_cas(store, "ca", &error), 0);
	ck_assert_int_eq(x509_store_add_lists(store, "list", &error), 0);
	log_of(store, ends[_i].since, ends[_i].now, text, sizeof text);
	if (ends[_i].line == NULL)
		ck_assert_str_eq(text, "");
	else
		ck_assert_msg(strstr(text, ends[_i].line) != NULL, "%s", text);
	ck_assert_int_eq(expiry_next_list(store, ends[_i].now), ends[_i].next);
	(void)x509_store_free(store);
	gnutls_free(pem.data);
	gnutls_free(list.data);
	unmake(&ca);
	files_done(&files);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ the_log_tells_when_lists_end, ROWS(ends) },
	};

	return test_main("revocation", cases, ROWS(cases));
}
