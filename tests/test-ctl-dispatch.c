/* SPDX-License-Identifier: BSD-2-Clause
 *
 * The stack player against the real libpam: thousands of random stacks of
 * pam_debug.so, which answers what its arguments say, with includes,
 * substacks, jumps, and mistakes.  Both must come to the same end, in
 * authenticate and in setcred.
 */
#include <config.h>
#include "tests/test.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <security/pam_appl.h>

#include "stsslctl/dispatch.h"
#include "stsslctl/findings.h"
#include "stsslctl/modules.h"
#include "stsslctl/stack.h"

#define FILES       5
#define LINES       16
#define STACKS      1000

#define PICK(table) (table[next_random(ROWS(table))])

/* A stack on disk, and what its modules answer, by file and line. */
struct stage {
	char dir[64];
	bool jumps_count; /* this libpam is not Debian's */
	enum control_code auth[FILES][LINES];
	enum control_code cred[FILES][LINES];
};

static unsigned long seed;

/* The same numbers on every machine: a failure can be looked at. */
static size_t
next_random(size_t below)
{
	seed = seed * 6364136223846793005ul + 1442695040888963407ul;
	return (size_t)(seed >> 33) % below;
}

static const struct {
	enum control_code code;
	const char *word;
} auth_answers[] = {
	{ CODE_SUCCESS, "success" },
	{ CODE_SUCCESS, "success" },
	{ CODE_AUTH_ERR, "auth_err" },
	{ CODE_PERM_DENIED, "perm_denied" },
	{ CODE_IGNORE, "ignore" },
	{ CODE_NEW_AUTHTOK_REQD, "new_authtok_reqd" },
},
  cred_answers[] = {
	  { CODE_SUCCESS, "success" },
	  { CODE_SUCCESS, "success" },
	  { CODE_IGNORE, "ignore" },
	  { CODE_CRED_ERR, "cred_err" },
  };

static void
write_control(FILE *to)
{
	static const char *const words[] = { "required", "requisite",
		"sufficient", "optional", "[required]", "SUFFICIENT" };
	static const char *const faults[] = { "[success=foo]", "bogus",
		"[success]", "[=ok]", "[success=0]", "[success=ok" };
	static const char *const codes[] = { "success", "auth_err",
		"perm_denied", "ignore", "default", "default",
		"new_authtok_reqd" };
	static const char *const actions[] = { "ignore", "ok", "done", "bad",
		"die", "reset", "1", "2", "3", "12" };

	if (next_random(20) == 0) {
		fputs(PICK(faults), to);
		return;
	}
	if (next_random(2) == 0) {
		fputs(PICK(words), to);
		return;
	}
	fputs("[ ", to);
	for (size_t n = 1 + next_random(4); n > 0; n--)
		fprintf(to, "%s%s=%s ", PICK(codes),
		    next_random(8) == 0 ? " " : "", PICK(actions));
	fputc(']', to);
}

/* Only files with a higher number: no loops.  Number FILES is missing. */
static void
write_include(const struct stage *s, size_t file, FILE *to)
{
	static const char *const ways[] = { "auth include", "auth substack",
		"auth substack", "account include", "@include" };
	size_t other = file + 1 + next_random(FILES - file);

	if (other == FILES && next_random(4) != 0)
		other = file + 1;
	fprintf(to, "%s %s/%zu\n", PICK(ways), s->dir, other);
}

static void
write_module(struct stage *s, size_t file, size_t line, FILE *to)
{
	static const char *const types[] = { "auth", "auth", "auth", "auth",
		"auth", "-auth", "AUTH", "account", "[auth]", "rubbish" };
	size_t auth = next_random(ROWS(auth_answers));
	size_t cred = next_random(ROWS(cred_answers));

	s->auth[file][line] = auth_answers[auth].code;
	s->cred[file][line] = cred_answers[cred].code;
	fprintf(to, "%s%s\t", next_random(8) == 0 ? "  " : "", PICK(types));
	write_control(to);
	fprintf(to, " pam_debug.so auth=%s cred=%s%s\n",
	    auth_answers[auth].word, cred_answers[cred].word,
	    next_random(4) == 0 ? " # required" : "");
}

static void
write_line(struct stage *s, size_t file, size_t line, FILE *to)
{
	/* An include of nothing is not here: libpam 1.5.2 crashes at it. */
	static const char *const others[] = { "\n", "# auth\n", "auth\n",
		"auth required\n", "auth [default=ok]\n", "auth \\\n" };

	if (next_random(12) == 0)
		fputs(PICK(others), to);
	else if (file + 1 < FILES && next_random(4) == 0)
		write_include(s, file, to);
	else
		write_module(s, file, line, to);
}

