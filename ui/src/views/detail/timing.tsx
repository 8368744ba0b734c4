// SPDX-License-Identifier: Apache-2.0
// Where the time went, and what the connection went through meanwhile.
import type { EntryDetail, Json } from "../../api/types";
import { zone } from "../../app/prefs";
import { dict, text } from "../../model/curl";
import { count, duration } from "../../model/format";
import { full } from "../../model/time";
import { State } from "../../widgets/state";

interface Phase {
	name: string;
	look: string;
	ms: number;
}

function number(value: Json | undefined): number | null {
	return typeof value === "number" ? value : null;
}

function phases(d: EntryDetail): Phase[] {
	const timing = dict(d.entry.timing);
	const tcp = dict(d.entry.tcp);
	const all: [string, string, number | null][] = [
		// Only the first call of a connection waits for the handshake.
		[
			"Connect",
			"redirect",
			d.row.ordinal === 0 ? number(tcp.handshakeRttMs) : null,
		],
		["Request", "success", number(timing.requestMs)],
		["Wait", "client_error", number(timing.waitMs)],
		["Response", "p1", number(timing.responseMs)],
	];
	return all.flatMap(([name, look, ms]) =>
		ms === null ? [] : [{ name, look, ms }],
	);
}

const EVENTS: [string, string, string][] = [
	["retransmissions", "Retransmissions", "segments that were sent again"],
	["outOfOrder", "Out of order", "segments that overtook others"],
	["duplicateAcks", "Duplicate acknowledgements", "signs of loss"],
	["zeroWindows", "Zero windows", "the receiver could take no more"],
	["gaps", "Gaps", "bytes that were never captured"],
	["gapBytes", "Bytes missing", "in these gaps"],
];

function Health({ d }: { d: EntryDetail }) {
	const tcp = dict(d.entry.tcp);
	if (Object.keys(tcp).length === 0) return null;
	return (
		<details class="section" open>
			<summary>The connection</summary>
			<p class="soft small">Of both sides, over its whole life.</p>
			<table class="pairs">
				<tbody>
					{EVENTS.map(([key, name, what]) => {
						const n = number(tcp[key]) ?? 0;
						return (
							<tr key={key}>
								<th scope="row">{name}</th>
								<td>
									{n > 0 ? <b class="badge warn">{count(n)}</b> : "0"}{" "}
									{n > 0 && <span class="soft">{what}</span>}
								</td>
							</tr>
						);
					})}
				</tbody>
			</table>
		</details>
	);
}

export function Timing({ d }: { d: EntryDetail }) {
	const list = phases(d);
	const timing = dict(d.entry.timing);
	const all = list.reduce((sum, p) => sum + Math.max(0, p.ms), 0);
	let before = 0;
	const bars = list.map((p) => {
		const start = before;
		before += Math.max(0, p.ms);
		return { ...p, start };
	});
	const instants: [string, string][] = [
		["Request begins", text(timing.requestStart)],
		["Request ends", text(timing.requestEnd)],
		["Response begins", text(timing.responseStart)],
		["Response ends", text(timing.responseEnd)],
	];
	return (
		<>
			{list.length === 0 ? (
				<State icon="clock" title="There is nothing to measure.">
					<p>Only one side of this call was captured.</p>
				</State>
			) : (
				<ul class="timeline" aria-label="Phases">
					{bars.map((p) => (
						<li key={p.name}>
							<span>{p.name}</span>
							<span class="track">
								<i
									class={p.look}
									style={{
										left: `${all === 0 ? 0 : (100 * p.start) / all}%`,
										width: `${all === 0 ? 0 : (100 * Math.max(0, p.ms)) / all}%`,
									}}
								/>
							</span>
							<span class="num">{duration(p.ms)}</span>
						</li>
					))}
				</ul>
			)}
			<details class="section" open>
				<summary>Instants</summary>
				<table class="pairs">
					<tbody>
						{instants.map(([name, time]) => (
							<tr key={name}>
								<th scope="row">{name}</th>
								<td title={time}>
									{time === "" ? (
										<span class="soft">not seen</span>
									) : (
										full(time, zone.value)
									)}
								</td>
							</tr>
						))}
					</tbody>
				</table>
			</details>
			<Health d={d} />
		</>
	);
}
