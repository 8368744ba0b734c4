/* SPDX-License-Identifier: Apache-2.0 */
/*
 * header: what clients write into header fields, read with suspicion.
 *
 * Pure functions over text, RFC 9110 unless said otherwise. Whatever is not
 * as it should be is as if it were not there.
 */
#ifndef API_HEADER_H
#define API_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* Is `coding` acceptable by this Accept-Encoding (12.5.3)? q=0 is no. */
bool header_accepts(struct str accept_encoding, struct str coding);

/* Does If-None-Match (13.1.2) name this tag, compared weakly? */
bool header_matches(struct str if_none_match, struct str tag);

/* The value of one cookie of a Cookie field (RFC 6265, 4.2.1); else empty. */
struct str header_cookie(struct str cookie, struct str name);

/* The token of "Bearer TOKEN" (RFC 6750, 2.1); else empty. */
struct str header_bearer(struct str authorization);

/* Does a list of tokens such as Connection or Upgrade hold this one? */
bool header_lists(struct str field, struct str token);

/*
 * Host, or the part of a URL that is like it (RFC 3986, 3.2.2): "name",
 * "name:80", "[::1]:80". False when it is neither.
 */
bool header_host(struct str field, struct str *ret_host, uint16_t *ret_port);

/* The same of an Origin "http://host:port" or "https://..." (RFC 6454). */
bool header_origin(struct str field, struct str *ret_host, uint16_t *ret_port);

/*
 * The first range of "bytes=FROM-TO", clipped to `size` (14.1.2). False when
 * the field is no such range; *ret_len is 0 when it lies beyond the end.
 */
bool header_range(struct str field, uint64_t size, uint64_t *ret_off,
                  uint64_t *ret_len);

#endif /* API_HEADER_H */
