/* SPDX-License-Identifier: BSD-2-Clause */
#include <config.h>
#include "tests/fake-helper.h"

#include <check.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "status/record.h"

static void
answer(int fd, const struct fake_reply *reply)
{
	if (reply->act == FAKE_LATE)
		sleep(1);
	if (reply->act == FAKE_SEND || reply->act == FAKE_LATE)
		(void)send(fd, reply->bytes, reply->len, MSG_NOSIGNAL);
	/* Whoever asked gives up some time, and hangs up. */
	while (reply->act == FAKE_SILENT && recv(fd, &(char){ 0 }, 1, 0) > 0)
		;
}

static void
remember(char *to, size_t *to_len, const char *bytes, size_t len)
{
	*to_len = len < FAKE_QUESTION ? len : FAKE_QUESTION;
	memcpy(to, bytes, *to_len);
}

static void
serve_one(int fd, const struct fake_script *script, struct fake_seen *seen)
{
	static char question[STSSL_RECORD_MAX];
	static const char verdict[] = "STSSL_ASK=verdict";
	ssize_t n = recv(fd, question, sizeof question, 0);

	if (n <= 0)
		return;
	if (memmem(question, (size_t)n, verdict, sizeof verdict) != NULL) {
		seen->verdicts++;
		remember(
		    seen->verdict, &seen->verdict_len, question, (size_t)n);
		answer(fd, &script->verdict);
	} else {
		seen->queries++;
		remember(seen->query, &seen->query_len, question, (size_t)n);
		answer(fd, &script->query);
	}
}

static void
serve(int listener, const struct fake_script *script, struct fake_seen *seen)
{
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while ((fd = accept(listener, NULL, NULL)) != -1) {
		serve_one(fd, script, seen);
		close(fd);
	}
	_exit(1);
}

static int
listen_in(struct fake *f)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	const char *tmp = getenv("TMPDIR");
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	ck_assert_int_ne(fd, -1);
	/* A longer one would not go into a socket's address. */
	if (tmp == NULL || tmp[0] != '/' || strlen(tmp) > 60)
		tmp = "/tmp";
	snprintf(f->dir, sizeof f->dir, "%s/stssl-XXXXXX", tmp);
	ck_assert_ptr_nonnull(mkdtemp(f->dir));
	snprintf(f->path, sizeof f->path, "%s/status.sock", f->dir);
	memcpy(un.sun_path, f->path, strlen(f->path) + 1);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&un, sizeof un), 0);
	return fd;
}

void
fake_prepare(struct fake *f)
{
	memset(f, 0, sizeof *f);
	close(listen_in(f));
}

void
fake_start(struct fake *f, const struct fake_script *script)
{
	int listener;

	memset(f, 0, sizeof *f);
	f->seen = mmap(NULL, sizeof *f->seen, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(f->seen, MAP_FAILED);
	/* Listening before the fork: no question comes too early. */
	listener = listen_in(f);
	ck_assert_int_eq(listen(listener, 64), 0);
	f->pid = fork();
	ck_assert_int_ne(f->pid, -1);
	if (f->pid == 0)
		serve(listener, script, f->seen);
	close(listener);
}

static void
remove_dir(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	if (dir == NULL)
		return;
	while ((entry = readdir(dir)) != NULL)
		(void)unlinkat(dirfd(dir), entry->d_name, 0);
	closedir(dir);
	(void)rmdir(path);
}

void
fake_stop(struct fake *f)
{
	if (f->pid > 0) {
		kill(f->pid, SIGKILL);
		waitpid(f->pid, NULL, 0);
		munmap(f->seen, sizeof *f->seen);
	}
	remove_dir(f->dir);
}

unsigned
fake_count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned n = 0;

	while (readdir(dir) != NULL)
		n++;
	closedir(dir);
	return n;
}
