// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { jsonText, parseJson } from "./json";

// What tells a reviver the text of a number came with newer engines.
const knowsSource = (() => {
	let known = false;
	JSON.parse("1", (_k: string, v: unknown, c?: { source?: string }) => {
		known = c?.source === "1";
		return v;
	});
	return known;
})();

test("numbers that fit are numbers", () => {
	expect(parseJson('{"a":[1,-2.5e3,9007199254740991]}')).toEqual({
		a: [1, -2500, 9007199254740991],
	});
});

test("texts with many digits stay texts", () => {
	expect(parseJson('["12345678901234567890"]')).toEqual([
		"12345678901234567890",
	]);
});

test.runIf(knowsSource)("whole numbers keep all their digits", () => {
	const text = '{"offset":9223372036854775807,"low":-9007199254740993}';
	const value = parseJson(text) as Record<string, bigint>;
	expect(String(value.offset)).toBe("9223372036854775807");
	expect(String(value.low)).toBe("-9007199254740993");
	expect(jsonText(value)).toBe(text);
});

test("what has no bigints is written as ever", () => {
	expect(jsonText({ a: ["x", null, 1.5] })).toBe('{"a":["x",null,1.5]}');
});

test("what is no JSON is an error", () => {
	expect(() => parseJson("{1234567890123456")).toThrow(SyntaxError);
});
