/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stssl-helper: reads the command line and the configuration, loads what only
 * the one who starts it may read, and becomes the monitor.
 */
#include <config.h>

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "helper/advisor.h"
#include "setup/config.h"
#include "helper/log.h"
#include "helper/monitor.h"
#include "helper/privileges.h"
#include "helper/revocation.h"
#include "helper/tls.h"
#include "helper/worker.h"
#include "policy/classes.h"

struct arguments {
	const char *config;
	enum log_target log;
	bool debug;
	bool test;
	bool version;
};

/* What the configuration names, loaded. */
struct loaded {
	struct helper_config *config;
	struct privileges privileges;
	struct tls_context *tls;
};

static const struct option long_options[] = {
	{ "log", required_argument, NULL, 'l' },
	{ NULL, 0, NULL, 0 },
};

static int
usage(void)
{
	(void)fputs("usage: stssl-helper [-c FILE] [-t] [-d] "
		    "[--log=syslog|stderr] [-V]\n",
	    stderr);
	return STATUS_CONFIG;
}

static bool
parse_log(const char *word, enum log_target *ret)
{
	bool is_syslog = strcmp(word, "syslog") == 0;

	if (!is_syslog && strcmp(word, "stderr") != 0)
		return false;
	*ret = is_syslog ? LOG_TARGET_SYSLOG : LOG_TARGET_STDERR;
	return true;
}

static bool
parse_option(int option, const char *value, struct arguments *a)
{
	switch (option) {
	case 'c':
		a->config = value;
		return true;
	case 'd':
		a->debug = true;
		return true;
	case 'l':
		return parse_log(value, &a->log);
	case 't':
		a->test = true;
		return true;
	case 'V':
		a->version = true;
		return true;
	default:
		return false;
	}
}

static bool
parse_arguments(int argc, char **argv, struct arguments *ret)
{
	struct arguments a = { .config = HELPER_CONF,
		.log = LOG_TARGET_STDERR };
	int option;

	opterr = 0;
	while ((option = getopt_long(
		    argc, argv, "c:dtV", long_options, NULL)) != -1)
		if (!parse_option(option, optarg, &a))
			return false;
	if (optind != argc)
		return false;
	*ret = a;
	return true;
}

/* Nothing is kept of it: it is the module's and the advisor's matter. */
static int
check_classes(const char *path, struct stssl_error *error)
{
	struct stssl_classes *classes;
	int r = stssl_classes_read(path, &classes, error);

	if (r == 0)
		(void)stssl_classes_free(classes);
	return r;
}

static int
load(const char *path, struct loaded *l, struct stssl_error *error)
{
	const char *key;
	int r = config_read(path, &l->config, error);

	if (r < 0)
		return r;
	r = tls_context_new(&l->config->tls, &l->tls, &key, error);
	if (r < 0)
		return config_tls_error(l->config, key, error->text, error);
	r = privileges_resolve(l->config, &l->privileges, error);
	return r == 0 ? check_classes(l->config->classes, error) : r;
}

static void
unload(struct loaded *l)
{
	privileges_done(&l->privileges);
	(void)tls_context_free(l->tls);
	(void)config_free(l->config);
}

int
main(int argc, char **argv)
{
	struct loaded l = { NULL, { 0 }, NULL };
	struct stssl_error error;
	struct arguments a;
	int status;

	if (!parse_arguments(argc, argv, &a))
		return usage();
	if (a.version) {
		(void)puts("stssl-helper " PACKAGE_VERSION);
		return STATUS_STOPPED;
	}
	log_open(a.log, "monitor", a.debug);

	if (load(a.config, &l, &error) < 0) {
		if (a.test)
			(void)fprintf(stderr, "%s\n", error.text);
		else
			log_error("%s", error.text);
		status = STATUS_CONFIG;
	} else if (a.test) {
		revocation_log(tls_context_store(l.tls), 0, time(NULL));
		status = STATUS_STOPPED;
	} else {
		const struct monitor_params params = { l.config, &l.privileges,
			l.tls, worker_main, advisor_main };

		status = (int)monitor_main(&params);
	}
	unload(&l);
	return status;
}
