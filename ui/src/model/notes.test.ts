// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { EntryDetail, Whole } from "../api/types";
import { notes } from "./notes";

function of(entry: Whole): string[] {
	return notes({ entry } as unknown as EntryDetail, "request");
}

describe("notes about a message", () => {
	it("are none for a whole one", () => {
		expect(of({ request: { method: "GET", truncated: false } })).toEqual([]);
		expect(of({})).toEqual([]);
	});

	it("tell why header fields are not known", () => {
		const request = { unknownFields: 2 };
		const [late] = of({ request, evidence: { lateJoin: true } });
		expect(late).toMatch(/^2 header fields could not be read/);
		expect(late).toMatch(/before the capture began/);
		expect(of({ request })[0]).toMatch(/bytes are missing/);
	});

	it("tell who reset a stream and what that means", () => {
		expect(of({ request: { reset: "CANCEL" } })).toEqual([
			"The client reset the stream with CANCEL: it did not want the call any more.",
		]);
		expect(of({ request: { reset: "0x99" } })).toEqual([
			"The client reset the stream with 0x99.",
		]);
	});

	it("tell what a GOAWAY means for a request", () => {
		expect(of({ request: { rejected: "NO_ERROR" } })).toEqual([
			"The server's GOAWAY (NO_ERROR) says that it did not work on this; it may be asked again on another connection.",
		]);
	});

	it("tell what is missing, malformed or not decoded", () => {
		const list = of({
			request: {
				missing: 1500,
				malformed: true,
				truncated: true,
				decodeError: "snappy",
				undecoded: 3,
				grpc: { truncated: true },
			},
		});
		expect(list.length).toBe(6);
		expect(list[0]).toBe("1.50 kB of it are not in the evidence.");
	});

	it("know a truncated answer of DNS from a body cut short", () => {
		expect(of({ request: { opCode: "Query", truncated: true } })[0]).toMatch(
			/again over TCP/,
		);
	});
});
