/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reading a configuration file with libConfuse so that every mistake is one
 * message, "file:line: what", and nothing of a faulty file is used.
 *
 * On top of libConfuse: the file must be trusted (status/trust.h), a key given
 * twice in one section is an error, "${NAME}" is an error (libConfuse would put
 * in the environment, which nothing here believes), each key's line is
 * remembered for checks that come later, and one lock guards libConfuse's
 * scanner, which is not re-entrant.
 */
#ifndef POLICY_CONF_H
#define POLICY_CONF_H

#include <confuse.h>
#include <stddef.h>

#define STSSL_CONF_MAX   (4 * 1024 * 1024)
#define STSSL_ERROR_TEXT 512

/* One message without a newline; empty when there was no error. */
struct stssl_error {
	char text[STSSL_ERROR_TEXT];
};

struct stssl_conf;

/*
 * Parse `path` by `opts`.  Values are checked by the validating functions that
 * cfg_set_validate_func() takes: `validators` lists them by option path, ended
 * by a NULL path; they report with cfg_error().
 * Returns 0 and *ret, to be freed by stssl_conf_free(); or a negative errno
 * (-EBADMSG for a mistake in the text) with error->text set.
 */
struct stssl_conf_validator {
	const char *option;
	cfg_validate_callback_t validate;
};
int stssl_conf_read(const char *path, cfg_opt_t *opts,
    const struct stssl_conf_validator *validators, struct stssl_conf **ret,
    struct stssl_error *error);

/* Takes NULL.  Returns NULL. */
struct stssl_conf *stssl_conf_free(struct stssl_conf *conf);

/* The parsed tree, valid until stssl_conf_free(). */
cfg_t *stssl_conf_tree(const struct stssl_conf *conf);

/*
 * Say what is wrong with `key` of section `section` (the tree itself for keys
 * at the top), found only after the whole file was read: fills error->text
 * with the file, the line on which the key was given (the section's when it
 * was not, 1 at the top) and the text.  Returns -EBADMSG, always.
 */
int stssl_conf_error(const struct stssl_conf *conf, cfg_t *section,
    const char *key, struct stssl_error *error, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

#endif
