/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Judges as the module will: the same file, the same function, NSS and the
 * files of identities read anew for each question.  The DNS is asked about an
 * address once in a while.  What cannot be found out refuses.  May block in NSS
 * for as long as the monitor's patience lasts.
 */
#include <config.h>
#include "helper/advisor/advisor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "helper/advisor/lookups.h"
#include "helper/base/log.h"
#include "helper/base/message.h"
#include "helper/base/sandbox.h"
#include "policy/class.h"
#include "policy/classes.h"
#include "policy/identity.h"
#include "policy/judge.h"
#include "policy/match.h"
#include "policy/stamp.h"
#include "policy/tools/canonical.h"
#include "policy/tools/early.h"
#include "policy/tools/whose.h"
#include "status/clock.h"
#include "status/tools/file.h"
#include "x509/leaf.h"

struct advisor {
	const struct helper_config *config;
	struct stssl_classes *classes; /* NULL: to be read */
	struct stat read;              /* the file that they are from */
	char digest[X509_FINGERPRINT]; /* theirs; empty: not known yet */
	struct stssl_error told;       /* the last complaint in the log */
	struct lookups lookups;
	char text[STSSL_RECORD_MAX];
};

void
advisor_check_identities(const struct stssl_classes *classes)
{
	unsigned ways = 0;

	for (size_t i = 0; i < classes->count; i++)
		ways |= classes->list[i].identity.ways;
	if ((ways & 1u << STSSL_IDENTITY_FILE) != 0 &&
	    access(classes->identities, X_OK) == -1 && errno == EACCES)
		log_warning("%s: %s: users with identities there will be "
			    "refused",
		    classes->identities, strerror(EACCES));
}

/* Once for each mistake, not for each question. */
static void
complain(struct advisor *a, const struct stssl_error *error)
{
	if (strcmp(a->told.text, error->text) != 0)
		log_error("%s", error->text);
	a->told = *error;
}

/* The classes as the file has them now; NULL when it is faulty. */
static const struct stssl_classes *
current_classes(struct advisor *a)
{
	const char *path = a->config->classes;
	struct stssl_error error;
	struct stat now = stssl_file_state(path);

	if (a->classes != NULL && stssl_same_file(&now, &a->read))
		return a->classes;
	a->classes = stssl_classes_free(a->classes);
	if (stssl_classes_read(path, &a->classes, &error) < 0) {
		a->classes = NULL;
		complain(a, &error);
		return NULL;
	}
	a->read = now;
	a->digest[0] = '\0';
	a->told.text[0] = '\0';
	advisor_check_identities(a->classes);
	return a->classes;
}

static struct message_answer
refuse(enum stssl_reason reason)
{
	return (struct message_answer){ .verdict = STSSL_VERDICT_REFUSE,
		.reason = reason,
		.failure = STSSL_FAILURE_NONE };
}

static struct message_answer
answer_of(const struct stssl_judgement *judgement)
{
	struct message_answer answer = refuse(judgement->reason);

	answer.verdict = judgement->verdict;
	if (judgement->reason == STSSL_REASON_BAD_CERTIFICATE)
		answer.failure = judgement->failure;
	return answer;
}

static struct message_answer
judge(const struct stssl_classes *classes, const struct stssl_login *login)
{
	struct stssl_judgement judgement;

	stssl_judge(classes, login, &judgement);
	return answer_of(&judgement);
}

/* On an Edge.  Whom a certificate lets in, its Server says. */
static struct message_answer
judge_early(const struct stssl_classes *classes,
    const struct stssl_login *login, enum message_about about)
{
	struct stssl_judgement judgement = { .verdict = STSSL_VERDICT_PASSWORD,
		.reason = STSSL_REASON_BY_PASSWORD };

	if (about != ABOUT_CERTIFICATE)
		stssl_judge_early(classes, login, &judgement);
	return answer_of(&judgement);
}

/* No name was given: the certificate's, if there is one and only one. */
static struct message_answer
find_user(const struct stssl_classes *classes, const struct stssl_login *login)
{
	struct message_answer answer = refuse(STSSL_REASON_NOT_THIS_USER);
	char user[STSSL_USER_MAX + 1];
	int r = stssl_whose(classes, login, user);

	if (r == -ENOTUNIQ)
		return refuse(STSSL_REASON_AMBIGUOUS);
	if (r < 0)
		return refuse(STSSL_REASON_INTERNAL);
	if (r == 1) {
		answer.verdict = STSSL_VERDICT_ACCEPT;
		answer.reason = STSSL_REASON_CERTIFICATE;
		memcpy(answer.user, user, sizeof user);
	}
	return answer;
}

static bool
is_for(const struct stssl_class *c, const struct stssl_login *login)
{
	bool is_service = c->services.count == 0;

	for (size_t i = 0; i < c->services.count; i++)
		if (strcmp(c->services.list[i], login->service) == 0)
			is_service = true;
	return is_service &&
	       stssl_told_matches(
		   &c->listeners, login, STSSL_KEY_STSSL_LISTENER) &&
	       stssl_told_matches(&c->edges, login, STSSL_KEY_STSSL_EDGE);
}

