/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dns_svcb: the parameters of SVCB and HTTPS records (RFC 9460).
 */
#ifndef DNS_SVCB_H
#define DNS_SVCB_H

#include "base/buf.h"
#include "base/compiler.h"
#include "base/cursor.h"

/*
 * Appends the parameters to the end of c as text: alpn="h2,h3" port="443" ...
 * Malformed ones leave c failed. 0, or the code of an append.
 */
int dns_svcb_text(struct cursor *c, struct buf *out) WARN_UNUSED;

#endif /* DNS_SVCB_H */
