/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Runs a fuzz target over its corpus and reports in TAP, so that what a fuzzer
 * once found stays a test for every compiler.  The program's name says which
 * corpus: fuzz-record reads $srcdir/tests/corpus/record.
 */
#include <config.h>

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MAX (1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(EXIT_FAILURE);
}

/* A copy of the exact size, so that ASan sees a read past the end. */
static void
run_file(const char *path)
{
	static uint8_t buf[INPUT_MAX];
	FILE *file = fopen(path, "re");
	uint8_t *copy;
	size_t len;

	if (file == NULL)
		die(path);
	len = fread(buf, 1, sizeof buf, file);
	copy = malloc(len > 0 ? len : 1);
	if (ferror(file) != 0 || copy == NULL)
		die(path);
	memcpy(copy, buf, len);
	fclose(file);
	(void)LLVMFuzzerTestOneInput(copy, len);
	free(copy);
}

static const char *
target_of(const char *program)
{
	const char *slash = strrchr(program, '/');
	const char *name = slash == NULL ? program : slash + 1;
	const char *dash = strstr(name, "fuzz-");

	return dash == NULL ? name : dash + strlen("fuzz-");
}

int
main(int argc, char **argv)
{
	const char *srcdir = getenv("srcdir");
	char dir[PATH_MAX], path[2 * PATH_MAX];
	struct dirent **files;
	int count, done = 0;

	(void)argc;
	snprintf(dir, sizeof dir, "%s/tests/corpus/%s",
	    srcdir == NULL ? "." : srcdir, target_of(argv[0]));
	count = scandir(dir, &files, NULL, alphasort);
	if (count == -1)
		die(dir);
	for (int i = 0; i < count; i++) {
		if (files[i]->d_name[0] != '.') {
			snprintf(
			    path, sizeof path, "%s/%s", dir, files[i]->d_name);
			run_file(path);
			printf("ok %d - %s\n", ++done, files[i]->d_name);
			fflush(stdout);
		}
		free(files[i]);
	}
	free(files);
	printf("1..%d\n", done);
	return EXIT_SUCCESS;
}
