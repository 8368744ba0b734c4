// SPDX-License-Identifier: Apache-2.0
// Every command by name, and the saved filters.
import { signal } from "@preact/signals";
import { useMemo, useRef, useState } from "preact/hooks";
import { Dialog } from "../widgets/dialog";
import { available, keyText } from "./commands";
import { saved } from "./prefs";
import { applyFilter, go } from "./state";

export const paletteOpen = signal(false);

interface Choice {
	id: string;
	title: string;
	group: string;
	keys: string | undefined;
	run: () => void;
}

function choices(): Choice[] {
	const list: Choice[] = available()
		.filter((c) => c.id !== "palette")
		.map((c) => ({
			id: c.id,
			title: c.title,
			group: c.group,
			keys: c.keys?.[0],
			run: c.run,
		}));
	for (const s of saved.value)
		list.push({
			id: `saved:${s.name}`,
			title: s.name,
			group: "Saved filters",
			keys: undefined,
			run: () => {
				go({ view: "traffic" });
				applyFilter(s.q);
			},
		});
	return list;
}

/** Every word of what is typed occurs in the title or the group. */
function fits(c: Choice, typed: string): boolean {
	const where = `${c.title} ${c.group}`.toLowerCase();
	return typed
		.toLowerCase()
		.split(/\s+/)
		.every((w) => where.includes(w));
}

function List() {
	const [typed, setTyped] = useState("");
	const [at, setAt] = useState(0);
	const list = useRef<HTMLUListElement>(null);
	const all = useMemo(choices, []);
	const found = all.filter((c) => fits(c, typed));
	const close = () => {
		paletteOpen.value = false;
	};
	const move = (to: number) => {
		const next = (to + found.length) % Math.max(1, found.length);
		setAt(next);
		list.current?.children[next]?.scrollIntoView({ block: "nearest" });
	};
	const press = (e: KeyboardEvent) => {
		if (e.key === "ArrowDown") move(at + 1);
		else if (e.key === "ArrowUp") move(at - 1);
		else if (e.key === "Enter") {
			close();
			const choice = found[at];
			if (choice !== undefined) setTimeout(choice.run);
		} else return;
		e.preventDefault();
	};
	return (
		<>
			<input
				role="combobox"
				aria-expanded="true"
				aria-controls="palette-list"
				aria-activedescendant={`palette-${at}`}
				aria-label="Command"
				placeholder="What do you want to do?"
				value={typed}
				onInput={(e) => {
					setTyped(e.currentTarget.value);
					setAt(0);
				}}
				onKeyDown={press}
			/>
			<ul id="palette-list" role="listbox" aria-label="Commands" ref={list}>
				{found.map((c, i) => (
					<li
						key={c.id}
						id={`palette-${i}`}
						role="option"
						aria-selected={i === at}
						onPointerMove={() => setAt(i)}
						onClick={() => {
							close();
							setTimeout(c.run);
						}}
					>
						<span class="grow">{c.title}</span>
						<span class="soft small">{c.group}</span>
						{c.keys !== undefined && <kbd>{keyText(c.keys)}</kbd>}
					</li>
				))}
			</ul>
			{found.length === 0 && <p class="state">Nothing is called so.</p>}
		</>
	);
}

export function Palette() {
	if (!paletteOpen.value) return null;
	return (
		<Dialog
			title="Commands"
			bare="palette"
			close={() => {
				paletteOpen.value = false;
			}}
		>
			<List />
		</Dialog>
	);
}
