// SPDX-License-Identifier: Apache-2.0
// What can be done with any value on the page that has data-kfl.
import { effect, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { fieldOf } from "../model/compose";
import { type At, type Item, Menu } from "../widgets/menu";
import { copy, filterBy, place } from "./state";
import { topOf } from "./top";

interface Open {
	at: At;
	kfl: string;
	field: string;
	text: string;
	/** Not one value but several, to choose one of. */
	among?: string[];
}

const open = signal<Open | null>(null);

export function openValueMenu(element: HTMLElement, at: At): void {
	open.value = {
		at,
		kfl: element.dataset.kfl ?? "",
		field: element.dataset.field ?? fieldOf(element.dataset.kfl ?? ""),
		text: element.dataset.copy ?? element.textContent ?? "",
	};
}

/** For the keyboard: which value of a row is meant? */
export function openRowMenu(among: string[], at: At): void {
	open.value = { at, kfl: "", field: "", text: "", among };
}

function valueAt(e: Event): HTMLElement | null {
	const target = e.composedPath()[0];
	return target instanceof Element
		? target.closest<HTMLElement>("[data-kfl]")
		: null;
}

/** Clicks on values in text, the second button on values everywhere. */
function listen(): () => void {
	const click = (e: MouseEvent) => {
		const value = valueAt(e);
		if (value === null || !value.classList.contains("val")) return;
		if (getSelection()?.toString()) return;
		const box = value.getBoundingClientRect();
		// A click from the keyboard has no place.
		const at =
			e.clientX === 0 && e.clientY === 0
				? { x: box.left, y: box.bottom + 4 }
				: { x: e.clientX, y: e.clientY + 8 };
		openValueMenu(value, at);
	};
	const context = (e: MouseEvent) => {
		const value = valueAt(e);
		if (value === null) return;
		e.preventDefault();
		openValueMenu(value, { x: e.clientX, y: e.clientY });
	};
	// Where the page goes elsewhere, the menu has nothing to be about.
	const stop = effect(() => {
		if (place.value !== null) open.value = null;
	});
	document.addEventListener("click", click);
	document.addEventListener("contextmenu", context);
	return () => {
		stop();
		document.removeEventListener("click", click);
		document.removeEventListener("contextmenu", context);
	};
}

function itemsOf(o: Open): (Item | null)[] {
	if (o.among !== undefined)
		return o.among.map((kfl) => ({
			text: kfl,
			run: () => {
				// A place of its own: the next menu takes the focus again.
				const at = { ...o.at };
				open.value = { at, kfl, field: fieldOf(kfl), text: "" };
			},
		}));
	const items: (Item | null)[] = [];
	if (o.kfl !== "") {
		items.push({ text: "Add to filter", run: () => filterBy(o.kfl, "add") });
		items.push({
			text: "Exclude from filter",
			run: () => filterBy(o.kfl, "exclude"),
		});
		items.push({ text: "Only this", run: () => filterBy(o.kfl, "only") });
	}
	if (o.field !== "")
		items.push({
			text: `Commonest values of ${o.field}`,
			run: () => topOf(o.field),
		});
	if (items.length > 0) items.push(null);
	if (o.text !== "")
		items.push({ text: "Copy value", run: () => void copy(o.text, "Value") });
	if (o.kfl !== "")
		items.push({ text: "Copy KFL", run: () => void copy(o.kfl, "KFL") });
	return items;
}

export function ValueMenu() {
	useEffect(listen, []);
	const at = open.value;
	if (at === null) return null;
	return (
		<Menu
			at={at.at}
			label="Value"
			title={
				at.among === undefined
					? at.kfl || at.text.slice(0, 200)
					: "Which value of this row?"
			}
			items={itemsOf(at)}
			close={() => {
				open.value = null;
			}}
		/>
	);
}
