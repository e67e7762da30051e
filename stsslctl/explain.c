/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stsslctl explain: what would be decided, and how it comes to that.  The code
 * that decides tells each of its steps; nothing is decided here.
 */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "policy/classes.h"
#include "policy/judge.h"
#include "policy/tools/words.h"
#include "policy/trace.h"
#include "setup/config.h"
#include "status/quote.h"
#include "status/tools/words.h"
#include "stsslctl/command.h"
#include "stsslctl/connection.h"
#include "stsslctl/output.h"

struct arguments {
	bool json;
	const char *classes;
	const char *user;
	const char *service;
	struct connection_arguments connection;
};

/* The steps, in order. */
struct story {
	json_t *classes;
	json_t *ways;
	json_t *row; /* NULL when the table was not asked */
};

static void
set_text(json_t *object, const char *key, const char *text)
{
	output_set(object, key, output_string(text));
}

static void
set_error(json_t *object, int error)
{
	if (error != 0)
		set_text(object, "error", strerror(-error));
}

static void
class_tried(void *data, const struct stssl_trace_class *tried)
{
	struct story *story = data;
	json_t *step = output_need(json_object());
	bool matches =
	    tried->against == STSSL_CRITERION_NONE && tried->error == 0;

	set_text(step, "class", tried->class_name);
	output_set(step, "matches", json_boolean(matches));
	set_text(step, "criterion",
	    matches ? NULL : stssl_criterion_key(tried->against));
	set_text(step, "text", stssl_criterion_text(tried->against));
	set_error(step, tried->error);
	output_append(story->classes, step);
}

static void
way_tried(void *data, const struct stssl_way_tried *tried)
{
	struct story *story = data;
	json_t *step = output_need(json_object());

	set_text(step, "way", stssl_identity_word(tried->way));
	set_text(step, "end", stssl_way_end_word(tried->end));
	set_text(step, "text", stssl_way_end_text(tried->end));
	set_text(step, "user", tried->name[0] == '\0' ? NULL : tried->name);
	output_set(step, "line",
	    tried->line == 0 ? json_null()
			     : output_need(json_integer(tried->line)));
	if (tried->end == STSSL_WAY_BAD_FILE)
		set_error(step, tried->error);
	output_append(story->ways, step);
}

static void
row_found(void *data, const struct stssl_trace_row *row)
{
	struct story *story = data;
	json_t *step = output_need(json_object());

	set_text(step, "ssl", stssl_keys_word("ssl", (int)row->ssl));
	set_text(step, "login", stssl_keys_word("login", (int)row->login));
	set_text(step, "bad-certificate",
	    stssl_keys_word("bad-certificate", (int)row->bad));
	set_text(step, "connection", stssl_facts_word(row->facts));
	set_text(step, "text", stssl_facts_text(row->facts));
	json_decref(story->row);
	story->row = step;
}

/* What pam_stssl.so returns for it; pam_stssl(8). */
static json_t *
pam_of(const struct stssl_judgement *j)
{
	json_t *pam = output_need(json_object());
	bool refused = j->verdict != STSSL_VERDICT_ACCEPT &&
		       j->verdict != STSSL_VERDICT_PASSWORD;
	const char *code =
	    refused ? stssl_reason_pam(j->reason) : "PAM_SUCCESS";

	set_text(pam, "auth",
	    j->verdict == STSSL_VERDICT_PASSWORD ? "PAM_IGNORE" : code);
	set_text(pam, "account", code);
	return pam;
}

static json_t *
answer_of(const struct arguments *a, const struct connection *c,
    struct story *story, const struct stssl_judgement *j)
{
	json_t *answer = output_need(json_object());

	set_text(answer, "user", a->user);
	set_text(answer, "service", a->service);
	set_text(answer, "certificate",
	    stssl_record_get(&c->record, STSSL_KEY_SSL_CLIENT_S_DN));
	set_text(answer, "verify",
	    stssl_record_get(&c->record, STSSL_KEY_SSL_CLIENT_VERIFY));
	output_set(answer, "classes", story->classes);
	output_set(answer, "identity", story->ways);
	output_set(
	    answer, "row", story->row == NULL ? json_null() : story->row);
	set_text(
	    answer, "class", j->class_name[0] == '\0' ? NULL : j->class_name);
	set_text(answer, "verdict", stssl_verdict_word(j->verdict));
	set_text(answer, "reason", stssl_reason_word(j->reason));
	set_text(answer, "text", stssl_reason_text(j->reason));
	set_text(answer, "failure",
	    j->reason == STSSL_REASON_BAD_CERTIFICATE
		? stssl_failure_word(j->failure)
		: NULL);
	set_text(answer, "data", j->data_private ? "private" : "any");
	output_set(answer, "pam", pam_of(j));
	return answer;
}

