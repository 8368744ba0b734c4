// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { layoutOf, PRETTY_MAX, pretty } from "./pretty";

const json = (text: string) => pretty("application/json", text);
const xml = (text: string) => pretty("text/xml", text);

test("JSON gets a line a member", () => {
	expect(json('{"a":1,"b":[true,{}],"c":[]}')).toBe(
		'{\n  "a": 1,\n  "b": [\n    true,\n    {}\n  ],\n  "c": []\n}',
	);
});

test("values stay as they were written", () => {
	const odd = '[1.0,12345678901234567890,1e400,"\\u0041 {,"]';
	expect(json(odd)).toBe(
		'[\n  1.0,\n  12345678901234567890,\n  1e400,\n  "\\u0041 {,"\n]',
	);
});

test("what is broken off or wrong is laid out as far as it goes", () => {
	expect(json('{"a":[1,{"b":"x')).toBe(
		'{\n  "a": [\n    1,\n    {\n      "b": "x',
	);
	expect(json("]]}")).toBe("\n]\n]\n}");
});

test("nothing but white space is added or taken", () => {
	const text = '{ "a" :\n[ 1 , "b  c" ] , x }';
	const bare = (s: string) => s.replace(/\s/g, "");
	expect(bare(json(text))).toBe(bare(text));
});

test("markup is indented, short texts stay in their element", () => {
	expect(xml('<?xml version="1.0"?><a><b x="1">text</b><c/></a>')).toBe(
		'<?xml version="1.0"?>\n<a>\n  <b x="1">text</b>\n  <c/>\n</a>',
	);
	expect(pretty("text/html", "<p>one<br>two</p>")).toBe(
		"<p>one\n  <br>\n  two\n</p>",
	);
});

test("other texts are left alone, and long ones", () => {
	const long = "[1]".padEnd(PRETTY_MAX + 1);
	expect(layoutOf("text/plain", "a < b")).toBeNull();
	expect(pretty("text/plain", "a < b")).toBe("a < b");
	expect(json(long)).toBe(long);
});
