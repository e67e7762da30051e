/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Parses and writes FTP's lines.  Strict where a reply leads to a connection,
 * tolerant where servers are known to differ and nothing depends on it.
 */
#include <config.h>
#include "helper/worker/ftp/ftp_text.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "status/ascii.h"
#include "status/tools/host.h"

/* Telnet, RFC 854. */
#define IAC  255
#define DONT 254
#define WILL 251
#define GA   249
#define NOP  241

/* Length of the Telnet command at `p`, 0 when there is none. */
static size_t
telnet_command(const unsigned char *p, size_t len)
{
	if (len < 2 || p[0] != IAC)
		return 0;
	if (p[1] >= NOP && p[1] <= GA)
		return 2;
	return p[1] >= WILL && p[1] <= DONT && len >= 3 ? 3 : 0;
}

size_t
ftp_telnet_prefix(const char *line, size_t len)
{
	const unsigned char *p = (const unsigned char *)line;
	size_t at = 0, n;

	while ((n = telnet_command(p + at, len - at)) > 0)
		at += n;
	return at;
}

int
ftp_command_parse(const char *line, size_t len, struct ftp_command *ret)
{
	struct ftp_command c = { .line = line };
	size_t n = strspn(line, STSSL_LETTERS STSSL_DIGITS "-_");

	if (strlen(line) != len || strpbrk(line, "\r\n") != NULL ||
	    strspn(line, STSSL_LETTERS) == 0 ||
	    (line[n] != ' ' && line[n] != '\0'))
		return -EINVAL;
	if (n <= FTP_VERB_MAX)
		for (size_t i = 0; i < n; i++)
			c.verb[i] = stssl_upper(line[i]);
	c.arg = line + n;
	if (*c.arg == ' ')
		c.arg++;
	*ret = c;
	return 0;
}

/* The three digits that a reply line begins with, or -1. */
static int
reply_code(const char *line)
{
	for (int i = 0; i < 3; i++)
		if (!stssl_is_digit(line[i]))
			return -1;
	if (line[0] < '1' || line[0] > '6')
		return -1;
	return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
}

static enum ftp_reply_part
feed(struct ftp_reply *reply, const char *line, size_t len)
{
	int code = reply_code(line);

	if (strlen(line) != len)
		return FTP_REPLY_BAD;
	reply->lines = reply->open ? reply->lines + 1 : 1;
	if (reply->lines > FTP_REPLY_LINES_MAX)
		return FTP_REPLY_BAD;
	if (reply->open) {
		if (code != reply->code || (line[3] != ' ' && line[3] != '\0'))
			return FTP_REPLY_MORE;
		reply->open = false;
		return FTP_REPLY_LAST;
	}
	if (code == -1)
		return FTP_REPLY_BAD;
	reply->code = code;
	if (line[3] == '-') {
		reply->open = true;
		return FTP_REPLY_MORE;
	}
	return line[3] == ' ' || line[3] == '\0' ? FTP_REPLY_LAST
						 : FTP_REPLY_BAD;
}

enum ftp_reply_part
ftp_reply_feed(struct ftp_reply *reply, const char *line, size_t len)
{
	reply->line = line;
	reply->part = feed(reply, line, len);
	return reply->part;
}

/* Read digits at *at up to `max` and move behind them. */
static int
number(const char **at, uint32_t max, uint32_t *ret)
{
	uint64_t value = 0;
	const char *p = *at;

	if (!stssl_is_digit(*p))
		return -EINVAL;
	for (; stssl_is_digit(*p); p++) {
		value = value * 10 + (uint64_t)(*p - '0');
		if (value > max)
			return -EINVAL;
	}
	*at = p;
	*ret = (uint32_t)value;
	return 0;
}

int
ftp_parse_number(const char *text, uint32_t max, uint32_t *ret)
{
	uint32_t value;

	if (number(&text, max, &value) < 0 || *text != '\0')
		return -EINVAL;
	*ret = value;
	return 0;
}

/* "h1,h2,h3,h4,p1,p2"; *ret_end is what stands behind. */
static int
six_numbers(const char *text, uint8_t ret[static 6], const char **ret_end)
{
	for (int i = 0; i < 6; i++) {
		uint32_t n;

		if (i > 0 && *text++ != ',')
			return -EINVAL;
		if (number(&text, 255, &n) < 0)
			return -EINVAL;
		ret[i] = (uint8_t)n;
	}
	*ret_end = text;
	return 0;
}

int
ftp_parse_227(const char *line, uint16_t *ret_port)
{
	const char *open = strchr(line, '('), *end;
	uint8_t n[6];

	if (open == NULL || six_numbers(open + 1, n, &end) < 0 || *end != ')')
		return -EINVAL;
	if (n[4] == 0 && n[5] == 0)
		return -EINVAL;
	*ret_port = (uint16_t)(n[4] << 8 | n[5]);
	return 0;
}

