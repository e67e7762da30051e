/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A depth-first search.  A client can send certificates that all seem to have
 * issued each other, so steps and paths are counted.
 */
#include <config.h>
#include "x509/paths.h"

#include "x509/certificate.h"
#include "x509/inside.h"

/* Certificates looked at, and paths offered, which cost signatures. */
#define STEPS_MAX 256
#define PATHS_MAX 32

struct search {
	const struct x509_store *store;
	const struct x509_chain *chain;
	bool (*take)(void *owner, const struct x509_path *path);
	void *owner;
	struct x509_path path;
	unsigned steps, paths;
};

static bool
is_on_path(const struct x509_path *path, gnutls_x509_crt_t cert)
{
	for (unsigned i = 0; i < path->count; i++)
		if (gnutls_x509_crt_equals(path->certs[i], cert) != 0)
			return true;
	return false;
}

/* With each trusted CA as the end. */
static bool
offer(struct search *s)
{
	gnutls_x509_crt_t cert = s->path.certs[s->path.count - 1];
	bool taken = false;

	for (size_t n = 0;
	     !taken && s->paths < PATHS_MAX && n < s->store->ca_count; n++) {
		gnutls_x509_crt_t ca = s->store->cas[n].cert;

		if (is_on_path(&s->path, ca) || !x509_is_issued_by(cert, ca))
			continue;
		s->paths++;
		s->path.certs[s->path.count++] = ca;
		taken = s->take(s->owner, &s->path);
		s->path.count--;
	}
	return taken;
}

/* True when the search is over. */
static bool
extend(struct search *s)
{
	gnutls_x509_crt_t cert = s->path.certs[s->path.count - 1];

	if (++s->steps > STEPS_MAX || offer(s))
		return true;
	if (s->path.count == X509_CHAIN_MAX)
		return false;
	for (unsigned i = 1; i < s->chain->count; i++) {
		gnutls_x509_crt_t next = s->chain->certs[i];
		bool is_over;

		if (is_on_path(&s->path, next) ||
		    !x509_is_issued_by(cert, next))
			continue;
		s->path.certs[s->path.count++] = next;
		is_over = extend(s);
		s->path.count--;
		if (is_over)
			return true;
	}
	return false;
}

void
x509_paths(const struct x509_store *store, const struct x509_chain *chain,
    bool (*take)(void *owner, const struct x509_path *path), void *owner)
{
	struct search s = {
		.store = store, .chain = chain, .take = take, .owner = owner
	};

	s.path.certs[0] = chain->certs[0];
	s.path.count = 1;
	(void)extend(&s);
}
