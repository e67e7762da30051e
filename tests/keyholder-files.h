/* SPDX-License-Identifier: BSD-2-Clause
 *
 * A server's certificate and its key in files, and the configuration that names
 * them.
 */
#ifndef TESTS_KEYHOLDER_FILES_H
#define TESTS_KEYHOLDER_FILES_H

#include "setup/config.h"
#include "tests/certificates.h"

struct key_files {
	struct files files;
	struct made server;
	char certificate[256], key[256];
	char *certificates[1], *keys[1];
	struct helper_config config; /* points into this: it must not move */
};

/* `with` is make_leaf()'s. */
void key_files_make(struct key_files *ret, void (*with)(struct making *m));

void key_files_remove(struct key_files *f);

#endif
