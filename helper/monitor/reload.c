/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Looks at the files every few seconds.  inotify(7) would miss a symbolic link
 * that points elsewhere, and files on other machines; a few stat(2) are cheap.
 */
#include <config.h>
#include "helper/monitor/reload.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "helper/base/log.h"
#include "helper/monitor/renewal.h"
#include "helper/monitor/status/reply.h"
#include "policy/stamp.h"
#include "status/tools/file.h"

/* A change counts when it is this old and nothing else has changed since. */
#define LOOK_SECONDS 2.
/* More files in a directory are not watched one by one. */
#define FILES_MAX 4096
/* Of root's: more wait for an answer in vain. */
#define ASKERS_MAX 16

struct watched {
	char *path;
	struct stat state;
};

struct reload {
	struct monitor *monitor;
	struct watched *files;
	size_t count, size;
	bool is_changed;        /* a file is not as it was loaded */
	struct timespec loaded; /* just before the last load; 0 at the start */
	struct ev_timer look;

	struct renewal renewal;
	bool again; /* told to while it was on its way */
	/* Who waits for an answer; the first of them for this renewal's. */
	int askers[ASKERS_MAX];
	size_t asker_count, asked;
};

static void
forget_files(struct reload *r)
{
	for (size_t i = 0; i < r->count; i++)
		free(r->files[i].path);
	free(r->files);
	r->files = NULL;
	r->count = r->size = 0;
}

static bool
is_younger(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec > b->tv_sec
				      : a->tv_nsec > b->tv_nsec;
}

/* Keep what a file is like; it may have changed while it was being loaded. */
static void
remember(struct reload *r, struct watched *file)
{
	file->state = stssl_file_state(file->path);
	if (r->loaded.tv_sec != 0 &&
	    is_younger(&file->state.st_ctim, &r->loaded))
		r->is_changed = true;
}

/* Out of memory a file is not watched; there is SIGHUP. */
static void
watch(struct reload *r, const char *path)
{
	if (r->count == r->size) {
		size_t size = r->size == 0 ? 16 : 2 * r->size;
		struct watched *files =
		    reallocarray(r->files, size, sizeof *files);

		if (files == NULL)
			return;
		r->files = files;
		r->size = size;
	}
	r->files[r->count].path = strdup(path);
	if (r->files[r->count].path != NULL)
		remember(r, &r->files[r->count++]);
}

static void
watch_directory(struct reload *r, const char *path)
{
	DIR *directory = opendir(path);
	const struct dirent *entry;
	char file[PATH_MAX];

	if (directory == NULL)
		return;
	while (r->count < FILES_MAX && (entry = readdir(directory)) != NULL) {
		int n =
		    snprintf(file, sizeof file, "%s/%s", path, entry->d_name);

		if (entry->d_name[0] != '.' && n > 0 && (size_t)n < sizeof file)
			watch(r, file);
	}
	(void)closedir(directory);
}

/* Takes NULL for none. */
static void
watch_path(struct reload *r, const char *path)
{
	if (path == NULL || path[0] != '/')
		return; /* a pkcs11: URL */
	watch(r, path);
	watch_directory(r, path);
}

static void
watch_list(struct reload *r, const struct stssl_values *paths)
{
	for (size_t i = 0; i < paths->count; i++)
		watch_path(r, paths->list[i]);
}

static void
watch_files(struct reload *r)
{
	const struct helper_config *config = r->monitor->generation->config;
	const struct tls_config *tls = &config->tls;

	forget_files(r);
	r->is_changed = false;
	watch_list(r, &tls->certificates);
	watch_list(r, &tls->keys);
	watch_list(r, &tls->client_cas);
	watch_list(r, &tls->client_crls);
	watch_path(r, config->link.certificate);
	watch_path(r, config->link.key);
	watch_list(r, &config->link.edge_certificates);
}

/* True when a file is not as it was at the last look. */
static bool
look(struct reload *r)
{
	bool moved = false;

	for (size_t i = 0; i < r->count; i++) {
		struct stat now = stssl_file_state(r->files[i].path);

		moved = moved || !stssl_same_file(&now, &r->files[i].state);
		r->files[i].state = now;
	}
	return moved;
}

/* A certificate and its key may come one after the other. */
static void
on_look(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	struct reload *r = timer->data;

	(void)loop;
	(void)events;
	if (look(r)) {
		r->is_changed = true;
	} else if (r->is_changed) {
		r->is_changed = false;
		log_info("files have changed");
		reload_begin(r, -1);
	}
}

/* Renewals */

/* The first `count` of them. */
static void
answer(struct reload *r, size_t count, const char *error)
{
	for (size_t i = 0; i < count; i++) {
		reply_reloaded(r->askers[i], error);
		(void)close(r->askers[i]);
	}
	r->asker_count -= count;
	memmove(
	    r->askers, r->askers + count, r->asker_count * sizeof r->askers[0]);
}

static void
begin(struct reload *r)
{
	r->again = false;
	r->asked = r->asker_count;
	(void)clock_gettime(CLOCK_REALTIME_COARSE, &r->loaded);
	renewal_begin(&r->renewal);
}

static void
ended(void *owner, int result, const struct stssl_error *error)
{
	struct reload *r = owner;

	if (result < 0) {
		log_error("not reloaded: %s", error->text);
	} else {
		watch_files(r);
		log_notice("reloaded");
	}
	metrics_reload(
	    registry_metrics(r->monitor->registry), result == 0, time(NULL));
	answer(r, r->asked, result < 0 ? error->text : NULL);
	if (r->again)
		begin(r);
	else
		monitor_reloaded(r->monitor);
}

struct reload *
reload_new(struct monitor *monitor, const char *path)
{
	struct reload *r = calloc(1, sizeof *r);

	if (r == NULL)
		return NULL;
	r->monitor = monitor;
	watch_files(r);
	r->renewal = (struct renewal){
		.monitor = monitor, .path = path, .ended = ended, .owner = r
	};
	renewal_init(&r->renewal);
	ev_timer_init(&r->look, on_look, LOOK_SECONDS, LOOK_SECONDS);
	r->look.data = r;
	ev_timer_start(monitor->loop, &r->look);
	return r;
}

struct reload *
reload_free(struct reload *r)
{
	if (r == NULL)
		return NULL;
	ev_timer_stop(r->monitor->loop, &r->look);
	renewal_done(&r->renewal);
	for (size_t i = 0; i < r->asker_count; i++)
		(void)close(r->askers[i]);
	forget_files(r);
	free(r);
	return NULL;
}

void
reload_begin(struct reload *r, int fd)
{
	int asker = fd == -1 || r->asker_count == ASKERS_MAX
			? -1
			: fcntl(fd, F_DUPFD_CLOEXEC, 0);

	if (asker != -1)
		r->askers[r->asker_count++] = asker;
	if (r->renewal.is_on)
		r->again = true;
	else
		begin(r);
}

void
reload_go_on(struct reload *r)
{
	renewal_go_on(&r->renewal);
}

void
reload_stop(struct reload *r)
{
	if (r == NULL)
		return;
	renewal_stop(&r->renewal);
	answer(r, r->asker_count, "the helper stops");
}
