/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The types of a distinguished name's parts, by whatever name they go.
 */
#ifndef POLICY_DN_TYPES_H
#define POLICY_DN_TYPES_H

/*
 * The one name of a type in the canonical form: a keyword, or its OID.  `type`
 * is a name in capitals or an OID; it is returned when it is not known.
 */
const char *stssl_dn_type(const char *type);

#endif
