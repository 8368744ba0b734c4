// SPDX-License-Identifier: Apache-2.0
// The service map as a graph to lay out: joined edges, namespaces that may be
// folded, and an order that does not depend on the server's.
import type { MapEdge, MapNode, ServiceMap } from "../api/types";

/** Above this, namespaces start folded. */
export const NODES_MAX = 80;

export interface GraphNode {
	id: string;
	label: string;
	/** "" outside of every namespace. */
	group: string;
	/** How many services it stands for; 1 unless it is a folded namespace. */
	size: number;
	entries: number;
	query: string;
	folded: boolean;
	ips: string[];
}

export interface GraphEdge {
	id: string;
	from: string;
	to: string;
	count: number;
	errors: number;
	rate: number;
	/** Of the slowest part. */
	p50: number | null;
	p99: number | null;
	bytes: number;
	parts: MapEdge[];
}

export interface Graph {
	nodes: GraphNode[];
	edges: GraphEdge[];
	groups: string[];
	/** Changes when the picture has to be laid out anew. */
	key: string;
}

export function namespaces(map: ServiceMap): string[] {
	const all = new Set(map.nodes.map((n) => n.namespace).filter(Boolean));
	return [...all].sort();
}

/** What is folded when nobody has said anything. */
export function foldedAtFirst(map: ServiceMap): Set<string> {
	return new Set(map.nodes.length > NODES_MAX ? namespaces(map) : []);
}

export function outside(node: MapNode): boolean {
	return node.namespace === "";
}

function slower(a: number | null, b: number | null): number | null {
	if (a === null) return b;
	return b === null ? a : Math.max(a, b);
}

function toNodes(map: ServiceMap, folded: ReadonlySet<string>): GraphNode[] {
	const nodes = new Map<string, GraphNode>();
	for (const n of map.nodes) {
		const fold = folded.has(n.namespace);
		const id = fold ? `ns:${n.namespace}` : n.id;
		const old = nodes.get(id);
		if (old !== undefined) {
			old.size++;
			old.entries += n.entries;
			continue;
		}
		nodes.set(id, {
			id,
			label: fold ? n.namespace : n.name || n.ips[0] || n.id,
			group: fold ? "" : n.namespace,
			size: 1,
			entries: n.entries,
			query: fold ? `namespace == "${n.namespace}"` : n.query,
			folded: fold,
			ips: fold ? [] : n.ips,
		});
	}
	return [...nodes.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function toEdges(
	map: ServiceMap,
	place: (id: string) => string | undefined,
): GraphEdge[] {
	const edges = new Map<string, GraphEdge>();
	const sorted = [...map.edges].sort((a, b) =>
		`${a.from}\n${a.to}\n${a.protocol}` < `${b.from}\n${b.to}\n${b.protocol}`
			? -1
			: 1,
	);
	for (const e of sorted) {
		const from = place(e.from);
		const to = place(e.to);
		if (from === undefined || to === undefined) continue;
		const id = `${from}\n${to}`;
		const old = edges.get(id) ?? {
			id,
			from,
			to,
			count: 0,
			errors: 0,
			rate: 0,
			p50: null,
			p99: null,
			bytes: 0,
			parts: [],
		};
		old.count += e.count;
		old.errors += e.errors;
		old.rate += e.rate;
		old.p50 = slower(old.p50, e.p50);
		old.p99 = slower(old.p99, e.p99);
		old.bytes += e.requestBytes + e.responseBytes;
		old.parts.push(e);
		edges.set(id, old);
	}
	return [...edges.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

export function graphOf(map: ServiceMap, folded: ReadonlySet<string>): Graph {
	const nodes = toNodes(map, folded);
	const home = new Map<string, string>();
	for (const n of map.nodes)
		home.set(n.id, folded.has(n.namespace) ? `ns:${n.namespace}` : n.id);
	const edges = toEdges(map, (id) => home.get(id));
	const groups = [...new Set(nodes.map((n) => n.group).filter(Boolean))].sort();
	const key = JSON.stringify([
		nodes.map((n) => [n.id, n.label, n.group]),
		edges.map((e) => e.id),
	]);
	return { nodes, edges, groups, key };
}

/** What selects the calls of an edge. */
export function edgeQuery(edge: GraphEdge): string {
	const queries = edge.parts.map((p) => p.query);
	if (queries.length === 1) return queries[0] ?? "";
	return queries.map((q) => `(${q})`).join(" or ");
}
