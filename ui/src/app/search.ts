// SPDX-License-Identifier: Apache-2.0
// A list that is asked for again and again: what was shown stays until there is
// something else to show, and stays in its place when the same is asked for.
import { batch, effect, signal } from "@preact/signals";
import { type Fetcher, RowWindow } from "../model/row-window";

/** The number of a row in the list as it is now, -1: it is not known. */
export type Locate = (id: string, signal?: AbortSignal) => Promise<number>;

export class Search<T extends { id: string }> {
	readonly rows = signal<RowWindow<T> | null>(null);
	/** Goes up whenever the window has changed inside. */
	readonly tick = signal(0);
	/** Goes up when the list shows something else, and starts at its top. */
	readonly fresh = signal(0);
	private next: RowWindow<T> | null = null;
	/** What the rows that are shown were asked for with. */
	private shownFor = "";

	/** Is something asked for that is not shown yet? */
	get busy(): boolean {
		return this.next !== this.rows.peek();
	}

	start(ask: string, fetcher: Fetcher<T>, locate: Locate): RowWindow<T> {
		const old = this.rows.peek();
		this.next?.dispose();
		const window = new RowWindow<T>(fetcher, () => {
			const isNew = window === this.next && this.rows.peek() !== window;
			if (isNew && window.started) this.show(window, ask);
			this.tick.value = this.tick.peek() + 1;
		});
		this.next = window;
		if (old === null) this.show(window, ask);
		if (old !== null && this.shownFor === ask)
			void this.keepPlace(old, window, locate);
		else window.want(0, 0);
		return window;
	}

	/** Rows may have come in front of those in sight. */
	private async keepPlace(
		old: RowWindow<T>,
		window: RowWindow<T>,
		locate: Locate,
	): Promise<void> {
		const at = old.anchor;
		const id = old.row(at)?.id ?? "";
		const now = id === "" ? at : await locate(id).catch(() => at);
		if (this.next === window) window.follow(old, now < 0 ? 0 : now - at);
	}

	private show(window: RowWindow<T>, ask: string): void {
		batch(() => {
			this.rows.peek()?.dispose();
			this.rows.value = window;
			if (this.shownFor !== ask) this.fresh.value++;
		});
		this.shownFor = ask;
	}

	/**
	 * Until the rows of the last search are shown, those of the one before are.
	 * A key pressed meanwhile is about what was asked for.
	 */
	shown(): Promise<void> {
		if (this.rows.peek() === this.next) return Promise.resolve();
		return new Promise((done) => {
			const stop = effect(() => {
				if (this.rows.value !== this.next) return;
				done();
				queueMicrotask(() => stop());
			});
		});
	}
}
