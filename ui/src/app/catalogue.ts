// SPDX-License-Identifier: Apache-2.0
// Every command there is, whatever view it works in: what it is called and its
// keys. Help lists all of them always; views say what they do (commands.ts).

export interface Named {
	title: string;
	group: string;
	/** "g g", "Mod+K", "/", "Shift+ArrowUp"; the first is shown in menus. */
	keys?: string[];
}

function group<T extends Record<string, [string, ...string[]]>>(
	name: string,
	all: T,
): Record<keyof T, Named> {
	const out = {} as Record<keyof T, Named>;
	for (const id in all) {
		const [title = "", ...keys] = all[id] ?? [];
		out[id] = { title, group: name, ...(keys.length > 0 && { keys }) };
	}
	return out;
}

/** In the order of the help. */
export const CATALOGUE = {
	...group("Filter", {
		filter: ["Write a filter", "/"],
		"filter-clear": ["Clear the filter", "Shift+Backspace"],
		"row-filter": ["Filter by a value of the row", "f"],
		chart: ["Go to the time histogram", "t"],
		"range-clear": ["All times", "Backspace"],
		"chart-hide": ["Show or hide the time histogram"],
	}),
	...group("List", {
		"row-down": ["Next entry", "j", "ArrowDown"],
		"row-up": ["Previous entry", "k", "ArrowUp"],
		"page-down": ["A page down", "PageDown"],
		"page-up": ["A page up", "PageUp"],
		first: ["First row", "g g", "Home"],
		last: ["Last row", "G", "End"],
		sort: ["Sort by…", "S"],
		open: ["Open the row, go into its detail", "Enter"],
		close: ["Close the detail", "Escape"],
	}),
	...group("Call", {
		request: ["Request", "r"],
		response: ["Response", "s"],
		headers: ["Headers", "h"],
		body: ["Body", "b"],
		timing: ["Timing", "w"],
		packets: ["Packets, in hexadecimal", "x"],
		proof: ["Proof", "p"],
		talk: ["Conversation of a WebSocket", "v"],
		previous: ["Previous call of the stream", "["],
		following: ["Next call of the stream", "]"],
		"to-stream": ["Go to the stream", "o"],
		curl: ["Copy as curl", "c"],
	}),
	...group("Streams", {
		"stream-find": ["Find streams", "/"],
		"stream-down": ["Next stream", "j", "ArrowDown"],
		"stream-up": ["Previous stream", "k", "ArrowUp"],
		"stream-traffic": ["Its calls in the traffic", "o"],
		"stream-close": ["Close the stream", "Escape"],
	}),
	...group("Map", {
		"map-table": ["As a table, or as a picture", "v"],
		"map-filter": ["Calls of what is chosen", "f"],
	}),
	...group("Go", {
		"view-traffic": ["Go to traffic", "1"],
		"view-streams": ["Go to streams", "2"],
		"view-map": ["Go to map", "3", "m"],
		"view-snapshot": ["Go to snapshot", "4"],
	}),
	...group("General", {
		palette: ["Search commands", "Mod+K"],
		help: ["Keys and filters", "?"],
		link: ["Copy a link to what is shown", "y"],
		zone: ["Times in UTC or local time", "u"],
		theme: ["Change the theme"],
		density: ["Rows closer or wider"],
	}),
};

export type CommandId = keyof typeof CATALOGUE;
