// SPDX-License-Identifier: Apache-2.0
// HTTP: what came behind the body.
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
