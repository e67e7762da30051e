/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What a watcher of decisions is told, written as one line: classes with what
 * is against them, ways with where they end, the table's row and column.
 */
#include <config.h>
#include "policy/trace.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "policy/class.h"
#include "policy/judge.h"
#include "policy/keys.h"
#include "policy/tools/words.h"
#include "tests/test-policy.h"

struct told {
	char text[1024];
	size_t len;
};

static void __attribute__((format(printf, 2, 3)))
tell(struct told *told, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	told->len += (size_t)vsnprintf(
	    told->text + told->len, sizeof told->text - told->len, fmt, ap);
	va_end(ap);
	ck_assert_uint_lt(told->len, sizeof told->text);
}

static void
class_tried(void *data, const struct stssl_class *class,
    enum stssl_criterion against, int error)
{
	tell(data, "%s(%s)", class->name, stssl_criterion_key(against));
	if (error != 0)
		tell(data, "%d", error);
	tell(data, " ");
}

static void
way_tried(void *data, const struct stssl_way_tried *t)
{
	tell(data, "%s:%s:%s:%u:%d ", stssl_identity_word(t->way),
	    stssl_way_end_word(t->end), t->name, t->line, t->error);
}

static void
row_found(void *data, const struct stssl_class *c, enum stssl_facts facts)
{
	const struct stssl_decision decision =
	    stssl_decide(c->ssl, c->login, c->bad, facts);

	tell(data, "[%s %s %s %s]%s", stssl_keys_word("ssl", (int)c->ssl),
	    stssl_keys_word("login", (int)c->login),
	    stssl_keys_word("bad-certificate", (int)c->bad),
	    stssl_facts_word(facts), stssl_reason_word(decision.reason));
}

/* sam is virtual, alice is real and in the group staff. */
static const struct {
	const char *classes, *user, *verify, *file;
	const char *told;
} rows[] = {
	{ "class a { enabled = false } class b { service = x } "
	  "class c { user = x listener = x } class d { from = 192.0.2.0/24 } "
	  "class e { type = real } class f { type = virtual group = staff } "
	  "class h { listener = ftp edge = '*' } class i { edge = '*' } "
	  "class g { }",
	    "sam", "NONE", NULL,
	    "a(enabled) b(service) c(user) d(from) e(type) f(group) "
	    "h(listener) i(edge) g() "
	    ""
	    "[required either refuse no-certificate]by-password" },
	{ "class a { group = staff }", "alice", NULL, NULL,
	    "a() "
	    "[required either refuse clear]tls-required" },
	{ "class a { user = x }", "sam", NULL, NULL, "a(user) " },
	{ "class a { group = staff } class b { }", "broken", NULL, NULL,
	    "a(group)-5 " },
	{ "class a { }", "../x", NULL, NULL, "" },
	{ "class a { }", "sam", "nonsense", NULL, "a() " },
	{ "class a { }", "sam", "FAILED:expired", NULL,
	    "a() "
	    "[required either refuse bad-certificate]bad-certificate" },
	{ "class a { }", "sam", "SUCCESS", NULL,
	    "a() file:no-file::0:-2 cn:user:sam:0:0 "
	    "[required either refuse good-certificate]certificate" },
	{ "class a { }", "tom", "SUCCESS", NULL,
	    "a() file:no-file::0:-2 cn:other:sam:0:0 "
	    "[required either refuse somebody]not-this-user" },
	{ "class a { identity = cn }", "sam", "SUCCESS", "x",
	    "a() cn:user:sam:0:0 "
	    "[required either refuse good-certificate]certificate" },
	{ "class a { identity = file }", "sam", "SUCCESS",
	    "#\ndn:CN=b\ndn:CN=sam\n",
	    "a() file:user:sam:3:0 "
	    "[required either refuse good-certificate]certificate" },
	{ "class a { identity = file }", "sam", "SUCCESS", "dn:CN=b\n",
	    "a() file:no-entry::0:0 "
	    "[required either refuse somebody]not-this-user" },
	{ "class a { identity = file }", "sam", "SUCCESS", "dn:CN=sam\nx\n",
	    "a() file:bad-entry::2:0 "
	    "[required either refuse somebody]not-this-user" },
};

static void
fill(struct stssl_record *record, const char *verify)
{
	stssl_record_init(record);
	ck_assert_int_eq(
	    stssl_record_put(record, STSSL_KEY_SSL_PROTOCOL, "TLSv1.3"), 0);
	ck_assert_int_eq(
	    stssl_record_put(record, STSSL_KEY_SSL_CLIENT_VERIFY, verify), 0);
	ck_assert_int_eq(
	    stssl_record_put(record, STSSL_KEY_SSL_CLIENT_S_DN, "CN=sam"), 0);
	ck_assert_int_eq(
	    stssl_record_put(record, STSSL_KEY_SSL_CLIENT_S_DN_CN, "sam"), 0);
}

/* Also that a watcher changes nothing. */
START_TEST(a_watcher_is_told_every_step)
{
	struct told told = { .len = 0 };
	const struct stssl_trace trace = { &told, class_tried, way_tried,
		row_found };
	struct stssl_judgement watched, alone;
	struct stssl_record record;
	struct stssl_login login = { .user = rows[_i].user, .service = "ftp" };
	struct stssl_classes *classes;
	char text[1024];
	struct folder f;

	folder_make(&f);
	if (rows[_i].file != NULL)
		(void)folder_text(&f, rows[_i].user, rows[_i].file);
	(void)snprintf(text, sizeof text, "identities = '%s'\n%s", f.path,
	    rows[_i].classes);
	classes = classes_of(text);
	if (rows[_i].verify != NULL) {
		fill(&record, rows[_i].verify);
		login.record = &record;
	}
	stssl_judge(classes, &login, &alone);
	login.trace = &trace;
	stssl_judge(classes, &login, &watched);
	ck_assert_str_eq(told.text, rows[_i].told);
	ck_assert_int_eq(watched.verdict, alone.verdict);
	ck_assert_int_eq(watched.reason, alone.reason);
	if (login.record != NULL)
		stssl_record_done(&record);
	(void)stssl_classes_free(classes);
	folder_remove(&f);
}
END_TEST

START_TEST(a_value_out_of_its_enum_has_a_word)
{
	ck_assert_str_eq(stssl_criterion_key((enum stssl_criterion)99), "");
	ck_assert_str_eq(stssl_criterion_text(STSSL_CRITERION_COUNT),
	    stssl_criterion_text(STSSL_CRITERION_NONE));
	ck_assert_str_eq(stssl_way_end_word((enum stssl_way_end)99), "absent");
	ck_assert_str_eq(stssl_way_end_text(STSSL_WAY_END_COUNT),
	    stssl_way_end_text(STSSL_WAY_ABSENT));
	ck_assert_str_eq(stssl_identity_word(STSSL_IDENTITY_COUNT), "");
	ck_assert_str_eq(stssl_facts_word((enum stssl_facts)99), "clear");
	ck_assert_str_eq(stssl_facts_text(STSSL_FACTS_COUNT), "no TLS");
	ck_assert_str_eq(stssl_keys_word("ssl", 2), "");
	ck_assert_str_eq(stssl_keys_word("ssl", -1), "");
	ck_assert_str_eq(stssl_keys_word("no such key", 0), "");
}
END_TEST

void
add_trace_cases(struct case_list *to)
{
	add_case(to, a_watcher_is_told_every_step, ROWS(rows));
	add_case(to, a_value_out_of_its_enum_has_a_word, 0);
}
