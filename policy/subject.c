/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The place of each kind of name in the record, and how it is brought into its
 * form.
 */
#include <config.h>
#include "policy/subject.h"

#include <errno.h>
#include <string.h>

#include "policy/dn.h"
#include "status/ascii.h"

_Static_assert(STSSL_DN_MAX <= STSSL_SUBJECT_MAX, "a DN is a name");

const char *
stssl_subject_domain(const char *address)
{
	const char *at = strchr(address, '@');

	if (at == NULL || at == address || at[1] == '\0' ||
	    strchr(at + 1, '@') != NULL)
		return NULL;
	return at + 1;
}

/* Each changes a copy of the name in place. */
static int
fold_all(char *text)
{
	stssl_lower_text(text);
	return 0;
}

static int
fold_domain(char *text)
{
	const char *domain = stssl_subject_domain(text);

	if (domain == NULL)
		return -EBADMSG;
	stssl_lower_text(text + (domain - text));
	return 0;
}

static int
fold_dn(char *text)
{
	char form[STSSL_DN_MAX];
	int r = stssl_dn_canonical(text, form);

	if (r == 0)
		memcpy(text, form, strlen(form) + 1);
	return r;
}

static const struct {
	enum stssl_key key;
	bool many;
	int (*fold)(char *text); /* NULL: every byte counts */
} kinds[STSSL_SUBJECT_COUNT] = {
	[STSSL_SUBJECT_CN] = { STSSL_KEY_SSL_CLIENT_S_DN_CN, false, NULL },
	[STSSL_SUBJECT_DN] = { STSSL_KEY_SSL_CLIENT_S_DN, false, fold_dn },
	[STSSL_SUBJECT_EMAIL] = { STSSL_KEY_SSL_CLIENT_SAN_Email, true,
	    fold_domain },
	[STSSL_SUBJECT_UPN] = { STSSL_KEY_SSL_CLIENT_SAN_OTHER_msUPN, true,
	    fold_domain },
	[STSSL_SUBJECT_DNS] = { STSSL_KEY_SSL_CLIENT_SAN_DNS, true, fold_all },
	[STSSL_SUBJECT_URI] = { STSSL_KEY_SSL_CLIENT_SAN_URI, true, NULL },
};

static bool
is_plain(const char *text)
{
	for (; *text != '\0'; text++)
		if (stssl_is_control(*text))
			return false;
	return true;
}

int
stssl_subject_canonical(enum stssl_subject kind, const char *text,
    char ret[static STSSL_SUBJECT_MAX])
{
	char form[STSSL_SUBJECT_MAX];
	size_t len = strlen(text);
	int r = 0;

	if (len == 0 || !is_plain(text))
		return -EBADMSG;
	if (len >= sizeof form)
		return -E2BIG;
	memcpy(form, text, len + 1);
	if (kinds[kind].fold != NULL)
		r = kinds[kind].fold(form);
	if (r == 0)
		memcpy(ret, form, strlen(form) + 1);
	return r;
}

int
stssl_subject_nth(enum stssl_subject kind, const struct stssl_record *record,
    unsigned n, char ret[static STSSL_SUBJECT_MAX])
{
	const char *text = NULL;
	int r;

	if (kinds[kind].many)
		text = stssl_record_get_nth(record, kinds[kind].key, n);
	else if (n == 0)
		text = stssl_record_get(record, kinds[kind].key);
	if (text == NULL)
		return 0;
	r = stssl_subject_canonical(kind, text, ret);
	return r < 0 ? r : 1;
}
