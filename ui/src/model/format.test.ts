// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import {
	bytes,
	count,
	duration,
	middle,
	percent,
	plural,
	sentence,
	words,
} from "./format";
import { clock, day, fromMs, tick, ticks, toMs } from "./time";

describe("numbers for people", () => {
	it("writes counts", () => {
		expect(count(98311)).toBe("98,311");
		expect(plural(1, "stream")).toBe("1 stream");
		expect(plural(1204, "entry", "entries")).toBe("1,204 entries");
	});

	it("writes sizes with three digits", () => {
		expect([0, 999, 1200, 34_500, 5_800_000].map(bytes)).toEqual([
			"0 B",
			"999 B",
			"1.20 kB",
			"34.5 kB",
			"5.80 MB",
		]);
		// No unit ever shows 1000.
		expect(bytes(999_600)).toBe("1.00 MB");
	});

	it("writes durations from microseconds to hours", () => {
		const all = [0, 0.583, 1.072, 12.34, 999.7, 1250, 200_000, 7_260_000];
		expect(all.map(duration)).toEqual([
			"0 ms",
			"583 µs",
			"1.07 ms",
			"12.3 ms",
			"1.00 s",
			"1.25 s",
			"3 min 20 s",
			"2 h 1 min",
		]);
		expect(duration(null)).toBe("–");
		expect(duration(-2)).toBe("-2.00 ms");
	});

	it("never calls something nothing", () => {
		expect(percent(1, 100_000)).toBe("< 0.1 %");
		expect(percent(0, 5)).toBe("0 %");
		expect(percent(1, 3)).toBe("33 %");
		expect(percent(0, 0)).toBe("0 %");
	});

	it("cuts in the middle", () => {
		expect(middle("abcdefghij", 7)).toBe("abc…hij");
		expect(middle("abc", 7)).toBe("abc");
	});
});

describe("times", () => {
	const t = "2026-11-22T23:49:05.798123Z";

	it("keeps microseconds there and back", () => {
		expect(fromMs(toMs(t))).toBe(t);
		expect(fromMs(toMs("2026-11-22T23:49:05Z"))).toBe(
			"2026-11-22T23:49:05.000Z",
		);
		expect(fromMs(-0.5)).toBe("1969-12-31T23:59:59.999500Z");
	});

	it("shows UTC, and what is no time as it is", () => {
		expect(clock(t, "utc")).toBe("23:49:05.798");
		expect(day(t, "utc")).toBe("2026-11-22");
		expect(clock("soon", "utc")).toBe("soon");
	});

	it("ticks at round instants, and not too often", () => {
		for (const span of [1, 40, 40_000, 86_400_000, 3e10, 1e13]) {
			const { step, at } = ticks(1_000_003, 1_000_003 + span, 8);
			expect(at.length).toBeLessThanOrEqual(9);
			for (const x of at) expect(x % step).toBe(0);
		}
		expect(tick(0, 1000, "utc")).toBe("00:00:00");
		expect(tick(0, 60_000, "utc")).toBe("00:00");
		expect(tick(0, 10, "utc")).toBe("00:00:00.000");
	});
});

describe("names of members", () => {
	it("become words", () => {
		expect(words("deliveryMode")).toBe("Delivery mode");
		expect(words("correlationId")).toBe("Correlation id");
		expect(words("brokerID")).toBe("Broker ID");
		expect(words("queue")).toBe("Queue");
	});
});

it("what the server says becomes a sentence", () => {
	expect(sentence("there is no field a; did you mean b?")).toBe(
		"There is no field a; did you mean b?",
	);
	expect(sentence("a text is not closed")).toBe("A text is not closed.");
});
