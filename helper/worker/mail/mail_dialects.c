/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The three protocols, as tables.  Words are those of RFC 9051 and RFC 5530 for
 * IMAP, RFC 1939 and RFC 3206 for POP3, RFC 5321 and RFC 4954 for SMTP.
 */
#include <config.h>
#include "helper/worker/mail/mail.h"

#define DO(handler)               handler, NULL, MAIL_SAYS_DONE, NULL
#define SAY(before, status, text) NULL, before, status, text
#define OTHERWISE(text)           "", NULL, NULL, MAIL_SAYS_UNKNOWN, text

static const struct mail_command imap_commands[] = {
	{ "AUTHENTICATE", DO(mail_do_auth) },
	{ "CAPABILITY", DO(mail_do_capability) },
	{ "ID", SAY("* ID NIL", MAIL_SAYS_DONE, "Done.") },
	{ "LOGIN", DO(mail_do_login) },
	{ "LOGOUT", DO(mail_do_quit) },
	{ "NOOP", SAY(NULL, MAIL_SAYS_DONE, "Done.") },
	{ "STARTTLS", DO(mail_do_starttls) },
	{ OTHERWISE("Not before login.") },
};

static const struct mail_way imap_ways[] = {
	{ MAIL_OFFERS_PLAIN, { "%t AUTHENTICATE PLAIN", "%b" } },
	{ 0, { "%t LOGIN %q %Q" } },
	{ 0, { NULL } },
};

const struct mail_dialect mail_imap = {
	.is_tagged = true,
	.commands = imap_commands,
	.says = { [MAIL_SAYS_DONE] = "OK",
	    [MAIL_SAYS_TLS] = "OK",
	    [MAIL_SAYS_LATER] = "NO [UNAVAILABLE]",
	    [MAIL_SAYS_UNKNOWN] = "BAD",
	    [MAIL_SAYS_NOT_NOW] = "BAD",
	    [MAIL_SAYS_SYNTAX] = "BAD",
	    [MAIL_SAYS_MECHANISM] = "NO",
	    [MAIL_SAYS_CANCELLED] = "BAD",
	    [MAIL_SAYS_NEEDS_TLS] = "NO [PRIVACYREQUIRED]",
	    [MAIL_SAYS_DENIED] = "NO [AUTHENTICATIONFAILED]",
	    [MAIL_SAYS_NOT_HIS] = "NO [AUTHORIZATIONFAILED]",
	    [MAIL_SAYS_BYE] = "OK",
	    [MAIL_SAYS_END] = "* BYE" },
	.farewell = "* BYE Bye.",
	.go_on = "+ ",
	.reply = mail_imap_reply,
	.greeting = mail_imap_greeting,
	.show_greeting = mail_show_imap_greeting,
	.ways = imap_ways,
};

static const struct mail_command pop3_commands[] = {
	{ "AUTH", DO(mail_do_auth) },
	{ "CAPA", DO(mail_do_capa) },
	{ "PASS", DO(mail_do_pass) },
	{ "QUIT", DO(mail_do_quit) },
	{ "STLS", DO(mail_do_starttls) },
	{ "USER", DO(mail_do_user) },
	{ OTHERWISE("Not before login.") },
};

static const struct mail_way pop3_ways[] = {
	{ 0, { "USER %u", "PASS %p" } },
	{ 0, { NULL } },
};

const struct mail_dialect mail_pop3 = {
	.commands = pop3_commands,
	.says = { [MAIL_SAYS_DONE] = "+OK",
	    [MAIL_SAYS_TLS] = "+OK",
	    [MAIL_SAYS_LATER] = "-ERR [SYS/TEMP]",
	    [MAIL_SAYS_UNKNOWN] = "-ERR",
	    [MAIL_SAYS_NOT_NOW] = "-ERR",
	    [MAIL_SAYS_SYNTAX] = "-ERR",
	    [MAIL_SAYS_MECHANISM] = "-ERR",
	    [MAIL_SAYS_CANCELLED] = "-ERR",
	    [MAIL_SAYS_NEEDS_TLS] = "-ERR",
	    [MAIL_SAYS_DENIED] = "-ERR [AUTH]",
	    [MAIL_SAYS_NOT_HIS] = "-ERR [AUTH]",
	    [MAIL_SAYS_BYE] = "+OK",
	    [MAIL_SAYS_END] = "-ERR" },
	.go_on = "+ ",
	.reply = mail_pop3_reply,
	.greeting = mail_pop3_greeting,
	.show_greeting = mail_show_pop3_greeting,
	.done_goes_on = true,
	.ways = pop3_ways,
};

static const struct mail_command smtp_commands[] = {
	{ "AUTH", DO(mail_do_auth) },
	{ "EHLO", DO(mail_do_ehlo) },
	{ "HELO", DO(mail_do_helo) },
	{ "HELP", SAY(NULL, MAIL_SAYS_HELP, "See RFC 4954.") },
	{ "NOOP", SAY(NULL, MAIL_SAYS_DONE, "Done.") },
	{ "QUIT", DO(mail_do_quit) },
	{ "RSET", SAY(NULL, MAIL_SAYS_DONE, "Done.") },
	{ "STARTTLS", DO(mail_do_starttls) },
	{ OTHERWISE("Authentication required.") },
};

static const struct mail_way smtp_ways[] = {
	{ MAIL_OFFERS_PLAIN, { "AUTH PLAIN %b" } },
	{ MAIL_OFFERS_LOGIN, { "AUTH LOGIN", "%U", "%P" } },
	{ 0, { NULL } },
};

const struct mail_dialect mail_smtp = {
	.commands = smtp_commands,
	.says = { [MAIL_SAYS_DONE] = "250 2.0.0",
	    [MAIL_SAYS_HELP] = "214 2.0.0",
	    [MAIL_SAYS_TLS] = "220 2.0.0",
	    [MAIL_SAYS_LATER] = "454 4.7.0",
	    [MAIL_SAYS_UNKNOWN] = "530 5.7.0",
	    [MAIL_SAYS_NOT_NOW] = "503 5.5.1",
	    [MAIL_SAYS_SYNTAX] = "501 5.5.4",
	    [MAIL_SAYS_MECHANISM] = "504 5.5.4",
	    [MAIL_SAYS_CANCELLED] = "501 5.7.0",
	    [MAIL_SAYS_NEEDS_TLS] = "538 5.7.11",
	    [MAIL_SAYS_DENIED] = "535 5.7.8",
	    [MAIL_SAYS_NOT_HIS] = "535 5.7.8",
	    [MAIL_SAYS_BYE] = "221 2.0.0",
	    [MAIL_SAYS_END] = "421 4.7.0" },
	.go_on = "334 ",
	.reply = mail_smtp_reply,
	.greeting = mail_smtp_greeting,
	.show_greeting = mail_show_smtp_greeting,
	.ways = smtp_ways,
};
