/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The daemons, with a row for each trap in their configuration.
 */
#include <config.h>
#include "stsslctl/daemons.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "status/ascii.h"
#include "status/tools/address.h"
#include "stsslctl/output.h"

/* Values */

static bool
is_yes(const char *value)
{
	return value != NULL &&
	       (stssl_same_text(value, "yes") || stssl_same_text(value, "on") ||
		   stssl_same_text(value, "true") || strcmp(value, "1") == 0);
}

static bool
is_no(const char *value)
{
	return value != NULL &&
	       (stssl_same_text(value, "no") || stssl_same_text(value, "off") ||
		   stssl_same_text(value, "false") || strcmp(value, "0") == 0);
}

static bool
is_not_yes(const char *value)
{
	return !is_yes(value);
}

static bool
is_not_no(const char *value)
{
	return !is_no(value);
}

static bool
is_given(const char *value)
{
	return value != NULL;
}

static bool
is_number(const char *value)
{
	return value != NULL && !is_no(value);
}

/* A list of modules in which PAM's has no asterisk. */
static bool
lacks_final_pam(const char *value)
{
	static const char wanted[] = "mod_auth_pam.c*";
	const char *at = value == NULL ? NULL : strstr(value, wanted);

	return at == NULL || (at != value && at[-1] != ' ') ||
	       (at[strlen(wanted)] != ' ' && at[strlen(wanted)] != '\0');
}

#define ANONYMOUS                                                        \
	"anonymous logins do not go through PAM: pam_stssl.so does not " \
	"decide about them"
#define PRIVILEGED                                                   \
	"transfers fail: the helper takes data connections of this " \
	"backend from ports below 1024 only"
#define ASKED_TOO                                                       \
	"Pure-FTPd asks this, too, when PAM has refused, and lets the " \
	"user in"

static const struct daemon_trap vsftpd_traps[] = {
	{ "ssl_enable", is_yes, FINDING_WARNING, DAEMON_ALWAYS,
	    "the helper does TLS: vsftpd then refuses its clear logins" },
	{ "anonymous_enable", is_not_no, FINDING_WARNING, DAEMON_ALWAYS,
	    ANONYMOUS },
	{ "max_per_ip", is_not_no, FINDING_WARNING, DAEMON_ALWAYS,
	    "not 0: all clients have the helper's address, and vsftpd sends "
	    "away those above its limit" },
	{ "connect_from_port_20", is_not_yes, FINDING_WARNING, DAEMON_ACTIVE,
	    PRIVILEGED },
	{ "session_support", is_not_yes, FINDING_WARNING, DAEMON_SESSION,
	    "not YES: the session lines with pam_stssl.so do nothing" },
	{ NULL, NULL, 0, 0, NULL },
};

static const struct daemon_trap proftpd_traps[] = {
	{ "AuthOrder", lacks_final_pam, FINDING_ERROR, DAEMON_ALWAYS,
	    "without mod_auth_pam.c* ProFTPD asks the next module when PAM has "
	    "refused, which lets the user in by password" },
	{ "AuthPAM", is_no, FINDING_ERROR, DAEMON_ALWAYS,
	    "off: PAM, and so pam_stssl.so, is not asked" },
	{ "<Anonymous", is_given, FINDING_WARNING, DAEMON_ALWAYS, ANONYMOUS },
	{ "mod_auth_pam.c", is_given, FINDING_ERROR, DAEMON_ALWAYS,
	    "there is no LoadModule for it: PAM is not asked" },
	{ "TLSEngine", is_yes, FINDING_WARNING, DAEMON_ALWAYS,
	    "the helper does TLS, and speaks clear FTP to ProFTPD" },
	{ "RootRevoke", is_not_no, FINDING_WARNING, DAEMON_ACTIVE, PRIVILEGED },
	{ NULL, NULL, 0, 0, NULL },
};

static const struct daemon_trap pureftpd_traps[] = {
	{ "ExtAuth", is_given, FINDING_ERROR, DAEMON_ALWAYS, ASKED_TOO },
	{ "LDAPConfigFile", is_given, FINDING_ERROR, DAEMON_ALWAYS, ASKED_TOO },
	{ "MySQLConfigFile", is_given, FINDING_ERROR, DAEMON_ALWAYS,
	    ASKED_TOO },
	{ "PGSQLConfigFile", is_given, FINDING_ERROR, DAEMON_ALWAYS,
	    ASKED_TOO },
	{ "PureDB", is_given, FINDING_ERROR, DAEMON_ALWAYS, ASKED_TOO },
	{ "UnixAuthentication", is_yes, FINDING_ERROR, DAEMON_ALWAYS,
	    ASKED_TOO },
	{ "PAMAuthentication", is_not_yes, FINDING_ERROR, DAEMON_ALWAYS,
	    "not yes: PAM, and so pam_stssl.so, is not asked" },
	{ "NoAnonymous", is_not_yes, FINDING_WARNING, DAEMON_ALWAYS,
	    ANONYMOUS },
	{ "TLS", is_number, FINDING_WARNING, DAEMON_ALWAYS,
	    "the helper does TLS, and speaks clear FTP to Pure-FTPd" },
	{ NULL, NULL, 0, 0, NULL },
};

