// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { Whole } from "../api/types";
import { asText, formFields, fromBase64, imageInfo, kindOf } from "./body";
import { requestBody, shellQuote, toCurl } from "./curl";
import { fromHex, hexLine, hexLines, hexParts, hexText } from "./hex";
import { lines } from "./json-tree";
import { isMainBody, rowsOf, valueText } from "./sections";

const utf8 = (text: string) => new TextEncoder().encode(text);

describe("what a body is", () => {
	it("believes bytes rather than words", () => {
		expect(kindOf("application/json", utf8('{"a":1}'))).toBe("json");
		expect(kindOf("application/problem+json; charset=x", utf8("1"))).toBe(
			"json",
		);
		expect(kindOf("text/plain", utf8(' [{"a":1}]'))).toBe("json");
		expect(kindOf("application/json", Uint8Array.of(0, 1, 2, 255))).toBe(
			"binary",
		);
		expect(kindOf("text/html", utf8("<script>alert(1)</script>"))).toBe("text");
		expect(kindOf("image/svg+xml", utf8("<svg onload=x/>"))).toBe("text");
		expect(kindOf("application/x-www-form-urlencoded", utf8("a=1"))).toBe(
			"form",
		);
	});

	it("takes no half letter for binary when there is more to come", () => {
		const half = utf8("é").slice(0, 1);
		expect(asText(half, false)).toBe("");
		expect(asText(half, true)).toBeNull();
	});

	it("reads forms", () => {
		expect(formFields("a=1&a=2&b=%20x+y")).toEqual([
			{ name: "a", value: "1" },
			{ name: "a", value: "2" },
			{ name: "b", value: " x y" },
		]);
	});

	it("measures pictures, and survives broken ones", () => {
		const png = new Uint8Array(24);
		png.set([0x89, 0x50, 0x4e, 0x47]);
		png[19] = 7;
		png[23] = 5;
		expect(imageInfo(png)).toEqual({ format: "PNG", width: 7, height: 5 });
		const gif = Uint8Array.of(0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 3, 0, 2, 0);
		expect(imageInfo(gif)).toEqual({ format: "GIF", width: 3, height: 2 });
		const jpeg = Uint8Array.of(
			0xff,
			0xd8,
			0xff,
			0xe0,
			0,
			2,
			0xff,
			0xc0,
			0,
			11,
			8,
			0,
			9,
			0,
			8,
			0,
		);
		expect(imageInfo(jpeg)).toEqual({ format: "JPEG", width: 8, height: 9 });
		expect(imageInfo(Uint8Array.of(0xff, 0xd8, 0xff, 0xe0))?.width).toBe(0);
		expect(imageInfo(png.slice(0, 10))).toBeNull();
		expect(imageInfo(utf8("hello"))).toBeNull();
	});

	it("reads base64, and nothing where it is none", () => {
		expect(fromBase64("aGk=")).toEqual(utf8("hi"));
		expect(fromBase64("%%%")).toBeNull();
	});
});

describe("hexadecimal", () => {
	it("goes there and back", () => {
		const bytes = fromHex("00ff48690a");
		expect(bytes).toEqual(Uint8Array.of(0, 255, 0x48, 0x69, 10));
		expect(hexLines(new Uint8Array(17))).toBe(2);
		expect(hexLines(new Uint8Array(17), 8)).toBe(3);
		expect(hexLine(new Uint8Array([65, 66]), 0, 8).hex.trim()).toBe("41 42");
		const line = hexLine(bytes, 0);
		expect(line.hex.trim()).toBe("00 ff 48 69 0a");
		expect(line.text).toBe("··Hi·");
		expect(hexLine(bytes, 0).hex.length).toBe(
			hexLine(new Uint8Array(16), 0).hex.length,
		);
		expect(hexText(bytes)).toBe("00 ff 48 69 0a");
	});

	it("points out just the bytes that are meant", () => {
		const bytes = Uint8Array.from({ length: 32 }, (_, i) => i);
		const parts = (offset: number, length: number, line = 0) =>
			hexParts(hexLine(bytes, line), { offset, length });
		expect(parts(7, 2)[1]).toBe("07  08");
		expect(parts(8, 1)[1]).toBe("08");
		expect(parts(14, 9)[1]).toBe("0e 0f");
		expect(parts(14, 9, 1)[1]).toBe("10 11 12 13 14 15 16");
		expect(parts(0, 8)[1]).toBe("00 01 02 03 04 05 06 07");
		expect(parts(20, 4)).toEqual([hexLine(bytes, 0).hex, "", ""]);
		for (const [offset, length] of [
			[0, 0],
			[3, 9],
			[0, 99],
		] as const)
			expect(parts(offset, length).join("")).toBe(hexLine(bytes, 0).hex);
	});
});

