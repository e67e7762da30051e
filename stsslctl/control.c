/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads control fields as libpam does, mistakes included.
 */
#include <config.h>
#include "stsslctl/control.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "status/ascii.h"

#define COUNT(table) (int)(sizeof(table) / sizeof((table)[0]))

/* All codes as the control field spells them, by their numbers. */
static const char *const codes[CODE_COUNT] = { "success", "open_err",
	"symbol_err", "service_err", "system_err", "buf_err", "perm_denied",
	"auth_err", "cred_insufficient", "authinfo_unavail", "user_unknown",
	"maxtries", "new_authtok_reqd", "acct_expired", "session_err",
	"cred_unavail", "cred_expired", "cred_err", "no_module_data",
	"conv_err", "authtok_err", "authtok_recover_err", "authtok_lock_busy",
	"authtok_disable_aging", "try_again", "ignore", "abort",
	"authtok_expired", "module_unknown", "bad_item", "conv_again",
	"incomplete" };

/* By their numbers with a minus in front. */
static const char *const actions[] = { "ignore", "ok", "done", "bad", "die",
	"reset" };

/* Words that stand for pairs; pam.conf(5). */
static const char *const words[][2] = {
	{ "required",
	    "success=ok new_authtok_reqd=ok ignore=ignore default=bad" },
	{ "requisite",
	    "success=ok new_authtok_reqd=ok ignore=ignore default=die" },
	{ "sufficient", "success=done new_authtok_reqd=done default=ignore" },
	{ "optional", "success=ok new_authtok_reqd=ok default=ignore" },
};

const char *
control_name(enum control_code code, char ret[static CONTROL_NAME_MAX])
{
	(void)snprintf(ret, CONTROL_NAME_MAX, "PAM_%s", codes[code]);
	for (char *c = ret; *c != '\0'; c++)
		*c = stssl_upper(*c);
	return ret;
}

void
control_fill(struct control *c, int action)
{
	for (int i = 0; i < CODE_COUNT; i++)
		c->actions[i] = action;
}

void
control_default(struct control *c, int action)
{
	for (int i = 0; i < CODE_COUNT; i++)
		if (c->actions[i] == ACTION_NONE)
			c->actions[i] = action;
}

static const char *
skip_blanks(const char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

/* Skip `word` when the text begins with it. */
static bool
take(const char **text, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*text, word, len) != 0)
		return false;
	*text += len;
	return true;
}

/* Skip one of `count` words.  Returns which one, or -1. */
static int
take_one_of(const char **text, const char *const *list, int count)
{
	for (int i = 0; i < count; i++)
		if (take(text, list[i]))
			return i;
	return -1;
}

/* A number of modules to skip; 0 is a mistake. */
static bool
take_jump(const char **text, int *ret)
{
	int n = 0;

	for (; stssl_is_digit(**text); ++*text)
		if (n < CONTROL_JUMP_MAX)
			n = n * 10 + (**text - '0');
	*ret = n < CONTROL_JUMP_MAX ? n : CONTROL_JUMP_MAX;
	return n != 0;
}

/* One CODE=ACTION; the code may be "default". */
static bool
take_pair(const char **text, struct control *c)
{
	int code = take_one_of(text, codes, CODE_COUNT), action;

	if (code < 0 && !take(text, "default"))
		return false;
	*text = skip_blanks(*text);
	if (!take(text, "="))
		return false;
	*text = skip_blanks(*text);
	action = -take_one_of(text, actions, COUNT(actions));
	if (action > 0 && !take_jump(text, &action))
		return false;
	if (code < 0)
		control_default(c, action);
	else
		c->actions[code] = action;
	return true;
}

int
control_parse(const char *text, struct control *ret)
{
	control_fill(ret, ACTION_NONE);
	for (int i = 0; i < COUNT(words); i++)
		if (stssl_same_text(text, words[i][0]))
			text = words[i][1];
	for (text = skip_blanks(text); *text != '\0'; text = skip_blanks(text))
		if (!take_pair(&text, ret)) {
			control_fill(ret, ACTION_BAD);
			return -EINVAL;
		}
	control_default(ret, ACTION_BAD);
	return 0;
}
