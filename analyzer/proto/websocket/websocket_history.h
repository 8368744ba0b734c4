/* SPDX-License-Identifier: Apache-2.0 */
/*
 * websocket_history: the messages that one direction sent before a compressed
 * one, inflated again for the window that it refers to.
 *
 * The cost is that of all compressed bytes from the run's start to the message,
 * bounded by history-bytes. Behind a hole, and behind a message that is
 * malformed, the window begins anew: a reference to what was before is then an
 * error, and never wrong.
 */
#ifndef WEBSOCKET_HISTORY_H
#define WEBSOCKET_HISTORY_H

#include <stdint.h>

#include "analyzer/proto/proto.h"
#include "analyzer/proto/websocket/websocket_inflate.h"
#include "base/compiler.h"

/*
 * Go through the frames in [from, to) of a direction. 0; ERR_LIMIT: there are
 * more bytes than history-bytes; ERR_NOMEM; or what the reader returned.
 */
int websocket_history(const struct exchange *x, enum dir dir, uint64_t from,
                      uint64_t to, struct websocket_inflate *f) WARN_UNUSED;

#endif /* WEBSOCKET_HISTORY_H */
