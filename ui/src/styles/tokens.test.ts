// SPDX-License-Identifier: Apache-2.0
// Contrast of texts on their grounds, as WCAG 2 computes it, in both themes.
import { describe, expect, it } from "vitest";
import css from "./tokens.css?raw";

function value(name: string, theme: 0 | 1): string {
	const found = new RegExp(
		`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`,
	).exec(css);
	if (found === null) throw new Error(`no colour ${name}`);
	return found[theme + 1] ?? "";
}

function luminance(hex: string): number {
	const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
		const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
		return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
	});
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
	const [x, y] = [luminance(a), luminance(b)];
	return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

const GROUNDS = ["ground", "surface", "raised", "sunken", "hover", "selected"];
const TINTED = [
	"success",
	"redirect",
	"client-error",
	"server-error",
	"failed",
	"unanswered",
	"accent",
	...[1, 2, 3, 4, 5, 6, 7, 8].map((n) => `p${n}`),
];
const CODE = ["keyword", "string", "number", "regexp", "operator"];

describe.each([
	["light", 0],
	["dark", 1],
] as const)("%s", (_, theme) => {
	const pairs: [string, string][] = [
		...GROUNDS.flatMap((g): [string, string][] => [
			["text", g],
			["text-soft", g],
			["accent", g],
		]),
		...TINTED.map((c): [string, string] => [c, `${c}-soft`]),
		...CODE.map((c): [string, string] => [`code-${c}`, "sunken"]),
		["on-accent", "accent"],
	];
	it.each(pairs)("%s on %s", (a, b) => {
		expect(contrast(value(a, theme), value(b, theme))).toBeGreaterThanOrEqual(
			4.5,
		);
	});
});
