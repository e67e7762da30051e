/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The texts of FTP: command lines, replies, and the addresses in them.  Pure
 * functions over untrusted text; no state but what the caller hands in.
 */
#ifndef HELPER_WORKER_FTP_FTP_TEXT_H
#define HELPER_WORKER_FTP_FTP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status/address.h"

/* Longest verb; a longer one is none that we know. */
#define FTP_VERB_MAX 8
/* A backend that says more lines in one reply talks nonsense. */
#define FTP_REPLY_LINES_MAX 1000000
/* Room for any reply that we write ourselves. */
#define FTP_REPLY_MAX 512

/* A command line, RFC 959 section 5.3. */
struct ftp_command {
	const char *line;            /* the whole */
	char verb[FTP_VERB_MAX + 1]; /* upper case; "" when it is too long */
	const char *arg;             /* in it; "" when there is none */
};

/*
 * How many bytes of Telnet commands (RFC 854) a line begins with: IAC with
 * WILL, WONT, DO, DONT and their option; or with one of NOP to GA, as IP and DM
 * in front of ABOR and STAT (RFC 959 section 4.1.3).
 *
 * Anywhere else 255 is a byte of a name, as in ISO 8859-1, CP1251 and KOI8-R.
 * Clients do not double it, and vsftpd takes it as it comes: so do we, or a
 * command would be about another file.
 */
size_t ftp_telnet_prefix(const char *line, size_t len);

/*
 * Split a line.  Returns 0; -EINVAL when it holds NUL, CR or LF, or does not
 * begin with a verb: a letter, more letters, digits, - and _, and then a blank
 * or the end.  Backends read "PORT\t1,2" or a verb with Telnet inside in their
 * own ways, none of them ours.
 */
int ftp_command_parse(const char *line, size_t len, struct ftp_command *ret);

enum ftp_reply_part {
	FTP_REPLY_BAD,  /* not a reply */
	FTP_REPLY_MORE, /* a line of a reply that goes on */
	FTP_REPLY_LAST, /* its last or only line; `code` is valid */
};

/* Replies, RFC 959 section 4.2.  All zero at the start. */
struct ftp_reply {
	int code;
	unsigned lines; /* of this reply, so far */
	bool open;      /* in a reply of several lines */
	/* The line that was looked at last, which is the caller's. */
	enum ftp_reply_part part;
	const char *line;
};

/* Look at the next line that a server sent.  Returns what is in `part`. */
enum ftp_reply_part ftp_reply_feed(
    struct ftp_reply *reply, const char *line, size_t len);

/*
 * The port in a 227 or a 229 reply: the address in it is not believed.
 * Returns 0, or -EINVAL.
 */
int ftp_parse_227(const char *line, uint16_t *ret_port);
int ftp_parse_229(const char *line, uint16_t *ret_port);

/*
 * The argument of PORT ("h1,h2,h3,h4,p1,p2", RFC 959) and of EPRT
 * ("|1|132.235.1.2|6275|", RFC 2428).  Return 0; -EINVAL for bad syntax;
 * -EAFNOSUPPORT for a protocol number that is neither 1 nor 2.
 */
int ftp_parse_port(const char *arg, struct stssl_address *ret);
int ftp_parse_eprt(const char *arg, struct stssl_address *ret);

/* The argument of HOST, RFC 7151 section 3.1. */
enum ftp_host {
	FTP_HOST_BAD, /* neither, or with a port */
	FTP_HOST_NAME,
	FTP_HOST_ADDRESS, /* "192.0.2.1" or "[2001:db8::1]" */
};
enum ftp_host ftp_parse_host(const char *arg, struct stssl_address *ret);

/* The replies that offer `a`; 227 needs an IPv4 address.  Return `buf`. */
const char *ftp_format_227(
    const struct stssl_address *a, char buf[static FTP_REPLY_MAX]);
const char *ftp_format_229(
    const struct stssl_address *a, char buf[static FTP_REPLY_MAX]);

/* The order to connect to `a`: PORT for IPv4, else EPRT.  Returns `buf`. */
const char *ftp_format_port(
    const struct stssl_address *a, char buf[static FTP_REPLY_MAX]);

/*
 * Whether a line of a backend's FEAT reply (RFC 2389) names a feature that is
 * ours to offer or to withhold: such a line is left out.
 */
bool ftp_feature_is_ours(const char *line);

/*
 * Read digits, all of `text`, up to `max`.  Returns 0, or -EINVAL.
 */
int ftp_parse_number(const char *text, uint32_t max, uint32_t *ret);

#endif
