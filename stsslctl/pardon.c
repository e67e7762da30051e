/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stsslctl pardon: lifts the penalty of an address.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include "status/address.h"
#include "status/query.h"
#include "stsslctl/command.h"
#include "stsslctl/live.h"

#define SUFFIX "/64"

/* An address, or a network as `stsslctl who --penalties` prints it. */
static bool
take_address(const char *text, char ret[static STSSL_ADDRESS_TEXT])
{
	struct stssl_address address;
	size_t len = strlen(text);
	bool is_network = len > strlen(SUFFIX) &&
			  strcmp(text + len - strlen(SUFFIX), SUFFIX) == 0;

	if (is_network)
		len -= strlen(SUFFIX);
	if (len >= STSSL_ADDRESS_TEXT)
		return false;
	memcpy(ret, text, len);
	ret[len] = '\0';
	if (stssl_ip_parse(ret, &address) < 0 ||
	    (is_network && stssl_address_is_ipv4(&address)))
		return false;
	(void)stssl_ip_format(&address, ret);
	return true;
}

static enum command_status
pardon(int argc, char **argv)
{
	const char *socket = STSSL_STATUS_SOCKET;
	const struct command_option options[] = {
		{ "socket", &socket, NULL },
		{ NULL, NULL, NULL },
	};
	char address[STSSL_ADDRESS_TEXT];
	struct stssl_record answer;
	int at = command_options(argc, argv, options), r;

	if (at < 0 || at + 1 != argc || !take_address(argv[at], address))
		return command_usage(&command_pardon);
	stssl_record_init(&answer);
	r = live_ask(socket, "pardon", STSSL_KEY_REMOTE_ADDR, address, &answer);
	stssl_record_done(&answer);
	if (r < 0)
		return live_cannot(socket, r);
	if (r == 0) {
		(void)fputs("stsslctl: it has no penalty\n", stderr);
		return COMMAND_FOUND;
	}
	return COMMAND_FINE;
}

const struct command command_pardon = {
	"pardon",
	"ADDRESS [--socket PATH]",
	"lift the penalty of an address",
	pardon,
};
