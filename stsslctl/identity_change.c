/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Changes one identity file: what is not changed stays as it was, comments
 * included.
 */
#include <config.h>
#include "stsslctl/identity_change.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/identity.h"
#include "status/record.h"
#include "status/tools/words.h"
#include "stsslctl/identity_text.h"
#include "stsslctl/output.h"
#include "x509/chain.h"
#include "x509/leaf.h"
#include "x509/verify.h"

/* Who has one of these entries, besides `user`? */
struct search {
	const struct identity_store *store;
	const char *user;
	const struct stssl_entries *entries;
	char found[STSSL_USER_MAX + 1];
};

static enum command_status
refuse(const char *path, const char *what)
{
	(void)fputs("stsslctl: ", stderr);
	output_text(stderr, path);
	(void)fprintf(stderr, ": %s\n", what);
	return COMMAND_FOUND;
}

/* The record of the first certificate of a PEM file, judged by itself. */
static int
read_certificate(
    const char *file, struct stssl_record *ret, struct x509_error *error)
{
	const struct x509_terms terms = { time(NULL), X509_CLIENT_AUTH };
	struct x509_chain *chain;
	int r = x509_chain_read(file, &chain, error);

	if (r < 0)
		return r;
	stssl_record_init(ret);
	r = x509_describe(chain, x509_verify_alone(chain, &terms), ret);
	(void)x509_chain_free(chain);
	if (r == 0 &&
	    stssl_record_get(ret, STSSL_KEY_SSL_CLIENT_CERT_SHA256) == NULL)
		r = -EBADMSG;
	if (r < 0) {
		stssl_record_done(ret);
		(void)x509_fault(error, file, "%s", "no usable certificate");
	}
	return r;
}

static int
search_user(void *owner, const char *user)
{
	struct search *s = owner;
	char *text;
	bool has;
	int r;

	if (strcmp(user, s->user) == 0)
		return 0;
	(void)snprintf(s->found, sizeof s->found, "%s", user);
	r = identity_store_read(s->store, user, &text);
	if (r < 0)
		return r;
	has = identity_text_has(text, s->entries);
	free(text);
	return has;
}

/* Nobody else may have it; a file that cannot be read might. */
static enum command_status
check_others(const struct identity_store *store, const char *user,
    const struct stssl_entries *entries)
{
	struct search s = { store, user, entries, "" };
	int r = identity_store_each(store, search_user, &s);
	char *path;

	if (r == 0)
		return COMMAND_FINE;
	path = identity_store_path(store, s.found);
	if (r < 0) {
		(void)(r == -EPERM ? command_cannot_trust(path)
				   : command_cannot(path, r));
		free(path);
		return COMMAND_UNKNOWN;
	}
	(void)refuse(path,
	    "the certificate belongs to this user already; with --shared it "
	    "can have two");
	free(path);
	return COMMAND_FOUND;
}

/* `done` says what was done, when it is. */
static enum command_status
write_back(const struct identity_store *store, const char *user,
    const char *text, const char *done)
{
	char *path = identity_store_path(store, user);
	int r = identity_store_write(store, user, text);

	if (r == 0) {
		(void)printf("%s: ", done);
		output_text(stdout, path);
		(void)putchar('\n');
	} else {
		(void)command_cannot(path, r);
	}
	free(path);
	return r == 0 ? COMMAND_FINE : COMMAND_UNKNOWN;
}

/* The user's own text, fit to be changed. */
static enum command_status
read_own(const struct identity_store *store, const char *user, char **ret)
{
	char *path = identity_store_path(store, user), what[64];
	enum command_status status = COMMAND_FINE;
	int r = identity_store_read(store, user, ret);
	unsigned line;

	if (r == -EPERM) {
		status = command_cannot_trust(path);
	} else if (r < 0) {
		status = command_cannot(path, r);
	} else {
		line = identity_faulty_line(*ret);
		if (line > 0) {
			(void)snprintf(what, sizeof what,
			    "line %u is faulty: mend it first", line);
			status = refuse(path, what);
			free(*ret);
		}
	}
	free(path);
	return status;
}

