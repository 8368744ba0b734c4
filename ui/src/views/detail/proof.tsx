// SPDX-License-Identifier: Apache-2.0
// Where the evidence of a call is, so that others can look themselves.
import { getJson } from "../../api/client";
import type { EntryDetail, PacketList, Side } from "../../api/types";
import { copy, snapshots } from "../../app/state";
import { equals } from "../../model/compose";
import { dict, text } from "../../model/curl";
import { bytes } from "../../model/format";
import { Icon } from "../../widgets/icon";
import { useLoad } from "../../widgets/use";
import { Value } from "../../widgets/value";

const SIDES: Side[] = ["request", "response"];

function Part(props: { d: EntryDetail; side: Side; list: PacketList | null }) {
	const { d, side, list } = props;
	const e = dict(dict(d.entry.evidence)[side]);
	if (text(e.source) === "")
		return (
			<details class="section" open>
				<summary>{side === "request" ? "Request" : "Response"}</summary>
				<p class="soft">Not in the evidence.</p>
			</details>
		);
	const packets = list?.packets.filter((p) => p.side === side) ?? [];
	const facts: [string, string][] = [
		["File", text(e.source)],
		["First packet", `#${e.record}`],
		["Bytes", bytes(Number(e.bytes ?? 0))],
		["Whole", e.gap === true || e.cut === true ? "no" : "yes"],
		["SHA-256 of the message", list?.digest[side] ?? "…"],
	];
	return (
		<details class="section" open>
			<summary>{side === "request" ? "Request" : "Response"}</summary>
			<table class="pairs">
				<tbody>
					{facts.map(([name, value]) => (
						<tr key={name}>
							<th scope="row">{name}</th>
							<td>{value}</td>
						</tr>
					))}
					<tr>
						<th scope="row">Packets</th>
						<td>
							{packets.map((p) => (
								<div key={p.record}>
									#{p.record} at offset {p.offset}
									{p.payload !== null &&
										`, payload ${p.payload.offset}+${p.payload.length}`}
								</div>
							))}
							{list?.next != null && side === "response" && <div>and more</div>}
						</td>
					</tr>
				</tbody>
			</table>
		</details>
	);
}

function asText(d: EntryDetail, list: PacketList | null): string {
	const snapshot = snapshots.value?.find((s) => s.id === d.row.snapshot);
	const lines = [
		`${d.row.abbr} ${d.row.method} ${d.row.summary}`,
		`entry ${d.row.id}, stream ${d.row.stream}, ${d.row.time}`,
		`snapshot ${snapshot?.name ?? ""} (${snapshot?.seal ?? ""}), evidence ${snapshot?.evidence ?? ""}, index ${snapshot?.digest ?? ""}`,
	];
	for (const side of SIDES) {
		const e = dict(dict(d.entry.evidence)[side]);
		if (text(e.source) === "") continue;
		lines.push(
			`${side}: ${text(e.source)} packets ${list?.packets
				.filter((p) => p.side === side)
				.map((p) => p.record)
				.join(", ")}; ${e.bytes} bytes, SHA-256 ${list?.digest[side] ?? "?"}`,
		);
	}
	return lines.join("\n");
}

export function Proof({ d }: { d: EntryDetail }) {
	const loaded = useLoad<PacketList>(d.row.id, (signal) =>
		getJson(
			`entries/${encodeURIComponent(d.row.id)}/packets`,
			{ limit: 100 },
			signal,
		),
	);
	const snapshot = snapshots.value?.find((s) => s.id === d.row.snapshot);
	const evidence = dict(d.entry.evidence);
	const stream = text(evidence.stream);
	const nodeIp = text(dict(d.entry.node).ip);
	const doubts: [string, boolean][] = [
		["The stream began before the capture.", evidence.lateJoin === true],
		["Who is the client was inferred.", evidence.roleGuessed === true],
		["Found by searching after a gap.", evidence.resynced === true],
	];
	return (
		<>
			<div class="body-tools" style={{ marginTop: "10px" }}>
				<button
					type="button"
					class="button"
					onClick={() => void copy(asText(d, loaded.data), "Proof")}
				>
					<Icon name="copy" /> Copy the proof
				</button>
			</div>
			{loaded.error !== null && (
				<div class="note warn">
					The packets could not be read: {loaded.error.message}
				</div>
			)}
			{doubts
				.filter(([, is]) => is)
				.map(([what]) => (
					<div key={what} class="note warn">
						{what}
					</div>
				))}
			<details class="section" open>
				<summary>Entry</summary>
				<table class="pairs">
					<tbody>
						<tr>
							<th scope="row">Id</th>
							<td>{d.row.id}</td>
						</tr>
						<tr>
							<th scope="row">Hub id</th>
							<td>{text(d.entry.id)}</td>
						</tr>
						<tr>
							<th scope="row">Stream</th>
							<td>
								<Value kfl={equals("evidence.stream", stream)}>{stream}</Value>,
								call{" "}
								<Value kfl={equals("index", d.row.ordinal)}>
									{d.row.ordinal}
								</Value>
							</td>
						</tr>
						<tr>
							<th scope="row">Node</th>
							<td>
								<Value kfl={equals("node.ip", nodeIp)}>{nodeIp}</Value>{" "}
								{d.row.node}
							</td>
						</tr>
						<tr>
							<th scope="row">Protocol</th>
							<td>
								<a
									href={d.protocol.referenceLink}
									target="_blank"
									rel="noreferrer noopener"
								>
									{d.protocol.longName}
								</a>
							</td>
						</tr>
						<tr>
							<th scope="row">Snapshot</th>
							<td>
								{snapshot?.name} ({snapshot?.seal})
							</td>
						</tr>
						<tr>
							<th scope="row">Evidence digest</th>
							<td>{snapshot?.evidence}</td>
						</tr>
						<tr>
							<th scope="row">Index digest</th>
							<td>{snapshot?.digest || "not sealed yet"}</td>
						</tr>
					</tbody>
				</table>
			</details>
			{SIDES.map((side) => (
				<Part key={side} d={d} side={side} list={loaded.data} />
			))}
		</>
	);
}
