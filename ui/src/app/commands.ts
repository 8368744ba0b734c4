// SPDX-License-Identifier: Apache-2.0
// Everything that can be done, once: keys, palette and help read this list.
import { signal } from "@preact/signals";

export interface Command {
	id: string;
	title: string;
	group: string;
	/** "g g", "Mod+K", "/", "Shift+ArrowUp"; the first is shown. */
	keys?: string[];
	/** Missing: always. */
	when?: () => boolean;
	run: () => void;
}

const registry = signal<Command[]>([]);

export function commands(): Command[] {
	return registry.value;
}

export function available(): Command[] {
	return registry.value.filter((c) => c.when?.() ?? true);
}

/** Adds commands; the result takes them away again. */
export function register(list: Command[]): () => void {
	registry.value = [...registry.peek(), ...list];
	return () => {
		registry.value = registry.peek().filter((c) => !list.includes(c));
	};
}

export function keyText(keys: string): string {
	const mac = /Mac/.test(navigator.userAgent);
	return keys
		.replace("Mod", mac ? "⌘" : "Ctrl")
		.replace("ArrowUp", "↑")
		.replace("ArrowDown", "↓")
		.replace("ArrowLeft", "←")
		.replace("ArrowRight", "→")
		.replace("Escape", "Esc");
}
