// SPDX-License-Identifier: Apache-2.0
// The search that the traffic view shows: its rows, its histogram, its counts.
import { batch, computed, effect, signal, untracked } from "@preact/signals";
import { ApiError, getJson, isAbort } from "../../api/client";
import type { EntryList, Histogram } from "../../api/types";
import {
	announce,
	generation,
	go,
	indexing,
	place,
	progress,
	snapshots,
} from "../../app/state";
import { EntryWindow } from "../../model/entry-window";
import { count, plural } from "../../model/format";
import { merge } from "../../model/histogram";

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

/** Goes up whenever the window has changed inside. */
export const tick = signal(0);
export const rows = signal<EntryWindow | null>(null);
export const histogram = signal<Histogram | null>(null);
export const counting = signal(false);
/** The filter is wrong: rows and counts are still those of the last one. */
export const wrong = signal<ApiError | null>(null);
export const follow = signal(false);
/** The list shows another search, and starts at its top. */
export const fresh = signal(0);

let next: EntryWindow | null = null;
function newWindow(ask: Asked): EntryWindow {
	const window = new EntryWindow(
		(page, signal) =>
			getJson<EntryList>("entries", { ...ask, ...page }, signal),
		() => {
			if (window === next && window.started && rows.peek() !== window)
				show(window);
			tick.value = tick.peek() + 1;
		},
	);
	return window;
}

let counter: AbortController | null = null;

async function countAll(ask: Asked, window: EntryWindow): Promise<void> {
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

/** What was shown stays until there is something else to show. */
function show(window: EntryWindow): void {
	batch(() => {
		rows.peek()?.dispose();
		rows.value = window;
		fresh.value++;
	});
}

/**
 * Until the rows of the last search are shown, those of the one before are. A
 * key pressed meanwhile is about what was asked for.
 */
export function shown(): Promise<void> {
	if (rows.peek() === next) return Promise.resolve();
	return new Promise((done) => {
		const stop = effect(() => {
			if (rows.value !== next) return;
			done();
			queueMicrotask(() => stop());
		});
	});
}

function search(): void {
	const ask = JSON.parse(asked.peek()) as Asked;
	next?.dispose();
	const window = newWindow(ask);
	next = window;
	wrong.value = null;
	if (rows.peek() === null) show(window);
	window.want(0, 0);
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

export function select(id: string): void {
	// Walking through a list is one step back, not hundreds.
	go({ entry: id }, place.peek().entry !== "" && id !== "");
}

export function selectedIndex(): number {
	const id = place.peek().entry;
	return id === "" ? -1 : (rows.peek()?.find(id) ?? -1);
}
