/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/query/graph.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/entry/protocol.h"
#include "analyzer/query/ends.h"
#include "base/mem.h"

enum {
	TEXT_BYTES = 64 << 20,
	MEMO_MAX = 1 << 16,
	SLOTS = 1 << 12, /* edges that were met last */
};

struct edge_key {
	uint32_t from, to;
	const char *macro;
};

/* An end as the tables of a snapshot have it, where equal texts are one. */
struct end_key {
	const char *name, *ns;
	struct addr ip;
};

struct edge_slot {
	const struct protocol *protocol; /* NULL: nothing is here */
	uint32_t from, to, edge;
};

struct adding {
	struct graph *g;
	struct opened *o;
	struct map memo; /* struct end_key -> number of the node */
	struct ends ends;
	struct edge_slot edges[SLOTS];
};

int
graph_init(struct graph *g)
{
	uint8_t key[SIPHASH_KEY_SIZE];
	int rc = map_random_key(key);

	*g = (struct graph){ .nnodes = 0 };
	arena_init(&g->arena, TEXT_BYTES, 0);
	map_init(&g->nodes, MAP_STR, sizeof(uint32_t), GRAPH_NODES, key);
	map_init(&g->edges, sizeof(struct edge_key), sizeof(uint32_t),
	         GRAPH_EDGES, key);
	return rc;
}

void
graph_release(struct graph *g)
{
	for (size_t i = 0; i < g->nedges; i++)
		quantile_release(&g->edge[i].micros);
	mem_free(g->node);
	mem_free(g->edge);
	map_release(&g->nodes);
	map_release(&g->edges);
	arena_release(&g->arena);
}

/* Room for one more of an array. */
static int
reach(void **io_items, size_t n, size_t *io_cap, size_t size)
{
	size_t cap = *io_cap > 0 ? *io_cap * 2 : 64;
	void *grown;

	if (n < *io_cap)
		return 0;
	grown = mem_regrow(*io_items, cap, size);
	if (grown == NULL)
		return ERR_NOMEM;
	*io_items = grown;
	*io_cap = cap;
	return 0;
}

/* ---- nodes ---- */

static int
new_node(struct graph *g, struct str id, const struct resolved *who)
{
	void *nodes = g->node;
	int rc = reach(&nodes, g->nnodes, &g->node_cap, sizeof(*g->node));

	g->node = nodes;
	if (rc != 0)
		return rc;
	g->node[g->nnodes] =
	    (struct graph_node){ .name = arena_dup(&g->arena, who->name),
		                 .ns = arena_dup(&g->arena, who->ns),
		                 .id = id };
	return arena_error(&g->arena);
}

static void
add_ip(struct graph_node *n, const struct addr *ip)
{
	for (size_t i = 0; i < n->nips; i++)
		if (addr_eq(&n->ip[i], ip))
			return;
	if (n->nips < GRAPH_IPS)
		n->ip[n->nips++] = *ip;
}

/* The node of a name or address; ERR_BUDGET when there are too many. */
static int
node_of(struct graph *g, const struct addr *ip, const struct resolved *who,
        uint32_t *ret_node)
{
	struct arena_mark mark = arena_mark(&g->arena);
	char text[ADDR_TEXT];
	uint32_t n = (uint32_t)g->nnodes;
	struct str id;
	void *v = NULL;
	int rc;

	if (who->name.n == 0)
		id = arena_dup(&g->arena, str_from_c(addr_format(ip, text)));
	else if (who->ns.n == 0)
		id = arena_dup(&g->arena, who->name);
	else
		id = arena_printf(&g->arena, STR_FMT "/" STR_FMT,
		                  STR_ARG(who->ns), STR_ARG(who->name));
	if (arena_error(&g->arena) != 0)
		return arena_error(&g->arena);
	rc = map_insert_str(&g->nodes, id, &v);
	if (rc < 0)
		return rc;
	if (rc == 1) {
		memcpy(v, &n, sizeof(n));
		rc = new_node(g, id, who);
		if (rc != 0)
			return rc;
		g->nnodes++;
	} else {
		memcpy(&n, v, sizeof(n));
		arena_reset(&g->arena, mark);
	}
	add_ip(&g->node[n], ip);
	*ret_node = n;
	return 0;
}

/* By its name, or its address. */
static int
look_up(struct adding *a, const struct fact *f, bool server, uint32_t *ret_node)
{
	const struct addr *ip = server ? &f->dst : &f->src;
	struct resolved who = ends_resolve(a->o, f, server);
	struct end_key key;
	void *v;
	int rc;

	memset(&key, 0, sizeof(key));
	key.name = who.name.p;
	key.ns = who.ns.p;
	key.ip = *ip;
	v = map_find(&a->memo, &key);
	if (v != NULL) {
		memcpy(ret_node, v, sizeof(*ret_node));
		return 0;
	}
	rc = node_of(a->g, ip, &who, ret_node);
	if (rc != 0)
		return rc;
	/* What is not remembered is looked up again. */
	rc = map_insert(&a->memo, &key, &v);
	if (rc == 1)
		memcpy(v, ret_node, sizeof(*ret_node));
	return rc == ERR_NOMEM ? rc : 0;
}

static size_t
slot_of(uint64_t a, uint64_t b)
{
	uint64_t h = (a << 32 ^ b) * UINT64_C(0x9e3779b97f4a7c15);

	return (size_t)(h >> 52);
}

