// SPDX-License-Identifier: Apache-2.0
// Every conversation, understood or not, with its health and the reason.
import { useEffect, useState } from "preact/hooks";
import { getJson, url } from "../../api/client";
import type { Stream, StreamList } from "../../api/types";
import { useCommands } from "../../app/commands";
import { listShare, zone } from "../../app/prefs";
import {
	filterBy,
	generation,
	go,
	place,
	progress,
	protocols,
	snapshots,
} from "../../app/state";
import { bytes, count, duration, plural } from "../../model/format";
import { clock, toMs } from "../../model/time";
import { ProtocolBadge } from "../../widgets/badge";
import { Icon } from "../../widgets/icon";
import { Split } from "../../widgets/split";
import { Failed, Loading, State } from "../../widgets/state";
import { useDebounced, useLoad } from "../../widgets/use";
import { Calls } from "../detail/stream";
import { peerName } from "../traffic/columns";
import { download } from "../traffic/counts";
import { Health, problems } from "./health";

const PAGE = 200;

const ONLY: [string, string][] = [
	["", "All"],
	["undissected", "Not understood"],
	["unhealthy", "Unhealthy"],
	["gaps", "With gaps"],
	["undecrypted", "Encrypted"],
];

const SORTS: [string, string][] = [
	["time", "Time"],
	["-bytes", "Most bytes"],
	["-packets", "Most packets"],
	["-entries", "Most calls"],
	["-retransmissions", "Most retransmissions"],
	["-gapBytes", "Most missing"],
];

/** Dissectors whose name is not the protocol's word. */
const WORD: Record<string, string> = {
	http1: "http",
	dns_tcp: "dns",
	websocket: "ws",
};

function Spoken({ name }: { name: string }) {
	const word = WORD[name] ?? name;
	const known = protocols.value.find((p) => p.macro === word);
	return (
		<>
			<ProtocolBadge abbr={known?.abbr ?? name} macro={word} />{" "}
		</>
	);
}

function Line({ s, at }: { s: Stream; at: boolean }) {
	const bad = problems(s);
	return (
		<tr
			aria-current={at}
			style={at ? { background: "var(--selected)" } : {}}
			onClick={() => go({ stream: s.id }, place.value.stream !== "")}
		>
			<td class="soft">{clock(s.first, zone.value)}</td>
			<td style={{ whiteSpace: "nowrap" }}>
				{s.protocol !== "" && <Spoken name={s.protocol} />}
				<span class="soft small">{s.l4.toUpperCase()}</span>
			</td>
			<td>
				<button
					type="button"
					class="val"
					onClick={() => go({ stream: s.id }, place.value.stream !== "")}
				>
					{peerName(s.client)}:{s.client.port} → {peerName(s.server)}:
					{s.server.port}
				</button>
				{s.reason !== "" && <div class="soft small">{s.reason}</div>}
			</td>
			<td>
				{s.undecrypted && <span class="badge p3">encrypted</span>}{" "}
				{bad.length > 0 && (
					<span class="badge warn" title={bad.join(", ")}>
						{bad[0]}
					</span>
				)}
			</td>
			<td class="hide-slim">{s.state.replace("_", " ")}</td>
			<td class="num hide-slimmer">{count(s.entries)}</td>
			<td class="num hide-slim">{bytes(s.client.bytes + s.server.bytes)}</td>
			<td class="num hide-slim">{duration(toMs(s.last) - toMs(s.first))}</td>
		</tr>
	);
}

function One({ id }: { id: string }) {
	const loaded = useLoad<Stream>(id, (signal) =>
		getJson(`streams/${encodeURIComponent(id)}`, {}, signal),
	);
	const s = loaded.data;
	useCommands(
		() => [
			{
				id: "stream-traffic",
				when: () => s !== null && s.entries > 0,
				run: () => s !== null && callsOf(s),
			},
		],
		[s],
	);
	if (loaded.error !== null)
		return (
			<Failed
				what="The stream could not be read."
				error={loaded.error}
				retry={loaded.retry}
			/>
		);
	if (s === null) return <Loading text="Reading the stream…" />;
	return (
		<>
			<div class="detail-head">
				<div class="detail-title">
					<h2 class="grow">
						{s.protocol !== "" && <Spoken name={s.protocol} />}
						{peerName(s.client)} → {peerName(s.server)}
					</h2>
					<button
						type="button"
						class="tool"
						aria-label="Close the stream"
						onClick={() => go({ stream: "" })}
					>
						<Icon name="x" />
					</button>
				</div>
				<div class="body-tools" style={{ marginTop: "6px" }}>
					<button
						type="button"
						class="button"
						disabled={s.entries === 0}
						onClick={() => callsOf(s)}
					>
						<Icon name="traffic" /> Its calls in the traffic
					</button>
					<button
						type="button"
						class="button"
						onClick={() =>
							download(url("export", { format: "pcapng", stream: s.id }))
						}
					>
						<Icon name="download" /> Packets
					</button>
				</div>
			</div>
			<section class="detail-body" tabIndex={0} aria-label="Stream">
				<Health s={s} />
				<details class="section" open>
					<summary>
						Calls <span class="n">{plural(s.entries, "call")}</span>
					</summary>
					<Calls stream={s.id} />
				</details>
			</section>
		</>
	);
}

