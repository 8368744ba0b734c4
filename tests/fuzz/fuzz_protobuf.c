/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A descriptor set and a message, rendered with and without the names. The
 * first two bytes are the length of the set.
 */
#include <stdint.h>
#include <stdlib.h>

#include "analyzer/proto/protobuf.h"
#include "base/err.h"
#include "base/json_out.h"

enum { MEMORY = 64 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
render(const struct protobuf_set *set, const struct protobuf_type *type,
       struct str bytes)
{
	struct sink_json sink;
	struct json_out j;
	struct arena a;
	struct buf b;
	struct protobuf_show s = {
		.scratch = &a, .set = set, .depth = 32, .fields = 1000
	};

	buf_init(&b, MEMORY);
	arena_init(&a, MEMORY, 0);
	jout_init_buf(&j, &b);
	sink_json_init(&sink, &j);
	protobuf_render(&s, bytes, type, &sink.sink);
	if (jout_finish(&j) != 0 || arena_error(&a) != 0)
		abort();
	arena_release(&a);
	buf_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct protobuf_set *set = protobuf_set_new();
	const struct protobuf_method *m;
	struct str all = str_make(p, n), names, message;
	size_t at;

	if (set == NULL)
		abort();
	if (n < 2) {
		protobuf_set_free(set);
		return 0;
	}
	at = (size_t)p[0] << 8 | p[1];
	all = str_tail(all, 2);
	names = str_head(all, at);
	message = str_tail(all, names.n);
	/* What was read of a bad one counts. */
	if (protobuf_set_add(set, names) == ERR_NOMEM)
		abort();
	m = protobuf_set_method(set, STR("/pkg.Svc/Do"));
	render(NULL, NULL, message);
	render(set, m != NULL ? m->input : NULL, message);
	protobuf_set_free(set);
	return 0;
}
