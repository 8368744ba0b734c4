// SPDX-License-Identifier: Apache-2.0
// One side of a call, as its protocol represents it.
import type { EntryDetail, Section, Side, TableRow } from "../../api/types";
import { fromBase64 } from "../../model/body";
import { equals } from "../../model/compose";
import { dict } from "../../model/curl";
import { notes } from "../../model/notes";
import {
	isEmpty,
	isMainBody,
	rowsOf,
	textOf,
	valueText,
} from "../../model/sections";
import { Icon } from "../../widgets/icon";
import { State } from "../../widgets/state";
import { Value } from "../../widgets/value";
import { MainBody } from "./body";
import { BodyView } from "./body-views";
import { Trailers } from "./protocols/http";
import { isTold, ownOf } from "./protocols/own";

function Cell({ row }: { row: TableRow }) {
	const text = valueText(row.value);
	const scalar = typeof row.value === "object" ? null : row.value;
	return (
		<Value
			kfl={equals(row.selector, scalar)}
			field={row.selector || undefined}
			copy={text}
		>
			{text === "" ? <span class="soft">empty</span> : text}
		</Value>
	);
}

function Table(props: { section: Section; without: ReadonlySet<string> }) {
	const { section } = props;
	const rows = rowsOf(section).filter(
		(row) => !props.without.has(row.selector),
	);
	if (rows.length === 0) return null;
	return (
		<details class="section" open data-title={section.title}>
			<summary>
				{section.title} <span class="n">{rows.length}</span>
			</summary>
			<table class="pairs">
				<tbody>
					{rows.map((row, i) => (
						<tr key={`${row.name}${i}`}>
							<th scope="row">{row.name}</th>
							<td>
								<Cell row={row} />
							</td>
						</tr>
					))}
				</tbody>
			</table>
		</details>
	);
}

/** A body that is in the representation: a record, a push, a reply. */
function InlineBody({ section }: { section: Section }) {
	const text = textOf(section);
	const bytes =
		section.encoding === "base64"
			? fromBase64(text)
			: new TextEncoder().encode(text);
	return (
		<details class="section" open>
			<summary>{section.title}</summary>
			<BodyView
				bytes={bytes ?? new TextEncoder().encode(text)}
				size={bytes?.length ?? text.length}
				mime={section.mimeType ?? ""}
				selector={section.selector ?? ""}
				label={section.title}
			/>
		</details>
	);
}

export function Sections({ d, side }: { d: EntryDetail; side: Side }) {
	const all = d.representation[side] ?? [];
	const body = d.bodies[side];
	const own = ownOf(d);
	const shown = all.filter(
		(s) => !isEmpty(s) && !(body !== null && isMainBody(s)) && !isTold(own, s),
	);
	// The compatible shape has trailers among the headers, too.
	const trailers = new Set(
		Object.keys(dict(dict(d.entry[side]).trailers)).map(
			(name) => `${side}.headers["${name}"]`,
		),
	);
	const missing = Object.keys(dict(d.entry[side])).length === 0;
	if (missing)
		return (
			<State
				icon="empty"
				title={
					side === "request" ? "No request was seen." : "No response was seen."
				}
			>
				<p>
					{d.row.reason === ""
						? "The protocol does not expect one here."
						: `In the evidence: ${d.row.reason}.`}
				</p>
			</State>
		);
	return (
		<div data-side={side}>
			{notes(d, side).map((note) => (
				<div key={note} class="note warn">
					<Icon name="warn" /> <span>{note}</span>
				</div>
			))}
			{own !== undefined && <own.Show d={d} side={side} />}
			{shown.map((s, i) =>
				s.type === "table" ? (
					<Table key={`${s.title}${i}`} section={s} without={trailers} />
				) : (
					<InlineBody key={`${s.title}${i}`} section={s} />
				),
			)}
			<Trailers d={d} side={side} />
			{body !== null && (
				<MainBody
					d={d}
					side={side}
					info={body}
					folded={own?.folds.includes(side) ?? false}
				/>
			)}
			{d.cut > 0 && (
				<p class="soft small">
					{d.cut} long {d.cut === 1 ? "text is" : "texts are"} cut here.
				</p>
			)}
		</div>
	);
}
