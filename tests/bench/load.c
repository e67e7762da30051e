/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The ends of what is measured: clients with TLS, a plain backend, and a server
 * that does a bare GnuTLS handshake and no more, as the unit of comparison.  It
 * trusts everybody: it is for loopback, and for tests/bench/run only.
 *
 *   load backend PORT
 *   load bare PORT CERTIFICATE KEY none|request
 *   load new PORT COUNT PARALLEL full|resumed [CERTIFICATE KEY]
 *   load idle PORT COUNT PARALLEL full [CERTIFICATE KEY]
 *   load down|up PORT BYTES PARALLEL
 */
#include <config.h>

#include <arpa/inet.h>
#include <err.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/client.h"
#include "tests/bench/load.h"
#include "tests/bench/server.h"

/* One group and one cipher, so that all servers do the same work. */
#define PRIORITY                                                  \
	"NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-256-GCM:" \
	"-GROUP-ALL:+GROUP-X25519"

/* `words` are those after PORT; a certificate was loaded when there is one. */
typedef void work(struct plan *plan, char **words);

static void
do_backend(struct plan *plan, char **words)
{
	(void)words;
	plan->address.sin_addr.s_addr = htonl(INADDR_ANY);
	serve_backend(plan);
}

static void
do_bare(struct plan *plan, char **words)
{
	serve_bare(plan, strcmp(words[2], "request") == 0);
}

/* Reads how many in all; returns how many of them at a time. */
static size_t
share(struct plan *plan, char **words)
{
	size_t parallel = strtoul(words[1], NULL, 10);

	if (parallel == 0)
		errx(2, "called wrongly");
	plan->each = strtoull(words[0], NULL, 10) / parallel;
	return parallel;
}

static void
do_new(struct plan *plan, char **words)
{
	size_t parallel = share(plan, words);

	plan->resumes = strcmp(words[2], "resumed") == 0;
	measure_new(plan, parallel);
}

static void
do_idle(struct plan *plan, char **words)
{
	size_t parallel = share(plan, words);

	hold(plan, parallel);
}

static void
do_down(struct plan *plan, char **words)
{
	size_t parallel = share(plan, words);

	measure_download(plan, parallel);
}

static void
do_up(struct plan *plan, char **words)
{
	size_t parallel = share(plan, words);

	measure_upload(plan, parallel);
}

/* Words after PORT: so many at least; the certificate is this one, or 9. */
static const struct {
	const char *name;
	work *work;
	int words;
	int certificate;
} works[] = {
	{ "backend", do_backend, 0, 9 },
	{ "bare", do_bare, 3, 0 },
	{ "new", do_new, 3, 3 },
	{ "idle", do_idle, 3, 3 },
	{ "down", do_down, 2, 9 },
	{ "up", do_up, 2, 9 },
};

static void
plan_init(struct plan *plan, const char *port)
{
	*plan = (struct plan){ .resumes = false };
	plan->address.sin_family = AF_INET;
	plan->address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	plan->address.sin_port = htons((uint16_t)strtoul(port, NULL, 10));
	if (gnutls_certificate_allocate_credentials(&plan->credentials) < 0 ||
	    gnutls_priority_init(&plan->priority, PRIORITY, NULL) < 0)
		errx(1, "no GnuTLS");
}

static void
plan_certify(struct plan *plan, char **words)
{
	if (gnutls_certificate_set_x509_key_file(
		plan->credentials, words[0], words[1], GNUTLS_X509_FMT_PEM) < 0)
		errx(1, "cannot read the certificate");
}

int
main(int argc, char **argv)
{
	const char *name = argc > 2 ? argv[1] : "";
	char **words = argv + 3;
	struct plan plan;

	(void)signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; i < sizeof works / sizeof works[0]; i++) {
		if (strcmp(name, works[i].name) != 0 ||
		    argc - 3 < works[i].words)
			continue;
		plan_init(&plan, argv[2]);
		if (argc - 3 >= works[i].certificate + 2)
			plan_certify(&plan, words + works[i].certificate);
		works[i].work(&plan, words);
		return 0;
	}
	errx(2, "called wrongly");
}
