/* SPDX-License-Identifier: BSD-2-Clause
 *
 * OCSP in the helper: what comes of an answer, what is remembered, and the
 * process that asks, with one that the test provides.
 */
#include <config.h>
#include "tests/test-helper-process.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "helper/base/message.h"
#include "helper/inquirer/findings.h"
#include "helper/inquirer/responders.h"
#include "helper/monitor/children/inquiries.h"
#include "helper/worker/session_steps.h"

#define GOOD    STSSL_FAILURE_NONE
#define F(word) STSSL_FAILURE_##word

/* What comes of an answer */

static const struct {
	enum ocsp_mode mode;
	enum x509_ocsp found;
	enum stssl_failure failure;
} judgements[] = {
	{ OCSP_SOFT, X509_OCSP_GOOD, GOOD },
	{ OCSP_SOFT, X509_OCSP_REVOKED, F(REVOKED) },
	{ OCSP_SOFT, X509_OCSP_UNKNOWN, GOOD },
	{ OCSP_HARD, X509_OCSP_GOOD, GOOD },
	{ OCSP_HARD, X509_OCSP_REVOKED, F(REVOKED) },
	{ OCSP_HARD, X509_OCSP_UNKNOWN, F(CRL_STALE) },
};

START_TEST(soft_and_hard_differ_without_an_answer)
{
	ck_assert_int_eq(
	    session_ocsp_judge(judgements[_i].mode, judgements[_i].found),
	    judgements[_i].failure);
}
END_TEST

static const struct {
	enum ocsp_mode mode;
	struct tls_certificate certificate;
	bool matters;
} certificates[] = {
	{ OCSP_OFF, { true, GOOD }, false },
	{ OCSP_SOFT, { true, GOOD }, true },
	{ OCSP_HARD, { true, GOOD }, true },
	{ OCSP_HARD, { false, GOOD }, false },
	{ OCSP_HARD, { true, F(EXPIRED) }, false },
};

START_TEST(only_good_certificates_are_asked_about)
{
	ck_assert(
	    session_ocsp_matters(certificates[_i].mode,
		&certificates[_i].certificate) == certificates[_i].matters);
}
END_TEST

/* What is remembered */

static struct x509_ocsp_id
id_of(unsigned char key, unsigned char serial)
{
	return (struct x509_ocsp_id){ .key = { [31] = key },
		.serial = { .len = 2, .bytes = { 1, serial } } };
}

START_TEST(a_finding_is_kept_until_its_end)
{
	const struct x509_finding good = { X509_OCSP_GOOD, 100, NULL };
	const struct x509_finding revoked = { X509_OCSP_REVOKED, 200, NULL };
	struct x509_ocsp_id a = id_of(1, 1), b = id_of(1, 2), c = id_of(2, 1);
	struct findings f = { NULL, 0 };

	ck_assert_int_eq(findings_find(&f, &a, 50), X509_OCSP_UNKNOWN);
	findings_keep(&f, &a, &good);
	findings_keep(&f, &b, &revoked);
	ck_assert_int_eq(findings_find(&f, &a, 99), X509_OCSP_GOOD);
	ck_assert_int_eq(findings_find(&f, &a, 100), X509_OCSP_UNKNOWN);
	ck_assert_int_eq(findings_find(&f, &b, 100), X509_OCSP_REVOKED);
	ck_assert_int_eq(findings_find(&f, &c, 50), X509_OCSP_UNKNOWN);
	findings_keep(&f, &a, &revoked);
	ck_assert_int_eq(findings_find(&f, &a, 100), X509_OCSP_REVOKED);
	ck_assert_uint_eq(f.count, 2);
	findings_done(&f);
	ck_assert_int_eq(findings_find(&f, &a, 50), X509_OCSP_UNKNOWN);
}
END_TEST

START_TEST(findings_have_an_end)
{
	const struct x509_finding good = { X509_OCSP_GOOD, 100, NULL };
	struct x509_ocsp_id id = id_of(1, 0);
	struct findings f = { NULL, 0 };

	for (unsigned i = 0; i <= FINDINGS_MAX; i++) {
		id.key[0] = (unsigned char)(i >> 8);
		id.key[1] = (unsigned char)i;
		findings_keep(&f, &id, &good);
		ck_assert_uint_le(f.count, FINDINGS_MAX);
	}
	ck_assert_int_eq(findings_find(&f, &id, 50), X509_OCSP_GOOD);
	findings_done(&f);
}
END_TEST

