/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Which of our own certificates have to be renewed, whether the server's chain
 * is whole, and who is told of it.
 */
#include <config.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/monitor/expiry.h"
#include "helper/monitor/registry/metrics_text.h"
#include "status/record.h"
#include "tests/certificates.h"
#include "tests/capture.h"
#include "tests/test.h"
#include "x509/inventory.h"
#include "x509/store.h"

#define OK(call) ck_assert_int_ge((call), 0)
#define DAY      (24 * HOUR)
/* Of all certificates here. */
#define BEGIN (NOON - 99 * DAY)
#define END   (NOON + HOUR)

/* Root, Cross (the same CA by the root of others), Issuing, Second, leaf. */
enum who {
	ROOT,
	CROSS,
	ISSUING,
	SECOND,
	LEAF,
	ALIEN,
	WHO_COUNT
};

struct stage {
	struct made made[WHO_COUNT];
	gnutls_datum_t pem[WHO_COUNT];
	struct files files;
};

static void
for_months(struct making *m)
{
	OK(gnutls_x509_crt_set_activation_time(m->cert, BEGIN));
}

static void
stage_set(struct stage *s)
{
	struct made alien = make_ca("Alien", NULL, NULL);
	struct made root = make_ca("Root", NULL, for_months);
	struct made issuing = make_ca("Issuing", &root, for_months);
	struct made second = make_ca("Second", &issuing, NULL);

	s->made[ALIEN] = alien;
	s->made[ROOT] = root;
	s->made[CROSS] = make_cross(&issuing, &alien, NULL);
	s->made[ISSUING] = issuing;
	s->made[SECOND] = second;
	s->made[LEAF] = make_leaf("leaf", &second, for_months);
	for (int i = 0; i < WHO_COUNT; i++)
		s->pem[i] = pem_of(&s->made[i]);
	files_init(&s->files);
	ck_assert_int_eq(chdir(s->files.dir), 0);
}

static void
stage_clear(struct stage *s)
{
	for (int i = 0; i < WHO_COUNT; i++) {
		gnutls_free(s->pem[i].data);
		unmake(&s->made[i]);
	}
	files_done(&s->files);
}

/* Write those of a list that ends with WHO_COUNT. */
static void
write_list(const struct stage *s, const char *name, const enum who *list)
{
	gnutls_datum_t texts[WHO_COUNT];
	size_t count = 0;

	for (; list[count] != WHO_COUNT; count++)
		texts[count] = s->pem[list[count]];
	(void)write_file(&s->files, name, texts, count);
}

static const struct {
	const char *about;
	enum who sent[WHO_COUNT], client_ca[WHO_COUNT];
	const char *gap, *missing; /* NULL: it is whole */
} chains[] = {
	{ "all up to the root", { LEAF, SECOND, ISSUING, ROOT, WHO_COUNT },
	    { ALIEN, WHO_COUNT }, NULL, NULL },
	{ "all but a root that is known here",
	    { LEAF, SECOND, ISSUING, WHO_COUNT }, { ROOT, WHO_COUNT }, NULL,
	    NULL },
	{ "in another order", { LEAF, ROOT, ISSUING, SECOND, WHO_COUNT },
	    { ALIEN, WHO_COUNT }, NULL, NULL },
	{ "a root alone", { ROOT, WHO_COUNT }, { ALIEN, WHO_COUNT }, NULL,
	    NULL },
	{ "two ways, of which the second leads to a root",
	    { LEAF, SECOND, CROSS, ISSUING, WHO_COUNT }, { ROOT, WHO_COUNT },
	    NULL, NULL },
	{ "two ways, of which the first leads to a root",
	    { LEAF, SECOND, ISSUING, CROSS, WHO_COUNT }, { ROOT, WHO_COUNT },
	    NULL, NULL },
	{ "without the first issuer", { LEAF, WHO_COUNT }, { ROOT, WHO_COUNT },
	    "CN=leaf", "CN=Second" },
	{ "without the second issuer", { LEAF, SECOND, WHO_COUNT },
	    { ROOT, WHO_COUNT }, "CN=Second", "CN=Issuing" },
	{ "with a hole in the middle", { LEAF, ISSUING, ROOT, WHO_COUNT },
	    { ROOT, WHO_COUNT }, "CN=leaf", "CN=Second" },
	{ "without an issuer that is known here, but is no root",
	    { LEAF, WHO_COUNT }, { SECOND, WHO_COUNT }, "CN=leaf",
	    "CN=Second" },
	{ "up to a root that nobody knows",
	    { LEAF, SECOND, ISSUING, WHO_COUNT }, { ALIEN, WHO_COUNT },
	    "CN=Issuing", "CN=Root" },
};

