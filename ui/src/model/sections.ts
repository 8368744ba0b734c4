// SPDX-License-Identifier: Apache-2.0
// What a protocol shows of a message: tables and bodies, whoever made them.

import { jsonText, parseJson } from "../api/json";
import type { Json, Section, TableRow } from "../api/types";

function isRow(value: unknown): value is TableRow {
	return typeof value === "object" && value !== null && "name" in value;
}

/** The rows of a table, which come as such or as JSON text. */
export function rowsOf(section: Section): TableRow[] {
	let data: unknown = section.data;
	if (typeof data === "string") {
		try {
			data = parseJson(data);
		} catch {
			return [];
		}
	}
	return Array.isArray(data) ? data.filter(isRow) : [];
}

/** A body's text, "" where it has none. */
export function textOf(section: Section): string {
	return typeof section.data === "string" ? section.data : "";
}

export function isEmpty(section: Section): boolean {
	return section.type === "table"
		? rowsOf(section).length === 0
		: textOf(section) === "";
}

export function valueText(value: Json): string {
	if (typeof value === "string") return value;
	if (value === null) return "";
	return typeof value === "object" ? jsonText(value) : String(value);
}

/** Is this the body that /body/{side} gives whole? */
export function isMainBody(section: Section): boolean {
	const s = section.selector ?? "";
	return s === "request.postData.text" || s === "response.content.text";
}
