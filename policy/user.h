/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A user in NSS, looked up when it is first asked for.  "Not found"
 * is an answer; every other failure of NSS is an error, never a "no".
 */
#ifndef POLICY_USER_H
#define POLICY_USER_H

#include <stdbool.h>
#include <sys/types.h>

#define STSSL_USER_MAX 256

/* A group of classes.conf: by name, or by number when `name` is NULL. */
struct stssl_group {
	const char *name;
	gid_t gid;
};

/*
 * Read a group as it stands in classes.conf: all digits are a number.
 * Returns 0, ret->name borrowed from `text`; -EINVAL when it is empty or longer
 * than STSSL_USER_MAX; -ERANGE for a number that no group can have.
 */
int stssl_group_parse(const char *text, struct stssl_group *ret);

enum stssl_user_kind {
	STSSL_USER_UNKNOWN, /* not looked up yet */
	STSSL_USER_REAL,
	STSSL_USER_VIRTUAL
};

struct stssl_user {
	const char *name;
	enum stssl_user_kind kind;
	gid_t primary;
	gid_t *gids;
	int gid_count;
	bool is_denied; /* a group, because it is not among these */
};

/*
 * A user name that may be matched and used in a path: 1 to STSSL_USER_MAX
 * bytes of printable ASCII without '/' and blanks, not "." or "..", no '-' in
 * front.
 */
bool stssl_user_valid(const char *name);

/* Nothing is looked up yet; `name` is borrowed. */
void stssl_user_init(struct stssl_user *user, const char *name);
void stssl_user_done(struct stssl_user *user);

/*
 * Is the user in the passwd database?
 * Returns 1, 0, or what getpwnam_r(3) failed with, as a negative errno.
 */
int stssl_user_is_real(struct stssl_user *user);

/*
 * Is it the user's primary or a supplementary group?  No, for users who are
 * not in the passwd database and for groups that do not exist.
 * Returns 1, 0, or a negative errno.  getgrouplist(3) does not tell when a
 * source of groups is down: therefore a "no" is given only after the group
 * itself could be looked up, and not if that says that the user is a member.
 * After the last "no", stssl_user_confirm() says whether all of them stand.
 */
int stssl_user_in_group(
    struct stssl_user *user, const struct stssl_group *group);

/*
 * Ask for the user's groups again, if one was denied: a source that was down
 * for a moment has been up since, as the look-up of the group has shown.
 * Returns 0; -EIO when the user has a group now that was not there before; or
 * another negative errno.
 */
int stssl_user_confirm(const struct stssl_user *user);

#endif
