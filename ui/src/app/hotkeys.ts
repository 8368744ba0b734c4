// SPDX-License-Identifier: Apache-2.0
// Keys to commands. Letters alone do nothing while somebody is writing.
import { available, type Command } from "./commands";

/** How a key press is written in a command: "Mod+K", "Shift+ArrowUp", "g". */
export function keyOf(e: KeyboardEvent): string {
	const printable = e.key.length === 1;
	let text = "";
	if (e.ctrlKey || e.metaKey) text += "Mod+";
	if (e.altKey) text += "Alt+";
	if (e.shiftKey && !printable) text += "Shift+";
	return text + (printable && text !== "" ? e.key.toUpperCase() : e.key);
}

function isWriting(e: KeyboardEvent): boolean {
	const at = e.composedPath()[0];
	if (!(at instanceof HTMLElement)) return false;
	return at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName);
}

/** Keys that the focused thing itself understands. */
function isTaken(e: KeyboardEvent): boolean {
	const at = e.composedPath()[0];
	if (!(at instanceof HTMLElement)) return false;
	if (document.querySelector("dialog[open]") !== null) return true;
	if (e.key !== "Enter" && e.key !== " ") return false;
	return at.closest("button, a, summary, [role=treeitem], [role=tab]") !== null;
}

const SEQUENCE_MS = 900;

export function listen(): () => void {
	let first = "";
	let at = 0;
	const run = (keys: string): boolean => {
		const found = available().find((c: Command) => c.keys?.includes(keys));
		found?.run();
		return found !== undefined;
	};
	const press = (e: KeyboardEvent) => {
		if (e.defaultPrevented || e.isComposing) return;
		const key = keyOf(e);
		const modified = key.startsWith("Mod+") && key.length > 4;
		if (!modified && (isWriting(e) || isTaken(e))) return;
		const now = performance.now();
		const pair = `${first} ${key}`;
		const isPair = first !== "" && now - at < SEQUENCE_MS;
		first = "";
		if ((isPair && run(pair)) || run(key)) {
			e.preventDefault();
			return;
		}
		if (available().some((c) => c.keys?.some((k) => k.startsWith(`${key} `)))) {
			first = key;
			at = now;
		}
	};
	window.addEventListener("keydown", press);
	return () => window.removeEventListener("keydown", press);
}
