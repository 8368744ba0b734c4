// SPDX-License-Identifier: Apache-2.0
// What may stand at the cursor: fields and protocols, operators, seen values.
import type { Field, FieldList } from "../api/types";
import { type Token, tokens } from "./tokens";

export type Place =
	/** A field, a protocol's word or a helper; `prefix` is written. */
	| { kind: "name"; from: number; prefix: string }
	/** A helper after a field and a dot. */
	| { kind: "operator"; from: number; prefix: string; field: string }
	| { kind: "value"; from: number; prefix: string; field: string }
	| { kind: "joint"; from: number; prefix: string }
	| { kind: "none" };

const COMPARES = new Set(["==", "!=", ">", ">=", "<", "<="]);

/** The path that ends with token `last`: its text and its first token. */
function pathBefore(list: Token[], last: number): [string, number] {
	let at = last;
	let depth = 0;
	while (at >= 0) {
		const t = list[at];
		if (t === undefined) break;
		if (t.text === "]") depth++;
		else if (t.text === "[") depth--;
		else if (
			depth === 0 &&
			t.kind !== "name" &&
			t.kind !== "dot" &&
			t.text !== "*"
		)
			break;
		if (depth < 0) break;
		at--;
	}
	const text = list
		.slice(at + 1, last + 1)
		.map((t) => t.text)
		.join("");
	return [text, at + 1];
}

export function placeAt(text: string, cursor: number): Place {
	const list = tokens(text.slice(0, cursor));
	const last = list[list.length - 1];
	const solid = list.filter((t) => t.kind !== "space");
	if (last === undefined) return { kind: "name", from: cursor, prefix: "" };

	if (last.kind === "string" || last.kind === "regexp")
		return inString(solid, last, cursor);
	if (last.kind === "number" || last.kind === "other") return { kind: "none" };
	if (last.kind !== "space") return inWord(list, solid, cursor);

	const before = solid[solid.length - 1];
	if (before === undefined || opens(before))
		return { kind: "name", from: cursor, prefix: "" };
	if (COMPARES.has(before.text)) return valueAfter(solid, cursor, "");
	if (before.kind === "name") {
		const [field] = pathBefore(solid, solid.length - 1);
		return { kind: "operator", from: cursor, prefix: "", field };
	}
	return { kind: "joint", from: cursor, prefix: "" };
}

function opens(t: Token): boolean {
	return (
		t.kind === "keyword" || t.text === "(" || t.text === "!" || t.text === ","
	);
}

function valueAfter(solid: Token[], from: number, prefix: string): Place {
	const [field] = pathBefore(solid, solid.length - 2);
	return field === ""
		? { kind: "none" }
		: { kind: "value", from, prefix, field };
}

function inString(solid: Token[], last: Token, cursor: number): Place {
	const closed = last.text.length > 1 && last.text.endsWith('"');
	if (last.kind !== "string" || !last.text.startsWith('"') || closed)
		return { kind: "none" };
	const rest = solid.slice(0, -1);
	const before = rest[rest.length - 1];
	if (before === undefined || !COMPARES.has(before.text))
		return { kind: "none" };
	return valueAfter(rest, last.start, text(last, cursor));
}

function text(last: Token, cursor: number): string {
	return last.text.slice(1, cursor - last.start);
}

function inWord(list: Token[], solid: Token[], cursor: number): Place {
	const last = list[list.length - 1];
	if (last === undefined) return { kind: "none" };
	if (COMPARES.has(last.text)) return valueAfter(solid, cursor, "");
	if (opens(last) && last.kind !== "keyword")
		return { kind: "name", from: cursor, prefix: "" };
	if (last.kind === "bracket" || last.text === "-") return { kind: "none" };
	const [path, first] = pathBefore(list, list.length - 1);
	const start = list[first]?.start ?? cursor;
	const before = list
		.slice(0, first)
		.filter((t) => t.kind !== "space")
		.at(-1);
	// "http a": the beginning of `and`.
	if (before !== undefined && !opens(before) && !COMPARES.has(before.text))
		return { kind: "joint", from: last.start, prefix: last.text };
	if (before !== undefined && COMPARES.has(before.text))
		return valueAfter(
			solid.filter((t) => t.start < start),
			start,
			path,
		);
	if (last.kind === "keyword")
		return { kind: "joint", from: last.start, prefix: last.text };
	return { kind: "name", from: start, prefix: path };
}

export interface Offer {
	label: string;
	detail: string;
	/** What is written, when it is not the label. */
	insert?: string;
	kind: "field" | "protocol" | "helper" | "operator" | "value" | "keyword";
}

export interface Words {
	fields: FieldList;
	protocols: { macro: string; longName: string }[];
}

/** What is asked for most, to be offered before its neighbours. */
export const COMMON = new Set([
	"request.method",
	"request.path",
	"request.headers",
	"request.query",
	"response.status",
	"response.headers",
	"src.name",
	"dst.name",
	"namespace",
	"elapsedTime",
	"node.name",
	"evidence.outcome",
]);

export function nameOffers(words: Words, prefix: string): Offer[] {
	const offers = new Map<string, Offer>();
	const offer = (o: Offer) => offers.has(o.label) || offers.set(o.label, o);
	for (const p of words.protocols)
		if (p.macro !== "")
			offer({ label: p.macro, detail: p.longName, kind: "protocol" });
	for (const f of words.fields.fields)
		offer({ label: f.path, detail: f.text, kind: "field" });
	const owner = prefix.slice(0, Math.max(0, prefix.lastIndexOf(".")));
	for (const h of words.fields.helpers) {
		if (h.of !== "" && owner === "") continue;
		const name = h.of === "" ? h.name : `${owner}.${h.name}`;
		offer({
			label: `${name}()`,
			detail: h.text,
			insert: `${name}(`,
			kind: "helper",
		});
	}
	return [...offers.values()];
}

export function fieldOf(words: Words, path: string): Field | undefined {
	return words.fields.fields.find((f) => f.path === path);
}

const TEXT_OPS = ["==", "!="];
const ORDER_OPS = [">", ">=", "<", "<="];

export function operatorOffers(field: Field | undefined): Offer[] {
	const ordered = field?.type === "number" || field?.type === "time";
	const list = ordered ? [...TEXT_OPS, ...ORDER_OPS] : TEXT_OPS;
	const offers: Offer[] = list.map((label) => ({
		label,
		detail: OP_TEXT[label] ?? "",
		insert: `${label} `,
		kind: "operator",
	}));
	if (field === undefined || field.type === "bool") offers.push(...JOINTS);
	return offers;
}

const OP_TEXT: Record<string, string> = {
	"==": 'equal, or matches r"…"',
	"!=": "not equal",
	">": "greater",
	">=": "at least",
	"<": "less",
	"<=": "at most",
};

export const JOINTS: Offer[] = [
	{ label: "and", detail: "both", insert: "and ", kind: "keyword" },
	{ label: "or", detail: "either", insert: "or ", kind: "keyword" },
];
