// SPDX-License-Identifier: Apache-2.0
// GraphQL: the operation, its variables, and what went wrong.
import type { Json } from "../../../api/types";
import { dict, text } from "../../../model/curl";
import { plural } from "../../../model/format";
import { Value } from "../../../widgets/value";
import { Facts, MemberTree, Part, type SideProps } from "./parts";

function list(value: Json | undefined): Json[] {
	return Array.isArray(value) ? value : [];
}

function Operation(props: { value: Json; path: string; title: string }) {
	const g = dict(props.value);
	const { path } = props;
	const fields = list(g.fields).map(text);
	const query = text(g.query);
	return (
		<>
			<Part title={props.title}>
				<Facts
					list={[
						["Operation", g.operationName, `${path}.operationName`],
						["Type", g.operationType, `${path}.operationType`],
						["Persisted query", g.persistedQuery, `${path}.persistedQuery`],
					]}
				/>
				{fields.length > 0 && (
					<p class="selected">
						<span class="soft">Selects</span>{" "}
						{fields.map((name, i) => (
							<Value
								key={name}
								class="chip-like"
								kfl={`${path}.fields[${i}] == "${name}"`}
								copy={name}
							>
								{name}
							</Value>
						))}
					</p>
				)}
				{query !== "" && (
					<pre class="text-body" tabIndex={0} aria-label="Query">
						{query}
					</pre>
				)}
			</Part>
			{g.variables !== undefined && g.variables !== null && (
				<Part title="Variables">
					<MemberTree
						label="Variables"
						value={g.variables}
						path={`${path}.variables`}
					/>
				</Part>
			)}
		</>
	);
}

function where(error: { [key: string]: Json }): string {
	const at = list(error.path).join(" › ");
	const lines = list(error.locations)
		.map((l) => `line ${dict(l).line}, column ${dict(l).column}`)
		.join("; ");
	return [at === "" ? "" : `at ${at}`, lines]
		.filter((t) => t !== "")
		.join(", ");
}

function Errors({ errors }: { errors: Json[] }) {
	if (errors.length === 0) return null;
	return (
		<Part title="Errors" n={plural(errors.length, "error")}>
			{errors.map((value, i) => {
				const error = dict(value);
				return (
					<div class="note failed" key={i}>
						<div>
							<Value
								kfl={
									text(error.message).includes('"')
										? ""
										: `response.graphql.errors[${i}].message == "${text(error.message)}"`
								}
								copy={text(error.message)}
							>
								{text(error.message) || "without a message"}
							</Value>
							<div class="soft">{where(error)}</div>
						</div>
					</div>
				);
			})}
			{errors.some((e) => "extensions" in dict(e)) && (
				<MemberTree
					label="Errors"
					value={errors}
					path="response.graphql.errors"
				/>
			)}
		</Part>
	);
}

export function GraphQl({ d, side }: SideProps) {
	const g = dict(dict(d.entry[side]).graphql);
	if (side === "response") return <Errors errors={list(g.errors)} />;
	const batch = list(g.batch);
	if (batch.length > 1)
		return (
			<>
				{batch.map((value, i) => (
					<Operation
						key={i}
						value={value}
						path={`request.graphql.batch[${i}]`}
						title={`GraphQL operation ${i + 1} of ${batch.length}`}
					/>
				))}
			</>
		);
	return <Operation value={g} path="request.graphql" title="GraphQL" />;
}
