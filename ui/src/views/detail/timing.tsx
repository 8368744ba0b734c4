// SPDX-License-Identifier: Apache-2.0
// Where the time went, and what the connection went through meanwhile.
import type { EntryDetail, Json, Side, Stall } from "../../api/types";
import { zone } from "../../app/prefs";
import { dict, text } from "../../model/curl";
import { bytes, count, duration, plural } from "../../model/format";
import { full } from "../../model/time";
import { timeline } from "../../model/timing";
import { State } from "../../widgets/state";

const EVENTS: [string, string, string][] = [
	["retransmissions", "Retransmissions", "segments that were sent again"],
	["outOfOrder", "Out of order", "segments that overtook others"],
	["duplicateAcks", "Duplicate acknowledgements", "signs of loss"],
	["zeroWindows", "Zero windows", "the receiver could take no more"],
	["gaps", "Gaps", "bytes that were never captured"],
	["gapBytes", "Bytes missing", "in these gaps"],
];

function number(value: Json | undefined): number {
	return typeof value === "number" ? value : 0;
}

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
						const n = number(tcp[key]);
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

// ---- bars on one axis ----

interface Bar {
	start: number;
	ms: number;
}

function Line(props: {
	name: string;
	look: string;
	bars: Bar[];
	ms: number;
	end: number;
}) {
	const share = (ms: number) => `${(100 * ms) / props.end}%`;
	return (
		<li>
			<span>{props.name}</span>
			<span class="track">
				{props.bars.map((b) => (
					<i
						key={b.start}
						class={props.look}
						style={{ left: share(b.start), width: share(b.ms) }}
					/>
				))}
			</span>
			<span class="num">{duration(props.ms)}</span>
		</li>
	);
}

const HELD: Record<Side, string> = {
	request: "Request held up",
	response: "Response held up",
};

function Bars({ d }: { d: EntryDetail }) {
	const { phases, held, end } = timeline(d);
	if (phases.length === 0)
		return (
			<State icon="clock" title="There is nothing to measure.">
				<p>Only one side of this call was captured.</p>
			</State>
		);
	return (
		<ul class="timeline" aria-label="Phases">
			{phases.map((p) => (
				<Line
					key={p.name}
					name={p.name}
					look={p.look}
					bars={[p]}
					ms={p.ms}
					end={end}
				/>
			))}
			{held.map((h) => (
				<Line
					key={h.side}
					name={HELD[h.side]}
					look="held"
					bars={h.spans}
					ms={h.ms}
					end={end}
				/>
			))}
		</ul>
	);
}

// ---- loss ----

function stallText(s: Stall): string {
	const parts: string[] = [];
	if (s.times > 0)
		parts.push(
			`${duration(s.ms)}, ${plural(s.times, "time")}; ${bytes(s.bytes)} came late or again`,
		);
	else parts.push("not held up");
	if (s.missing > 0)
		parts.push(
			`${bytes(s.missing)} were never captured, how long they took is not known`,
		);
	if (!s.complete) parts.push("only its first packets were looked at");
	return parts.join("; ");
}

function Loss({ d }: { d: EntryDetail }) {
	const sides = (["request", "response"] as const).flatMap((side) => {
		const stall = d.stalls[side];
		return stall === null ? [] : [{ side, stall }];
	});
	if (sides.length === 0) return null;
	const isLost = sides.some(
		({ stall: s }) => s.times > 0 || s.missing > 0 || !s.complete,
	);
	if (!isLost) return <p class="soft">No byte of it came late or again.</p>;
	return (
		<details class="section" open>
			<summary>Held up by loss</summary>
			<p class="soft small">
				From the first sight of bytes, or of bytes behind them, to the last
				packet that brought them before they were acknowledged. What was lost
				before the capture, with nothing behind it, looks like a pause.
			</p>
			<table class="pairs">
				<tbody>
					{sides.map(({ side, stall }) => (
						<tr key={side} data-stall={side}>
							<th scope="row">{side === "request" ? "Request" : "Response"}</th>
							<td>
								{(stall.times > 0 || stall.missing > 0) && (
									<>
										<span class="badge warn">loss</span>{" "}
									</>
								)}
								{stallText(stall)}
							</td>
						</tr>
					))}
				</tbody>
			</table>
		</details>
	);
}

export function Timing({ d }: { d: EntryDetail }) {
	const timing = dict(d.entry.timing);
	const instants: [string, string][] = [
		["Request begins", text(timing.requestStart)],
		["Request ends", text(timing.requestEnd)],
		["Response begins", text(timing.responseStart)],
		["Response ends", text(timing.responseEnd)],
	];
	return (
		<>
			<Bars d={d} />
			<Loss d={d} />
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