/* What is said of the chain in the file "server"; FINE must say nothing. */
static void
expect_chain(const struct x509_inventory *inventory, size_t row)
{
	char text[X509_SAYING_MAX], want[256];
	size_t count, gaps = 0;
	const struct x509_item *items = x509_inventory_items(inventory, &count);

	for (size_t i = 0; i < count; i++) {
		if (x509_item_chain(&items[i], text) == X509_LEVEL_FINE)
			continue;
		gaps++;
		(void)snprintf(want, sizeof want,
		    "the chain ends with \"%s\", and its issuer \"%s\" ",
		    chains[row].gap, chains[row].missing);
		ck_assert_msg(strncmp(text, want, strlen(want)) == 0, "%s: %s",
		    chains[row].about, text);
	}
	ck_assert_msg(gaps == (chains[row].gap != NULL ? 1 : 0), "%s: %zu gaps",
	    chains[row].about, gaps);
}

START_TEST(a_chain_that_ends_early_is_told)
{
	struct x509_store *store = x509_store_new(X509_STALE_REFUSE);
	struct x509_inventory *inventory = x509_inventory_new();
	struct x509_error error;
	struct stage s;

	stage_set(&s);
	write_list(&s, "server", chains[_i].sent);
	write_list(&s, "ca", chains[_i].client_ca);
	OK(x509_store_add_cas(store, "ca", &error));
	OK(x509_inventory_add_server(inventory, "server", store, &error));
	expect_chain(inventory, (size_t)_i);
	(void)x509_inventory_free(inventory);
	(void)x509_store_free(store);
	stage_clear(&s);
}
END_TEST

/* An inventory with a server's certificate, "server", and its CA, "ca". */
static struct x509_inventory *
inventory_of(struct stage *s)
{
	struct x509_inventory *inventory = x509_inventory_new();
	struct x509_error error;

	write_list(s, "server", (enum who[]){ LEAF, WHO_COUNT });
	write_list(s, "ca", (enum who[]){ ROOT, ISSUING, WHO_COUNT });
	OK(x509_inventory_add_server(inventory, "server", NULL, &error));
	OK(x509_inventory_add_cas(inventory, "ca", &error));
	return inventory;
}

#define SOON " warning: server: \"CN=leaf\" expires on 2033-05-18 04:33 UTC\n"
#define OVER " error: server: \"CN=leaf\" has expired on 2033-05-18 04:33 UTC\n"
#define EARLY \
	" error: server: \"CN=leaf\" is not valid before 2033-02-08 03:33 UTC\n"
#define CHAIN " warning: server: the chain ends with \"CN=leaf\", and its "

