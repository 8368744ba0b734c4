// SPDX-License-Identifier: Apache-2.0
// The histogram as geometry: stacked bars and a latency band, as SVG paths.
import type { Bucket, Histogram, StatusClass } from "../api/types";
import { CLASSES } from "./status";

export interface Box {
	width: number;
	height: number;
}

/** A reply that ended early goes on: counts add up, percentiles do not. */
export function merge(a: Histogram, b: Histogram): Histogram {
	const byIndex = new Map<number, Bucket>();
	for (const bucket of a.buckets) byIndex.set(bucket.i, bucket);
	for (const bucket of b.buckets) {
		const old = byIndex.get(bucket.i);
		byIndex.set(bucket.i, old === undefined ? bucket : sum(old, bucket));
	}
	return {
		...b,
		buckets: [...byIndex.values()].sort((x, y) => x.i - y.i),
		scanned: a.scanned + b.scanned,
		matched: a.matched + b.matched,
		undecided: a.undecided + b.undecided,
		incomplete: a.incomplete + b.incomplete,
		gapStreams: Math.max(a.gapStreams, b.gapStreams),
	};
}

function sum(a: Bucket, b: Bucket): Bucket {
	const classes = { ...a.classes };
	for (const name of CLASSES) {
		const n = (a.classes[name] ?? 0) + (b.classes[name] ?? 0);
		if (n > 0) classes[name] = n;
	}
	const protocols = { ...a.protocols };
	for (const [name, n] of Object.entries(b.protocols))
		protocols[name] = (protocols[name] ?? 0) + n;
	const larger = a.n >= b.n ? a : b;
	return { ...larger, n: a.n + b.n, classes, protocols };
}

/** How many buckets the range has. */
export function length(h: Histogram): number {
	if (h.to === null || h.bucketMs <= 0) return 0;
	const span = Date.parse(h.to) - h.startMs;
	const last = h.buckets[h.buckets.length - 1]?.i ?? 0;
	return Math.max(last + 1, Math.ceil(span / h.bucketMs), 1);
}

export function tallest(h: Histogram): number {
	return h.buckets.reduce((most, b) => Math.max(most, b.n), 0);
}

/** Bars of a few are seen beside those of thousands. */
function height(n: number, most: number, box: Box): number {
	return most === 0 ? 0 : Math.max((n / most) * box.height, n > 0 ? 1.5 : 0);
}

/** One path a class, stacked from the bottom. */
export function bars(h: Histogram, box: Box): Map<StatusClass, string> {
	const step = box.width / Math.max(1, length(h));
	const gap = step > 4 ? 1 : 0;
	const most = tallest(h);
	const paths = new Map<StatusClass, string>();
	for (const b of h.buckets) {
		let y = box.height;
		for (const name of CLASSES) {
			const n = b.classes[name] ?? 0;
			if (n === 0) continue;
			const tall = Math.min(y, height(n, most, box));
			y -= tall;
			const bar = `M${fix(b.i * step)} ${fix(y)}h${fix(step - gap)}v${fix(tall)}h${fix(gap - step)}z`;
			paths.set(name, (paths.get(name) ?? "") + bar);
		}
	}
	return paths;
}

function fix(n: number): string {
	return String(Math.round(n * 100) / 100);
}

export interface Band {
	/** Between the median and the 90th percentile. */
	area: string;
	/** The 99th percentile. */
	line: string;
	/** What the top stands for, ms. */
	top: number;
}

/** Latency on a logarithmic scale from 0.1 ms; null where no call was measured. */
export function band(h: Histogram, box: Box): Band | null {
	const known = h.buckets.filter((b) => b.p50 !== null);
	if (known.length === 0) return null;
	const top = Math.max(1, ...known.map((b) => b.p99 ?? 0));
	const scale = Math.log10(top / 0.1);
	const y = (ms: number | null) =>
		box.height *
		(1 - Math.max(0, Math.log10(Math.max(ms ?? 0, 0.1) / 0.1)) / scale);
	const step = box.width / Math.max(1, length(h));
	let area = "";
	let line = "";
	let run: Bucket[] = [];
	const flush = () => {
		const x = (b: Bucket) => fix((b.i + 0.5) * step);
		const up = run.map((b) => `${x(b)} ${fix(y(b.p90))}`);
		const down = run.map((b) => `${x(b)} ${fix(y(b.p50))}`).reverse();
		if (run.length > 1) {
			area += `M${[...up, ...down].join("L")}z`;
			line += `M${run.map((b) => `${x(b)} ${fix(y(b.p99))}`).join("L")}`;
		}
		run = [];
	};
	for (const b of known) {
		const last = run[run.length - 1];
		if (last !== undefined && b.i - last.i > 3) flush();
		run.push(b);
	}
	flush();
	return { area, line, top };
}

export function bucketAt(h: Histogram, index: number): Bucket | undefined {
	return h.buckets.find((b) => b.i === index);
}

/** First instant of a bucket, ms. */
export function bucketStart(h: Histogram, index: number): number {
	return h.startMs + index * h.bucketMs;
}
