/* SPDX-License-Identifier: Apache-2.0 */
/*
 * amqp_frames: AMQP frames written down as text, for tests.
 *
 * Words, between white space:
 *
 *	HEAD     "AMQP" 0 0 9 1
 *	M1 H1 B1 a method, content header or body frame of channel 1 begins
 *	.        and ends: its size is filled in, and the last octet follows
 *	BEAT     a heartbeat
 *	00ff     octets
 *	'text    a short string;  "text a long one;  =text just that
 *	{ }      a table begins and ends; so do the values in it by themselves:
 *	         { 'name :S "text }
 *	*N       N octets, all 'x'
 *	:C       the octet C, for types of values
 */
#ifndef TESTS_SUPPORT_AMQP_FRAMES_H
#define TESTS_SUPPORT_AMQP_FRAMES_H

#include "base/buf.h"

/* Appends; the program ends when there is no memory, or when it is no script.
 */
void amqp_frames_put(struct buf *b, const char *script);

#endif /* TESTS_SUPPORT_AMQP_FRAMES_H */
