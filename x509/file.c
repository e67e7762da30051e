/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads files whole and within bounds, and walks over directories of them.
 * Knows nothing of what is in them.
 */
#include <config.h>
#include "x509/file.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "status/tools/file.h"

int
x509_fault(struct x509_error *error, const char *path, const char *fmt, ...)
{
	char what[X509_ERROR_TEXT];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	(void)snprintf(
	    error->text, sizeof error->text, "%.400s: %.600s", path, what);
	return -EBADMSG;
}

int
x509_no_memory(struct x509_error *error, const char *path)
{
	(void)x509_fault(error, path, "out of memory");
	return -ENOMEM;
}

static int
fault_errno(struct x509_error *error, const char *path, int r)
{
	(void)x509_fault(error, path, "%s",
	    r == -EINVAL ? "not a regular file" : strerror(-r));
	return r;
}

int
x509_file_read(const char *path, unsigned char **ret, size_t *ret_len,
    struct x509_error *error)
{
	char *bytes;
	int r = stssl_file_read(path, X509_FILE_MAX, &bytes, ret_len);

	if (r < 0)
		return fault_errno(error, path, r);
	*ret = (unsigned char *)bytes;
	return 0;
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int
visit(const char *dir, const char *name, unsigned *ret_count,
    x509_each_file *each, void *owner, struct x509_error *error)
{
	char path[PATH_MAX];
	struct stat st;
	int len = snprintf(path, sizeof path, "%s/%s", dir, name);

	if (len < 0 || (size_t)len >= sizeof path)
		return fault_errno(error, dir, -ENAMETOOLONG);
	if (stat(path, &st) == -1)
		return fault_errno(error, path, -errno);
	if (!S_ISREG(st.st_mode))
		return 0;
	++*ret_count;
	return each(owner, path, error);
}

static int
walk(const char *dir, x509_each_file *each, void *owner,
    struct x509_error *error)
{
	struct dirent **entries;
	int count = scandir(dir, &entries, is_visible, alphasort);
	unsigned files = 0;
	int r = 0;

	if (count == -1)
		return fault_errno(error, dir, -errno);
	for (int i = 0; i < count; i++) {
		if (r == 0)
			r = visit(dir, entries[i]->d_name, &files, each, owner,
			    error);
		free(entries[i]);
	}
	free(entries);
	if (r == 0 && files == 0)
		return x509_fault(error, dir, "no file in this directory");
	return r;
}

int
x509_files(const char *path, x509_each_file *each, void *owner,
    struct x509_error *error)
{
	struct stat st;

	if (stat(path, &st) == -1)
		return fault_errno(error, path, -errno);
	return S_ISDIR(st.st_mode) ? walk(path, each, owner, error)
				   : each(owner, path, error);
}
