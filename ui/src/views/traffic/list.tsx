// SPDX-License-Identifier: Apache-2.0
// The traffic list. One tab stop; the selected row is the active one, and rows
// stay where they are however many arrive.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Row } from "../../api/types";
import type { CommandId } from "../../app/catalogue";
import { type Does, useCommands } from "../../app/commands";
import { density, hiddenColumns } from "../../app/prefs";
import { go, indexing, place } from "../../app/state";
import { openRowMenu, openValueMenu } from "../../app/value-menu";
import type { EntryWindow } from "../../model/entry-window";
import {
	clampOffset,
	type Geometry,
	offsetOf,
	reveal,
	scrollHeight,
	scrollTopOf,
	sight,
} from "../../model/virtual";
import { Icon } from "../../widgets/icon";
import { below } from "../../widgets/menu";
import { useSize } from "../../widgets/use";
import { COLUMNS, type Column, conditionsOf } from "./columns";
import {
	follow,
	fresh,
	rows,
	select,
	selectedIndex,
	shown,
	tick,
} from "./session";

const ROW = { compact: 28, roomy: 34 };
/** The heading, which stays above the rows. */
const HEAD = 28;

/**
 * The chosen columns, without those that a narrow list has no room for. What is
 * left over when a wide one had to go is for narrower ones.
 */
function fitting(width: number): Column[] {
	const chosen = COLUMNS.filter((c) => !hiddenColumns.value.includes(c.id));
	const byRank = [...chosen].sort((a, b) => b.rank - a.rank);
	const least = (c: Column) => c.least + 10;
	const out = new Set<Column>();
	let room = width - 40;
	for (const c of chosen) room -= least(c);
	for (const c of byRank) {
		if (room >= 0 || c.rank === 0 || width === 0) break;
		out.add(c);
		room += least(c);
	}
	for (const c of byRank.reverse()) {
		if (!out.has(c) || least(c) > room) continue;
		out.delete(c);
		room -= least(c);
	}
	return chosen.filter((c) => !out.has(c));
}

function sortNext(column: Column): string {
	const now = place.value.sort;
	if (now === column.sort) return `-${column.sort}`;
	if (now === `-${column.sort}`) return "time";
	return column.sort ?? "time";
}

function ariaSort(column: Column): "ascending" | "descending" | "none" {
	if (place.value.sort === column.sort) return "ascending";
	return place.value.sort === `-${column.sort}` ? "descending" : "none";
}

function Head({ columns }: { columns: Column[] }) {
	return (
		<div class="grid-head" role="row" aria-rowindex={1}>
			{columns.map((c) => (
				<span
					key={c.id}
					role="columnheader"
					class={c.numeric ? "num" : ""}
					aria-sort={c.sort === undefined ? undefined : ariaSort(c)}
				>
					{c.sort === undefined ? (
						c.title
					) : (
						<button
							type="button"
							class="sort"
							tabIndex={-1}
							onClick={() => go({ sort: sortNext(c), entry: "" })}
						>
							{c.title}
							{ariaSort(c) === "ascending" && <Icon name="up" />}
							{ariaSort(c) === "descending" && <Icon name="down" />}
						</button>
					)}
				</span>
			))}
		</div>
	);
}

function RowView(props: {
	row: Row | undefined;
	index: number;
	top: number;
	columns: Column[];
	selected: boolean;
	same: boolean;
}) {
	const { row, index } = props;
	return (
		<div
			class={`grid-row${props.same ? " same" : ""}`}
			role="row"
			id={`row-${index}`}
			aria-rowindex={index + 2}
			aria-selected={props.selected}
			style={{ transform: `translateY(${props.top}px)` }}
			data-id={row?.id}
			onClick={() => row !== undefined && select(row.id)}
		>
			{props.columns.map((c) => (
				<span key={c.id} role="gridcell" class={c.numeric ? "num" : ""}>
					{row === undefined ? <div class="bar-gap" /> : c.cell(row)}
				</span>
			))}
		</div>
	);
}

function useScroll(window: EntryWindow, rowHeight: number) {
	const [ref, size] = useSize<HTMLDivElement>();
	const [offset, setOffset] = useState(0);
	const now = useRef(0);
	const g: Geometry = {
		rows: window.total,
		rowHeight,
		viewport: Math.max(0, size.height - HEAD),
	};
	const geometry = useRef(g);
	geometry.current = g;
	const moveTo = (to: number) => {
		const next = clampOffset(geometry.current, to);
		now.current = next;
		setOffset(next);
		if (ref.current !== null)
			ref.current.scrollTop = scrollTopOf(geometry.current, next);
	};
	const scrolled = () => {
		if (ref.current === null) return;
		const to = offsetOf(geometry.current, ref.current.scrollTop);
		// What we have set ourselves comes back rounded.
		const slack = offsetOf(geometry.current, 1.5);
		if (Math.abs(to - now.current) <= slack) return;
		now.current = to;
		setOffset(to);
	};
	const isScaled = g.rows * rowHeight > scrollHeight(g) + 1;
	useEffect(() => {
		const element = ref.current;
		if (element === null || !isScaled) return;
		const wheel = (e: WheelEvent) => {
			if (e.ctrlKey) return;
			e.preventDefault();
			moveTo(now.current + e.deltaY * (e.deltaMode === 1 ? rowHeight : 1));
		};
		element.addEventListener("wheel", wheel, { passive: false });
		return () => element.removeEventListener("wheel", wheel);
	}, [isScaled, rowHeight]);
	return { ref, g, offset, now, moveTo, scrolled, width: size.width };
}

