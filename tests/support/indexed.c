/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/support/indexed.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/query/full.h"
#include "analyzer/query/layer.h"
#include "base/arena.h"
#include "base/io.h"
#include "base/json_out.h"
#include "snapshot/tree.h"

enum {
	INDEXED_TEXT = 1 << 28,    /* of one entry as JSON */
	INDEXED_SCRATCH = 1 << 26, /* while a body is decoded */
};

static void
indexed_must(bool fine, const char *what)
{
	if (fine)
		return;
	printf("Bail out! %s\n", what);
	exit(1);
}

void
indexed_begin(struct indexed *x)
{
	struct err e = ERR_INIT;

	/* In memory where that can be had: sealing waits for the disk. */
	*x = (struct indexed){ .dir = "/dev/shm/indexed.XXXXXX" };
	if (mkdtemp(x->dir) == NULL) {
		*x = (struct indexed){ .dir = "/tmp/indexed.XXXXXX" };
		indexed_must(mkdtemp(x->dir) != NULL, "no temporary folder");
	}
	indexed_must(workspace_root_open(x->dir, &e, &x->root) == 0, e.text);
	ingest_options_init(&x->opt);
	x->opt.jobs = 1;
}

void
indexed_drop(struct indexed *x)
{
	opened_free(x->o);
	workspace_free(x->ws);
	x->o = NULL;
	x->ws = NULL;
	x->code = 0;
	x->err = (struct err)ERR_INIT;
	memset(&x->result, 0, sizeof(x->result));
}

void
indexed_end(struct indexed *x)
{
	indexed_drop(x);
	workspace_root_free(x->root);
	(void)tree_remove(AT_FDCWD, x->dir);
}

bool
indexed_run(struct indexed *x, const char *input)
{
	static struct ingest_progress nobody;

	indexed_drop(x);
	x->code = workspace_begin(x->root, &x->err, &x->ws);
	indexed_must(x->code == 0, x->err.text);
	x->code = ingest_run(input, x->ws, &x->opt,
	                     x->progress != NULL ? x->progress : &nobody,
	                     &x->err, &x->result);
	if (x->code == 0)
		x->code = opened_new(workspace_path(x->ws),
		                     workspace_index(x->ws), &x->opt.proto,
		                     &x->err, &x->o);
	return x->code == 0;
}

/* ---- captures in memory ---- */

void
indexed_add(struct indexed_set *s, const void *capture, size_t n)
{
	char name[32];

	(void)snprintf(name, sizeof(name), "v%07zu/a.pcap", s->n++);
	mktar_file(&s->tar, name, capture, n);
}

bool
indexed_run_set(struct indexed *x, struct indexed_set *s)
{
	char path[64];
	bool fine;

	(void)snprintf(path, sizeof(path), "%s/set.tar", x->dir);
	mktar_end(&s->tar);
	mktar_save(&s->tar, path);
	fine = indexed_run(x, path);
	(void)unlink(path);
	return fine;
}

void
indexed_clear(struct indexed_set *s)
{
	mktar_free(&s->tar);
	memset(s, 0, sizeof(*s));
}

/* ---- entries ---- */

struct indexed_ids {
	int64_t *id;
	size_t n, cap;
};

static void
indexed_list(struct indexed *x, struct indexed_ids *ids)
{
	struct index_cursor *c;
	struct index_entry row;
	struct err e = ERR_INIT;
	bool sure;
	int rc;

	indexed_must(index_entries(opened_index(x->o),
	                           &(struct index_select){ 0 }, &e, &c) == 0,
	             e.text);
	while ((rc = index_next(c, &row, &sure, &e)) == 1) {
		if (ids->n == ids->cap) {
			ids->cap = ids->cap != 0 ? ids->cap * 2 : 256;
			ids->id = realloc(ids->id, ids->cap * sizeof(*ids->id));
			indexed_must(ids->id != NULL, "memory");
		}
		ids->id[ids->n++] = row.e.id;
	}
	indexed_must(rc == 0, e.text);
	index_cursor_free(c);
}

