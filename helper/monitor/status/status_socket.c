/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Takes the place of a helper that is gone, never of one that lives.
 */
#include <config.h>
#include "helper/monitor/status/status_socket.h"

#include <endian.h>
#include <errno.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/monitor/privileges.h"
#include "status/trust.h"

#define MODE    0660
#define BACKLOG 128

static int
new_socket(void)
{
	return socket(
	    AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* A socket that refuses connections has lost its process. */
static bool
is_stale(const struct sockaddr_un *un)
{
	struct stat st;
	bool stale;
	int fd;

	if (lstat(un->sun_path, &st) == -1 || !S_ISSOCK(st.st_mode))
		return false;
	fd = new_socket();
	if (fd == -1)
		return false;
	stale = connect(fd, (const struct sockaddr *)un, sizeof *un) == -1 &&
		errno == ECONNREFUSED;
	(void)close(fd);
	return stale;
}

/* Nobody else gets at it between bind() and the right mode: umask. */
static int
bind_to(int fd, const struct sockaddr_un *un)
{
	mode_t mask = umask(0177);
	int r = bind(fd, (const struct sockaddr *)un, sizeof *un);

	if (r == -1 && errno == EADDRINUSE) {
		if (is_stale(un) && unlink(un->sun_path) == 0)
			r = bind(fd, (const struct sockaddr *)un, sizeof *un);
		else
			errno = EADDRINUSE;
	}
	r = r == -1 ? -errno : 0;
	(void)umask(mask);
	return r;
}

/* The group first, so that the mode is never for a wrong one. */
static int
set_up(int fd, const char *path, uid_t owner, gid_t group, struct stat *ret)
{
	if (lchown(path, owner, group) == -1 || chmod(path, MODE) == -1 ||
	    lstat(path, ret) == -1 || listen(fd, BACKLOG) == -1)
		return -errno;
	return 0;
}

int
status_socket_open(
    const char *path, uid_t owner, gid_t group, struct status_socket *ret)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct stat st;
	char *copy = NULL;
	int fd, r;

	if (strlen(path) >= sizeof un.sun_path)
		return -ENAMETOOLONG;
	memcpy(un.sun_path, path, strlen(path) + 1);
	fd = new_socket();
	if (fd == -1)
		return -errno;
	r = bind_to(fd, &un);
	if (r < 0)
		goto fail;
	r = set_up(fd, path, owner, group, &st);
	if (r == 0) {
		copy = strdup(path);
		r = copy == NULL ? -ENOMEM : 0;
	}
	if (r < 0) {
		(void)unlink(path);
		goto fail;
	}
	*ret = (struct status_socket){ fd, copy, st.st_dev, st.st_ino };
	return 0;

fail:
	(void)close(fd);
	return r;
}

struct acl {
	struct posix_acl_xattr_header head;
	struct posix_acl_xattr_entry entries[];
};

static struct posix_acl_xattr_entry
entry(uint16_t tag, uint16_t rights, uint32_t id)
{
	return (struct posix_acl_xattr_entry){ htole16(tag), htole16(rights),
		htole32(id) };
}

int
status_socket_admit(
    const struct status_socket *s, const uid_t *users, size_t count)
{
	const uint16_t rights = ACL_READ | ACL_WRITE;
	struct acl *acl =
	    malloc(sizeof *acl + (count + 4) * sizeof *acl->entries);
	size_t n = 0, named;
	int r = 0;

	if (acl == NULL)
		return -ENOMEM;
	acl->head.a_version = htole32(POSIX_ACL_XATTR_VERSION);
	acl->entries[n++] = entry(ACL_USER_OBJ, rights, ACL_UNDEFINED_ID);
	for (size_t i = 0; i < count; i++)
		if (users[i] != PRIVILEGES_NOBODY)
			acl->entries[n++] = entry(ACL_USER, rights, users[i]);
	named = n - 1;
	acl->entries[n++] = entry(ACL_GROUP_OBJ, rights, ACL_UNDEFINED_ID);
	acl->entries[n++] = entry(ACL_MASK, rights, ACL_UNDEFINED_ID);
	acl->entries[n++] = entry(ACL_OTHER, 0, ACL_UNDEFINED_ID);
	if (named > 0 && lsetxattr(s->path, "system.posix_acl_access", acl,
			     sizeof *acl + n * sizeof *acl->entries, 0) == -1)
		r = -errno;
	free(acl);
	return r;
}

int
status_socket_start(
    const char *path, const struct privileges *p, struct status_socket *ret)
{
	uid_t owner;
	int r = status_socket_open(
	    path, p->is_change ? p->uid : (uid_t)-1, p->status_gid, ret);

	if (r < 0)
		return log_errno(r, "status-socket %s%s", path,
		    r == -ENOENT ? ": its directory" : "");
	if (stssl_trusted_socket(path, &owner) == -EACCES)
		log_error("status-socket %s: others can write there, or a "
			  "link leads there: pam_stssl.so does not ask it",
		    path);
	r = status_socket_admit(ret, p->backend_users, p->listener_count);
	if (r < 0)
		log_warning("status-socket %s: backend-user is not let in: %s",
		    path, strerror(-r));
	return 0;
}

void
status_socket_close(struct status_socket *s)
{
	struct stat st;

	if (s->path != NULL && lstat(s->path, &st) == 0 &&
	    st.st_dev == s->device && st.st_ino == s->inode)
		(void)unlink(s->path);
	free(s->path);
	if (s->fd != -1)
		(void)close(s->fd);
	*s = (struct status_socket){ .fd = -1 };
}
