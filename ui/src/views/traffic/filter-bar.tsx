// SPDX-License-Identifier: Apache-2.0
// The filter: writing, checking, history, saved ones, and its parts as chips.
import { effect, signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { getJson, isAbort } from "../../api/client";
import type { Check, ErrorBody } from "../../api/types";
import { type Does, useCommands } from "../../app/commands";
import { history, saved } from "../../app/prefs";
import { applyFilter, completing, draft, place } from "../../app/state";
import { middle } from "../../model/format";
import { Icon } from "../../widgets/icon";
import { type At, below, type Item, Menu } from "../../widgets/menu";
import { useDebounced } from "../../widgets/use";
import type { Editor } from "./editor";

const CHECK_MS = 150;

const check = signal<Check | null>(null);
let editor: Editor | null = null;

function Writing({ bad }: { bad: boolean }) {
	const host = useRef<HTMLElement>(null);
	const plain = useRef<HTMLInputElement>(null);
	const [ready, setReady] = useState(false);
	useEffect(() => {
		let gone = false;
		const load = async () => {
			const { mount } = await import("./editor");
			if (gone || host.current === null) return;
			const wasHere = document.activeElement === plain.current;
			editor = mount(host.current, applyFilter);
			setReady(true);
			if (wasHere) editor.focus();
		};
		const timer = setTimeout(() => void load(), 50);
		// Follows the filter however it was changed, and at once: later, it
		// would undo what has been written since.
		const stop = effect(() => {
			const text = draft.value;
			editor?.set(text);
		});
		return () => {
			gone = true;
			clearTimeout(timer);
			stop();
			editor?.destroy();
			editor = null;
		};
	}, []);
	const text = draft.value;
	const error = check.value?.error ?? null;
	useEffect(() => editor?.show(bad ? error : null), [error, bad, ready]);
	return (
		<>
			{!ready && (
				<input
					ref={plain}
					aria-label="Filter (KFL)"
					placeholder="Filter: http and response.status >= 500"
					value={text}
					spellcheck={false}
					autocomplete="off"
					onInput={(e) => {
						draft.value = e.currentTarget.value;
					}}
					onKeyDown={(e) => {
						if (e.key === "Enter") applyFilter(e.currentTarget.value);
						if (e.key === "Escape") e.currentTarget.blur();
					}}
				/>
			)}
			<section
				class="filter-host"
				ref={host}
				hidden={!ready}
				data-testid="filter"
				aria-label="Filter"
			/>
		</>
	);
}

function suggested(text: string, error: ErrorBody): string | null {
	const { position, suggestion } = error;
	if (!suggestion || !position) return null;
	return text.slice(0, position.start) + suggestion + text.slice(position.end);
}

function Problem({ error }: { error: ErrorBody }) {
	const better = suggested(draft.value, error);
	return (
		<div class="problem" role="alert" id="filter-problem">
			<Icon name="warn" />
			<span>
				{error.position != null && `Column ${error.position.column}: `}
				{error.message}
			</span>
			{better !== null && (
				<button
					type="button"
					onClick={() => {
						draft.value = better;
						editor?.focus();
					}}
				>
					Write {error.suggestion}
				</button>
			)}
		</div>
	);
}

/** The filter without one of its parts. */
function without(c: Check, index: number): string {
	return c.parts
		.filter((_, i) => i !== index)
		.map((p) => p.text)
		.join(" and ");
}

/** Will there be chips? Their line is kept free, so that no row moves later. */
const SEVERAL = /\sand\s/;

function Chips({ c }: { c: Check }) {
	return (
		<ul class="chips" aria-label="Parts of the filter">
			{c.parts.map((p, i) => (
				<li class="chip" key={`${p.start}`}>
					<span class="cut" title={p.text}>
						{p.text}
					</span>
					<button
						type="button"
						aria-label={`Remove ${p.text}`}
						onClick={() => applyFilter(without(c, i))}
					>
						<Icon name="x" />
					</button>
				</li>
			))}
		</ul>
	);
}

function savedItems(): (Item | null)[] {
	const items: (Item | null)[] = saved.value.map((s) => ({
		text: s.name,
		run: () => applyFilter(s.q),
	}));
	if (items.length > 0) items.push(null);
	const q = place.value.q;
	const isSaved = saved.value.some((s) => s.q === q);
	if (q !== "" && !isSaved)
		items.push({
			text: `Save “${middle(q, 36)}”`,
			run: () => {
				saved.value = [...saved.value, { name: q, q }];
			},
		});
	if (isSaved)
		items.push({
			text: "Forget this filter",
			run: () => {
				saved.value = saved.value.filter((s) => s.q !== q);
			},
		});
	if (items.length === 0)
		items.push({ text: "Apply a filter to save it", run: () => {} });
	return items;
}

function historyItems(): (Item | null)[] {
	if (history.value.length === 0)
		return [{ text: "No filter was used yet", run: () => {} }];
	return [
		...history.value.slice(0, 15).map((q) => ({
			text: q,
			run: () => applyFilter(q),
		})),
		null,
		{
			text: "Forget the history",
			run: () => {
				history.value = [];
			},
		},
	];
}

function Menus() {
	const [open, setOpen] = useState<{ what: "saved" | "past"; at: At } | null>(
		null,
	);
	const show = (what: "saved" | "past") => (e: MouseEvent) =>
		setOpen({ what, at: below(e.currentTarget as Element) });
	return (
		<>
			<button
				type="button"
				class="tool"
				aria-label="Filter history"
				title="Filter history"
				aria-haspopup="menu"
				onClick={show("past")}
			>
				<Icon name="clock" />
			</button>
			<button
				type="button"
				class={`tool${saved.value.some((s) => s.q === place.value.q) ? " on" : ""}`}
				aria-label="Saved filters"
				title="Saved filters"
				aria-haspopup="menu"
				onClick={show("saved")}
			>
				<Icon name="star" />
			</button>
			{open !== null && (
				<Menu
					at={open.at}
					label={open.what === "saved" ? "Saved filters" : "History"}
					items={open.what === "saved" ? savedItems() : historyItems()}
					close={() => setOpen(null)}
				/>
			)}
		</>
	);
}

function filterCommands(): Does[] {
	return [
		{
			id: "filter",
			run: () => {
				if (editor !== null) editor.focus();
				else document.querySelector<HTMLInputElement>(".filter input")?.focus();
			},
		},
		{
			id: "filter-clear",
			when: () => place.value.q !== "",
			run: () => applyFilter(""),
		},
	];
}

export function FilterBar() {
	useCommands(filterCommands);
	const text = draft.value.trim();
	const control = useRef<AbortController | null>(null);
	useDebounced(CHECK_MS, () => {
		control.current?.abort();
		if (text === "") {
			check.value = null;
			return;
		}
		const now = new AbortController();
		control.current = now;
		getJson<Check>("kfl/check", { q: draft.value }, now.signal).then(
			(c) => {
				check.value = c;
			},
			(error: Error) => {
				if (!isAbort(error)) check.value = null;
			},
		);
	}, [draft.value]);
	const c = text === "" ? null : check.value;
	const invalid = c !== null && !c.valid;
	const bad = invalid && !completing.value;
	const applied = text === place.value.q;
	return (
		<search class="filter-part">
			<div class="filter">
				<div class={`filter-box${bad ? " bad" : ""}`}>
					<Icon name="filter" />
					<Writing bad={bad} />
					{text !== "" && (
						<button
							type="button"
							class="tool"
							aria-label="Clear the filter"
							title="Clear the filter"
							onClick={() => applyFilter("")}
						>
							<Icon name="x" />
						</button>
					)}
					<Menus />
				</div>
				<button
					type="button"
					class={`button${applied ? "" : " primary"}`}
					disabled={invalid}
					onClick={() => applyFilter(draft.value)}
				>
					Apply
				</button>
			</div>
			{bad && c.error !== null && <Problem error={c.error} />}
			{!invalid && applied && c !== null && c.parts.length > 1 && (
				<Chips c={c} />
			)}
			{applied && c === null && SEVERAL.test(text) && <div class="chips" />}
		</search>
	);
}
