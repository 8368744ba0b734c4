/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/query/trail.h"

/* Ends the walk over parts; f's own codes are passed through `code`. */
enum { TRAIL_STOP = 1 };

struct trail {
	int side; /* of the stream */
	uint64_t from, to;
	int (*f)(void *ctx, const struct part_run *run);
	void *ctx;
	int code;
};

static int
add_run(void *ctx, const struct part_run *run)
{
	struct trail *t = ctx;

	if (run->off >= t->to)
		return TRAIL_STOP;
	if (run->off + run->len <= t->from)
		return 0;
	t->code = t->f(t->ctx, run);
	return t->code != 0 ? TRAIL_STOP : 0;
}

static int
add_part(void *ctx, const struct index_part *part)
{
	const struct trail *t = ctx;

	return part_runs(part, t->side, add_run, ctx);
}

static int
walk_span(struct trail *t, struct index_reader *r, int64_t stream,
          const struct span *s, struct err *err)
{
	uint32_t part;
	int rc = index_part_at(r, stream, t->side, s->off, err, &part);

	/* Nothing of it was captured. */
	if (rc == ERR_NOTFOUND)
		return 0;
	if (rc != 0)
		return rc;
	t->from = s->off;
	t->to = s->off + s->len;
	rc = index_parts(r, stream, part, add_part, t, err);
	return rc < 0 ? rc : t->code;
}

static int
take_client(void *ctx, const struct stream *s)
{
	*(int *)ctx = s->client;
	return 0;
}

int
trail_walk(struct opened *o, const struct trail_ask *ask,
           int (*f)(void *ctx, const struct part_run *run), void *ctx,
           struct err *err)
{
	const struct entry *e = &ask->entry->e;
	bool response = ask->side == SIDE_RESPONSE;
	const struct entry_side *m = response ? &e->response : &e->request;
	struct trail t = { .f = f, .ctx = ctx };
	int client = ask->client;
	int rc = 0;

	if (!m->present)
		return 0;
	if (client < 0)
		rc = index_stream(opened_index(o), e->stream, take_client,
		                  &client, err);
	t.side = (client ^ (int)entry_dir(e->flags, response)) & 1;
	for (size_t i = 0; i < m->nspans && rc == 0; i++)
		rc = walk_span(&t, opened_index(o), e->stream, &m->spans[i],
		               err);
	return rc;
}
