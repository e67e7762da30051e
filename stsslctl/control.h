/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The control field of a line in a PAM service file, as pam.conf(5) has it:
 * what libpam does with each code that a module can return.
 */
#ifndef STSSLCTL_CONTROL_H
#define STSSLCTL_CONTROL_H

/* Every code of Linux-PAM, in the order of its numbers. */
#define CONTROL_CODES(X)                                  \
	X(SUCCESS, "success")                             \
	X(OPEN_ERR, "open_err")                           \
	X(SYMBOL_ERR, "symbol_err")                       \
	X(SERVICE_ERR, "service_err")                     \
	X(SYSTEM_ERR, "system_err")                       \
	X(BUF_ERR, "buf_err")                             \
	X(PERM_DENIED, "perm_denied")                     \
	X(AUTH_ERR, "auth_err")                           \
	X(CRED_INSUFFICIENT, "cred_insufficient")         \
	X(AUTHINFO_UNAVAIL, "authinfo_unavail")           \
	X(USER_UNKNOWN, "user_unknown")                   \
	X(MAXTRIES, "maxtries")                           \
	X(NEW_AUTHTOK_REQD, "new_authtok_reqd")           \
	X(ACCT_EXPIRED, "acct_expired")                   \
	X(SESSION_ERR, "session_err")                     \
	X(CRED_UNAVAIL, "cred_unavail")                   \
	X(CRED_EXPIRED, "cred_expired")                   \
	X(CRED_ERR, "cred_err")                           \
	X(NO_MODULE_DATA, "no_module_data")               \
	X(CONV_ERR, "conv_err")                           \
	X(AUTHTOK_ERR, "authtok_err")                     \
	X(AUTHTOK_RECOVERY_ERR, "authtok_recover_err")    \
	X(AUTHTOK_LOCK_BUSY, "authtok_lock_busy")         \
	X(AUTHTOK_DISABLE_AGING, "authtok_disable_aging") \
	X(TRY_AGAIN, "try_again")                         \
	X(IGNORE, "ignore")                               \
	X(ABORT, "abort")                                 \
	X(AUTHTOK_EXPIRED, "authtok_expired")             \
	X(MODULE_UNKNOWN, "module_unknown")               \
	X(BAD_ITEM, "bad_item")                           \
	X(CONV_AGAIN, "conv_again")                       \
	X(INCOMPLETE, "incomplete")

enum control_code {
#define X(name, word) CODE_##name,
	CONTROL_CODES(X)
#undef X
	CODE_COUNT
};

/* "PAM_SUCCESS" and so on; "?" for what is no code. */
const char *control_name(enum control_code code);

/* What is done; a number above 0 skips so many modules. */
enum control_action {
	ACTION_IGNORE = 0,
	ACTION_OK = -1,
	ACTION_DONE = -2,
	ACTION_BAD = -3,
	ACTION_DIE = -4,
	ACTION_RESET = -5,
	ACTION_NONE = -6, /* not given yet */
};

/* More modules than this are never skipped. */
#define CONTROL_JUMP_MAX 4096

struct control {
	int actions[CODE_COUNT];
};

/* All codes not given yet get `action`. */
void control_default(struct control *c, int action);

/*
 * Read a word ("required"), or what stood between brackets ("success=done
 * default=die").  Returns 0; -EINVAL when libpam would take it for a mistake:
 * then every code is bad, as it is to libpam.
 */
int control_parse(const char *text, struct control *ret);

#endif
