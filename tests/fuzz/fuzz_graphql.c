/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The input as a GraphQL document, as a body of JSON and as a target: in one
 * piece and byte by byte, which has to tell the same. What JSON is rendered has
 * to be JSON.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/proto/graphql/graphql_body.h"
#include "analyzer/proto/graphql/graphql_multipart.h"
#include "analyzer/proto/graphql/graphql_view.h"
#include "base/json_out.h"

#define INPUT_MAX 4096u

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static void
put(struct buf *b, struct str s)
{
	if (buf_append_str(b, s) != 0)
		abort();
}

static void
on_part(void *ctx, enum graphql_part part, struct str name)
{
	char mark[] = { '\n', (char)('0' + (int)part) };

	put(ctx, str_make(mark, sizeof(mark)));
	put(ctx, name);
}

static void
on_found(void *ctx, struct graphql_body *b, enum graphql_found what,
         struct str text)
{
	char mark[] = { '\n', (char)('a' + (int)what) };

	/* Parts may be cut anywhere. */
	if (text.n == 0) {
		put(ctx, str_make(mark, sizeof(mark)));
		put(ctx, str_make(&b->from, sizeof(b->from)));
		put(ctx, str_make(&b->to, sizeof(b->to)));
	}
	put(ctx, text);
}

static void
read_all(struct str in, size_t step, struct buf *out)
{
	struct graphql_doc d = { .on = on_part, .ctx = out };
	struct graphql_body b;

	graphql_body_init(&b);
	b.on = on_found;
	b.ctx = out;
	for (struct str rest = in; rest.n != 0; rest = str_tail(rest, step))
		(void)graphql_doc_feed(&d, str_head(rest, step));
	put(out, graphql_doc_end(&d) ? STR("D") : STR("d"));
	for (struct str rest = in; rest.n != 0; rest = str_tail(rest, step))
		(void)graphql_body_feed(&b, str_head(rest, step));
	put(out, b.asks ? STR("A") : STR("a"));
	put(out, b.failed ? STR("F") : STR("f"));
}

/* As an upload in pieces, and as results in parts. */
static void
read_parts(struct str in)
{
	struct graphql_upload one = { .n = 0 }, two = { .n = 0 };
	struct str json = STR_NONE, last = STR_NONE, rest;
	bool was = graphql_upload_feed(&one, in, &json);
	bool is = true;

	for (rest = in; is && last.n == 0 && rest.n != 0;
	     rest = str_tail(rest, 1))
		is = graphql_upload_feed(&two, str_head(rest, 1), &last);
	if (was != is || (was && json.n != 0) != (is && last.n != 0) ||
	    (is && last.n != 0 && last.p != json.p))
		abort();
	for (int d = GRAPHQL_MIXED; d <= GRAPHQL_EVENTS; d++) {
		size_t n = 0;

		rest = in;
		while (graphql_multipart_next((enum graphql_delivery)d, &rest,
		                              &json) &&
		       n++ <= in.n)
			;
		if (n > in.n + 1)
			abort();
	}
}

static void
ignore(struct json_scan *s, void *ctx, enum json_event ev, struct str text)
{
	(void)s, (void)ctx, (void)ev, (void)text;
}

static void
render(struct str in)
{
	struct sink_json s;
	struct json_out j;
	struct json_scan again;
	struct buf b;

	buf_init(&b, (size_t)1 << 20);
	jout_init_buf(&j, &b);
	sink_json_init(&s, &j);
	json_scan_render(in, 64, &s.sink);
	if (jout_finish(&j) != 0)
		abort();
	json_scan_init(&again, 64);
	if (!json_scan_feed(&again, buf_str(&b), ignore, NULL) &&
	    b.n < INPUT_MAX)
		abort();
	buf_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct str in = str_make(p, n < INPUT_MAX ? n : INPUT_MAX);
	struct buf one, two;

	buf_init(&one, (size_t)1 << 24);
	buf_init(&two, (size_t)1 << 24);
	read_all(in, SIZE_MAX, &one);
	read_all(in, 1, &two);
	if (!str_eq(buf_str(&one), buf_str(&two)))
		abort();
	render(in);
	(void)graphql_view_url_asks(in);
	read_parts(in);
	buf_release(&one);
	buf_release(&two);
	return 0;
}
