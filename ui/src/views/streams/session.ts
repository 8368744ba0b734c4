// SPDX-License-Identifier: Apache-2.0
// The streams that the streams view shows.
import { computed, effect, untracked } from "@preact/signals";
import { getJson } from "../../api/client";
import type { Stream, StreamList } from "../../api/types";
import { Search } from "../../app/search";
import { generation, go, indexing, place, progress } from "../../app/state";

const list = new Search<Stream>();
export const { rows, tick, fresh } = list;
export const shown = () => list.shown();

export const ORDER = "time";
const COUNT_MS = 5000;

const asked = computed(() => {
	const { find, only, order, snapshot } = place.value;
	return JSON.stringify({ find, only, sort: order || ORDER, snapshot });
});

function search(): void {
	const ask = JSON.parse(asked.peek()) as Record<string, string>;
	list.start(asked.peek(), async (page, signal) => {
		const found: StreamList = await getJson(
			"streams",
			{ ...ask, ...page },
			signal,
		);
		return { ...found, rows: found.streams };
	});
}

/** As long as the view is there, it follows the address and the index. */
export function watchStreams(): () => void {
	const state = computed(() => [
		asked.value,
		generation.value,
		indexing.value ? progress.value?.version : 0,
	]);
	return effect(() => {
		if (state.value.length > 0) untracked(search);
	});
}

/** So many may have begun in the same instant. */
const TIES = 20;

/** The number of a stream in a list by time, -1 when it is not in it. */
export async function locate(id: string, signal: AbortSignal): Promise<number> {
	const { find, only, order, snapshot } = place.peek();
	if (order !== "" && order !== "-time") return -1;
	const s: Stream = await getJson(
		`streams/${encodeURIComponent(id)}`,
		{},
		signal,
	);
	const which = { find, only, snapshot };
	const { all: before }: StreamList = await getJson(
		"streams",
		{ ...which, to: s.first, limit: 1, wait: COUNT_MS },
		signal,
	);
	if (before === null) return -1;
	const near: StreamList = await getJson(
		"streams",
		{ ...which, skip: before, limit: TIES },
		signal,
	);
	const at = near.streams.findIndex((x) => x.id === id);
	if (at < 0) return -1;
	return order === ""
		? before + at
		: (rows.peek()?.total ?? 0) - 1 - before - at;
}

export function select(id: string): void {
	go({ stream: id }, place.peek().stream !== "" && id !== "");
}
