// SPDX-License-Identifier: Apache-2.0
// What this evidence is, and what it is not.
import type { ComponentChildren } from "preact";
import { getJson } from "../../api/client";
import type { SnapshotDetail } from "../../api/types";
import { zone } from "../../app/prefs";
import { Seal } from "../../app/shell";
import {
	filterBy,
	generation,
	go,
	place,
	progress,
	snapshots,
} from "../../app/state";
import { bytes, count, duration, percent, plural } from "../../model/format";
import { full, toMs } from "../../model/time";
import { Failed, Loading, State } from "../../widgets/state";
import { useLoad } from "../../widgets/use";
import { Diagnosis } from "./diagnosis";
import { Identities } from "./identities";

export function Panel(props: {
	title: string;
	note?: string;
	children: ComponentChildren;
}) {
	return (
		<section class="panel" aria-label={props.title}>
			<h2>
				{props.title}
				{props.note !== undefined && (
					<span class="soft small">{props.note}</span>
				)}
			</h2>
			{props.children}
		</section>
	);
}

function Card(props: { what: string; big: string; small?: string }) {
	return (
		<div class="card">
			<div class="soft small">{props.what}</div>
			<div class="big">{props.big}</div>
			{props.small !== undefined && <div class="soft small">{props.small}</div>}
		</div>
	);
}

function Cards({ s }: { s: SnapshotDetail }) {
	const span =
		s.from === null || s.to === null ? null : toMs(s.to) - toMs(s.from);
	return (
		<div class="cards">
			<Card
				what="Evidence"
				big={bytes(s.bytes)}
				small={`${plural(s.files, "file")}, ${plural(s.captures, "capture")}`}
			/>
			<Card
				what="Time"
				big={span === null ? "none" : duration(span)}
				small={s.from === null ? "no packet" : full(s.from, zone.value)}
			/>
			<Card what="Packets" big={count(s.packets)} small="each accounted for" />
			<Card
				what="Streams"
				big={count(s.streams)}
				small={
					s.undecrypted === 0 ? undefined : `${count(s.undecrypted)} encrypted`
				}
			/>
			<Card
				what="Calls"
				big={count(s.entries)}
				small={s.protocols
					.map((p) => `${p.abbr} ${count(p.entries)}`)
					.join(", ")}
			/>
		</div>
	);
}

/** A folder of the snapshot, or one interface of a file that has several. */
function vantage(label: string): string {
	const [folder = "", number] = label.split("#");
	const where = folder === "/" ? "" : folder;
	const which = number === undefined ? "" : `interface #${number}`;
	return [where, which].filter(Boolean).join(" ") || "the file";
}

function Missing({ s }: { s: SnapshotDetail }) {
	const list: [number, string, (() => void) | null][] = [
		[
			s.incomplete,
			`${plural(s.incomplete, "call")} not whole`,
			() => filterBy("evidence.complete == false", "only"),
		],
		[
			s.gapStreams,
			`${plural(s.gapStreams, "stream")} with gaps`,
			() => go({ view: "streams", only: "gaps" }),
		],
		[
			s.undecrypted,
			`${plural(s.undecrypted, "stream")} that nobody can decrypt`,
			() => go({ view: "streams", only: "undecrypted" }),
		],
		[
			s.interfaces.reduce((n, i) => n + (i.drops ?? 0), 0),
			`${plural(
				s.interfaces.reduce((n, i) => n + (i.drops ?? 0), 0),
				"packet",
			)} dropped by the capture itself`,
			null,
		],
		[
			s.problems.refused,
			`${plural(s.problems.refused, "thing")} unreadable, refused or over a limit`,
			null,
		],
	];
	const bad = list.filter(([n]) => n > 0);
	return (
		<Panel title="What is missing">
			<div class="inner">
				{bad.length === 0 ? (
					<div class="note success">
						Nothing that anybody could know of is missing.
					</div>
				) : (
					bad.map(([, text, show]) => (
						<div class="note warn" key={text}>
							<span class="grow">{text}</span>
							{show !== null && (
								<button type="button" class="button" onClick={show}>
									Show
								</button>
							)}
						</div>
					))
				)}
				{s.limits.map((l) => (
					<div class="note server_error" key={l.name}>
						Limit {l.name} was hit {plural(l.count, "time")}: {l.text}
					</div>
				))}
			</div>
		</Panel>
	);
}

