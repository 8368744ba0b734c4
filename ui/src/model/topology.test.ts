// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { MapEdge, MapNode, ServiceMap } from "../api/types";
import { edgeQuery, foldedAtFirst, graphOf, NODES_MAX } from "./topology";

function node(id: string, namespace: string): MapNode {
	return {
		id,
		name: id,
		namespace,
		ips: ["10.0.0.1"],
		entries: 2,
		query: `dst.name == "${id}"`,
	};
}

function edge(from: string, to: string, protocol = "http"): MapEdge {
	return {
		from,
		to,
		protocol,
		abbr: protocol.toUpperCase(),
		count: 4,
		errors: 1,
		rate: 0.5,
		p50: 3,
		p90: 5,
		p99: 9,
		requestBytes: 10,
		responseBytes: 20,
		query: `${protocol} and dst.name == "${to}"`,
	};
}

function map(nodes: MapNode[], edges: MapEdge[]): ServiceMap {
	return {
		nodes,
		edges,
		seconds: 8,
		scanned: 0,
		matched: 0,
		undecided: 0,
		complete: true,
		next: null,
		prev: null,
	};
}

const shop = map(
	[node("web", "shop"), node("db", "data"), node("1.2.3.4", "")],
	[edge("web", "db"), edge("web", "db", "redis"), edge("1.2.3.4", "web")],
);

describe("the graph", () => {
	it("joins protocols between the same two", () => {
		const g = graphOf(shop, new Set());
		const joined = g.edges.find((e) => e.from === "web");
		expect(joined?.count).toBe(8);
		expect(joined?.errors).toBe(2);
		expect(joined && edgeQuery(joined)).toBe(
			'(http and dst.name == "db") or (redis and dst.name == "db")',
		);
		expect(g.groups).toEqual(["data", "shop"]);
	});

	it("is the same whatever the order of the reply", () => {
		const mixed = map([...shop.nodes].reverse(), [...shop.edges].reverse());
		expect(graphOf(mixed, new Set())).toEqual(graphOf(shop, new Set()));
	});

	it("folds namespaces and keeps the sums", () => {
		const g = graphOf(
			map(
				[node("a", "shop"), node("b", "shop"), node("c", "data")],
				[edge("a", "c"), edge("b", "c"), edge("a", "b")],
			),
			new Set(["shop"]),
		);
		expect(g.nodes.map((n) => [n.label, n.size, n.entries])).toEqual([
			["c", 1, 2],
			["shop", 2, 4],
		]);
		expect(g.edges.find((e) => e.to === "c")?.count).toBe(8);
		// Calls inside of it stay, as a loop.
		expect(g.edges.some((e) => e.from === e.to)).toBe(true);
	});

	it("folds by itself when it is large", () => {
		expect(foldedAtFirst(shop).size).toBe(0);
		const many = [];
		for (let i = 0; i <= NODES_MAX; i++) many.push(node(`n${i}`, `ns${i % 3}`));
		expect([...foldedAtFirst(map(many, []))]).toEqual(["ns0", "ns1", "ns2"]);
	});

	it("has another key only when the picture changes", () => {
		const slower = {
			...shop,
			edges: shop.edges.map((e) => ({ ...e, p50: 99 })),
		};
		const key = graphOf(shop, new Set()).key;
		expect(graphOf(slower, new Set()).key).toBe(key);
		expect(graphOf(shop, new Set(["shop"])).key).not.toBe(key);
	});

	it("passes over edges to nowhere", () => {
		const g = graphOf(map([node("a", "x")], [edge("a", "gone")]), new Set());
		expect(g.edges).toEqual([]);
	});
});
