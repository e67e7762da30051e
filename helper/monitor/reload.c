/* SPDX-License-Identifier: BSD-2-Clause
 *
 * Looks at the files every few seconds.  inotify(7) would miss a symbolic link
 * that points elsewhere, and files on other machines; a few stat(2) are cheap.
 */
#include <config.h>
#include "helper/monitor/reload.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "helper/base/log.h"
#include "helper/monitor/children/keyholders.h"
#include "policy/stamp.h"
#include "status/tools/file.h"

/* A change counts when it is this old and nothing else has changed since. */
#define LOOK_SECONDS 2.
/* More files in a directory are not watched one by one. */
#define FILES_MAX 4096

struct watched {
	char *path;
	struct stat state;
};

struct reload {
	struct monitor *monitor;
	const char *path; /* of helper.conf */
	struct watched *files;
	size_t count, size;
	bool is_changed;        /* a file is not as it was loaded */
	struct timespec loaded; /* just before the last load; 0 at the start */
	struct ev_timer look;
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
	struct stssl_error error;

	(void)loop;
	(void)events;
	if (look(r)) {
		r->is_changed = true;
	} else if (r->is_changed) {
		r->is_changed = false;
		log_info("files have changed");
		(void)reload_now(r, &error);
	}
}

struct reload *
reload_new(struct monitor *monitor, const char *path)
{
	struct reload *r = calloc(1, sizeof *r);

	if (r == NULL)
		return NULL;
	r->monitor = monitor;
	r->path = path;
	watch_files(r);
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
	forget_files(r);
	free(r);
	return NULL;
}

/* Names that were resolved stay so until they are resolved again. */
static void
keep_addresses(const struct helper_config *from, struct helper_config *to)
{
	for (size_t i = 0; i < to->listener_count; i++) {
		const struct listen_config *a = &from->listeners[i];
		const struct listen_config *b = &to->listeners[i];

		if (a->passive_name != NULL && b->passive_name != NULL &&
		    strcmp(a->passive_name, b->passive_name) == 0)
			*b->passive_address = *a->passive_address;
	}
}

static int
load(const struct reload *r, struct generation *ret, struct stssl_error *error)
{
	int result = generation_load(r->path, ret, error);

	if (result < 0)
		return result;
	result = generation_check(r->monitor->generation, ret, error);
	if (result == 0)
		result = keyholders_prepare(r->monitor->keyholders, ret, error);
	if (result < 0)
		generation_free(ret);
	return result;
}

int
reload_now(struct reload *r, struct stssl_error *error)
{
	struct generation next, old = *r->monitor->generation;
	int result;

	(void)clock_gettime(CLOCK_REALTIME_COARSE, &r->loaded);
	result = load(r, &next, error);
	if (result < 0) {
		log_error("not reloaded: %s", error->text);
		metrics_reload(
		    registry_metrics(r->monitor->registry), false, time(NULL));
		return result;
	}
	keep_addresses(old.config, next.config);
	*r->monitor->generation = next;
	watch_files(r);
	monitor_renewed(r->monitor);
	generation_free(&old);
	metrics_reload(
	    registry_metrics(r->monitor->registry), true, time(NULL));
	log_notice("reloaded");
	return 0;
}