int
ftp_parse_229(const char *line, uint16_t *ret_port)
{
	const char *p = strchr(line, '(');
	uint32_t port;
	char d;

	if (p == NULL)
		return -EINVAL;
	d = p[1];
	if (!stssl_is_graph(d) || stssl_is_digit(d) || p[2] != d || p[3] != d)
		return -EINVAL;
	p += 4;
	if (number(&p, 65535, &port) < 0 || port == 0 || p[0] != d ||
	    p[1] != ')')
		return -EINVAL;
	*ret_port = (uint16_t)port;
	return 0;
}

int
ftp_parse_port(const char *arg, struct stssl_address *ret)
{
	const char *end;
	uint8_t n[6];

	if (six_numbers(arg, n, &end) < 0 || *end != '\0')
		return -EINVAL;
	*ret = stssl_address_ipv4(n, (uint16_t)(n[4] << 8 | n[5]));
	return 0;
}

int
ftp_parse_eprt(const char *arg, struct stssl_address *ret)
{
	struct stssl_address a;
	char ip[INET6_ADDRSTRLEN], d = arg[0];
	const char *p = arg + 1, *end;
	uint32_t protocol, port;

	if (!stssl_is_graph(d) || stssl_is_digit(d))
		return -EINVAL;
	if (number(&p, UINT16_MAX, &protocol) < 0 || *p++ != d)
		return -EINVAL;
	if (protocol != 1 && protocol != 2)
		return -EAFNOSUPPORT;
	end = strchr(p, d);
	if (end == NULL || (size_t)(end - p) >= sizeof ip)
		return -EINVAL;
	memcpy(ip, p, (size_t)(end - p));
	ip[end - p] = '\0';
	p = end + 1;
	if (stssl_ip_parse(ip, &a) < 0 ||
	    stssl_address_is_ipv4(&a) != (protocol == 1))
		return -EINVAL;
	if (number(&p, 65535, &port) < 0 || p[0] != d || p[1] != '\0')
		return -EINVAL;
	a.port = (uint16_t)port;
	*ret = a;
	return 0;
}

enum ftp_host
ftp_parse_host(const char *arg, struct stssl_address *ret)
{
	char ip[INET6_ADDRSTRLEN];
	size_t len = strlen(arg);
	bool bracketed = len > 2 && arg[0] == '[' && arg[len - 1] == ']';

	if (stssl_is_host_name(arg))
		return FTP_HOST_NAME;
	if (bracketed) {
		arg++;
		len -= 2;
	}
	if (len >= sizeof ip)
		return FTP_HOST_BAD;
	memcpy(ip, arg, len);
	ip[len] = '\0';
	if (stssl_ip_parse(ip, ret) < 0 ||
	    (strchr(ip, ':') != NULL) != bracketed)
		return FTP_HOST_BAD;
	return FTP_HOST_ADDRESS;
}

const char *
ftp_format_227(const struct stssl_address *a, char buf[static FTP_REPLY_MAX])
{
	(void)snprintf(buf, FTP_REPLY_MAX,
	    "227 Entering Passive Mode (%u,%u,%u,%u,%u,%u).", a->ip[12],
	    a->ip[13], a->ip[14], a->ip[15], a->port >> 8, a->port & 255u);
	return buf;
}

const char *
ftp_format_229(const struct stssl_address *a, char buf[static FTP_REPLY_MAX])
{
	(void)snprintf(buf, FTP_REPLY_MAX,
	    "229 Entering Extended Passive Mode (|||%u|).", a->port);
	return buf;
}

const char *
ftp_format_port(const struct stssl_address *a, char buf[static FTP_REPLY_MAX])
{
	char ip[STSSL_ADDRESS_TEXT];

	if (stssl_address_is_ipv4(a))
		(void)snprintf(buf, FTP_REPLY_MAX, "PORT %u,%u,%u,%u,%u,%u",
		    a->ip[12], a->ip[13], a->ip[14], a->ip[15], a->port >> 8,
		    a->port & 255u);
	else
		(void)snprintf(buf, FTP_REPLY_MAX, "EPRT |2|%s|%u|",
		    stssl_ip_format(a, ip), a->port);
	return buf;
}

bool
ftp_feature_is_ours(const char *line)
{
	static const char *const ours[] = { "AUTH", "PBSZ", "PROT", "CCC",
		"SSCN", "CPSV", "HOST", "LPRT", "LPSV" };

	line += strspn(line, " ");
	for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
		size_t len = strlen(ours[i]);

		if (stssl_same_start(line, ours[i]) &&
		    (line[len] == '\0' || line[len] == ' '))
			return true;
	}
	return false;
}