START_TEST(a_responder_that_failed_rests)
{
	static struct responders r;
	char url[32];

	ck_assert(!responders_rest(&r, "http://a/", 10));
	responders_failed(&r, "http://a/", 10);
	ck_assert(responders_rest(&r, "http://a/", 10 + RESPONDERS_REST - 1));
	ck_assert(!responders_rest(&r, "http://a/", 10 + RESPONDERS_REST));
	ck_assert(!responders_rest(&r, "http://b/", 10));
	ck_assert(responders_complain(&r, "http://a/", 10));
	ck_assert(
	    !responders_complain(&r, "http://a/", 10 + RESPONDERS_SILENCE - 1));
	ck_assert(
	    responders_complain(&r, "http://a/", 10 + RESPONDERS_SILENCE));
	for (int i = 0; i < 2 * RESPONDERS_MAX; i++) {
		(void)snprintf(url, sizeof url, "http://%d/", i);
		responders_failed(&r, url, 10);
		ck_assert(responders_rest(&r, url, 10));
	}
	ck_assert(!responders_rest(&r, "http://0/", 10));
}
END_TEST

/* The process */

static char name[] = "nat.example.org";
static struct listen_config listener = { .passive_name = name };
static struct helper_config config = { .tls = { .ocsp = OCSP_HARD,
					   .ocsp_seconds = 1 } };
static struct registry *registry;
static struct inquiries *inquiries;
static unsigned answered, resolved, stopped;
static enum x509_ocsp answer;

/* What a fake one does with questions. */
static enum deed {
	TELLS, /* revoked */
	LIES,  /* says what is none of the enum */
	RAVES, /* says more than it is asked */
	NAMES, /* says first what the name stands for */
	DIES,
	HANGS,
} deed;

static const uint32_t says[] = {
	[TELLS] = X509_OCSP_REVOKED,
	[LIES] = X509_OCSP_COUNT,
	[RAVES] = X509_OCSP_GOOD,
	[NAMES] = X509_OCSP_GOOD,
};

static void
say_address(int channel)
{
	struct message m = { .type = MESSAGE_RESOLVED };
	struct stssl_address address;

	(void)stssl_ip_parse("192.0.2.1", &address);
	memcpy(m.u.resolved.ip, address.ip, sizeof m.u.resolved.ip);
	(void)message_send(channel, &m, -1, NULL, 0);
}

static int
fake_inquirer(
    const struct helper_config *c, const struct x509_store *store, int channel)
{
	static unsigned char der[MESSAGE_MORE_MAX];
	struct message m, said = { .type = MESSAGE_FOUND };
	struct pollfd p = { .fd = channel, .events = POLLIN };
	int fd;

	(void)c;
	(void)store;
	while (poll(&p, 1, -1) == 1 &&
	       message_receive(channel, SENDER_MONITOR, &m, &fd, der) == 0) {
		if (deed == DIES)
			_exit(0);
		if (deed == HANGS)
			continue;
		if (deed == NAMES)
			say_address(channel);
		said.u.found.session = m.u.inquiry.session;
		said.u.found.found = says[deed];
		(void)message_send(channel, &said, -1, NULL, 0);
		if (deed == RAVES)
			(void)message_send(channel, &said, -1, NULL, 0);
	}
	return 0;
}

static void
forget(void *owner)
{
	(void)owner;
	inquiries = inquiries_free(inquiries);
	registry = registry_free(registry);
	ev_loop_destroy(ev_default_loop(0));
}

static void
on_checked(void *owner, const struct session_entry *entry, enum x509_ocsp found)
{
	(void)owner;
	ck_assert_ptr_null(entry->inquirer);
	answered++;
	answer = found;
	ev_break(ev_default_loop(0), EVBREAK_ONE);
}

