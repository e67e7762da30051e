/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "policy/decide.h"

#include <string.h>

#include "policy/tools/words.h"
#include "tests/test-policy.h"

/*
 * The table of design.md section 7 as it stands there, one row per ssl and
 * login.  "per" is what bad-certificate says.
 */
static const struct {
	enum stssl_ssl ssl;
	enum stssl_login_way login;
	const char *clear, *none, *bad, *good;
} design[] = {
	{ STSSL_SSL_OPTIONAL, STSSL_LOGIN_PASSWORD, "password", "password",
	    "password", "password" },
	{ STSSL_SSL_OPTIONAL, STSSL_LOGIN_EITHER, "password", "password", "per",
	    "accept" },
	{ STSSL_SSL_OPTIONAL, STSSL_LOGIN_CERTIFICATE, "refuse", "refuse",
	    "refuse", "accept" },
	{ STSSL_SSL_OPTIONAL, STSSL_LOGIN_BOTH, "refuse", "refuse", "refuse",
	    "password" },
	{ STSSL_SSL_REQUIRED, STSSL_LOGIN_PASSWORD, "refuse", "password",
	    "password", "password" },
	{ STSSL_SSL_REQUIRED, STSSL_LOGIN_EITHER, "refuse", "password", "per",
	    "accept" },
	{ STSSL_SSL_REQUIRED, STSSL_LOGIN_CERTIFICATE, "refuse", "refuse",
	    "refuse", "accept" },
	{ STSSL_SSL_REQUIRED, STSSL_LOGIN_BOTH, "refuse", "refuse", "refuse",
	    "password" },
	{ STSSL_SSL_OPTIONAL, STSSL_LOGIN_REFUSE, "refuse", "refuse", "refuse",
	    "refuse" },
	{ STSSL_SSL_REQUIRED, STSSL_LOGIN_REFUSE, "refuse", "refuse", "refuse",
	    "refuse" },
};

static const char *
expected(size_t row, enum stssl_bad_certificate bad, enum stssl_facts facts)
{
	const char *word = NULL;

	switch (facts) {
	case STSSL_FACTS_CLEAR:
	case STSSL_FACTS_SSH:
		word = design[row].clear;
		break;
	case STSSL_FACTS_NONE:
		word = design[row].none;
		break;
	case STSSL_FACTS_BAD:
	case STSSL_FACTS_SOMEBODY:
		word = design[row].bad;
		break;
	case STSSL_FACTS_GOOD:
		word = design[row].good;
		break;
	case STSSL_FACTS_OLD:
	case STSSL_FACTS_COUNT:
	default:
		word = "refuse";
	}
	if (strcmp(word, "per") == 0)
		word = bad == STSSL_BAD_PASSWORD ? "password" : "refuse";
	return word;
}

/* What a refusal says for these facts, and what a password says. */
static const struct {
	enum stssl_reason refuse, password;
} reasons[STSSL_FACTS_COUNT] = {
	[STSSL_FACTS_CLEAR] = { STSSL_REASON_TLS_REQUIRED,
	    STSSL_REASON_BY_PASSWORD },
	[STSSL_FACTS_SSH] = { STSSL_REASON_TLS_REQUIRED,
	    STSSL_REASON_BY_PASSWORD },
	[STSSL_FACTS_OLD] = { STSSL_REASON_TLS_TOO_OLD, STSSL_REASON_INTERNAL },
	[STSSL_FACTS_NONE] = { STSSL_REASON_NO_CERTIFICATE,
	    STSSL_REASON_BY_PASSWORD },
	[STSSL_FACTS_BAD] = { STSSL_REASON_BAD_CERTIFICATE,
	    STSSL_REASON_BY_PASSWORD },
	[STSSL_FACTS_SOMEBODY] = { STSSL_REASON_NOT_THIS_USER,
	    STSSL_REASON_BY_PASSWORD },
	[STSSL_FACTS_GOOD] = { STSSL_REASON_INTERNAL,
	    STSSL_REASON_BY_PASSWORD },
};

static enum stssl_reason
expected_reason(
    enum stssl_login_way login, enum stssl_facts facts, const char *verdict)
{
	if (login == STSSL_LOGIN_REFUSE)
		return STSSL_REASON_CLASS_REFUSES;
	if (strcmp(verdict, "accept") == 0)
		return STSSL_REASON_CERTIFICATE;
	if (strcmp(verdict, "refuse") == 0)
		return reasons[facts].refuse;
	return login == STSSL_LOGIN_BOTH ? STSSL_REASON_AND_PASSWORD
					 : reasons[facts].password;
}