const PACKET_LOOK: Record<string, string> = {
	data: "success",
	datagram: "redirect",
	control: "unanswered",
	retransmission: "client_error",
};

function Packets({ s }: { s: SnapshotDetail }) {
	const all = s.dispositions.filter((d) => d.count > 0);
	const look = (name: string, inStream: boolean) =>
		PACKET_LOOK[name] ?? (inStream ? "failed" : "server_error");
	return (
		<Panel title="Packets" note="Each packet has exactly one end.">
			<div class="inner">
				<div class="stack" aria-hidden="true">
					{all.map((d) => (
						<i
							key={d.name}
							class={look(d.name, d.inStream)}
							style={{
								width: `${(100 * d.count) / Math.max(1, s.packets)}%`,
								background: "var(--cf)",
							}}
						/>
					))}
				</div>
				<table class="data">
					<tbody>
						{all.map((d) => (
							<tr key={d.name}>
								<td>
									<i class={`swatch ${look(d.name, d.inStream)}`} />
									{d.name.replaceAll("_", " ")}
								</td>
								<td class="num">{count(d.count)}</td>
								<td class="num soft">{percent(d.count, s.packets)}</td>
								<td class="soft">{d.text}</td>
							</tr>
						))}
					</tbody>
				</table>
			</div>
		</Panel>
	);
}

function Span(props: {
	s: SnapshotDetail;
	first: string | null;
	last: string | null;
}) {
	const { s, first, last } = props;
	if (s.from === null || s.to === null || first === null || last === null)
		return <span class="soft">–</span>;
	const from = toMs(s.from);
	const all = Math.max(1, toMs(s.to) - from);
	return (
		<div
			class="spans"
			title={`${full(first, zone.value)} to ${full(last, zone.value)}`}
		>
			<i
				style={{
					left: `${(100 * (toMs(first) - from)) / all}%`,
					width: `${(100 * (toMs(last) - toMs(first))) / all}%`,
				}}
			/>
		</div>
	);
}

function Points({ s }: { s: SnapshotDetail }) {
	return (
		<Panel title="Where it was captured" note={s.cluster}>
			<div class="wide">
				<table class="data">
					<thead>
						<tr>
							<th>Node</th>
							<th>Address</th>
							<th>Vantage</th>
							<th class="num">Packets</th>
							<th>From</th>
							<th>To</th>
							<th style={{ width: "24%" }}>Time</th>
						</tr>
					</thead>
					<tbody>
						{s.points.map((p) => (
							<tr key={p.id}>
								<td>{p.node || <span class="soft">not known</span>}</td>
								<td class="mono">{p.ip}</td>
								<td class="soft">{vantage(p.label)}</td>
								<td class="num">{count(p.packets)}</td>
								{[p.first, p.last].map((t, i) => (
									<td key={i} class="soft nowrap">
										{t === null ? "" : full(t, zone.value)}
									</td>
								))}
								<td>
									<Span s={s} first={p.first} last={p.last} />
								</td>
							</tr>
						))}
					</tbody>
				</table>
			</div>
		</Panel>
	);
}

function Files({ s }: { s: SnapshotDetail }) {
	return (
		<Panel title="Files" note={plural(s.sources.length, "member")}>
			<div class="wide">
				<table class="data">
					<thead>
						<tr>
							<th>Name</th>
							<th>Format</th>
							<th class="num">Bytes</th>
							<th class="num">Packets</th>
							<th>SHA-256</th>
						</tr>
					</thead>
					<tbody>
						{s.sources.map((f) => (
							<tr key={f.id}>
								<td>
									{f.name}{" "}
									{f.tls && <span class="badge p4">TLS plaintext</span>}
								</td>
								<td class="soft">{f.format || "–"}</td>
								<td class="num">{bytes(f.bytes)}</td>
								<td class="num">{f.format === "" ? "" : count(f.packets)}</td>
								<td class="mono soft">{f.sha256}</td>
							</tr>
						))}
					</tbody>
				</table>
			</div>
		</Panel>
	);
}

