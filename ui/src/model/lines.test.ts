// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { along, type Box, curve, overlap, placeLabels, trace } from "./lines";

const BENT = [
	{ x: 0, y: 0 },
	{ x: 50, y: 100 },
	{ x: 100, y: 0 },
];

describe("lines", () => {
	it("are drawn from end to end", () => {
		expect(curve([])).toBe("");
		expect(curve(BENT.slice(0, 2))).toBe("M0 0L50 100");
		expect(curve(BENT)).toBe("M0 0Q50 100 100 0");
		expect(curve([...BENT, { x: 200, y: 50 }])).toBe(
			"M0 0Q50 100 75 50Q100 0 200 50",
		);
	});

	it("are measured where they are drawn", () => {
		const line = trace(BENT);
		const middle = along(line, 0.5);
		expect(middle.x).toBeCloseTo(50);
		expect(middle.y).toBeCloseTo(50);
		expect(along(line, 0)).toEqual({ x: 0, y: 0 });
		expect(along(line, 1).x).toBeCloseTo(100);
	});
});

describe("labels", () => {
	const across = (id: string, y: number) => ({
		id,
		points: [
			{ x: 0, y },
			{ x: 400, y },
		],
		width: 80,
		height: 14,
	});
	const boxOf = (p: { x: number; y: number } | undefined): Box => ({
		x: p?.x ?? 0,
		y: p?.y ?? 0,
		width: 80,
		height: 14,
	});

	it("stand in the middle where there is room", () => {
		const places = placeLabels([across("a", 0), across("b", 40)], []);
		expect(places.get("a")).toEqual({ x: 200, y: 0 });
		expect(places.get("b")).toEqual({ x: 200, y: 40 });
	});

	it("give way to each other and to boxes", () => {
		const node = { x: 200, y: 0, width: 60, height: 40 };
		const ids = ["a", "b"];
		const places = placeLabels(
			ids.map((id, i) => across(id, i * 4)),
			[node],
		);
		const [a, b] = ids.map((id) => boxOf(places.get(id)));
		if (a === undefined || b === undefined) throw new Error("two labels");
		expect(overlap(a, b)).toBe(0);
		expect(overlap(a, node)).toBe(0);
		expect(overlap(b, node)).toBe(0);
	});

	it("stand somewhere even where there is none, the same each time", () => {
		const labels = ["a", "b", "c", "d", "e"].map((id) => across(id, 0));
		const wall = { x: 200, y: 0, width: 500, height: 500 };
		const places = placeLabels(labels, [wall]);
		expect(places.size).toBe(5);
		expect([...placeLabels([...labels].reverse(), [wall])].sort()).toEqual(
			[...places].sort(),
		);
	});
});