static const struct {
	time_t since, now;
	const char *said[3]; /* of the server's; NULL behind the last */
	time_t next;
} times[] = {
	{ 0, BEGIN - 1, { EARLY, CHAIN }, END - 30 * DAY },
	{ 0, BEGIN, { CHAIN }, END - 30 * DAY },
	{ 0, END - 30 * DAY - 1, { CHAIN }, END - 30 * DAY },
	{ 0, END - 30 * DAY, { SOON, CHAIN }, END },
	{ 0, END - 1, { SOON, CHAIN }, END },
	{ 0, END, { OVER, CHAIN }, 0 },
	{ 0, END + 99 * DAY, { OVER, CHAIN }, 0 },
	/* What was told already is told again when it has changed only. */
	{ BEGIN, END - 30 * DAY - 1, { NULL }, END - 30 * DAY },
	{ BEGIN, END - 30 * DAY, { SOON }, END },
	{ END - 30 * DAY, END - 1, { NULL }, END },
	{ END - 30 * DAY, END, { OVER }, 0 },
	{ BEGIN, END + 1, { OVER }, 0 },
	{ END, END + 1, { NULL }, 0 },
};

/* What expiry_log() writes, on stderr. */
static void
log_of(const struct x509_inventory *inventory, time_t since, time_t now,
    char *ret, size_t size)
{
	struct capture capture = capture_begin();

	log_open(LOG_TARGET_STDERR, "monitor", false);
	expiry_log(inventory, since, now);
	capture_end(&capture, ret, size);
}

static size_t
lines_about(const char *text, const char *file)
{
	char what[64];
	size_t n = 0;

	(void)snprintf(what, sizeof what, ": %s: ", file);
	while ((text = strstr(text, what)) != NULL) {
		text++;
		n++;
	}
	return n;
}

START_TEST(the_log_tells_when_certificates_end_and_tells_it_once)
{
	struct x509_inventory *inventory;
	char text[4096];
	size_t said = 0;
	struct stage s;

	stage_set(&s);
	inventory = inventory_of(&s);
	log_of(inventory, times[_i].since, times[_i].now, text, sizeof text);
	for (; times[_i].said[said] != NULL; said++)
		ck_assert_msg(
		    strstr(text, times[_i].said[said]) != NULL, "%s", text);
	ck_assert_msg(lines_about(text, "server") == said, "%s", text);
	/* Both CAs end at the same time, and have no chain to send. */
	said -= strstr(text, CHAIN) != NULL;
	ck_assert_msg(lines_about(text, "ca") == 2 * said, "%s", text);
	ck_assert_int_eq(expiry_next(inventory, times[_i].now), times[_i].next);
	(void)x509_inventory_free(inventory);
	stage_clear(&s);
}
END_TEST

START_TEST(a_file_that_is_named_twice_is_counted_once)
{
	struct x509_inventory *inventory;
	struct x509_error error;
	struct stage s;
	size_t before, after;

	stage_set(&s);
	inventory = inventory_of(&s);
	(void)x509_inventory_items(inventory, &before);
	OK(x509_inventory_add_server(inventory, "server", NULL, &error));
	OK(x509_inventory_add_cas(inventory, "ca", &error));
	(void)x509_inventory_items(inventory, &after);
	ck_assert_uint_eq(before, 3);
	ck_assert_uint_eq(after, before);
	(void)x509_inventory_free(inventory);
	stage_clear(&s);
}
END_TEST

/* The text of metrics about an inventory, as it is in a record. */
static size_t
metrics_of(const struct x509_inventory *inventory, char *buf)
{
	static struct metrics metrics;
	const struct helper_config config = { .listener_count = 0 };
	const struct metrics_more more = { .config = &config,
		.inventory = inventory };
	FILE *to = fmemopen(buf, METRICS_TEXT_MAX + 1, "w");
	size_t len;

	metrics_init(&metrics, 0);
	metrics_write(to, &metrics, &more);
	(void)fputc('\0', to);
	ck_assert(fflush(to) == 0 && ferror(to) == 0);
	len = (size_t)ftell(to);
	(void)fclose(to);
	return len;
}

#define GAUGE "\nstssl_certificate_expiration_timestamp_seconds"