static int
indexed_by_id(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

void
indexed_each(struct indexed *x,
             void (*f)(void *ctx, const struct index_entry *e), void *ctx)
{
	struct indexed_ids ids = { .n = 0 };
	struct index_entry row;
	struct index_cursor *c;
	struct err e = ERR_INIT;
	bool sure;

	indexed_list(x, &ids);
	if (ids.n != 0)
		qsort(ids.id, ids.n, sizeof(*ids.id), indexed_by_id);
	for (size_t i = 0; i < ids.n; i++) {
		indexed_must(index_entry_by_id(opened_index(x->o), ids.id[i],
		                               &e, &c) == 0,
		             e.text);
		indexed_must(index_next(c, &row, &sure, &e) == 1, e.text);
		f(ctx, &row);
		index_cursor_free(c);
	}
	free(ids.id);
}

bool
indexed_is_http1(const struct index_entry *e)
{
	const struct dissector *d;
	const struct protocol *p = proto_variant(str_from_c(e->e.proto->key),
	                                         &d);

	return p != NULL && strcmp(p->name, "http") == 0 &&
	       p->version[0] == '1';
}

enum indexed_shape { INDEXED_FULL, INDEXED_BASE, INDEXED_SECTIONS };

static json_t *
indexed_json(struct indexed *x, const struct index_entry *e,
             enum indexed_shape shape)
{
	const struct full_names names = { .snapshot = 0 };
	struct err err = ERR_INIT;
	json_error_t where;
	struct json_out j;
	struct sink_json s;
	struct buf text;
	json_t *out;
	int rc;

	buf_init(&text, INDEXED_TEXT);
	jout_init_buf(&j, &text);
	sink_json_init(&s, &j);
	if (shape == INDEXED_FULL)
		rc = full_entry(x->o, e, &names, NULL, &s.sink, &err);
	else if (shape == INDEXED_BASE)
		rc = full_base(x->o, e, &names, &s.sink);
	else
		rc = full_represent(x->o, e, &s.sink, &err);
	indexed_must(rc == 0 && jout_finish(&j) == 0, err.text);
	out = json_loadb(text.p, text.n,
	                 JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &where);
	indexed_must(out != NULL, where.text);
	buf_release(&text);
	return out;
}

json_t *
indexed_full(struct indexed *x, const struct index_entry *e)
{
	return indexed_json(x, e, INDEXED_FULL);
}

json_t *
indexed_base(struct indexed *x, const struct index_entry *e)
{
	return indexed_json(x, e, INDEXED_BASE);
}

json_t *
indexed_sections(struct indexed *x, const struct index_entry *e)
{
	return indexed_json(x, e, INDEXED_SECTIONS);
}

/* ---- bodies ---- */

static int
indexed_body_bytes(void *ctx, const uint8_t *p, size_t n)
{
	(void)p;
	*(uint64_t *)ctx += n;
	return 0;
}

static int
indexed_body_hole(void *ctx, uint64_t n)
{
	*(uint64_t *)ctx += n;
	return 0;
}

static int
indexed_count(struct indexed *x, const struct index_entry *e, enum side side,
              bool decoded, uint64_t *ret_n)
{
	const struct body_range all = { .len = UINT64_MAX };
	const struct dissector *d = NULL;
	struct layer_reader reader;
	struct err err = ERR_INIT;
	struct arena scratch;
	struct exchange ex;
	struct body_out out;
	struct layer *l;
	int rc;

	*ret_n = 0;
	(void)proto_variant(str_from_c(e->e.proto->key), &d);
	/* A variant of an overlay has no dissector of its own. */
	if (d == NULL && indexed_is_http1(e))
		d = proto_find(STR("http1"));
	if (d == NULL)
		return ERR_UNSUPPORTED;
	indexed_must(layer_open(x->o, e->e.stream, &err, &l) == 0, err.text);
	reader = layer_reader_of(l);
	arena_init(&scratch, INDEXED_SCRATCH, 0);
	ex = (struct exchange){ .entry = &e->e,
		                .reader = &reader,
		                .limits = opened_limits(x->o),
		                .scratch = &scratch };
	out = (struct body_out){ .bytes = indexed_body_bytes,
		                 .hole = indexed_body_hole,
		                 .ctx = ret_n };
	rc = d->body(&ex, side, decoded, all, &out);
	arena_release(&scratch);
	layer_free(l);
	return rc;
}

int
indexed_body(struct indexed *x, const struct index_entry *e, enum side side,
             uint64_t *ret_n)
{
	return indexed_count(x, e, side, true, ret_n);
}

int
indexed_raw_body(struct indexed *x, const struct index_entry *e, enum side side,
                 uint64_t *ret_n)
{
	return indexed_count(x, e, side, false, ret_n);
}

/* ---- the rest ---- */

const char *
indexed_digest(const struct indexed *x, char out[SHA256_HEX_MAX])
{
	(void)sha256_hex(x->result.digest, out);
	return out;
}

char *
indexed_slurp(const char *path, size_t *ret_n)
{
	struct stat st;
	char *p;
	int fd;

	if (io_open_at(AT_FDCWD, path, O_RDONLY, 0, &fd) != 0)
		return NULL;
	indexed_must(io_stat(fd, &st) == 0, path);
	p = malloc((size_t)st.st_size + 1);
	indexed_must(p != NULL, "memory");
	indexed_must(io_read_full(fd, p, (size_t)st.st_size, ret_n) == 0, path);
	p[*ret_n] = '\0';
	(void)io_close(fd);
	return p;
}
