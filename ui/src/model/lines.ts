// SPDX-License-Identifier: Apache-2.0
// The lines of the map, and where on them their labels stand: beside each other
// and beside the boxes, as far as there is room.

export interface Point {
	x: number;
	y: number;
}

/** Its middle, and its size. */
export interface Box extends Point {
	width: number;
	height: number;
}

/** A smooth line: quadratic curves with these controls and ends. */
function curves(points: Point[]): { control: Point; end: Point }[] {
	const rest = points.slice(1, -1);
	const last = points[points.length - 1];
	if (last === undefined) return [];
	return rest.map((control, i) => {
		const next = rest[i + 1];
		const end =
			next === undefined
				? last
				: { x: (control.x + next.x) / 2, y: (control.y + next.y) / 2 };
		return { control, end };
	});
}

function r(n: number): number {
	return Math.round(n * 10) / 10;
}

/** A smooth path through the points. */
export function curve(points: Point[]): string {
	const [first] = points;
	const last = points[points.length - 1];
	if (first === undefined || last === undefined || points.length < 2) return "";
	const start = `M${r(first.x)} ${r(first.y)}`;
	if (points.length === 2) return `${start}L${r(last.x)} ${r(last.y)}`;
	return curves(points).reduce(
		(d, { control: c, end }) =>
			`${d}Q${r(c.x)} ${r(c.y)} ${r(end.x)} ${r(end.y)}`,
		start,
	);
}

const STEPS = 12;

/** Points on that path, close enough together to measure it. */
export function trace(points: Point[]): Point[] {
	const [first] = points;
	if (first === undefined || points.length < 3) return points;
	const out = [first];
	let from = first;
	for (const { control: c, end } of curves(points)) {
		for (let i = 1; i <= STEPS; i++) {
			const t = i / STEPS;
			const u = 1 - t;
			out.push({
				x: u * u * from.x + 2 * u * t * c.x + t * t * end.x,
				y: u * u * from.y + 2 * u * t * c.y + t * t * end.y,
			});
		}
		from = end;
	}
	return out;
}

function lengthOf(line: Point[]): number {
	let sum = 0;
	for (const [i, p] of line.entries()) {
		const next = line[i + 1];
		if (next !== undefined) sum += Math.hypot(next.x - p.x, next.y - p.y);
	}
	return sum;
}

/** The point after this share of the line. */
export function along(line: Point[], share: number): Point {
	let left = lengthOf(line) * share;
	for (const [i, p] of line.entries()) {
		const next = line[i + 1];
		if (next === undefined) return p;
		const step = Math.hypot(next.x - p.x, next.y - p.y);
		if (left <= step && step > 0)
			return {
				x: p.x + ((next.x - p.x) * left) / step,
				y: p.y + ((next.y - p.y) * left) / step,
			};
		left -= step;
	}
	return { x: 0, y: 0 };
}

/** The area that both cover. */
export function overlap(a: Box, b: Box): number {
	const w = (a.width + b.width) / 2 - Math.abs(a.x - b.x);
	const h = (a.height + b.height) / 2 - Math.abs(a.y - b.y);
	return w > 0 && h > 0 ? w * h : 0;
}

export interface Label {
	id: string;
	points: Point[];
	width: number;
	height: number;
}

// Of a line's length, the middle first.
const SHARES = [
	0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.26, 0.74, 0.2, 0.8, 0.14, 0.86,
];

/** A place for each label; short lines choose first, for they have least. */
export function placeLabels(labels: Label[], taken: Box[]): Map<string, Point> {
	const lines = labels
		.map((label) => ({ label, line: trace(label.points) }))
		.filter(({ line }) => line.length > 1)
		.map((l) => ({ ...l, length: lengthOf(l.line) }))
		.sort((a, b) => a.length - b.length || (a.label.id < b.label.id ? -1 : 1));
	const boxes = [...taken];
	const places = new Map<string, Point>();
	for (const { label, line } of lines) {
		let best: Box | null = null;
		let least = Number.POSITIVE_INFINITY;
		for (const share of SHARES) {
			const { width, height } = label;
			const box = { ...along(line, share), width, height };
			const covered = boxes.reduce((sum, b) => sum + overlap(box, b), 0);
			if (covered >= least) continue;
			least = covered;
			best = box;
			if (covered === 0) break;
		}
		if (best === null) continue;
		boxes.push(best);
		places.set(label.id, { x: best.x, y: best.y });
	}
	return places;
}
