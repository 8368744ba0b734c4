/* SPDX-License-Identifier: Apache-2.0 */
/*
 * h2: frames and header blocks of HTTP/2, written by hand for tests.
 *
 * Everything is appended to a buffer; a test ends when there is no memory.
 */
#ifndef TESTS_SUPPORT_H2_H
#define TESTS_SUPPORT_H2_H

#include <stdint.h>

#include "analyzer/proto/http2/http2_frame.h"
#include "base/buf.h"
#include "base/str.h"

/* Enough for any test. */
#define H2_MAX ((size_t)64 << 20)

void h2_frame(struct buf *b, enum http2_frame_type type, unsigned flags,
              uint32_t stream, struct str payload);

/* Header blocks: an index; a literal field, inserted into the table or not. */
void h2_index(struct buf *block, unsigned index);
void h2_insert(struct buf *block, const char *name, const char *value);
void h2_literal(struct buf *block, const char *name, const char *value);

/* HEADERS of this block, which is emptied. */
void h2_headers(struct buf *b, uint32_t stream, struct buf *block,
                unsigned flags);

/* The preface and SETTINGS of a client; SETTINGS of a server. */
void h2_hello(struct buf *b);
void h2_welcome(struct buf *b);

/*
 * A GET of that path with everything literal, and a response with a body, both
 * at the end of their streams.
 */
void h2_get(struct buf *b, uint32_t stream, const char *path);
void h2_ok(struct buf *b, uint32_t stream, const char *body);

#endif /* TESTS_SUPPORT_H2_H */
