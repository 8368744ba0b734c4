/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every vector of the original evaluator: tests/kfl/extra-vectors.json, and
 * kfl-vectors.json where the reference data is present. What differs on purpose
 * is in tests/kfl/deviations.tsv.
 */
#include <stdio.h>

#include "analyzer/kfl/eval.h"
#include "analyzer/kfl/json.h"
#include "analyzer/kfl/kfl.h"
#include "base/base64.h"
#include "base/err.h"
#include "tests/tap/tap.h"

#define NOW_MS     1700000000000
#define FILE_MAX   ((size_t)8 << 20)
#define DOC_MAX    ((size_t)16 << 20)
#define DEVIATIONS "tests/kfl/deviations.tsv"

static const struct kfl_macro macro_list[] = {
	{ STR_INIT("http"), STR_INIT("protocol.abbr == \"HTTP\"") },
	{ STR_INIT("http2"), STR_INIT("protocol.abbr == \"HTTP/2\"") },
	{ STR_INIT("grpc"), STR_INIT("protocol.abbr == \"gRPC\"") },
	{ STR_INIT("gql"), STR_INIT("protocol.abbr == \"GQL\"") },
	{ STR_INIT("dns"), STR_INIT("protocol.abbr == \"DNS\"") },
	{ STR_INIT("amqp"), STR_INIT("protocol.name == \"amqp\"") },
	{ STR_INIT("kafka"), STR_INIT("protocol.name == \"kafka\"") },
	{ STR_INIT("redis"), STR_INIT("protocol.name == \"redis\"") },
};

static const struct kfl_macros macros = { macro_list, ARRAY_LEN(macro_list),
	                                  false };

static int passed;
static int failed;

/* The whole of a file in `out`; false when it cannot be read. */
static bool
slurp(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "rb");
	size_t n = 1;

	if (f == NULL)
		return false;
	while (n > 0 && buf_reserve(out, 65536) == 0) {
		n = fread(buf_tail(out), 1, 65536, f);
		buf_added(out, n);
	}
	return fclose(f) == 0;
}

static struct str
text_of(const struct kfl_value *v, const char *key)
{
	struct kfl_value *m = kfl_value_member(v, str_from_c(key));

	return m != NULL && m->type == KFL_V_STRING ? m->u.text : STR_NONE;
}

static bool
flag_of(const struct kfl_value *v, const char *key, bool otherwise)
{
	struct kfl_value *m = kfl_value_member(v, str_from_c(key));

	return m != NULL && m->type == KFL_V_BOOL ? m->u.truth : otherwise;
}

static bool
has(const struct kfl_value *v, const char *key)
{
	struct kfl_value *m = kfl_value_member(v, str_from_c(key));

	return m != NULL && m->type != KFL_V_NULL;
}

static bool
is_deviation(struct str query)
{
	static struct buf list;
	struct str rest;

	if (list.n == 0) {
		buf_init(&list, FILE_MAX);
		ENSURE(slurp(DEVIATIONS, &list));
	}
	rest = buf_str(&list);
	while (rest.n > 0) {
		struct str line, first;

		(void)str_split1(rest, '\n', &line, &rest);
		(void)str_split1(line, '\t', &first, &line);
		if (str_eq(first, query))
			return true;
	}
	return false;
}

static void
judge(bool good, const struct kfl_value *v, const char *what)
{
	if (good || is_deviation(text_of(v, "query"))) {
		passed++;
		return;
	}
	failed++;
	printf("# %s: %.*s\n", what, STR_ARG(text_of(v, "query")));
}

/* Equal as JSON: the order of members and 1 against 1.0 do not matter. */
static bool
same_json(const struct kfl_value *a, const struct kfl_value *b)
{
	bool numbers = (a->type == KFL_V_INT || a->type == KFL_V_FLOAT) &&
	               (b->type == KFL_V_INT || b->type == KFL_V_FLOAT);
	const struct kfl_value *y = b->u.list.first;

	if (numbers) {
		double d = kfl_value_number(a) - kfl_value_number(b);

		return !(d < 0) && !(d > 0);
	}
	if (!kfl_value_is_list(a) || a->type != b->type)
		return kfl_value_same(a, b);
	if (a->u.list.n != b->u.list.n)
		return false;
	for (const struct kfl_value *x = a->u.list.first; x != NULL;
	     x = x->next) {
		const struct kfl_value *other = y;

		if (a->type == KFL_V_OBJECT)
			other = kfl_value_member(b, x->key);
		else
			y = y->next;
		if (other == NULL || !same_json(x, other))
			return false;
	}
	return true;
}

/* Strings that are JSON, maybe in base64, are compared as JSON, all others as
 * strings: the reference's redacted bodies have no order of members. */