static enum command_status
append(const struct identity_store *store, const char *user,
    const struct stssl_record *record, const char *entry)
{
	char *text, *fresh, done[STSSL_ENTRY_MAX + 8];
	enum command_status status;

	status = read_own(store, user, &text);
	if (status != COMMAND_FINE)
		return status;
	if (identity_has_entry(text, entry)) {
		(void)printf("there already %s\n", entry);
		free(text);
		return COMMAND_FINE;
	}
	fresh = identity_with_entry(text, record, entry);
	(void)snprintf(done, sizeof done, "added %s", entry);
	status = write_back(store, user, fresh, done);
	free(fresh);
	free(text);
	return status;
}

static void
make_entry(const struct stssl_record *record, bool by_key,
    char ret[static STSSL_ENTRY_MAX])
{
	(void)snprintf(ret, STSSL_ENTRY_MAX, "%s%s",
	    by_key ? "spki-sha256:" : "sha256:",
	    stssl_record_get(record, by_key
					 ? STSSL_KEY_SSL_CLIENT_SPKI_SHA256
					 : STSSL_KEY_SSL_CLIENT_CERT_SHA256));
}

/* Whoever adds it thinks that it does. */
static void
warn(const char *file, const struct stssl_record *record)
{
	static const char failed[] = "FAILED:";
	const char *verify =
	    stssl_record_get(record, STSSL_KEY_SSL_CLIENT_VERIFY);
	enum stssl_failure failure = STSSL_FAILURE_OTHER;

	if (verify == NULL || strncmp(verify, failed, sizeof failed - 1) != 0)
		return;
	(void)stssl_failure_parse(verify + sizeof failed - 1, &failure);
	(void)fputs("stsslctl: warning: ", stderr);
	output_text(stderr, file);
	(void)fprintf(
	    stderr, ": does not log in: %s\n", stssl_failure_text(failure));
}

enum command_status
identity_add(const struct identity_store *store,
    const struct identity_addition *addition)
{
	enum command_status status = COMMAND_FINE;
	struct stssl_entries entries;
	char entry[STSSL_ENTRY_MAX];
	struct stssl_record record;
	struct x509_error error;

	if (read_certificate(addition->file, &record, &error) < 0)
		return command_say(error.text);
	if (stssl_entries_of(&record, &entries) < 0)
		output_no_memory();
	if (!addition->shared)
		status = check_others(store, addition->user, &entries);
	make_entry(&record, addition->by_key, entry);
	if (status == COMMAND_FINE)
		status = append(store, addition->user, &record, entry);
	if (status == COMMAND_FINE)
		warn(addition->file, &record);
	stssl_entries_done(&entries);
	stssl_record_done(&record);
	return status;
}

/* What is to be removed: an entry, or all that name a certificate. */
static int
read_what(const char *what, struct stssl_entries *ret, struct x509_error *error)
{
	char entry[STSSL_ENTRY_MAX];
	struct stssl_record record;
	int r;

	if (stssl_entry_read(what, entry) > 0) {
		ret->len = strlen(entry) + 1;
		ret->text = strdup(entry);
		return ret->text == NULL ? -ENOMEM : 0;
	}
	r = read_certificate(what, &record, error);
	if (r < 0)
		return r;
	r = stssl_entries_of(&record, ret);
	stssl_record_done(&record);
	return r;
}

static enum command_status
cut_out(const struct identity_store *store, const char *user,
    const struct stssl_entries *entries)
{
	char *text, *fresh, *path, done[64];
	enum command_status status = read_own(store, user, &text);
	unsigned removed;

	if (status != COMMAND_FINE)
		return status;
	fresh = malloc(strlen(text) + 2);
	if (fresh == NULL)
		output_no_memory();
	removed = identity_without(text, entries, fresh);
	if (removed == 0) {
		path = identity_store_path(store, user);
		status = refuse(path, "no such entry");
		free(path);
	} else {
		(void)snprintf(done, sizeof done, "removed %u", removed);
		status = write_back(store, user, fresh, done);
	}
	free(fresh);
	free(text);
	return status;
}

enum command_status
identity_remove(
    const struct identity_store *store, const char *user, const char *what)
{
	enum command_status status;
	struct stssl_entries entries;
	struct x509_error error;
	int r = read_what(what, &entries, &error);

	if (r == -ENOMEM)
		output_no_memory();
	if (r < 0)
		return command_say(error.text);
	status = cut_out(store, user, &entries);
	stssl_entries_done(&entries);
	return status;
}