START_TEST(metrics_have_the_end_of_each_certificate)
{
	static char buf[METRICS_TEXT_MAX + 1];
	static const char *const rows[] = {
		GAUGE "{use=\"server\",file=\"server\",number=\"1\","
		      "subject=\"CN=leaf\"} 2000003600\n",
		GAUGE "{use=\"client-ca\",file=\"ca\",number=\"1\","
		      "subject=\"CN=Root\"} 2000003600\n",
		GAUGE "{use=\"client-ca\",file=\"ca\",number=\"2\","
		      "subject=\"CN=Issuing\"} 2000003600\n",
		GAUGE "{use=\"link\",file=\"server\",number=\"1\","
		      "subject=\"CN=leaf\"} 2000003600\n",
		GAUGE "{use=\"edge\",file=\"server\",number=\"1\","
		      "subject=\"CN=leaf\"} 2000003600\n",
	};
	struct x509_inventory *inventory;
	struct x509_error error;
	struct stage s;

	stage_set(&s);
	inventory = inventory_of(&s);
	OK(x509_inventory_add_pinned(
	    inventory, X509_USE_LINK, "server", &error));
	OK(x509_inventory_add_pinned(
	    inventory, X509_USE_EDGE, "server", &error));
	(void)metrics_of(inventory, buf);
	for (size_t i = 0; i < ROWS(rows); i++)
		ck_assert_msg(strstr(buf, rows[i]) != NULL, "%s", buf);
	(void)x509_inventory_free(inventory);
	stage_clear(&s);
}
END_TEST

START_TEST(of_links_dates_are_told_and_no_chain)
{
	struct x509_inventory *inventory = x509_inventory_new();
	struct x509_error error;
	char text[X509_SAYING_MAX];
	const struct x509_item *items;
	struct stage s;
	size_t count;

	stage_set(&s);
	write_list(&s, "link", (enum who[]){ LEAF, WHO_COUNT });
	OK(x509_inventory_add_pinned(inventory, X509_USE_LINK, "link", &error));
	items = x509_inventory_items(inventory, &count);
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(
	    x509_item_dates(&items[0], END, text), X509_LEVEL_ERROR);
	ck_assert_int_eq(x509_item_chain(&items[0], text), X509_LEVEL_FINE);
	(void)x509_inventory_free(inventory);
	stage_clear(&s);
}
END_TEST

START_TEST(metrics_of_more_certificates_than_fit_are_whole_all_the_same)
{
	static char buf[METRICS_TEXT_MAX + 1];
	struct x509_inventory *inventory;
	struct x509_error error;
	char name[64];
	struct stage s;

	stage_set(&s);
	inventory = inventory_of(&s);
	for (int i = 0; i < 2000; i++) {
		(void)snprintf(name, sizeof name, "ca-%d-with\n\"%040d", i, 0);
		write_list(&s, name, (enum who[]){ ROOT, WHO_COUNT });
		OK(x509_inventory_add_cas(inventory, name, &error));
	}
	ck_assert_uint_gt(metrics_of(inventory, buf), METRICS_TEXT_MAX - 16384);
	ck_assert_ptr_nonnull(strstr(buf, "CN=leaf"));
	ck_assert_ptr_nonnull(strstr(buf, "file=\"ca-0-with\\\\x0a\\\"000"));
	ck_assert_str_eq(buf + strlen(buf) - 6, "# EOF\n");
	(void)x509_inventory_free(inventory);
	stage_clear(&s);
}
END_TEST

int
main(void)
{
	const struct test_case cases[] = {
		{ a_chain_that_ends_early_is_told, ROWS(chains) },
		{ the_log_tells_when_certificates_end_and_tells_it_once,
		    ROWS(times) },
		{ a_file_that_is_named_twice_is_counted_once, 0 },
		{ of_links_dates_are_told_and_no_chain, 0 },
		{ metrics_have_the_end_of_each_certificate, 0 },
		{ metrics_of_more_certificates_than_fit_are_whole_all_the_same,
		    0 },
	};

	return test_main("expiry", cases, ROWS(cases));
}
