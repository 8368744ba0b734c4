// SPDX-License-Identifier: Apache-2.0
// AMQP: the method's arguments, the properties that were set, field tables.
import type { Json } from "../../../api/types";
import { dict, text } from "../../../model/curl";
import { words } from "../../../model/format";
import { Facts, MemberTree, Part, type SideProps } from "./parts";

// What the compatible shape has where nothing was sent.
const UNSET = new Set<Json>(["", 0, "0001-01-01T00:00:00Z"]);
const OTHER = new Set(["properties", "body", "bodyEncoding", "method"]);

type Entry = [string, Json];

function isTable(value: Json): boolean {
	return typeof value === "object" && value !== null;
}

function filled(value: Json): boolean {
	return typeof value !== "object" || Object.keys(value ?? {}).length > 0;
}

function Tables(props: { list: Entry[]; path: string }) {
	return (
		<>
			{props.list
				.filter(([, value]) => filled(value))
				.map(([name, value]) => (
					<Part
						key={name}
						title={words(name)}
						n={Object.keys(dict(value)).length || undefined}
					>
						<MemberTree
							label={words(name)}
							value={value}
							path={`${props.path}.${name}`}
						/>
					</Part>
				))}
		</>
	);
}

export function Amqp({ d, side }: SideProps) {
	const m = dict(d.entry[side]);
	const own: Entry[] = Object.entries(m).filter(([name]) => !OTHER.has(name));
	const props: Entry[] = Object.entries(dict(m.properties)).filter(
		([, v]) => v !== null,
	);
	const set = props.filter(([, v]) => !isTable(v) && !UNSET.has(v));
	const unset = props.filter(([, v]) => !isTable(v) && UNSET.has(v));
	return (
		<>
			<Part title="Method">
				<Facts
					list={[
						["Method", m.method, `${side}.method`],
						...own
							.filter(([, v]) => !isTable(v))
							.map(([name, v]): [string, Json, string] => [
								words(name),
								v,
								`${side}.${name}`,
							]),
					]}
				/>
			</Part>
			<Tables list={own.filter(([, v]) => isTable(v))} path={side} />
			{props.length > 0 && (
				<Part title="Properties" n={set.length}>
					<Facts
						list={set.map(([name, v]) => [
							words(name),
							v,
							`${side}.properties.${name}`,
							name === "deliveryMode" ? mode(v) : undefined,
						])}
					/>
					{unset.length > 0 && (
						<p class="soft small">
							Not set: {unset.map(([name]) => words(name)).join(", ")}.
						</p>
					)}
				</Part>
			)}
			<Tables
				list={props.filter(([, v]) => isTable(v))}
				path={`${side}.properties`}
			/>
		</>
	);
}

function mode(value: Json): string {
	if (value === 2) return "2 persistent";
	return value === 1 ? "1 transient" : text(String(value));
}
