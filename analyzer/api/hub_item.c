/* SPDX-License-Identifier: Apache-2.0 */
/* GET /item/WORKER/STREAM-INDEX: an entry in the original's shape. */
#include "analyzer/api/hub.h"
#include "analyzer/api/pick.h"
#include "analyzer/entry/protocol.h"
#include "analyzer/kfl/eval.h"
#include "analyzer/kfl/gather.h"
#include "analyzer/query/full.h"
#include "analyzer/query/ids.h"

/* An entry with both bodies at their limit, and its JSON beside it. */
#define ITEM_DOC ((size_t)384 << 20)

/* ---- ids ---- */

struct item_id {
	unsigned snapshot;
	int64_t stream;
	uint64_t ordinal;
};

/* 1; or 0 and the reply is what the original says to it. */
static int
parse_id(struct call *c, struct item_id *ret)
{
	struct str stream, index, rest;

	ret->snapshot = hub_snapshot(c, c->part[0]);
	if (ret->snapshot == 0)
		return hub_error(c, 500, "there is no such worker");
	if (!str_split1(c->part[1], '-', &stream, &index))
		return hub_refusal(c, 500, "{\"msg\":\"Malformed ID!\"}");
	(void)str_split1(index, '-', &index, &rest);
	if (str_u64(index, &ret->ordinal) != 0)
		return hub_refusal(
		    c, 500,
		    arena_printf(&c->arena,
		                 "{\"msg\":\"strconv.ParseInt: parsing "
		                 "\\\"" STR_FMT "\\\": invalid syntax\"}",
		                 STR_ARG(str_head(index, 100)))
			.p);
	if (ids_parse_stream(stream, &ret->stream) != 0)
		return hub_refusal(c, 404, "null");
	return 1;
}

/* Is it the worker's? */
static bool
is_of(const struct call *c, const struct picked *p)
{
	char ip[IDS_TEXT], worker[IDS_TEXT];
	struct str node = ids_node_ip(opened_point(p->opened, p->row.point),
	                              p->row.e.stream, ip);

	return str_eq(ids_worker(node, p->shown, worker), c->part[0]);
}

/* ---- members ---- */

/* Gathered and sorted, because the original's hub does that to it. */
static int
put_sorted(struct call *c, const struct picked *p, struct json_out *j,
           int (*put)(struct call *c, const struct picked *p, struct sink *out))
{
	struct kfl_gather *g = arena_zalloc(&c->arena, sizeof(*g));
	struct kfl_doc doc;
	struct sink_json sink;
	int rc;

	if (g == NULL)
		return ERR_NOMEM;
	kfl_doc_init(&doc, ITEM_DOC);
	kfl_gather_init(g, &doc, NULL);
	rc = put(c, p, &g->sink);
	if (rc == 0) {
		hub_sort(doc.root);
		sink_json_init(&sink, j);
		kfl_value_emit(doc.root, &sink.sink);
		rc = sink.sink.error;
	}
	kfl_doc_release(&doc);
	return rc;
}

static int
tell_base(struct call *c, const struct picked *p, struct sink *out)
{
	struct full_names names = { .snapshot = p->shown };

	(void)c;
	if (p->merge != NULL)
		return merge_base(p->merge, out);
	return full_base(p->opened, &p->row, &names, out);
}

static int
tell_data(struct call *c, const struct picked *p, struct sink *out)
{
	struct full_names names = { .snapshot = p->shown };

	return full_entry(p->opened, &p->row, &names, NULL, out, &c->err);
}

static int
tell_protocol(struct call *c, const struct picked *p, struct sink *out)
{
	const struct protocol *proto = full_protocol(&p->row.e);

	(void)c;
	protocol_render(proto != NULL ? proto : &pick_unknown, out);
	return out->error;
}

/* JSON within JSON. */
static int
write_part(void *ctx, const char *p, size_t n)
{
	struct json_out *j = ctx;

	jout_str_part(j, str_make(p, n));
	return j->error;
}

static int
put_representation(struct call *c, const struct picked *p, struct json_out *j)
{
	struct json_out *inner = arena_zalloc(&c->arena, sizeof(*inner));
	struct sink_json sink;
	int rc;

	if (inner == NULL)
		return ERR_NOMEM;
	jout_str_begin(j);
	jout_init(inner, write_part, j);
	/* Sections are rendered from the evidence, which shows everything. */
	if (p->redacted) {
		jout_raw(inner, STR("{\"request\":[],\"response\":[]}"));
		rc = 0;
	} else {
		sink_json_init(&sink, inner);
		rc = full_represent(p->opened, &p->row, &sink.sink, &c->err);
	}
	if (rc == 0)
		rc = jout_finish(inner);
	jout_str_end(j);
	return rc;
}

static int
put_member(struct call *c, const struct picked *p, struct json_out *j,
           const char *name)
{
	if (strcmp(name, "base") == 0)
		return put_sorted(c, p, j, tell_base);
	if (strcmp(name, "data") == 0)
		return put_sorted(c, p, j, tell_data);
	if (strcmp(name, "protocol") == 0)
		return put_sorted(c, p, j, tell_protocol);
	return put_representation(c, p, j);
}

/* ---- the whole ---- */

static int
put_item(struct call *c, const struct picked *p)
{
	static const char *const names[] = { "base", "data", "protocol",
		                             "representation" };
	struct str field = call_param(c, "field");
	struct json_out *j;
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (str_eq(field, str_from_c(names[i])))
			return put_member(c, p, call_json(c), names[i]);
	}
	/* Of a field that there is not, the original shows all. */
	if (field.n > 0)
		call_status(c, 400);
	j = call_json(c);
	jout_begin_object(j);
	for (size_t i = 0; i < ARRAY_LEN(names) && rc == 0; i++) {
		jout_put(j, names[i]);
		rc = put_member(c, p, j, names[i]);
	}
	/* After an error a member may have no value yet. */
	if (rc == 0)
		jout_end_object(j);
	return rc;
}

int
api_item(struct call *c)
{
	struct item_id id = { .snapshot = 0 };
	struct picked *p = NULL;
	int rc = parse_id(c, &id);

	if (rc != 1)
		return rc;
	rc = pick_ordinal(c, id.snapshot, id.stream, id.ordinal, &p);
	if (rc == ERR_NOTFOUND)
		return hub_refusal(c, 404, "null");
	if (rc != 0)
		return rc;
	if (!is_of(c, p))
		return hub_error(c, 500, "there is no such worker");
	rc = pick_query(c, p, ASK_COMPATIBLE);
	return rc == 1 ? put_item(c, p) : rc;
}
