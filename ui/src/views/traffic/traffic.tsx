// SPDX-License-Identifier: Apache-2.0
// Filter, histogram, list, and the call that is looked at.
import { ApiError } from "../../api/client";
import { useCommands } from "../../app/commands";
import { listShare } from "../../app/prefs";
import {
	applyFilter,
	go,
	indexing,
	offline,
	place,
	snapshots,
} from "../../app/state";
import { count, sentence } from "../../model/format";
import { Split } from "../../widgets/split";
import { Failed, Loading, State } from "../../widgets/state";
import { Detail } from "../detail/detail";
import { Chart, clearRange } from "./chart";
import { Counts } from "./counts";
import { FilterBar } from "./filter-bar";
import { List } from "./list";
import { rows, startSession, tick, wrong } from "./session";

let started = false;

function Nothing() {
	const { q, from, to } = place.value;
	const ranged = from !== "" || to !== "";
	if (indexing.value)
		return <Loading text="Nothing that matches yet; indexing goes on." />;
	return (
		<State
			icon="empty"
			title={
				q === "" && !ranged
					? "There is no call in this snapshot."
					: "Nothing matches."
			}
			actions={
				<>
					{q !== "" && (
						<button
							type="button"
							class="button"
							onClick={() => applyFilter("")}
						>
							Clear the filter
						</button>
					)}
					{ranged && (
						<button type="button" class="button" onClick={clearRange}>
							All times
						</button>
					)}
					<button
						type="button"
						class="button"
						onClick={() => go({ view: q === "" ? "streams" : "snapshot" })}
					>
						{q === "" ? "Look at the streams" : "What is in the snapshot?"}
					</button>
				</>
			}
		>
			<p>
				{q === "" && !ranged
					? "Its streams may still tell something: what could not be understood is listed there with the reason."
					: "The filter is right, and the whole snapshot was looked at."}
			</p>
		</State>
	);
}

function Main() {
	tick.value;
	const window = rows.value;
	const failed = window?.error ?? wrong.value;
	if (failed instanceof ApiError && failed.code === "kfl_syntax")
		return (
			<State icon="warn" bad title="The filter cannot be used.">
				<p>{sentence(failed.message)}</p>
			</State>
		);
	if (window === null)
		return offline.value ? (
			<State icon="plug" title="The analyzer does not answer.">
				<p>This page looks again every few seconds.</p>
			</State>
		) : (
			<Loading text="Opening the snapshot…" />
		);
	if (window.error !== null && window.total === 0)
		return (
			<Failed
				what="The entries could not be read."
				error={window.error}
				retry={() => {
					window.retry();
					window.want(0, 0);
				}}
			/>
		);
	if (!window.started || (window.busy && window.row(0) === undefined))
		return <Loading text={`Searching… ${count(window.scanned)} read`} />;
	if (window.total === 0) return <Nothing />;
	return <List window={window} />;
}

export function Traffic() {
	if (!started) {
		started = true;
		startSession();
	}
	useCommands(
		() => [
			{
				id: "close",
				when: () => place.value.entry !== "",
				run: () => {
					go({ entry: "" });
					document.querySelector<HTMLElement>(".grid")?.focus();
				},
			},
		],
		[],
	);
	const list = snapshots.value;
	if (list !== null && list.length === 0)
		return <State icon="empty" title="No snapshot is open." />;
	return (
		<>
			<h1 class="hidden">Traffic</h1>
			<FilterBar />
			<Chart />
			<Counts />
			<Split
				share={listShare}
				left={<Main />}
				right={
					place.value.entry === "" ? null : <Detail id={place.value.entry} />
				}
			/>
		</>
	);
}
