/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Files with certificates and revocation lists, as bytes.
 */
#ifndef X509_FILE_H
#define X509_FILE_H

#include <stddef.h>

/* Larger files are not read: a list of a million certificates has half. */
#define X509_FILE_MAX   (64 * 1024 * 1024)
#define X509_ERROR_TEXT 1024

/* One message without a newline: "which file: what is wrong". */
struct x509_error {
	char text[X509_ERROR_TEXT];
};

/* Fill error->text.  Returns -EBADMSG, always. */
int x509_fault(struct x509_error *error, const char *path, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The same, "out of memory".  Returns -ENOMEM, always. */
int x509_no_memory(struct x509_error *error, const char *path);

/*
 * Read the regular file `path`.  Returns 0, *ret, to be freed by the caller,
 * with a NUL behind its *ret_len bytes; or a negative errno, never -EBADMSG,
 * and error->text.
 */
int x509_file_read(const char *path, unsigned char **ret, size_t *ret_len,
    struct x509_error *error);

/* Called for one file.  Returns 0; or less than 0, with error->text. */
typedef int x509_each_file(
    void *owner, const char *path, struct x509_error *error);

/*
 * The files behind `path`: itself, or the regular files of a directory, in the
 * order of their names and without those that begin with a dot.  Calls `each`
 * until it returns less than 0, and returns that; or, with error->text,
 * -EBADMSG when there is no file, or a negative errno.
 */
int x509_files(const char *path, x509_each_file *each, void *owner,
    struct x509_error *error);

#endif
