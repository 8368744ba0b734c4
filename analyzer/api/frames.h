/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frames: the server's end of a WebSocket (RFC 6455), by libwslay.
 *
 * Bytes come from and go to two functions that never wait. Of what the client
 * sends, the first message of data counts; later ones are read and forgotten,
 * pings are answered, a close is answered and ends it. Texts are queued and
 * leave as the other side takes them.
 */
#ifndef API_FRAMES_H
#define API_FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/compiler.h"
#include "base/str.h"

/* Room for the value of Sec-WebSocket-Accept, its NUL included. */
enum { FRAMES_ACCEPT = 32 };

/*
 * Both return how many bytes it was, ERR_AGAIN when it would have to wait, or
 * another code, after which it is over. 0 from read: the client has ended.
 */
struct frames_io {
	ssize_t (*read)(void *ctx, void *p, size_t n);
	ssize_t (*write)(void *ctx, const void *p, size_t n);
	void *ctx;
};

struct frames;

/* A message may have max bytes. ERR_NOMEM. */
int frames_new(const struct frames_io *io, size_t max,
               struct frames **ret_frames) WARN_UNUSED;
void frames_free(struct frames *f);

/* Read and write what is possible without waiting. ERR_CANCELLED: it is over.
 */
int frames_step(struct frames *f) WARN_UNUSED;
/* Is something left to be written? */
bool frames_pending(const struct frames *f);

/* Has the first message come? */
bool frames_first(const struct frames *f, struct str *ret_message);

/* Queue a text; ERR_NOMEM, ERR_CANCELLED. */
int frames_put(struct frames *f, struct str text) WARN_UNUSED;
/* Queue a close with this code (7.4). */
int frames_close(struct frames *f, unsigned code) WARN_UNUSED;

/* The answer to Sec-WebSocket-Key (4.2.2). ERR_SYNTAX: it is no such key. */
int frames_accept(struct str key, char out[FRAMES_ACCEPT]) WARN_UNUSED;

#endif /* API_FRAMES_H */
