// SPDX-License-Identifier: Apache-2.0
// Numbers, sizes and durations for people.

const whole = new Intl.NumberFormat("en-US");

export function count(n: number): string {
	return whole.format(n);
}

export function plural(n: number, one: string, many = `${one}s`): string {
	return `${count(n)} ${n === 1 ? one : many}`;
}

const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** Decimal units, three digits: 0 B, 999 B, 1.20 kB, 34.5 kB, 5.80 MB. */
export function bytes(n: number): string {
	let value = n;
	let unit = 0;
	while (value >= 999.5 && unit < UNITS.length - 1) {
		value /= 1000;
		unit++;
	}
	return `${unit === 0 ? String(value) : digits3(value)} ${UNITS[unit]}`;
}

function digits3(value: number): string {
	if (value >= 99.95) return value.toFixed(0);
	return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

/** Three digits: 0 ms, 583 µs, 1.07 ms, 12.3 ms, 1.25 s, 3 min 20 s. */
export function duration(ms: number | null): string {
	if (ms === null) return "–";
	if (ms === 0) return "0 ms";
	if (ms < 0) return `-${duration(-ms)}`;
	if (ms < 0.9995) return `${digits3(ms * 1000).replace(/\.0+$/, "")} µs`;
	if (ms < 999.5) return `${digits3(ms)} ms`;
	if (ms < 59_950) return `${digits3(ms / 1000)} s`;
	const seconds = Math.round(ms / 1000);
	if (seconds < 3600)
		return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
	return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

export function percent(part: number, all: number): string {
	if (all === 0) return "0 %";
	const p = (100 * part) / all;
	if (p > 0 && p < 0.1) return "< 0.1 %";
	return `${p >= 10 || p === 0 ? Math.round(p) : p.toFixed(1)} %`;
}

/** `text` shortened in the middle, where long names differ least. */
export function middle(text: string, max: number): string {
	if (text.length <= max) return text;
	const head = Math.ceil((max - 1) / 2);
	return `${text.slice(0, head)}…${text.slice(text.length - (max - 1 - head))}`;
}

/** What a server says as a sentence of its own. */
export function sentence(text: string): string {
	const end = /[.!?…]$/.test(text) ? "" : ".";
	return text.charAt(0).toUpperCase() + text.slice(1) + end;
}

/** A member's name for people: deliveryMode is "Delivery mode". */
export function words(name: string): string {
	const text = name
		.replace(/([a-z0-9])([A-Z])/g, "$1 $2")
		.replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
		.split(" ")
		.map((w) => (/^[A-Z]+$/.test(w) ? w : w.toLowerCase()))
		.join(" ");
	return text.charAt(0).toUpperCase() + text.slice(1);
}
