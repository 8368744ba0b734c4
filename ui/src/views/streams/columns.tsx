// SPDX-License-Identifier: Apache-2.0
// The columns of the list of streams.
import type { Stream, StreamPeer } from "../../api/types";
import { zone } from "../../app/prefs";
import { protocols } from "../../app/state";
import { equals } from "../../model/compose";
import { bytes, count, duration } from "../../model/format";
import { clock, full, toMs } from "../../model/time";
import { ProtocolBadge } from "../../widgets/badge";
import type { Column } from "../../widgets/grid";
import { peerName, peerQuery } from "../traffic/columns";
import { problems } from "./health";

/** Dissectors whose name is not the protocol's word. */
const WORD: Record<string, string> = {
	http1: "http",
	dns_tcp: "dns",
	websocket: "ws",
};

function wordOf(s: Stream): string {
	return WORD[s.protocol] ?? s.protocol;
}

export function Spoken({ s }: { s: Stream }) {
	const word = wordOf(s);
	const known = protocols.value.find((p) => p.macro === word);
	return (
		<ProtocolBadge abbr={known?.abbr ?? word.toUpperCase()} macro={word} />
	);
}

/** What selects the calls of a stream. */
export function callsQuery(s: Stream): string {
	return `evidence.stream == "${s.id.replace(/^\d+:/, "")}"`;
}

/** What of a stream can go into the filter of the traffic. */
export function conditionsOf(s: Stream): string[] {
	return [
		peerQuery("src", s.client),
		peerQuery("dst", s.server),
		equals("dst.port", String(s.server.port)),
		s.protocol === "" ? "" : wordOf(s),
		equals("node.name", s.node),
		s.entries === 0 ? "" : callsQuery(s),
	].filter((kfl): kfl is string => typeof kfl === "string" && kfl !== "");
}

function End(props: { side: "src" | "dst"; peer: StreamPeer }) {
	const { side, peer } = props;
	return (
		<>
			<span title={peer.ip} data-kfl={peerQuery(side, peer)}>
				{peerName(peer)}
			</span>
			<span
				class="soft"
				data-kfl={equals(`${side}.port`, String(peer.port)) ?? ""}
				data-copy={String(peer.port)}
			>
				:{peer.port}
			</span>
		</>
	);
}

function HealthCell({ s }: { s: Stream }) {
	const bad = problems(s);
	return (
		<span title={[...bad, s.reason].filter(Boolean).join("; ")}>
			{s.undecrypted && <span class="badge p3">encrypted</span>}{" "}
			{bad.length > 0 && (
				<span class="badge warn">
					{bad[0]}
					{bad.length > 1 && ` +${bad.length - 1}`}
				</span>
			)}{" "}
			{s.reason !== "" && (
				<span class="cell-reason soft small">{s.reason}</span>
			)}
		</span>
	);
}

export const COLUMNS: Column<Stream>[] = [
	{
		id: "time",
		title: "Time",
		width: "92px",
		least: 92,
		rank: 2,
		sort: "time",
		cell: (s) => (
			<span class="cell-time" title={full(s.first, zone.value)}>
				{clock(s.first, zone.value)}
			</span>
		),
	},
	{
		id: "protocol",
		title: "Protocol",
		width: "62px",
		least: 62,
		rank: 0,
		cell: (s) =>
			s.protocol === "" ? (
				<span class="soft small">{s.l4.toUpperCase()}</span>
			) : (
				<Spoken s={s} />
			),
	},
	{
		id: "route",
		title: "Client → server",
		width: "minmax(200px, 2fr)",
		least: 260,
		rank: 0,
		cell: (s) => (
			<span class="cell-route">
				<End side="src" peer={s.client} />
				<span class="arrow">→</span>
				<End side="dst" peer={s.server} />
			</span>
		),
	},
	{
		id: "health",
		title: "Health",
		width: "minmax(110px, 1.2fr)",
		least: 110,
		rank: 1,
		cell: (s) => <HealthCell s={s} />,
	},
	{
		id: "state",
		title: "State",
		width: "64px",
		least: 64,
		rank: 6,
		cell: (s) => s.state.replace("_", " "),
	},
	{
		id: "node",
		title: "Node",
		width: "70px",
		least: 70,
		rank: 7,
		cell: (s) => (
			<span class="soft" data-kfl={equals("node.name", s.node) ?? ""}>
				{s.node}
			</span>
		),
	},
	{
		id: "calls",
		title: "Calls",
		width: "56px",
		least: 56,
		rank: 3,
		numeric: true,
		sort: "entries",
		most: true,
		cell: (s) => count(s.entries),
	},
	{
		id: "packets",
		title: "Packets",
		width: "64px",
		least: 64,
		rank: 8,
		numeric: true,
		sort: "packets",
		most: true,
		cell: (s) => count(s.client.packets + s.server.packets),
	},
	{
		id: "bytes",
		title: "Bytes",
		width: "68px",
		least: 68,
		rank: 4,
		numeric: true,
		sort: "bytes",
		most: true,
		cell: (s) => bytes(s.client.bytes + s.server.bytes),
	},
	{
		id: "duration",
		title: "Duration",
		width: "70px",
		least: 70,
		rank: 5,
		numeric: true,
		cell: (s) => duration(toMs(s.last) - toMs(s.first)),
	},
];
