// SPDX-License-Identifier: Apache-2.0
// The commonest values of a field among what the filter shows.
import { signal } from "@preact/signals";
import { getJson } from "../api/client";
import type { Top } from "../api/types";
import { count, percent } from "../model/format";
import { valueText } from "../model/sections";
import { Dialog } from "../widgets/dialog";
import { Failed, Loading, State } from "../widgets/state";
import { useLoad } from "../widgets/use";
import { filterBy, place } from "./state";

const field = signal("");

export function topOf(path: string): void {
	field.value = path;
}

function Values({ top }: { top: Top }) {
	const most = top.values[0]?.count ?? 1;
	if (top.values.length === 0)
		return <State icon="empty" title="No entry has this field." />;
	return (
		<>
			<table class="data values">
				<thead>
					<tr>
						<th>Value</th>
						<th class="num">Entries</th>
						<th class="num">Share</th>
						<th>
							<span class="hidden">Actions</span>
						</th>
					</tr>
				</thead>
				<tbody>
					{top.values.map((v) => (
						<tr key={v.query}>
							<td class="mono">
								{valueText(v.value) || <span class="soft">empty</span>}
								<div
									class="meter"
									style={{ width: `${Math.max(1, (100 * v.count) / most)}%` }}
								>
									<i style={{ width: "100%" }} />
								</div>
							</td>
							<td class="num">{count(v.count)}</td>
							<td class="num">{percent(v.count, top.matched)}</td>
							<td>
								<button
									type="button"
									class="button"
									onClick={() => {
										field.value = "";
										filterBy(v.query, "add");
									}}
								>
									Filter
								</button>
							</td>
						</tr>
					))}
				</tbody>
			</table>
			<p class="soft small">
				{count(top.distinct)} different values in {count(top.matched)} entries
				{top.complete ? "." : "; counting was cut short."}
			</p>
		</>
	);
}

export function TopDialog() {
	const path = field.value;
	const { q, from, to, snapshot } = place.value;
	const loaded = useLoad<Top>(
		path === "" ? "" : JSON.stringify([path, q, from, to, snapshot]),
		(signal) =>
			getJson(
				"top",
				{ field: path, q, from, to, snapshot, limit: 30, wait: 5000 },
				signal,
			),
	);
	if (path === "") return null;
	return (
		<Dialog
			title={`Values of ${path}`}
			close={() => {
				field.value = "";
			}}
		>
			{loaded.error !== null ? (
				<Failed
					what="The values could not be counted."
					error={loaded.error}
					retry={loaded.retry}
				/>
			) : loaded.data === null ? (
				<Loading text="Counting…" />
			) : (
				<Values top={loaded.data} />
			)}
		</Dialog>
	);
}
