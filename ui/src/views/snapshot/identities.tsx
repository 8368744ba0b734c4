// SPDX-License-Identifier: Apache-2.0
// Who had which address when.
import { useState } from "preact/hooks";
import { getJson } from "../../api/client";
import type { Identity, IdentityList, SnapshotDetail } from "../../api/types";
import { zone } from "../../app/prefs";
import { filterBy } from "../../app/state";
import { clock, toMs } from "../../model/time";
import { Failed, Loading } from "../../widgets/state";
import { useDebounced, useLoad } from "../../widgets/use";
import { Panel } from "./snapshot";

const SHOWN = 200;

function Bar({ s, i }: { s: SnapshotDetail; i: Identity }) {
	if (s.from === null || s.to === null) return null;
	const from = toMs(s.from);
	const all = Math.max(1, toMs(s.to) - from);
	const at = (t: number) =>
		Math.min(100, Math.max(0, (100 * (t - from)) / all));
	const left = at(toMs(i.from));
	const right = i.to === null ? 100 : at(toMs(i.to));
	return (
		<div class="spans">
			<i style={{ left: `${left}%`, width: `${right - left}%` }} />
		</div>
	);
}

export function Identities({ s }: { s: SnapshotDetail }) {
	const [typed, setTyped] = useState("");
	const [find, setFind] = useState("");
	useDebounced(250, () => setFind(typed), [typed]);
	const loaded = useLoad<IdentityList>(
		`${s.id} ${find} ${s.digest}`,
		(signal) =>
			getJson("identities", { snapshot: s.id, find, limit: SHOWN }, signal),
	);
	const list = loaded.data;
	return (
		<Panel title="Identities over time">
			<div class="inner">
				<input
					class="field"
					aria-label="Find identities"
					placeholder="Name or address"
					value={typed}
					onInput={(e) => setTyped(e.currentTarget.value)}
				/>
			</div>
			{loaded.error !== null ? (
				<Failed
					what="Identities could not be read."
					error={loaded.error}
					retry={loaded.retry}
				/>
			) : list === null ? (
				<Loading text="Reading…" />
			) : list.identities.length === 0 ? (
				<p class="inner soft">
					{find === ""
						? "There is no name history in this snapshot."
						: "Nobody is called so."}
				</p>
			) : (
				<div class="wide">
					<table class="data">
						<thead>
							<tr>
								<th>Address</th>
								<th>Name</th>
								<th>Namespace</th>
								<th>As seen from</th>
								<th>From</th>
								<th>To</th>
								<th style={{ width: "24%" }}>Time</th>
							</tr>
						</thead>
						<tbody>
							{list.identities.map((i) => (
								<tr key={`${i.ip} ${i.port} ${i.node} ${i.from} ${i.name}`}>
									<td class="mono">
										{i.ip}
										{i.port === null ? "" : `:${i.port}`}
									</td>
									<td>
										<button
											type="button"
											class="val"
											title="Its calls"
											onClick={() =>
												filterBy(
													`src.name == "${i.name}" or dst.name == "${i.name}"`,
													"only",
												)
											}
										>
											{i.name}
										</button>
									</td>
									<td>{i.namespace}</td>
									<td class="soft">{i.node || "all nodes"}</td>
									<td class="soft">
										{i.early ? "the beginning" : clock(i.from, zone.value)}
									</td>
									<td class="soft">
										{i.to === null ? "the end" : clock(i.to, zone.value)}
									</td>
									<td>
										<Bar s={s} i={i} />
									</td>
								</tr>
							))}
						</tbody>
					</table>
					{list.next !== null && (
						<p class="inner soft small">The first {SHOWN} are shown.</p>
					)}
				</div>
			)}
		</Panel>
	);
}
