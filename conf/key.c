/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "conf/key.h"

#include <string.h>

const struct stssl_conf_key *
stssl_conf_key(const struct stssl_conf_key *keys, const char *name)
{
	for (; keys->name != NULL; keys++)
		if (keys->name[0] == name[0] && strcmp(keys->name, name) == 0)
			return keys;
	return NULL;
}
