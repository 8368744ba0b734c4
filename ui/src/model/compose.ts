// SPDX-License-Identifier: Apache-2.0
// Filters made from values: add, exclude, and queries for what was clicked.

/**
 * Does `or` stand outside every parenthesis and quote? `and` and `or` bind
 * alike and group to the right, so such a filter has to be put in parentheses
 * before anything is joined to it.
 */
export function hasOpenOr(kfl: string): boolean {
	let depth = 0;
	let quote = "";
	for (let i = 0; i < kfl.length; i++) {
		const c = kfl[i];
		if (quote !== "") {
			if (c === "\\") i++;
			else if (c === quote) quote = "";
		} else if (c === '"' || c === "'" || c === "`") {
			quote = c;
		} else if (c === "(" || c === "[") {
			depth++;
		} else if (c === ")" || c === "]") {
			depth--;
		} else if (depth === 0 && /^or\b/.test(kfl.slice(i, i + 3))) {
			if (i === 0 || /[\s)"\]]/.test(kfl[i - 1] ?? "")) return true;
		}
	}
	return false;
}

function grouped(kfl: string): string {
	return hasOpenOr(kfl) ? `(${kfl})` : kfl;
}

export function addTerm(filter: string, term: string): string {
	const old = filter.trim();
	if (old === "") return term;
	if (old === term || old.endsWith(` and ${term}`)) return old;
	return `${grouped(old)} and ${grouped(term)}`;
}

export function excludeTerm(filter: string, term: string): string {
	return addTerm(filter, `!(${term})`);
}

/** A text as KFL writes it; what quotes cannot hold has no query. */
export function quoted(value: string): string | null {
	for (const c of value) if (c === '"' || c === "\\" || c < " ") return null;
	return `"${value}"`;
}

/**
 * Can KFL name this place? Of what stands behind an index it knows members, and
 * one more index at the very end; inside .json() only neighbours are too many.
 */
export function expressible(path: string): boolean {
	if (path.includes("][")) return false;
	const [direct = ""] = path.split(".json()");
	const indices = direct.match(/\[(?:\d+|"[^"]*")\]/g) ?? [];
	return indices.length < 2 || (indices.length === 2 && direct.endsWith("]"));
}

/** The condition that a member has just this value, or null. */
export function equals(
	path: string,
	value: string | number | bigint | boolean | null,
): string | null {
	if (!expressible(path)) return null;
	if (typeof value === "string") {
		const text = quoted(value);
		return text === null || path === "" ? null : `${path} == ${text}`;
	}
	if (path === "" || value === null) return null;
	// Numbers in a query have six digits for ==; longer ones go as text.
	if (
		typeof value === "bigint" ||
		(typeof value === "number" && String(Math.abs(value)).length > 6)
	)
		return `${path} == "${value}"`;
	return `${path} == ${value}`;
}

const CONDITION = /^([A-Za-z_][\w.]*(?:\["[^"]*"\])?) (?:==|>=) /;

/** The field that a condition of one value is about, "" for any other. */
export function fieldOf(kfl: string): string {
	return CONDITION.exec(kfl)?.[1] ?? "";
}

/** From this instant on; `time` is RFC 3339 in UTC. */
export function since(time: string): string {
	const ms = Date.parse(time);
	return Number.isNaN(ms) ? "" : `timestamp >= ${ms}`;
}

/** The path of a member below another. */
export function below(path: string, key: string): string {
	if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(key)) return `${path}.${key}`;
	// What quotes cannot hold makes a path that no query can have.
	return `${path}[${quoted(key) ?? "]["}]`;
}