static void
on_resolved(void *owner, const struct message_resolved *r)
{
	(void)owner;
	ck_assert_uint_eq(r->listener, 0);
	resolved++;
}

static void
on_stopped(void *owner)
{
	(void)owner;
	stopped++;
	ev_break(ev_default_loop(0), EVBREAK_ONE);
}

#define SESSION 7

static struct session_entry *
begin(enum deed what, enum ocsp_mode mode)
{
	const struct inquiries_params params = { .loop = ev_default_loop(0),
		.run = fake_inquirer,
		.forget = forget,
		.checked = on_checked,
		.resolved = on_resolved,
		.stopped = on_stopped };
	struct inquiries_params copy = params;
	struct stssl_address peer = { .port = 1 };

	deed = what;
	config.tls.ocsp = mode;
	copy.registry = registry = registry_new();
	inquiries = inquiries_new(&copy);
	ck_assert_int_eq(inquiries_begin(inquiries, &config, NULL), 0);
	ck_assert_int_eq(registry_add(registry, SESSION, &config, 0, &peer), 0);
	return registry_find(registry, SESSION);
}

/* End the process and all else. */
static void
finish(void)
{
	stopped = 0;
	inquiries_stop(inquiries);
	if (!inquiries_are_gone(inquiries)) {
		ev_run(ev_default_loop(0), 0);
		ck_assert_uint_eq(stopped, 1);
	}
	inquiries = inquiries_free(inquiries);
	registry = registry_free(registry);
}

START_TEST(a_question_is_answered)
{
	struct session_entry *entry = begin(TELLS, OCSP_SOFT);

	for (unsigned i = 1; i <= 3; i++) {
		inquiries_ask(inquiries, entry, "der", 3);
		ck_assert_ptr_nonnull(entry->inquirer);
		ev_run(ev_default_loop(0), 0);
		ck_assert_uint_eq(answered, i);
		ck_assert_int_eq(answer, X509_OCSP_REVOKED);
	}
	finish();
}
END_TEST

START_TEST(without_ocsp_there_is_no_process)
{
	struct session_entry *entry = begin(TELLS, OCSP_OFF);

	ck_assert(inquiries_are_gone(inquiries));
	inquiries_ask(inquiries, entry, "der", 3);
	ck_assert_uint_eq(answered, 1);
	ck_assert_int_eq(answer, X509_OCSP_UNKNOWN);
	finish();
}
END_TEST

START_TEST(an_inquirer_that_fails_has_said_nothing)
{
	static const enum deed deeds[] = { LIES, DIES, HANGS };
	struct session_entry *entry = begin(deeds[_i], OCSP_HARD);

	answer = X509_OCSP_GOOD;
	inquiries_ask(inquiries, entry, "der", 3);
	ev_run(ev_default_loop(0), 0);
	ck_assert_uint_eq(answered, 1);
	ck_assert_int_eq(answer, X509_OCSP_UNKNOWN);
	finish();
}
END_TEST

/*
 * The next one is there some time after the old one's end; until that is
 * noticed, the old one is asked.
 */
static void
ask_until_a_good_one_tells(struct session_entry *entry)
{
	deed = TELLS;
	while (answer != X509_OCSP_REVOKED) {
		inquiries_ask(inquiries, entry, "der", 3);
		ev_run(ev_default_loop(0),
		    entry->inquirer != NULL ? 0 : EVRUN_ONCE | EVRUN_NOWAIT);
	}
}

START_TEST(an_inquirer_that_dies_is_replaced)
{
	struct session_entry *entry = begin(DIES, OCSP_HARD);

	inquiries_ask(inquiries, entry, "der", 3);
	ev_run(ev_default_loop(0), 0);
	ck_assert_int_eq(answer, X509_OCSP_UNKNOWN);
	ask_until_a_good_one_tells(entry);
	finish();
}
END_TEST

