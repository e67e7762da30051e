/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Gives up privileges and believes it only after having tried to get them
 * back.
 */
#include <config.h>
#include "helper/monitor/privileges.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "conf/conf.h"
#include "helper/keyholder/keys.h"
#include "helper/monitor/generation.h"

/* A passwd or group entry; groups can have many members. */
#define ENTRY_BYTES (256 * 1024)

static int
complain(const struct stssl_conf_section *section, struct stssl_error *error,
    int r, const char *key, const char *name)
{
	(void)stssl_conf_error(section, key, error, "%s = \"%s\": %s", key,
	    name, r == -EINVAL ? "no such name" : strerror(-r));
	return r;
}

static int
find_user(const struct stssl_conf_section *section, const char *key,
    const char *name, uid_t *ret_uid, gid_t *ret_gid, struct stssl_error *error)
{
	struct passwd entry, *found = NULL;
	char *buf = malloc(ENTRY_BYTES);
	int r;

	r = buf == NULL ? ENOMEM
			: getpwnam_r(name, &entry, buf, ENTRY_BYTES, &found);
	if (found != NULL) {
		*ret_uid = entry.pw_uid;
		*ret_gid = entry.pw_gid;
	}
	free(buf);
	if (found == NULL)
		return complain(
		    section, error, r == 0 ? -EINVAL : -r, key, name);
	return 0;
}

static int
find_group(const struct stssl_conf_section *section, const char *key,
    const char *name, gid_t *ret, struct stssl_error *error)
{
	struct group entry, *found = NULL;
	char *buf = malloc(ENTRY_BYTES);
	int r;

	r = buf == NULL ? ENOMEM
			: getgrnam_r(name, &entry, buf, ENTRY_BYTES, &found);
	if (found != NULL)
		*ret = entry.gr_gid;
	free(buf);
	if (found == NULL)
		return complain(
		    section, error, r == 0 ? -EINVAL : -r, key, name);
	return 0;
}

/* The users of the section at the top. */
static int
find_status_users(const struct helper_config *config, struct privileges *p,
    struct stssl_error *error)
{
	const struct stssl_conf_section *top = stssl_conf_top(config->conf);
	const struct stssl_values *names = &config->status_users;
	gid_t unused;
	int r = 0;

	for (; r == 0 && p->status_user_count < names->count;
	     p->status_user_count++)
		r = find_user(top, "status-users",
		    names->list[p->status_user_count],
		    &p->status_users[p->status_user_count], &unused, error);
	return r;
}

/* Advisors and the inquirer are of our own user: they must not report. */
static int
find_backend_user(const struct listen_config *l, const struct privileges *p,
    uid_t *ret, struct stssl_error *error)
{
	const char *name = l->backend_user;
	gid_t unused;
	int r;

	*ret = PRIVILEGES_NOBODY;
	if (name == NULL)
		return 0;
	r = find_user(l->section, "backend-user", name, ret, &unused, error);
	if (r == 0 && *ret == p->uid && p->uid != 0)
		return stssl_conf_error(l->section, "backend-user", error,
		    "backend-user = \"%s\": that is the helper's own user",
		    name);
	return r;
}

static int
find_backend_users(const struct helper_config *config, struct privileges *p,
    struct stssl_error *error)
{
	int r = 0;

	for (; r == 0 && p->listener_count < config->listener_count;
	     p->listener_count++)
		r = find_backend_user(&config->listeners[p->listener_count], p,
		    &p->backend_users[p->listener_count], error);
	return r;
}

int
privileges_resolve(const struct helper_config *config, struct privileges *ret,
    struct stssl_error *error)
{
	const struct stssl_conf_section *top = stssl_conf_top(config->conf);
	struct privileges p = {
		.uid = geteuid(), .gid = getegid(), .status_gid = (gid_t)-1
	};
	int r = 0;

	p.status_users =
	    calloc(config->status_users.count + 1, sizeof *p.status_users);
	p.backend_users =
	    calloc(config->listener_count + 1, sizeof *p.backend_users);
	if (p.status_users == NULL || p.backend_users == NULL)
		r = complain(top, error, -ENOMEM, "status-users", "");
	p.is_change = p.uid == 0 && config->user != NULL;
	if (r == 0 && p.is_change)
		r = find_user(top, "user", config->user, &p.uid, &p.gid, error);
	if (r == 0 && config->status_group != NULL)
		r = find_group(top, "status-group", config->status_group,
		    &p.status_gid, error);
	if (r == 0)
		r = find_status_users(config, &p, error);
	if (r == 0)
		r = find_backend_users(config, &p, error);
	if (r < 0)
		privileges_done(&p);
	else
		*ret = p;
	return r;
}

void
privileges_done(struct privileges *p)
{
	free(p->status_users);
	free(p->backend_users);
	p->status_users = p->backend_users = NULL;
	p->status_user_count = p->listener_count = 0;
}

static int
become(uid_t uid, gid_t gid)
{
	uid_t ruid, euid, suid;
	gid_t rgid, egid, sgid;

	if (setgroups(0, NULL) == -1 || setresgid(gid, gid, gid) == -1 ||
	    setresuid(uid, uid, uid) == -1 ||
	    getresuid(&ruid, &euid, &suid) == -1 ||
	    getresgid(&rgid, &egid, &sgid) == -1)
		return -errno;
	if (ruid != uid || euid != uid || suid != uid || rgid != gid ||
	    egid != gid || sgid != gid || getgroups(0, NULL) != 0)
		return -EPERM;
	if (uid != 0 && (setuid(0) != -1 || seteuid(0) != -1))
		return -EPERM;
	return 0;
}

int
privileges_drop(const struct privileges *p)
{
	int r = p->is_change ? become(p->uid, p->gid) : 0;

	if (r == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
		r = -errno;
	return r;
}

int
privileges_leave(const struct privileges *p, const char *path,
    const struct generation *g, struct stssl_error *error)
{
	int r;

	keys_open_early(g->config);
	r = privileges_drop(p);
	if (r < 0)
		(void)snprintf(error->text, sizeof error->text,
		    "cannot give up privileges: %s", strerror(-r));
	else if (p->is_change)
		r = generation_check_user(path, g, error);
	return r;
}
