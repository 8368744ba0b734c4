// SPDX-License-Identifier: Apache-2.0
// Bytes as lines of hexadecimal digits.

export const HEX_WIDTH = 16;

export function fromHex(text: string): Uint8Array {
	const out = new Uint8Array(Math.floor(text.length / 2));
	for (let i = 0; i < out.length; i++)
		out[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
	return out;
}

export function hexByte(byte: number): string {
	return byte.toString(16).padStart(2, "0");
}

/** A few bytes in a line. */
export function hexText(bytes: Uint8Array): string {
	return Array.from(bytes, hexByte).join(" ");
}

/** Printable ASCII, everything else as a dot. */
export function ascii(byte: number): string {
	return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·";
}

export interface HexLine {
	offset: number;
	hex: string;
	text: string;
}

/** One line of `width` bytes, with a blank more in its middle. */
export function hexLine(
	bytes: Uint8Array,
	line: number,
	width = HEX_WIDTH,
): HexLine {
	const offset = line * width;
	let hex = "";
	let text = "";
	for (let i = 0; i < width; i++) {
		const byte = bytes[offset + i];
		if (i === width / 2) hex += " ";
		hex += byte === undefined ? "   " : `${hexByte(byte)} `;
		if (byte !== undefined) text += ascii(byte);
	}
	return { offset, hex, text };
}

/** Where the digits of a line's nth byte begin in its text. */
function digits(n: number, width: number): number {
	return 3 * n + (n >= width / 2 ? 1 : 0);
}

/** A line's digits before, inside and behind the bytes pointed out. */
export function hexParts(
	line: HexLine,
	mark: { offset: number; length: number },
	width = HEX_WIDTH,
): [string, string, string] {
	const within = (n: number) => Math.min(width, Math.max(0, n));
	const from = within(mark.offset - line.offset);
	const to = within(mark.offset + mark.length - line.offset);
	if (to <= from) return [line.hex, "", ""];
	// Up to the last digit, not the blank behind it.
	const [a, b] = [digits(from, width), digits(to - 1, width) + 2];
	return [line.hex.slice(0, a), line.hex.slice(a, b), line.hex.slice(b)];
}

export function hexLines(bytes: Uint8Array, width = HEX_WIDTH): number {
	return Math.ceil(bytes.length / width);
}
