/* SPDX-License-Identifier: Apache-2.0 */
/*
 * odd: a dissector that does as its bytes say, so that tests can make the
 * engine meet every answer at every moment. One letter is one step:
 *
 *	.        pass it
 *	w        wait until the other side ended or consumed something since
 *	W        the same, but it is consumed before
 *	b B      malformed until gap() was called; malformed for ever
 *	m s l    ask for more, skip 0, skip to the end: without moving
 *	a        lose the cursor
 *	h x n    hand over: to "template", to nobody, to whoever wants it
 *	d        not interested any more
 *	0 to 9   skip so many bytes
 *	r p o    a request, a response, a one-way message of one byte
 *	R P      one that stays open; C closes what is open in this direction,
 *	         X cuts it
 *	E        a response that lasts until the direction ends
 *	S K F    give the open message a span, a kept byte, a flag
 *	H        offer it to overlays, T shows them the byte T as body
 *	/        needs five more bytes
 *
 * It takes streams whose client begins with '!' or ':'. After a ':' messages
 * have keys: the byte behind the letter.
 */
#ifndef TESTS_SUPPORT_ODD_H
#define TESTS_SUPPORT_ODD_H

#include "analyzer/proto/proto.h"

extern const struct dissector odd_dissector; /* and of UDP: odd_datagrams */
extern const struct dissector odd_datagrams;
extern const struct protocol odd_variant;

#endif /* TESTS_SUPPORT_ODD_H */
