// SPDX-License-Identifier: Apache-2.0
// A list of any length. One tab stop; the selected row is the active one, and
// rows stay where they are however many arrive.
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { RowWindow } from "../model/row-window";
import {
	clampOffset,
	type Geometry,
	offsetOf,
	reveal,
	scrollHeight,
	scrollTopOf,
	sight,
} from "../model/virtual";
import { Icon } from "./icon";
import { type At, below, Menu } from "./menu";
import { useSize } from "./use";

export interface Column<T> {
	id: string;
	title: string;
	/** A size of CSS grid, and the least it takes in pixels. */
	width: string;
	least: number;
	/** Which goes first where there is no room; 0 never goes. */
	rank: number;
	numeric?: boolean;
	/** What the server sorts by. */
	sort?: string;
	/** Whose descending order is what somebody wants to see first. */
	most?: boolean;
	cell: (row: T) => ComponentChildren;
}

export const ROW_HEIGHT = { compact: 28, roomy: 34 };
/** The heading, which stays above the rows. */
const HEAD = 28;
const GAP = 10;
/** Padding, and the column of the row's button. */
const ASIDE = 20 + 24 + GAP;

/**
 * The columns without those that a narrow list has no room for. What is left
 * over when a wide one had to go is for narrower ones.
 */
