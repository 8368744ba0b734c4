/* SPDX-License-Identifier: Apache-2.0 */
/*
 * amqp_table: field tables, arrays and their values (AMQP 0-9-1, section
 * 4.2.5, with the type letters as RabbitMQ and most clients use them).
 *
 * As JSON: integers and floats are numbers, byte arrays base64 text, a time is
 * RFC 3339, a decimal {"Scale", "Value"}, void null. What is malformed ends
 * what it is in. Tables within tables are followed `depth` deep; deeper ones
 * are null.
 */
#ifndef AMQP_TABLE_H
#define AMQP_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "analyzer/entry/sink.h"
#include "base/str.h"

/* More levels than any limit allows; one costs some hundred bytes of stack. */
#define AMQP_TABLE_DEPTH 100u

/* Is it a table through and through? `bytes` are those behind its length. */
bool amqp_table_valid(struct str bytes, unsigned depth);

/* Write it as an object. */
void amqp_table_render(struct str bytes, unsigned depth, struct sink *out);

/*
 * The members one after the other: false at the end, or where it is malformed.
 * *ret_value is what amqp_table_render_value() takes.
 */
bool amqp_table_next(struct str *io_bytes, struct str *ret_name,
                     struct str *ret_value);
void amqp_table_render_value(struct str value, unsigned depth,
                             struct sink *out);
/* The value's own text when it is a string. */
bool amqp_table_text(struct str value, struct str *ret_text);

/* Seconds since the epoch as RFC 3339; those that no calendar date of four
 * digits has become the year 1. */
#define AMQP_TIME_MAX 32u
struct str amqp_table_time(uint64_t seconds, char buf[AMQP_TIME_MAX]);

#endif /* AMQP_TABLE_H */
