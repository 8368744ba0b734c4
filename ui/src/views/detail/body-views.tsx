// SPDX-License-Identifier: Apache-2.0
// How bodies can be looked at. A new way is one line of VIEWS. Nothing here is
// ever active: texts stay texts, of pictures only the size is told.
import type { Signal } from "@preact/signals";
import type { ComponentChildren, JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { parseJson } from "../../api/json";
import type { Json } from "../../api/types";
import { lineNumbers, prettyText } from "../../app/prefs";
import { copy } from "../../app/state";
import {
	asText,
	type BodyKind,
	formFields,
	imageInfo,
	kindOf,
	mediaType,
} from "../../model/body";
import { count, bytes as sizeText } from "../../model/format";
import { layoutOf, pretty } from "../../model/pretty";
import { Hex } from "../../widgets/hex";
import { Tree } from "../../widgets/tree";

export interface BodyProps {
	/** As many as were fetched. */
	bytes: Uint8Array;
	/** How many there are. */
	size: number;
	mime: string;
	/** Where .json() starts, "" nowhere. */
	selector: string;
	label: string;
}

const JSON_MAX = 4 * 1024 * 1024;
const TEXT_MAX = 1024 * 1024;

function decoded(p: BodyProps): string {
	const whole = p.bytes.length >= p.size;
	return asText(p.bytes, whole) ?? new TextDecoder("utf-8").decode(p.bytes);
}

function parsed(p: BodyProps): { value: Json } | null {
	if (p.bytes.length < p.size || p.size > JSON_MAX) return null;
	try {
		return { value: parseJson(decoded(p)) as Json };
	} catch {
		return null;
	}
}

function JsonView(p: BodyProps) {
	const json = useMemo(() => parsed(p), [p.bytes, p.size]);
	if (json === null)
		return (
			<>
				<div class="note warn">
					{p.bytes.length < p.size
						? "Only the beginning is here; load more for the tree."
						: "This is not valid JSON."}
				</div>
				<TextView {...p} />
			</>
		);
	return (
		<Tree
			value={json.value}
			label={p.label}
			path={p.selector === "" ? "" : `${p.selector}.json()`}
		/>
	);
}

function Toggle(props: { name: string; pref: Signal<boolean> }) {
	const { name, pref } = props;
	return (
		<button
			type="button"
			class={`button${pref.value ? " on" : ""}`}
			aria-pressed={pref.value}
			onClick={() => {
				pref.value = !pref.value;
			}}
		>
			{name}
		</button>
	);
}

/** The numbers stand beside the text, so that they are not copied with it. */
function Numbers({ text }: { text: string }) {
	let n = 1;
	for (const c of text) if (c === "\n") n++;
	return (
		<span class="lines" aria-hidden="true">
			{Array.from({ length: n }, (_, i) => i + 1).join("\n")}
		</span>
	);
}

function textOf(p: BodyProps): string {
	const all = decoded(p);
	return all.length > TEXT_MAX ? `${all.slice(0, TEXT_MAX)}\n…` : all;
}

function TextTools(p: BodyProps) {
	const known = useMemo(
		() => layoutOf(mediaType(p.mime), textOf(p)) !== null,
		[p.bytes, p.mime],
	);
	return (
		<>
			{known && <Toggle name="Pretty" pref={prettyText} />}
			<Toggle name="Line numbers" pref={lineNumbers} />
		</>
	);
}

function TextView(p: BodyProps) {
	const isPretty = prettyText.value;
	const text = useMemo(() => {
		const raw = textOf(p);
		return isPretty ? pretty(mediaType(p.mime), raw) : raw;
	}, [p.bytes, p.mime, isPretty]);
	const numbered = lineNumbers.value && text.includes("\n");
	return (
		<pre class={`text-body${numbered ? " numbered" : ""}`} tabIndex={0}>
			{numbered && <Numbers text={text} />}
			<code>{text}</code>
		</pre>
	);
}

function FormView(p: BodyProps) {
	const list = useMemo(() => formFields(decoded(p)), [p.bytes]);
	return (
		<table class="pairs">
			<tbody>
				{list.map((f, i) => (
					<tr key={`${f.name}${i}`}>
						<th scope="row">{f.name}</th>
						<td>{f.value}</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

function ImageView(p: BodyProps) {
	const info = imageInfo(p.bytes);
	const facts: [string, string][] = [
		["Type", mediaType(p.mime) || "not given"],
		["Format", info?.format ?? "not recognised"],
		[
			"Size",
			info === null || info.width === 0
				? "not known"
				: `${count(info.width)} × ${count(info.height)}`,
		],
		["Bytes", sizeText(p.size)],
	];
	return (
		<table class="pairs">
			<tbody>
				{facts.map(([name, value]) => (
					<tr key={name}>
						<th scope="row">{name}</th>
						<td>{value}</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

function HexView(p: BodyProps) {
	return <Hex bytes={p.bytes} label={`${p.label} in hexadecimal`} />;
}

interface View {
	id: string;
	title: string;
	fits: (kind: BodyKind, p: BodyProps) => boolean;
	Show: (p: BodyProps) => JSX.Element;
	/** Buttons of its own. */
	Tools?: (p: BodyProps) => JSX.Element;
}

/** The first that fits is shown at first. */
const VIEWS: View[] = [
	{ id: "json", title: "Tree", fits: (k) => k === "json", Show: JsonView },
	{ id: "form", title: "Form", fits: (k) => k === "form", Show: FormView },
	{ id: "image", title: "Image", fits: (k) => k === "image", Show: ImageView },
	{
		id: "text",
		title: "Text",
		fits: (k) => k === "json" || k === "text" || k === "form",
		Show: TextView,
		Tools: TextTools,
	},
	{ id: "hex", title: "Hex", fits: () => true, Show: HexView },
];

export function BodyView(
	props: BodyProps & {
		tools?: ComponentChildren;
		more?: (() => void) | undefined;
	},
) {
	const kind = useMemo(
		() => kindOf(props.mime, props.bytes),
		[props.mime, props.bytes],
	);
	const views = VIEWS.filter((v) => v.fits(kind, props));
	const [chosen, choose] = useState("");
	const view = views.find((v) => v.id === chosen) ?? views[0];
	if (props.size === 0) return <p class="soft">empty</p>;
	return (
		<>
			<div class="body-tools">
				<div class="seg" role="group" aria-label="Show as">
					{views.map((v) => (
						<button
							key={v.id}
							type="button"
							aria-pressed={v === view}
							onClick={() => choose(v.id)}
						>
							{v.title}
						</button>
					))}
				</div>
				<button
					type="button"
					class="button"
					onClick={() => void copy(decoded(props), "Body")}
				>
					Copy
				</button>
				{view?.Tools !== undefined && <view.Tools {...props} />}
				{props.tools}
			</div>
			{view !== undefined && <view.Show {...props} />}
			{props.bytes.length < props.size && (
				<p class="soft small">
					{sizeText(props.bytes.length)} of {sizeText(props.size)} are shown.{" "}
					{props.more !== undefined && (
						<button type="button" class="button" onClick={props.more}>
							Load more
						</button>
					)}
				</p>
			)}
		</>
	);
}
