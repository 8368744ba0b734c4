// SPDX-License-Identifier: Apache-2.0
// What can be done here and now: keys and palette read this list. What there is
// at all, and how it is called, is in catalogue.ts.
import { signal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";
import { CATALOGUE, type CommandId, type Named } from "./catalogue";

/** What a view does when a command is given. */
export interface Does {
	id: CommandId;
	/** Missing: always. */
	when?: () => boolean;
	run: () => void;
}

export type Command = Does & Named;

const registry = signal<Command[]>([]);

export function available(): Command[] {
	return registry.value.filter((c) => c.when?.() ?? true);
}

/** Adds commands; the result takes them away again. */
function register(list: Does[]): () => void {
	const named = list.map((c) => ({ ...CATALOGUE[c.id], ...c }));
	registry.value = [...registry.peek(), ...named];
	return () => {
		registry.value = registry.peek().filter((c) => !named.includes(c));
	};
}

/**
 * The commands of a part of the page, as long as it is there. They are there as
 * soon as it can be seen: a key may follow at once.
 */
export function useCommands(list: () => Does[], on: unknown[] = []): void {
	useLayoutEffect(() => register(list()), on);
}

export function keyText(keys: string): string {
	const mac = /Mac/.test(navigator.userAgent);
	return keys
		.replace("Mod", mac ? "⌘" : "Ctrl")
		.replace("ArrowUp", "↑")
		.replace("ArrowDown", "↓")
		.replace("ArrowLeft", "←")
		.replace("ArrowRight", "→")
		.replace("PageDown", "Page ↓")
		.replace("PageUp", "Page ↑")
		.replace("Backspace", "⌫")
		.replace("Escape", "Esc");
}
