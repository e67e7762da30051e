/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Checks and reads single values of helper.conf.  Says what is wrong, never
 * where.
 */
#include <config.h>
#include "setup/config_values.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/serial.h"
#include "setup/config.h"
#include "status/ascii.h"
#include "status/file.h"
#include "status/tools/address.h"
#include "status/tools/hex.h"
#include "status/tools/host.h"
#include "status/tools/url.h"

#define NAME_BYTES 64

/* Of a pin. */
#define HEX_DIGITS (2 * LINK_PIN_BYTES)
#define PREFIX     "sha256:"

/* Names end up in log lines and in systemd's FileDescriptorName. */
const char *
config_check_name(const char *value)
{
	size_t len = strspn(value, STSSL_LETTERS STSSL_DIGITS "._-");

	return len > 0 && len <= NAME_BYTES && value[len] == '\0'
		   ? NULL
		   : "not a name of letters, digits, . _ -";
}

const char *
config_check_path(const char *value)
{
	return value[0] == '/' ? NULL : "not an absolute path";
}

const char *
config_check_socket(const char *value)
{
	struct sockaddr_un un;

	if (strlen(value) >= sizeof un.sun_path)
		return "too long for a socket";
	return config_check_path(value);
}

/* Why `path` cannot be read as a file; NULL and *ret_mode when it can. */
static const char *
file_fault(const char *path, mode_t *ret_mode)
{
	struct stat st;
	int fd = stssl_file_open(AT_FDCWD, path, 0, &st);

	if (fd < 0) {
		errno = -fd;
		return fd == -EINVAL ? "not a regular file" : strerror(errno);
	}
	(void)close(fd);
	*ret_mode = st.st_mode;
	return NULL;
}

const char *
config_check_file(const char *value)
{
	mode_t mode;

	return file_fault(value, &mode);
}

const char *
config_check_file_or_directory(const char *value)
{
	struct stat st;

	if (stat(value, &st) == 0 && S_ISDIR(st.st_mode))
		return access(value, R_OK | X_OK) == 0 ? NULL : strerror(errno);
	return config_check_file(value);
}

bool
config_key_is_url(const char *key)
{
	return strncmp(key, "pkcs11:", strlen("pkcs11:")) == 0;
}

const char *
config_check_key(const char *value)
{
	const char *why;
	mode_t mode = 0;
	struct stat st;

	if (config_key_is_url(value))
		return NULL;
	why = file_fault(value, &mode);
	/* Whether it can be read is found out by the process that loads it. */
	if (why != NULL && errno == EACCES && stat(value, &st) == 0 &&
	    S_ISREG(st.st_mode)) {
		mode = st.st_mode;
		why = NULL;
	}
	if (why == NULL && (mode & (S_IWGRP | S_IRWXO)) != 0)
		why = "others can read or change it";
	return why;
}

const char *
config_check_key_or_link(const char *value)
{
	return strcmp(value, CONFIG_KEY_LINK) == 0 ? NULL
						   : config_check_key(value);
}

/* No https: answers are signed, and TLS would need an answer itself. */
const char *
config_check_url(const char *value)
{
	return stssl_url_is_http(value) ? NULL : "not an http:// URL";
}

/* Put the text, or NULL for an empty one, into *ret. */
static const char *
text_or_none(const char *value, void *ret)
{
	*(const char **)ret = value[0] != '\0' ? value : NULL;
	return NULL;
}

const char *
config_parse_name(const char *value, void *ret)
{
	const char *why = value[0] == '\0' ? NULL : config_check_name(value);

	return why != NULL ? why : text_or_none(value, ret);
}

const char *
config_parse_host(const char *value, void *ret)
{
	struct stssl_address address;

	if (value[0] != '\0' && stssl_ip_parse(value, &address) < 0 &&
	    !stssl_is_host_name(value))
		return "not an IP address, nor a host name";
	return text_or_none(value, ret);
}

const char *
config_parse_address(const char *value, void *ret)
{
	return stssl_address_parse(value, ret) < 0
		   ? "not an IP address with a port"
		   : NULL;
}

/* "unix:/PATH" */
static int
parse_unix(const char *path, struct backend_address *ret)
{
	if (path[0] != '/' || strlen(path) >= sizeof ret->u.un.sun_path)
		return -EINVAL;
	ret->u.un.sun_family = AF_UNIX;
	memcpy(ret->u.un.sun_path, path, strlen(path) + 1);
	ret->len = sizeof ret->u.un;
	return 0;
}

static int
parse_inet(const char *text, struct backend_address *ret)
{
	struct stssl_address address;

	if (stssl_address_parse(text, &address) < 0 || address.port == 0)
		return -EINVAL;
	ret->len = stssl_address_to(&address, &ret->u.inet);
	return 0;
}