static bool
same_string(struct str a, struct str b, struct arena *mem)
{
	struct kfl_value *x, *y;
	struct buf da, db;
	bool same = str_eq(a, b);

	buf_init(&da, FILE_MAX);
	buf_init(&db, FILE_MAX);
	if (!same && base64_decode(&da, a, BASE64_STD) == 0 &&
	    base64_decode(&db, b, BASE64_STD) == 0) {
		a = arena_dup(mem, buf_str(&da));
		b = arena_dup(mem, buf_str(&db));
	}
	if (!same && kfl_json_parse(a, mem, &x) == 0 &&
	    kfl_json_parse(b, mem, &y) == 0)
		same = same_json(x, y);
	buf_release(&da);
	buf_release(&db);
	return same || str_eq(a, b);
}

static bool
same_record(const struct kfl_value *a, const struct kfl_value *b,
            struct arena *mem)
{
	const struct kfl_value *y = b->u.list.first;

	if (a->type == KFL_V_STRING && b->type == KFL_V_STRING)
		return same_string(a->u.text, b->u.text, mem);
	if (!kfl_value_is_list(a) || a->type != b->type)
		return same_json(a, b);
	if (a->u.list.n != b->u.list.n)
		return false;
	for (const struct kfl_value *x = a->u.list.first; x != NULL;
	     x = x->next) {
		const struct kfl_value *other = y;

		if (a->type == KFL_V_OBJECT)
			other = kfl_value_member(b, x->key);
		else
			y = y->next;
		if (other == NULL || !same_record(x, other, mem))
			return false;
	}
	return true;
}

static bool
same_message(const struct err *e, struct str want)
{
	struct buf b;
	bool same;

	buf_init(&b, 1024);
	same = kfl_message(e, &b) == 0 && str_eq(buf_str(&b), want);
	if (!same)
		printf("# got:  %.*s\n# want: %.*s\n", STR_ARG(buf_str(&b)),
		       STR_ARG(want));
	buf_release(&b);
	return same;
}

/* The normal form parses to itself. */
static void
check_print(const struct kfl *k, const struct kfl_value *v)
{
	struct buf once, twice;
	struct err e = ERR_INIT;
	struct kfl *again;
	bool same;

	buf_init(&once, FILE_MAX);
	buf_init(&twice, FILE_MAX);
	same = kfl_print(k, &once) == 0 &&
	       kfl_parse(buf_str(&once), NULL, &e, &again) == 0;
	if (same) {
		same = kfl_print(again, &twice) == 0 &&
		       str_eq(buf_str(&once), buf_str(&twice));
		kfl_free(again);
	}
	judge(same, v, "normal form");
	buf_release(&once);
	buf_release(&twice);
}

static struct kfl_value *
copy(const struct kfl_value *v, struct arena *a)
{
	struct kfl_value *c = kfl_value_new(a, v->type);

	ENSURE(c != NULL);
	c->key = v->key;
	if (!kfl_value_is_list(v)) {
		c->u = v->u;
		return c;
	}
	for (const struct kfl_value *m = v->u.list.first; m != NULL;
	     m = m->next)
		kfl_value_add(c, copy(m, a));
	return c;
}

static struct kfl_value *
document_of(const struct kfl_value *v, const struct kfl_value *docs,
            struct arena *a)
{
	struct str text = text_of(v, "json");
	struct kfl_value *doc = NULL;
	size_t at = str_find(text, STR("{{NOW_MS-2000}}"));

	if (docs != NULL)
		return copy(kfl_value_member(docs, text_of(v, "doc")), a);
	if (at < text.n) {
		struct str tail = str_tail(text,
		                           at + strlen("{{NOW_MS-2000}}"));

		text = arena_printf(a, STR_FMT "%lld" STR_FMT,
		                    STR_ARG(str_head(text, at)),
		                    (long long)NOW_MS - 2000, STR_ARG(tail));
	}
	return kfl_json_parse(text, a, &doc) == 0 ? doc : NULL;
}

static bool
wanted_record(const struct kfl_value *v, const struct kfl_value *before,
              struct arena *a, struct kfl_value **ret)
{
	struct kfl_value *m = kfl_value_member(v, STR("record"));

	if (m != NULL && m->type == KFL_V_STRING)
		return kfl_json_parse(m->u.text, a, ret) == 0;
	*ret = m;
	if (m == NULL) {
		union {
			const struct kfl_value *in;
			struct kfl_value *out;
		} same = { .in = before };

		*ret = same.out;
	}
	return true;
}

