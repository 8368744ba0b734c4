// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { jsonText, parseJson } from "./json";

test("numbers that fit are numbers", () => {
	expect(parseJson('{"a":[1,-2.5e3,9007199254740991]}')).toEqual({
		a: [1, -2500, 9007199254740991],
	});
});

test("texts with many digits stay texts", () => {
	const text = '["12345678901234567890","\\"12345678901234567890","\\\\"]';
	expect(parseJson(text)).toEqual(JSON.parse(text));
});

test("whole numbers keep all their digits", () => {
	const text = '{"offset":9223372036854775807,"low":-9007199254740993}';
	const value = parseJson(text) as Record<string, bigint>;
	expect(value.offset).toBe(9223372036854775807n);
	expect(value.low).toBe(-9007199254740993n);
	expect(jsonText(value)).toBe(text);
});

test("fractions are what they ever were", () => {
	const text =
		"[1234567890123456.5,12345678901234567890e2,0.71900000100000012,-1.5e-12]";
	expect(parseJson(text)).toEqual(JSON.parse(text));
	expect(parseJson("4.7190000010000001")).toBe(4.719000001);
});

test("what has no bigints is written as ever", () => {
	expect(jsonText({ a: ["x", null, 1.5] })).toBe('{"a":["x",null,1.5]}');
});

test("what is no JSON is an error", () => {
	expect(() => parseJson("{1234567890123456")).toThrow(SyntaxError);
	expect(() => parseJson("01234567890123456")).toThrow(SyntaxError);
});
