/* SPDX-License-Identifier: BSD-2-Clause
 *
 * What main() and the subcommands of stsslctl agree on.  main.c has the table
 * of all subcommands and their options, and reads the command line.
 */
#ifndef STSSLCTL_COMMAND_H
#define STSSLCTL_COMMAND_H

#include <stdbool.h>

#include "stsslctl/exit.h"
#include "x509/leaf.h"

struct stssl_classes;

/* The command line.  Options not given are false, NULL, or the default. */
struct arguments {
	bool clear;
	bool help;
	bool http;
	bool json;
	bool penalties;
	bool plain;
	bool shared;
	bool text;
	bool version;
	const char *by;
	const char *ca;
	const char *certificate;
	const char *classes;
	const char *config; /* HELPER_CONF */
	const char *crl;
	const char *directory;
	const char *edge;
	const char *etc; /* "/etc" */
	const char *from;
	const char *html;
	const char *listener;
	const char *module_dir;
	const char *pam;
	const char *pam_dir; /* STACK_DIR */
	const char *service;
	const char *socket; /* STSSL_STATUS_SOCKET */
	const char *ssh_key;
	const char *tls;
	const char *user;
	char **words; /* all that are no options, as many as main.c says */
	int count;    /* of words */
};

typedef enum command_status command_function(const struct arguments *a);

command_function command_check;
command_function command_digest;
command_function command_explain;
command_function command_identity_add;
command_function command_identity_list;
command_function command_identity_remove;
command_function command_identity_show;
command_function command_kick;
command_function command_matrix;
command_function command_metrics;
command_function command_pardon;
command_function command_pin;
command_function command_reload;
command_function command_who;

/* Begin a message to stderr: "stsslctl: " and `what`, escaped. */
void command_begin(const char *what);

/*
 * Say something to stderr, with all that is not printable escaped: `text`;
 * `what` and a negative errno; or `path`, whose owner or mode is wrong.
 * Return COMMAND_UNKNOWN.
 */
enum command_status command_say(const char *text);
enum command_status command_cannot(const char *what, int error);
enum command_status command_cannot_trust(const char *path);

/* Why a file cannot be read or written, of a negative errno. */
const char *command_reason(int error);

/*
 * The same for a word of the command line, and why it cannot be one.  Returns
 * COMMAND_UNKNOWN.
 */
enum command_status command_object(const char *word, const char *why);

/*
 * The next step of a beginner, for a file that is not there: NULL unless `path`
 * is that of helper.conf or classes.conf and nothing has that name.
 */
const char *command_first_step(const char *path);

/* The same for what is refused: `what`, and why.  Returns COMMAND_FOUND. */
enum command_status command_refuse(const char *what, const char *why);

/* The file of --classes, or the one that the module reads. */
const char *command_classes_path(const struct arguments *a);

/*
 * Read the classes from that file.  Returns them, to be freed by
 * stssl_classes_free(); or NULL, with the mistake told to stderr.
 */
struct stssl_classes *command_classes(const struct arguments *a);

/*
 * The SHA-256 of a policy in its canonical form, which goes to *ret_text, to be
 * freed, unless that is NULL.
 */
void command_digest_of(const struct stssl_classes *classes,
    char ret[static X509_FINGERPRINT], char **ret_text);

#endif
