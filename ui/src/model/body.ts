// SPDX-License-Identifier: Apache-2.0
// What a body is, told by its media type and by its bytes.

export type BodyKind = "json" | "form" | "image" | "text" | "binary";

export function mediaType(mime: string): string {
	return (mime.split(";")[0] ?? "").trim().toLowerCase();
}

/** The bytes as text, or null where they are none. */
export function asText(bytes: Uint8Array, whole: boolean): string | null {
	try {
		const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, {
			stream: !whole,
		});
		return looksBinary(text) ? null : text;
	} catch {
		return null;
	}
}

function looksBinary(text: string): boolean {
	const sample = text.slice(0, 4096);
	let odd = 0;
	for (let i = 0; i < sample.length; i++) {
		const c = sample.charCodeAt(i);
		if (c < 9 || (c > 13 && c < 32)) odd++;
	}
	return odd > sample.length / 64;
}

export function kindOf(mime: string, bytes: Uint8Array): BodyKind {
	const type = mediaType(mime);
	if (type.startsWith("image/") || imageInfo(bytes) !== null) {
		if (type !== "image/svg+xml") return "image";
	}
	if (type === "application/x-www-form-urlencoded") return "form";
	const text = asText(bytes, false);
	if (text === null) return "binary";
	if (/[/+]json$/.test(type) || /^\s*[[{]/.test(text)) return "json";
	return "text";
}

export function formFields(text: string): { name: string; value: string }[] {
	return [...new URLSearchParams(text)].map(([name, value]) => ({
		name,
		value,
	}));
}

export interface ImageInfo {
	format: string;
	width: number;
	height: number;
}

function starts(bytes: Uint8Array, ...head: number[]): boolean {
	return head.every((b, i) => bytes[i] === b);
}

/** What the first bytes of an image say. The picture is never shown. */
export function imageInfo(bytes: Uint8Array): ImageInfo | null {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (starts(bytes, 0x89, 0x50, 0x4e, 0x47) && bytes.length >= 24)
		return {
			format: "PNG",
			width: view.getUint32(16),
			height: view.getUint32(20),
		};
	if (starts(bytes, 0x47, 0x49, 0x46, 0x38) && bytes.length >= 10)
		return {
			format: "GIF",
			width: view.getUint16(6, true),
			height: view.getUint16(8, true),
		};
	if (starts(bytes, 0xff, 0xd8, 0xff)) return jpegInfo(view);
	return null;
}

function jpegInfo(view: DataView): ImageInfo {
	let at = 2;
	while (at + 9 < view.byteLength && view.getUint8(at) === 0xff) {
		const marker = view.getUint8(at + 1);
		const isFrame =
			marker >= 0xc0 &&
			marker <= 0xcf &&
			marker !== 0xc4 &&
			marker !== 0xc8 &&
			marker !== 0xcc;
		if (isFrame)
			return {
				format: "JPEG",
				width: view.getUint16(at + 7),
				height: view.getUint16(at + 5),
			};
		at += 2 + view.getUint16(at + 2);
	}
	return { format: "JPEG", width: 0, height: 0 };
}

export function fromBase64(text: string): Uint8Array | null {
	try {
		return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
	} catch {
		return null;
	}
}
