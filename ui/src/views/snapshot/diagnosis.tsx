// SPDX-License-Identifier: Apache-2.0
// What is missing, refused or odd, with its place.
import { useState } from "preact/hooks";
import { getJson } from "../../api/client";
import type { Diag, DiagList, SnapshotDetail } from "../../api/types";
import { zone } from "../../app/prefs";
import { go } from "../../app/state";
import { count } from "../../model/format";
import { clock } from "../../model/time";
import { Failed, Loading } from "../../widgets/state";
import { useLoad } from "../../widgets/use";
import { Panel } from "./snapshot";

const SHOWN = 200;

const LOOK: Record<Diag["severity"], string> = {
	information: "p3",
	loss: "warn",
	refused: "server_error",
};

function place(d: Diag): string {
	const parts: string[] = [];
	if (d.source !== null)
		parts.push(d.record ? `${d.source} #${d.record}` : d.source);
	if (d.offset !== null) parts.push(`offset ${count(d.offset)}`);
	if (d.length !== null) parts.push(`${count(d.length)} bytes`);
	return parts.join(", ");
}

export function Diagnosis({ s }: { s: SnapshotDetail }) {
	const [kind, setKind] = useState("");
	const loaded = useLoad<DiagList>(`${s.id} ${kind} ${s.digest}`, (signal) =>
		getJson("diag", { snapshot: s.id, kind, limit: SHOWN }, signal),
	);
	const list = loaded.data;
	return (
		<Panel title="Findings">
			{loaded.error !== null ? (
				<Failed
					what="Findings could not be read."
					error={loaded.error}
					retry={loaded.retry}
				/>
			) : list === null ? (
				<Loading text="Reading…" />
			) : list.kinds.length === 0 ? (
				<p class="inner soft">Nothing was found to be odd.</p>
			) : (
				<>
					<div class="inner body-tools">
						<button
							type="button"
							class={`button${kind === "" ? " on" : ""}`}
							aria-pressed={kind === ""}
							onClick={() => setKind("")}
						>
							All
						</button>
						{list.kinds.map((k) => (
							<button
								key={k.kind}
								type="button"
								class={`button${kind === k.kind ? " on" : ""}`}
								aria-pressed={kind === k.kind}
								title={k.text}
								onClick={() => setKind(k.kind)}
							>
								<span class={`badge ${LOOK[k.severity]}`}>{k.severity}</span>
								{k.kind.replaceAll("_", " ")} {count(k.count)}
							</button>
						))}
					</div>
					<div class="wide">
						<table class="data">
							<thead>
								<tr>
									<th>Severity</th>
									<th>What</th>
									<th>Where</th>
									<th>When</th>
									<th>Stream</th>
								</tr>
							</thead>
							<tbody>
								{list.diag.map((d, i) => (
									<tr key={`${d.kind} ${i}`}>
										<td>
											<span class={`badge ${LOOK[d.severity]}`}>
												{d.severity}
											</span>
										</td>
										<td>
											{d.text}
											{d.name ? <span class="soft"> ({d.name})</span> : null}
										</td>
										<td class="mono soft">{place(d)}</td>
										<td class="soft">
											{d.time === null ? "" : clock(d.time, zone.value)}
										</td>
										<td>
											{d.stream !== null && (
												<button
													type="button"
													class="button"
													onClick={() =>
														go({ view: "streams", stream: d.stream ?? "" })
													}
												>
													Show
												</button>
											)}
										</td>
									</tr>
								))}
							</tbody>
						</table>
						{list.next !== null && (
							<p class="inner soft small">The first {SHOWN} are shown.</p>
						)}
					</div>
				</>
			)}
		</Panel>
	);
}
