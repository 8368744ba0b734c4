/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cut: a JSON sink that keeps texts short, and sections readable.
 *
 * Texts longer than `max` are cut there, between two characters. In a section
 * of type "table", `data` comes as the text of an array (that is how the
 * compatible API has it): here it becomes that array.
 */
#ifndef API_CUT_H
#define API_CUT_H

#include "analyzer/entry/sink.h"
#include "base/json_out.h"

struct cut {
	struct sink_json json; /* to be written to: &cut.json.sink */
	size_t max;
	uint64_t n;    /* texts that were cut */
	bool sections; /* they are sections */

	/* private */
	struct sink_ops ops;
	bool is_type, is_data; /* the key of the value that comes */
	bool table;            /* we are in one */
	size_t left;           /* of a text in pieces */
	bool too_long;
};

void cut_init(struct cut *c, struct json_out *out, size_t max, bool sections);

#endif /* API_CUT_H */
