/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The steps of every decision: check the user name, find the class, read the
 * record, look into the table.  A step that fails leaves the verdict at
 * "refuse".
 */
#include <config.h>
#include "policy/judge.h"

#include <errno.h>
#include <string.h>

#include "policy/class.h"
#include "policy/identity.h"
#include "policy/match.h"
#include "policy/trace.h"

#define FAILED "FAILED:"

/* The facts of the record, for any class and any user. */
struct shown {
	bool is_ssh; /* which has no version */
	enum stssl_tls protocol;
	enum stssl_facts facts; /* GOOD: verified, for whichever user */
	enum stssl_failure failure;
};

static int
read_protocol(const char *text, enum stssl_tls *ret)
{
	static const char *const words[STSSL_TLS_COUNT] = {
		[STSSL_TLS_1_2] = "TLSv1.2",
		[STSSL_TLS_1_3] = "TLSv1.3",
	};

	for (int i = 0; i < STSSL_TLS_COUNT; i++)
		if (strcmp(text, words[i]) == 0) {
			*ret = (enum stssl_tls)i;
			return 0;
		}
	return -EBADMSG;
}

static int
read_verify(const char *text, struct shown *shown)
{
	if (text == NULL)
		return -EBADMSG;
	if (strcmp(text, "NONE") == 0) {
		shown->facts = STSSL_FACTS_NONE;
		return 0;
	}
	if (strcmp(text, "SUCCESS") == 0) {
		shown->facts = STSSL_FACTS_GOOD;
		return 0;
	}
	shown->facts = STSSL_FACTS_BAD;
	if (strncmp(text, FAILED, strlen(FAILED)) == 0 &&
	    stssl_failure_parse(text + strlen(FAILED), &shown->failure))
		return 0;
	return -EBADMSG;
}

/* Returns 0, or -EBADMSG for a record that the helper cannot have meant. */
static int
read_record(const struct stssl_record *record, struct shown *shown)
{
	const char *protocol =
	    record == NULL ? NULL
			   : stssl_record_get(record, STSSL_KEY_SSL_PROTOCOL);

	if (protocol == NULL) {
		shown->facts = STSSL_FACTS_CLEAR;
		return 0;
	}
	shown->is_ssh = strcmp(protocol, STSSL_PROTOCOL_SSH) == 0;
	if (!shown->is_ssh && read_protocol(protocol, &shown->protocol) < 0)
		return -EBADMSG;
	return read_verify(
	    stssl_record_get(record, STSSL_KEY_SSL_CLIENT_VERIFY), shown);
}

/* The same facts, seen for one class and one user. */
static enum stssl_facts
facts_for(const struct shown *shown, const struct stssl_class *class,
    const struct stssl_login *login)
{
	if (shown->facts == STSSL_FACTS_CLEAR)
		return STSSL_FACTS_CLEAR;
	if (shown->is_ssh && class->ssl == STSSL_SSL_REQUIRED && !class->ssh)
		return STSSL_FACTS_SSH;
	if (!shown->is_ssh && shown->protocol < class->min_protocol)
		return STSSL_FACTS_OLD;
	if (shown->facts == STSSL_FACTS_GOOD &&
	    !stssl_identity_names(
		&class->identity, login->user, login->record, login->trace))
		return STSSL_FACTS_SOMEBODY;
	return shown->facts;
}

static struct stssl_decision
refuse(enum stssl_reason reason)
{
	return (struct stssl_decision){ STSSL_VERDICT_REFUSE, reason };
}

static struct stssl_decision
judge(const struct stssl_classes *classes, const struct stssl_login *login,
    struct stssl_judgement *ret)
{
	struct shown shown = { .failure = STSSL_FAILURE_OTHER };
	const struct stssl_trace *trace = login->trace;
	const struct stssl_class *class;
	enum stssl_facts facts;
	int r;

	if (login->user == NULL || !stssl_user_valid(login->user))
		return refuse(STSSL_REASON_BAD_USER);
	r = stssl_class_find(classes, login, &class);
	if (r < 0)
		return refuse(STSSL_REASON_INTERNAL);
	if (r == 0)
		return refuse(STSSL_REASON_NO_CLASS);
	ret->class_name = class->name;
	ret->data_private = class->data_private;

	if (read_record(login->record, &shown) < 0)
		return refuse(STSSL_REASON_HELPER);
	ret->failure = shown.failure;
	facts = facts_for(&shown, class, login);
	if (trace != NULL)
		trace->row_found(trace->data, class, facts);
	return stssl_decide(class->ssl, class->login, class->bad, facts);
}

void
stssl_judge(const struct stssl_classes *classes,
    const struct stssl_login *login, struct stssl_judgement *ret)
{
	struct stssl_judgement judgement = {
		.failure = STSSL_FAILURE_OTHER,
		.class_name = "",
		.data_private = true,
	};
	struct stssl_decision decision = judge(classes, login, &judgement);

	judgement.verdict = decision.verdict;
	judgement.reason = decision.reason;
	*ret = judgement;
}
