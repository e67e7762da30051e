/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Counters move when what they count happens, and their text is one that a
 * reader takes.
 */
#include <config.h>
#include "tests/registry-stage.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helper/monitor/registry/metrics_text.h"
#include "setup/config.h"

static char *
text_of(const struct metrics *metrics)
{
	struct backend_address server;
	struct listen_config listeners[] = { { .name = "ftp" },
		{ .name = "ftps", .link_to = { &server, 1 } } };
	const struct helper_config config = { .listeners = listeners,
		.listener_count = ROWS(listeners) };
	const struct metrics_more more = { .config = &config };
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	metrics_write(to, metrics, &more);
	ck_assert_int_eq(fclose(to), 0);
	return text;
}

/* The sample is there with this value; with a negative one: it is not there. */
static void
expect(const struct metrics *metrics, const char *sample, int value)
{
	char *text = text_of(metrics), line[256];
	const char *found;

	(void)snprintf(line, sizeof line, "\n%s ", sample);
	found = strstr(text, line);
	ck_assert_msg((found != NULL) == (value >= 0), "%s: %s", sample, text);
	if (found != NULL)
		ck_assert_int_eq(strtol(found + strlen(line), NULL, 10), value);
	free(text);
}

static size_t
count_of(const struct metrics *metrics, const char *what)
{
	char *text = text_of(metrics);
	size_t n = 0;

	for (const char *at = text; (at = strstr(at, what)) != NULL; at++)
		n++;
	free(text);
	return n;
}

#define LOGINS(class, verdict) \
	"stssl_logins_total{class=\"" class "\",verdict=\"" verdict "\"}"

START_TEST(classes_are_told_apart_up_to_a_number)
{
	static struct metrics metrics;
	char name[32];

	metrics_init(&metrics, 0);
	for (int i = 0; i < METRICS_CLASSES + 44; i++) {
		(void)snprintf(name, sizeof name, "class-%d", i);
		metrics_login(&metrics, name, STSSL_VERDICT_PASSWORD);
	}
	metrics_login(&metrics, "class-255", STSSL_VERDICT_PASSWORD);
	metrics_login(&metrics, "class-256", STSSL_VERDICT_PASSWORD);
	expect(&metrics, LOGINS("class-0", "password"), 1);
	expect(&metrics, LOGINS("class-255", "password"), 2);
	expect(&metrics, LOGINS("class-256", "password"), -1);
	expect(&metrics, LOGINS("(other)", "password"), 45);
	ck_assert_uint_eq(
	    count_of(&metrics, "\nstssl_logins_total{"), METRICS_CLASSES + 1);
	metrics_done(&metrics);
}
END_TEST

static const struct {
	const char *name, *sample;
} names[] = {
	{ "", LOGINS("", "accept") },
	{ "a b", LOGINS("a b", "accept") },
	{ "back\\slash", LOGINS("back\\\\slash", "accept") },
	{ "quo\"te", LOGINS("quo\\\"te", "accept") },
	{ "new\nline", LOGINS("new\\\\x0aline", "accept") },
	{ "g\303\244ste", LOGINS("g\303\244ste", "accept") },
	/* They must not look like another one. */
	{ "g\344ste", LOGINS("(other)", "accept") },
	{ "(other)", LOGINS("(other)", "accept") },
	{ "0123456789012345678901234567890123456789012345678901234567890123"
	  "4",
	    LOGINS("(other)", "accept") },
};

START_TEST(the_name_of_a_class_is_made_harmless)
{
	static struct metrics metrics;

	metrics_init(&metrics, 0);
	metrics_login(&metrics, names[_i].name, STSSL_VERDICT_ACCEPT);
	expect(&metrics, names[_i].sample, 1);
	metrics_done(&metrics);
}
END_TEST

static void
decide(struct mail *mail, enum stssl_verdict verdict)
{
	struct session_entry *e = mail->entry;

	stssl_record_done(&e->login);
	stssl_record_init(&e->login);
	ck_assert_int_eq(
	    stssl_record_put(&e->login, STSSL_KEY_STSSL_CLASS, "guests"), 0);
	e->is_decided = true;
	e->verdict = verdict;
	registry_login(mail->registry, e);
}