_Static_assert(SLOTS == 1 << 12, "slot_of() gives 12 bits");

/* The node of one end, which most often was met before. */
static int
find_node(struct adding *a, const struct fact *f, bool server,
          uint32_t *ret_node)
{
	int rc;

	if (ends_find(&a->ends, f, server, ret_node))
		return 0;
	rc = look_up(a, f, server, ret_node);
	if (rc == 0)
		ends_keep(&a->ends, a->o, f, server, *ret_node);
	return rc;
}

/* ---- edges ---- */

static int
new_edge(struct graph *g, uint32_t from, uint32_t to,
         const struct protocol *protocol, uint32_t *ret_edge)
{
	struct edge_key key;
	uint32_t n = (uint32_t)g->nedges;
	void *edges = g->edge;
	void *v = NULL;
	int rc;

	memset(&key, 0, sizeof(key));
	key.from = from;
	key.to = to;
	key.macro = protocol->macro;
	rc = map_insert(&g->edges, &key, &v);
	if (rc < 0)
		return rc;
	if (rc == 1) {
		memcpy(v, &n, sizeof(n));
		rc = reach(&edges, g->nedges, &g->edge_cap, sizeof(*g->edge));
		g->edge = edges;
		if (rc != 0)
			return rc;
		g->edge[g->nedges++] = (struct graph_edge){
			.from = from, .to = to, .protocol = protocol
		};
	} else {
		memcpy(&n, v, sizeof(n));
	}
	*ret_edge = n;
	return 0;
}

static int
find_edge(struct adding *a, uint32_t from, uint32_t to,
          const struct protocol *protocol, struct graph_edge **ret_edge)
{
	struct edge_slot *s = &a->edges[slot_of(from, to)];
	uint32_t n = s->edge;
	int rc = 0;

	if (s->protocol != protocol || s->from != from || s->to != to)
		rc = new_edge(a->g, from, to, protocol, &n);
	if (rc != 0)
		return rc;
	*s = (struct edge_slot){
		.protocol = protocol, .from = from, .to = to, .edge = n
	};
	*ret_edge = &a->g->edge[n];
	return 0;
}

static int
take_fact(void *ctx, const struct fact *f)
{
	struct adding *a = ctx;
	struct graph *g = a->g;
	struct graph_edge *edge;
	uint32_t from = 0, to = 0;
	int rc = find_node(a, f, false, &from);

	if (rc == 0)
		rc = find_node(a, f, true, &to);
	if (rc == 0)
		rc = find_edge(a, from, to, f->protocol, &edge);
	if (rc == ERR_BUDGET) {
		g->left_out++;
		return 0;
	}
	if (rc != 0)
		return rc;
	g->node[from].entries++;
	if (to != from)
		g->node[to].entries++;
	edge->count++;
	edge->errors += outcome_is_error(f->outcome);
	edge->req_bytes += f->req_size;
	edge->res_bytes += f->res_size;
	return f->micros < 0 ? 0
	                     : quantile_add(&edge->micros, (uint64_t)f->micros);
}

int
graph_add(struct graph *g, struct opened *o, const struct facts_ask *ask,
          struct facts_state *io_state, struct err *e)
{
	struct adding *a = mem_zalloc(sizeof(*a));
	struct facts_ask wanted = *ask;
	int rc;

	if (a == NULL)
		return err_set(e, ERR_NOMEM, "out of memory");
	a->g = g;
	a->o = o;
	map_init(&a->memo, sizeof(struct end_key), sizeof(uint32_t), MEMO_MAX,
	         g->nodes.key);
	wanted.addresses = true;
	rc = facts_walk(o, &wanted, take_fact, a, io_state, e);
	map_release(&a->memo);
	mem_free(a);
	if (rc < 0 && e->code != rc)
		(void)err_set(e, rc, "the service map: %s", err_text(rc));
	return rc;
}

/* ---- order ---- */

/* A node, and where it was before. */
struct ranked {
	struct graph_node node;
	uint32_t was;
};

static int
compare_nodes(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return str_cmp(x->node.id, y->node.id);
}

static int
compare_edges(const void *a, const void *b)
{
	const struct graph_edge *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	if (x->to != y->to)
		return x->to < y->to ? -1 : 1;
	return strcmp(x->protocol->macro, y->protocol->macro);
}

static void
renumber(struct graph *g, struct ranked *r, uint32_t *now)
{
	for (size_t i = 0; i < g->nnodes; i++)
		r[i] = (struct ranked){ .node = g->node[i],
			                .was = (uint32_t)i };
	qsort(r, g->nnodes, sizeof(*r), compare_nodes);
	for (size_t i = 0; i < g->nnodes; i++) {
		g->node[i] = r[i].node;
		now[r[i].was] = (uint32_t)i;
	}
	for (size_t i = 0; i < g->nedges; i++) {
		g->edge[i].from = now[g->edge[i].from];
		g->edge[i].to = now[g->edge[i].to];
	}
	if (g->nedges > 1)
		qsort(g->edge, g->nedges, sizeof(*g->edge), compare_edges);
}

int
graph_sort(struct graph *g)
{
	struct ranked *r = mem_array(g->nnodes + 1, sizeof(*r));
	uint32_t *now = mem_array(g->nnodes + 1, sizeof(*now));
	int rc = r == NULL || now == NULL ? ERR_NOMEM : 0;

	if (rc == 0)
		renumber(g, r, now);
	mem_free(r);
	mem_free(now);
	return rc;
}
