/* SPDX-License-Identifier: BSD-2-Clause
 *
 * One end of a connection: a non-blocking TCP socket, with TLS or without,
 * that calls its owner when it can go on.  Knows nothing of what it carries.
 */
#ifndef HELPER_WORKER_RELAY_STREAM_H
#define HELPER_WORKER_RELAY_STREAM_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "helper/base/buffer.h"
#include "helper/worker/tls/ktls.h"
#include "helper/worker/tls/ktls_receive.h"
#include "helper/worker/tls/tls.h"

enum io_result {
	IO_OK,
	IO_AGAIN,  /* not now: watch, and try again when called */
	IO_END,    /* the peer ended properly: close_notify, or FIN in clear */
	IO_FAILED, /* reset, truncated, garbage */
};

struct stream {
	int fd; /* -1 when closed */
	struct tls *tls;
	struct ktls kernel; /* when it is on, `tls` sends nothing any more */
	struct ktls_receiver receiver; /* ... receives nothing any more */
	struct ev_loop *loop;
	struct ev_io watcher;
	void (*ready)(void *owner);
	void *owner;
	/* The events to wait for before reading, writing can go on. */
	int read_needs, write_needs;
	uint64_t bytes_in, bytes_out;
	bool is_guarded; /* stream_guard(), and no stream_end() since */
	bool is_dry;     /* there is nothing to read until the loop says so */
};

/*
 * Start with socket `fd`, which the stream owns from now on; `ready` is called
 * with `owner` whenever something that stream_watch() asked for is possible.
 */
void stream_init(struct stream *s, struct ev_loop *loop, int fd,
    void (*ready)(void *owner), void *owner);

/*
 * From now on, until stream_end(), every close is a reset: also the one that
 * the kernel does when this process is killed.
 */
void stream_guard(struct stream *s);

/* A stream without a socket, to be given to stream_close() safely. */
void stream_none(struct stream *s);

bool stream_is_open(const struct stream *s);

/*
 * Nothing can have come yet: the socket is looked at when the loop says that
 * there is something, and no earlier.
 */
void stream_await(struct stream *s);

/*
 * Read at most `size` bytes: IO_OK and *ret_n > 0, or another result.  When the
 * last call has found the socket empty, this is IO_AGAIN until the loop says
 * that it is not, for which the stream has to be watched.
 */
enum io_result stream_read(
    struct stream *s, void *buf, size_t size, size_t *ret_n);

/*
 * Write from `buf`: IO_OK and how many bytes are gone in *ret_n.  After
 * IO_AGAIN the next call must begin with the same bytes.  Never IO_END.
 */
enum io_result stream_write(
    struct stream *s, const void *buf, size_t len, size_t *ret_n);

/*
 * Go on with the handshake of its TLS: IO_OK when it is over; IO_AGAIN, and the
 * stream is watched for what it needs; or IO_FAILED, and tls_error() says why.
 */
enum io_result stream_handshake(struct stream *s);

/* IO_AGAIN or IO_FAILED: errno after a call for a socket or a pipe. */
enum io_result stream_errno(void);

/*
 * After the handshake, before anything is written: let the kernel encrypt what
 * is written from now on.  Returns 0; or -errno as ktls_start() and
 * tls_sending_keys() say, and nothing has changed.
 */
int stream_to_kernel(struct stream *s);

/*
 * After the handshake, before anything is read: let the kernel open what comes,
 * to be read by stream_splice_from() only from then on.  Returns 0; or -errno
 * as ktls_receive_start() and tls_receiving_keys() say, and nothing has
 * changed, but there is no second time.
 */
int stream_receive_by_kernel(struct stream *s);

/*
 * True when bytes pass its socket as they are, so that they can be spliced; or
 * will do so after stream_receive_by_kernel().
 */
bool stream_can_splice_from(const struct stream *s);
bool stream_could_splice_from(const struct stream *s);
bool stream_can_splice_to(const struct stream *s);

/*
 * The same as stream_read(), stream_write(), into and out of a pipe.  What the
 * kernel opens comes by one record at most.
 */
enum io_result stream_splice_from(
    struct stream *s, int pipe_fd, size_t size, size_t *ret_n);
enum io_result stream_splice_to(
    struct stream *s, int pipe_fd, size_t len, size_t *ret_n);

/*
 * Say that nothing more will be written: close_notify when there is TLS, then
 * FIN.  IO_OK, IO_AGAIN or IO_FAILED.
 */
enum io_result stream_end(struct stream *s);

/*
 * Write all that is in a buffer.  IO_OK when it is empty; else as
 * stream_write(), and what is left is in it.
 */
enum io_result stream_drain(struct stream *s, struct buffer *b);

/* True when its peer's machine has not acknowledged all that was written. */
bool stream_has_unsent(const struct stream *s);

/* Be called when reading, writing can go on; both false to be left alone. */
void stream_watch(struct stream *s, bool reading, bool writing);

/* Call the owner from the event loop, whatever is watched. */
void stream_wake(struct stream *s);

/* Close, properly as far as what was written says.  May be called twice. */
void stream_close(struct stream *s);

/*
 * Close with RST, so that the peer cannot take it for a proper end; with FIN
 * when TLS has sent an alert, which says so, and has to arrive.
 */
void stream_reset(struct stream *s);

/* Close after stream_end(), when the peer has closed, or has had time to. */
void stream_linger(struct stream *s);

/* Both, if the end can be sent now; else what stream_end() says. */
enum io_result stream_finish(struct stream *s);

#endif
