/* SPDX-License-Identifier: Apache-2.0 */
#include "snapshot/manifest.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/mem.h"
#include "snapshot/json_in.h"

#define FORMAT_VERSION 1u

enum { FIRST_CAP = 16, MEMBERS_MAX = 1 << 26 };

/* What both documents have in common. */
struct document {
	struct json_in j;
	struct arena *arena;
	const char *kind; /* what `kind` has to be */
	const char *what; /* for messages */
	struct err *e;
	bool has_version;
	bool has_kind;
	bool has_list;
};

struct manifest {
	struct manifest_member *items;
	size_t count, cap;
	size_t *by_name; /* positions in items, sorted by name */
	struct arena arena;
};

struct snapshot_info {
	struct snapshot_node *nodes;
	size_t count, cap;
	struct str cluster;
	int64_t from, to;
	struct arena arena;
};

/* --- common parts -------------------------------------------------------- */

/* items with room for one more, NULL when there is no memory (said in j). */
static void *
grow(struct json_in *j, void *items, size_t count, size_t *cap, size_t size)
{
	size_t more = *cap > 0 ? *cap * 2 : FIRST_CAP;
	void *p = items;

	if (count == *cap) {
		p = mem_regrow(items, more, size);
		if (p != NULL)
			*cap = more;
		else
			jin_fail(j, ERR_NOMEM, "no memory for its list");
	}
	return p;
}

/* A member that is known may come once in an object. */
static void
once(struct json_in *j, bool *seen, const char *name)
{
	if (*seen)
		jin_fail(j, ERR_SYNTAX, "%s is there twice", name);
	*seen = true;
}

static void
want(struct json_in *j, bool seen, const char *name)
{
	if (!seen)
		jin_fail(j, ERR_SYNTAX, "%s is missing", name);
}

/* A string of the document, kept in its arena. */
static struct str
keep_str(struct document *d)
{
	struct str s = jin_str(&d->j);

	if (s.n == 0)
		return STR_NONE;
	s = arena_dup(d->arena, s);
	if (arena_error(d->arena) != 0)
		jin_fail(&d->j, arena_error(d->arena), "no memory for a name");
	return s;
}

static void
read_version(struct document *d)
{
	uint64_t version = jin_u64(&d->j);

	once(&d->j, &d->has_version, "formatVersion");
	if (version != FORMAT_VERSION)
		jin_fail(&d->j, ERR_UNSUPPORTED,
		         "%s has format version %llu, this program reads "
		         "version %u; use a newer one",
		         d->what, (unsigned long long)version, FORMAT_VERSION);
}

static void
read_kind(struct document *d)
{
	struct str kind = jin_str(&d->j);

	once(&d->j, &d->has_kind, "kind");
	if (!str_eq(kind, str_from_c(d->kind)))
		jin_fail(&d->j, ERR_UNSUPPORTED,
		         "%s is of another kind, not %s", d->what, d->kind);
}

/* The members that both documents have; false when it is none of them. */
static bool
read_common(struct document *d, struct str key)
{
	if (str_eq(key, STR("formatVersion")))
		read_version(d);
	else if (str_eq(key, STR("kind")))
		read_kind(d);
	else
		return false;
	return true;
}

static int
document_begin(struct document *d, struct str text,
               const struct snapshot_limits *limits)
{
	if (text.n > limits->json_bytes)
		return err_set(d->e, ERR_LIMIT,
		               "%s is over the limit json-bytes=%llu", d->what,
		               (unsigned long long)limits->json_bytes);
	/* Every text is in it once; alignment takes up to 17 bytes of each. */
	arena_init(d->arena, 18 * text.n + 1024, 0);
	jin_init(&d->j, text, limits->json_depth, d->e);
	jin_object(&d->j);
	return 0;
}

static int
document_end(struct document *d, const char *list)
{
	int rc;

	want(&d->j, d->has_version, "formatVersion");
	want(&d->j, d->has_kind, "kind");
	want(&d->j, d->has_list, list);
	rc = jin_finish(&d->j);
	if (rc != 0)
		err_add_context(d->e, "%s", d->what);
	return rc;
}

