/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stsslctl explain: what would be decided, and why.  The code that decides
 * reports its steps; nothing is decided here.
 */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "policy/class.h"
#include "policy/classes.h"
#include "policy/judge.h"
#include "policy/tools/words.h"
#include "policy/trace.h"
#include "status/tools/words.h"
#include "stsslctl/connection.h"
#include "stsslctl/output.h"

/* The steps, in order. */
struct story {
	json_t *classes;
	json_t *ways;
	json_t *row; /* NULL when the table was not asked */
	bool is_ssh;
};

/* Sets "error" if there is one. */
static void
set_error(json_t *object, int error)
{
	if (error != 0)
		output_set(object, "error", output_string(strerror(-error)));
}

static void
class_tried(void *data, const struct stssl_class *class,
    enum stssl_criterion against, int error)
{
	struct story *story = data;
	bool matches = against == STSSL_CRITERION_NONE && error == 0;
	json_t *step = output_need(json_pack("{s:o, s:b, s:s?, s:s}", "class",
	    output_string(class->name), "matches", matches, "criterion",
	    matches ? NULL : stssl_criterion_key(against), "text",
	    stssl_criterion_text(against)));

	set_error(step, error);
	output_append(story->classes, step);
}

static void
way_tried(void *data, const struct stssl_way_tried *tried)
{
	struct story *story = data;
	json_t *step = output_need(json_pack("{s:s, s:s, s:s, s:o, s:o}", "way",
	    stssl_identity_word(tried->way), "end",
	    stssl_way_end_word(tried->end), "text",
	    stssl_way_end_text(tried->end), "user",
	    output_string(tried->name[0] == '\0' ? NULL : tried->name), "line",
	    tried->line == 0 ? json_null() : json_integer(tried->line)));

	if (tried->end == STSSL_WAY_BAD_FILE)
		set_error(step, tried->error);
	output_append(story->ways, step);
}

/* What the connection shows; a key of sshd's is in the certificate's place. */
static const char *
text_of(const struct story *story, enum stssl_facts facts)
{
	if (story->is_ssh && facts == STSSL_FACTS_GOOD)
		return "SSH, a key that names this user";
	if (story->is_ssh && facts == STSSL_FACTS_SOMEBODY)
		return "SSH, a key that does not name this user";
	return stssl_facts_text(facts);
}

static void
row_found(void *data, const struct stssl_class *class, enum stssl_facts facts)
{
	struct story *story = data;

	json_decref(story->row);
	story->row = output_need(json_pack("{s:s, s:s, s:s, s:s, s:s}", "ssl",
	    stssl_keys_word("ssl", (int)class->ssl), "login",
	    stssl_keys_word("login", (int)class->login), "bad-certificate",
	    stssl_keys_word("bad-certificate", (int)class->bad), "connection",
	    stssl_facts_word(facts), "text", text_of(story, facts)));
}

static bool
is_refused(const struct stssl_judgement *j)
{
	return j->verdict != STSSL_VERDICT_ACCEPT &&
	       j->verdict != STSSL_VERDICT_PASSWORD;
}

/* The codes that pam_stssl.so returns for it; pam_stssl(8). */
static json_t *
pam_of(const struct stssl_judgement *j)
{
	const char *code =
	    is_refused(j) ? stssl_reason_pam(j->reason) : "PAM_SUCCESS";

	return output_need(json_pack("{s:s, s:s}", "auth",
	    j->verdict == STSSL_VERDICT_PASSWORD ? "PAM_IGNORE" : code,
	    "account", code));
}

static json_t *
answer_of(const struct arguments *a, const struct connection *c,
    struct story *story, const struct stssl_judgement *j)
{
	const char *class = j->class_name[0] == '\0' ? NULL : j->class_name;
	const char *key =
	    stssl_record_get(&c->record, STSSL_KEY_SSL_CLIENT_SPKI_SHA256);
	const char *failure = j->reason == STSSL_REASON_BAD_CERTIFICATE
				  ? stssl_failure_word(j->failure)
				  : NULL;

	return output_need(json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, "
				     "s:o, s:o, s:o, s:s, s:s, s:s, s:s?, s:s, "
				     "s:o}",
	    "user", output_string(a->user), "service",
	    output_string(a->service), "listener", output_string(a->listener),
	    "edge", output_string(a->edge), "certificate",
	    output_string(
		stssl_record_get(&c->record, STSSL_KEY_SSL_CLIENT_S_DN)),
	    "verify",
	    output_string(
		stssl_record_get(&c->record, STSSL_KEY_SSL_CLIENT_VERIFY)),
	    "ssh-key", output_string(story->is_ssh ? key : NULL), "classes",
	    story->classes, "identity", story->ways, "row",
	    story->row == NULL ? json_null() : story->row, "class",
	    output_string(class), "verdict", stssl_verdict_word(j->verdict),
	    "reason", stssl_reason_word(j->reason), "text",
	    stssl_reason_text(j->reason), "failure", failure, "data",
	    j->data_private ? "private" : "any", "pam", pam_of(j)));
}

