// SPDX-License-Identifier: Apache-2.0
// Bodies by range: the beginning at once, the rest when somebody asks.
import { getBody } from "../../api/client";
import type { EntryDetail, Side } from "../../api/types";

export const FIRST = 256 * 1024;
/** More than this is to be saved, not shown. */
export const SHOWN_MAX = 8 * 1024 * 1024;

export interface Content {
	bytes: Uint8Array;
	size: number;
	complete: boolean;
}

export async function bodyPart(
	d: EntryDetail,
	side: Side,
	form: "decoded" | "raw",
	length: number,
	signal?: AbortSignal,
): Promise<Content> {
	return getBody(d.row.id, side, { form, offset: 0, length }, signal);
}

export async function wholeBody(
	d: EntryDetail,
	side: Side,
): Promise<Uint8Array> {
	return (await bodyPart(d, side, "decoded", SHOWN_MAX)).bytes;
}
