// SPDX-License-Identifier: Apache-2.0
// A JSON value as the visible lines of a tree.
import type { Json } from "../api/types";
import { below } from "./compose";

/** Children that are shown before somebody asks for more. */
export const CHILDREN = 100;

export interface Line {
	/** Path of keys, unique in the tree. */
	id: string;
	depth: number;
	key: string;
	/** Of an object or array: how many members; null for a leaf. */
	size: number | null;
	isArray: boolean;
	open: boolean;
	value: Json;
	/** Its place below the root as KFL writes it: `.items[0]["x-y"]`. */
	path: string;
	/** Not a member: "show more" of its parent. */
	more: number;
}

export interface Fold {
	/** Ids that are not as they are at first. */
	flipped: ReadonlySet<string>;
	/** How many children are shown, where it is not CHILDREN. */
	shown: ReadonlyMap<string, number>;
}

/** At first, the upper two levels are open. */
function isOpen(id: string, depth: number, fold: Fold): boolean {
	return depth < 2 !== fold.flipped.has(id);
}

function members(value: Json): [string, Json][] | null {
	if (typeof value !== "object" || value === null) return null;
	return Array.isArray(value)
		? value.map((v, i) => [String(i), v])
		: Object.entries(value);
}

export function lines(root: Json, fold: Fold): Line[] {
	const out: Line[] = [];
	const walk = (
		value: Json,
		key: string,
		id: string,
		path: string,
		depth: number,
	) => {
		const inside = members(value);
		const isArray = Array.isArray(value);
		const open = inside !== null && isOpen(id, depth, fold);
		out.push({
			id,
			depth,
			key,
			size: inside === null ? null : inside.length,
			isArray,
			open,
			value,
			path,
			more: 0,
		});
		if (inside === null || !open) return;
		const most = fold.shown.get(id) ?? CHILDREN;
		for (const [k, v] of inside.slice(0, most))
			walk(
				v,
				k,
				`${id}/${encodeURIComponent(k)}`,
				isArray ? `${path}[${k}]` : below(path, k),
				depth + 1,
			);
		if (inside.length > most)
			out.push({
				id: `${id}/…`,
				depth: depth + 1,
				key: "",
				size: null,
				isArray: false,
				open: false,
				value: null,
				path: "",
				more: inside.length - most,
			});
	};
	walk(root, "", "$", "", 0);
	return out;
}
