/* SPDX-License-Identifier: Apache-2.0 */
/*
 * amqp_method: the methods of AMQP 0-9-1 with RabbitMQ's extensions, and their
 * arguments; the properties of a content, which are encoded alike.
 *
 * Everything is driven by amqp_methods.def. Values point into the bytes that
 * they were read from: a table is its bytes (amqp_table.h takes it apart).
 * Source: AMQP 0-9-1, sections 1 (XML) and 4.2; rabbitmq.com/extensions.html.
 */
#ifndef AMQP_METHOD_H
#define AMQP_METHOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/cursor.h"
#include "base/str.h"

enum amqp_type {
	AMQP_END, /* behind the last one */
	AMQP_BIT, /* eight in a row share an octet */
	AMQP_OCTET,
	AMQP_SHORT,
	AMQP_LONG,
	AMQP_LONGLONG,
	AMQP_SHORTSTR,
	AMQP_LONGSTR,
	AMQP_TABLE,
	AMQP_TIMESTAMP, /* seconds since the epoch */
	AMQP_AGAIN,     /* the one before, under another name */
};

struct amqp_arg {
	const char *name;  /* in JSON; NULL: reserved, not shown */
	const char *title; /* in sections; NULL: not there */
	enum amqp_type type;
};

/* Who may send it. */
enum amqp_from { AMQP_CLIENT = 1, AMQP_SERVER = 2, AMQP_ANYBODY = 3 };

struct amqp_method {
	const char *name;            /* "queue declare-ok" */
	const char *target;          /* the argument that lists show, or NULL */
	const struct amqp_arg *args; /* end with AMQP_END */
	uint16_t class_id, id;
	uint16_t asks; /* see amqp_methods.def */
	uint8_t from;  /* enum amqp_from */
	bool content;
};

/* No method has more arguments, nor a content more properties. */
#define AMQP_VALUES_MAX 16u

struct amqp_value {
	const struct amqp_arg *arg;
	uint64_t number; /* of bits 0 or 1 */
	struct str text; /* of strings and tables */
};

struct amqp_values {
	struct amqp_value v[AMQP_VALUES_MAX];
	size_t n;
};

/* Digits of any number. */
#define AMQP_NUMBER_MAX 24u

/* NULL when there is no such method. */
const struct amqp_method *amqp_method_find(uint16_t class_id, uint16_t id);
/* All of them; NULL behind the last one. */
const struct amqp_method *amqp_method_at(size_t i);

/*
 * Read the arguments, but for reserved ones, until they end or the cursor
 * fails; what was read before is there in any case.
 */
void amqp_method_read(struct cursor *c, const struct amqp_arg *args,
                      struct amqp_values *ret_values);

/* What a content may have; and those it has, by the flags in front of them. */
extern const struct amqp_arg amqp_method_properties[];
void amqp_method_read_properties(struct cursor *c,
                                 struct amqp_values *ret_values);

/* NULL when there is none of this name. */
const struct amqp_value *amqp_method_value(const struct amqp_values *v,
                                           const char *name);
/* 0 or empty when there is none. */
uint64_t amqp_method_number(const struct amqp_values *v, const char *name);
struct str amqp_method_text(const struct amqp_values *v, const char *name);

/* What lists show; a number is written to buf. */
struct str amqp_method_target(const struct amqp_method *m,
                              const struct amqp_values *v,
                              char buf[AMQP_NUMBER_MAX]);

#endif /* AMQP_METHOD_H */
