// SPDX-License-Identifier: Apache-2.0
// How much of the evidence is in sight, and how whole it is.
import { useState } from "preact/hooks";
import { url } from "../../api/client";
import type { StatusClass } from "../../api/types";
import { chartShown, hiddenColumns } from "../../app/prefs";
import { filterBy, go, indexing, place, progress } from "../../app/state";
import { count, plural } from "../../model/format";
import { CLASS_NAME, CLASSES } from "../../model/status";
import { Icon } from "../../widgets/icon";
import { type At, below, Menu } from "../../widgets/menu";
import { clearRange, rangeText } from "./chart";
import { COLUMNS } from "./columns";
import { counting, follow, histogram, rows, tick, wrong } from "./session";

function Legend() {
	const h = histogram.value;
	if (h === null) return null;
	const sums = new Map<StatusClass, number>();
	for (const b of h.buckets)
		for (const c of CLASSES)
			sums.set(c, (sums.get(c) ?? 0) + (b.classes[c] ?? 0));
	return (
		<span class="legend hide-narrow">
			{CLASSES.filter((c) => (sums.get(c) ?? 0) > 0).map((c) => {
				const q = `evidence.outcome == "${c}"`;
				const text = `${count(sums.get(c) ?? 0)} ${CLASS_NAME[c]}`;
				return (
					<button
						key={c}
						type="button"
						title={`Show only ${CLASS_NAME[c]}`}
						onClick={() => filterBy(q, "add")}
					>
						<i class={`swatch ${c}`} />
						{text}
					</button>
				);
			})}
		</span>
	);
}

function Doubts() {
	const h = histogram.value;
	const window = rows.value;
	const parts: string[] = [];
	if (h !== null && h.incomplete > 0)
		parts.push(`${count(h.incomplete)} not whole`);
	if (h !== null && h.gapStreams > 0)
		parts.push(
			`${plural(h.gapStreams, "stream")} ${h.gapStreams === 1 ? "has" : "have"} gaps`,
		);
	const undecided = Math.max(h?.undecided ?? 0, window?.undecided ?? 0);
	if (undecided > 0) parts.push(`${count(undecided)} unreadable`);
	if (parts.length === 0)
		return h === null || counting.value || indexing.value ? null : (
			<span class="badge success" title="Every match is whole.">
				complete
			</span>
		);
	// What may be missing of a stream is no entry that a filter could find.
	const onlyGaps = h !== null && h.incomplete === 0 && undecided === 0;
	return (
		<button
			type="button"
			class="badge warn"
			style={{ minHeight: "24px" }}
			title={onlyGaps ? "Show those streams" : "Show what is not whole"}
			onClick={() =>
				onlyGaps
					? go({ view: "streams", only: "gaps" })
					: filterBy("evidence.complete == false", "add")
			}
		>
			{parts.join("; ")}
		</button>
	);
}

const FORMATS: [string, string, string][] = [
	["pcapng", "Packets (pcapng)", ""],
	["pcapng", "Packets of just these messages (pcapng)", "1"],
	["pcap", "Packets (pcap)", ""],
	["har", "HTTP archive (HAR)", ""],
	["jsonl", "Entries (JSON lines)", ""],
	["csv", "Table (CSV)", ""],
];

/** Saves without leaving the page. */
export function download(path: string): void {
	const a = document.createElement("a");
	a.href = path;
	a.download = "";
	document.body.append(a);
	a.click();
	a.remove();
}

function Export() {
	const [at, open] = useState<At | null>(null);
	const { q, from, to, snapshot } = place.value;
	return (
		<>
			<button
				type="button"
				class="tool"
				aria-haspopup="menu"
				title="Export what the filter shows"
				onClick={(e) => open(below(e.currentTarget))}
			>
				<Icon name="download" />
				<span class="hide-narrow small">Export</span>
			</button>
			{at !== null && (
				<Menu
					at={at}
					label="Export"
					title={`${count(rows.value?.total ?? 0)} entries`}
					close={() => open(null)}
					items={FORMATS.map(([format, text, exact]) => ({
						text,
						run: () =>
							download(url("export", { format, exact, q, from, to, snapshot })),
					}))}
				/>
			)}
		</>
	);
}

function Columns() {
	const [at, open] = useState<At | null>(null);
	return (
		<>
			<button
				type="button"
				class="tool"
				aria-haspopup="menu"
				aria-label="Columns"
				title="Columns"
				onClick={(e) => open(below(e.currentTarget))}
			>
				<Icon name="columns" />
			</button>
			{at !== null && (
				<Menu
					at={at}
					label="Columns"
					close={() => open(null)}
					items={COLUMNS.filter((c) => c.id !== "summary").map((c) => {
						const hidden = hiddenColumns.value.includes(c.id);
						return {
							text: c.title,
							checked: !hidden,
							run: () => {
								hiddenColumns.value = hidden
									? hiddenColumns.value.filter((x) => x !== c.id)
									: [...hiddenColumns.value, c.id];
							},
						};
					})}
				/>
			)}
		</>
	);
}

function Follow() {
	if (!indexing.value) return null;
	return (
		<button
			type="button"
			class={`tool${follow.value ? " on" : ""}`}
			aria-pressed={follow.value}
			title="Keep the newest entries in sight while indexing"
			onClick={() => {
				follow.value = !follow.value;
			}}
		>
			<Icon name="follow" />
			<span class="small">Follow</span>
		</button>
	);
}

export function Counts() {
	tick.value;
	const window = rows.value;
	const h = histogram.value;
	const all = Math.max(
		h?.all ?? 0,
		progress.value?.snapshots
			.filter((s) => ["", s.id].includes(place.value.snapshot))
			.reduce((n, s) => n + s.entries, 0) ?? 0,
	);
	const known = window?.exact ?? false;
	// A filter that cannot be used finds neither something nor nothing.
	const isNothing = wrong.value !== null && (window?.total ?? 0) === 0;
	return (
		<div class="counts">
			<span id="count">
				{isNothing ? (
					<strong>–</strong>
				) : (
					<strong>
						{known ? "" : "≥ "}
						{count(window?.total ?? 0)}
					</strong>
				)}{" "}
				<span class="soft">of {count(all)}</span>
			</span>
			{(counting.value || window?.busy) && !known && (
				<span class="soft small">
					searching… {count(Math.max(h?.scanned ?? 0, window?.scanned ?? 0))}{" "}
					read
				</span>
			)}
			<Doubts />
			{(place.value.from !== "" || place.value.to !== "") && (
				<span class="chip" id="range">
					<span class="cut">{rangeText()}</span>
					<button type="button" aria-label="All times" onClick={clearRange}>
						<Icon name="x" />
					</button>
				</span>
			)}
			<Legend />
			<div class="grow" />
			<Follow />
			<button
				type="button"
				class={`tool${chartShown.value ? " on" : ""}`}
				aria-pressed={chartShown.value}
				aria-label="Time histogram"
				title="Time histogram"
				onClick={() => {
					chartShown.value = !chartShown.value;
				}}
			>
				<Icon name="chart" />
			</button>
			<Columns />
			<Export />
			<button
				type="button"
				class="tool"
				aria-label="These calls on the map"
				title="These calls on the map"
				onClick={() => go({ view: "map" })}
			>
				<Icon name="map" />
			</button>
		</div>
	);
}
