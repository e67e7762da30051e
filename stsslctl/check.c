/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stsslctl check: looks for mistakes in all that is configured, or with --pam
 * in the stack of a PAM service.
 */
#include <config.h>
#include "stsslctl/check.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "policy/class.h"
#include "setup/config_read.h"
#include "setup/warnings.h"
#include "status/ascii.h"
#include "status/trust.h"
#include "stsslctl/certificate.h"
#include "stsslctl/command.h"
#include "stsslctl/output.h"
#include "x509/store.h"

/* libpam takes service names in lower case. */
static int
pam(const struct arguments *a, struct findings *findings)
{
	char *service = output_copy(a->pam), *path;
	int r;

	stssl_lower_text(service);
	path = output_format("%s/%s", a->pam_dir, service);
	r = check_pam(a->pam_dir, service, a->module_dir, findings);
	/* Files that libpam gives up on are reported as a finding. */
	if (r == -EBADMSG || r == -E2BIG)
		r = 0;
	if (r < 0)
		(void)command_cannot(path, r);
	free(service);
	free(path);
	return r;
}

#define NO_USER "there is no such user"

/* Add what is wrong with the value of a key. */
static void
tell(const struct stssl_conf_section *section, const char *key,
    const char *value, const char *why, enum finding_level level,
    const char *path, struct findings *findings)
{
	struct stssl_error error;

	(void)stssl_conf_error(
	    section, key, &error, "%s = \"%s\": %s", key, value, why);
	findings_add_conf(findings, level, path, &error);
}

/* One that is only the default may be missing: then nobody has a file. */
static void
check_directory(const struct stssl_classes *classes, const char *path,
    struct findings *findings)
{
	const struct stssl_conf_section *top = stssl_conf_top(classes->conf);

	if (stssl_conf_given(top, "identities") &&
	    access(classes->identities, F_OK) == -1 && errno == ENOENT)
		tell(top, "identities", classes->identities,
		    "there is no such directory", FINDING_WARNING, path,
		    findings);
}

/*
 * What classes.conf says, and the files that belong to it.  `config` is NULL if
 * it cannot be read.
 */
static void
classes(const char *path, const struct helper_config *config,
    const char *pam_dir, const struct access_user *helper,
    struct findings *findings)
{
	const struct access_user reader = { .uid = geteuid() };
	struct stssl_classes *classes;
	struct stssl_error error;

	if (stssl_classes_read(path, &classes, &error) < 0) {
		findings_add_conf(findings, FINDING_ERROR, path, &error);
		access_check_way(path, &reader, findings);
		return;
	}
	access_check_readable(path, helper, FINDING_ERROR, "", findings);
	check_classes(classes, path, findings);
	if (config != NULL) {
		check_places(config, pam_dir, classes, path, findings);
		check_policies(config, classes, path, findings);
	}
	check_directory(classes, path, findings);
	check_identities(classes->identities, helper, findings);
	(void)stssl_classes_free(classes);
}

/* Who may ask the helper. */
static void
check_askers(const struct helper_config *config, const char *path,
    struct findings *findings)
{
	const struct stssl_conf_section *top = stssl_conf_top(config->conf);
	const struct stssl_values *users = &config->status_users;
	const char *group = config->status_group;

	for (size_t i = 0; i < users->count; i++)
		if (getpwnam(users->list[i]) == NULL)
			tell(top, "status-users", users->list[i], NO_USER,
			    FINDING_ERROR, path, findings);
	if (group != NULL && getgrnam(group) == NULL)
		tell(top, "status-group", group, "there is no such group",
		    FINDING_ERROR, path, findings);
}

/* The daemon of a listener, if that is not root. */
static void
check_backend_user(const struct listen_config *l, const char *path,
    const struct access_user *helper, struct findings *findings)
{
	const char *name = l->backend_user;
	const char *why = "that is the helper's own user";
	enum finding_level level = FINDING_ERROR;
	const struct passwd *pw;

	if (name == NULL)
		return;
	pw = getpwnam(name);
	if (pw == NULL) {
		why = NO_USER;
	} else if (pw->pw_uid == 0) {
		level = FINDING_WARNING;
		why = "root may report without it";
	} else if (pw->pw_uid != helper->uid) {
		return;
	}
	tell(l->section, "backend-user", name, why, level, path, findings);
}

