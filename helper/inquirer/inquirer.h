/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The inquirer: a process that asks OCSP responders about the certificates of
 * sessions, and the DNS for the names in passive-address, so that nobody else
 * waits for them, nor talks to them.
 */
#ifndef HELPER_INQUIRER_INQUIRER_H
#define HELPER_INQUIRER_INQUIRER_H

#include "setup/config.h"

struct x509_store;

/*
 * Answer the monitor's questions by `channel`, each once and within
 * ocsp-timeout, and tell it what names stand for, until the channel ends.
 * Neither waits for the other.  Returns the process's exit status.
 */
int inquirer_main(const struct helper_config *config,
    const struct x509_store *store, int channel);

#endif