START_TEST(a_login_is_one_when_it_is_decided_and_welcome)
{
	const struct message welcome = { .type = MESSAGE_WELCOME,
		.u.welcome.session = 1 };
	const struct metrics *metrics;
	struct mail mail;

	mail_open(&mail);
	metrics = registry_metrics(mail.registry);
	/* The module decides twice; a stream is welcome before. */
	if (_i == 1)
		ck_assert_int_eq(post(&mail, &welcome, NULL, 0), 0);
	decide(&mail, STSSL_VERDICT_PASSWORD);
	expect(metrics, LOGINS("guests", "password"), _i == 1 ? 1 : -1);
	decide(&mail, STSSL_VERDICT_PASSWORD);
	ck_assert_int_eq(post(&mail, &welcome, NULL, 0), 0);
	expect(metrics, LOGINS("guests", "password"), 1);
	ck_assert_int_eq(post(&mail, &welcome, NULL, 0), 0);
	decide(&mail, STSSL_VERDICT_ACCEPT);
	expect(metrics, LOGINS("guests", "password"), 1);
	expect(metrics, LOGINS("guests", "accept"), -1);
	mail_close(&mail);
}
END_TEST

START_TEST(each_refusal_counts_and_is_no_login)
{
	const struct message welcome = { .type = MESSAGE_WELCOME,
		.u.welcome.session = 1 };
	const struct metrics *metrics;
	struct mail mail;

	mail_open(&mail);
	metrics = registry_metrics(mail.registry);
	decide(&mail, STSSL_VERDICT_REFUSE);
	decide(&mail, STSSL_VERDICT_REFUSE);
	expect(metrics, LOGINS("guests", "refuse"), 2);
	decide(&mail, STSSL_VERDICT_ACCEPT);
	ck_assert_int_eq(post(&mail, &welcome, NULL, 0), 0);
	expect(metrics, LOGINS("guests", "accept"), 1);
	expect(metrics, LOGINS("guests", "refuse"), 2);
	mail_close(&mail);
}
END_TEST

#define SESSIONS(listener, tls) \
	"stssl_sessions{listener=\"" listener "\",tls=\"" tls "\"}"

START_TEST(sessions_are_counted_as_they_come_and_go)
{
	static char text[] = RECORD "SSL_PROTOCOL=TLSv1.3";
	struct message m = { .type = MESSAGE_PUBLISH,
		.u.publish = { .session = 1, .text_len = sizeof text } };
	const struct metrics *metrics;
	struct stssl_address peer;
	struct mail mail;

	mail_open(&mail);
	metrics = registry_metrics(mail.registry);
	ck_assert_int_eq(stssl_address_parse("192.0.2.7:1000", &peer), 0);
	ck_assert_int_eq(registry_add(mail.registry, 3, &bob, 1, &peer), 0);
	expect(metrics, SESSIONS("ftp", "none"), 2);
	expect(metrics, SESSIONS("ftps", "none"), 1);
	m.u.publish.connection = connection_of(HERE);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(post(&mail, &m, text, sizeof text), 0);
	expect(metrics, SESSIONS("ftp", "none"), 1);
	expect(metrics, SESSIONS("ftp", "TLSv1.3"), 1);
	registry_remove_owner(mail.registry, &alice);
	registry_remove_owner(mail.registry, &bob);
	ck_assert(!registry_sweep(mail.registry, 64));
	expect(metrics, SESSIONS("ftp", "none"), 0);
	expect(metrics, SESSIONS("ftp", "TLSv1.3"), 0);
	expect(metrics, SESSIONS("ftps", "none"), 0);
	expect(metrics, "stssl_accepted_total", 3);
	mail_close(&mail);
}
END_TEST

#define HEX                                \
	"000102030405060708090a0b0c0d0e0f" \
	"101112131415161718191a1b1c1d1e1f"
#define SAME(hex) "stssl_link_policy_info{listener=\"ftps\",sha256=\"" hex "\"}"
#define OTHER(listener) \
	"stssl_link_policy_mismatches_total{listener=\"" listener "\"}"

