/* SPDX-License-Identifier: Apache-2.0 */
/*
 * addr: an IP address, 16 bytes whatever its version.
 *
 * IPv4 is held in its mapped form (::ffff:a.b.c.d, RFC 4291 section 2.5.5.2)
 * and printed as IPv4. IPv6 prints as RFC 5952 asks.
 */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/compiler.h"
#include "base/str.h"

enum { ADDR_TEXT = 48 }; /* bytes that addr_format() may write, with NUL */

struct addr {
	uint8_t b[16];
};

struct addr addr_v4(const uint8_t b[4]);
struct addr addr_v6(const uint8_t b[16]);
bool addr_is_v4(const struct addr *a);

static inline bool
addr_eq(const struct addr *a, const struct addr *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

/* Text of the address in `out`; returns it. */
const char *addr_format(const struct addr *a, char out[ADDR_TEXT]);
/* ERR_SYNTAX when s is not one address in text. */
int addr_parse(struct str s, struct addr *ret_addr) WARN_UNUSED;
/*
 * "ip", "ip:port" or "[ip]:port"; *ret_port is 0 when there is none.
 */
int addr_parse_port(struct str s, struct addr *ret_addr,
                    uint16_t *ret_port) WARN_UNUSED;

#endif /* BASE_ADDR_H */
