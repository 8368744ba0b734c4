// SPDX-License-Identifier: Apache-2.0
// A WebSocket as the conversation that it is: the messages around one.
import { useState } from "preact/hooks";
import { getJson } from "../../../api/client";
import type { EntryDetail, EntryList, Json, Row } from "../../../api/types";
import { zone } from "../../../app/prefs";
import { go } from "../../../app/state";
import { fromBase64 } from "../../../model/body";
import { dict, text } from "../../../model/curl";
import { bytes } from "../../../model/format";
import { hexText } from "../../../model/hex";
import { clock } from "../../../model/time";
import { Failed, Loading } from "../../../widgets/state";
import { useLoad } from "../../../widgets/use";
import { peerName } from "../../traffic/columns";

const PAGE = 40;
const TEXT_MAX = 2048;
const AT_ONCE = 4;

interface Line {
	row: Row;
	/** The message as its entry has it. */
	m: { [key: string]: Json };
}

interface Page {
	lines: Line[];
	isFirst: boolean;
	isLast: boolean;
}

/** Messages are small and many: a few requests at a time. */
async function load(
	stream: string,
	from: number,
	n: number,
	signal: AbortSignal,
): Promise<Page> {
	const list = await getJson<EntryList>(
		"entries",
		{ stream, skip: from, limit: n },
		signal,
	);
	const lines: Line[] = list.entries.map((row) => ({ row, m: {} }));
	let next = 0;
	const work = async () => {
		for (let line = lines[next++]; line !== undefined; line = lines[next++]) {
			if (line.row.protocol !== "ws") continue;
			const d = await getJson<EntryDetail>(
				`entries/${encodeURIComponent(line.row.id)}`,
				{ max: TEXT_MAX },
				signal,
			);
			line.m = dict(d.entry.request);
		}
	};
	await Promise.all(Array.from({ length: AT_ONCE }, work));
	return { lines, isFirst: from === 0, isLast: list.next === null };
}

function content(m: Line["m"]): string {
	if (text(m.encoding) !== "base64") return text(m.text);
	return hexText((fromBase64(text(m.text)) ?? new Uint8Array()).slice(0, 48));
}

function Upgrade({ row }: { row: Row }) {
	return (
		<li class="talk-middle">
			<a
				href={`?e=${encodeURIComponent(row.id)}`}
				onClick={(e) => {
					e.preventDefault();
					go({ entry: row.id, tab: "" });
				}}
			>
				{row.abbr} {row.method} {row.summary}
			</a>{" "}
			{row.status}
		</li>
	);
}

function Message(props: { line: Line; at: boolean }) {
	const { row, m } = props.line;
	const from = text(m.from);
	const opcode = text(m.opcode);
	const closing = m.closeCode === undefined ? "" : ` ${String(m.closeCode)}`;
	const isControl = opcode !== "text" && opcode !== "binary";
	const body = content(m);
	const cut = Number(m.size ?? 0) > (isControl ? 125 : body.length * 4 + 48);
	return (
		<li class={`talk-${from === "server" ? "server" : "client"}`}>
			<button
				type="button"
				class={`bubble${isControl ? " control" : ""}`}
				aria-current={props.at}
				onClick={() => go({ entry: row.id }, true)}
			>
				<span class="bubble-head">
					<b>{peerName(row.src)}</b> {clock(row.time, zone.value)}{" "}
					<span class="badge p8">
						{opcode}
						{closing}
					</span>{" "}
					<span class="nowrap">{bytes(Number(m.size ?? 0))}</span>
					{m.compressed === true &&
						`, ${bytes(Number(m.payloadSize ?? 0))} compressed`}
				</span>
				{body !== "" && (
					<span class={opcode === "binary" ? "bubble-hex" : "bubble-text"}>
						{body}
						{cut && " …"}
					</span>
				)}
				{(m.decodeError !== undefined || m.truncated === true) && (
					<span class="badge warn">
						{text(m.decodeError) || "not all of it is there"}
					</span>
				)}
			</button>
		</li>
	);
}

export function Talk({ d }: { d: EntryDetail }) {
	// Where it began is kept while somebody steps through the messages.
	const [first] = useState(Math.max(0, d.row.ordinal - PAGE / 2));
	const [range, widen] = useState({ from: first, n: PAGE });
	const loaded = useLoad<Page>(
		JSON.stringify([d.row.stream, range]),
		(signal) => load(d.row.stream, range.from, range.n, signal),
	);
	const page = loaded.data;
	if (loaded.error !== null)
		return (
			<Failed
				what="The conversation could not be read."
				error={loaded.error}
				retry={loaded.retry}
			/>
		);
	if (page === null) return <Loading text="Reading the conversation…" />;
	const earlier = Math.max(0, range.from - PAGE);
	return (
		<>
			{!page.isFirst && (
				<button
					type="button"
					class="button talk-more"
					onClick={() =>
						widen({ from: earlier, n: range.n + range.from - earlier })
					}
				>
					Earlier messages
				</button>
			)}
			<ol class="talk" aria-label="Conversation" aria-busy={loaded.busy}>
				{page.lines.map((line) =>
					line.row.protocol === "ws" ? (
						<Message
							key={line.row.id}
							line={line}
							at={line.row.id === d.row.id}
						/>
					) : (
						<Upgrade key={line.row.id} row={line.row} />
					),
				)}
			</ol>
			{!page.isLast && (
				<button
					type="button"
					class="button talk-more"
					onClick={() => widen({ from: range.from, n: range.n + PAGE })}
				>
					Later messages
				</button>
			)}
		</>
	);
}
