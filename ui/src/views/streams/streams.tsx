// SPDX-License-Identifier: Apache-2.0
// Every conversation, understood or not, with its health and the reason.
import { useEffect, useRef, useState } from "preact/hooks";
import type { Stream } from "../../api/types";
import { useCommands } from "../../app/commands";
import { listCommands, useSeek } from "../../app/list-commands";
import { density, listShare } from "../../app/prefs";
import { go, indexing, place, snapshots } from "../../app/state";
import { openRowMenu } from "../../app/value-menu";
import { count, plural } from "../../model/format";
import type { RowWindow } from "../../model/row-window";
import { Grid, type Hands, ROW_HEIGHT } from "../../widgets/grid";
import { Split } from "../../widgets/split";
import { Failed, Loading, State } from "../../widgets/state";
import { useDebounced } from "../../widgets/use";
import { COLUMNS, conditionsOf } from "./columns";
import { One } from "./one";
import {
	fresh,
	locate,
	ORDER,
	rows,
	select,
	shown,
	tick,
	watchStreams,
} from "./session";

const ONLY: [string, string][] = [
	["", "All"],
	["undissected", "Not understood"],
	["unhealthy", "Unhealthy"],
	["gaps", "With gaps"],
	["undecrypted", "Encrypted"],
];

/** Some of these have no column to click on. */
const SORTS: [string, string][] = [
	["time", "Earliest first"],
	["-time", "Latest first"],
	["-bytes", "Most bytes"],
	["bytes", "Fewest bytes"],
	["-packets", "Most packets"],
	["packets", "Fewest packets"],
	["-entries", "Most calls"],
	["entries", "Fewest calls"],
	["-retransmissions", "Most retransmissions"],
	["-gapBytes", "Most bytes missing"],
];

function setOrder(order: string): void {
	go({ order: order === ORDER ? "" : order }, true);
}

function List({ window }: { window: RowWindow<Stream> }) {
	const hands = useRef<Hands | null>(null);
	const list = {
		hands,
		window: () => rows.peek(),
		selected: () => place.peek().stream,
		select,
		shown,
		conditions: conditionsOf,
	};
	useCommands(() => listCommands(list, ["stream-down", "stream-up"]), []);
	useSeek(list, locate);
	return (
		<Grid
			label="Streams"
			window={window}
			turn={tick.value}
			columns={COLUMNS}
			rowHeight={ROW_HEIGHT[density.value]}
			order={place.value.order || ORDER}
			usual={ORDER}
			setOrder={setOrder}
			selected={place.value.stream}
			select={select}
			menu={(s, at) => openRowMenu(conditionsOf(s), at)}
			fresh={fresh.value}
			hands={hands}
		/>
	);
}

function Main() {
	tick.value;
	const window = rows.value;
	if (window === null || !window.started)
		return <Loading text="Reading the streams…" />;
	if (window.error !== null && window.total === 0)
		return (
			<Failed
				what="The streams could not be read."
				error={window.error}
				retry={() => {
					window.retry();
					window.want(0, 0);
				}}
			/>
		);
	if (window.total > 0) return <List window={window} />;
	if (indexing.value)
		return <Loading text="No such stream yet; indexing goes on." />;
	return (
		<State icon="empty" title="No such stream.">
			<p>Every conversation of the snapshot was looked at.</p>
		</State>
	);
}

/** How many there are, and of how many in all. */
function Count() {
	tick.value;
	const { find, only, snapshot } = place.value;
	const window = rows.value;
	if (window === null || !window.started) return null;
	if (window.error !== null && window.total === 0) return null;
	const shown = (window.exact ? "" : "≥ ") + count(window.total);
	const all = snapshots.value
		?.filter((s) => snapshot === "" || s.id === snapshot)
		.reduce((sum, s) => sum + (s.streams ?? 0), 0);
	const isPart = find !== "" || only !== "";
	return (
		<span class="soft" id="stream-count">
			<strong>{shown}</strong>{" "}
			{isPart && all ? `of ${plural(all, "stream")}` : "streams"}
		</span>
	);
}

export function Streams() {
	const [find, setFind] = useState(place.value.find);
	useDebounced(250, () => go({ find }, true), [find]);
	useEffect(watchStreams, []);
	useCommands(
		() => [
			{
				id: "stream-find",
				run: () => document.getElementById("stream-find")?.focus(),
			},
			{
				id: "stream-close",
				when: () => place.value.stream !== "",
				run: () => {
					go({ stream: "" });
					document.querySelector<HTMLElement>(".grid")?.focus();
				},
			},
		],
		[],
	);
	return (
		<>
			<div class="bar-row">
				<h1>Streams</h1>
				<input
					id="stream-find"
					class="field"
					style={{ width: "240px" }}
					aria-label="Find streams"
					placeholder="Address, name, port, reason"
					value={find}
					onInput={(e) => setFind(e.currentTarget.value)}
				/>
				<div class="seg" role="group" aria-label="Which">
					{ONLY.map(([id, title]) => (
						<button
							key={id}
							type="button"
							aria-pressed={place.value.only === id}
							onClick={() => go({ only: id }, true)}
						>
							{title}
						</button>
					))}
				</div>
				<select
					class="field"
					aria-label="Order"
					value={place.value.order || ORDER}
					onChange={(e) => setOrder(e.currentTarget.value)}
				>
					{SORTS.map(([id, title]) => (
						<option key={id} value={id}>
							{title}
						</option>
					))}
				</select>
				<Count />
			</div>
			<Split
				share={listShare}
				left={<Main />}
				right={
					place.value.stream === "" ? null : <One id={place.value.stream} />
				}
			/>
		</>
	);
}
