/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stsslctl check: looks for mistakes in all that is configured, or with --pam
 * in the stack of a PAM service.
 */
#include <config.h>

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "setup/config.h"
#include "stsslctl/check_pam.h"
#include "stsslctl/command.h"
#include "stsslctl/findings.h"
#include "stsslctl/output.h"
#include "stsslctl/stack.h"

struct arguments {
	bool json;
	const char *config;
	const char *classes;
	const char *pam;
	const char *pam_dir;
	const char *module_dir;
};

static void
cannot(const char *what, int r)
{
	(void)fputs("stsslctl: ", stderr);
	output_text(stderr, what);
	(void)fprintf(stderr, ": %s\n", strerror(-r));
}

/* libpam takes service names in lower case. */
static int
pam(const struct arguments *a, struct findings *findings)
{
	char *service = strdup(a->pam);
	int r;

	if (service == NULL)
		(void)output_need(NULL);
	for (char *c = service; *c != '\0'; c++)
		*c = (char)tolower((unsigned char)*c);
	r = check_pam(a->pam_dir, service, a->module_dir, findings);
	/* What libpam gives up on is a finding, and there is one. */
	if (r == -EBADMSG || r == -E2BIG)
		r = 0;
	if (r < 0)
		cannot(service, r);
	free(service);
	return r;
}

static int
files(const struct arguments *a, struct findings *findings)
{
	struct helper_config *config;
	struct stssl_error error;

	if (config_read(a->config, &config, &error) < 0)
		findings_add_conf(findings, a->config, &error);
	else
		(void)config_free(config);
	return 0;
}

static bool
parse(int argc, char **argv, struct arguments *ret)
{
	struct arguments a = { .config = HELPER_CONF, .pam_dir = STACK_DIR };
	const struct command_option options[] = {
		{ "json", NULL, &a.json },
		{ "config", &a.config, NULL },
		{ "classes", &a.classes, NULL },
		{ "pam", &a.pam, NULL },
		{ "pam-dir", &a.pam_dir, NULL },
		{ "module-dir", &a.module_dir, NULL },
		{ NULL, NULL, NULL },
	};

	if (command_options(argc, argv, options) != argc)
		return false;
	if (a.pam != NULL && (a.pam[0] == '\0' || strchr(a.pam, '/') != NULL))
		return false;
	*ret = a;
	return true;
}

static enum command_status
check(int argc, char **argv)
{
	enum command_status status = COMMAND_FINE;
	struct findings findings;
	struct arguments a;
	int r;

	if (!parse(argc, argv, &a))
		return command_usage(&command_check);
	findings_init(&findings);
	r = a.pam != NULL ? pam(&a, &findings) : files(&a, &findings);
	if (r == 0)
		findings_print(&findings, a.json);
	if (findings.count[FINDING_ERROR] + findings.count[FINDING_WARNING] > 0)
		status = COMMAND_FOUND;
	findings_done(&findings);
	return r < 0 ? COMMAND_UNKNOWN : status;
}

const struct command command_check = {
	"check",
	"[--json] [--config FILE] [--classes FILE]\n"
	"       stsslctl check --pam SERVICE [--json] [--pam-dir DIR] "
	"[--module-dir DIR]",
	"look for mistakes in the configuration or a PAM service",
	check,
};
