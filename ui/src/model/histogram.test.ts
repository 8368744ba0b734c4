// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { Histogram } from "../api/types";
import { band, bars, bucketStart, length, merge, tallest } from "./histogram";

function make(change: Partial<Histogram> = {}): Histogram {
	return {
		from: "1970-01-01T00:00:00Z",
		to: "1970-01-01T00:00:10Z",
		startMs: 0,
		bucketMs: 1000,
		buckets: [
			{
				i: 1,
				n: 10,
				classes: { success: 8, server_error: 2 },
				protocols: { http: 10 },
				p50: 1,
				p90: 10,
				p99: 100,
			},
			{
				i: 2,
				n: 5,
				classes: { success: 5 },
				protocols: { dns: 5 },
				p50: null,
				p90: null,
				p99: null,
			},
		],
		all: 20,
		incomplete: 1,
		gapStreams: 1,
		scanned: 20,
		matched: 15,
		undecided: 0,
		complete: true,
		next: null,
		prev: null,
		...change,
	};
}

describe("the histogram", () => {
	it("stacks outcomes from the bottom, one path each", () => {
		const paths = bars(make(), { width: 100, height: 50 });
		expect([...paths.keys()]).toEqual(["success", "server_error"]);
		expect(paths.get("success")).toBe("M10 10h9v40h-9zM20 25h9v25h-9z");
		expect(paths.get("server_error")).toBe("M10 0h9v10h-9z");
	});

	it("shows few beside many", () => {
		const h = make();
		const [first] = h.buckets;
		if (first !== undefined) first.classes = { success: 1_000_000, failed: 1 };
		const path = bars(h, { width: 100, height: 50 }).get("failed") ?? "";
		expect(path).not.toBe("");
		expect(length(h)).toBe(10);
		expect(tallest(h)).toBe(10);
		expect(bucketStart(h, 3)).toBe(3000);
	});

	it("has no band where nothing was measured", () => {
		const h = make();
		expect(band(h, { width: 100, height: 20 })?.top).toBe(100);
		h.buckets = h.buckets.slice(1);
		expect(band(h, { width: 100, height: 20 })).toBeNull();
	});

	it("adds what comes in parts", () => {
		const sum = merge(make({ next: "c" }), make());
		expect(sum.matched).toBe(30);
		expect(sum.next).toBeNull();
		expect(sum.buckets.map((b) => b.n)).toEqual([20, 10]);
		expect(sum.buckets[0]?.classes).toEqual({ success: 16, server_error: 4 });
		expect(sum.buckets[1]?.protocols).toEqual({ dns: 10 });
	});

	it("survives a range without width", () => {
		const h = make({ to: "1970-01-01T00:00:00Z", bucketMs: 0, buckets: [] });
		expect(length(h)).toBe(0);
		expect(bars(h, { width: 100, height: 50 }).size).toBe(0);
	});
});
