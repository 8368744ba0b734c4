// SPDX-License-Identifier: Apache-2.0
// Texts with line breaks where a person wants them. Only white space between
// tokens changes: what was sent is not read as values and written again.

const STEP = "  ";
/** Longer texts stay as they are. */
export const PRETTY_MAX = 1_000_000;

function line(depth: number): string {
	return `\n${STEP.repeat(Math.min(depth, 200))}`;
}

/** Tokens of JSON, or of what nearly is: strings, white space, brackets, rest. */
const JSON_TOKEN = /"(?:[^"\\]|\\.)*"?|\s+|[{}[\],:]|[^\s"{}[\],:]+/gs;

function prettyJson(text: string): string {
	const tokens = (text.match(JSON_TOKEN) ?? []).filter((t) => !/^\s/.test(t));
	let out = "";
	let depth = 0;
	tokens.forEach((t, i) => {
		const before = tokens[i - 1] ?? "";
		if (t === "}" || t === "]") {
			depth = Math.max(0, depth - 1);
			if (before !== "{" && before !== "[") out += line(depth);
		} else if (before === "{" || before === "[" || before === ",")
			out += line(depth);
		out += t === ":" ? ": " : t;
		if (t === "{" || t === "[") depth++;
	});
	return out;
}

const MARKUP = /<!--.*?-->|<!\[CDATA\[.*?\]\]>|<[^>]*>|[^<]+/gs;
/** Elements of HTML that have no end. */
const VOID =
	/^<(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)\b/i;

function prettyMarkup(text: string): string {
	let out = "";
	let depth = 0;
	let inside = false;
	for (const token of text.match(MARKUP) ?? []) {
		const t = token.trim();
		if (t === "") continue;
		const ends = t.startsWith("</");
		const begins =
			/^<[^!?/]/.test(t) && !t.endsWith("/>") && !VOID.test(t) && !ends;
		if (ends) depth = Math.max(0, depth - 1);
		// An element with a short text stays on its line.
		const joins: boolean =
			inside && (ends || !t.startsWith("<")) && t.length < 80;
		out += joins || out === "" ? t : line(depth) + t;
		if (begins) depth++;
		inside = begins || (joins && !ends);
	}
	return out;
}

export type Layout = (text: string) => string;

/** How a text can be laid out, or null where nobody knows. */
export function layoutOf(mime: string, text: string): Layout | null {
	if (text.length > PRETTY_MAX) return null;
	if (/json/.test(mime) || /^\s*[[{]/.test(text)) return prettyJson;
	if (/xml|html/.test(mime) || /^\s*<[?!a-z]/i.test(text)) return prettyMarkup;
	return null;
}

/** The text itself where there is no way. */
export function pretty(mime: string, text: string): string {
	return layoutOf(mime, text)?.(text) ?? text;
}
