// SPDX-License-Identifier: Apache-2.0
import type { Row } from "../api/types";
import { CLASS_NAME, statusText } from "../model/status";

const COLOURS: Record<string, string> = {
	http: "p1",
	http2: "p8",
	grpc: "p4",
	gql: "p5",
	amqp: "p6",
	kafka: "p7",
	redis: "p2",
	dns: "p3",
	ws: "p8",
};

/** The colour class of a protocol; unknown ones get one by their name. */
export function protocolClass(macro: string): string {
	const known = COLOURS[macro];
	if (known !== undefined) return known;
	let sum = 0;
	for (const c of macro) sum = (sum * 31 + c.charCodeAt(0)) % 8;
	return `p${sum + 1}`;
}

export function ProtocolBadge(props: {
	abbr: string;
	macro: string;
	kfl?: boolean;
}) {
	return (
		<span
			class={`badge ${protocolClass(props.macro)}`}
			data-kfl={props.kfl === false ? undefined : props.macro}
			data-field="protocol.abbr"
		>
			{props.abbr}
		</span>
	);
}

export function StatusBadge({ row }: { row: Row }) {
	return (
		<span
			class={`badge status ${row.class}`}
			title={`${CLASS_NAME[row.class]}${row.status === 0 ? "" : `, ${row.status}`}`}
			data-kfl={row.queries.status}
		>
			{statusText(row)}
		</span>
	);
}