/*
 * No class of the service and listener must refuse a password in clear, and
 * one must take it.  Whose class it will be is not known yet.
 */
static struct message_answer
judge_clear(
    const struct stssl_classes *classes, const struct stssl_login *login)
{
	struct message_answer answer = refuse(STSSL_REASON_NO_CLASS);

	for (size_t i = 0; i < classes->count; i++) {
		const struct stssl_class *c = &classes->list[i];
		struct stssl_decision d =
		    stssl_decide(c->ssl, c->login, c->bad, STSSL_FACTS_CLEAR);

		if (!c->enabled || c->login == STSSL_LOGIN_REFUSE ||
		    !is_for(c, login))
			continue;
		if (d.verdict != STSSL_VERDICT_PASSWORD)
			return refuse(d.reason);
		answer.verdict = STSSL_VERDICT_PASSWORD;
		answer.reason = d.reason;
	}
	return answer;
}

static struct message_answer (*const judges[ABOUT_COUNT])(
    const struct stssl_classes *, const struct stssl_login *) = {
	[ABOUT_USER] = judge,
	[ABOUT_CERTIFICATE] = find_user,
	[ABOUT_CLEAR] = judge_clear,
};

static struct message_answer
consider(struct advisor *a, const struct message_question *q,
    const struct stssl_record *record)
{
	const struct listen_config *l = &a->config->listeners[q->listener];
	const char *ip = stssl_record_get(record, STSSL_KEY_REMOTE_ADDR);
	struct stssl_address from;
	struct stssl_hosts hosts;
	const struct stssl_login login = { .user = q->user,
		.service = l->service,
		.record = record,
		.from = &from,
		.hosts = &hosts };
	struct message_answer answer;

	if (ip == NULL || stssl_ip_parse(ip, &from) < 0)
		return refuse(STSSL_REASON_HELPER);
	if (l->link_to.count > 0)
		return judge_early(a->classes, &login, q->about);
	hosts = lookups_find(&a->lookups, &from, stssl_now_ms());
	answer = judges[q->about](a->classes, &login);
	lookups_keep(&a->lookups, &from, &hosts, stssl_now_ms());
	return answer;
}

/* As stsslctl digest. */
static bool
find_digest(struct advisor *a)
{
	char *text;
	bool is_found;

	if (a->digest[0] != '\0')
		return true;
	if (stssl_classes_canonical(a->classes, &text) < 0)
		return false;
	is_found = x509_fingerprint(text, strlen(text), a->digest);
	free(text);
	return is_found;
}

static struct message_answer
tell_digest(struct advisor *a)
{
	struct message_answer answer = refuse(STSSL_REASON_INTERNAL);

	if (!find_digest(a))
		return answer;
	answer.verdict = STSSL_VERDICT_ACCEPT;
	answer.reason = STSSL_REASON_CERTIFICATE;
	memcpy(answer.user, a->digest, sizeof a->digest);
	return answer;
}

static struct message_answer
answer_to(struct advisor *a, const struct message_question *q)
{
	struct message_answer answer = refuse(STSSL_REASON_HELPER);
	struct stssl_record record;

	if (current_classes(a) == NULL)
		return refuse(STSSL_REASON_CONFIGURATION);
	if (q->about == ABOUT_DIGEST)
		return tell_digest(a);
	stssl_record_init(&record);
	if (stssl_record_decode(a->text, q->text_len, &record) == 0)
		answer = consider(a, q, &record);
	stssl_record_done(&record);
	return answer;
}

/* One question.  Returns 0 or -errno. */
static int
serve(struct advisor *a, int channel)
{
	struct pollfd p = { .fd = channel, .events = POLLIN };
	struct message m, answer = { .type = MESSAGE_ANSWER };
	int fd, r;

	if (poll(&p, 1, -1) == -1)
		return errno == EINTR ? 0 : -errno;
	r = message_receive(channel, SENDER_MONITOR, &m, &fd, a->text);
	if (r < 0)
		return r == -EAGAIN ? 0 : r;
	if (fd != -1)
		(void)close(fd);
	if (m.type != MESSAGE_QUESTION ||
	    m.u.question.listener >= a->config->listener_count)
		return -EBADMSG;
	answer.u.answer = answer_to(a, &m.u.question);
	return message_send(channel, &answer, -1, NULL, 0);
}

int
advisor_main(const struct helper_config *config, int channel)
{
	static struct advisor a;
	int r = 0;

	a.config = config;
	/* The end of the channel is not seen while NSS hangs. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1)
		r = -errno;
	if (r == 0)
		r = sandbox_enter(&sandbox_advisor);
	while (r == 0)
		r = serve(&a, channel);
	a.classes = stssl_classes_free(a.classes);
	if (r == -EPIPE)
		return EXIT_SUCCESS;
	(void)log_errno(r, "channel");
	return EXIT_FAILURE;
}