/* Prints `front` and `text`, unless `text` is NULL. */
static void
print_more(const char *front, const char *text)
{
	if (text != NULL)
		(void)printf("%s%s", front, text);
}

static void
print_class(const json_t *step)
{
	char buf[STSSL_QUOTE_MAX];
	const char *error = output_get(step, "error");

	(void)printf("class %s", output_quoted(step, "class", buf));
	print_more(": ", output_get(step, "criterion"));
	print_more(": cannot be found out: ", error);
	print_more(": ", error == NULL ? output_get(step, "text") : NULL);
	(void)putchar('\n');
}

static void
print_way(const json_t *step)
{
	char buf[STSSL_QUOTE_MAX];
	json_int_t line = json_integer_value(json_object_get(step, "line"));

	(void)printf("identity %s: %s", output_get(step, "way"),
	    output_get(step, "text"));
	print_more(": ", output_quoted(step, "user", buf));
	if (line != 0)
		(void)printf(" (line %lld)", (long long)line);
	print_more(": ", output_get(step, "error"));
	(void)putchar('\n');
}

static void
print_certificate(const json_t *answer)
{
	char buf[STSSL_QUOTE_MAX];
	const char *verify = output_get(answer, "verify");
	const char *key = output_get(answer, "ssh-key");

	if (key != NULL) {
		(void)printf("SSH key: spki-sha256:%s\n", key);
		return;
	}
	/* The subject may be empty, so it does not tell. */
	if (verify == NULL || strcmp(verify, "NONE") == 0)
		return;
	(void)printf("certificate: %s", verify);
	print_more(" ", output_quoted(answer, "certificate", buf));
	(void)putchar('\n');
}

static void
print_text(const json_t *answer)
{
	const json_t *classes = json_object_get(answer, "classes");
	const json_t *ways = json_object_get(answer, "identity");
	const json_t *row = json_object_get(answer, "row");
	const json_t *pam = json_object_get(answer, "pam");

	print_certificate(answer);
	for (size_t i = 0; i < json_array_size(classes); i++)
		print_class(json_array_get(classes, i));
	for (size_t i = 0; i < json_array_size(ways); i++)
		print_way(json_array_get(ways, i));
	if (json_is_object(row))
		(void)printf("row: ssl = %s, login = %s, bad-certificate = %s; "
			     "connection: %s\n",
		    output_get(row, "ssl"), output_get(row, "login"),
		    output_get(row, "bad-certificate"),
		    output_get(row, "text"));
	(void)printf("verdict: %s, %s (%s", output_get(answer, "verdict"),
	    output_get(answer, "reason"), output_get(answer, "text"));
	print_more(": ", output_get(answer, "failure"));
	(void)printf(")\ndata: %s\npam: auth %s, account %s\n",
	    output_get(answer, "data"), output_get(pam, "auth"),
	    output_get(pam, "account"));
}

/* As the module does it: a faulty file refuses everybody. */
static struct stssl_judgement
judge(const struct stssl_classes *classes, const struct stssl_login *login)
{
	struct stssl_judgement j = { .verdict = STSSL_VERDICT_REFUSE,
		.reason = STSSL_REASON_CONFIGURATION,
		.failure = STSSL_FAILURE_OTHER,
		.class_name = "",
		.data_private = true };

	if (classes != NULL)
		stssl_judge(classes, login, &j);
	return j;
}

static enum command_status
tell(const struct arguments *a, const struct connection *c)
{
	struct story story = { output_need(json_array()),
		output_need(json_array()), NULL, a->ssh_key != NULL };
	const struct stssl_trace trace = { &story, class_tried, way_tried,
		row_found };
	const struct stssl_login login = {
		.user = a->user,
		.service = a->service,
		.record = &c->record,
		.from = a->from == NULL ? NULL : &c->from,
		.trace = &trace,
	};
	struct stssl_classes *classes = command_classes(a);
	struct stssl_judgement j = judge(classes, &login);
	json_t *answer = answer_of(a, c, &story, &j);

	(void)stssl_classes_free(classes);
	if (!a->json)
		print_text(answer);
	else
		output_json(json_incref(answer));
	json_decref(answer);
	return is_refused(&j) ? COMMAND_FOUND : COMMAND_FINE;
}

enum command_status
command_explain(const struct arguments *a)
{
	enum command_status status;
	struct connection c;

	if (a->user == NULL)
		return command_object(
		    "--user", "is missing; see stsslctl explain --help");
	if (connection_make(a, &c) < 0)
		return COMMAND_UNKNOWN;
	status = tell(a, &c);
	connection_done(&c);
	return status;
}
