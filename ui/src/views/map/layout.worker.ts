// SPDX-License-Identifier: Apache-2.0
// Layered layout off the main thread. The same graph gives the same picture:
// what comes in is sorted, and dagre draws no lots.
import dagre from "@dagrejs/dagre";
import type { Point } from "../../model/lines";
import type { Layout, LayoutAsk } from "./layout";

/** A service that calls itself: out at its top and in again. */
function loop(node: Point & { height: number }): Point[] {
	const top = node.y - node.height / 2;
	return [
		{ x: node.x - 26, y: top },
		{ x: node.x - 52, y: top - 20 },
		{ x: node.x, y: top - 28 },
		{ x: node.x + 52, y: top - 20 },
		{ x: node.x + 26, y: top },
	];
}

export function layOut(ask: LayoutAsk): Layout {
	const g = new dagre.graphlib.Graph({ compound: true, multigraph: false });
	g.setGraph({
		rankdir: "LR",
		nodesep: 10,
		ranksep: 44,
		edgesep: 4,
		marginx: 16,
		marginy: 16,
	});
	g.setDefaultEdgeLabel(() => ({}));
	for (const group of ask.groups) g.setNode(`group:${group}`, {});
	for (const n of ask.nodes) {
		g.setNode(n.id, { width: n.width, height: n.height });
		if (n.group !== "") g.setParent(n.id, `group:${n.group}`);
	}
	for (const e of ask.edges)
		if (e.from !== e.to)
			g.setEdge(e.from, e.to, { width: 64, height: 8, labelpos: "c" });
	dagre.layout(g);
	const nodes: Layout["nodes"] = {};
	for (const n of ask.nodes) {
		const at = g.node(n.id);
		nodes[n.id] = { x: at.x, y: at.y };
	}
	const edges: Layout["edges"] = {};
	for (const e of ask.edges) {
		if (e.from === e.to) {
			edges[e.id] = loop(g.node(e.from));
			continue;
		}
		const points: Point[] = g.edge(e.from, e.to)?.points ?? [];
		edges[e.id] = points.map((p) => ({ x: p.x, y: p.y }));
	}
	const groups: Layout["groups"] = {};
	for (const group of ask.groups) {
		const { x, y, width, height } = g.node(`group:${group}`);
		groups[group] = { x, y, width, height };
	}
	const { width = 0, height = 0 } = g.graph();
	return { nodes, edges, groups, width, height };
}

self.addEventListener("message", (e: MessageEvent<LayoutAsk>) => {
	self.postMessage(layOut(e.data));
});