/* What is behind this in a value; NULL if it does not begin so. */
static const char *
behind(const char *value, const char *scheme)
{
	size_t len = strlen(scheme);

	return strncmp(value, scheme, len) == 0 ? value + len : NULL;
}

const char *
config_parse_backend(const char *value, void *ret)
{
	struct backend_address backend = { 0 };
	const char *path = behind(value, "unix:");
	const char *server = behind(value, "link:");
	int r = path != NULL
		    ? parse_unix(path, &backend)
		    : parse_inet(server != NULL ? server : value, &backend);

	if (r < 0)
		return "not an IP address with a port, with or without link: "
		       "in front, nor unix:/PATH";
	backend.is_link = server != NULL;
	memcpy(ret, &backend, sizeof backend);
	return NULL;
}

/* A number in decimal, 0 above `max`; *ret_end is behind its last digit. */
static unsigned
parse_number(const char *text, unsigned max, const char **ret_end)
{
	unsigned number = 0;

	for (; stssl_is_digit(*text) && number <= max; text++)
		number = number * 10 + (unsigned)(*text - '0');
	*ret_end = text;
	return number <= max ? number : 0;
}

/* "LOW-HIGH" */
static int
parse_range(const char *text, struct port_range *ret)
{
	const char *end;

	ret->low = parse_number(text, UINT16_MAX, &end);
	if (ret->low == 0 || *end != '-')
		return -EINVAL;
	ret->high = parse_number(end + 1, UINT16_MAX, &end);
	return ret->high < ret->low || *end != '\0' ? -EINVAL : 0;
}

const char *
config_parse_ports(const char *value, void *ret)
{
	return parse_range(value, ret) < 0 ? "not a range of ports, LOW-HIGH"
					   : NULL;
}

/* Ports below 1024 belong to other services: a backend must not lead there. */
const char *
config_parse_backend_ports(const char *value, void *ret)
{
	struct port_range *ports = ret;

	if (parse_range(value, ports) < 0 || ports->low < 1024)
		return "not a range of ports, LOW-HIGH, from 1024 on";
	return NULL;
}

/* "BEGIN:RATE:FULL" */
static int
parse_limit(const char *text, struct newcomer_limit *ret)
{
	const char *end;

	ret->begin = parse_number(text, CONFIG_SESSIONS_MAX, &end);
	if (ret->begin == 0 || *end != ':')
		return -EINVAL;
	ret->rate = parse_number(end + 1, 100, &end);
	if (ret->rate == 0 || *end != ':')
		return -EINVAL;
	ret->full = parse_number(end + 1, CONFIG_SESSIONS_MAX, &end);
	return ret->full < ret->begin || *end != '\0' ? -EINVAL : 0;
}

const char *
config_parse_newcomers(const char *value, void *ret)
{
	struct newcomer_limit *limit = ret;

	if (strcmp(value, "0") == 0)
		*limit = (struct newcomer_limit){ 0, 0, 0 };
	else if (parse_limit(value, limit) < 0)
		return "not of the form BEGIN:RATE:FULL, nor 0";
	return NULL;
}

/* Names of hosts are given by others, and would have to be looked up. */
const char *
config_parse_network(const char *value, void *ret)
{
	struct stssl_pattern *pattern = ret;
	int r = stssl_pattern_parse(value, pattern);

	if (r < 0)
		return stssl_pattern_error(r);
	return pattern->host == NULL ? NULL : "not an address pattern";
}

/* Small or large digits, and nothing else. */
static bool
parse_digits(const char *text, uint8_t ret[static LINK_PIN_BYTES])
{
	char hex[HEX_DIGITS + 1];

	return strlen(text) == HEX_DIGITS &&
	       stssl_hex_digits(text, HEX_DIGITS, hex) == HEX_DIGITS &&
	       stssl_hex_read(hex, ret, LINK_PIN_BYTES);
}

const char *
config_parse_pin(const char *value, void *ret)
{
	const size_t prefix = strlen(PREFIX);
	struct link_pin pin = { "", { 0 } };
	const char *space = strchr(value, ' ');
	const char *text = space != NULL ? space + 1 : value;
	size_t len = space != NULL ? (size_t)(space - value) : 0;

	if (len > LINK_PIN_NAME || strncmp(text, PREFIX, prefix) != 0 ||
	    !parse_digits(text + prefix, pin.sha256))
		return "not \"NAME sha256:HEX\" with 64 digits";
	memcpy(pin.name, value, len);
	if (space != NULL && config_check_name(pin.name) != NULL)
		return config_check_name(pin.name);
	memcpy(ret, &pin, sizeof pin);
	return NULL;
}
