/* SPDX-License-Identifier: BSD-2-Clause
 *
 * tiny-ftpd PORT: an FTP daemon that can log users in and nothing else, one
 * after the other and all in this process.  So what PAM and its modules leave
 * behind at a login adds up here, where it can be counted; a daemon that forks
 * would take it along.
 */
#include <config.h>

#include <netinet/in.h>
#include <security/pam_appl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SERVICE "vsftpd"
#define TEXT    256

struct login {
	char user[TEXT], password[TEXT];
};

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **ret, void *data)
{
	const struct login *login = data;
	struct pam_response *answers = calloc((size_t)count, sizeof *answers);

	(void)messages;
	if (answers == NULL)
		return PAM_BUF_ERR;
	for (int i = 0; i < count; i++)
		answers[i].resp = strdup(login->password);
	*ret = answers;
	return PAM_SUCCESS;
}

static const char *
log_in(struct login *login)
{
	const struct pam_conv conv = { converse, login };
	pam_handle_t *pamh = NULL;
	int r = pam_start(SERVICE, login->user, &conv, &pamh);

	if (r != PAM_SUCCESS)
		return "421 No PAM.";
	r = pam_authenticate(pamh, 0);
	if (r == PAM_SUCCESS)
		r = pam_acct_mgmt(pamh, 0);
	if (r == PAM_SUCCESS)
		r = pam_setcred(pamh, PAM_ESTABLISH_CRED);
	if (r == PAM_SUCCESS)
		r = pam_open_session(pamh, 0);
	if (r == PAM_SUCCESS)
		r = pam_close_session(pamh, 0);
	(void)pam_end(pamh, r);
	return r == PAM_SUCCESS ? "230 Welcome." : "530 Login incorrect.";
}

static const char *
quit(struct login *login)
{
	(void)login;
	return "221 Goodbye.";
}

static const char *
ask(struct login *login)
{
	(void)login;
	return "331 Password, please.";
}

static const struct {
	const char *verb;
	size_t argument; /* where it goes, in struct login */
	const char *(*answer)(struct login *login);
} commands[] = {
	{ "USER", offsetof(struct login, user), ask },
	{ "PASS", offsetof(struct login, password), log_in },
	{ "QUIT", SIZE_MAX, quit },
};

static const char *
obey(struct login *login, const char *line)
{
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
		if (strncmp(line, commands[i].verb, 4) != 0)
			continue;
		if (commands[i].argument != SIZE_MAX && strlen(line) > 5)
			(void)snprintf((char *)login + commands[i].argument,
			    TEXT, "%s", line + 5);
		return commands[i].answer(login);
	}
	return "500 Unknown.";
}

static void
serve(int fd)
{
	FILE *in = fdopen(fd, "r");
	struct login login = { "", "" };
	char line[TEXT];

	if (in == NULL) {
		(void)close(fd);
		return;
	}
	(void)dprintf(fd, "220 Tiny.\r\n");
	while (fgets(line, sizeof line, in) != NULL) {
		line[strcspn(line, "\r\n")] = '\0';
		(void)dprintf(fd, "%s\r\n", obey(&login, line));
	}
	(void)fclose(in);
}

int
main(int argc, char **argv)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int fd;

	if (argc != 2)
		return EXIT_FAILURE;
	sa.sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10));
	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 },
		sizeof(int)) == -1 ||
	    bind(listening, (struct sockaddr *)&sa, sizeof sa) == -1 ||
	    listen(listening, SOMAXCONN) == -1)
		return EXIT_FAILURE;
	while ((fd = accept(listening, NULL, NULL)) != -1)
		serve(fd);
	return EXIT_SUCCESS;
}
