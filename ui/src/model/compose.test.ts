// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import {
	addTerm,
	below,
	equals,
	excludeTerm,
	expressible,
	hasOpenOr,
} from "./compose";

describe("adding to a filter", () => {
	it("joins, and puts what has an open or in parentheses", () => {
		expect(addTerm("", "http")).toBe("http");
		expect(addTerm(" http ", "tls")).toBe("http and tls");
		expect(addTerm("http or dns", "tls")).toBe("(http or dns) and tls");
		expect(addTerm("http", "a == 1 or b == 2")).toBe(
			"http and (a == 1 or b == 2)",
		);
	});

	it("adds nothing twice", () => {
		expect(addTerm("http", "http")).toBe("http");
		expect(addTerm("tls and http", "http")).toBe("tls and http");
	});

	it("excludes", () => {
		expect(excludeTerm("http", "a or b")).toBe("http and !(a or b)");
	});

	it("knows an open or from others", () => {
		expect(hasOpenOr("a or b")).toBe(true);
		expect(hasOpenOr('x == "1"or y')).toBe(true);
		expect(hasOpenOr("(a)or(b)")).toBe(true);
		expect(hasOpenOr("(a or b) and c")).toBe(false);
		expect(hasOpenOr('path == "a or b"')).toBe(false);
		expect(hasOpenOr('path == "a \\" or b"')).toBe(false);
		expect(hasOpenOr("color == 1 and ordinal == 2")).toBe(false);
	});
});

describe("conditions from values", () => {
	it("quotes texts and leaves numbers", () => {
		expect(equals("request.method", "GET")).toBe('request.method == "GET"');
		expect(equals("response.status", 200)).toBe("response.status == 200");
		expect(equals("tls", true)).toBe("tls == true");
	});

	it("writes long numbers as texts, for == looks at six digits", () => {
		expect(equals("timestamp", 1634668524000)).toBe(
			'timestamp == "1634668524000"',
		);
		expect(equals("n", 123456)).toBe("n == 123456");
	});

	it("has no condition for what KFL cannot write", () => {
		expect(equals("a", 'say "hi"')).toBeNull();
		expect(equals("a", "back\\slash")).toBeNull();
		expect(equals("a", "two\nlines")).toBeNull();
		expect(equals("a", null)).toBeNull();
		expect(equals("", "x")).toBeNull();
	});

	it("has no condition for places that KFL cannot name", () => {
		expect(expressible("request.headers")).toBe(true);
		expect(expressible("response.answers[0].data")).toBe(true);
		expect(expressible('messages[0].data["1"]')).toBe(true);
		expect(expressible("a[0].b[1].c")).toBe(false);
		expect(expressible("a[0].b[1].c[2]")).toBe(false);
		expect(expressible("a[0][1]")).toBe(false);
		expect(expressible("text.json().a[0].b[1].c")).toBe(true);
		expect(expressible("text.json()[0][1]")).toBe(false);
		expect(equals("a[0].b[1].c", 1)).toBeNull();
		expect(equals(below("a", 'b"c'), 1)).toBeNull();
	});

	it("writes names with odd letters in brackets", () => {
		expect(below("request.headers", "Host")).toBe("request.headers.Host");
		expect(below("request.headers", "User-Agent")).toBe(
			'request.headers["User-Agent"]',
		);
	});
});
