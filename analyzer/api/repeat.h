/* SPDX-License-Identifier: Apache-2.0 */
/*
 * repeat: a request whose index was moved begins again.
 *
 * An index that is finished is moved, and who reads it then has to let it go.
 * That is nothing a client should have to know: the work begins again, on the
 * index in its new place, which borrowing waits for.
 */
#ifndef API_REPEAT_H
#define API_REPEAT_H

#include "analyzer/api/call.h"
#include "base/compiler.h"

/*
 * What run(c) returns, which is called again for as long as the catalog, and
 * nobody else, has cancelled it: at most once for each snapshot there may be.
 * Between two calls the reply, its headers and what was borrowed go.
 */
int repeat_run(struct call *c, int (*run)(struct call *c)) WARN_UNUSED;

#endif /* API_REPEAT_H */
