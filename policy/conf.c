/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The one place that calls libConfuse's parser.  libConfuse keeps its scanner
 * in globals and passes no pointer to its error function, hence the lock and
 * the static sink; it must never write to stderr, which may be a client.
 */
#include <config.h>
#include "policy/conf.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/scan.h"
#include "status/trust.h"

struct stssl_conf {
	char *path;
	char *text; /* the names in `scan` point into it */
	struct stssl_scan scan;
	cfg_t *tree;
};

/* Guards libConfuse's scanner and `sink`. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* Where collect() writes while a file is parsed. */
static struct {
	const char *path;
	struct stssl_error *error;
} sink;

static void
put_line(struct stssl_error *error, const char *path, unsigned line)
{
	error->text[0] = '\0';
	(void)snprintf(error->text, sizeof error->text, "%s:%u: ", path, line);
}

static void __attribute__((format(printf, 2, 0)))
append(struct stssl_error *error, const char *fmt, va_list ap)
{
	size_t len = strlen(error->text);

	(void)vsnprintf(error->text + len, sizeof error->text - len, fmt, ap);
}

static int __attribute__((format(printf, 4, 5)))
fail(struct stssl_error *error, int r, const char *path, const char *fmt, ...)
{
	va_list ap;

	(void)snprintf(error->text, sizeof error->text, "%s: ", path);
	va_start(ap, fmt);
	append(error, fmt, ap);
	va_end(ap);
	return r;
}

/*
 * libConfuse's error function: the first error wins.  The path is not taken
 * from `cfg`, because sections without a title have none there.
 */
static void __attribute__((format(printf, 2, 0)))
collect(cfg_t *cfg, const char *fmt, va_list ap)
{
	if (sink.error == NULL || sink.error->text[0] != '\0')
		return;
	put_line(sink.error, sink.path, (unsigned)cfg->line);
	append(sink.error, fmt, ap);
}

static int
parse_text(cfg_t *tree, char *text, size_t len)
{
	FILE *f = fmemopen(text, len, "r");
	int r;

	if (f == NULL)
		return -errno;
	errno = 0; /* libConfuse takes an old ERANGE for its own */
	r = cfg_parse_fp(tree, f);
	(void)fclose(f);
	return r == CFG_SUCCESS ? 0 : -EBADMSG;
}

/* With the lock held.  cfg_free() resets the scanner, so it needs it too. */
static int
parse(cfg_opt_t *opts, const struct stssl_conf_validator *validators,
    char *text, size_t len, cfg_t **ret)
{
	cfg_t *tree = cfg_init(opts, CFGF_NONE);
	int r;

	if (tree == NULL)
		return -ENOMEM;
	(void)cfg_set_error_function(tree, collect);
	for (; validators != NULL && validators->option != NULL; validators++)
		(void)cfg_set_validate_func(
		    tree, validators->option, validators->validate);
	r = parse_text(tree, text, len);
	if (r < 0) {
		(void)cfg_free(tree);
		return r;
	}
	*ret = tree;
	return 0;
}

static int
parse_locked(struct stssl_conf *conf, size_t len, cfg_opt_t *opts,
    const struct stssl_conf_validator *validators, struct stssl_error *error)
{
	int r;

	(void)pthread_mutex_lock(&lock);
	sink.path = conf->path;
	sink.error = error;
	r = parse(opts, validators, conf->text, len, &conf->tree);
	sink.path = NULL;
	sink.error = NULL;
	(void)pthread_mutex_unlock(&lock);

	/* Without a word it can only have run out of memory. */
	if (r < 0 && error->text[0] == '\0')
		return fail(error, -ENOMEM, conf->path, "out of memory");
	return r;
}

static int
load(struct stssl_conf *conf, const char *path, size_t *ret_len,
    struct stssl_error *error)
{
	struct stssl_scan_mistake mistake;
	size_t len;
	int r = stssl_trusted_read(path, STSSL_CONF_MAX, &conf->text, &len);

	if (r == -EPERM)
		return fail(error, r, path,
		    "must belong to root and be writable by its owner only");
	if (r == -EINVAL)
		return fail(error, r, path, "not a regular file");
	if (r < 0)
		return fail(error, r, path, "%s", strerror(-r));

	r = stssl_scan(conf->text, len, &conf->scan, &mistake);
	if (r == -EBADMSG) {
		(void)snprintf(error->text, sizeof error->text, "%s:%u: %s",
		    path, mistake.line, mistake.what);
		return r;
	}
	if (r < 0)
		return fail(error, r, path, "%s", strerror(-r));
	*ret_len = len;
	return 0;
}

int
stssl_conf_read(const char *path, cfg_opt_t *opts,
    const struct stssl_conf_validator *validators, struct stssl_conf **ret,
    struct stssl_error *error)
{
	struct stssl_conf *conf = calloc(1, sizeof *conf);
	size_t len;
	int r;

	error->text[0] = '\0';
	if (conf == NULL || (conf->path = strdup(path)) == NULL) {
		r = fail(error, -ENOMEM, path, "out of memory");
		goto fail;
	}
	r = load(conf, path, &len, error);
	if (r < 0)
		goto fail;

	/* In place of the NUL, so that the text is never empty. */
	conf->text[len] = '\n';
	r = parse_locked(conf, len + 1, opts, validators, error);
	if (r < 0)
		goto fail;
	*ret = conf;
	return 0;

fail:
	(void)stssl_conf_free(conf);
	return r;
}

struct stssl_conf *
stssl_conf_free(struct stssl_conf *conf)
{
	if (conf == NULL)
		return NULL;
	if (conf->tree != NULL) {
		(void)pthread_mutex_lock(&lock);
		(void)cfg_free(conf->tree);
		(void)pthread_mutex_unlock(&lock);
	}
	stssl_scan_done(&conf->scan);
	free(conf->text);
	free(conf->path);
	free(conf);
	return NULL;
}

cfg_t *
stssl_conf_tree(const struct stssl_conf *conf)
{
	return conf->tree;
}

/* The section's key as it was scanned; NULL when the file has none. */
static const struct stssl_scan_key *
scanned_section(const struct stssl_conf *conf, cfg_t *section)
{
	const char *name = cfg_name(section);
	unsigned n = cfg_size(conf->tree, name);

	for (unsigned i = 0; i < n; i++)
		if (cfg_getnsec(conf->tree, name, i) == section)
			return stssl_scan_find(&conf->scan, 0, name, i);
	return NULL;
}

static unsigned
line_of(const struct stssl_conf *conf, cfg_t *section, const char *key)
{
	const struct stssl_scan_key *in = NULL;
	const struct stssl_scan_key *found;

	if (section != conf->tree) {
		in = scanned_section(conf, section);
		if (in == NULL)
			return 1;
	}
	found =
	    stssl_scan_find(&conf->scan, in == NULL ? 0 : in->opens, key, 0);
	if (found != NULL)
		return found->line;
	return in == NULL ? 1 : in->line;
}

int
stssl_conf_error(const struct stssl_conf *conf, cfg_t *section, const char *key,
    struct stssl_error *error, const char *fmt, ...)
{
	va_list ap;

	put_line(error, conf->path, line_of(conf, section, key));
	va_start(ap, fmt);
	append(error, fmt, ap);
	va_end(ap);
	return -EBADMSG;
}
