// SPDX-License-Identifier: Apache-2.0
// Kafka: topics and partitions as a table, records as rows, all as a tree.
import { useState } from "preact/hooks";
import type { Json } from "../../../api/types";
import { zone } from "../../../app/prefs";
import { equals } from "../../../model/compose";
import { dict, text } from "../../../model/curl";
import { count, plural, words } from "../../../model/format";
import {
	type KafkaPartition,
	type KafkaRecord,
	kafkaPartitions,
} from "../../../model/kafka";
import { full } from "../../../model/time";
import { Value } from "../../../widgets/value";
import { Facts, MemberTree, Part, type SideProps } from "./parts";

const SHOWN = 100;

function Text(props: { text: string; base64: boolean; path: string }) {
	return (
		<Value kfl={equals(props.path, props.text)} copy={props.text}>
			{props.text === "" ? <span class="soft">none</span> : props.text}
			{props.base64 && <span class="badge p3">base64</span>}
		</Value>
	);
}

function RecordRow({ r }: { r: KafkaRecord }) {
	return (
		<tr>
			<td class="num">{r.offset === null ? "" : count(r.offset)}</td>
			<td class="nowrap soft">
				{r.time === null || r.time < 0 ? "" : full(r.time, zone.value)}
			</td>
			<td class="mono">
				{r.control !== "" ? (
					<span class="badge p7">{r.control}</span>
				) : (
					<Text text={r.key} base64={r.keyBase64} path={`${r.path}.key`} />
				)}
			</td>
			<td class="mono">
				<Text text={r.value} base64={r.valueBase64} path={`${r.path}.value`} />
				{r.headers.length > 0 && (
					<div class="record-headers">
						{r.headers.map(([name, value]) => (
							<span key={name} class="badge p7">
								{name}: {value}
							</span>
						))}
					</div>
				)}
			</td>
		</tr>
	);
}

function Records({ p }: { p: KafkaPartition }) {
	const [shown, show] = useState(SHOWN);
	if (p.records.length === 0) return null;
	const note = [
		plural(p.records.length, "record"),
		...(p.compression === "" || p.compression === "none"
			? []
			: [p.compression]),
	];
	return (
		<Part
			title={`Records of ${p.topic}, partition ${p.index ?? "?"}`}
			n={note.join(", ")}
		>
			{p.problem !== "" && (
				<div class="note warn">Not all could be decoded: {p.problem}.</div>
			)}
			<div class="wide" tabIndex={0} role="group" aria-label="Records">
				<table class="data">
					<thead>
						<tr>
							<th class="num">Offset</th>
							<th>Time</th>
							<th>Key</th>
							<th>Value and headers</th>
						</tr>
					</thead>
					<tbody>
						{p.records.slice(0, shown).map((r) => (
							<RecordRow key={r.path} r={r} />
						))}
					</tbody>
				</table>
			</div>
			{p.records.length > shown && (
				<button
					type="button"
					class="button"
					onClick={() => show(shown + 10 * SHOWN)}
				>
					Show more of {plural(p.records.length - shown, "other")}
				</button>
			)}
		</Part>
	);
}

function Partitions({ list }: { list: KafkaPartition[] }) {
	const names = [
		...new Set(list.flatMap((p) => p.facts.map(([name]) => name))),
	];
	return (
		<Part title="Topics and partitions" n={list.length}>
			<div class="wide" tabIndex={0} role="group" aria-label="Partitions">
				<table class="data">
					<thead>
						<tr>
							<th>Topic</th>
							<th class="num">Partition</th>
							{names.map((name) => (
								<th key={name}>{words(name)}</th>
							))}
						</tr>
					</thead>
					<tbody>
						{list.map((p) => (
							<tr key={p.indexPath}>
								<td>
									<Value kfl={equals(p.topicPath, p.topic)} copy={p.topic}>
										{p.topic}
									</Value>
								</td>
								<td class="num">
									<Value kfl={equals(p.indexPath, p.index)}>
										{p.index ?? ""}
									</Value>
								</td>
								{names.map((name) => (
									<td key={name}>{fact(p, name)}</td>
								))}
							</tr>
						))}
					</tbody>
				</table>
			</div>
		</Part>
	);
}

function fact(p: KafkaPartition, name: string) {
	const value = p.facts.find(([key]) => key === name)?.[1];
	if (value === undefined) return "";
	const isBad = (name === "errorCode" && value !== 0) || name === "errorName";
	return isBad ? <b class="badge failed">{String(value)}</b> : String(value);
}

function scalars(payload: { [key: string]: Json }): [string, Json][] {
	return Object.entries(payload).filter(([, v]) => typeof v !== "object");
}

export function Kafka({ d, side }: SideProps) {
	const m = dict(d.entry[side]);
	const payload = dict(m.payload);
	const path = `${side}.payload`;
	const partitions = kafkaPartitions(m.payload, path);
	const error = text(payload.errorName);
	return (
		<>
			{error !== "" && (
				<div class="note failed">
					<b>{error}</b> error {String(payload.errorCode)}
				</div>
			)}
			<Part title={side === "request" ? "Request" : "Response"}>
				<Facts
					list={[
						["API", m.apiKeyName, `${side}.apiKeyName`],
						["Version", m.apiVersion, `${side}.apiVersion`],
						["Client id", m.clientID, `${side}.clientID`],
						["Correlation id", m.correlationID, `${side}.correlationID`],
						...scalars(payload).map(([name, v]): [string, Json, string] => [
							words(name),
							v,
							`${path}.${name}`,
						]),
					]}
				/>
			</Part>
			{partitions.length > 0 && <Partitions list={partitions} />}
			{partitions.map((p) => (
				<Records key={p.indexPath} p={p} />
			))}
			{Object.keys(payload).length > 0 && (
				<Part title="All fields" closed={partitions.length > 0}>
					<MemberTree label="All fields" value={payload} path={path} />
				</Part>
			)}
		</>
	);
}
