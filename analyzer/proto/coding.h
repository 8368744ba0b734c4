/* SPDX-License-Identifier: Apache-2.0 */
/*
 * coding: content codings of bodies, decoded as a stream under limits.
 *
 * gzip and x-gzip, deflate (zlib-wrapped as RFC 9110 says, and the raw form
 * that servers send), br, zstd; several in one list, at most
 * CODING_CHAIN. Output past `max_out` or past max_ratio times the input stops
 * with ERR_LIMIT: what came before has been delivered.
 */
#ifndef PROTO_CODING_H
#define PROTO_CODING_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/proto/proto.h"
#include "base/compiler.h"
#include "base/str.h"

enum { CODING_CHAIN = 4 };

struct coding;

/*
 * For a Content-Encoding list ("gzip", "br, gzip"). "identity" and "" give a
 * coding that copies. ERR_UNSUPPORTED names what is not known in *ret_name.
 */
int coding_new(struct str list, uint64_t max_out, uint64_t max_ratio,
               const struct body_out *out, struct str *ret_name,
               struct coding **ret_coding) WARN_UNUSED;
void coding_free(struct coding *c);
/* ERR_MALFORMED: broken; what could be decoded before has been delivered. */
int coding_write(struct coding *c, const uint8_t *p, size_t n) WARN_UNUSED;
/* End of the body; ERR_TRUNCATED when the coding had not ended. */
int coding_end(struct coding *c) WARN_UNUSED;

#endif /* PROTO_CODING_H */
