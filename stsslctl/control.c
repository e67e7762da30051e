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

static const struct {
	const char *word;
	int success; /* and for new_authtok_reqd */
	int ignore;
	int otherwise;
} words[] = {
	{ "required", ACTION_OK, ACTION_IGNORE, ACTION_BAD },
	{ "requisite", ACTION_OK, ACTION_IGNORE, ACTION_DIE },
	{ "sufficient", ACTION_DONE, ACTION_IGNORE, ACTION_IGNORE },
	{ "optional", ACTION_OK, ACTION_IGNORE, ACTION_IGNORE },
};

static const struct {
	const char *word;
	int action;
} actions[] = {
	{ "ignore", ACTION_IGNORE },
	{ "ok", ACTION_OK },
	{ "done", ACTION_DONE },
	{ "bad", ACTION_BAD },
	{ "die", ACTION_DIE },
	{ "reset", ACTION_RESET },
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

/* Skip a code and return it; CODE_COUNT for "default", -1 for neither. */
static int
take_code(const char **text)
{
	for (int i = 0; i < CODE_COUNT; i++)
		if (take(text, codes[i]))
			return i;
	return take(text, "default") ? CODE_COUNT : -1;
}

/* How many modules are skipped; 0 is a mistake. */
static bool
take_jump(const char **text, int *ret)
{
	int n = 0;

	if (!stssl_is_digit(**text))
		return false;
	for (; stssl_is_digit(**text); ++*text)
		if (n < CONTROL_JUMP_MAX)
			n = n * 10 + (**text - '0');
	*ret = n < CONTROL_JUMP_MAX ? n : CONTROL_JUMP_MAX;
	return n != 0;
}

static bool
take_action(const char **text, int *ret)
{
	for (size_t i = 0; i < sizeof actions / sizeof actions[0]; i++)
		if (take(text, actions[i].word)) {
			*ret = actions[i].action;
			return true;
		}
	return take_jump(text, ret);
}

/* One CODE=ACTION. */
static bool
take_pair(const char **text, struct control *c)
{
	int code = take_code(text), action;

	*text = skip_blanks(*text);
	if (code < 0 || !take(text, "="))
		return false;
	*text = skip_blanks(*text);
	if (!take_action(text, &action))
		return false;
	if (code == CODE_COUNT)
		control_default(c, action);
	else
		c->actions[code] = action;
	return true;
}

static int
parse_bracket(const char *text, struct control *ret)
{
	for (text = skip_blanks(text); *text != '\0'; text = skip_blanks(text))
		if (!take_pair(&text, ret)) {
			control_fill(ret, ACTION_BAD);
			return -EINVAL;
		}
	control_default(ret, ACTION_BAD);
	return 0;
}

int
control_parse(const char *text, struct control *ret)
{
	control_fill(ret, ACTION_NONE);
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (stssl_same_text(text, words[i].word)) {
			control_fill(ret, words[i].otherwise);
			ret->actions[CODE_SUCCESS] = words[i].success;
			ret->actions[CODE_NEW_AUTHTOK_REQD] = words[i].success;
			ret->actions[CODE_IGNORE] = words[i].ignore;
			return 0;
		}
	return parse_bracket(text, ret);
}
