/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream: bytes from somebody who pushes to somebody who pulls.
 *
 * A producer runs in a thread of its own and writes; a reader takes. Between
 * them are at most STREAM_WINDOW bytes, so that a producer goes at the pace of
 * its client. Whoever ends first tells the other: the producer by returning,
 * the reader by stream_free(), after which writing fails.
 */
#ifndef API_STREAM_H
#define API_STREAM_H

#include <stdatomic.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/err.h"

#define STREAM_WINDOW ((size_t)256 << 10)

struct stream;

/*
 * Returns 0 at the end, or a code with a sentence in *e. *cancel (which is
 * also set when the stream is freed) is to be looked at now and then.
 */
typedef int stream_produce(void *ctx, struct stream *s, struct err *e);

/* Starts the thread. ERR_NOMEM, ERR_AGAIN (no thread). */
int stream_new(stream_produce *produce, void *ctx, atomic_bool *cancel,
               struct stream **ret_stream) WARN_UNUSED;
/* Waits for the producer, whose *cancel is set. */
void stream_free(struct stream *s);

/* For the producer: waits for room. ERR_CANCELLED when nobody reads on. */
int stream_write(struct stream *s, const void *p, size_t n) WARN_UNUSED;

/*
 * For the reader: waits until there is something, and how it ended when it is
 * over before the first byte.
 */
int stream_wait(struct stream *s, struct err *e) WARN_UNUSED;
/* Bytes, at least one; 0 at the end; or the code of the producer. */
int stream_read(struct stream *s, void *p, size_t max,
                size_t *ret_n) WARN_UNUSED;

#endif /* API_STREAM_H */
