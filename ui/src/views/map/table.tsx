// SPDX-License-Identifier: Apache-2.0
// The map as a table, which says the same and can be sorted.
import { useState } from "preact/hooks";
import type { MapEdge, ServiceMap } from "../../api/types";
import { filterBy } from "../../app/state";
import { bytes, count, duration, percent } from "../../model/format";
import { ProtocolBadge } from "../../widgets/badge";
import { Icon } from "../../widgets/icon";
import { rateText } from "./picture";

interface Column {
	title: string;
	numeric?: boolean;
	of: (e: MapEdge) => number | string;
	text: (e: MapEdge) => string;
}

const share = (e: MapEdge) => (e.count === 0 ? 0 : e.errors / e.count);

function columns(name: (id: string) => string): Column[] {
	const number = (
		title: string,
		of: (e: MapEdge) => number,
		text: (e: MapEdge) => string,
	): Column => ({ title, numeric: true, of, text });
	return [
		{ title: "From", of: (e) => name(e.from), text: (e) => name(e.from) },
		{ title: "To", of: (e) => name(e.to), text: (e) => name(e.to) },
		{ title: "Protocol", of: (e) => e.abbr, text: (e) => e.abbr },
		number(
			"Calls",
			(e) => e.count,
			(e) => count(e.count),
		),
		number(
			"Rate",
			(e) => e.rate,
			(e) => rateText(e.rate),
		),
		number("Errors", share, (e) =>
			e.errors === 0
				? "0"
				: `${count(e.errors)} (${percent(e.errors, e.count)})`,
		),
		number(
			"Median",
			(e) => e.p50 ?? -1,
			(e) => duration(e.p50),
		),
		number(
			"90 %",
			(e) => e.p90 ?? -1,
			(e) => duration(e.p90),
		),
		number(
			"99 %",
			(e) => e.p99 ?? -1,
			(e) => duration(e.p99),
		),
		number(
			"Sent",
			(e) => e.requestBytes,
			(e) => bytes(e.requestBytes),
		),
		number(
			"Received",
			(e) => e.responseBytes,
			(e) => bytes(e.responseBytes),
		),
	];
}

function compare(a: number | string, b: number | string): number {
	if (a === b) return 0;
	return a < b ? -1 : 1;
}

export function EdgeTable({ map }: { map: ServiceMap }) {
	const [sort, setSort] = useState({ by: 3, down: true });
	const names = new Map(
		map.nodes.map((n) => [n.id, n.name || n.ips[0] || n.id]),
	);
	const list = columns((id) => names.get(id) ?? id);
	const by = list[sort.by] ?? list[0];
	const edges = [...map.edges].sort((a, b) => {
		const order = by === undefined ? 0 : compare(by.of(a), by.of(b));
		return sort.down ? -order : order;
	});
	return (
		<section class="scroll" tabIndex={0} aria-label="Connections">
			<table class="data" style={{ background: "var(--surface)" }}>
				<thead>
					<tr>
						{list.map((c, i) => (
							<th
								key={c.title}
								class={c.numeric ? "num" : ""}
								aria-sort={
									i !== sort.by
										? "none"
										: sort.down
											? "descending"
											: "ascending"
								}
							>
								<button
									type="button"
									onClick={() =>
										setSort({ by: i, down: i === sort.by ? !sort.down : true })
									}
								>
									{c.title}
									{i === sort.by && <Icon name={sort.down ? "down" : "up"} />}
								</button>
							</th>
						))}
						<th>
							<span class="hidden">Actions</span>
						</th>
					</tr>
				</thead>
				<tbody>
					{edges.map((e) => (
						<tr key={`${e.from} ${e.to} ${e.protocol}`}>
							{list.map((c) => (
								<td key={c.title} class={c.numeric ? "num" : ""}>
									{c.title === "Protocol" ? (
										<ProtocolBadge abbr={e.abbr} macro={e.protocol} />
									) : (
										c.text(e)
									)}
								</td>
							))}
							<td>
								<button
									type="button"
									class="button"
									aria-label={`Show the calls of ${names.get(e.from)} to ${names.get(e.to)}`}
									onClick={() => filterBy(e.query, "add")}
								>
									Show
								</button>
							</td>
						</tr>
					))}
				</tbody>
			</table>
		</section>
	);
}
