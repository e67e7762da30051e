/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The decision table, as data.  Nothing else in the project decides.
 */
#include <config.h>
#include "policy/decide.h"

/* The cells of the table. */
enum outcome {
	BROKEN, /* no cell says it */
	PASSWD, /* the password decides */
	ACCEPT,
	AND_PW, /* a good certificate, and the password */
	NOBODY, /* whatever the connection shows */
	NO_TLS,
	TOO_OLD,
	NO_CRT,
	BADCRT,
	OTHERS, /* somebody else's certificate */
	BAD_PW, /* BADCRT or PASSWD, by bad-certificate */
	OTH_PW, /* OTHERS or PASSWD, by bad-certificate */
	OUTCOME_COUNT
};

#define REFUSE(reason)                                      \
	{                                                   \
		STSSL_VERDICT_REFUSE, STSSL_REASON_##reason \
	}
#define ASK(reason)                                           \
	{                                                     \
		STSSL_VERDICT_PASSWORD, STSSL_REASON_##reason \
	}
#define LET_IN                                                 \
	{                                                      \
		STSSL_VERDICT_ACCEPT, STSSL_REASON_CERTIFICATE \
	}

/* clang-format off */
static const struct stssl_decision outcomes[OUTCOME_COUNT][STSSL_BAD_COUNT] = {
	/*            bad-certificate = refuse   bad-certificate = password */
	[BROKEN]  = { REFUSE(INTERNAL),          REFUSE(INTERNAL) },
	[PASSWD]  = { ASK(BY_PASSWORD),          ASK(BY_PASSWORD) },
	[ACCEPT]  = { LET_IN,                    LET_IN },
	[AND_PW]  = { ASK(AND_PASSWORD),         ASK(AND_PASSWORD) },
	[NOBODY]  = { REFUSE(CLASS_REFUSES),     REFUSE(CLASS_REFUSES) },
	[NO_TLS]  = { REFUSE(TLS_REQUIRED),      REFUSE(TLS_REQUIRED) },
	[TOO_OLD] = { REFUSE(TLS_TOO_OLD),       REFUSE(TLS_TOO_OLD) },
	[NO_CRT]  = { REFUSE(NO_CERTIFICATE),    REFUSE(NO_CERTIFICATE) },
	[BADCRT]  = { REFUSE(BAD_CERTIFICATE),   REFUSE(BAD_CERTIFICATE) },
	[OTHERS]  = { REFUSE(NOT_THIS_USER),     REFUSE(NOT_THIS_USER) },
	[BAD_PW]  = { REFUSE(BAD_CERTIFICATE),   ASK(BY_PASSWORD) },
	[OTH_PW]  = { REFUSE(NOT_THIS_USER),     ASK(BY_PASSWORD) },
};

/* A class that needs a certificate needs TLS, even if it is optional. */
#define SSL(name) [STSSL_SSL_##name]
#define WAY(name) [STSSL_LOGIN_##name]
static const enum outcome
    table[STSSL_SSL_COUNT][STSSL_LOGIN_COUNT][STSSL_FACTS_SSH] = {
    SSL(OPTIONAL) = {
	/*                 clear   old      none    bad     somebody good */
	WAY(PASSWORD)    = { PASSWD, TOO_OLD, PASSWD, PASSWD, PASSWD, PASSWD },
	WAY(EITHER)      = { PASSWD, TOO_OLD, PASSWD, BAD_PW, OTH_PW, ACCEPT },
	WAY(CERTIFICATE) = { NO_TLS, TOO_OLD, NO_CRT, BADCRT, OTHERS, ACCEPT },
	WAY(BOTH)        = { NO_TLS, TOO_OLD, NO_CRT, BADCRT, OTHERS, AND_PW },
	WAY(REFUSE)      = { NOBODY, NOBODY,  NOBODY, NOBODY, NOBODY, NOBODY },
    },
    SSL(REQUIRED) = {
	WAY(PASSWORD)    = { NO_TLS, TOO_OLD, PASSWD, PASSWD, PASSWD, PASSWD },
	WAY(EITHER)      = { NO_TLS, TOO_OLD, PASSWD, BAD_PW, OTH_PW, ACCEPT },
	WAY(CERTIFICATE) = { NO_TLS, TOO_OLD, NO_CRT, BADCRT, OTHERS, ACCEPT },
	WAY(BOTH)        = { NO_TLS, TOO_OLD, NO_CRT, BADCRT, OTHERS, AND_PW },
	WAY(REFUSE)      = { NOBODY, NOBODY,  NOBODY, NOBODY, NOBODY, NOBODY },
    },
};
#undef WAY
#undef SSL
/* clang-format on */

static const char *const reasons[STSSL_REASON_COUNT] = {
#define X(name, word, text, pam) [STSSL_REASON_##name] = word,
	STSSL_REASONS(X)
#undef X
};

/* An enum may hold any integer. */
const char *
stssl_reason_word(enum stssl_reason r)
{
	return reasons[(unsigned)r < STSSL_REASON_COUNT
			   ? r
			   : STSSL_REASON_INTERNAL];
}

struct stssl_decision
stssl_decide(enum stssl_ssl ssl, enum stssl_login_way login,
    enum stssl_bad_certificate bad, enum stssl_facts facts)
{
	if ((unsigned)ssl >= STSSL_SSL_COUNT ||
	    (unsigned)login >= STSSL_LOGIN_COUNT ||
	    (unsigned)bad >= STSSL_BAD_COUNT ||
	    (unsigned)facts >= STSSL_FACTS_COUNT)
		return outcomes[BROKEN][STSSL_BAD_REFUSE];
	/* The last of the facts has no column of its own. */
	if (facts == STSSL_FACTS_SSH)
		facts = STSSL_FACTS_CLEAR;
	return outcomes[table[ssl][login][facts]][bad];
}