static void
check_eval(const struct kfl *k, const struct kfl_value *v,
           const struct kfl_value *docs)
{
	struct kfl_doc d;
	struct kfl_value *before, *want;
	struct kfl_value *limit = kfl_value_member(v, STR("limit"));
	bool truth = false;

	if (!has(v, "truth") || (docs == NULL && text_of(v, "json").n == 0))
		return;
	kfl_doc_init(&d, DOC_MAX);
	d.root = document_of(v, docs, &d.arena);
	before = document_of(v, docs, &d.arena);
	ENSURE(d.root != NULL && before != NULL);
	judge(kfl_eval(k, &d, &truth) == 0, v, "evaluates");
	judge(truth == flag_of(v, "truth", false), v, "truth");
	if (docs != NULL || has(v, "record")) {
		ENSURE(wanted_record(v, before, &d.arena, &want));
		judge(same_record(d.root, want, &d.arena), v, "record");
	}
	if (limit != NULL)
		judge(k->limit == (limit->type == KFL_V_INT
		                       ? (uint64_t)limit->u.integer
		                       : UINT64_MAX),
		      v, "limit");
	kfl_doc_release(&d);
}

static void
check_expanded(const struct kfl *k, const struct kfl_value *v)
{
	if (has(v, "expanded"))
		judge(str_eq(k->expanded, text_of(v, "expanded")), v,
		      "expansion");
}

static void
check(const struct kfl_value *v, const struct kfl_value *docs)
{
	bool uses_macros = flag_of(v, "macros", false) || docs == NULL;
	struct str stage = text_of(v, "stage");
	bool valid = flag_of(v, "valid", true);
	struct err e = ERR_INIT;
	struct kfl *k = NULL;
	int rc;

	rc = kfl_parse(text_of(v, "query"), uses_macros ? &macros : NULL, &e,
	               &k);
	judge((rc == 0) == valid, v, "valid");
	if (rc != 0) {
		judge(same_message(&e, text_of(v, "error")), v, "message");
		return;
	}
	check_expanded(k, v);
	check_print(k, v);
	rc = kfl_prepare(k, NOW_MS, &e);
	judge((rc == 0) == !str_eq(stage, STR("precompute")), v, "prepares");
	if (rc == 0 && has(v, "panic"))
		judge(true, v, "no crash");
	else if (rc == 0)
		check_eval(k, v, docs);
	else if (has(v, "error"))
		judge(same_message(&e, text_of(v, "error")), v, "message");
	kfl_free(k);
}

/* A vector with macros of its own. */
static void
check_macros(const struct kfl_value *v)
{
	const struct kfl_value *table = kfl_value_member(v, STR("macro_table"));
	struct kfl_macro own[8];
	struct kfl_macros m = { own, 0, false };
	struct buf out, list;

	for (const struct kfl_value *i = table->u.list.first;
	     i != NULL && m.n < ARRAY_LEN(own); i = i->next)
		own[m.n++] = (struct kfl_macro){ i->key, i->u.text };
	buf_init(&out, FILE_MAX);
	buf_init(&list, FILE_MAX);
	judge(kfl_macro_expand(text_of(v, "query"), &m, &out, &list) == 0 &&
	          str_eq(buf_str(&out), text_of(v, "expanded")),
	      v, "expansion");
	buf_release(&out);
	buf_release(&list);
}

static void
run(const char *path)
{
	struct kfl_value *root, *docs, *list;
	struct arena a;
	struct buf b;
	char text[200];
	int n = 0;

	buf_init(&b, FILE_MAX);
	arena_init(&a, (size_t)64 << 20, 0);
	passed = failed = 0;
	ok(slurp(path, &b), "the vectors can be read");
	ok(kfl_json_parse(buf_str(&b), &a, &root) == 0, "they are JSON");
	docs = kfl_value_member(root, STR("docs"));
	list = root->type == KFL_V_ARRAY
	           ? root
	           : kfl_value_member(root, STR("vectors"));
	for (const struct kfl_value *v = list->u.list.first; v != NULL;
	     v = v->next, n++) {
		if (has(v, "macro_table"))
			check_macros(v);
		else
			check(v, docs);
	}
	(void)snprintf(text, sizeof(text),
	               "%d vectors, %d checks, %d of them fail", n,
	               passed + failed, failed);
	ok(failed == 0 && n > 0, text);
	arena_release(&a);
	buf_release(&b);
}

int
main(void)
{
	char path[1024];
	FILE *f;

	run("tests/kfl/extra-vectors.json");
	(void)snprintf(path, sizeof(path), "%s/contract/kfl-vectors.json",
	               tap_shared());
	f = fopen(path, "rb");
	if (f != NULL) {
		(void)fclose(f);
		run(path);
	} else {
		tap_skip("kfl-vectors.json is not here");
	}
	return tap_done();
}
