// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import {
	fieldOf,
	nameOffers,
	operatorOffers,
	placeAt,
	type Words,
} from "./complete";
import { tokens } from "./tokens";

describe("tokens", () => {
	it("cover the text, whatever it is", () => {
		for (const text of [
			'http and request.headers["x-y"] == r"^a\\"b" or !(tls)',
			'unfinished == "open',
			"1_000 >= 1.5e3 ..name $ä 'x' `y`",
			"",
		])
			expect(
				tokens(text)
					.map((t) => t.text)
					.join(""),
			).toBe(text);
	});

	it("tell kinds apart", () => {
		const kinds = (text: string) =>
			tokens(text)
				.filter((t) => t.kind !== "space")
				.map((t) => t.kind);
		expect(kinds('a.b == r"x" and true')).toEqual([
			"name",
			"dot",
			"name",
			"operator",
			"regexp",
			"keyword",
			"constant",
		]);
		expect(kinds("android == 5")).toEqual(["name", "operator", "number"]);
	});
});

describe("what may come next", () => {
	const at = (text: string) => placeAt(text, text.length);

	it("is a name at the beginning and after and, or, ( and !", () => {
		for (const text of ["", "http and ", "http or ", "(", "!", "tls and !("])
			expect(at(text).kind).toBe("name");
		expect(at("request.me")).toEqual({
			kind: "name",
			from: 0,
			prefix: "request.me",
		});
		expect(at("http and request.")).toEqual({
			kind: "name",
			from: 9,
			prefix: "request.",
		});
	});

	it("is an operator after a field", () => {
		expect(at("response.status ")).toMatchObject({
			kind: "operator",
			field: "response.status",
		});
		expect(at('request.headers["x-y"] ').kind).not.toBe("none");
	});

	it("is a value after a comparison", () => {
		expect(at("src.name == ")).toMatchObject({
			kind: "value",
			field: "src.name",
			prefix: "",
		});
		expect(at('http and src.name == "wor')).toEqual({
			kind: "value",
			field: "src.name",
			from: 21,
			prefix: "wor",
		});
		expect(at("src.name ==")).toMatchObject({ kind: "value" });
	});

	it("is and or or after a whole condition", () => {
		expect(at('src.name == "a" ').kind).toBe("joint");
		expect(at("response.status == 200 ").kind).toBe("joint");
		expect(at("response.status == 200 a")).toMatchObject({
			kind: "joint",
			prefix: "a",
		});
	});

	it("is nothing inside numbers and regular expressions", () => {
		expect(at("elapsedTime > 12").kind).toBe("none");
		expect(at('request.path == r"^/a').kind).toBe("none");
	});
});

const words: Words = {
	fields: {
		fields: [
			{
				path: "request.path",
				type: "string",
				open: false,
				indexed: true,
				protocols: ["http"],
				text: "path",
			},
			{
				path: "elapsedTime",
				type: "number",
				open: false,
				indexed: true,
				protocols: [],
				text: "ms",
			},
		],
		helpers: [
			{ name: "startsWith", arguments: "", of: "field", text: "begins" },
			{ name: "now", arguments: "", of: "", text: "the end" },
		],
	},
	protocols: [
		{ macro: "http", longName: "HTTP/1.0" },
		{ macro: "http", longName: "HTTP/1.1" },
	],
};

describe("offers", () => {
	it("has protocols once, fields, and helpers where they fit", () => {
		const labels = (prefix: string) =>
			nameOffers(words, prefix).map((o) => o.label);
		expect(labels("")).toEqual([
			"http",
			"request.path",
			"elapsedTime",
			"now()",
		]);
		expect(labels("request.path.st")).toContain("request.path.startsWith()");
	});

	it("compares numbers by size, texts not", () => {
		const labels = (path: string) =>
			operatorOffers(fieldOf(words, path)).map((o) => o.label);
		expect(labels("elapsedTime")).toContain(">=");
		expect(labels("request.path")).not.toContain(">=");
	});
});