START_TEST(links_between_different_policies_are_counted)
{
	static struct metrics metrics;
	uint8_t digest[MESSAGE_DIGEST_BYTES];

	for (size_t i = 0; i < sizeof digest; i++)
		digest[i] = (uint8_t)i;
	metrics_init(&metrics, 0);
	expect(&metrics, OTHER("ftp"), -1);
	expect(&metrics, OTHER("ftps"), 0);
	ck_assert_uint_eq(count_of(&metrics, "\nstssl_link_policy_info{"), 0);
	metrics_policy(&metrics, 1, true, digest);
	expect(&metrics, SAME(HEX), 1);
	expect(&metrics, OTHER("ftps"), 0);
	digest[0] = 0xff;
	metrics_policy(&metrics, 1, false, digest);
	expect(&metrics, SAME(HEX), -1);
	ck_assert_uint_eq(count_of(&metrics, "sha256=\"ff0102"), 1);
	expect(&metrics, OTHER("ftps"), 1);
	metrics_policy(&metrics, 1, false, NULL);
	ck_assert_uint_eq(count_of(&metrics, "\nstssl_link_policy_info{"), 0);
	expect(&metrics, OTHER("ftps"), 2);
	metrics_done(&metrics);
}
END_TEST

#define UP     "stssl_backend_up{listener=\"ftp\"}"
#define MISSED "stssl_backend_failures_total{listener=\"ftp\"}"

START_TEST(a_backend_is_up_or_down_by_its_last_client)
{
	static char text[] = RECORD "SSL_PROTOCOL=TLSv1.3";
	struct message known = { .type = MESSAGE_PUBLISH,
		.u.publish = { .session = 1, .text_len = sizeof text } };
	const struct message missed = { .type = MESSAGE_UNREACHABLE,
		.u.unreachable.session = 1 };
	const struct metrics *metrics;
	struct mail mail;

	mail_open(&mail);
	metrics = registry_metrics(mail.registry);
	known.u.publish.connection = connection_of(HERE);
	expect(metrics, UP, -1);
	expect(metrics, MISSED, 0);
	ck_assert_int_eq(post(&mail, &known, text, sizeof text), 0);
	expect(metrics, UP, 1);
	/* Of one session it is told once. */
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(post(&mail, &missed, NULL, 0), 0);
	expect(metrics, UP, 0);
	expect(metrics, MISSED, 1);
	expect(metrics, "stssl_backend_failures_total{listener=\"ftps\"}", 0);
	mail_close(&mail);
}
END_TEST

START_TEST(reloads_are_counted_and_the_last_one_is_remembered)
{
	static struct metrics metrics;

	metrics_init(&metrics, 1000);
	expect(&metrics, "stssl_last_reload_successful", 1);
	expect(&metrics, "stssl_last_reload_timestamp_seconds", 1000);
	metrics_reload(&metrics, true, 2000);
	metrics_reload(&metrics, false, 3000);
	expect(&metrics, "stssl_reloads_total{result=\"done\"}", 1);
	expect(&metrics, "stssl_reloads_total{result=\"failed\"}", 1);
	expect(&metrics, "stssl_last_reload_successful", 0);
	expect(&metrics, "stssl_last_reload_timestamp_seconds", 3000);
	expect(&metrics, "stssl_last_reload_success_timestamp_seconds", 2000);
	metrics_reload(&metrics, true, 4000);
	expect(&metrics, "stssl_last_reload_successful", 1);
	expect(&metrics, "stssl_last_reload_success_timestamp_seconds", 4000);
	expect(&metrics, "stssl_start_timestamp_seconds", 1000);
	expect(
	    &metrics, "stssl_build_info{version=\"" PACKAGE_VERSION "\"}", 1);
	metrics_done(&metrics);
}
END_TEST

size_t
metrics_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ classes_are_told_apart_up_to_a_number, 0 },
		{ the_name_of_a_class_is_made_harmless, ROWS(names) },
		{ a_login_is_one_when_it_is_decided_and_welcome, 2 },
		{ each_refusal_counts_and_is_no_login, 0 },
		{ sessions_are_counted_as_they_come_and_go, 0 },
		{ links_between_different_policies_are_counted, 0 },
		{ a_backend_is_up_or_down_by_its_last_client, 0 },
		{ reloads_are_counted_and_the_last_one_is_remembered, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
