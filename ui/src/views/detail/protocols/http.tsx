// SPDX-License-Identifier: Apache-2.0
// HTTP: what came behind the body, and answers before the answer.
import type { Json } from "../../../api/types";
import { below } from "../../../model/compose";
import { dict } from "../../../model/curl";
import { Facts, Part, type SideProps } from "./parts";

export function Trailers({ d, side }: SideProps) {
	const list = Object.entries(dict(dict(d.entry[side]).trailers));
	if (list.length === 0) return null;
	return (
		<Part title="Trailers" n={list.length}>
			<p class="soft small">Header fields that came after the body.</p>
			<Facts
				list={list.map(([name, value]) => [
					name,
					value,
					below(`${side}.trailers`, name),
				])}
			/>
		</Part>
	);
}

function Interim(props: { value: Json; path: string }) {
	const head = dict(props.value);
	const fields = Object.entries(dict(head.headers));
	return (
		<Part title={`Interim response ${head.status}`} n={fields.length}>
			<Facts
				list={fields.map(([name, value]) => [
					name,
					value,
					below(`${props.path}.headers`, name),
				])}
			/>
		</Part>
	);
}

export function Interims({ d, side }: SideProps) {
	const list = dict(d.entry[side]).interim;
	if (!Array.isArray(list)) return null;
	return (
		<>
			{list.map((value, i) => (
				<Interim key={i} value={value} path={`${side}.interim[${i}]`} />
			))}
		</>
	);
}