START_TEST(every_decision_is_as_the_design_says)
{
	size_t row = (size_t)_i;

	for (int bad = 0; bad < STSSL_BAD_COUNT; bad++)
		for (int facts = 0; facts < STSSL_FACTS_COUNT; facts++) {
			const char *verdict =
			    expected(row, (enum stssl_bad_certificate)bad,
				(enum stssl_facts)facts);
			struct stssl_decision d = stssl_decide(design[row].ssl,
			    design[row].login, (enum stssl_bad_certificate)bad,
			    (enum stssl_facts)facts);

			ck_assert_str_eq(
			    stssl_verdict_word(d.verdict), verdict);
			ck_assert_str_eq(stssl_reason_word(d.reason),
			    stssl_reason_word(expected_reason(design[row].login,
				(enum stssl_facts)facts, verdict)));
		}
}
END_TEST

START_TEST(no_row_of_the_design_is_missing)
{
	bool seen[STSSL_SSL_COUNT][STSSL_LOGIN_COUNT] = { { false } };
	size_t count = 0;

	for (size_t i = 0; i < ROWS(design); i++) {
		count += !seen[design[i].ssl][design[i].login];
		seen[design[i].ssl][design[i].login] = true;
	}
	ck_assert_uint_eq(count, sizeof seen / sizeof seen[0][0]);
}
END_TEST

static const int strange[][4] = {
	{ STSSL_SSL_COUNT, STSSL_LOGIN_PASSWORD, 0, STSSL_FACTS_GOOD },
	{ -1, STSSL_LOGIN_PASSWORD, 0, STSSL_FACTS_GOOD },
	{ STSSL_SSL_OPTIONAL, STSSL_LOGIN_COUNT, 0, STSSL_FACTS_GOOD },
	{ STSSL_SSL_OPTIONAL, -1, 0, STSSL_FACTS_GOOD },
	{ STSSL_SSL_OPTIONAL, STSSL_LOGIN_EITHER, STSSL_BAD_COUNT,
	    STSSL_FACTS_GOOD },
	{ STSSL_SSL_OPTIONAL, STSSL_LOGIN_EITHER, -1, STSSL_FACTS_GOOD },
	{ STSSL_SSL_OPTIONAL, STSSL_LOGIN_EITHER, 0, STSSL_FACTS_COUNT },
	{ STSSL_SSL_OPTIONAL, STSSL_LOGIN_EITHER, 0, -1 },
	{ STSSL_SSL_OPTIONAL, STSSL_LOGIN_EITHER, 0, 4711 },
};

START_TEST(values_outside_their_enum_are_refused)
{
	const int *v = strange[_i];
	struct stssl_decision d =
	    stssl_decide((enum stssl_ssl)v[0], (enum stssl_login_way)v[1],
		(enum stssl_bad_certificate)v[2], (enum stssl_facts)v[3]);

	ck_assert_int_eq(d.verdict, STSSL_VERDICT_REFUSE);
	ck_assert_int_eq(d.reason, STSSL_REASON_INTERNAL);
}
END_TEST

START_TEST(every_reason_has_a_word_of_its_own_and_a_text)
{
	for (int i = 0; i < STSSL_REASON_COUNT; i++) {
		ck_assert_uint_gt(strlen(stssl_reason_text(i)), 0);
		for (int j = 0; j < i; j++)
			ck_assert_str_ne(
			    stssl_reason_word(i), stssl_reason_word(j));
	}
	ck_assert_str_eq(stssl_reason_word(STSSL_REASON_COUNT), "internal");
	ck_assert_str_eq(
	    stssl_reason_word((enum stssl_reason) - 1), "internal");
}
END_TEST

void
add_decide_cases(struct case_list *to)
{
	add_case(to, every_decision_is_as_the_design_says, ROWS(design));
	add_case(to, no_row_of_the_design_is_missing, 0);
	add_case(to, values_outside_their_enum_are_refused, ROWS(strange));
	add_case(to, every_reason_has_a_word_of_its_own_and_a_text, 0);
}
