// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import {
	clampOffset,
	type Geometry,
	HEIGHT_MAX,
	offsetOf,
	reveal,
	scrollHeight,
	scrollTopOf,
	sight,
} from "./virtual";

const small: Geometry = { rows: 100, rowHeight: 28, viewport: 560 };
const huge: Geometry = { rows: 2_000_000, rowHeight: 28, viewport: 560 };

describe("a long list", () => {
	it("is as high as its rows, up to what browsers can", () => {
		expect(scrollHeight(small)).toBe(2800);
		expect(scrollHeight(huge)).toBe(HEIGHT_MAX);
	});

	it("scrolls from the first row to the last, scaled or not", () => {
		for (const g of [small, huge]) {
			const bottom = scrollHeight(g) - g.viewport;
			expect(sight(g, offsetOf(g, 0)).first).toBe(0);
			const end = offsetOf(g, bottom);
			expect(end).toBeCloseTo(g.rows * g.rowHeight - g.viewport, 3);
			expect(sight(g, end).last).toBe(g.rows - 1);
			expect(scrollTopOf(g, end)).toBeCloseTo(bottom, 6);
		}
	});

	it("draws what is in sight and little more", () => {
		const { first, last, top } = sight(huge, 28_000_000);
		expect(first).toBeLessThanOrEqual(1_000_000);
		expect(last).toBeGreaterThanOrEqual(1_000_019);
		expect(last - first).toBeLessThan(40);
		expect(top).toBe(first * 28 - 28_000_000);
	});

	it("has nothing to draw when it is empty", () => {
		const { first, last } = sight({ ...small, rows: 0 }, 0);
		expect(last).toBeLessThan(first);
	});

	it("moves as little as possible to show a row", () => {
		expect(reveal(small, 280, 10)).toBe(280);
		expect(reveal(small, 280, 9)).toBe(252);
		expect(reveal(small, 280, 29)).toBe(280);
		expect(reveal(small, 280, 30)).toBe(308);
	});

	it("never leaves the list", () => {
		expect(clampOffset(small, -5)).toBe(0);
		expect(clampOffset(small, 1e9)).toBe(2240);
		expect(clampOffset({ ...small, rows: 3 }, 50)).toBe(0);
	});
});