struct place {
	const char *path;
	struct findings *findings;
};

static void
add_warning(void *owner, const struct stssl_error *error)
{
	const struct place *place = owner;

	findings_add_conf(place->findings, FINDING_WARNING, place->path, error);
}

/* Everything that helper.conf names.  Reading it has found the files. */
static void
named(const struct helper_config *config, const char *path,
    const struct access_user *helper, struct findings *findings)
{
	const struct tls_config *tls = &config->tls;
	struct x509_error error = { "out of memory" };
	struct x509_store *store = NULL;
	uid_t owner;

	config_warn(config, add_warning, &(struct place){ path, findings });
	if (certificate_trust(tls, &store, &error) < 0)
		findings_add(
		    findings, FINDING_ERROR, NULL, 0, "%s", error.text);
	certificate_check(config, path, store, time(NULL), findings);
	(void)x509_store_free(store);
	check_files(config, path, helper, findings);
	check_askers(config, path, findings);
	for (size_t i = 0; i < config->listener_count; i++)
		check_backend_user(
		    &config->listeners[i], path, helper, findings);
	check_link(config, path, findings);
	/* Without a helper there is no socket. */
	if (stssl_trusted_socket(config->status_socket, &owner) == -EACCES)
		findings_add(findings, FINDING_ERROR, config->status_socket, 0,
		    "the socket, or its directory, is not to be trusted: "
		    "pam_stssl.so does not ask there");
}

/* helper.conf cannot be read.  Returns which classes.conf it would name. */
static const char *
unread(const struct arguments *a, const struct stssl_error *error,
    struct findings *findings)
{
	const struct access_user reader = { .uid = geteuid() };
	const char *step = command_first_step(a->config);

	/* --classes alone asks for that file. */
	if (step != NULL && a->classes != NULL)
		return NULL;
	if (step != NULL) {
		findings_add(findings, FINDING_ERROR, a->config, 0, "%s", step);
		return access(STSSL_CLASSES_CONF, F_OK) == 0
			   ? STSSL_CLASSES_CONF
			   : NULL;
	}
	findings_add_conf(findings, FINDING_ERROR, a->config, error);
	access_check_way(a->config, &reader, findings);
	/* Nobody knows which classes.conf it names. */
	return strcmp(a->config, HELPER_CONF) == 0 ? STSSL_CLASSES_CONF : NULL;
}

static int
files(const struct arguments *a, struct findings *findings)
{
	struct access_user helper = { 0 };
	struct helper_config *config = NULL;
	struct stssl_error error;
	const char *path;

	if (config_read(a->config, &config, &error) < 0) {
		path = unread(a, &error, findings);
	} else {
		path = config->classes;
		if (access_user_find(config->user, &helper) < 0) {
			tell(stssl_conf_top(config->conf), "user", config->user,
			    NO_USER, FINDING_ERROR, a->config, findings);
			/* Nobody knows yet whose the files should be. */
			helper.uid = geteuid();
		}
		named(config, a->config, &helper, findings);
		check_daemons(config, a->etc, a->pam_dir, findings);
	}
	if (a->classes != NULL)
		path = a->classes;
	if (path != NULL)
		classes(path, config, a->pam_dir, &helper, findings);
	access_user_done(&helper);
	(void)config_free(config);
	return 0;
}

enum command_status
command_check(const struct arguments *a)
{
	enum command_status status = COMMAND_FINE;
	struct findings findings;
	int r;

	if (a->pam != NULL &&
	    (a->pam[0] == '\0' || strchr(a->pam, '/') != NULL))
		return command_object(
		    a->pam, "is no PAM service: that is the name of a file");
	if (a->pam != NULL &&
	    (a->classes != NULL || strcmp(a->config, HELPER_CONF) != 0 ||
		strcmp(a->etc, "/etc") != 0))
		return command_object(
		    "--pam", "goes without --config, --classes and --etc");
	findings_init(&findings);
	r = a->pam != NULL ? pam(a, &findings) : files(a, &findings);
	if (r == 0)
		findings_print(&findings, a->json);
	if (findings.count[FINDING_ERROR] + findings.count[FINDING_WARNING] > 0)
		status = COMMAND_FOUND;
	findings_done(&findings);
	return r < 0 ? COMMAND_UNKNOWN : status;
}