function usePages() {
	const { snapshot, find, only } = place.value;
	const order = place.value.order || "time";
	const key = JSON.stringify([
		snapshot,
		find,
		only,
		order,
		generation.value,
		progress.value?.state === "indexing" ? progress.value.version : 0,
	]);
	const [more, setMore] = useState<{ key: string; list: StreamList[] }>({
		key,
		list: [],
	});
	const ask = (after: string | null, signal?: AbortSignal) =>
		getJson<StreamList>(
			"streams",
			{ snapshot, find, only, sort: order, after, limit: PAGE },
			signal,
		);
	const first = useLoad<StreamList>(key, (signal) => ask(null, signal));
	const pages =
		first.data === null
			? []
			: [first.data, ...(more.key === key ? more.list : [])];
	const last = pages[pages.length - 1];
	const next = last?.next ?? null;
	const load = async () => {
		if (next === null) return;
		const page = await ask(next);
		setMore((old) => ({
			key,
			list: [...(old.key === key ? old.list : []), page],
		}));
	};
	return { first, streams: pages.flatMap((p) => p.streams), next, load, order };
}

function step(list: Stream[], by: number): void {
	const at = list.findIndex((s) => s.id === place.value.stream);
	const to = list[Math.min(list.length - 1, Math.max(0, at + by))];
	if (to === undefined) return;
	go({ stream: to.id }, place.value.stream !== "");
}

function callsOf(s: Stream): void {
	filterBy(`evidence.stream == "${s.id.replace(/^\d+:/, "")}"`, "only");
}

/** How many there are in all, where the order of the snapshot tells. */
function countText(shown: number, isAll: boolean): string {
	if (isAll) return plural(shown, "stream");
	const { find, only, snapshot } = place.value;
	const open = snapshots.value?.filter(
		(s) => snapshot === "" || s.id === snapshot,
	);
	const all = open?.reduce((sum, s) => sum + (s.streams ?? 0), 0) ?? 0;
	return find === "" && only === "" && all > shown
		? `${count(shown)} of ${plural(all, "stream")}`
		: `more than ${plural(shown, "stream")}`;
}

export function Streams() {
	const { first, streams, next, load, order } = usePages();
	const [find, setFind] = useState(place.value.find);
	useDebounced(250, () => go({ find }, true), [find]);
	useCommands(
		() => [
			{
				id: "stream-down",
				run: () => step(streams, 1),
			},
			{
				id: "stream-up",
				run: () => step(streams, -1),
			},
			{
				id: "stream-find",
				run: () => document.getElementById("stream-find")?.focus(),
			},
			{
				id: "stream-close",
				when: () => place.value.stream !== "",
				run: () => go({ stream: "" }),
			},
		],
		[streams],
	);
	const at = place.value.stream;
	useEffect(() => {
		document
			.querySelector('tr[aria-current="true"]')
			?.scrollIntoView({ block: "nearest" });
	}, [at, first.data]);
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
					value={order}
					onChange={(e) => go({ order: e.currentTarget.value }, true)}
				>
					{SORTS.map(([id, title]) => (
						<option key={id} value={id}>
							{title}
						</option>
					))}
				</select>
				<span class="soft" id="stream-count">
					{first.data !== null && countText(streams.length, next === null)}
				</span>
			</div>
			{first.error !== null ? (
				<Failed
					what="The streams could not be read."
					error={first.error}
					retry={first.retry}
				/>
			) : first.data === null ? (
				<Loading text="Reading the streams…" />
			) : streams.length === 0 ? (
				<State icon="empty" title="No such stream.">
					<p>Every conversation of the snapshot was looked at.</p>
				</State>
			) : (
				<Split
					share={listShare}
					left={
						<section class="scroll slims" tabIndex={0} aria-label="Streams">
							<table class="data">
								<thead>
									<tr>
										<th>Time</th>
										<th>Protocol</th>
										<th>Client → server</th>
										<th>Health</th>
										<th class="hide-slim">State</th>
										<th class="num hide-slimmer">Calls</th>
										<th class="num hide-slim">Bytes</th>
										<th class="num hide-slim">Duration</th>
									</tr>
								</thead>
								<tbody>
									{streams.map((s) => (
										<Line key={s.id} s={s} at={s.id === at} />
									))}
								</tbody>
							</table>
							{next !== null && (
								<div class="bar-row">
									<button
										type="button"
										class="button"
										onClick={() => void load()}
									>
										{PAGE} more
									</button>
								</div>
							)}
						</section>
					}
					right={at === "" ? null : <One id={at} />}
				/>
			)}
		</>
	);
}