type Scroll = ReturnType<typeof useScroll>;

function keepWatching(scroll: Scroll, window: EntryWindow): void {
	useEffect(() => {
		scroll.moveTo(0);
	}, [fresh.value]);
	// A link to an entry shows where it is, once its page has come.
	const sought = useRef("");
	useEffect(() => {
		const id = place.value.entry;
		const index = window.find(id);
		if (id === "" || sought.current === id || index < 0) return;
		if (scroll.g.viewport === 0) return;
		const isFirst = sought.current === "";
		sought.current = id;
		const to = reveal(scroll.g, scroll.now.current, index);
		if (to === scroll.now.current) return;
		// What a link leads to is shown with what is around it.
		scroll.moveTo(
			isFirst ? index * scroll.g.rowHeight - scroll.g.viewport / 3 : to,
		);
	});
	useLayoutEffect(() => {
		if (follow.value && indexing.value) scroll.moveTo(Number.POSITIVE_INFINITY);
	}, [window.total, follow.value]);
}

function listCommands(scroll: { current: Scroll }, rowHeight: number) {
	const at = () => selectedIndex();
	const last = () => (rows.peek()?.total ?? 1) - 1;
	let steps = 0;
	const to = async (index: () => number) => {
		const step = ++steps;
		await shown();
		const window = rows.peek();
		if (window === null || window.total === 0) return;
		const at = Math.min(Math.max(0, index()), window.total - 1);
		scroll.current.moveTo(
			reveal(scroll.current.g, scroll.current.now.current, at),
		);
		const row = window.row(at);
		if (row !== undefined) select(row.id);
		else void selectWhenThere(window, at, scroll, () => step === steps);
	};
	const page = () =>
		Math.max(1, Math.floor(scroll.current.g.viewport / rowHeight) - 1);
	const filterMenu = async () => {
		// In the detail, the value that has the focus.
		const focused = document.activeElement;
		if (focused instanceof HTMLElement && focused.matches(".val[data-kfl]"))
			return openValueMenu(focused, below(focused));
		await shown();
		const row = rows.peek()?.row(at());
		const line = document.getElementById(`row-${at()}`);
		if (row === undefined || line === null) return;
		const { left, bottom } = line.getBoundingClientRect();
		openRowMenu(conditionsOf(row), { x: left + 120, y: bottom });
	};
	const make = (id: CommandId, run: () => Promise<void>): Does => ({
		id,
		run: () => void run(),
	});
	const topRow = () => Math.ceil(scroll.current.now.current / rowHeight);
	return [
		make("row-down", () => to(() => at() + 1)),
		make("row-up", () => to(() => at() - 1)),
		make("page-down", () => to(() => at() + page())),
		make("page-up", () => to(() => at() - page())),
		make("first", () => to(() => 0)),
		make("last", () => to(last)),
		make("row-filter", filterMenu),
		{
			...make("open", () => to(topRow)),
			when: () => place.value.entry === "",
		},
	];
}

const TRIES = 100;

/** Its page has to come first; until then the list is kept at its place. */
async function selectWhenThere(
	window: EntryWindow,
	index: number,
	scroll: { current: Scroll },
	isLatest: () => boolean,
): Promise<void> {
	for (let tries = 0; tries < TRIES; tries++) {
		// Whoever goes on meanwhile does not want to come back here.
		if (rows.peek() !== window || !isLatest()) return;
		const row = window.row(index);
		if (row !== undefined) {
			select(row.id);
			return;
		}
		const { g, now, moveTo } = scroll.current;
		moveTo(reveal(g, now.current, index));
		window.want(index, index);
		await new Promise((done) => setTimeout(done, 40));
	}
}

export function List({ window }: { window: EntryWindow }) {
	tick.value;
	const rowHeight = ROW[density.value];
	const scroll = useScroll(window, rowHeight);
	const latest = useRef(scroll);
	latest.current = scroll;
	useCommands(() => listCommands(latest, rowHeight), [rowHeight]);
	keepWatching(scroll, window);

	const columns = fitting(scroll.width);
	const { first, last, top } = sight(scroll.g, scroll.offset);
	useEffect(() => {
		if (last >= first) window.want(first, last);
	}, [window, first, last, tick.value]);

	const selected = place.value.entry;
	const selectedRow = window.find(selected);
	const stream = selectedRow < 0 ? "" : (window.row(selectedRow)?.stream ?? "");
	const lines = [];
	for (let i = first; i <= last; i++) {
		const row = window.row(i);
		lines.push(
			<RowView
				key={row?.id ?? i}
				row={row}
				index={i}
				top={top + (i - first) * rowHeight}
				columns={columns}
				selected={row !== undefined && row.id === selected}
				same={row !== undefined && row.stream === stream && row.id !== selected}
			/>,
		);
	}
	return (
		<div
			class="grid"
			role="grid"
			aria-label="Traffic"
			aria-rowcount={window.exact ? window.total + 1 : -1}
			aria-colcount={columns.length}
			aria-activedescendant={selectedRow < 0 ? undefined : `row-${selectedRow}`}
			tabIndex={0}
			style={{ "--columns": columns.map((c) => c.width).join(" ") }}
			ref={scroll.ref}
			onScroll={scroll.scrolled}
			onWheel={(e) => {
				if (e.deltaY < 0) follow.value = false;
			}}
		>
			<Head columns={columns} />
			<div class="window" role="presentation">
				{lines}
			</div>
			<div
				role="presentation"
				style={{ height: `${scrollHeight(scroll.g)}px` }}
			/>
		</div>
	);
}
