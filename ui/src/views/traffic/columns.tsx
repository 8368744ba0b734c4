// SPDX-License-Identifier: Apache-2.0
// The columns of the traffic list: a new one is one element more.
import type { Peer, Row } from "../../api/types";
import { zone } from "../../app/prefs";
import { equals, since } from "../../model/compose";
import { bytes, duration } from "../../model/format";
import { clock, full } from "../../model/time";
import { ProtocolBadge, StatusBadge } from "../../widgets/badge";
import type { Column } from "../../widgets/grid";

/** The name somebody looks for, or the address. */
export function peerName(peer: Peer): string {
	return peer.name || peer.ip;
}

export function peerQuery(side: "src" | "dst", peer: Peer): string {
	return peer.name === ""
		? (equals(`${side}.ip`, peer.ip) ?? "")
		: (equals(`${side}.name`, peer.name) ?? "");
}

function peerTitle(peer: Peer): string {
	const where = peer.namespace === "" ? "" : ` [${peer.namespace}]`;
	return `${peer.name}${where} ${peer.ip}:${peer.port}`.trim();
}

function PeerText(props: { side: "src" | "dst"; peer: Peer }) {
	const { peer } = props;
	// "catalog.shop" in namespace "shop": the namespace is there already.
	const known =
		peer.namespace === "" || peer.name.endsWith(`.${peer.namespace}`);
	return (
		<span title={peerTitle(peer)} data-kfl={peerQuery(props.side, peer)}>
			{peerName(peer)}
			{!known && <span class="soft">.{peer.namespace}</span>}
		</span>
	);
}

// A bar as long as the logarithm: 0.1 ms is nothing, 10 s is all. Below a
// millisecond it would be a speck.
const BAR_FROM_MS = 1;

function barWidth(ms: number): number {
	return Math.min(100, Math.max(0, (Math.log10(ms / 0.1) / 5) * 100));
}

/** As slow or slower, in whole milliseconds; of less everything would be. */
function slower(ms: number | null): string {
	return ms === null || ms < 1 ? "" : `elapsedTime >= ${Math.floor(ms)}`;
}

function Latency({ ms }: { ms: number | null }) {
	return (
		<span class="latency-bar" data-kfl={slower(ms)}>
			{duration(ms)}
			{ms !== null && ms >= BAR_FROM_MS && (
				<i style={{ width: `${barWidth(ms)}%` }} />
			)}
		</span>
	);
}

function Size({ field, n }: { field: string; n: number }) {
	return (
		<span data-kfl={equals(field, n) ?? ""} data-copy={String(n)}>
			{bytes(n)}
		</span>
	);
}

/** What of a row can go into the filter, the likeliest first. */
export function conditionsOf(r: Row): string[] {
	return [
		r.queries.summary,
		r.queries.method,
		r.queries.status,
		r.protocol,
		peerQuery("src", r.src),
		peerQuery("dst", r.dst),
		equals("node.name", r.node),
		slower(r.elapsedMs),
		since(r.time),
	].filter((kfl): kfl is string => typeof kfl === "string" && kfl !== "");
}

export const COLUMNS: Column<Row>[] = [
	{
		id: "time",
		title: "Time",
		width: "92px",
		least: 92,
		rank: 0.6,
		sort: "time",
		cell: (r) => (
			<span
				class="cell-time"
				title={full(r.time, zone.value)}
				data-kfl={since(r.time)}
				data-copy={r.time}
			>
				{clock(r.time, zone.value)}
			</span>
		),
	},
	{
		id: "protocol",
		title: "Protocol",
		width: "62px",
		least: 62,
		rank: 0,
		cell: (r) => <ProtocolBadge abbr={r.abbr} macro={r.protocol} />,
	},
	{
		id: "method",
		title: "Method",
		// "exchange declare" of AMQP, "OffsetCommit" of Kafka.
		width: "minmax(56px, 108px)",
		least: 60,
		rank: 0.5,
		cell: (r) => (
			<span class="cell-method" data-kfl={r.queries.method} title={r.method}>
				{r.method}
			</span>
		),
	},
	{
		id: "status",
		title: "Status",
		// "NXDOMAIN" of DNS.
		width: "minmax(58px, 76px)",
		least: 58,
		rank: 0,
		sort: "status",
		most: true,
		cell: (r) => <StatusBadge row={r} />,
	},
	{
		id: "summary",
		title: "Summary",
		width: "minmax(120px, 1.6fr)",
		least: 150,
		rank: 0,
		cell: (r) => (
			<span class="cell-summary">
				{!r.complete && (
					<span class="mark badge warn" title={r.reason}>
						{r.class === "unanswered" ? "no answer" : "not whole"}
					</span>
				)}
				{r.tls && (
					<span class="mark badge p4" data-kfl={'tls == "true"'} title="TLS">
						TLS
					</span>
				)}
				<span data-kfl={r.queries.summary} title={r.summary}>
					{r.summary || <span class="soft">no summary</span>}
				</span>
			</span>
		),
	},
	{
		id: "route",
		title: "Source → destination",
		width: "minmax(140px, 1.4fr)",
		least: 210,
		rank: 1,
		cell: (r) => (
			<span class="cell-route">
				<PeerText side="src" peer={r.src} />
				<span class="arrow">→</span>
				<PeerText side="dst" peer={r.dst} />
			</span>
		),
	},
	{
		id: "node",
		title: "Node",
		width: "74px",
		least: 74,
		rank: 5,
		cell: (r) => (
			<span class="soft" data-kfl={equals("node.name", r.node) ?? ""}>
				{r.node}
			</span>
		),
	},
	{
		id: "latency",
		title: "Latency",
		width: "minmax(66px, 78px)",
		least: 66,
		rank: 2,
		numeric: true,
		sort: "elapsed",
		most: true,
		cell: (r) => <Latency ms={r.elapsedMs} />,
	},
	{
		id: "size",
		title: "Request",
		width: "68px",
		least: 68,
		rank: 4,
		numeric: true,
		sort: "requestSize",
		most: true,
		cell: (r) => <Size field="requestSize" n={r.requestSize} />,
	},
	{
		id: "response-size",
		title: "Response",
		width: "74px",
		least: 74,
		rank: 3,
		numeric: true,
		sort: "responseSize",
		most: true,
		cell: (r) => <Size field="responseSize" n={r.responseSize} />,
	},
];
