// SPDX-License-Identifier: Apache-2.0
// Who may use whom, and what no file may do.
import { describe, expect, it } from "vitest";

const files = import.meta.glob<string>(["./**/*.ts", "./**/*.tsx"], {
	query: "?raw",
	import: "default",
	eager: true,
});

const MAY: Record<string, string[]> = {
	model: ["model", "api"],
	kfl: ["kfl", "api"],
	api: ["api"],
	widgets: ["widgets", "model", "api"],
	app: ["app", "widgets", "model", "kfl", "api"],
	views: ["views", "app", "widgets", "model", "kfl", "api"],
};

// The one place of app that knows what views there are.
const EXCEPT = new Set(["./app/view.tsx", "./main.tsx"]);

const sources = Object.entries(files).filter(
	([path]) => !/\.test\.tsx?$/.test(path),
);

describe("source", () => {
	it("is found", () => {
		expect(sources.length).toBeGreaterThan(40);
	});

	it.each(sources)("%s uses only what it may", (path, text) => {
		if (EXCEPT.has(path)) return;
		const folder = path.split("/")[1] ?? "";
		const base = new URL(path, "http://x/");
		for (const [, from = ""] of text.matchAll(/from "(\.[^"]+)"/g)) {
			const target = new URL(from, base).pathname.split("/")[1] ?? "";
			expect(MAY[folder], `${path} uses ${from}`).toContain(target);
		}
	});

	it.each(sources)("%s makes no markup from texts", (_, text) => {
		expect(text).not.toMatch(
			/innerHTML|outerHTML|insertAdjacentHTML|document\.write|srcdoc|eval\(|new Function/,
		);
	});

	it.each(sources)("%s keeps models free of pages", (path, text) => {
		if (!/^\.\/(model|kfl)\//.test(path)) return;
		expect(text).not.toMatch(/\b(document|window|localStorage)\.|preact/);
	});
});
