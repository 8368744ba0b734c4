// SPDX-License-Identifier: Apache-2.0
// A JSON value as a tree: one tab stop, arrows walk and fold.
import { useId, useMemo, useRef, useState } from "preact/hooks";
import type { Json } from "../api/types";
import { equals } from "../model/compose";
import { CHILDREN, type Line, lines } from "../model/json-tree";

function Leaf({ value }: { value: Json }) {
	if (typeof value === "string") return <span class="s">"{value}"</span>;
	if (value === null) return <span class="z">null</span>;
	return <span class="n">{String(value)}</span>;
}

function summary(line: Line): string {
	const n = line.size ?? 0;
	return line.isArray ? `[${n}]` : `{${n}}`;
}

export function Tree(props: {
	value: Json;
	label: string;
	/** The path of the whole in KFL, "" when nothing can be asked. */
	path: string;
	/** Its members without a line for itself. */
	members?: boolean;
}) {
	const base = useId();
	const [flipped, setFlipped] = useState<ReadonlySet<string>>(new Set());
	const [shown, setShown] = useState<ReadonlyMap<string, number>>(new Map());
	const [at, setAt] = useState("$");
	const box = useRef<HTMLDivElement>(null);
	const list = useMemo(() => {
		const all = lines(props.value, { flipped, shown });
		if (!props.members || all[0]?.size === null) return all;
		return all.slice(1).map((line) => ({ ...line, depth: line.depth - 1 }));
	}, [props.value, props.members, flipped, shown]);
	const current = list.find((l) => l.id === at) ?? list[0];

	const toggle = (line: Line) => {
		if (line.more > 0) {
			const parent = line.id.slice(0, line.id.lastIndexOf("/"));
			const now = shown.get(parent) ?? CHILDREN;
			setShown(new Map(shown).set(parent, now + 10 * CHILDREN));
			return;
		}
		const next = new Set(flipped);
		if (!next.delete(line.id)) next.add(line.id);
		setFlipped(next);
	};
	const goTo = (index: number) => {
		const line = list[Math.min(Math.max(0, index), list.length - 1)];
		if (line === undefined) return;
		setAt(line.id);
		box.current?.children[list.indexOf(line)]?.scrollIntoView({
			block: "nearest",
		});
	};
	const press = (e: KeyboardEvent) => {
		const line = current;
		if (line === undefined) return;
		const now = list.indexOf(line);
		const isNode = line.size !== null;
		if (e.key === "ArrowDown") goTo(now + 1);
		else if (e.key === "ArrowUp") goTo(now - 1);
		else if (e.key === "Home") goTo(0);
		else if (e.key === "End") goTo(list.length - 1);
		else if (e.key === "ArrowRight") {
			if (isNode && !line.open) toggle(line);
			else goTo(now + 1);
		} else if (e.key === "ArrowLeft") {
			if (isNode && line.open) toggle(line);
			else
				goTo(
					list.findIndex(
						(l) => line.id.startsWith(`${l.id}/`) && l.depth === line.depth - 1,
					),
				);
		} else if (e.key === "Enter" || e.key === " ") {
			if (isNode || line.more > 0) toggle(line);
			else
				box.current?.children[now]
					?.querySelector<HTMLElement>("[data-kfl]")
					?.click();
		} else return;
		e.preventDefault();
		e.stopPropagation();
	};
	const kfl = (line: Line) =>
		props.path === "" || typeof line.value === "object"
			? ""
			: (equals(props.path + line.path, line.value) ?? "");
	return (
		<div
			class="tree"
			role="tree"
			ref={box}
			tabIndex={0}
			aria-label={props.label}
			aria-activedescendant={
				current === undefined ? undefined : `${base}${current.id}`
			}
			onKeyDown={press}
		>
			{list.map((line) => (
				<div
					key={line.id}
					id={`${base}${line.id}`}
					role="treeitem"
					class={line === current ? "at" : ""}
					aria-level={line.depth + 1}
					aria-expanded={line.size === null ? undefined : line.open}
					aria-selected={line === current}
					style={{ paddingLeft: `${line.depth * 16}px` }}
					onClick={() => {
						setAt(line.id);
						if (line.size !== null || line.more > 0) toggle(line);
					}}
				>
					<span class="twist" aria-hidden="true">
						{line.size === null ? "" : line.open ? "▾" : "▸"}
					</span>
					{line.more > 0 ? (
						<span class="z">show more of {line.more} others</span>
					) : (
						<>
							{line.key !== "" && <span class="k">{line.key}:</span>}
							{line.size === null ? (
								<span
									class="val"
									data-kfl={kfl(line)}
									data-copy={String(line.value)}
								>
									<Leaf value={line.value} />
								</span>
							) : (
								<span class="z">{summary(line)}</span>
							)}
						</>
					)}
				</div>
			))}
		</div>
	);
}
