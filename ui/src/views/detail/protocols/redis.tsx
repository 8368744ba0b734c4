// SPDX-License-Identifier: Apache-2.0
// Redis: the command with its arguments, the reply as a tree.
import { dict, text } from "../../../model/curl";
import { Member } from "../../../widgets/value";
import { Facts, MemberTree, Part, type SideProps } from "./parts";

function Command({ d }: SideProps) {
	const m = dict(d.entry.request);
	const keys = Array.isArray(m.keys) ? m.keys : [];
	// A single one is the key or the value, and there is no list.
	const args = Array.isArray(m.arguments)
		? m.arguments
		: [m.key, m.value].filter((v) => text(v) !== "");
	return (
		<>
			<Part title="Command">
				<Facts
					list={[
						["Command", m.command, "request.command"],
						...(keys.length > 0
							? keys.map((key, i): [string, typeof key, string] => [
									`Key ${i + 1}`,
									key,
									`request.keys[${i}]`,
								])
							: [
									["Key", m.key, "request.key"] as [
										string,
										typeof m.key,
										string,
									],
								]),
						["Sent as", m.type, "request.type"],
					]}
				/>
			</Part>
			{args.length > 0 && (
				<Part title="Arguments" n={args.length}>
					<MemberTree
						label="Arguments"
						value={args.map((a) => a ?? null)}
						path={Array.isArray(m.arguments) ? "request.arguments" : ""}
					/>
				</Part>
			)}
		</>
	);
}

function Reply({ d }: SideProps) {
	const m = dict(d.entry.response);
	const value = text(m.value);
	const keyword = text(m.keyword);
	const isError = text(m.type) === "Error";
	return (
		<>
			<Part title="Reply" n={text(m.type)}>
				{isError ? (
					<div class="note failed">
						<Member path="response.value" value={value} />
					</div>
				) : m.reply !== undefined ? (
					<MemberTree label="Reply" value={m.reply} path="response.reply" />
				) : (
					<pre class="text-body" tabIndex={0} aria-label="Reply">
						{keyword || value || <span class="soft">empty</span>}
					</pre>
				)}
				<Facts
					list={[
						["Type", m.type, "response.type"],
						["Subscription", m.command, "response.command"],
						["Channel", m.key, "response.key"],
					]}
				/>
			</Part>
			{m.attributes !== undefined && (
				<Part title="Attributes">
					<MemberTree
						label="Attributes"
						value={m.attributes}
						path="response.attributes"
					/>
				</Part>
			)}
		</>
	);
}

export function Redis(props: SideProps) {
	return props.side === "request" ? (
		<Command {...props} />
	) : (
		<Reply {...props} />
	);
}
