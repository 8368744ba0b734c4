// SPDX-License-Identifier: Apache-2.0
// Asks the worker for positions; the last pictures are kept by their graph.
import type { Box, Point } from "../../model/lines";
import type { Graph, GraphNode } from "../../model/topology";

export interface LayoutAsk {
	nodes: { id: string; group: string; width: number; height: number }[];
	edges: { id: string; from: string; to: string }[];
	groups: string[];
}

export interface Layout {
	nodes: Record<string, Point>;
	edges: Record<string, Point[]>;
	groups: Record<string, Box>;
	width: number;
	height: number;
}

export const NODE_HEIGHT = 48;
const LETTER = 8;
const KEPT = 12;

export function nodeWidth(n: GraphNode): number {
	return Math.min(260, Math.max(110, n.label.length * LETTER + 28));
}

const kept = new Map<string, Layout>();
let worker: Worker | null = null;

export async function layOut(
	graph: Graph,
	signal: AbortSignal,
): Promise<Layout> {
	const old = kept.get(graph.key);
	if (old !== undefined) return old;
	worker ??= new Worker(new URL("./layout.worker.ts", import.meta.url), {
		type: "module",
	});
	const mine = worker;
	const ask: LayoutAsk = {
		nodes: graph.nodes.map((n) => ({
			id: n.id,
			group: n.group,
			width: nodeWidth(n),
			height: NODE_HEIGHT,
		})),
		edges: graph.edges.map(({ id, from, to }) => ({ id, from, to })),
		groups: graph.groups,
	};
	const layout = await new Promise<Layout>((done, fail) => {
		signal.addEventListener("abort", () => {
			// A layout cannot be interrupted; the next gets a new worker.
			mine.terminate();
			if (worker === mine) worker = null;
			fail(new DOMException("cancelled", "AbortError"));
		});
		mine.onmessage = (e: MessageEvent<Layout>) => done(e.data);
		mine.onerror = () => fail(new Error("The layout failed."));
		mine.postMessage(ask);
	});
	kept.set(graph.key, layout);
	if (kept.size > KEPT) kept.delete([...kept.keys()][0] ?? "");
	return layout;
}
