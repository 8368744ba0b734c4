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

export function select(id: string): void {
	go({ stream: id }, place.peek().stream !== "" && id !== "");
}
