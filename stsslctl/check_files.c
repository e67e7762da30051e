/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Owners and modes of helper.conf and of the files that it names.  root starts
 * the helper, and reads most of them then; a reload is the helper's user's.
 */
#include <config.h>
#include "stsslctl/check.h"

#include "x509/file.h"

#define NO_RELOAD  ": a reload fails"
#define NO_NEW_KEY ": a reload cannot take another key from it"

/* What all files have in common. */
struct asking {
	const struct access_user *helper;
	struct findings *findings;
};

static void
check_one(const struct asking *a, const char *path, enum finding_level level,
    const char *then)
{
	if (path == NULL)
		return;
	access_check_owned(path, a->helper, a->findings);
	access_check_readable(path, a->helper, level, then, a->findings);
}

static void
check_all(const struct asking *a, const struct stssl_values *paths,
    enum finding_level level, const char *then)
{
	for (size_t i = 0; i < paths->count; i++)
		check_one(a, paths->list[i], level, then);
}

static int
check_list(void *owner, const char *path, struct x509_error *error)
{
	const struct asking *a = owner;

	(void)error;
	access_check_readable(
	    path, a->helper, FINDING_WARNING, NO_RELOAD, a->findings);
	return 0;
}

void
check_files(const struct helper_config *config, const char *path,
    const struct access_user *helper, struct findings *findings)
{
	struct asking a = { helper, findings };
	const struct tls_config *tls = &config->tls;
	const struct link_config *link = &config->link;
	struct x509_error error;

	access_check_readable(
	    path, helper, FINDING_WARNING, NO_RELOAD, findings);
	/* The keyholder reads certificates, too, to find their keys. */
	check_all(&a, &tls->certificates, FINDING_ERROR, "");
	check_all(&a, &tls->keys, FINDING_HINT, NO_NEW_KEY);
	check_all(&a, &tls->client_cas, FINDING_WARNING, NO_RELOAD);
	check_all(&a, &tls->client_crls, FINDING_WARNING, NO_RELOAD);
	/* A directory of lists. */
	for (size_t i = 0; i < tls->client_crls.count; i++)
		(void)x509_files(
		    tls->client_crls.list[i], check_list, &a, &error);
	check_one(&a, link->certificate, FINDING_ERROR, "");
	check_one(&a, link->key, FINDING_HINT, NO_NEW_KEY);
	check_all(&a, &link->edge_certificates, FINDING_WARNING, NO_RELOAD);
	check_all(&a, &link->edge_keys, FINDING_HINT, NO_NEW_KEY);
}
