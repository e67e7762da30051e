/* SPDX-License-Identifier: BSD-2-Clause
 *
 * libcurl's multi interface on libev: it says which sockets to watch and when
 * to call it again, we tell it what has happened.
 */
#include <config.h>
#include "helper/inquirer/fetch.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fetcher {
	struct ev_loop *loop;
	CURLM *multi;
	struct ev_timer timer;
};

struct fetch {
	struct fetcher *fetcher;
	CURL *easy;
	struct curl_slist *headers;
	void (*done)(void *owner, const unsigned char *body, size_t len,
	    const char *why);
	void *owner;
	unsigned char *body;
	size_t len;
};

/* A socket of libcurl's. */
struct watch {
	struct fetcher *fetcher;
	struct ev_io io;
};

/* The end of a fetch */

static void
release(struct fetch *f)
{
	(void)curl_multi_remove_handle(f->fetcher->multi, f->easy);
	curl_easy_cleanup(f->easy);
	curl_slist_free_all(f->headers);
	free(f->body);
	free(f);
}

static const char *
fault_of(const struct fetch *f, CURLcode result)
{
	long status = 0;

	if (result == CURLE_WRITE_ERROR || result == CURLE_FILESIZE_EXCEEDED)
		return "too long an answer";
	if (result != CURLE_OK)
		return curl_easy_strerror(result);
	if (curl_easy_getinfo(f->easy, CURLINFO_RESPONSE_CODE, &status) !=
		CURLE_OK ||
	    status != 200)
		return "HTTP status is not 200";
	return f->len == 0 ? "empty answer" : NULL;
}

/* All that are over. */
static void
finish(struct fetcher *fetcher)
{
	CURLMsg *message;
	int left;

	while (
	    (message = curl_multi_info_read(fetcher->multi, &left)) != NULL) {
		struct fetch *f;
		const char *why;

		if (message->msg != CURLMSG_DONE ||
		    curl_easy_getinfo(
			message->easy_handle, CURLINFO_PRIVATE, &f) != CURLE_OK)
			continue;
		why = fault_of(f, message->data.result);
		f->done(f->owner, why == NULL ? f->body : NULL,
		    why == NULL ? f->len : 0, why);
		release(f);
	}
}

/* Between libev and libcurl */

static void
go_on(struct fetcher *fetcher, curl_socket_t fd, int events)
{
	int running;

	(void)curl_multi_socket_action(fetcher->multi, fd, events, &running);
	finish(fetcher);
}

static void
on_io(struct ev_loop *loop, struct ev_io *io, int events)
{
	const struct watch *w = io->data;

	(void)loop;
	go_on(w->fetcher, io->fd,
	    ((events & EV_READ) != 0 ? CURL_CSELECT_IN : 0) |
		((events & EV_WRITE) != 0 ? CURL_CSELECT_OUT : 0));
}

