/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The control field of a line in a PAM service file, as pam.conf(5) has it:
 * what libpam does with each code that a module can return.
 */
#ifndef STSSLCTL_CONTROL_H
#define STSSLCTL_CONTROL_H

/* Linux-PAM's codes, as far as they are named here. */
enum control_code {
	CODE_SUCCESS = 0,
	CODE_SERVICE_ERR = 3,
	CODE_SYSTEM_ERR = 4,
	CODE_PERM_DENIED = 6,
	CODE_AUTH_ERR = 7,
	CODE_CRED_INSUFFICIENT = 8,
	CODE_AUTHINFO_UNAVAIL = 9,
	CODE_USER_UNKNOWN = 10,
	CODE_NEW_AUTHTOK_REQD = 12,
	CODE_ACCT_EXPIRED = 13,
	CODE_CRED_ERR = 17,
	CODE_IGNORE = 25,
	CODE_MODULE_UNKNOWN = 28,
	CODE_COUNT = 32
};

/* "PAM_PERM_DENIED" and so on, written to `ret`. */
#define CONTROL_NAME_MAX 32
const char *control_name(
    enum control_code code, char ret[static CONTROL_NAME_MAX]);

/* What libpam does; a number above 0 skips so many modules. */
enum control_action {
	ACTION_IGNORE = 0,
	ACTION_OK = -1,
	ACTION_DONE = -2,
	ACTION_BAD = -3,
	ACTION_DIE = -4,
	ACTION_RESET = -5,
	ACTION_NONE = -6, /* not given yet */
};

/* Larger jumps are read as this one. */
#define CONTROL_JUMP_MAX 4096

struct control {
	int actions[CODE_COUNT];
};

/* Give `action` to all codes, or to those that have none yet. */
void control_fill(struct control *c, int action);
void control_default(struct control *c, int action);

/*
 * Read a word ("required"), or what stood between brackets ("success=done
 * default=die").  Returns 0; -EINVAL when libpam would take it for a mistake:
 * then every code is bad, as it is to libpam.
 */
int control_parse(const char *text, struct control *ret);

#endif
