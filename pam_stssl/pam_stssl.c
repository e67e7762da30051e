/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The entry points of pam_stssl.so: from PAM's items to a login, from its
 * judgement to a PAM code and a log line.  PAM codes begin here and nowhere
 * else.  Nothing is printed, and nothing prompted for but a user name that is
 * not there.  Three things are kept from auth to account: the decision with its
 * user, which account can only confirm; classes.conf, which is read again only
 * if it can have changed; and what PAM_RHOST was, where that names the session.
 */
#include <config.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include <security/pam_modules.h>
#include <security/pam_ext.h>

#include "pam_stssl/login.h"
#include "pam_stssl/options.h"
#include "pam_stssl/rhost.h"

/* The PAM code of a refusal. */
static const int refusals[STSSL_REASON_COUNT] = {
#define X(name, word, text, pam) [STSSL_REASON_##name] = PAM_##pam,
	STSSL_REASONS(X)
#undef X
};

/* The order of enum stssl_verdict: 0 refuses, and so does what is unknown. */
static int
code_of(const struct stssl_judgement *j, int when_password)
{
	int code = PAM_SYSTEM_ERR;

	if (j->verdict == STSSL_VERDICT_ACCEPT)
		return PAM_SUCCESS;
	if (j->verdict == STSSL_VERDICT_PASSWORD)
		return when_password;
	if ((unsigned)j->reason < STSSL_REASON_COUNT)
		code = refusals[j->reason];
	/* A hole in the table must not let anybody in. */
	return code == PAM_SUCCESS ? PAM_SYSTEM_ERR : code;
}

/* The operator has to do something about these. */
static int
priority_of(const struct login *l)
{
	return l->error.text[0] != '\0' ? LOG_ERR : LOG_NOTICE;
}

static void
log_connections(pam_handle_t *pamh, const struct connections *c)
{
	char text[STSSL_CONNECTION_TEXT];

	for (size_t i = 0; i < c->count; i++)
		pam_syslog(pamh, LOG_DEBUG, "connection: %s",
		    stssl_connection_format(&c->list[i], text));
}

static void
log_login(
    pam_handle_t *pamh, const struct login *l, const char *word, bool judged)
{
	char text[LOGIN_TEXT];

	if (l->options->debug)
		log_connections(pamh, &l->connections);
	pam_syslog(
	    pamh, priority_of(l), "%s", login_format(l, word, judged, text));
}

/* Auth alone may ask, as login(1) leaves it to its modules. */
static int
find_user(pam_handle_t *pamh, bool may_ask, const char **ret)
{
	const void *user = NULL;
	int r = may_ask ? pam_get_user(pamh, ret, NULL)
			: pam_get_item(pamh, PAM_USER, &user);

	if (!may_ask)
		*ret = user;
	if (r == PAM_CONV_AGAIN)
		return PAM_INCOMPLETE;
	if (r == PAM_SUCCESS && *ret != NULL)
		return PAM_SUCCESS;
	pam_syslog(pamh, LOG_NOTICE, "no user name");
	return PAM_USER_UNKNOWN;
}

/* Arguments and items; everything else is the login's. */
static int
begin(pam_handle_t *pamh, bool may_ask, int argc, const char **argv,
    struct options *options, struct login *l)
{
	const void *service = NULL;
	const char *user = NULL, *bad;
	int r;

	if (options_parse(argc, argv, options, &bad) < 0) {
		pam_syslog(pamh, LOG_ERR, "bad argument: %s", bad);
		return PAM_SERVICE_ERR;
	}
	if (pam_get_item(pamh, PAM_SERVICE, &service) != PAM_SUCCESS ||
	    service == NULL) {
		pam_syslog(pamh, LOG_ERR, "no service name");
		return PAM_SYSTEM_ERR;
	}
	r = find_user(pamh, may_ask, &user);
	if (r != PAM_SUCCESS)
		return r;
	login_init(l, options, user, service);
	l->rhost = rhost_get(pamh);
	/* Only where the administrator says that it is sshd's environment. */
	if (options->ssh)
		l->ssh_text = pam_getenv(pamh, SSH_INFO);
	return PAM_SUCCESS;
}

/* The names of what is kept from auth to account. */
#define KEPT    "pam_stssl-classes"
#define DECIDED "pam_stssl-decided"

static void
forget_decided(pam_handle_t *pamh, void *decided, int status)
{
	(void)pamh, (void)status;
	free(decided);
}

static void
forget(pam_handle_t *pamh, void *classes, int status)
{
	(void)pamh, (void)status;
	(void)stssl_classes_free(classes);
}

/* After a refusal by auth, account is not called. */
static void
keep(pam_handle_t *pamh, struct login *l)
{
	if (l->classes != NULL &&
	    l->judgement.verdict != STSSL_VERDICT_REFUSE &&
	    pam_set_data(pamh, KEPT, l->classes, forget) == PAM_SUCCESS)
		l->classes = NULL;
}

/*
 * Room for the decision of this auth.  Until it is made it is a refusal, even
 * if an auth before this one said something else.  NULL without memory: no
 * login.
 */
