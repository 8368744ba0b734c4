// SPDX-License-Identifier: Apache-2.0
// The stream of a call: its health and its other calls.
import { useState } from "preact/hooks";
import { getJson } from "../../api/client";
import type { EntryDetail, EntryList, Stream } from "../../api/types";
import { zone } from "../../app/prefs";
import { go } from "../../app/state";
import { duration, plural } from "../../model/format";
import { clock } from "../../model/time";
import { StatusBadge } from "../../widgets/badge";
import { Failed, Loading } from "../../widgets/state";
import { useLoad } from "../../widgets/use";
import { Health } from "../streams/health";
import { Replay } from "./replay";

const SHOWN = 200;

export function Calls(props: { stream: string; at?: string }) {
	const loaded = useLoad<EntryList>(props.stream, (signal) =>
		getJson("entries", { stream: props.stream, limit: SHOWN }, signal),
	);
	if (loaded.error !== null)
		return (
			<Failed
				what="The calls could not be read."
				error={loaded.error}
				retry={loaded.retry}
			/>
		);
	const list = loaded.data;
	if (list === null) return <Loading text="Reading the calls…" />;
	if (list.entries.length === 0)
		return <p class="soft">No call was found in this stream.</p>;
	return (
		<>
			<table class="data">
				<tbody>
					{list.entries.map((r) => (
						<tr key={r.id} aria-current={r.id === props.at}>
							<td class="soft">{clock(r.time, zone.value)}</td>
							<td>
								<StatusBadge row={r} />
							</td>
							<td>
								<a
									href={`?e=${encodeURIComponent(r.id)}`}
									onClick={(e) => {
										e.preventDefault();
										go({ view: "traffic", entry: r.id });
									}}
								>
									{r.method} {r.summary}
								</a>{" "}
								{r.id === props.at && <span class="badge p1">this one</span>}
							</td>
							<td class="num">{duration(r.elapsedMs)}</td>
						</tr>
					))}
				</tbody>
			</table>
			{list.next !== null && (
				<p class="soft small">The first {SHOWN} are shown.</p>
			)}
		</>
	);
}

export function StreamTab({ d }: { d: EntryDetail }) {
	const [replay, setReplay] = useState(false);
	const loaded = useLoad<Stream>(d.row.stream, (signal) =>
		getJson(`streams/${encodeURIComponent(d.row.stream)}`, {}, signal),
	);
	const s = loaded.data;
	return (
		<>
			{loaded.error !== null && (
				<Failed
					what="The stream could not be read."
					error={loaded.error}
					retry={loaded.retry}
				/>
			)}
			{s === null && loaded.error === null && (
				<Loading text="Reading the stream…" />
			)}
			{s !== null && <Health s={s} />}
			<details class="section" open>
				<summary>
					Calls{" "}
					{s !== null && <span class="n">{plural(s.entries, "call")}</span>}
				</summary>
				<Calls stream={d.row.stream} at={d.row.id} />
			</details>
			<div class="body-tools">
				<button
					type="button"
					class="button"
					onClick={() => go({ view: "streams", stream: d.row.stream })}
				>
					Show among the streams
				</button>
				{d.protocol.layer4 === "tcp" && (
					<button type="button" class="button" onClick={() => setReplay(true)}>
						Replay…
					</button>
				)}
			</div>
			{replay && <Replay d={d} close={() => setReplay(false)} />}
		</>
	);
}
