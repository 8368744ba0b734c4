// SPDX-License-Identifier: Apache-2.0
// Times of the API (RFC 3339, UTC, up to nanoseconds) shown in UTC or local.

export type Zone = "utc" | "local";

/** Milliseconds since 1970 with the fraction that a number can hold. */
export function toMs(time: string): number {
	const ms = Date.parse(time);
	const fraction = /\.(\d+)/.exec(time)?.[1] ?? "";
	if (fraction.length <= 3) return ms;
	return ms + Number(`0.${fraction.slice(3)}`);
}

/** RFC 3339 with microseconds, which brushing never needs to be finer than. */
export function fromMs(ms: number): string {
	const micros = Math.round(ms * 1000);
	const rest = ((micros % 1000) + 1000) % 1000;
	const iso = new Date((micros - rest) / 1000).toISOString();
	return rest === 0
		? iso
		: iso.replace("Z", `${String(rest).padStart(3, "0")}Z`);
}

function two(n: number): string {
	return String(n).padStart(2, "0");
}

/** 23:49:05.798 */
export function clock(time: string | number, zone: Zone): string {
	const d = new Date(typeof time === "number" ? time : Date.parse(time));
	if (Number.isNaN(d.getTime())) return String(time);
	if (zone === "utc") return d.toISOString().slice(11, 23);
	const ms = String(d.getMilliseconds()).padStart(3, "0");
	return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}.${ms}`;
}

/** 2026-11-22 */
export function day(time: string | number, zone: Zone): string {
	const d = new Date(typeof time === "number" ? time : Date.parse(time));
	if (Number.isNaN(d.getTime())) return "";
	if (zone === "utc") return d.toISOString().slice(0, 10);
	return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
}

/** 2026-11-22 23:49:05.798 */
export function full(time: string | number, zone: Zone): string {
	return `${day(time, zone)} ${clock(time, zone)}`;
}

/** A label for an axis whose ticks are `step` ms apart. */
export function tick(ms: number, step: number, zone: Zone): string {
	const text = clock(ms, zone);
	if (step >= 86_400_000) return day(ms, zone).slice(5);
	if (step >= 60_000) return text.slice(0, 5);
	return step >= 1000 ? text.slice(0, 8) : text;
}

const STEPS = [
	1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000,
	60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000,
	14_400_000, 21_600_000, 43_200_000, 86_400_000,
];

/** Round instants between two, at most `most` of them. */
export function ticks(
	from: number,
	to: number,
	most: number,
): { step: number; at: number[] } {
	const span = to - from;
	let step = STEPS.find((s) => span / s <= most) ?? 86_400_000;
	while (span / step > most) step *= 2;
	const at: number[] = [];
	for (let t = Math.ceil(from / step) * step; t <= to; t += step) at.push(t);
	return { step, at };
}
