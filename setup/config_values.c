/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads single values of helper.conf.  Says what is wrong, never where.
 */
#include <config.h>
#include "setup/config_values.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define URL_MAX 1024

const char *
config_file_fault(const char *path, mode_t *ret_mode)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	int r;

	if (fd == -1)
		return strerror(errno);
	r = fstat(fd, &st);
	(void)close(fd);
	if (r == -1 || !S_ISREG(st.st_mode))
		return "not a regular file";
	*ret_mode = st.st_mode;
	return NULL;
}

int
config_backend_parse(const char *text, struct backend_address *ret)
{
	struct backend_address backend = { 0 };
	struct stssl_address address;
	const char *path = text + strlen("unix:");

	if (strncmp(text, "unix:", strlen("unix:")) == 0) {
		if (path[0] != '/' ||
		    strlen(path) >= sizeof backend.u.un.sun_path)
			return -EINVAL;
		backend.u.un.sun_family = AF_UNIX;
		memcpy(backend.u.un.sun_path, path, strlen(path) + 1);
		backend.len = sizeof backend.u.un;
	} else {
		if (stssl_address_parse(text, &address) < 0 ||
		    address.port == 0)
			return -EINVAL;
		backend.len = stssl_address_to(&address, &backend.u.inet);
	}
	*ret = backend;
	return 0;
}

/* A number in decimal, 0 above `max`; *ret_end is behind its last digit. */
static unsigned
number_parse(const char *text, unsigned max, const char **ret_end)
{
	unsigned number = 0;

	for (; *text >= '0' && *text <= '9' && number <= max; text++)
		number = number * 10 + (unsigned)(*text - '0');
	*ret_end = text;
	return number <= max ? number : 0;
}

int
config_ports_parse(const char *text, unsigned *ret_low, unsigned *ret_high)
{
	unsigned low, high;
	const char *end;

	low = number_parse(text, UINT16_MAX, &end);
	if (low == 0 || *end != '-')
		return -EINVAL;
	high = number_parse(end + 1, UINT16_MAX, &end);
	if (high < low || *end != '\0')
		return -EINVAL;
	*ret_low = low;
	*ret_high = high;
	return 0;
}

int
config_newcomers_parse(const char *text, struct newcomer_limit *ret)
{
	struct newcomer_limit limit;
	const char *end;

	if (strcmp(text, "0") == 0) {
		*ret = (struct newcomer_limit){ 0, 0, 0 };
		return 0;
	}
	limit.begin = number_parse(text, CONFIG_SESSIONS_MAX, &end);
	if (limit.begin == 0 || *end != ':')
		return -EINVAL;
	limit.rate = number_parse(end + 1, 100, &end);
	if (limit.rate == 0 || *end != ':')
		return -EINVAL;
	limit.full = number_parse(end + 1, CONFIG_SESSIONS_MAX, &end);
	if (limit.full < limit.begin || *end != '\0')
		return -EINVAL;
	*ret = limit;
	return 0;
}

/* Letters, digits and inner hyphens; the last label of a name is no number. */
bool
config_is_http_url(const char *text)
{
	static const char scheme[] = "http://";
	const char *at = text;

	if (strncasecmp(text, scheme, sizeof scheme - 1) != 0 ||
	    text[sizeof scheme - 1] == '\0' || text[sizeof scheme - 1] == '/')
		return false;
	while (*at > ' ' && *at <= '~')
		at++;
	return *at == '\0' && at - text <= URL_MAX;
}

bool
config_is_host_name(const char *text)
{
	size_t len = strlen(text), label = 0;
	bool number = true;

	if (len == 0 || len > 253)
		return false;
	for (size_t i = 0; i <= len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '.' || c == '\0') {
			if (label == 0 || label > 63 || text[i - 1] == '-')
				return false;
			label = 0;
			continue;
		}
		if (!isalnum(c) && (c != '-' || label == 0))
			return false;
		if (label++ == 0)
			number = true;
		number = number && isdigit(c);
	}
	return !number;
}
