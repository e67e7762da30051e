/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Everything that reads FTP's lines, fed with the same bytes.
 */
#include <config.h>
#include "helper/worker/ftp/ftp_text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
one_line(char *line, size_t len, struct ftp_reply *reply)
{
	struct ftp_command command;
	struct stssl_address a;
	uint16_t port;
	size_t at;

	(void)ftp_reply_feed(reply, line, len);
	(void)ftp_parse_227(line, &port);
	(void)ftp_parse_229(line, &port);
	(void)ftp_parse_port(line, &a);
	(void)ftp_parse_eprt(line, &a);
	(void)ftp_feature_is_ours(line);
	at = ftp_telnet_prefix(line, len);
	if (at > len)
		abort();
	if (ftp_command_parse(line + at, len - at, &command) == 0 &&
	    strlen(command.arg) > len)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ftp_reply reply = { 0 };

	while (size > 0) {
		const uint8_t *end = memchr(data, '\n', size);
		size_t len = end == NULL ? size : (size_t)(end - data);
		char *line = malloc(len + 1);

		if (line == NULL)
			return 0;
		memcpy(line, data, len);
		line[len] = '\0';
		one_line(line, len, &reply);
		free(line);
		len += end != NULL;
		data += len;
		size -= len;
	}
	return 0;
}
