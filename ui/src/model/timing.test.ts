// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import type { EntryDetail, Stall, Whole } from "../api/types";
import { timeline } from "./timing";

const none: Stall = {
	ms: 0,
	bytes: 0,
	missing: 0,
	times: 0,
	complete: true,
	spans: [],
};

function call(
	entry: Whole,
	stalls: EntryDetail["stalls"] = { request: none, response: none },
	ordinal = 0,
): EntryDetail {
	return { entry, stalls, row: { ordinal } } as EntryDetail;
}

const timing = {
	requestStart: "2026-11-22T23:49:10.010000Z",
	requestEnd: "2026-11-22T23:49:10.011000Z",
	responseStart: "2026-11-22T23:49:10.031000Z",
	requestMs: 1,
	waitMs: 20,
	responseMs: 4,
};

test("phases follow one another, the handshake first", () => {
	const t = timeline(call({ timing, tcp: { handshakeRttMs: 0.5 } }));
	expect(t.phases.map((p) => [p.name, p.start, p.ms])).toEqual([
		["Connect", 0, 0.5],
		["Request", 0.5, 1],
		["Wait", 1.5, 20],
		["Response", 21.5, 4],
	]);
	expect(t.end).toBe(25.5);
	expect(t.held).toEqual([]);
});

test("a later call of a connection did not wait for the handshake", () => {
	const later = call({ timing, tcp: { handshakeRttMs: 0.5 } }, undefined, 3);
	expect(timeline(later).phases[0]?.name).toBe("Request");
});

test("stalls stand where they were, behind the end if need be", () => {
	const response: Stall = {
		...none,
		ms: 200,
		times: 1,
		spans: [
			{
				from: "2026-11-22T23:49:10.032Z",
				to: "2026-11-22T23:49:10.232Z",
			},
		],
	};
	const t = timeline(
		call({ timing, tcp: { handshakeRttMs: 0.5 } }, { request: none, response }),
	);
	expect(t.held).toHaveLength(1);
	expect(t.held[0]?.side).toBe("response");
	expect(t.held[0]?.spans[0]?.start).toBeCloseTo(22.5, 2);
	expect(t.held[0]?.spans[0]?.ms).toBeCloseTo(200, 2);
	expect(t.end).toBeCloseTo(222.5, 2);
});

test("of a response alone there is an axis, too", () => {
	const t = timeline(
		call(
			{
				timing: { responseStart: timing.responseStart, responseMs: 0 },
				tcp: {},
			},
			{ request: null, response: none },
			1,
		),
	);
	expect(t.phases).toHaveLength(1);
	expect(t.end).toBe(1);
});
