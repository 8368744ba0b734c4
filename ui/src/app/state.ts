// SPDX-License-Identifier: Apache-2.0
// The address as signals, what is open, and whether the server is there.
import { batch, computed, effect, signal } from "@preact/signals";
import { ApiError, getJson } from "../api/client";
import type { FieldList, Progress, Protocol, Snapshot } from "../api/types";
import { addTerm, excludeTerm } from "../model/compose";
import { readUrl, type UrlState, writeUrl } from "../model/url-state";
import { remember } from "./prefs";

export const place = signal<UrlState>(readUrl(location.search));

/** Goes somewhere; `replace` for steps nobody wants to go back to. */
export function go(change: Partial<UrlState>, replace = false): void {
	const next = { ...place.value, ...change };
	const search = writeUrl(next);
	if (search === writeUrl(place.value)) return;
	if (replace) history.replaceState(null, "", search);
	else history.pushState(null, "", search);
	place.value = next;
}

export function followHistory(): () => void {
	const back = () => {
		place.value = readUrl(location.search);
	};
	window.addEventListener("popstate", back);
	return () => window.removeEventListener("popstate", back);
}

export const view = computed(() => place.value.view);

// ---- filter ----

/** What stands in the filter bar, applied or not. */
export const draft = signal(place.value.q);
effect(() => {
	draft.value = place.value.q;
});

/** The editor offers words: what is wrong so far may become right. */
export const completing = signal(false);

export function applyFilter(q: string): void {
	const text = q.trim();
	remember(text);
	batch(() => {
		draft.value = text;
		go({ q: text, entry: "" });
	});
	announce("Searching.");
}

export type How = "add" | "exclude" | "only";

/** Adds a condition to the filter, in whatever view it was found. */
export function filterBy(term: string, how: How): void {
	const q = place.value.q;
	const next =
		how === "only"
			? term
			: how === "add"
				? addTerm(q, term)
				: excludeTerm(q, term);
	remember(next);
	batch(() => {
		draft.value = next;
		const away = place.value.view !== "traffic";
		go({ q: next, ...(away ? { view: "traffic", entry: "" } : {}) });
	});
	toast(
		how === "exclude" ? "Excluded from the filter." : "Added to the filter.",
	);
}

// ---- the server ----

export const snapshots = signal<Snapshot[] | null>(null);
export const progress = signal<Progress | null>(null);
export const offline = signal(false);
/** Anything else that keeps the page from starting. */
export const failure = signal<ApiError | null>(null);
export const fields = signal<FieldList>({ fields: [], helpers: [] });
export const protocols = signal<Protocol[]>([]);

export const indexing = computed(() => progress.value?.state === "indexing");

/** Goes up when what was received before may be out of date. */
export const generation = signal(0);

const WAIT_MS = 10_000;
const RETRY_MS = [500, 1000, 2000, 4000];

function pause(ms: number): Promise<void> {
	return new Promise((done) => setTimeout(done, ms));
}

async function refresh(): Promise<void> {
	const reply = await getJson<{ snapshots: Snapshot[] }>("snapshots");
	snapshots.value = reply.snapshots;
}

async function loadWords(): Promise<void> {
	const [f, p] = await Promise.all([
		getJson<FieldList>("fields"),
		getJson<{ protocols: Protocol[] }>("protocols"),
	]);
	fields.value = f;
	protocols.value = p.protocols;
}

function back(): void {
	if (!offline.value) return;
	offline.value = false;
	generation.value++;
	toast("The analyzer is back.");
}

/** Watches progress for ever: quickly while indexing, else as a heartbeat. */
export async function watch(stop: AbortSignal): Promise<void> {
	let tries = 0;
	let since: number | null = null;
	let known = false;
	while (!stop.aborted) {
		try {
			const now: Progress = await getJson<Progress>(
				"progress",
				since === null ? {} : { since, wait: WAIT_MS },
				stop,
			);
			tries = 0;
			failure.value = null;
			if (since === now.version) await pause(200);
			await arrived(now);
			if (!known) await loadWords();
			known = true;
			since = now.version;
		} catch (error) {
			if (stop.aborted) return;
			since = null;
			lost(error);
			await pause(RETRY_MS[Math.min(tries++, RETRY_MS.length - 1)] ?? 4000);
		}
	}
}

async function arrived(now: Progress): Promise<void> {
	const before = progress.value;
	if (
		snapshots.value === null ||
		before?.version !== now.version ||
		offline.value
	)
		await refresh();
	batch(() => {
		progress.value = now;
		back();
		if (before?.state === "indexing" && now.state !== "indexing") {
			generation.value++;
			announce("Indexing is finished.");
		}
	});
	if (now.state === "indexing") await pause(300);
}

function lost(error: unknown): void {
	if (error instanceof ApiError && !error.offline) {
		failure.value = error;
		return;
	}
	if (!offline.value) announce("The analyzer does not answer.");
	offline.value = true;
}

// ---- words to the person ----

/** Read out by screen readers. */
export const announcement = signal("");

export function announce(text: string): void {
	announcement.value = text;
}

export interface Toast {
	id: number;
	text: string;
	bad: boolean;
}

export const toasts = signal<Toast[]>([]);
let toastId = 0;

export function toast(text: string, bad = false): void {
	const id = ++toastId;
	toasts.value = [...toasts.value.slice(-2), { id, text, bad }];
	setTimeout(
		() => {
			toasts.value = toasts.value.filter((t) => t.id !== id);
		},
		bad ? 8000 : 2500,
	);
}

export async function copy(text: string, what: string): Promise<void> {
	try {
		await navigator.clipboard.writeText(text);
		toast(`${what} copied.`);
	} catch {
		toast("The browser does not allow copying here.", true);
	}
}