describe("a JSON tree", () => {
	const value = { a: { b: { c: [1] } }, "x-y": "t" };
	const closed = { flipped: new Set<string>(), shown: new Map() };

	it("opens two levels at first", () => {
		expect(lines(value, closed).map((l) => l.id)).toEqual([
			"$",
			"$/a",
			"$/a/b",
			"$/x-y",
		]);
		const open = { ...closed, flipped: new Set(["$/a/b", "$/a/b/c"]) };
		expect(lines(value, open).map((l) => l.key)).toContain("0");
	});

	it("shows the beginning of long lists", () => {
		const long = lines(new Array(250).fill(0), closed);
		expect(long.length).toBe(102);
		expect(long[101]?.more).toBe(150);
		const all = lines(new Array(250).fill(0), {
			...closed,
			shown: new Map([["$", 1000]]),
		});
		expect(all.length).toBe(251);
	});

	it("names a line as KFL does", () => {
		const open = { ...closed, flipped: new Set(["$/a/b", "$/a/b/c"]) };
		expect(lines(value, open).map((l) => l.path)).toEqual([
			"",
			".a",
			".a.b",
			".a.b.c",
			".a.b.c[0]",
			'["x-y"]',
		]);
		// A member called 1 is no element of a list.
		expect(lines({ "1": 2 }, closed)[1]?.path).toBe('["1"]');
	});
});

describe("curl", () => {
	const entry: Whole = {
		tls: false,
		dst: { ip: "10.0.0.1", port: "80" },
		request: {
			method: "POST",
			url: "/api?x=1&y='2'",
			headers: {
				Host: "www.shop.example:30080",
				"Content-Type": "application/json",
				"Content-Length": "9",
			},
			postData: { text: '{"a":"b"}' },
		},
	};

	it("is a command that a shell reads as it was meant", () => {
		const body = requestBody(entry);
		expect(toCurl(entry, body)).toBe(
			[
				"curl",
				"'http://www.shop.example:30080/api?x=1&y='\\''2'\\'''",
				"-H 'Content-Type: application/json'",
				`--data-raw '{"a":"b"}'`,
			].join(" \\\n  "),
		);
	});

	it("names the method where curl would choose another", () => {
		const get = { ...entry, request: { method: "GET", url: "/" } };
		expect(toCurl(get, null)).toBe("curl \\\n  http://10.0.0.1:80/");
		const put = { ...entry, tls: true, request: { method: "PUT", url: "/" } };
		expect(toCurl(put, null)).toContain("-X PUT");
		expect(toCurl(put, null)).toContain("https://");
	});

	it("carries bytes that no shell can", () => {
		const text = toCurl(entry, Uint8Array.of(0, 255));
		expect(text).toMatch(/^printf %s AP8= \| base64 -d \| curl/);
		expect(text).toContain("--data-binary @-");
	});

	it("is for HTTP only", () => {
		expect(toCurl({ request: { opCode: "Query" } }, null)).toBeNull();
	});

	it("quotes what needs it", () => {
		expect(shellQuote("a/b-c.d")).toBe("a/b-c.d");
		expect(shellQuote("$(rm -rf)")).toBe("'$(rm -rf)'");
		expect(shellQuote("")).toBe("''");
	});
});

describe("sections of any protocol", () => {
	it("takes rows as such and as JSON text", () => {
		const rows = [{ name: "a", value: 1, selector: "request.a" }];
		expect(rowsOf({ type: "table", title: "", data: rows })).toEqual(rows);
		expect(
			rowsOf({ type: "table", title: "", data: JSON.stringify(rows) }),
		).toEqual(rows);
		for (const data of [null, "null", "{", "[1]"])
			expect(rowsOf({ type: "table", title: "", data })).toEqual([]);
	});

	it("writes values of every kind", () => {
		expect(valueText(["a", 1])).toBe('["a",1]');
		expect(valueText(null)).toBe("");
		expect(valueText(false)).toBe("false");
	});

	it("knows the body that has a route of its own", () => {
		const body = (selector: string) =>
			isMainBody({ type: "body", title: "", data: "", selector });
		expect(body("response.content.text")).toBe(true);
		expect(body("request.payload.records[0].value")).toBe(false);
	});
});
