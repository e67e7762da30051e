/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Reads single values of helper.conf.  Says what is wrong, never where.
 */
#include <config.h>
#include "setup/config_values.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* A port in decimal; *ret_end is behind its last digit. */
static unsigned
port_parse(const char *text, const char **ret_end)
{
	unsigned port = 0;

	for (; *text >= '0' && *text <= '9' && port <= UINT16_MAX; text++)
		port = port * 10 + (unsigned)(*text - '0');
	*ret_end = text;
	return port <= UINT16_MAX ? port : 0;
}

int
config_ports_parse(const char *text, unsigned *ret_low, unsigned *ret_high)
{
	unsigned low, high;
	const char *end;

	low = port_parse(text, &end);
	if (low == 0 || *end != '-')
		return -EINVAL;
	high = port_parse(end + 1, &end);
	if (high < low || *end != '\0')
		return -EINVAL;
	*ret_low = low;
	*ret_high = high;
	return 0;
}
