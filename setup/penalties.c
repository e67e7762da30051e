/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The section `penalties`, whose values are checked already.
 */
#include <config.h>
#include "setup/penalties.h"

#include <errno.h>
#include <stdlib.h>

static const char *const words[PENALTY_COUNT] = {
#define X(name, word, seconds) [PENALTY_##name] = word,
	PENALTY_EVENTS(X)
#undef X
};

const char *
penalty_word(enum penalty_event event)
{
	return (unsigned)event < PENALTY_COUNT ? words[event] : "";
}

int
penalty_config_get(
    const struct stssl_conf_section *section, struct penalty_config *ret)
{
	const struct stssl_values exempt = stssl_conf_values(section, "exempt");
	int r = 0;

	for (int i = 0; i < PENALTY_COUNT; i++)
		ret->seconds[i] =
		    (unsigned)stssl_conf_number(section, words[i]);
	ret->refuse_above =
	    (unsigned)stssl_conf_number(section, "refuse-above");
	ret->max = (unsigned)stssl_conf_number(section, "max");
	ret->max_sources = (unsigned)stssl_conf_number(section, "max-sources");
	ret->exempt = calloc(exempt.count + 1, sizeof *ret->exempt);
	if (ret->exempt == NULL)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < exempt.count; i++)
		r = stssl_pattern_parse(exempt.list[i], &ret->exempt[i]);
	ret->exempt_count = exempt.count;
	return r;
}

void
penalty_config_done(struct penalty_config *config)
{
	free(config->exempt);
	config->exempt = NULL;
	config->exempt_count = 0;
}
