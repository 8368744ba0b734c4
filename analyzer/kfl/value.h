/* SPDX-License-Identifier: Apache-2.0 */
/*
 * value: what expressions work on: JSON, and regular expressions.
 *
 * A value and all that it holds lives in one arena, as a tree. Members are a
 * linked list in the order they came. A key that comes twice counts with its
 * last value. The root of an entry is an object.
 *
 * The three forms (text, number, truth) are the language's conversions; they
 * never fail.
 */
#ifndef KFL_VALUE_H
#define KFL_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analyzer/kfl/literal.h"
#include "base/arena.h"
#include "base/compiler.h"
#include "base/str.h"

struct kfl_regex;
struct sink;

enum {
	/* Deepest nesting of an entry, a JSON body or an XML body. */
	KFL_VALUE_DEPTH = 128,
};

enum kfl_type {
	KFL_V_NULL,
	KFL_V_BOOL,
	KFL_V_INT,
	KFL_V_FLOAT,
	KFL_V_STRING,
	KFL_V_ARRAY,
	KFL_V_OBJECT,
	KFL_V_REGEX,
};

struct kfl_value {
	enum kfl_type type;
	struct str key; /* in an object */
	struct kfl_value *next;
	union {
		bool truth;
		int64_t integer;
		double number;
		struct str text;
		const struct kfl_regex *regex;
		struct {
			struct kfl_value *first, *last;
			size_t n;
		} list; /* arrays and objects */
	} u;
};

/* A new value in `a`, or NULL. */
struct kfl_value *kfl_value_new(struct arena *a,
                                enum kfl_type type) WARN_UNUSED;

/* Makes v the last member of `parent`. */
void kfl_value_add(struct kfl_value *parent, struct kfl_value *v);

static inline bool
kfl_value_is_list(const struct kfl_value *v)
{
	return v->type == KFL_V_ARRAY || v->type == KFL_V_OBJECT;
}

/* The member of an object, or NULL. */
struct kfl_value *kfl_value_member(const struct kfl_value *v, struct str key);

/* The element of an array; negative numbers count from the end. Or NULL. */
struct kfl_value *kfl_value_element(const struct kfl_value *v, int64_t i);

/* Turns v into the string `text`, in its place. */
void kfl_value_set_text(struct kfl_value *v, struct str text);

/* S: the text of a value; `room` is where a number is written. */
struct str kfl_value_text(const struct kfl_value *v, char room[KFL_FLOAT_TEXT]);

/* N: the number of a value. */
double kfl_value_number(const struct kfl_value *v);

/* T: does a value count as true? */
bool kfl_value_truth(const struct kfl_value *v);

/* Equal in type and content, all the way down (Go's reflect.DeepEqual). */
bool kfl_value_same(const struct kfl_value *a, const struct kfl_value *b);

/* Tells the value to a sink. Regular expressions are null. */
void kfl_value_emit(const struct kfl_value *v, struct sink *out);

#endif /* KFL_VALUE_H */
