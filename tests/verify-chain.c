/* SPDX-License-Identifier: BSD-2-Clause
 *
 * verify-chain CA CHAIN ISO-TIME|- PURPOSE-OID|- CRL|-
 *
 * Judges a chain by the very code that judges clients, so that outside
 * collections of certificate cases can be run against it.  All files are PEM;
 * CA and CRL may be directories, too; CHAIN has the leaf first.  "-" for the
 * time is now, for the purpose that none is demanded (the helper demands
 * X509_CLIENT_AUTH, 1.3.6.1.5.5.7.3.2), for CRL that nobody is revoked.  Lists
 * may be signed by the CAs of the chain: the helper wants these among the CAs.
 *
 * Prints "accept" and exits with 0; prints the reason, a word of
 * stssl-status(7), and exits with 1, also when CA or CRL is no file that the
 * helper would start with: unknown-ca or crl-stale, the cause on stderr.
 * Exits with 2 when it is called wrongly or a file cannot be read.
 */
#include <config.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "status/tools/file.h"
#include "status/tools/words.h"
#include "x509/chain.h"
#include "x509/store.h"
#include "x509/verify.h"

#define BEGIN "-----BEGIN CERTIFICATE-----"

enum {
	ACCEPT = 0,
	REFUSE = 1,
	UNREADABLE = 2
};

static const char *
value_of(const char *argument)
{
	return strcmp(argument, "-") == 0 ? NULL : argument;
}

/* "+02:00" or "Z" or nothing: how many seconds ahead of UTC. */
static bool
zone_parse(const char *text, long *ret)
{
	int hours, minutes, end = 0;

	*ret = 0;
	if (strcmp(text, "Z") == 0 || text[0] == '\0')
		return true;
	if ((text[0] != '+' && text[0] != '-') ||
	    sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &end) != 2 ||
	    text[1 + end] != '\0')
		return false;
	*ret = (hours * 60L + minutes) * (text[0] == '+' ? 60 : -60);
	return true;
}

/* "2026-11-24T08:00:00Z"; fractions of a second do not count. */
static bool
time_parse(const char *text, time_t *ret)
{
	struct tm tm = { 0 };
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	long zone;

	if (rest != NULL && rest[0] == '.')
		rest += 1 + strspn(rest + 1, "0123456789");
	if (rest == NULL || !zone_parse(rest, &zone))
		return false;
	*ret = timegm(&tm) - zone;
	return true;
}

static int
refuse(const char *word, const struct x509_error *error)
{
	if (error != NULL)
		(void)fprintf(stderr, "verify-chain: %s\n", error->text);
	(void)puts(word);
	return REFUSE;
}

static int
unusable(int r, enum stssl_failure failure, const struct x509_error *error)
{
	if (r == -EBADMSG)
		return refuse(stssl_failure_word(failure), error);
	(void)fprintf(stderr, "verify-chain: %s\n", error->text);
	return UNREADABLE;
}

/*
 * The certificates behind the leaf as CAs of the store, as the helper wants
 * them: the chain is good already, and the lists have the last word.
 */
static int
add_signers(
    struct x509_store *store, const char *file, struct x509_error *error)
{
	char path[64], *text = NULL;
	const char *cas;
	size_t len;
	int fd = memfd_create("cas", MFD_CLOEXEC);
	int r = fd == -1 ? -errno
			 : stssl_file_read(file, X509_FILE_MAX, &text, &len);

	cas = r < 0 ? NULL : strstr(text, BEGIN);
	cas = cas == NULL ? NULL : strstr(cas + 1, BEGIN);
	if (cas != NULL &&
	    write(fd, cas, strlen(cas)) == (ssize_t)strlen(cas)) {
		(void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
		r = x509_store_add_cas(store, path, error);
	}
	free(text);
	(void)close(fd);
	return r;
}

static int
judge(struct x509_store *store, const char *cas, const char *file,
    const struct x509_chain *chain, const char *lists,
    const struct x509_terms *terms)
{
	struct x509_error error = { "out of memory" };
	enum stssl_failure failure;
	int r = x509_store_add_cas(store, cas, &error);

	if (r < 0)
		return unusable(r, STSSL_FAILURE_UNKNOWN_CA, &error);
	failure = x509_verify(store, chain, terms);
	if (failure == STSSL_FAILURE_NONE && lists != NULL) {
		r = add_signers(store, file, &error);
		if (r == 0)
			r = x509_store_add_lists(store, lists, &error);
		if (r < 0)
			return unusable(r, STSSL_FAILURE_CRL_STALE, &error);
		failure = x509_verify(store, chain, terms);
	}
	if (failure != STSSL_FAILURE_NONE)
		return refuse(stssl_failure_word(failure), NULL);
	(void)puts("accept");
	return ACCEPT;
}

int
main(int argc, char **argv)
{
	struct x509_terms terms = { time(NULL), NULL };
	struct x509_chain *chain;
	struct x509_store *store;
	struct x509_error error = { "out of memory" };
	int r;

	if (argc != 6 ||
	    (value_of(argv[3]) != NULL && !time_parse(argv[3], &terms.now))) {
		(void)fputs("usage: verify-chain CA CHAIN ISO-TIME|- "
			    "PURPOSE-OID|- CRL|-\n",
		    stderr);
		return UNREADABLE;
	}
	terms.purpose = value_of(argv[4]);
	r = x509_chain_read(argv[2], &chain, &error);
	if (r < 0)
		return unusable(r, STSSL_FAILURE_OTHER, &error);
	store = x509_store_new(X509_STALE_REFUSE);
	r = store == NULL ? UNREADABLE
			  : judge(store, argv[1], argv[2], chain,
				value_of(argv[5]), &terms);
	(void)x509_store_free(store);
	(void)x509_chain_free(chain);
	return r;
}