/* --- manifest.json ------------------------------------------------------- */

enum {
	MEMBER_NAME = 1,
	MEMBER_BYTES = 2,
	MEMBER_SHA256 = 4,
	MEMBER_PACKETS = 8,
	MEMBER_DROPPED = 16,
};

static void
read_drops(struct document *d, struct manifest_member *m)
{
	struct json_in *j = &d->j;
	bool kernel = false, interface = false;
	struct str key;

	jin_object(j);
	while (jin_member(j, &key)) {
		if (str_eq(key, STR("kernel"))) {
			once(j, &kernel, "kernel");
			m->dropped_kernel = jin_u64(j);
		} else if (str_eq(key, STR("interface"))) {
			once(j, &interface, "interface");
			m->dropped_interface = jin_u64(j);
		} else {
			jin_skip(j);
		}
	}
	m->has_drops = true;
}

static void
read_digest(struct document *d, struct manifest_member *m)
{
	struct str hex = jin_str(&d->j);

	if (sha256_parse(hex, m->sha256) != 0)
		jin_fail(&d->j, ERR_SYNTAX,
		         "sha256 is not 64 hexadecimal digits");
}

/* One member of a listed member; the bit of the member it was. */
static unsigned
read_member_part(struct document *d, struct str key, struct manifest_member *m)
{
	if (str_eq(key, STR("name"))) {
		m->name = keep_str(d);
		return MEMBER_NAME;
	}
	if (str_eq(key, STR("bytes"))) {
		m->bytes = jin_u64(&d->j);
		return MEMBER_BYTES;
	}
	if (str_eq(key, STR("sha256"))) {
		read_digest(d, m);
		return MEMBER_SHA256;
	}
	if (str_eq(key, STR("packets"))) {
		m->packets = jin_u64(&d->j);
		m->has_packets = true;
		return MEMBER_PACKETS;
	}
	if (str_eq(key, STR("dropped"))) {
		read_drops(d, m);
		return MEMBER_DROPPED;
	}
	jin_skip(&d->j);
	return 0;
}

static void
read_member(struct document *d, struct manifest_member *m)
{
	struct json_in *j = &d->j;
	unsigned seen = 0, part;
	struct str key;

	jin_object(j);
	while (jin_member(j, &key)) {
		part = read_member_part(d, key, m);
		if (seen & part)
			jin_fail(j, ERR_SYNTAX,
			         "a listed member has something twice");
		seen |= part;
	}
	want(j, seen & MEMBER_NAME, "name");
	want(j, seen & MEMBER_BYTES, "bytes");
	want(j, seen & MEMBER_SHA256, "sha256");
	if (jin_ok(j) && m->name.n == 0)
		jin_fail(j, ERR_SYNTAX, "a listed member has no name");
}

static void
read_members(struct document *d, struct manifest *m, uint64_t max)
{
	struct json_in *j = &d->j;
	struct manifest_member *p;

	once(j, &d->has_list, "members");
	jin_array(j);
	while (jin_item(j)) {
		if (m->count >= max || m->count >= MEMBERS_MAX) {
			jin_fail(j, ERR_LIMIT,
			         "more members than the limit "
			         "archive-members allows");
			return;
		}
		p = grow(j, m->items, m->count, &m->cap, sizeof(*p));
		if (p == NULL)
			return;
		m->items = p;
		p = &m->items[m->count++];
		*p = (struct manifest_member){ .bytes = 0 };
		read_member(d, p);
	}
}

/* qsort_r is not the same everywhere; a pair does without it. */
struct named {
	struct str name;
	size_t at;
};

static int
named_cmp(const void *a, const void *b)
{
	const struct named *x = a, *y = b;

	return str_cmp(x->name, y->name);
}

