/* SPDX-License-Identifier: BSD-2-Clause
 *
 * stsslctl digest: one number for the policy, to compare that of two machines.
 */
#include <config.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/tools/canonical.h"
#include "policy/classes.h"
#include "stsslctl/command.h"
#include "stsslctl/output.h"
#include "stsslctl/sha256.h"

struct arguments {
	const char *classes;
	bool json;
	bool text;
};

/*
 * Byte for byte, so that sha256sum(1) finds the same; bytes that must not
 * reach a terminal are not in it, for names are quoted.
 */
static void
print_text(const char *text)
{
	for (const char *at = text; *at != '\0'; at++)
		assert(
		    (*at >= 0x20 && *at < 0x7f) || *at == '\t' || *at == '\n');
	(void)fputs(text, stdout);
}

static enum command_status
show(const struct arguments *a, const char *text)
{
	char hex[SHA256_TEXT];
	int r = sha256_hex(text, strlen(text), hex);

	if (r < 0)
		return command_cannot("sha256", r);
	if (a->json) {
		json_t *object = output_need(json_object());

		output_set(object, "sha256", output_string(hex));
		if (a->text)
			output_set(object, "text", output_string(text));
		output_json(object);
	} else if (a->text) {
		print_text(text);
	} else {
		(void)puts(hex);
	}
	return COMMAND_FINE;
}

static enum command_status
digest(int argc, char **argv)
{
	struct arguments a = { .classes = STSSL_CLASSES_CONF };
	const struct command_option options[] = {
		{ "classes", &a.classes, NULL },
		{ "json", NULL, &a.json },
		{ "text", NULL, &a.text },
		{ NULL, NULL, NULL },
	};
	struct stssl_classes *classes;
	struct stssl_error error;
	enum command_status status;
	char *text;
	int r;

	if (command_options(argc, argv, options) != argc)
		return command_usage(&command_digest);
	if (stssl_classes_read(a.classes, &classes, &error) < 0)
		return command_say(error.text);
	r = stssl_classes_canonical(classes, &text);
	(void)stssl_classes_free(classes);
	if (r < 0)
		return command_cannot(a.classes, r);
	status = show(&a, text);
	free(text);
	return status;
}

const struct command command_digest = {
	"digest",
	"[--json] [--text] [--classes FILE]",
	"a fingerprint of the policy",
	digest,
};
