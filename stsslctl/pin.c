/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stsslctl pin: what the other side of a link has to know of a certificate.
 */
#include <config.h>
#include "stsslctl/pin.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "stsslctl/command.h"
#include "stsslctl/identity_source.h"
#include "stsslctl/output.h"

#define KIND "spki-"

int
pin_read(const char *file, char ret[static PIN_TEXT], struct x509_error *error)
{
	char entry[STSSL_ENTRY_MAX];
	struct identity_source source;
	const bool by_key = true;
	int r = identity_source_read(file, &source, error);

	if (r < 0)
		return r;
	identity_source_entry(&source, by_key, entry);
	if (source.is_key)
		r = x509_fault(error, file, "%s",
		    "this is an SSH key, and no certificate");
	else if (strlen(entry) != strlen(KIND) + PIN_TEXT - 1)
		r = x509_fault(error, file, "%s", "its key is unknown");
	else
		memcpy(ret, entry + strlen(KIND), PIN_TEXT);
	identity_source_done(&source);
	return r;
}

enum command_status
command_pin(const struct arguments *a)
{
	char pin[PIN_TEXT];
	struct x509_error error;

	if (pin_read(a->words[0], pin, &error) < 0)
		return command_say(error.text);
	if (a->json)
		output_json(output_need(json_pack("{s:s}", "pin", pin)));
	else
		(void)puts(pin);
	return COMMAND_FINE;
}