static struct login_decided *
prepare(pam_handle_t *pamh)
{
	struct login_decided *decided = calloc(1, sizeof *decided);

	if (decided != NULL &&
	    pam_set_data(pamh, DECIDED, decided, forget_decided) == PAM_SUCCESS)
		return decided;
	free(decided);
	pam_syslog(pamh, LOG_ERR, "out of memory");
	return NULL;
}

/* A user with a longer name is refused anyhow. */
static void
write_down(struct login_decided *decided, const struct login *l)
{
	size_t len = strlen(l->user);

	if (len >= sizeof decided->user)
		return;
	memcpy(decided->user, l->user, len + 1);
	decided->verdict = l->judgement.verdict;
}

/* Takes what auth has kept; the login borrows it until it is done. */
static void
borrow(pam_handle_t *pamh, struct login *l)
{
	const void *kept = NULL, *decided = NULL;

	if (pam_get_data(pamh, KEPT, &kept) == PAM_SUCCESS)
		l->kept = kept;
	if (pam_get_data(pamh, DECIDED, &decided) == PAM_SUCCESS)
		l->decided = decided;
}

struct phase {
	const char *word;
	int when_password;
};

/* From the judgement to the code, the log and PAM_RHOST. */
static int
finish(pam_handle_t *pamh, const struct login *l, const struct phase *phase)
{
	int rhost = rhost_set(pamh, l);

	if (rhost != PAM_SUCCESS)
		pam_syslog(pamh, LOG_ERR, "cannot set PAM_RHOST");
	log_login(pamh, l, phase->word, true);
	return rhost == PAM_SUCCESS
		   ? code_of(&l->judgement, phase->when_password)
		   : rhost;
}

/* Only the facts of the session, not the envelope of the answer. */
static int
put_environment(pam_handle_t *pamh, const struct stssl_record *record)
{
	const char *at = NULL;

	while ((at = stssl_record_next(record, at)) != NULL) {
		if (stssl_key_value(at, STSSL_KEY_STSSL_VERSION) != NULL ||
		    stssl_key_value(at, STSSL_KEY_STSSL_RESULT) != NULL)
			continue;
		if (pam_putenv(pamh, at) != PAM_SUCCESS)
			return PAM_SESSION_ERR;
	}
	return PAM_SUCCESS;
}

/* The one path to PAM_IGNORE: the class leaves it to the password. */
int
pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	static const struct phase phase = { "login", PAM_IGNORE };
	struct login_decided *decided = prepare(pamh);
	struct options options;
	struct login l;
	int r;

	(void)flags;
	if (decided == NULL)
		return PAM_BUF_ERR;
	r = begin(pamh, true, argc, argv, &options, &l);
	if (r != PAM_SUCCESS)
		return r;
	login_decide(&l);
	write_down(decided, &l);
	r = finish(pamh, &l, &phase);
	keep(pamh, &l);
	login_done(&l);
	return r;
}

/* IGNORE here would make a pam_deny behind us count. */
int
pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh, (void)flags, (void)argc, (void)argv;
	return PAM_SUCCESS;
}

/* Decided anew: a stack that overrode our refusal meets it again. */
int
pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	static const struct phase phase = { "account", PAM_SUCCESS };
	struct options options;
	struct login l;
	int r = begin(pamh, false, argc, argv, &options, &l);

	(void)flags;
	if (r != PAM_SUCCESS)
		return r;
	borrow(pamh, &l);
	l.needs_password = options.ssh;
	login_decide(&l);
	r = finish(pamh, &l, &phase);
	if (l.kept != NULL)
		(void)pam_set_data(pamh, KEPT, NULL, NULL);
	login_done(&l);
	return r;
}

/* The facts of the session, for those who have been let in already. */
static int
tell(pam_handle_t *pamh, struct login *l, const struct phase *phase)
{
	int r = login_identify(l) < 0 ? PAM_SESSION_ERR : PAM_SUCCESS;

	log_login(pamh, l, phase->word, false);
	return r;
}

/*
 * After a login by key, sshd calls neither auth nor, with the key known,
 * account: it is decided here.  What auth has decided does not count: it may
 * have been about another attempt of the client's.
 */
static int
decide(pam_handle_t *pamh, struct login *l, const struct phase *phase)
{
	l->needs_password = true;
	login_decide(l);
	return finish(pamh, l, phase);
}

int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	static const struct phase phase = { "session-open", PAM_SUCCESS };
	struct options options;
	struct login l;
	int r = begin(pamh, false, argc, argv, &options, &l);

	(void)flags;
	if (r != PAM_SUCCESS)
		return r;
	r = options.ssh ? decide(pamh, &l, &phase) : tell(pamh, &l, &phase);
	if (r == PAM_SUCCESS)
		r = put_environment(pamh, &l.record);
	login_done(&l);
	return r;
}

/* The connection may be gone by now: the helper is not asked. */
int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct options options;
	struct login l;
	int r = begin(pamh, false, argc, argv, &options, &l);

	(void)flags;
	if (r != PAM_SUCCESS)
		return r;
	log_login(pamh, &l, "session-close", false);
	login_done(&l);
	return PAM_SUCCESS;
}

/* Passwords are not ours. */
int
pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh, (void)flags, (void)argc, (void)argv;
	return PAM_IGNORE;
}