static const char *
string(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* " NAME" in front and a text behind it, where there is one. */
static void
print_more(const json_t *object, const char *key, const char *front)
{
	char quoted[STSSL_QUOTE_MAX];

	if (string(object, key) != NULL)
		(void)printf("%s%s", front,
		    stssl_quote(quoted, sizeof quoted, string(object, key)));
}

static void
print_class(const json_t *step)
{
	char quoted[STSSL_QUOTE_MAX];
	const char *criterion = string(step, "criterion");

	(void)printf("class %s: ",
	    stssl_quote(quoted, sizeof quoted, string(step, "class")));
	if (criterion != NULL)
		(void)printf("%s: ", criterion);
	if (string(step, "error") != NULL)
		(void)printf(
		    "cannot be found out: %s\n", string(step, "error"));
	else
		(void)printf("%s\n", string(step, "text"));
}

static void
print_way(const json_t *step)
{
	json_int_t line = json_integer_value(json_object_get(step, "line"));

	(void)printf(
	    "identity %s: %s", string(step, "way"), string(step, "text"));
	print_more(step, "user", ": ");
	if (line != 0)
		(void)printf(" (line %lld)", (long long)line);
	if (string(step, "error") != NULL)
		(void)printf(": %s", string(step, "error"));
	(void)putchar('\n');
}

static void
print_certificate(const json_t *answer)
{
	const char *verify = string(answer, "verify");

	/* Also of a certificate whose subject is empty. */
	if (verify == NULL || strcmp(verify, "NONE") == 0)
		return;
	(void)printf("certificate: %s", verify);
	print_more(answer, "certificate", " ");
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
		    string(row, "ssl"), string(row, "login"),
		    string(row, "bad-certificate"), string(row, "text"));
	(void)printf("verdict: %s, %s (%s%s%s)\n", string(answer, "verdict"),
	    string(answer, "reason"), string(answer, "text"),
	    string(answer, "failure") == NULL ? "" : ": ",
	    string(answer, "failure") == NULL ? "" : string(answer, "failure"));
	(void)printf("data: %s\n", string(answer, "data"));
	(void)printf("pam: auth %s, account %s\n", string(pam, "auth"),
	    string(pam, "account"));
}

/* As the module does it: a faulty file refuses everybody. */
static void
judge(const struct arguments *a, const struct connection *c,
    const struct stssl_trace *trace, struct stssl_classes **classes,
    struct stssl_judgement *ret)
{
	const struct stssl_login login = {
		.user = a->user,
		.service = a->service,
		.record = c->is_clear ? NULL : &c->record,
		.from = c->has_from ? &c->from : NULL,
		.trace = trace,
	};
	struct stssl_error error;

	if (stssl_classes_read(a->classes, classes, &error) == 0) {
		stssl_judge(*classes, &login, ret);
		return;
	}
	(void)command_say(error.text);
	*ret = (struct stssl_judgement){ .verdict = STSSL_VERDICT_REFUSE,
		.reason = STSSL_REASON_CONFIGURATION,
		.failure = STSSL_FAILURE_OTHER,
		.class_name = "",
		.data_private = true };
}

static enum command_status
tell(const struct arguments *a, const struct connection *c)
{
	struct story story = { output_need(json_array()),
		output_need(json_array()), NULL };
	const struct stssl_trace trace = { &story, class_tried, way_tried,
		row_found };
	struct stssl_classes *classes = NULL;
	struct stssl_judgement j;
	json_t *answer;

	judge(a, c, &trace, &classes, &j);
	answer = answer_of(a, c, &story, &j);
	(void)stssl_classes_free(classes);
	if (a->json) {
		output_json(answer);
	} else {
		print_text(answer);
		json_decref(answer);
	}
	return j.verdict == STSSL_VERDICT_ACCEPT ||
		       j.verdict == STSSL_VERDICT_PASSWORD
		   ? COMMAND_FINE
		   : COMMAND_FOUND;
}

static bool
parse(int argc, char **argv, struct arguments *ret)
{
	struct arguments a = { .classes = STSSL_CLASSES_CONF,
		.connection = { .config = HELPER_CONF } };
	struct connection_arguments *c = &a.connection;
	const struct command_option options[] = {
		{ "json", NULL, &a.json },
		{ "classes", &a.classes, NULL },
		{ "user", &a.user, NULL },
		{ "service", &a.service, NULL },
		{ "from", &c->from, NULL },
		{ "clear", NULL, &c->clear },
		{ "tls", &c->tls, NULL },
		{ "certificate", &c->certificate, NULL },
		{ "ca", &c->ca, NULL },
		{ "crl", &c->crl, NULL },
		{ "config", &c->config, NULL },
		{ NULL, NULL, NULL },
	};

	if (command_options(argc, argv, options) != argc || a.user == NULL)
		return false;
	*ret = a;
	return true;
}

static enum command_status
explain(int argc, char **argv)
{
	enum command_status status;
	struct arguments a;
	struct connection c;
	struct stssl_error error;
	int r;

	if (!parse(argc, argv, &a))
		return command_usage(&command_explain);
	r = connection_make(&a.connection, &c, &error);
	if (r < 0)
		return command_say(error.text);
	status = tell(&a, &c);
	connection_done(&c);
	return status;
}

const struct command command_explain = {
	"explain",
	"--user USER [--service SERVICE] [--from ADDRESS] [--json]\n"
	"           [--clear | --tls 1.2|1.3] "
	"[--certificate FILE [--ca FILE [--crl FILE]]]\n"
	"           [--classes FILE] [--config FILE]",
	"what would be decided for a login, and why",
	explain,
};