export function fitting<T>(chosen: Column<T>[], width: number): Column<T>[] {
	const byRank = [...chosen].sort((a, b) => b.rank - a.rank);
	const least = (c: Column<T>) => c.least + GAP;
	const out = new Set<Column<T>>();
	let room = width - ASIDE;
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

/** The order after a click on a heading: one way, the other, as at first. */
export function nextOrder<T>(c: Column<T>, now: string, usual: string): string {
	const up = c.sort ?? usual;
	const [first, second] = c.most ? [`-${up}`, up] : [up, `-${up}`];
	if (now === first) return second;
	return now === second && up !== usual ? usual : first;
}

function ariaSort(
	sort: string,
	now: string,
): "ascending" | "descending" | "none" {
	if (now === sort) return "ascending";
	return now === `-${sort}` ? "descending" : "none";
}

/** How commands move a list. */
export interface Hands {
	/** Brings a row into sight, moving as little as possible. */
	reveal: (index: number) => void;
	/** The same, with what is around it. */
	show: (index: number) => void;
	/** The first row that is wholly in sight, and how many are. */
	top: () => number;
	page: () => number;
	/** Asks what to sort by. */
	sort: () => void;
}

interface Props<T extends { id: string }> {
	label: string;
	window: RowWindow<T>;
	/** Something that changes whenever the window has changed inside. */
	turn: number;
	columns: Column<T>[];
	rowHeight: number;
	order: string;
	usual: string;
	setOrder: (order: string) => void;
	/** The id of the selected row, "" none. */
	selected: string;
	select: (id: string) => void;
	/** Which other rows belong to the selected one. */
	kin?: (row: T, selected: T) => boolean;
	/** What can be done with a row, by the second button or its own. */
	menu: (row: T, at: At) => void;
	/** Changes when the list shows something else, and starts at its top. */
	fresh: number;
	/** Keep the last row in sight. */
	tail?: boolean;
	scrolledUp?: () => void;
	hands: { current: Hands | null };
}

function Head<T extends { id: string }>(props: {
	columns: Column<T>[];
	order: string;
	usual: string;
	setOrder: (order: string) => void;
}) {
	const { order } = props;
	return (
		<div class="grid-head" role="row" aria-rowindex={1}>
			{props.columns.map((c) => (
				<span
					key={c.id}
					role="columnheader"
					class={c.numeric ? "num" : ""}
					aria-sort={c.sort === undefined ? undefined : ariaSort(c.sort, order)}
				>
					{c.sort === undefined ? (
						c.title
					) : (
						<button
							type="button"
							class="sort"
							tabIndex={-1}
							title={`Sort by ${c.title.toLowerCase()}`}
							onClick={() => props.setOrder(nextOrder(c, order, props.usual))}
						>
							{c.title}
							{ariaSort(c.sort, order) === "ascending" && <Icon name="up" />}
							{ariaSort(c.sort, order) === "descending" && <Icon name="down" />}
						</button>
					)}
				</span>
			))}
			<span role="columnheader">
				<span class="hidden">Filter</span>
			</span>
		</div>
	);
}

function RowView<T extends { id: string }>(props: {
	row: T | undefined;
	index: number;
	top: number;
	columns: Column<T>[];
	selected: boolean;
	kin: boolean;
	select: (id: string) => void;
	menu: (row: T, at: At) => void;
}) {
	const { row, index } = props;
	const context = (e: MouseEvent) => {
		const at = e.target instanceof Element && e.target.closest("[data-kfl]");
		// A value has a menu of its own.
		if (row === undefined || at) return;
		e.preventDefault();
		props.menu(row, { x: e.clientX, y: e.clientY });
	};
	return (
		<div
			class={`grid-row${props.kin ? " same" : ""}`}
			role="row"
			id={`row-${index}`}
			aria-rowindex={index + 2}
			aria-selected={props.selected}
			style={{ transform: `translateY(${props.top}px)` }}
			data-id={row?.id}
			onClick={() => row !== undefined && props.select(row.id)}
			onContextMenu={context}
		>
			{props.columns.map((c) => (
				<span key={c.id} role="gridcell" class={c.numeric ? "num" : ""}>
					{row === undefined ? <div class="bar-gap" /> : c.cell(row)}
				</span>
			))}
			<span role="gridcell">
				{row !== undefined && (
					<button
						type="button"
						class="row-more"
						tabIndex={-1}
						aria-label="Filter by a value of this row"
						title="Filter by a value of this row (f)"
						onClick={(e) => {
							e.stopPropagation();
							props.menu(row, below(e.currentTarget));
						}}
					>
						<Icon name="filter" />
					</button>
				)}
			</span>
		</div>
	);
}

function useScroll(rows: number, rowHeight: number) {
	const [ref, size] = useSize<HTMLDivElement>();
	const [offset, setOffset] = useState(0);
	const now = useRef(0);
	const g: Geometry = {
		rows,
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

/**
 * The list starts at its top when it shows something else. When it is the same
 * asked for anew, the row at the top of the sight stays where it is.
 */
function useAnchor<T extends { id: string }>(
	scroll: Scroll,
	window: RowWindow<T>,
	fresh: number,
): void {
	const anchor = useRef({ id: "", index: 0 });
	useLayoutEffect(() => {
		const old = anchor.current;
		const index = window.find(old.id);
		if (old.id === "" || index < 0 || index === old.index) return;
		const by = (index - old.index) * scroll.g.rowHeight;
		scroll.moveTo(scroll.now.current + by);
	}, [window]);
	useLayoutEffect(() => scroll.moveTo(0), [fresh]);
	useLayoutEffect(() => {
		const index = Math.ceil(scroll.now.current / scroll.g.rowHeight);
		anchor.current = { id: window.row(index)?.id ?? "", index };
	});
}

/** A link to a row shows where it is, once its page has come. */
function useSought<T extends { id: string }>(
	scroll: Scroll,
	window: RowWindow<T>,
	id: string,
): void {
	const sought = useRef("");
	useEffect(() => {
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
}

function handsOf(scroll: { current: Scroll }, sort: () => void): Hands {
	const height = () => scroll.current.g.rowHeight;
	return {
		sort,
		reveal: (index) => {
			const { g, now, moveTo } = scroll.current;
			moveTo(reveal(g, now.current, index));
		},
		show: (index) => {
			const { g, moveTo } = scroll.current;
			moveTo(index * g.rowHeight - g.viewport / 3);
		},
		top: () => Math.ceil(scroll.current.now.current / height()),
		page: () =>
			Math.max(1, Math.floor(scroll.current.g.viewport / height()) - 1),
	};
}

function SortMenu<T extends { id: string }>(props: {
	at: At;
	of: Props<T>;
	close: () => void;
}) {
	const { columns, order, setOrder } = props.of;
	const items = columns.flatMap((c) => {
		const up = c.sort;
		if (up === undefined) return [];
		const both: [string, string][] = [
			[up, "ascending"],
			[`-${up}`, "descending"],
		];
		return (c.most ? both.reverse() : both).map(([id, word]) => ({
			text: `${c.title}, ${word}`,
			checked: id === order,
			run: () => setOrder(id),
		}));
	});
	return (
		<Menu at={props.at} label="Sort by" items={items} close={props.close} />
	);
}

export function Grid<T extends { id: string }>(props: Props<T>) {
	const { window, rowHeight } = props;
	const scroll = useScroll(window.total, rowHeight);
	const latest = useRef(scroll);
	latest.current = scroll;
	const [sorting, askSort] = useState<At | null>(null);
	useLayoutEffect(() => {
		props.hands.current = handsOf(latest, () => {
			if (scroll.ref.current === null) return;
			const { left, top } = scroll.ref.current.getBoundingClientRect();
			askSort({ x: left + 12, y: top + HEAD });
		});
		return () => {
			props.hands.current = null;
		};
	}, []);
	useAnchor(scroll, window, props.fresh);
	useSought(scroll, window, props.selected);
	useLayoutEffect(() => {
		if (props.tail) scroll.moveTo(Number.POSITIVE_INFINITY);
	}, [window.total, props.tail]);

	const columns = fitting(props.columns, scroll.width);
	const { first, last, top } = sight(scroll.g, scroll.offset);
	useEffect(() => {
		if (last >= first) window.want(first, last);
	}, [window, first, last, props.turn]);

	const selectedIndex = window.find(props.selected);
	const selected = selectedIndex < 0 ? undefined : window.row(selectedIndex);
	const lines = [];
	for (let i = first; i <= last; i++) {
		const row = window.row(i);
		const isSelected = row !== undefined && row.id === props.selected;
		lines.push(
			<RowView
				key={row?.id ?? i}
				row={row}
				index={i}
				top={top + (i - first) * rowHeight}
				columns={columns}
				selected={isSelected}
				kin={
					row !== undefined &&
					selected !== undefined &&
					!isSelected &&
					(props.kin?.(row, selected) ?? false)
				}
				select={props.select}
				menu={props.menu}
			/>,
		);
	}
	const list = (
		<div
			class="grid"
			role="grid"
			aria-label={props.label}
			aria-rowcount={window.exact ? window.total + 1 : -1}
			aria-colcount={columns.length + 1}
			aria-activedescendant={
				selectedIndex < 0 ? undefined : `row-${selectedIndex}`
			}
			tabIndex={0}
			style={{ "--columns": `${columns.map((c) => c.width).join(" ")} 24px` }}
			ref={scroll.ref}
			onScroll={scroll.scrolled}
			onWheel={(e) => {
				if (e.deltaY < 0) props.scrolledUp?.();
			}}
		>
			<Head
				columns={columns}
				order={props.order}
				usual={props.usual}
				setOrder={props.setOrder}
			/>
			<div class="window" role="presentation">
				{lines}
			</div>
			<div
				role="presentation"
				style={{ height: `${scrollHeight(scroll.g)}px` }}
			/>
		</div>
	);
	return (
		<>
			{list}
			{sorting !== null && (
				<SortMenu at={sorting} of={props} close={() => askSort(null)} />
			)}
		</>
	);
}
