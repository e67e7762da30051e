/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A generation: helper.conf and all that it names, loaded at one time and used
 * together.  A reload makes a new one; processes that were started from an
 * older one keep theirs.
 */
#ifndef HELPER_MONITOR_GENERATION_H
#define HELPER_MONITOR_GENERATION_H

#include "conf/conf.h"
#include "setup/config.h"

struct tls_context;
struct x509_inventory;

struct generation {
	struct helper_config *config;
	struct tls_context *tls;
	/* The certificates of `tls`; NULL when that is not known. */
	struct x509_inventory *inventory;
};

/*
 * Load `path`, whole or not at all, and log what may not be meant.  Dates are
 * expiry_log()'s to tell of.  Returns 0 and *ret, to be emptied by
 * generation_free(); or a negative errno with error->text "file:line: what".
 */
int generation_load(
    const char *path, struct generation *ret, struct stssl_error *error);

/*
 * The same bit by bit: `part` is 0 and then one more each time, and *g, which
 * is empty at first, is whole when it returns 0; 1 while there is more to come.
 */
int generation_load_part(const char *path, unsigned part, struct generation *g,
    struct stssl_error *error);

/*
 * To be called as the user that the helper has become, who was not the one
 * that has loaded it: can he read it, too?  Keys and certificates, the
 * keyholder will see.  Returns 0, and has logged what a reload cannot read; or
 * a negative errno with error->text, as above, for classes, which are read at
 * each login.
 */
int generation_check_user(
    const char *path, const struct generation *g, struct stssl_error *error);

/* An empty one is left alone. */
void generation_free(struct generation *g);

/*
 * Whether processes of `next` may take over from those of `now`, which have
 * sockets open and privileges given up.  Returns 0; or -EINVAL and error->text,
 * which names the key that needs a restart to be changed.
 */
int generation_check(const struct generation *now,
    const struct generation *next, struct stssl_error *error);

/* True when a listener has backend-source = per-session. */
bool generation_has_sources(const struct generation *g);

#endif
