// SPDX-License-Identifier: Apache-2.0
// One stream: who, how long, and how it fared on either side.
import type { Stream, StreamPeer } from "../../api/types";
import { zone } from "../../app/prefs";
import { bytes, count, duration } from "../../model/format";
import { full, toMs } from "../../model/time";
import { PeerFacts } from "../detail/peer";

const ROWS: [keyof StreamPeer, string, boolean, boolean][] = [
	// key, name, bytes, bad when not 0
	["packets", "Packets", false, false],
	["bytes", "Bytes on the wire", true, false],
	["payload", "Payload", true, false],
	["retransmissions", "Retransmissions", false, true],
	["outOfOrder", "Out of order", false, true],
	["duplicateAcks", "Duplicate acknowledgements", false, true],
	["zeroWindows", "Zero windows", false, true],
	["gaps", "Gaps", false, true],
	["gapBytes", "Bytes missing", true, true],
];

/** Problems in words; none: healthy. */
export function problems(s: Stream): string[] {
	const sum = (key: keyof StreamPeer) =>
		Number(s.client[key]) + Number(s.server[key]);
	const list: string[] = [];
	const add = (n: number, one: string) =>
		n > 0 && list.push(`${count(n)} ${one}${n === 1 ? "" : "s"}`);
	add(sum("gaps"), "gap");
	add(sum("retransmissions"), "retransmission");
	add(sum("outOfOrder"), "out-of-order segment");
	add(sum("zeroWindows"), "zero window");
	if (s.state === "reset") list.push("reset");
	if (s.state === "half_open") list.push("no answer to the SYN");
	return list;
}

function Cell(props: { peer: StreamPeer; row: (typeof ROWS)[number] }) {
	const [key, , isBytes, bad] = props.row;
	const n = Number(props.peer[key]);
	const text = isBytes ? bytes(n) : count(n);
	return (
		<td class="num">
			{bad && n > 0 ? <b class="badge warn">{text}</b> : text}
		</td>
	);
}

export function Health({ s }: { s: Stream }) {
	const isTcp = s.l4 === "tcp";
	const rows = ROWS.filter((r) => isTcp || !r[3]);
	return (
		<>
			<div class="facts" style={{ paddingTop: "10px" }}>
				<span class="badge p3">{s.l4.toUpperCase()}</span>
				<span>
					<b>{s.state.replace("_", " ")}</b>
				</span>
				<span>
					{full(s.first, zone.value)}, for{" "}
					<b>{duration(toMs(s.last) - toMs(s.first))}</b>
				</span>
				{s.handshakeMs !== null && (
					<span>
						handshake <b>{duration(s.handshakeMs)}</b>
					</span>
				)}
				<span>seen on {s.node || "no known node"}</span>
			</div>
			{s.reason !== "" && (
				<div class="note warn">
					{s.protocol === "" ? "Not understood" : "Stopped"}: {s.reason}.
				</div>
			)}
			{s.lateJoin && (
				<div class="note warn">It began before the capture did.</div>
			)}
			{s.roleGuessed && (
				<div class="note warn">Who is the client was inferred.</div>
			)}
			<table class="data">
				<thead>
					<tr>
						<th>
							<span class="hidden">What</span>
						</th>
						<th class="num">
							<PeerFacts side="src" peer={s.client} /> sent
						</th>
						<th class="num">
							<PeerFacts side="dst" peer={s.server} /> sent
						</th>
					</tr>
				</thead>
				<tbody>
					{rows.map((r) => (
						<tr key={r[0]}>
							<td>{r[1]}</td>
							<Cell peer={s.client} row={r} />
							<Cell peer={s.server} row={r} />
						</tr>
					))}
					{isTcp && (
						<tr>
							<td>Flags seen</td>
							<td class="num">{s.client.flags.join(" ") || "none"}</td>
							<td class="num">{s.server.flags.join(" ") || "none"}</td>
						</tr>
					)}
				</tbody>
			</table>
		</>
	);
}
