// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { EMPTY, readUrl, VIEWS, writeUrl } from "./url-state";

describe("the address", () => {
	it("is short when everything is as usual", () => {
		expect(writeUrl(EMPTY)).toBe("?");
		expect(readUrl("")).toEqual(EMPTY);
	});

	it("brings every state back", () => {
		for (const view of VIEWS) {
			const state = {
				view,
				q: 'request.path == "/a&b=c?é" and r"+%"',
				from: "2026-11-22T23:49:05.798123Z",
				to: "2026-11-22T23:50:00Z",
				sort: "-elapsed",
				entry: "2:98304",
				tab: "packets",
				stream: "49152",
				snapshot: "2",
				find: "10.0.0.1 x",
				only: "gaps",
				order: "-bytes",
				as: "table",
			};
			expect(readUrl(writeUrl(state))).toEqual(state);
		}
	});

	it("understands the original's ?q= and survives nonsense", () => {
		expect(readUrl("?q=http").q).toBe("http");
		expect(readUrl("?v=nowhere&sort=&x=y")).toEqual(EMPTY);
	});
});
