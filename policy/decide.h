/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The decision table (README, "Who may log in"): what a class asks for against
 * what the connection shows.  A pure function over three small enums.
 */
#ifndef POLICY_DECIDE_H
#define POLICY_DECIDE_H

#include <stdbool.h>

#include "status/words.h"

enum stssl_ssl {
	STSSL_SSL_REQUIRED,
	STSSL_SSL_OPTIONAL,
	STSSL_SSL_COUNT
};

/* REQUIRED and REFUSE are 0: what nobody set is the strictest. */
enum stssl_login_way {
	STSSL_LOGIN_REFUSE,
	STSSL_LOGIN_CERTIFICATE,
	STSSL_LOGIN_BOTH,
	STSSL_LOGIN_EITHER,
	STSSL_LOGIN_PASSWORD,
	STSSL_LOGIN_COUNT
};

enum stssl_bad_certificate {
	STSSL_BAD_REFUSE,
	STSSL_BAD_PASSWORD,
	STSSL_BAD_COUNT,
	STSSL_BAD_BY_SSL = -1 /* not given: classes that were read have none */
};

/*
 * What the connection shows, seen for one user name and one class: name, word,
 * text for people.  CLEAR is also what did not come through the helper.
 */
#define STSSL_FACTS(X)                                                      \
	X(CLEAR, "clear", "no TLS")                                         \
	X(OLD, "old-tls", "TLS below the class's min-protocol")             \
	X(NONE, "no-certificate", "TLS, no client certificate")             \
	X(BAD, "bad-certificate", "TLS, a certificate that did not verify") \
	X(SOMEBODY, "somebody",                                             \
	    "TLS, a verified certificate that does not name this user")     \
	X(GOOD, "good-certificate",                                         \
	    "TLS, a verified certificate that names this user")             \
	X(SSH, "ssh", "SSH, which the class does not take for TLS")

enum stssl_facts {
#define X(name, word, text) STSSL_FACTS_##name,
	STSSL_FACTS(X)
#undef X
	STSSL_FACTS_COUNT
};

/*
 * Every reason a verdict can have: name, word for logs, text for people, and
 * the PAM code of a refusal, PAM_ left out.  The last three refuse nobody: a
 * refusal with one of them is a fault.
 */
#define STSSL_REASONS(X)                                                      \
	X(INTERNAL, "internal", "something went wrong", SYSTEM_ERR)           \
	X(CONFIGURATION, "configuration", "the configuration is faulty",      \
	    SERVICE_ERR)                                                      \
	X(HELPER, "helper", "the helper gave no answer that counts",          \
	    AUTHINFO_UNAVAIL)                                                 \
	X(BAD_USER, "bad-user", "not an acceptable user name", USER_UNKNOWN)  \
	X(NO_CLASS, "no-class", "no class matches", PERM_DENIED)              \
	X(CLASS_REFUSES, "class-refuses", "the class lets nobody in",         \
	    PERM_DENIED)                                                      \
	X(TLS_REQUIRED, "tls-required", "TLS required", PERM_DENIED)          \
	X(TLS_TOO_OLD, "tls-too-old", "a newer TLS version is required",      \
	    PERM_DENIED)                                                      \
	X(NO_CERTIFICATE, "no-certificate", "client certificate required",    \
	    CRED_INSUFFICIENT)                                                \
	X(BAD_CERTIFICATE, "bad-certificate", "certificate not accepted",     \
	    CRED_INSUFFICIENT)                                                \
	X(NOT_THIS_USER, "not-this-user",                                     \
	    "certificate does not belong to this user", CRED_INSUFFICIENT)    \
	X(AMBIGUOUS, "ambiguous", "certificate names several users",          \
	    CRED_INSUFFICIENT)                                                \
	X(CHANGED, "changed", "not the login that was decided before",        \
	    PERM_DENIED)                                                      \
	X(SSH_INFO, "ssh-info", "SSH_AUTH_INFO_0 is not what sshd writes",    \
	    AUTHINFO_UNAVAIL)                                                 \
	X(NO_PASSWORD, "no-password",                                         \
	    "the password decides, and nobody has asked for it", PERM_DENIED) \
	X(CERTIFICATE, "certificate", "logged in by certificate", SYSTEM_ERR) \
	X(BY_PASSWORD, "by-password", "the password decides", SYSTEM_ERR)     \
	X(AND_PASSWORD, "and-password",                                       \
	    "certificate accepted, the password decides", SYSTEM_ERR)

enum stssl_reason {
#define X(name, word, text, pam) STSSL_REASON_##name,
	STSSL_REASONS(X)
#undef X
	STSSL_REASON_COUNT
};

/* The word; INTERNAL's for a value that is none of the enum. */
const char *stssl_reason_word(enum stssl_reason r);

struct stssl_decision {
	enum stssl_verdict verdict;
	enum stssl_reason reason;
};

/*
 * Look up the table.  A value outside its enum, in any argument, is refused
 * with STSSL_REASON_INTERNAL.
 */
struct stssl_decision stssl_decide(enum stssl_ssl ssl,
    enum stssl_login_way login, enum stssl_bad_certificate bad,
    enum stssl_facts facts);

#endif