/** Of the registry of link types, those that are read. */
const LINKS: Record<number, string> = {
	0: "BSD loopback",
	1: "Ethernet",
	9: "PPP",
	12: "raw IP",
	14: "raw IP",
	50: "PPP in HDLC",
	101: "raw IP",
	108: "OpenBSD loopback",
	113: "Linux cooked",
	228: "raw IPv4",
	229: "raw IPv6",
	276: "Linux cooked, version 2",
};

function linkName(type: number): string {
	const name = LINKS[type];
	return name === undefined ? `type ${type}` : `${name} (${type})`;
}

function Interfaces({ s }: { s: SnapshotDetail }) {
	return (
		<Panel title="Interfaces">
			<div class="wide">
				<table class="data">
					<thead>
						<tr>
							<th>File</th>
							<th>Interface</th>
							<th>Link type</th>
							<th class="num">Snap length</th>
							<th class="num">Packets</th>
							<th class="num">Dropped</th>
						</tr>
					</thead>
					<tbody>
						{s.interfaces.map((i) => (
							<tr key={`${i.source} ${i.interface}`}>
								<td>{i.source}</td>
								<td>{i.name || `#${i.interface}`}</td>
								<td>{linkName(i.linktype)}</td>
								<td class="num">{count(i.snaplen)}</td>
								<td class="num">{count(i.packets)}</td>
								<td class="num">
									{i.drops === null ? (
										<span class="soft">not told</span>
									) : (
										count(i.drops)
									)}
								</td>
							</tr>
						))}
					</tbody>
				</table>
			</div>
		</Panel>
	);
}

function Identity({ s }: { s: SnapshotDetail }) {
	const facts: [string, ComponentChildren][] = [
		["Seal", <Seal key="seal" seal={s.seal} />],
		["Evidence digest", s.evidence],
		["Index digest", s.digest || "not sealed yet"],
		["Made by", s.tool],
		["Cluster", s.cluster || "not told"],
		[
			"Range",
			s.from === null || s.to === null
				? "none"
				: `${full(s.from, zone.value)} to ${full(s.to, zone.value)}`,
		],
	];
	return (
		<Panel title="Identity">
			<div class="inner">
				<table class="pairs">
					<tbody>
						{facts.map(([name, value]) => (
							<tr key={name}>
								<th scope="row" style={{ width: "150px" }}>
									{name}
								</th>
								<td>{value}</td>
							</tr>
						))}
					</tbody>
				</table>
			</div>
		</Panel>
	);
}

export function SnapshotView() {
	const list = snapshots.value ?? [];
	const id = place.value.snapshot || list[0]?.id || "";
	const version =
		progress.value?.state === "indexing" ? progress.value.version : 0;
	const loaded = useLoad<SnapshotDetail>(
		id === "" ? "" : JSON.stringify([id, generation.value, version]),
		(signal) => getJson(`snapshots/${id}`, {}, signal),
	);
	const s = loaded.data;
	if (id === "" && snapshots.value !== null)
		return <State icon="empty" title="No snapshot is open." />;
	if (loaded.error !== null)
		return (
			<Failed
				what="The snapshot could not be read."
				error={loaded.error}
				retry={loaded.retry}
			/>
		);
	if (s === null) return <Loading text="Reading the index…" />;
	return (
		<section class="scroll" tabIndex={0} aria-label="Snapshot">
			<div class="sheet">
				<div class="detail-title">
					<h1 style={{ fontSize: "19px" }}>{s.name}</h1>
					<Seal seal={s.seal} />
					{s.state !== "ready" && <span class="badge warn">{s.state}</span>}
					<div class="grow" />
					{list.length > 1 && (
						<select
							class="field"
							aria-label="Snapshot"
							value={id}
							onChange={(e) => go({ snapshot: e.currentTarget.value }, true)}
						>
							{list.map((x) => (
								<option key={x.id} value={x.id}>
									{x.name}
								</option>
							))}
						</select>
					)}
				</div>
				<Cards s={s} />
				<Missing s={s} />
				<Points s={s} />
				<Packets s={s} />
				<Diagnosis s={s} />
				<Identity s={s} />
				<Files s={s} />
				<Interfaces s={s} />
				<Identities s={s} />
			</div>
		</section>
	);
}
