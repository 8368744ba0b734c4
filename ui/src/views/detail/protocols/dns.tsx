// SPDX-License-Identifier: Apache-2.0
// DNS: questions, and records by section.
import type { Json } from "../../../api/types";
import { equals } from "../../../model/compose";
import { dict, text } from "../../../model/curl";
import { Value } from "../../../widgets/value";
import { Facts, MemberTree, Part, type SideProps } from "./parts";

const RECORDS: [string, string][] = [
	["answers", "Answers"],
	["authorities", "Authority"],
	["additionals", "Additional"],
];

const FLAGS: [string, string][] = [
	["authoritative", "authoritative"],
	["recursionDesired", "recursion desired"],
	["recursionAvailable", "recursion available"],
	["authenticData", "authentic data"],
	["checkingDisabled", "checking disabled"],
	["truncated", "truncated"],
];

function list(value: Json | undefined): Json[] {
	return Array.isArray(value) ? value : [];
}

function Text(props: { path: string; text: string }) {
	return (
		<Value kfl={equals(props.path, props.text)} copy={props.text}>
			{props.text || <span class="soft">.</span>}
		</Value>
	);
}

function Table(props: { title: string; path: string; rows: Json[] }) {
	// EDNS is told above, in words.
	const rows = props.rows
		.map((value, i) => ({ r: dict(value), at: `${props.path}[${i}]` }))
		.filter(({ r }) => text(r.type) !== "OPT");
	if (rows.length === 0) return null;
	const isQuestion = rows.every(({ r }) => r.ttl === undefined);
	return (
		<Part title={props.title} n={rows.length}>
			<div class="wide" tabIndex={0} role="group" aria-label={props.title}>
				<table class="data">
					<thead>
						<tr>
							<th>Name</th>
							<th>Type</th>
							<th>Class</th>
							{!isQuestion && <th class="num">TTL</th>}
							{!isQuestion && <th>Data</th>}
						</tr>
					</thead>
					<tbody>
						{rows.map(({ r, at }) => (
							<tr key={at}>
								<td class="mono">
									<Text path={`${at}.name`} text={text(r.name)} />
								</td>
								<td>
									<Text path={`${at}.type`} text={text(r.type)} />
								</td>
								<td class="soft">{text(r.class)}</td>
								{!isQuestion && <td class="num">{String(r.ttl)}</td>}
								{!isQuestion && (
									<td class="mono">
										<Text path={`${at}.data`} text={text(r.data)} />
									</td>
								)}
							</tr>
						))}
					</tbody>
				</table>
			</div>
		</Part>
	);
}

export function Dns({ d, side }: SideProps) {
	const m = dict(d.entry[side]);
	const flags = FLAGS.filter(([key]) => m[key] === true);
	const empty = RECORDS.every(([key]) => list(m[key]).length === 0);
	const code = text(m.code);
	return (
		<>
			{side === "response" && typeof m.rcode === "number" && m.rcode !== 0 && (
				<div class="note failed">
					<b>{code || `Code ${m.rcode}`}</b>
				</div>
			)}
			<Part title={side === "request" ? "Query" : "Answer"}>
				<Facts
					list={[
						["Operation", m.opCode, `${side}.opCode`],
						["Outcome", m.code, `${side}.code`],
						["Id", m.id, `${side}.id`],
						["Flags", flags.map(([, name]) => name).join(", ") || "none", ""],
					]}
				/>
			</Part>
			<Table
				title="Questions"
				path={`${side}.questions`}
				rows={list(m.questions)}
			/>
			{RECORDS.map(([key, title]) => (
				<Table
					key={key}
					title={title}
					path={`${side}.${key}`}
					rows={list(m[key])}
				/>
			))}
			{side === "response" && empty && (
				<p class="soft">No records came back.</p>
			)}
			{m.edns !== undefined && (
				<Part title="EDNS" closed>
					<MemberTree label="EDNS" value={m.edns} path={`${side}.edns`} />
				</Part>
			)}
		</>
	);
}
