// SPDX-License-Identifier: Apache-2.0
// The keys that every long list understands.
import { useEffect } from "preact/hooks";
import type { RowWindow } from "../model/row-window";
import type { Hands } from "../widgets/grid";
import { below } from "../widgets/menu";
import type { CommandId } from "./catalogue";
import type { Does } from "./commands";
import type { Locate } from "./search";
import { openRowMenu, openValueMenu } from "./value-menu";

export interface ListOf<T extends { id: string }> {
	hands: { current: Hands | null };
	window: () => RowWindow<T> | null;
	selected: () => string;
	select: (id: string) => void;
	/** Keys are about the rows that were asked for: until those are shown. */
	shown: () => Promise<void>;
	/** What of a row can go into the filter. */
	conditions: (row: T) => string[];
}

/**
 * The selected row may be far down, as after a link or a step to another call:
 * the list goes there when `locate` can tell its number; -1: it cannot.
 */
export function useSeek<T extends { id: string }>(
	list: ListOf<T>,
	locate: Locate,
): void {
	const id = list.selected();
	const window = list.window();
	const started = window?.started ?? false;
	useEffect(() => {
		if (window === null || !started || id === "" || window.find(id) >= 0)
			return;
		const control = new AbortController();
		locate(id, control.signal).then(
			(index) => {
				const isStill = list.selected() === id && list.window() === window;
				if (isStill && index >= 0) list.hands.current?.show(index);
			},
			// The detail says what is wrong with it.
			() => {},
		);
		return () => control.abort();
	}, [id, window, started]);
}

const TRIES = 100;

/** Its page has to come first; until then the list is kept at its place. */
async function selectWhenThere<T extends { id: string }>(
	list: ListOf<T>,
	window: RowWindow<T>,
	index: number,
	isLatest: () => boolean,
): Promise<void> {
	for (let tries = 0; tries < TRIES; tries++) {
		// Whoever goes on meanwhile does not want to come back here.
		if (list.window() !== window || !isLatest()) return;
		const row = window.row(index);
		if (row !== undefined) {
			list.select(row.id);
			return;
		}
		list.hands.current?.reveal(index);
		window.want(index, index);
		await new Promise((done) => setTimeout(done, 40));
	}
}

/** The second names those of the first two that have names of their own. */
export function listCommands<T extends { id: string }>(
	list: ListOf<T>,
	[down, up]: [CommandId, CommandId],
): Does[] {
	const at = () => {
		const id = list.selected();
		return id === "" ? -1 : (list.window()?.find(id) ?? -1);
	};
	let steps = 0;
	const to = async (index: () => number) => {
		const step = ++steps;
		await list.shown();
		const window = list.window();
		if (window === null || window.total === 0) return;
		const where = Math.min(Math.max(0, index()), window.total - 1);
		list.hands.current?.reveal(where);
		const row = window.row(where);
		if (row !== undefined) list.select(row.id);
		else void selectWhenThere(list, window, where, () => step === steps);
	};
	const filterMenu = async () => {
		// In the detail, the value that has the focus.
		const focused = document.activeElement;
		if (focused instanceof HTMLElement && focused.matches(".val[data-kfl]"))
			return openValueMenu(focused, below(focused));
		await list.shown();
		const row = list.window()?.row(at());
		const line = document.getElementById(`row-${at()}`);
		if (row === undefined || line === null) return;
		const { left, bottom } = line.getBoundingClientRect();
		openRowMenu(list.conditions(row), { x: left + 120, y: bottom });
	};
	const page = () => list.hands.current?.page() ?? 1;
	const make = (id: CommandId, run: () => Promise<void>): Does => ({
		id,
		run: () => void run(),
	});
	return [
		make(down, () => to(() => at() + 1)),
		make(up, () => to(() => at() - 1)),
		make("page-down", () => to(() => at() + page())),
		make("page-up", () => to(() => at() - page())),
		make("first", () => to(() => 0)),
		make("last", () => to(() => (list.window()?.total ?? 1) - 1)),
		make("row-filter", filterMenu),
		{ id: "sort", run: () => list.hands.current?.sort() },
		{
			...make("open", () => to(() => list.hands.current?.top() ?? 0)),
			when: () => list.selected() === "",
		},
	];
}
