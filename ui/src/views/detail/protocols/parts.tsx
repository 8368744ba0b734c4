// SPDX-License-Identifier: Apache-2.0
// What the views of protocols are made of.
import type { ComponentChildren } from "preact";
import type { EntryDetail, Json, Side } from "../../../api/types";
import { Tree } from "../../../widgets/tree";
import { Member } from "../../../widgets/value";

export interface SideProps {
	d: EntryDetail;
	side: Side;
}

export function Part(props: {
	title: string;
	n?: ComponentChildren;
	closed?: boolean;
	children: ComponentChildren;
}) {
	return (
		<details class="section" open={!props.closed}>
			<summary>
				{props.title}
				{props.n !== undefined && <span class="n">{props.n}</span>}
			</summary>
			{props.children}
		</details>
	);
}

/** A member as a tree whose leaves may go into the filter. */
export function MemberTree(props: {
	label: string;
	value: Json;
	path: string;
}) {
	const { value } = props;
	const isEmpty =
		typeof value === "object" &&
		value !== null &&
		Object.keys(value).length === 0;
	if (isEmpty) return <p class="soft">empty</p>;
	return <Tree value={value} label={props.label} path={props.path} members />;
}

function given(value: Json | undefined): value is Json {
	return value !== undefined && value !== null && value !== "";
}

/** Facts by name; those that the message does not have are left out. */
export function Facts(props: {
	/** Name, value, path in KFL, and how it is shown if not as it is. */
	list: [string, Json | undefined, string, string?][];
}) {
	const shown = props.list.filter(([, value]) => given(value));
	if (shown.length === 0) return null;
	return (
		<table class="pairs">
			<tbody>
				{shown.map(([name, value, path, as]) => (
					<tr key={name}>
						<th scope="row">{name}</th>
						<td>
							<Member path={path} value={value ?? null} text={as} />
						</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}
