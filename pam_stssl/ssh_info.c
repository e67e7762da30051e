/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads what sshd says, strictly: what is not known may be a key that is not
 * the user's.
 */
#include <config.h>
#include "pam_stssl/ssh_info.h"

#include <errno.h>
#include <string.h>

/* sshd calls PAM's auth for the last two. */
static const struct method {
	const char *name;
	bool has_key;
} methods[] = {
	{ "publickey", true },
	{ "password", false },
	{ "keyboard-interactive/pam", false },
};

static int
read_method(const char *line, size_t len, struct ssh_info *info,
    const struct method *method)
{
	size_t name = strlen(method->name);

	if (!method->has_key) {
		info->password = true;
		return len == name ? 0 : -EBADMSG;
	}
	if (len == name)
		return -EBADMSG;
	if (info->count == SSH_INFO_KEYS)
		return -EMSGSIZE;
	return stssl_ssh_key_spki(
	    line + name + 1, len - name - 1, info->keys[info->count++]);
}

static int
read_line(const char *line, size_t len, struct ssh_info *info)
{
	const char *blank = memchr(line, ' ', len);
	size_t name = blank == NULL ? len : (size_t)(blank - line);

	for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
		if (strlen(methods[i].name) == name &&
		    memcmp(methods[i].name, line, name) == 0)
			return read_method(line, len, info, &methods[i]);
	return name == 0 ? -EBADMSG : -ENOTSUP;
}

int
ssh_info_parse(const char *text, struct ssh_info *ret)
{
	struct ssh_info info = { .count = 0 };
	int r = 0;

	if (text != NULL && strnlen(text, SSH_INFO_MAX + 1) > SSH_INFO_MAX)
		return -EMSGSIZE;
	while (text != NULL && *text != '\0') {
		const char *end = strchr(text, '\n');

		if (end == NULL)
			return -EBADMSG;
		r = read_line(text, (size_t)(end - text), &info);
		if (r < 0)
			return r;
		text = end + 1;
	}
	*ret = info;
	return 0;
}
