/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The entry points of pam_stssl.so: from PAM's items to a login, from its
 * judgement to a PAM code and a log line.  PAM codes begin here and nowhere
 * else.  Nothing is printed, and nothing prompted for but a user name that is
 * not there.
 */
#include <config.h>

#include <stdbool.h>
#include <string.h>
#include <syslog.h>

#include <security/pam_modules.h>
#include <security/pam_ext.h>

#include "pam_stssl/kept.h"
#include "pam_stssl/login.h"
#include "policy/options.h"

/* One call of the module. */
struct call {
	pam_handle_t *pamh;
	struct kept *kept;
	struct stssl_options options;
	struct login l;
};

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

static void
log_login(const struct call *c, const char *word, bool judged)
{
	const struct connections *all = &c->l.connections;
	/* The operator has to do something about an error. */
	int priority = c->l.error.text[0] != '\0' ? LOG_ERR : LOG_NOTICE;
	char text[LOGIN_TEXT];

	for (size_t i = 0; c->options.debug && i < all->count; i++)
		pam_syslog(c->pamh, LOG_DEBUG, "connection: %s",
		    stssl_connection_format(&all->list[i], text));
	pam_syslog(
	    c->pamh, priority, "%s", login_format(&c->l, word, judged, text));
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

/* The kept things, arguments, items; everything else is the login's. */
static int
begin(struct call *c, pam_handle_t *pamh, bool is_auth, int argc,
    const char **argv)
{
	const void *service = NULL;
	const char *user = NULL, *bad;
	int r;

	c->pamh = pamh;
	c->kept = kept_get(pamh);
	if (c->kept == NULL) {
		pam_syslog(pamh, LOG_ERR, "out of memory");
		return PAM_BUF_ERR;
	}
	/* Until this auth decides, and whatever one before it has said. */
	if (is_auth) {
		c->kept->has_decided = true;
		c->kept->decided.verdict = STSSL_VERDICT_REFUSE;
	}
	if (stssl_options_parse(argc, argv, &c->options, &bad) < 0) {
		pam_syslog(pamh, LOG_ERR, "bad argument: %s", bad);
		return PAM_SERVICE_ERR;
	}
	if (pam_get_item(pamh, PAM_SERVICE, &service) != PAM_SUCCESS ||
	    service == NULL) {
		pam_syslog(pamh, LOG_ERR, "no service name");
		return PAM_SYSTEM_ERR;
	}
	r = find_user(pamh, is_auth, &user);
	if (r != PAM_SUCCESS)
		return r;
	login_init(&c->l, &c->options, user, service);
	c->l.rhost = rhost_get(pamh, c->kept);
	/* Only where the administrator says that it is sshd's environment. */
	if (c->options.ssh)
		c->l.ssh_text = pam_getenv(pamh, SSH_INFO);
	return PAM_SUCCESS;
}

/*
 * For account, which is not called after a refusal.  A user with a longer name
 * is refused anyhow.
 */
static void
keep(struct kept *kept, struct login *l)
{
	size_t len = strlen(l->user);

	if (len >= sizeof kept->decided.user)
		return;
	memcpy(kept->decided.user, l->user, len + 1);
	kept->decided.verdict = l->judgement.verdict;
	if (l->classes == NULL || kept->decided.verdict == STSSL_VERDICT_REFUSE)
		return;
	(void)stssl_classes_free(kept->classes);
	kept->classes = l->classes;
	l->classes = NULL;
}

/* From the judgement to the code, the log and PAM_RHOST. */
static int
finish(const struct call *c, const char *word, int when_password)
{
	int rhost = rhost_set(c->pamh, c->kept, &c->l);

	if (rhost != PAM_SUCCESS)
		pam_syslog(c->pamh, LOG_ERR, "cannot set PAM_RHOST");
	log_login(c, word, true);
	return rhost == PAM_SUCCESS ? code_of(&c->l.judgement, when_password)
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
	struct call c;
	int r = begin(&c, pamh, true, argc, argv);

	(void)flags;
	if (r != PAM_SUCCESS)
		return r;
	login_decide(&c.l);
	r = finish(&c, "login", PAM_IGNORE);
	keep(c.kept, &c.l);
	login_done(&c.l);
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
	struct call c;
	int r = begin(&c, pamh, false, argc, argv);

	(void)flags;
	if (r != PAM_SUCCESS)
		return r;
	c.l.kept = c.kept->classes;
	c.l.decided = c.kept->has_decided ? &c.kept->decided : NULL;
	c.l.needs_password = c.options.ssh;
	login_decide(&c.l);
	r = finish(&c, "account", PAM_SUCCESS);
	login_done(&c.l);
	c.kept->classes = stssl_classes_free(c.kept->classes);
	return r;
}

/* So that the line of its end can name the session, too. */
static void
keep_session(struct kept *kept, const struct stssl_record *record)
{
	const char *session = stssl_record_get(record, STSSL_KEY_STSSL_SESSION);

	kept->session[0] = '\0';
	if (session != NULL && strlen(session) < sizeof kept->session)
		memcpy(kept->session, session, strlen(session) + 1);
}

/* The facts of the session, for those who have been let in already. */
static int
tell(struct call *c, const char *word)
{
	int r = login_identify(&c->l) < 0 ? PAM_SESSION_ERR : PAM_SUCCESS;

	log_login(c, word, false);
	return r;
}

/*
 * After a login by key, sshd calls neither auth nor, with the key known,
 * account: it is decided here.  What auth has decided does not count: it may
 * have been about another attempt of the client's.
 */
static int
decide(struct call *c, const char *word)
{
	c->l.needs_password = true;
	login_decide(&c->l);
	return finish(c, word, PAM_SUCCESS);
}

int
pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	static const char word[] = "session-open";
	struct call c;
	int r = begin(&c, pamh, false, argc, argv);

	(void)flags;
	if (r != PAM_SUCCESS)
		return r;
	r = c.options.ssh ? decide(&c, word) : tell(&c, word);
	if (r == PAM_SUCCESS)
		r = put_environment(pamh, &c.l.record);
	keep_session(c.kept, &c.l.record);
	login_done(&c.l);
	return r;
}

/* The connection may be gone by now: the helper is not asked. */
int
pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	struct call c;
	int r = begin(&c, pamh, false, argc, argv);

	(void)flags;
	if (r != PAM_SUCCESS)
		return r;
	if (c.kept->session[0] != '\0')
		(void)stssl_record_put(
		    &c.l.record, STSSL_KEY_STSSL_SESSION, c.kept->session);
	log_login(&c, "session-close", false);
	login_done(&c.l);
	return PAM_SUCCESS;
}

/* Passwords are not ours. */
int
pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	(void)pamh, (void)flags, (void)argc, (void)argv;
	return PAM_IGNORE;
}
