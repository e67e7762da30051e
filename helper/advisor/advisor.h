/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The advisor role: holds classes.conf and NSS, and says what class policy
 * would decide.  Opens no connection itself and grants nothing: the module
 * decides.
 */
#ifndef HELPER_ADVISOR_ADVISOR_H
#define HELPER_ADVISOR_ADVISOR_H

#include "setup/config.h"

/*
 * Answer one question after the other until `channel` ends.  Called in a
 * process of its own, which has nothing else open but its log.  Returns the
 * exit status.
 */
int advisor_main(const struct helper_config *config, int channel);

struct stssl_classes;

/*
 * The module is root, advisors are not: log that the directory of identities,
 * if classes need one, is closed to the user of this process.
 */
void advisor_check_identities(const struct stssl_classes *classes);

#endif
