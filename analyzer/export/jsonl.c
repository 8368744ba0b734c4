/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/export/jsonl.h"

#include "analyzer/entry/sink.h"
#include "base/buf.h"
#include "base/json_out.h"

/* One whole entry as JSON: both bodies at their limit, in base64. */
#define LINE_MAX_BYTES ((size_t)256 << 20)

/* A JSON sink that puts the version into the outermost object. */
struct versioned {
	struct sink_json json;
	struct sink_ops ops;
	bool begun;
};

static void
begin_object(struct sink *s)
{
	struct versioned *v = (struct versioned *)(void *)s;

	jout_begin_object(v->json.out);
	if (!v->begun)
		jout_put_int(v->json.out, "schemaVersion", JSONL_VERSION);
	v->begun = true;
}

static void
versioned_init(struct versioned *v, struct json_out *j)
{
	sink_json_init(&v->json, j);
	v->ops = *v->json.sink.ops;
	v->ops.begin_object = begin_object;
	v->json.sink.ops = &v->ops;
	v->begun = false;
}

/* One line, made whole before any of it is written. */
static int
make_line(struct merge *m, struct buf *line, struct err *e)
{
	struct versioned sink;
	struct json_out j;
	int rc;

	buf_clear(line);
	jout_init_buf(&j, line);
	versioned_init(&sink, &j);
	rc = merge_entry(m, &sink.json.sink, e);
	if (rc != 0)
		return rc;
	jout_newline(&j);
	return jout_finish(&j);
}

int
jsonl_write(struct export *x, struct merge *m)
{
	struct merge_row row;
	struct buf line;
	int rc;

	buf_init(&line, LINE_MAX_BYTES);
	while ((rc = merge_next(m, &row, x->e)) == 1) {
		struct err why = ERR_INIT;

		rc = make_line(m, &line, &why);
		if (rc == ERR_NOMEM)
			break;
		if (rc != 0)
			export_leave_out(x, rc, &why);
		else
			outlet_put_str(x->out, buf_str(&line));
		rc = export_error(x);
		if (rc != 0)
			break;
	}
	buf_release(&line);
	return rc == ERR_NOMEM ? err_set(x->e, rc, "out of memory") : rc;
}