/* Addresses and ports */

const char *
daemon_value(const struct settings *s, unsigned server, const char *key)
{
	const struct setting *found = settings_find(s, server, key);

	return found == NULL ? NULL : found->value;
}

/* A list, with blanks, of addresses of this machine only. */
static bool
is_loopback(const char *list)
{
	const char *at = list == NULL ? "" : list;
	char word[INET6_ADDRSTRLEN], text[INET6_ADDRSTRLEN + 8];
	struct stssl_address a;

	do {
		size_t len = strcspn(at, " ");

		(void)snprintf(word, sizeof word, "%.*s", (int)len, at);
		(void)snprintf(text, sizeof text,
		    strchr(word, ':') == NULL ? "%s:1" : "[%s]:1", word);
		if (strcmp(word, "localhost") != 0 &&
		    (stssl_address_parse(text, &a) < 0 ||
			!stssl_address_is_loopback(&a)))
			return false;
		at += len + strspn(at + len, " ");
	} while (*at != '\0');
	return true;
}

static unsigned
port_of(const struct settings *s, unsigned server, const char *key)
{
	const char *value = daemon_value(s, server, key);

	return value == NULL ? IPPORT_FTP : (unsigned)strtoul(value, NULL, 10);
}

static unsigned
vsftpd_port(const struct settings *s, unsigned server)
{
	return port_of(s, server, "listen_port");
}

/* Without either it is started by inetd. */
static bool
vsftpd_is_open(const struct settings *s, unsigned server, const char **ret_key)
{
	if (is_yes(daemon_value(s, server, "listen_ipv6")))
		*ret_key = "listen_address6";
	else if (!is_no(daemon_value(s, server, "listen")))
		*ret_key = "listen_address";
	else
		return false;
	return !is_loopback(daemon_value(s, server, *ret_key));
}

static unsigned
proftpd_port(const struct settings *s, unsigned server)
{
	return port_of(s, server, "Port");
}

static bool
proftpd_is_open(const struct settings *s, unsigned server, const char **ret_key)
{
	const char *type = daemon_value(s, 0, "ServerType");

	if (type != NULL && stssl_same_text(type, "inetd"))
		return false;
	*ret_key = server == 0 ? "DefaultAddress" : "<VirtualHost";
	if (!is_loopback(daemon_value(s, server, *ret_key)))
		return true;
	*ret_key = "SocketBindTight";
	return !is_yes(daemon_value(s, 0, *ret_key));
}

/* "ADDRESS,PORT", of which either may be missing. */
static unsigned
pureftpd_port(const struct settings *s, unsigned server)
{
	const char *bind = daemon_value(s, server, "Bind");
	const char *comma = bind == NULL ? NULL : strchr(bind, ',');

	return comma == NULL ? IPPORT_FTP
			     : (unsigned)strtoul(comma + 1, NULL, 10);
}

static bool
pureftpd_is_open(
    const struct settings *s, unsigned server, const char **ret_key)
{
	const char *alone = daemon_value(s, server, "STANDALONE_OR_INETD");
	const char *bind = daemon_value(s, server, "Bind");
	char *address = output_copy(bind == NULL ? "" : bind);
	bool loopback;

	address[strcspn(address, ",")] = '\0';
	loopback = is_loopback(address);
	free(address);
	*ret_key = "Bind";
	return alone != NULL && strcmp(alone, "standalone") == 0 && !loopback;
}

const struct daemon daemons[] = {
	{ "vsftpd", settings_vsftpd,
	    { "/etc/vsftpd.conf", "/etc/vsftpd/vsftpd.conf", NULL },
	    "pam_service_name", "ftp", vsftpd_port, vsftpd_is_open,
	    vsftpd_traps },
	{ "ProFTPD", settings_proftpd,
	    { "/etc/proftpd/proftpd.conf", "/etc/proftpd.conf", NULL },
	    "AuthPAMConfig", "proftpd", proftpd_port, proftpd_is_open,
	    proftpd_traps },
	{ "Pure-FTPd", settings_pureftpd, { "/etc/pure-ftpd", NULL, NULL },
	    NULL, "pure-ftpd", pureftpd_port, pureftpd_is_open,
	    pureftpd_traps },
	{ NULL, NULL, { NULL, NULL, NULL }, NULL, NULL, NULL, NULL, NULL },
};
