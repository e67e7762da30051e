/* SPDX-License-Identifier: BSD-2-Clause
 *
 * verify-chain as a program: what collections of cases from outside rely on.
 */
#include <config.h>
#include "tests/test-x509.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "tests/certificates.h"

#define NOON_ISO    "2033-05-18T03:33:20Z"
#define CLIENT_AUTH "1.3.6.1.5.5.7.3.2"
#define SERVER_AUTH "1.3.6.1.5.5.7.3.1"

static void
for_servers(struct making *m)
{
	ck_assert_int_ge(gnutls_x509_crt_set_key_purpose_oid(
			     m->cert, GNUTLS_KP_TLS_WWW_SERVER, 0),
	    0);
}

/* root, ca, alice and web below it; files of them, of lists, and of rubbish. */
static void
write_files(struct files *files)
{
	struct made root = make_ca("Root", NULL, NULL);
	struct made ca = make_ca("CA", &root, NULL);
	struct made alice = make_leaf("alice", &ca, NULL);
	struct made stranger = make_ca("Root", NULL, NULL);
	struct made web = make_leaf("web", &ca, for_servers);
	const struct made *revoked = &alice;
	gnutls_datum_t pems[] = { pem_of(&root), pem_of(&ca), pem_of(&alice),
		pem_of(&web), pem_of(&stranger),
		make_list(&root, NOON - HOUR, NOON + HOUR, NULL, 0),
		make_list(&ca, NOON - HOUR, NOON + HOUR, NULL, 0),
		make_list(&ca, NOON - HOUR, NOON + HOUR, &revoked, 1) };
	const gnutls_datum_t alice_chain[] = { pems[2], pems[1] };
	const gnutls_datum_t web_chain[] = { pems[3], pems[1] };
	const gnutls_datum_t revocation[] = { pems[5], pems[7] };

	files_init(files);
	(void)write_file(files, "root", &pems[0], 1);
	(void)write_file(files, "alice", alice_chain, 2);
	(void)write_file(files, "web", web_chain, 2);
	(void)write_file(files, "good.crl", &pems[5], 2);
	(void)write_file(files, "root.crl", &pems[5], 1);
	(void)write_file(files, "bad.crl", revocation, 2);
	(void)write_file(files, "stranger", &pems[4], 1);
	(void)write_file(files, "empty", NULL, 0);
	for (size_t i = 0; i < ROWS(pems); i++)
		gnutls_free(pems[i].data);
	unmake(&stranger);
	unmake(&web);
	unmake(&alice);
	unmake(&ca);
	unmake(&root);
}

/* A large file of one line; or of so many times the same certificate. */
static void
write_much(
    const struct files *files, const char *name, const char *of, size_t count)
{
	gnutls_datum_t *texts = calloc(count, sizeof *texts);
	char mark[] = "-----BEGIN CERTIFICATE-----";
	gnutls_datum_t text = { (unsigned char *)mark, sizeof mark - 1 };

	if (of != NULL)
		ck_assert_int_ge(
		    gnutls_load_file(file_name(files, of), &text), 0);
	for (size_t i = 0; i < count; i++)
		texts[i] = text;
	(void)write_file(files, name, texts, count);
	if (of != NULL)
		gnutls_free(text.data);
	free(texts);
}

static int
run(const struct files *files, const char *arguments, char answer[static 64])
{
	const char *builddir = getenv("builddir");
	char command[1024];
	FILE *out;
	int status;

	(void)snprintf(command, sizeof command,
	    "v=$(realpath '%s/tests/verify-chain') && cd '%s' && "
	    "exec \"$v\" %s 2>/dev/null",
	    builddir == NULL ? "." : builddir, files->dir, arguments);
	out = popen(command, "r");
	ck_assert_ptr_nonnull(out);
	if (fgets(answer, 64, out) == NULL)
		answer[0] = '\0';
	answer[strcspn(answer, "\n")] = '\0';
	status = pclose(out);
	ck_assert_msg(WIFEXITED(status), "%s: %d", arguments, status);
	return WEXITSTATUS(status);
}

static const struct {
	const char *arguments;
	int status;
	const char *answer;
} calls[] = {
	{ "root alice " NOON_ISO " - -", 0, "accept" },
	{ "root alice 2033-05-18T03:33:20 - -", 0, "accept" },
	{ "root alice 2033-05-18T05:33:20.25+02:00 - -", 0, "accept" },
	{ "root alice 2033-05-18T05:33:20Z - -", 1, "expired" },
	{ "root alice - - -", 1, "not-yet-valid" },
	{ "root alice " NOON_ISO " " CLIENT_AUTH " -", 0, "accept" },
	{ "root web " NOON_ISO " " CLIENT_AUTH " -", 1, "bad-purpose" },
	{ "root web " NOON_ISO " " SERVER_AUTH " -", 0, "accept" },
	{ "root web " NOON_ISO " - -", 0, "accept" },
	{ "root alice " NOON_ISO " - good.crl", 0, "accept" },
	{ "root alice " NOON_ISO " - bad.crl", 1, "revoked" },
	{ "root web " NOON_ISO " - bad.crl", 0, "accept" },
	{ "root alice " NOON_ISO " - root.crl", 1, "crl-stale" },
	{ "stranger alice " NOON_ISO " - -", 1, "unknown-ca" },
	/* contents that are none */
	{ "root empty " NOON_ISO " - -", 1, "other" },
	{ "root good.crl " NOON_ISO " - -", 1, "other" },
	{ "root rubbish " NOON_ISO " - -", 1, "other" },
	{ "root hundred " NOON_ISO " - -", 1, "other" },
	{ "empty alice " NOON_ISO " - -", 1, "unknown-ca" },
	{ "rubbish alice " NOON_ISO " - -", 1, "unknown-ca" },
	{ "hundred alice " NOON_ISO " - -", 0, "accept" },
	{ "root alice " NOON_ISO " - empty", 1, "crl-stale" },
	{ "root alice " NOON_ISO " - rubbish", 1, "crl-stale" },
	{ "root alice " NOON_ISO " rubbish -", 0, "accept" },
	{ "root web " NOON_ISO " rubbish -", 1, "bad-purpose" },
	/* calls that are none */
	{ "", 2, "" },
	{ "root alice " NOON_ISO " -", 2, "" },
	{ "root alice " NOON_ISO " - - -", 2, "" },
	{ "root alice noon - -", 2, "" },
	{ "root alice 2033-05-18T03:33:20X - -", 2, "" },
	{ "none alice " NOON_ISO " - -", 2, "" },
	{ "root none " NOON_ISO " - -", 2, "" },
	{ "root alice " NOON_ISO " - none", 2, "" },
	{ "root . " NOON_ISO " - -", 2, "" },
	{ "root /dev/null " NOON_ISO " - -", 2, "" },
};

START_TEST(verify_chain_answers_by_a_word_and_a_status)
{
	struct files files;
	char answer[64];
	int status;

	write_files(&files);
	write_much(&files, "rubbish", NULL, 40000);
	write_much(&files, "hundred", "alice", 50);
	status = run(&files, calls[_i].arguments, answer);
	ck_assert_msg(
	    status == calls[_i].status && strcmp(answer, calls[_i].answer) == 0,
	    "%s: %d, %s", calls[_i].arguments, status, answer);
	files_done(&files);
}
END_TEST

size_t
program_cases(struct test_case *ret)
{
	const struct test_case cases[] = {
		{ verify_chain_answers_by_a_word_and_a_status, ROWS(calls) },
	};

	memcpy(ret, cases, sizeof cases);
	return ROWS(cases);
}
