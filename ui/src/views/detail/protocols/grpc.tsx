// SPDX-License-Identifier: Apache-2.0
// gRPC: the call, and its messages as trees.
import { useState } from "preact/hooks";
import type { Json } from "../../../api/types";
import { fromBase64 } from "../../../model/body";
import { dict, text } from "../../../model/curl";
import { bytes, count, duration, plural } from "../../../model/format";
import { Hex } from "../../../widgets/hex";
import { Facts, MemberTree, Part, type SideProps } from "./parts";

const SHOWN = 50;

function facts(name: string, m: { [key: string]: Json }): string {
	const parts = [bytes(typeof m.length === "number" ? m.length : 0)];
	if (m.compressed === true) parts.push("compressed");
	return `${name}, ${parts.join(", ")}`;
}

function Message(props: { value: Json; index: number; path: string }) {
	const m = dict(props.value);
	const name = `Message ${props.index + 1}`;
	// What is no protobuf message comes as base64.
	const raw = typeof m.data === "string" ? fromBase64(m.data) : null;
	const trouble =
		text(m.decodeError) || (m.truncated === true ? "its end is missing" : "");
	return (
		<li>
			<div class="message-head soft small">
				{facts(name, m)}{" "}
				{trouble !== "" && <span class="badge warn">{trouble}</span>}
			</div>
			{raw !== null ? (
				<Hex bytes={raw} label={`${name} in hexadecimal`} />
			) : (
				<MemberTree
					label={name}
					value={m.data ?? {}}
					path={`${props.path}[${props.index}].data`}
				/>
			)}
		</li>
	);
}

function Messages(props: { list: Json[]; path: string; all: number }) {
	const [shown, show] = useState(SHOWN);
	if (props.list.length === 0) return null;
	return (
		<Part title="Messages" n={count(props.all)}>
			<ol class="messages">
				{props.list.slice(0, shown).map((value, i) => (
					<Message key={i} value={value} index={i} path={props.path} />
				))}
			</ol>
			{props.list.length > shown && (
				<button
					type="button"
					class="button"
					onClick={() => show(shown + 4 * SHOWN)}
				>
					Show more of {plural(props.list.length - shown, "other")}
				</button>
			)}
		</Part>
	);
}

export function Grpc({ d, side }: SideProps) {
	const g = dict(dict(d.entry[side]).grpc);
	if (Object.keys(g).length === 0) return null;
	const path = `${side}.grpc`;
	const list = Array.isArray(g.messages) ? g.messages : [];
	const ms = typeof g.timeoutMs === "number" ? g.timeoutMs : null;
	const status = typeof g.status === "number" ? g.status : 0;
	return (
		<>
			{status !== 0 && (
				<div class="note failed">
					<b>{text(g.statusName) || `Status ${status}`}</b>{" "}
					{text(g.message) || "without a message"}
				</div>
			)}
			<Part title="gRPC">
				<Facts
					list={[
						["Service", g.service, `${path}.service`],
						["Method", g.method, `${path}.method`],
						[
							"Status",
							g.status,
							`${path}.status`,
							`${g.status} ${text(g.statusName)}`,
						],
						["Kind", g.kind, `${path}.kind`],
						["Deadline", g.timeoutMs, `${path}.timeoutMs`, duration(ms)],
						["Compression", g.encoding, `${path}.encoding`],
						["Messages", g.messageCount, `${path}.messageCount`],
						[
							"Their bytes",
							g.messageBytes,
							`${path}.messageBytes`,
							bytes(Number(g.messageBytes ?? 0)),
						],
					]}
				/>
			</Part>
			{g.details !== undefined && (
				<Part title="Status details">
					<MemberTree
						label="Status details"
						value={g.details}
						path={`${path}.details`}
					/>
				</Part>
			)}
			<Messages
				list={list}
				path={`${path}.messages`}
				all={typeof g.messageCount === "number" ? g.messageCount : list.length}
			/>
		</>
	);
}