static void
write_stack(struct stage *s)
{
	for (size_t file = 0; file < FILES; file++) {
		char path[128];
		FILE *to;

		snprintf(path, sizeof path, "%s/%zu", s->dir, file);
		to = fopen(path, "w");
		ck_assert_ptr_nonnull(to);
		for (size_t line = 1, n = 2 + next_random(6); line < n; line++)
			write_line(s, file, line, to);
		ck_assert_int_eq(fclose(to), 0);
	}
}

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **ret, void *data)
{
	(void)messages, (void)data;
	*ret = calloc((size_t)count, sizeof **ret);
	return *ret == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
}

/* What the modules of the stack say, from where they stand. */
static void
fill(const struct stage *s, const struct stack *stack,
    const enum control_code table[FILES][LINES], enum control_code *ret)
{
	for (size_t i = 0; i < stack->count; i++) {
		const struct stack_line *l = &stack->lines[i];
		size_t file = (size_t)atoi(l->file + strlen(s->dir) + 1);

		/* A line continued with another one names no such module. */
		ret[i] = strcmp(l->module, "pam_debug.so") == 0
			     ? table[file][l->line]
			     : CODE_MODULE_UNKNOWN;
	}
}

static void
play(const struct stage *s, int *ret_auth, int *ret_cred)
{
	struct dispatch auth = { .phase = STACK_AUTH };
	struct dispatch cred = { .phase = STACK_AUTH,
		.before = &auth,
		.jumps_count = s->jumps_count };
	struct findings findings;
	struct stack stack;

	findings_init(&findings);
	*ret_auth = *ret_cred = PAM_ABORT;
	if (stack_read(s->dir, "0", &findings, &stack) == 0) {
		fill(s, &stack, s->auth, auth.said);
		fill(s, &stack, s->cred, cred.said);
		*ret_auth = (int)dispatch_run(&stack, &auth);
		*ret_cred = (int)dispatch_run(&stack, &cred);
		stack_done(&stack);
	}
	findings_done(&findings);
}

static void
remove_stack(const struct stage *s)
{
	for (size_t file = 0; file < FILES; file++) {
		char path[128];

		snprintf(path, sizeof path, "%s/%zu", s->dir, file);
		unlink(path);
	}
	rmdir(s->dir);
}

/* What the real one says; PAM_ABORT when it gives up on the file. */
static void
play_really(const struct stage *s, int *ret_auth, int *ret_cred)
{
	const struct pam_conv conv = { converse, NULL };
	pam_handle_t *pamh;
	int r = pam_start_confdir("0", "root", &conv, s->dir, &pamh);

	*ret_auth = *ret_cred = r;
	if (r != PAM_SUCCESS)
		return;
	*ret_auth = pam_authenticate(pamh, 0);
	*ret_cred = pam_setcred(pamh, 0);
	pam_end(pamh, PAM_SUCCESS);
}

static void
write_text(const struct stage *s, const char *text)
{
	char path[128];
	FILE *to;

	snprintf(path, sizeof path, "%s/0", s->dir);
	to = fopen(path, "w");
	ck_assert_ptr_nonnull(to);
	fputs(text, to);
	ck_assert_int_eq(fclose(to), 0);
}

/* In setcred, does what makes a jump count? */
static bool
jumps_count(const struct stage *s)
{
	int auth, cred;

	write_text(s, "auth [success=1 default=bad] pam_debug.so auth=success "
		      "cred=success\n"
		      "auth optional pam_debug.so auth=ignore cred=ignore\n"
		      "auth optional pam_debug.so auth=ignore cred=ignore\n");
	play_really(s, &auth, &cred);
	ck_assert_int_eq(auth, PAM_PERM_DENIED);
	return cred == PAM_SUCCESS;
}

START_TEST(stack_ends_as_in_libpam)
{
	struct stage s = { .dir = "/tmp/stssl-dispatch-XXXXXX" };
	int auth, cred, real_auth, real_cred;

	seed = (unsigned long)_i;
	ck_assert_ptr_nonnull(mkdtemp(s.dir));
	s.jumps_count = jumps_count(&s);
	write_stack(&s);
	play(&s, &auth, &cred);
	play_really(&s, &real_auth, &real_cred);
	ck_assert_msg(real_auth == auth && real_cred == cred,
	    "%s: libpam: %d and %d, ours: %d and %d", s.dir, real_auth,
	    real_cred, auth, cred);
	remove_stack(&s);
}
END_TEST

/* LeakSanitizer asks for it.  libpam loses what it has read of faulty files. */
const char *__lsan_default_suppressions(void);
const char *
__lsan_default_suppressions(void)
{
	return "leak:libpam.so\n";
}

int
main(void)
{
	const struct test_case cases[] = {
		{ stack_ends_as_in_libpam, STACKS },
	};

	if (!module_exists("pam_debug.so", NULL)) {
		puts("1..0 # SKIP pam_debug.so is missing");
		return EXIT_SUCCESS;
	}
	return test_main("dispatch", cases, ROWS(cases));
}
