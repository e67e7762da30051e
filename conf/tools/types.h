/* SPDX-License-Identifier: BSD-2-Clause
 *
 * More types of keys, for helper.conf.
 */
#ifndef CONF_TOOLS_TYPES_H
#define CONF_TOOLS_TYPES_H

#include "conf/key.h"

/* The largest thing that a VALUE, or one of an ARRAY, is read into. */
#define STSSL_CONF_WIDTH 256

/* As in conf/key.h. */
extern const struct stssl_conf_type
    stssl_conf_number,  /* key = a number in decimal: an int */
    stssl_conf_value,   /* key = text: the thing that `parse` makes of it */
    stssl_conf_array,   /* key = { text, ... }: struct stssl_array */
    stssl_conf_section; /* key { keys }, once: the fields of its keys */

#define STSSL_CONF_NUMBER  (&stssl_conf_number)
#define STSSL_CONF_VALUE   (&stssl_conf_value)
#define STSSL_CONF_ARRAY   (&stssl_conf_array)
#define STSSL_CONF_SECTION (&stssl_conf_section)

/* The values of an ARRAY.  The field in a struct has a list of its own type. */
struct stssl_array {
	void *list;
	size_t count;
};

#endif
