/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dns_name: domain names as messages have them (RFC 1035, sections 3.1, 4.1.4).
 *
 * A name is a list of labels that may end in a pointer to an earlier place of
 * the message. Each pointer has to go further back than where the run of labels
 * in front of it began, and there are at most DNS_POINTERS of them, so reading
 * ends whatever the bytes are.
 *
 * Nothing here allocates; a name is a value.
 */
#ifndef DNS_NAME_H
#define DNS_NAME_H

#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"

enum {
	DNS_NAME_MAX = 255,  /* octets of a name, RFC 1035 section 2.3.4 */
	DNS_POINTERS = 128,  /* a name has at most 127 labels */
	DNS_NAME_TEXT = 1024 /* room for the text of any name: \DDD each */
};

/* Labels with their lengths in front, the root's 0 at the end. */
struct dns_name {
	uint8_t wire[DNS_NAME_MAX];
	size_t n;
};

/*
 * Read the name at `off` of a message. *ret_len is what it takes up there, a
 * pointer included. CUR_MORE when the message ends inside it.
 */
enum cur_state dns_name_read(struct str msg, size_t off, struct dns_name *ret,
                             size_t *ret_len);

/*
 * The text, in `out`: labels with dots between and none at the end, "" for the
 * root. Dots and backslashes of a label get a backslash in front; bytes that
 * are not text become \DDD (RFC 4343, section 2.1). UTF-8 stays (RFC 6762,
 * section 16).
 */
struct str dns_name_text(const struct dns_name *name, char out[DNS_NAME_TEXT]);

/* A 64-bit hash of the name, the same for upper and lower case. */
uint64_t dns_name_hash(const struct dns_name *name, uint64_t seed);

#endif /* DNS_NAME_H */