static void
on_timer(struct ev_loop *loop, struct ev_timer *timer, int events)
{
	(void)loop;
	(void)events;
	go_on(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static int
set_timer(CURLM *multi, long ms, void *owner)
{
	struct fetcher *fetcher = owner;

	(void)multi;
	ev_timer_stop(fetcher->loop, &fetcher->timer);
	if (ms < 0)
		return 0;
	ev_timer_set(&fetcher->timer, (double)ms / 1000., 0.);
	ev_timer_start(fetcher->loop, &fetcher->timer);
	return 0;
}

static struct watch *
watch_new(struct fetcher *fetcher, curl_socket_t fd)
{
	struct watch *w = calloc(1, sizeof *w);

	if (w == NULL)
		return NULL;
	w->fetcher = fetcher;
	ev_init(&w->io, on_io);
	w->io.data = w;
	if (curl_multi_assign(fetcher->multi, fd, w) != CURLM_OK) {
		free(w);
		return NULL;
	}
	return w;
}

static int
set_socket(CURL *easy, curl_socket_t fd, int what, void *owner, void *of_socket)
{
	struct fetcher *fetcher = owner;
	struct watch *w = of_socket;

	(void)easy;
	if (w == NULL && what != CURL_POLL_REMOVE)
		w = watch_new(fetcher, fd);
	if (w == NULL)
		return what == CURL_POLL_REMOVE ? 0 : -1;
	ev_io_stop(fetcher->loop, &w->io);
	if (what == CURL_POLL_REMOVE) {
		(void)curl_multi_assign(fetcher->multi, fd, NULL);
		free(w);
		return 0;
	}
	ev_io_set(&w->io, fd,
	    ((what & CURL_POLL_IN) != 0 ? EV_READ : 0) |
		((what & CURL_POLL_OUT) != 0 ? EV_WRITE : 0));
	ev_io_start(fetcher->loop, &w->io);
	return 0;
}

static size_t
take_body(char *bytes, size_t size, size_t count, void *owner)
{
	struct fetch *f = owner;
	size_t len = size * count;
	unsigned char *more;

	if (len > FETCH_MAX - f->len)
		return 0;
	more = realloc(f->body, f->len + len);
	if (more == NULL)
		return 0;
	f->body = more;
	memcpy(f->body + f->len, bytes, len);
	f->len += len;
	return len;
}

/* The beginning of a fetch */

static bool
add_header(struct fetch *f, const char *name, const char *value)
{
	char line[128];
	struct curl_slist *more;

	(void)snprintf(line, sizeof line, "%s: %s", name, value);
	more = curl_slist_append(f->headers, line);
	if (more == NULL)
		return false;
	f->headers = more;
	return true;
}

/*
 * QUICK_EXIT: a thread of libcurl's that waits for DNS is left behind when its
 * fetch is cancelled; without it the whole process would wait for the thread.
 */
static bool
set_options(struct fetch *f, const struct fetch_params *p)
{
	CURL *e = f->easy;

#define SET(option, value) \
	(curl_easy_setopt(e, CURLOPT_##option, value) == CURLE_OK)
	return SET(URL, p->url) && SET(PROTOCOLS_STR, "http") &&
	       SET(FOLLOWLOCATION, 0L) && SET(PROXY, "") &&
	       SET(DISALLOW_USERNAME_IN_URL, 1L) && SET(NOSIGNAL, 1L) &&
	       SET(QUICK_EXIT, 1L) && SET(MAXFILESIZE, (long)FETCH_MAX) &&
	       SET(POSTFIELDSIZE, (long)p->len) &&
	       SET(COPYPOSTFIELDS, p->body) && SET(HTTPHEADER, f->headers) &&
	       SET(WRITEFUNCTION, take_body) && SET(WRITEDATA, f) &&
	       SET(PRIVATE, f);
#undef SET
}

static bool
prepare(struct fetch *f, const struct fetch_params *p)
{
	f->easy = curl_easy_init();
	return f->easy != NULL && add_header(f, "Content-Type", p->type) &&
	       add_header(f, "Accept", p->accepted_type) && set_options(f, p) &&
	       curl_multi_add_handle(f->fetcher->multi, f->easy) == CURLM_OK;
}

struct fetch *
fetch_post(struct fetcher *fetcher, const struct fetch_params *p)
{
	struct fetch *f = calloc(1, sizeof *f);

	if (f == NULL)
		return NULL;
	f->fetcher = fetcher;
	f->done = p->done;
	f->owner = p->owner;
	if (!prepare(f, p))
		return fetch_cancel(f);
	return f;
}

struct fetch *
fetch_cancel(struct fetch *f)
{
	if (f != NULL)
		release(f);
	return NULL;
}

struct fetcher *
fetcher_new(struct ev_loop *loop)
{
	struct fetcher *fetcher = calloc(1, sizeof *fetcher);

	if (fetcher == NULL)
		return NULL;
	fetcher->loop = loop;
	ev_init(&fetcher->timer, on_timer);
	fetcher->timer.data = fetcher;
	if (curl_global_init(CURL_GLOBAL_NOTHING) == CURLE_OK)
		fetcher->multi = curl_multi_init();
	if (fetcher->multi == NULL)
		return fetcher_free(fetcher);
#define SET(option, value) \
	(void)curl_multi_setopt(fetcher->multi, CURLMOPT_##option, value)
	SET(SOCKETFUNCTION, set_socket);
	SET(SOCKETDATA, fetcher);
	SET(TIMERFUNCTION, set_timer);
	SET(TIMERDATA, fetcher);
	SET(MAX_HOST_CONNECTIONS, (long)FETCH_PER_HOST);
	SET(MAX_TOTAL_CONNECTIONS, (long)FETCH_TOTAL);
#undef SET
	return fetcher;
}

struct fetcher *
fetcher_free(struct fetcher *fetcher)
{
	if (fetcher == NULL)
		return NULL;
	if (fetcher->multi != NULL)
		(void)curl_multi_cleanup(fetcher->multi);
	ev_timer_stop(fetcher->loop, &fetcher->timer);
	free(fetcher);
	curl_global_cleanup();
	return NULL;
}
