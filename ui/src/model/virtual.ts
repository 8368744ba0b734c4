// SPDX-License-Identifier: Apache-2.0
// Which rows of a long list are in sight. Browsers limit the height of an
// element (Firefox to some 17.9 million pixels), so that of a longer list is
// scaled: the scroll bar then stands for a share of the list, and the wheel
// still moves by pixels of rows.

export const HEIGHT_MAX = 12_000_000;
const OVERSCAN = 6;

export interface Geometry {
	rows: number;
	rowHeight: number;
	viewport: number;
}

export interface Sight {
	/** First and last row to draw; last < first when there is none. */
	first: number;
	last: number;
	/** Where the first one is, in pixels from the top of the viewport. */
	top: number;
}

/** Height of the element that is scrolled. */
export function scrollHeight(g: Geometry): number {
	return Math.min(g.rows * g.rowHeight, HEIGHT_MAX);
}

function ratio(g: Geometry): number {
	const real = g.rows * g.rowHeight - g.viewport;
	const scaled = scrollHeight(g) - g.viewport;
	return scaled <= 0 || real <= scaled ? 1 : real / scaled;
}

/** Offset in the list, in pixels of rows, for a position of the scroll bar. */
export function offsetOf(g: Geometry, scrollTop: number): number {
	return scrollTop * ratio(g);
}

export function scrollTopOf(g: Geometry, offset: number): number {
	return offset / ratio(g);
}

export function clampOffset(g: Geometry, offset: number): number {
	const most = Math.max(0, g.rows * g.rowHeight - g.viewport);
	return Math.min(Math.max(0, offset), most);
}

export function sight(g: Geometry, offset: number): Sight {
	const from = Math.floor(offset / g.rowHeight) - OVERSCAN;
	const first = Math.max(0, from);
	const last = Math.min(
		g.rows - 1,
		Math.ceil((offset + g.viewport) / g.rowHeight) + OVERSCAN,
	);
	return { first, last, top: first * g.rowHeight - offset };
}

/** The offset at which a row is in sight, moving as little as possible. */
export function reveal(g: Geometry, offset: number, row: number): number {
	const top = row * g.rowHeight;
	if (top < offset) return top;
	if (top + g.rowHeight > offset + g.viewport)
		return top + g.rowHeight - g.viewport;
	return offset;
}
