// SPDX-License-Identifier: Apache-2.0
// Where the time of a call went, as bars on one axis.
import type { EntryDetail, Json, Side, Stall } from "../api/types";
import { dict, text } from "./curl";
import { toMs } from "./time";

export interface Phase {
	name: string;
	/** A class of colour. */
	look: string;
	/** Both in ms; the axis begins with the first phase. */
	start: number;
	ms: number;
}

export interface HeldUp {
	side: Side;
	ms: number;
	spans: { start: number; ms: number }[];
}

export interface Timeline {
	phases: Phase[];
	held: HeldUp[];
	/** Where the axis ends; never 0. */
	end: number;
}

function number(value: Json | undefined): number | null {
	return typeof value === "number" ? Math.max(0, value) : null;
}

function phases(d: EntryDetail): Phase[] {
	const timing = dict(d.entry.timing);
	const all: [string, string, number | null][] = [
		// Only the first call of a connection waits for the handshake.
		[
			"Connect",
			"redirect",
			d.row.ordinal === 0 ? number(dict(d.entry.tcp).handshakeRttMs) : null,
		],
		["Request", "success", number(timing.requestMs)],
		["Wait", "client_error", number(timing.waitMs)],
		["Response", "p1", number(timing.responseMs)],
	];
	let start = 0;
	return all.flatMap(([name, look, ms]) => {
		if (ms === null) return [];
		start += ms;
		return [{ name, look, ms, start: start - ms }];
	});
}

/** What the axis shows at its 0, in ms since 1970. */
function origin(d: EntryDetail, list: Phase[]): number {
	const timing = dict(d.entry.timing);
	const asked = text(timing.requestStart);
	const first = asked === "" ? text(timing.responseStart) : asked;
	const connect = list.find((p) => p.name === "Connect")?.ms ?? 0;
	return toMs(first) - connect;
}

function heldUp(side: Side, stall: Stall | null, zero: number): HeldUp[] {
	if (stall === null || stall.times === 0) return [];
	const spans = stall.spans.map((s) => ({
		start: Math.max(0, toMs(s.from) - zero),
		ms: toMs(s.to) - toMs(s.from),
	}));
	return [{ side, ms: stall.ms, spans }];
}

export function timeline(d: EntryDetail): Timeline {
	const list = phases(d);
	const zero = origin(d, list);
	const held = [
		...heldUp("request", d.stalls.request, zero),
		...heldUp("response", d.stalls.response, zero),
	];
	const ends = [...list, ...held.flatMap((h) => h.spans)].map(
		(b) => b.start + b.ms,
	);
	const end = Math.max(0, ...ends);
	return { phases: list, held, end: end > 0 ? end : 1 };
}
