// SPDX-License-Identifier: Apache-2.0
// What can be shared is in the address: a link reopens the same sight.

export const VIEWS = ["traffic", "streams", "map", "snapshot"] as const;
export type View = (typeof VIEWS)[number];

export interface UrlState {
	view: View;
	/** The applied filter. */
	q: string;
	/** RFC 3339, or "" for no bound. */
	from: string;
	to: string;
	sort: string;
	/** Selected entry, "" none. */
	entry: string;
	/** Tab of the detail. */
	tab: string;
	/** Selected stream of the streams view, "" none. */
	stream: string;
	/** Only this snapshot, "" all. */
	snapshot: string;
	/** Filter of the streams view. */
	find: string;
	only: string;
	/** Order of the streams. */
	order: string;
	/** The map as a picture or a table. */
	as: string;
}

export const EMPTY: UrlState = {
	view: "traffic",
	q: "",
	from: "",
	to: "",
	sort: "time",
	entry: "",
	tab: "",
	stream: "",
	snapshot: "",
	find: "",
	only: "",
	order: "",
	as: "",
};

const KEYS: { [K in keyof UrlState]: string } = {
	view: "v",
	q: "q",
	from: "from",
	to: "to",
	sort: "sort",
	entry: "e",
	tab: "tab",
	stream: "stream",
	snapshot: "s",
	find: "find",
	only: "only",
	order: "order",
	as: "as",
};

function isView(text: string | null): text is View {
	return VIEWS.some((view) => view === text);
}

export function readUrl(search: string): UrlState {
	const query = new URLSearchParams(search);
	const state = { ...EMPTY };
	for (const key of Object.keys(KEYS) as (keyof UrlState)[]) {
		const value = query.get(KEYS[key]);
		if (value !== null && key !== "view") state[key] = value;
	}
	const view = query.get(KEYS.view);
	if (isView(view)) state.view = view;
	if (state.sort === "") state.sort = EMPTY.sort;
	return state;
}

/** The search part, with its question mark; what is as usual is left out. */
export function writeUrl(state: UrlState): string {
	const query = new URLSearchParams();
	for (const key of Object.keys(KEYS) as (keyof UrlState)[])
		if (state[key] !== EMPTY[key]) query.set(KEYS[key], state[key]);
	const text = query.toString();
	return text === "" ? "?" : `?${text}`;
}