/* Make by_name; a name that is listed twice is an error. */
static int
index_names(struct manifest *m, struct err *e)
{
	struct named *v;
	int rc = 0;

	if (m->count == 0)
		return 0;
	v = mem_array(m->count, sizeof(*v));
	m->by_name = mem_array(m->count, sizeof(*m->by_name));
	if (v == NULL || m->by_name == NULL) {
		mem_free(v);
		return err_set(e, ERR_NOMEM, "no memory for the manifest");
	}
	for (size_t i = 0; i < m->count; i++)
		v[i] = (struct named){ m->items[i].name, i };
	qsort(v, m->count, sizeof(*v), named_cmp);
	for (size_t i = 0; i < m->count; i++) {
		m->by_name[i] = v[i].at;
		if (rc == 0 && i > 0 && str_eq(v[i].name, v[i - 1].name))
			rc = err_set(e, ERR_SYNTAX,
			             "manifest.json lists " STR_FMT " twice",
			             STR_ARG(v[i].name));
	}
	mem_free(v);
	return rc;
}

int
manifest_parse(struct str text, const struct snapshot_limits *limits,
               struct err *e, struct manifest **ret_manifest)
{
	struct manifest *m = mem_zalloc(sizeof(*m));
	struct document d = { .kind = "kubeshark-manifest",
		              .what = "manifest.json",
		              .e = e };
	struct str key;
	int rc;

	if (m == NULL)
		return err_set(e, ERR_NOMEM, "no memory for the manifest");
	d.arena = &m->arena;
	rc = document_begin(&d, text, limits);
	if (rc == 0) {
		while (jin_member(&d.j, &key)) {
			if (read_common(&d, key))
				continue;
			if (str_eq(key, STR("members")))
				read_members(&d, m, limits->members);
			else
				jin_skip(&d.j);
		}
		rc = document_end(&d, "members");
	}
	if (rc == 0)
		rc = index_names(m, e);
	if (rc != 0) {
		manifest_free(m);
		return rc;
	}
	*ret_manifest = m;
	return 0;
}

void
manifest_free(struct manifest *m)
{
	if (m == NULL)
		return;
	arena_release(&m->arena);
	mem_free(m->by_name);
	mem_free(m->items);
	mem_free(m);
}

size_t
manifest_count(const struct manifest *m)
{
	return m->count;
}

const struct manifest_member *
manifest_at(const struct manifest *m, size_t i)
{
	ENSURE(i < m->count);
	return &m->items[i];
}

