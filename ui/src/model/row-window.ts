// SPDX-License-Identifier: Apache-2.0
// The rows of one query, of which a window is held. Rows have numbers, pages
// of PAGE rows are asked for when they come into sight, by the cursor of the
// nearest page that is known, and those not seen for longest are let go.

export const PAGE = 100;
const PAGES_KEPT = 60;

export interface Ask {
	limit: number;
	after?: string;
	skip?: number;
}

/** What comes of one request: a page, or a piece of one. */
export interface Piece<T> {
	rows: T[];
	/** Cursor behind its last row, null: the list ends there. */
	next: string | null;
	scanned: number;
	undecided: number;
	/** How many rows the list has, where that was counted. */
	all?: number | null;
}

export type Fetcher<T> = (ask: Ask, signal: AbortSignal) => Promise<Piece<T>>;

interface Page<T> {
	rows: T[];
	/** Cursor behind its last row, null: the list ends there. */
	next: string | null;
	used: number;
}

export class RowWindow<T extends { id: string }> {
	private pages = new Map<number, Page<T>>();
	/** Cursors at the start of pages; they outlive the pages. */
	private starts = new Map<number, string>();
	private loading = new Map<number, AbortController>();
	private index = new Map<string, number>();
	private clock = 0;
	private known: number | null = null;
	private estimate = 0;
	private sight: [number, number] = [0, 0];
	scanned = 0;
	undecided = 0;
	error: Error | null = null;

	constructor(
		private readonly fetcher: Fetcher<T>,
		private readonly changed: () => void,
	) {}

	/** How many rows there are, as far as is known. */
	get total(): number {
		return this.known ?? Math.max(this.estimate, this.reached());
	}

	get exact(): boolean {
		return this.known !== null;
	}

	get busy(): boolean {
		return this.loading.size > 0;
	}

	/** Was anything received yet? */
	get started(): boolean {
		return this.pages.size > 0 || this.error !== null;
	}

	private reached(): number {
		let most = 0;
		for (const [number, page] of this.pages) {
			const end = number * PAGE + page.rows.length;
			most = Math.max(most, page.next === null ? end : end + 1);
		}
		return most;
	}

	/** Somebody counted: the histogram, or the index as it grows. */
	setTotal(total: number, exact: boolean): void {
		this.estimate = Math.max(total, exact ? 0 : this.estimate);
		this.known = exact ? total : null;
		this.changed();
	}

	row(number: number): T | undefined {
		const page = this.pages.get(Math.floor(number / PAGE));
		if (page === undefined) return undefined;
		page.used = ++this.clock;
		return page.rows[number % PAGE];
	}

	/** The number of a row that is held, -1 otherwise. */
	find(id: string): number {
		return this.index.get(id) ?? -1;
	}

	/** Sees to it that these rows are there, or on their way. */
	want(first: number, last: number): void {
		this.sight = [first, last];
		const from = Math.floor(first / PAGE);
		const to = Math.floor(Math.max(first, last) / PAGE);
		for (const [number, control] of this.loading)
			if (number < from - 1 || number > to + 1) {
				control.abort();
				this.loading.delete(number);
			}
		for (let number = from; number <= to; number++) {
			const page = this.pages.get(number);
			if (this.loading.has(number)) continue;
			if (page === undefined || (this.isShort(page) && page.next !== null))
				void this.load(number);
		}
	}

	private isShort(page: Page<T>): boolean {
		return page.rows.length < PAGE;
	}

	private ask(number: number): Ask {
		let best = 0;
		let after: string | undefined;
		for (const [start, cursor] of this.starts)
			if (start <= number && start > best) {
				best = start;
				after = cursor;
			}
		const ask: Ask = { limit: PAGE };
		if (after !== undefined) ask.after = after;
		if (number > best) ask.skip = (number - best) * PAGE;
		return ask;
	}

	private async load(number: number): Promise<void> {
		const control = new AbortController();
		this.loading.set(number, control);
		let rows = this.pages.get(number)?.rows ?? [];
		let next = this.pages.get(number)?.next ?? null;
		try {
			// A page may come in pieces where matches are rare.
			do {
				const ask =
					next === null
						? this.ask(number)
						: { limit: PAGE - rows.length, after: next };
				const piece = await this.fetcher(ask, control.signal);
				rows = [...rows, ...piece.rows];
				next = piece.next;
				this.scanned += piece.scanned;
				this.undecided += piece.undecided;
				this.known = piece.all ?? this.known;
				this.store(number, rows, next);
			} while (rows.length < PAGE && next !== null);
			this.error = null;
		} catch (error) {
			if (!control.signal.aborted) this.error = error as Error;
		}
		if (this.loading.get(number) === control) this.loading.delete(number);
		this.changed();
	}

	private store(number: number, rows: T[], next: string | null): void {
		this.pages.set(number, { rows, next, used: ++this.clock });
		rows.forEach((row, i) => {
			this.index.set(row.id, number * PAGE + i);
		});
		if (next === null) {
			if (rows.length > 0 || number === 0)
				this.known = number * PAGE + rows.length;
		} else if (rows.length >= PAGE) this.starts.set(number + 1, next);
		this.letGo();
		this.changed();
	}

	private letGo(): void {
		while (this.pages.size > PAGES_KEPT) {
			let oldest = -1;
			let used = Number.POSITIVE_INFINITY;
			for (const [number, page] of this.pages)
				if (page.used < used) {
					used = page.used;
					oldest = number;
				}
			for (const row of this.pages.get(oldest)?.rows ?? [])
				this.index.delete(row.id);
			this.pages.delete(oldest);
		}
	}

	/** The index grew: pages that were the last may have more behind them. */
	grown(total: number): void {
		for (const [number, page] of this.pages)
			if (this.isShort(page)) this.pages.delete(number);
		this.known = null;
		this.estimate = total;
		this.changed();
	}

	/** A row in sight by which to find the place again; -1: there is none. */
	get anchor(): number {
		const [first, last] = this.sight;
		for (const at of [first + Math.min(6, first), first])
			if (at <= last && this.row(at) !== undefined) return at;
		return -1;
	}

	/**
	 * The same list, asked for anew: what was in sight there comes first. It is
	 * `by` rows further down now.
	 */
	follow(old: RowWindow<T>, by: number): void {
		const [first, last] = old.sight;
		const least = Math.max(old.total, last + by + 1);
		// Somebody may have counted meanwhile.
		if (!this.exact) this.setTotal(least, false);
		this.want(Math.max(0, first + by), Math.max(0, last + by));
	}

	retry(): void {
		this.error = null;
		this.changed();
	}

	dispose(): void {
		for (const control of this.loading.values()) control.abort();
		this.loading.clear();
	}
}
