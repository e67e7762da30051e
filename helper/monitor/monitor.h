/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The monitor role: accepts clients and gives them to workers, answers who is
 * behind a connection, supervises.  Never reads a byte from a client.
 */
#ifndef HELPER_MONITOR_MONITOR_H
#define HELPER_MONITOR_MONITOR_H

#include "helper/monitor/privileges.h"
#include "setup/config.h"

struct generation;
struct tls_context;
struct x509_store;

/* The helper's exit statuses: stssl-helper(8). */
enum exit_status {
	STATUS_STOPPED = 0,
	STATUS_CONFIG = 1,
	STATUS_SYSTEM = 2,
};

struct monitor_params {
	const char *path; /* of helper.conf, for a reload */
	/* What was loaded first; the last one in use is left in its place. */
	struct generation *generation;
	const struct privileges *privileges;
	/* worker_main(), but in tests */
	int (*worker)(const struct helper_config *config,
	    struct tls_context *tls, int channel);
	/* keyholder_main(), but in tests */
	int (*keyholder)(const struct helper_config *config, int channel);
	/* advisor_main(), but in tests */
	int (*advisor)(const struct helper_config *config, int channel);
	/* inquirer_main(), but in tests */
	int (*inquirer)(const struct helper_config *config,
	    const struct x509_store *store, int channel);
};

/* Run until SIGTERM or SIGINT; all is logged.  Returns an exit status. */
enum exit_status monitor_main(const struct monitor_params *params);

#endif
