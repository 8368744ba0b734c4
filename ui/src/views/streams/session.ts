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
	list.start(
		asked.peek(),
		async (page, signal) => {
			const found: StreamList = await getJson(
				"streams",
				{ ...ask, ...page },
				signal,
			);
			return { ...found, rows: found.streams };
		},
		locate,
	);
}

/** As long as the view is there, it follows the address and the index. */
export function watchStreams(): () => void {
	const state = computed(() => [asked.value, generation.value]);
	const growth = computed(() => (indexing.value ? progress.value?.version : 0));
	const stops = [
		effect(() => {
			if (state.value.length > 0) untracked(search);
		}),
		effect(() => {
			// The next growth comes soon, if there is still something to do.
			if (growth.value !== 0 && !list.busy) untracked(search);
		}),
	];
	return () => {
		for (const stop of stops) stop();
	};
}

/** So many may have begun in the same instant. */
const TIES = 20;

/** The number of a stream in a list by time, -1 when it is not in it. */
export async function locate(
	id: string,
	signal?: AbortSignal,
): Promise<number> {
	const { find, only, order, snapshot } = place.peek();
	if (order !== "" && order !== "-time") return -1;
	const which = { find, only, snapshot };
	const countUntil = async (to: string) => {
		const ask = { ...which, to, limit: 1, wait: COUNT_MS };
		return (await getJson<StreamList>("streams", ask, signal)).all;
	};
	const path = `streams/${encodeURIComponent(id)}`;
	const before = await countUntil(
		(await getJson<Stream>(path, {}, signal)).first,
	);
	if (before === null) return -1;
	const near: StreamList = await getJson(
		"streams",
		{ ...which, skip: before, limit: TIES },
		signal,
	);
	const at = near.streams.findIndex((s) => s.id === id);
	if (at < 0) return -1;
	if (order === "") return before + at;
	const all = await countUntil("");
	return all === null ? -1 : all - 1 - before - at;
}

export function select(id: string): void {
	go({ stream: id }, place.peek().stream !== "" && id !== "");
}