const struct manifest_member *
manifest_find(const struct manifest *m, struct str name)
{
	size_t lo = 0, hi = m->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct manifest_member *item = &m->items[m->by_name[mid]];
		int d = str_cmp(name, item->name);

		if (d == 0)
			return item;
		if (d < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

/* --- snapshot.json ------------------------------------------------------- */

static int64_t
read_time(struct document *d)
{
	struct str s = jin_str(&d->j);
	int64_t t = 0;

	if (jin_ok(&d->j) && clock_parse(s, &t) != 0)
		jin_fail(&d->j, ERR_SYNTAX,
		         "expected a time like 2023-01-29T10:00:00Z");
	return t;
}

static void
read_window(struct document *d, struct snapshot_info *s)
{
	bool from = false, to = false;
	struct json_in *j = &d->j;
	struct str key;

	jin_object(j);
	while (jin_member(j, &key)) {
		if (str_eq(key, STR("from"))) {
			once(j, &from, "from");
			s->from = read_time(d);
		} else if (str_eq(key, STR("to"))) {
			once(j, &to, "to");
			s->to = read_time(d);
		} else {
			jin_skip(j);
		}
	}
	if (jin_ok(j) && from && to && s->from > s->to)
		jin_fail(j, ERR_SYNTAX, "the window ends before it begins");
}

enum {
	NODE_NAME = 1,
	NODE_IP = 2,
	NODE_FOLDER = 4,
	NODE_FILTER = 8,
	NODE_INTERFACES = 16,
};

/* The interfaces are described in the captures; here they are counted. */
static size_t
count_interfaces(struct json_in *j)
{
	size_t n = 0;

	jin_array(j);
	while (jin_item(j)) {
		if (jin_peek(j) != JIN_OBJECT)
			jin_fail(j, ERR_SYNTAX, "expected an interface object");
		jin_skip(j);
		n++;
	}
	return n;
}

static unsigned
read_node_part(struct document *d, struct str key, struct snapshot_node *n)
{
	if (str_eq(key, STR("name"))) {
		n->name = keep_str(d);
		return NODE_NAME;
	}
	if (str_eq(key, STR("ip"))) {
		n->ip = keep_str(d);
		return NODE_IP;
	}
	if (str_eq(key, STR("folder"))) {
		n->folder = keep_str(d);
		return NODE_FOLDER;
	}
	if (str_eq(key, STR("filter"))) {
		n->filter = keep_str(d);
		return NODE_FILTER;
	}
	if (str_eq(key, STR("interfaces"))) {
		n->interfaces = count_interfaces(&d->j);
		return NODE_INTERFACES;
	}
	jin_skip(&d->j);
	return 0;
}

static void
read_node(struct document *d, struct snapshot_node *n)
{
	struct json_in *j = &d->j;
	unsigned seen = 0, part;
	struct str key;

	jin_object(j);
	while (jin_member(j, &key)) {
		part = read_node_part(d, key, n);
		if (seen & part)
			jin_fail(j, ERR_SYNTAX, "a node has something twice");
		seen |= part;
	}
	want(j, seen & NODE_NAME, "name");
	want(j, seen & NODE_FOLDER, "folder");
}

static void
read_nodes(struct document *d, struct snapshot_info *s, uint64_t max)
{
	struct json_in *j = &d->j;
	struct snapshot_node *p;

	once(j, &d->has_list, "nodes");
	jin_array(j);
	while (jin_item(j)) {
		if (s->count >= max || s->count >= MEMBERS_MAX) {
			jin_fail(j, ERR_LIMIT,
			         "more nodes than the limit archive-members "
			         "allows");
			return;
		}
		p = grow(j, s->nodes, s->count, &s->cap, sizeof(*p));
		if (p == NULL)
			return;
		s->nodes = p;
		p = &s->nodes[s->count++];
		*p = (struct snapshot_node){ .interfaces = 0 };
		read_node(d, p);
	}
}

static void
read_info(struct document *d, struct snapshot_info *s, uint64_t max)
{
	bool cluster = false, window = false;
	struct json_in *j = &d->j;
	struct str key;

	while (jin_member(j, &key)) {
		if (read_common(d, key))
			continue;
		if (str_eq(key, STR("cluster"))) {
			once(j, &cluster, "cluster");
			s->cluster = keep_str(d);
		} else if (str_eq(key, STR("window"))) {
			once(j, &window, "window");
			read_window(d, s);
		} else if (str_eq(key, STR("nodes"))) {
			read_nodes(d, s, max);
		} else {
			jin_skip(j);
		}
	}
}

int
snapshot_info_parse(struct str text, const struct snapshot_limits *limits,
                    struct err *e, struct snapshot_info **ret_info)
{
	struct snapshot_info *s = mem_zalloc(sizeof(*s));
	struct document d = { .kind = "kubeshark-snapshot",
		              .what = "snapshot.json",
		              .e = e };
	int rc;

	if (s == NULL)
		return err_set(e, ERR_NOMEM, "no memory for snapshot.json");
	d.arena = &s->arena;
	rc = document_begin(&d, text, limits);
	if (rc == 0) {
		read_info(&d, s, limits->members);
		rc = document_end(&d, "nodes");
	}
	if (rc != 0) {
		snapshot_info_free(s);
		return rc;
	}
	*ret_info = s;
	return 0;
}

void
snapshot_info_free(struct snapshot_info *s)
{
	if (s == NULL)
		return;
	arena_release(&s->arena);
	mem_free(s->nodes);
	mem_free(s);
}

struct str
snapshot_info_cluster(const struct snapshot_info *s)
{
	return s->cluster;
}

int64_t
snapshot_info_from(const struct snapshot_info *s)
{
	return s->from;
}

int64_t
snapshot_info_to(const struct snapshot_info *s)
{
	return s->to;
}

size_t
snapshot_info_nodes(const struct snapshot_info *s)
{
	return s->count;
}

const struct snapshot_node *
snapshot_info_node(const struct snapshot_info *s, size_t i)
{
	ENSURE(i < s->count);
	return &s->nodes[i];
}
