// SPDX-License-Identifier: Apache-2.0
// What this browser remembers: looks and habits, never evidence.
import { effect, type Signal, signal } from "@preact/signals";
import type { Zone } from "../model/time";

const PREFIX = "analyzer.";

/** A setting; `valid` guards against what an older version has written. */
function pref<T>(
	name: string,
	first: T,
	valid: (v: unknown) => v is T,
): Signal<T> {
	let start = first;
	try {
		const text = localStorage.getItem(PREFIX + name);
		const value: unknown = text === null ? first : JSON.parse(text);
		if (valid(value)) start = value;
	} catch {
		// Without storage everything is as at first.
	}
	const s = signal(start);
	effect(() => {
		const text = JSON.stringify(s.value);
		try {
			localStorage.setItem(PREFIX + name, text);
		} catch {
			// Full, or forbidden: the setting lasts as long as the page.
		}
	});
	return s;
}

function oneOf<T extends string>(...all: T[]) {
	return (v: unknown): v is T => all.some((x) => x === v);
}

function isTexts(v: unknown): v is string[] {
	return Array.isArray(v) && v.every((x) => typeof x === "string");
}

export interface Saved {
	name: string;
	q: string;
}

function isSaved(v: unknown): v is Saved[] {
	return (
		Array.isArray(v) &&
		v.every((x) => typeof x?.name === "string" && typeof x?.q === "string")
	);
}

function isNumber(v: unknown): v is number {
	return typeof v === "number" && Number.isFinite(v);
}

function isBool(v: unknown): v is boolean {
	return typeof v === "boolean";
}

export const theme = pref<"system" | "light" | "dark">(
	"theme",
	"system",
	oneOf("system", "light", "dark"),
);
export const zone = pref<Zone>("zone", "utc", oneOf("utc", "local"));
export const density = pref<"compact" | "roomy">(
	"density",
	"compact",
	oneOf("compact", "roomy"),
);
export const history = pref<string[]>("history", [], isTexts);
export const saved = pref<Saved[]>("saved", [], isSaved);
export const hiddenColumns = pref<string[]>(
	"hidden-columns",
	["size"],
	isTexts,
);
export const listShare = pref<number>("list-share", 0.54, isNumber);
export const chartShown = pref<boolean>("chart", true, isBool);
export const prettyText = pref<boolean>("pretty-text", true, isBool);
export const lineNumbers = pref<boolean>("line-numbers", true, isBool);
export const sideBySide = pref<boolean>("side-by-side", false, isBool);

const HISTORY_MAX = 50;

export function remember(q: string): void {
	if (q === "") return;
	history.value = [q, ...history.value.filter((x) => x !== q)].slice(
		0,
		HISTORY_MAX,
	);
}

export function applyTheme(): void {
	const root = document.documentElement;
	effect(() => {
		if (theme.value === "system") delete root.dataset.theme;
		else root.dataset.theme = theme.value;
		root.dataset.density = density.value;
	});
}