START_TEST(an_answer_for_a_session_that_is_gone_is_dropped)
{
	struct session_entry *entry = begin(TELLS, OCSP_SOFT);

	inquiries_ask(inquiries, entry, "der", 3);
	registry_remove(registry, entry);
	while (answered == 0) {
		struct stssl_address peer = { .port = 2 };

		/* Another one of the same number has not asked anything. */
		if (registry_find(registry, SESSION) == NULL)
			ck_assert_int_eq(
			    registry_add(registry, SESSION, &config, 0, &peer),
			    0);
		entry = registry_find(registry, SESSION);
		ck_assert_ptr_null(entry->inquirer);
		ck_assert_int_eq(
		    registry_add(registry, SESSION + 1, &config, 0, &peer), 0);
		inquiries_ask(
		    inquiries, registry_find(registry, SESSION + 1), "der", 3);
		ev_run(ev_default_loop(0), 0);
	}
	ck_assert_uint_eq(answered, 1);
	finish();
}
END_TEST

START_TEST(who_says_more_than_asked_is_replaced)
{
	struct session_entry *entry = begin(RAVES, OCSP_SOFT);

	inquiries_ask(inquiries, entry, "der", 3);
	ev_run(ev_default_loop(0), 0);
	ck_assert_int_eq(answer, X509_OCSP_GOOD);
	ask_until_a_good_one_tells(entry);
	finish();
}
END_TEST

START_TEST(a_reload_loses_no_question)
{
	struct session_entry *entry = begin(TELLS, OCSP_SOFT);

	inquiries_ask(inquiries, entry, "der", 3);
	ck_assert_int_eq(inquiries_begin(inquiries, &config, NULL), 0);
	ev_run(ev_default_loop(0), 0);
	ck_assert_int_eq(answer, X509_OCSP_REVOKED);
	answer = X509_OCSP_GOOD;
	inquiries_ask(inquiries, entry, "der", 3);
	ev_run(ev_default_loop(0), 0);
	ck_assert_int_eq(answer, X509_OCSP_REVOKED);
	config.tls.ocsp = OCSP_OFF;
	ck_assert_int_eq(inquiries_begin(inquiries, &config, NULL), 0);
	while (!inquiries_are_gone(inquiries))
		ev_run(ev_default_loop(0), EVRUN_ONCE);
	finish();
}
END_TEST

/* After a reload listeners have other numbers; answers still count. */
START_TEST(names_of_before_a_reload_do_not_count)
{
	struct session_entry *entry;

	config.listeners = &listener;
	config.listener_count = 1;
	entry = begin(NAMES, OCSP_HARD);
	inquiries_ask(inquiries, entry, "der", 3);
	deed = TELLS;
	if (_i == 1)
		ck_assert_int_eq(inquiries_begin(inquiries, &config, NULL), 0);
	ev_run(ev_default_loop(0), 0);
	ck_assert_int_eq(answer, X509_OCSP_GOOD);
	ck_assert_uint_eq(resolved, _i == 0);
	finish();
}
END_TEST

/* It is there for names; who asks comes from before a reload. */
START_TEST(with_ocsp_off_nobody_is_asked)
{
	struct session_entry *entry;

	config.listeners = &listener;
	config.listener_count = 1;
	entry = begin(TELLS, OCSP_OFF);
	ck_assert(!inquiries_are_gone(inquiries));
	inquiries_ask(inquiries, entry, "der", 3);
	ck_assert_uint_eq(answered, 1);
	ck_assert_int_eq(answer, X509_OCSP_UNKNOWN);
	finish();
}
END_TEST

size_t
ocsp_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ soft_and_hard_differ_without_an_answer, ROWS(judgements) },
		{ only_good_certificates_are_asked_about, ROWS(certificates) },
		{ a_finding_is_kept_until_its_end, 0 },
		{ findings_have_an_end, 0 },
		{ a_responder_that_failed_rests, 0 },
		{ a_question_is_answered, 0 },
		{ without_ocsp_there_is_no_process, 0 },
		{ an_inquirer_that_fails_has_said_nothing, 3 },
		{ an_inquirer_that_dies_is_replaced, 0 },
		{ an_answer_for_a_session_that_is_gone_is_dropped, 0 },
		{ who_says_more_than_asked_is_replaced, 0 },
		{ a_reload_loses_no_question, 0 },
		{ names_of_before_a_reload_do_not_count, 2 },
		{ with_ocsp_off_nobody_is_asked, 0 },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
