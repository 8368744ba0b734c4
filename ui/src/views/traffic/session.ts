// SPDX-License-Identifier: Apache-2.0
// The search that the traffic view shows: its rows, its histogram, its counts.
import { batch, computed, effect, signal, untracked } from "@preact/signals";
import { ApiError, getJson, isAbort } from "../../api/client";
import type { EntryDetail, EntryList, Histogram, Row } from "../../api/types";
import { Search } from "../../app/search";
import {
	announce,
	generation,
	go,
	indexing,
	place,
	progress,
	snapshots,
} from "../../app/state";
import { count, plural } from "../../model/format";
import { merge } from "../../model/histogram";
import type { RowWindow } from "../../model/row-window";

/** What decides which rows there are. */
const asked = computed(() => {
	const { q, from, to, sort, snapshot } = place.value;
	return JSON.stringify({ q, from, to, sort, snapshot });
});

interface Asked {
	q: string;
	from: string;
	to: string;
	sort: string;
	snapshot: string;
}

const list = new Search<Row>();
export const { rows, tick, fresh } = list;
export const shown = () => list.shown();
export const histogram = signal<Histogram | null>(null);
export const counting = signal(false);
/** The filter is wrong: rows and counts are still those of the last one. */
export const wrong = signal<ApiError | null>(null);
export const follow = signal(false);
let counter: AbortController | null = null;

async function countAll(ask: Asked, window: RowWindow<Row>): Promise<void> {
	counter?.abort();
	const control = new AbortController();
	counter = control;
	counting.value = true;
	let sum: Histogram | null = null;
	try {
		let after: string | null = null;
		do {
			const part: Histogram = await getJson<Histogram>(
				"histogram",
				{
					q: ask.q,
					from: ask.from,
					to: ask.to,
					snapshot: ask.snapshot,
					after,
					buckets: 160,
				},
				control.signal,
			);
			sum = sum === null ? part : merge(sum, part);
			after = part.next;
			batch(() => {
				histogram.value = sum;
				window.setTotal(sum?.matched ?? 0, after === null && !indexing.value);
			});
		} while (after !== null);
		announce(
			`${plural(sum.matched, "result")} of ${count(sum.all)}, complete.`,
		);
	} catch (error) {
		if (!isAbort(error) && error instanceof ApiError && !error.offline)
			wrong.value = error;
	}
	if (counter === control) counting.value = false;
}

function search(): void {
	const ask = JSON.parse(asked.peek()) as Asked;
	wrong.value = null;
	const window = list.start(
		asked.peek(),
		async (page, signal) => {
			const found: EntryList = await getJson(
				"entries",
				{ ...ask, ...page },
				signal,
			);
			return { ...found, rows: found.entries };
		},
		locate,
	);
	void countAll(ask, window);
}

/** While indexing: more rows behind, nothing moves. */
function grow(): void {
	const window = rows.peek();
	if (window === null) return;
	const ask = JSON.parse(asked.peek()) as Asked;
	window.grown(histogram.peek()?.matched ?? 0);
	if (!counting.peek()) void countAll(ask, window);
}

/** Begins when something is open; then follows the address and the index. */
export function startSession(): void {
	const ready = computed(() => (snapshots.value?.length ?? 0) > 0);
	effect(() => {
		// Read, so that a change of any of them starts a search.
		const state = [asked.value, generation.value, ready.value];
		if (state[2] === true) untracked(search);
	});
	effect(() => {
		const version = progress.value?.version;
		if (version !== undefined && indexing.value) untracked(grow);
	});
}

/** So many may have begun in the same instant. */
const TIES = 20;

/** How many matches there are until an instant, "" the end. */
async function countUntil(to: string, signal?: AbortSignal): Promise<number> {
	const { q, from, snapshot } = place.peek();
	let sum = 0;
	let after: string | null = null;
	do {
		const part: Histogram = await getJson(
			"histogram",
			{ q, from, to: to || place.peek().to, snapshot, after, buckets: 1 },
			signal,
		);
		sum += part.matched;
		after = part.next;
	} while (after !== null);
	return sum;
}

/** The number of a row in a list by time, -1 when it is not in it. */
export async function locate(
	id: string,
	signal?: AbortSignal,
): Promise<number> {
	const { q, from, to, snapshot, sort } = place.peek();
	if (sort !== "time" && sort !== "-time") return -1;
	const path = `entries/${encodeURIComponent(id)}`;
	const d: EntryDetail = await getJson(path, {}, signal);
	const before = await countUntil(d.row.time, signal);
	const near: EntryList = await getJson(
		"entries",
		{ q, from, to, snapshot, skip: before, limit: TIES },
		signal,
	);
	const at = near.entries.findIndex((e) => e.id === id);
	if (at < 0) return -1;
	if (sort === "time") return before + at;
	return (await countUntil("", signal)) - 1 - before - at;
}

export function select(id: string): void {
	// Walking through a list is one step back, not hundreds.
	go({ entry: id }, place.peek().entry !== "" && id !== "");
}
