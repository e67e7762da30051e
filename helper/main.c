/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stssl-helper: reads the command line and the configuration, loads what only
 * the one who starts it may read, and becomes the monitor.
 */
#include <config.h>

#include <errno.h>
#include <ev.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/base/sandbox.h"
#include "helper/keyholder/keys.h"
#include "helper/monitor/expiry.h"
#include "helper/monitor/generation.h"
#include "helper/monitor/monitor.h"
#include "helper/monitor/privileges.h"
#include "setup/config_read.h"
#include "status/quote.h"

struct arguments {
	const char *config;
	enum log_target log;
	bool debug;
	bool help;
	bool test;
	bool version;
	enum sandbox_mode sandbox;
};

static const struct option long_options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "log", required_argument, NULL, 'l' },
	{ "sandbox", required_argument, NULL, 's' },
	{ "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

/* What nobody can read was not printed. */
static int
written(void)
{
	if (fflush(stdout) == 0)
		return STATUS_STOPPED;
	(void)fputs("stssl-helper: cannot write to standard output\n", stderr);
	return STATUS_SYSTEM;
}

static int
help(void)
{
	(void)puts(
	    "usage: stssl-helper [OPTION]...\n"
	    "TLS in front of FTP and other daemons; stays in the foreground\n"
	    "\n"
	    "  -c FILE                 in place of " HELPER_CONF "\n"
	    "  -t                      check the configuration, and exit\n"
	    "  -d                      log more\n"
	    "  --log syslog|stderr     where to log; stderr is the default\n"
	    "  --sandbox enforce|log   log what the sandbox would refuse; for "
	    "development\n"
	    "  -h, --help              print this, and exit\n"
	    "  -V, --version           print the version, and exit\n"
	    "\n"
	    "man stssl-helper has all of it.");
	return written();
}

/* Says which word of the command line is none, or has a wrong value. */
static int
complain(const char *word)
{
	char quoted[STSSL_QUOTE_MAX];

	(void)fprintf(stderr,
	    "stssl-helper: %s does not fit here; see stssl-helper --help\n",
	    stssl_quote(quoted, sizeof quoted, word));
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
parse_sandbox(const char *word, enum sandbox_mode *ret)
{
	bool is_log = strcmp(word, "log") == 0;

	if (!is_log && strcmp(word, "enforce") != 0)
		return false;
	*ret = is_log ? SANDBOX_LOG : SANDBOX_ENFORCE;
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
	case 'h':
		a->help = true;
		return true;
	case 'l':
		return parse_log(value, &a->log);
	case 's':
		return parse_sandbox(value, &a->sandbox);
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

/* False, and the word that is wrong, unless all is well. */
static bool
parse_arguments(
    int argc, char **argv, struct arguments *ret, const char **ret_wrong)
{
	struct arguments a = { .config = HELPER_CONF,
		.log = LOG_TARGET_STDERR,
		.sandbox = SANDBOX_DEFAULT };
	int option, at = 1;

	opterr = 0;
	while ((option = getopt_long(
		    argc, argv, "c:dhtV", long_options, NULL)) != -1) {
		if (!parse_option(option, optarg, &a)) {
			*ret_wrong = argv[optind > at ? optind - 1 : at];
			return false;
		}
		at = optind;
	}
	if (optind != argc) {
		*ret_wrong = argv[optind];
		return false;
	}
	*ret = a;
	return true;
}

/* For somebody who has only just installed it. */
static void
add_first_step(const char *path, struct stssl_error *error)
{
	size_t len = strlen(error->text);

	if (strcmp(path, HELPER_CONF) == 0 && access(path, F_OK) == -1 &&
	    errno == ENOENT)
		(void)snprintf(error->text + len, sizeof error->text - len,
		    ": nothing is configured yet: README says how, and a "
		    "helper.conf to begin with is in " STSSL_EXAMPLES_DIR);
}

/* What the helper's user will read, and keys as the keyholder loads them. */
static int
check_as_user(const char *path, const struct generation *generation,
    const struct privileges *privileges, struct stssl_error *error)
{
	struct keys *keys = NULL;
	size_t wrong;
	int r = privileges_leave(privileges, path, generation, error);

	if (r < 0)
		return r;
	r = keys_load(generation->config, &keys, &wrong, error);
	if (r < 0)
		r = config_key_error(
		    generation->config, wrong, error->text, error);
	(void)keys_free(keys);
	keys_close_early();
	return r;
}

/*
 * libev ends the process when it gets no memory, and with the monitor all
 * sessions would end.  It waits for a second at most: until then a worker may
 * have gone, or the machine have killed whoever has taken it all.
 */
static void *
wait_for_memory(void *old, long size)
{
	const struct timespec pause = { .tv_nsec = 10 * 1000 * 1000 };
	void *found = NULL;

	if (size == 0) {
		free(old);
		return NULL;
	}
	for (int i = 0; found == NULL && i < 100; i++) {
		if (i > 0)
			(void)nanosleep(&pause, NULL);
		found = realloc(old, (size_t)size);
	}
	return found;
}

/* A SIGHUP that comes before the monitor can handle it waits until then. */
static void
hold_reload(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
}

int
main(int argc, char **argv)
{
	struct generation generation = { NULL, NULL, NULL };
	struct privileges privileges = { 0 };
	struct stssl_error error;
	const char *wrong = NULL;
	struct arguments a;
	int status;

	/* Started as the helper's user, there may be others of it already. */
	if (sandbox_hide() < 0)
		return STATUS_SYSTEM;
	if (!parse_arguments(argc, argv, &a, &wrong))
		return complain(wrong);
	if (a.help)
		return help();
	if (a.version) {
		(void)puts("stssl-helper " PACKAGE_VERSION);
		return written();
	}
	hold_reload();
	log_open(a.log, "monitor", a.debug);
	sandbox_set_mode(a.sandbox);
	ev_set_allocator(wait_for_memory);

	if (generation_load(a.config, &generation, &error) < 0 ||
	    privileges_resolve(generation.config, &privileges, &error) < 0 ||
	    (a.test && check_as_user(
			   a.config, &generation, &privileges, &error) < 0)) {
		add_first_step(a.config, &error);
		if (a.test)
			(void)fprintf(stderr, "%s\n", error.text);
		else
			log_error("%s", error.text);
		status = STATUS_CONFIG;
	} else if (a.test) {
		expiry_log_all(&generation);
		status = STATUS_STOPPED;
	} else {
		status = (int)monitor_main(a.config, &generation, &privileges);
	}
	privileges_done(&privileges);
	generation_free(&generation);
	return status;
}
