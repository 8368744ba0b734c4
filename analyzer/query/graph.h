/* SPDX-License-Identifier: Apache-2.0 */
/*
 * graph: who talks to whom: services, and the calls between them.
 *
 * A node is a name as of the time of its entries, or an address that has none;
 * an edge is the calls of one protocol from one to another. Snapshots are added
 * one after the other, as in query/histogram.h.
 */
#ifndef QUERY_GRAPH_H
#define QUERY_GRAPH_H

#include <stddef.h>
#include <stdint.h>

#include "analyzer/query/facts.h"
#include "base/addr.h"
#include "base/arena.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/map.h"
#include "base/quantile.h"
#include "base/str.h"

enum {
	GRAPH_NODES = 20000,
	GRAPH_EDGES = 10000,
	GRAPH_IPS = 16, /* addresses kept of a node */
};

struct graph_node {
	struct str name; /* "" when it is only an address */
	struct str ns;
	struct str id; /* "shop/cart.shop", "10.0.0.1" */
	struct addr ip[GRAPH_IPS];
	size_t nips;
	uint64_t entries; /* that it sent or was sent */
};

struct graph_edge {
	uint32_t from, to; /* nodes */
	const struct protocol *protocol;
	uint64_t count, errors;
	uint64_t req_bytes, res_bytes;
	struct quantile micros;
};

struct graph {
	struct graph_node *node;
	size_t nnodes, node_cap;
	struct graph_edge *edge;
	size_t nedges, edge_cap;
	uint64_t left_out; /* entries beyond the limits on nodes and edges */

	/* private */
	struct arena arena;
	struct map nodes; /* id -> number */
	struct map edges;
};

/* ERR_IO: no random bytes. */
int graph_init(struct graph *g) WARN_UNUSED;
void graph_release(struct graph *g);

/* Entries of one snapshot; see facts_walk(). */
int graph_add(struct graph *g, struct opened *o, const struct facts_ask *ask,
              struct facts_state *io_state, struct err *e) WARN_UNUSED;

/* Nodes by id, edges by nodes and protocol. Nothing is added after it.
 * ERR_NOMEM. */
int graph_sort(struct graph *g) WARN_UNUSED;

#endif /* QUERY_GRAPH_H */
