// SPDX-License-Identifier: Apache-2.0
// An HTTP request as a command that sends it again.
import type { Json, Whole } from "../api/types";
import { asText, fromBase64 } from "./body";

/** For a POSIX shell. */
export function shellQuote(text: string): string {
	if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(text)) return text;
	return `'${text.replaceAll("'", "'\\''")}'`;
}

type Dict = { [key: string]: Json };

export function dict(value: Json | undefined): Dict {
	return typeof value === "object" && value !== null && !Array.isArray(value)
		? value
		: {};
}

export function text(value: Json | undefined): string {
	return typeof value === "string" ? value : "";
}

// curl makes these itself.
const OWN = new Set(["host", "content-length", "transfer-encoding"]);

function target(entry: Whole): string {
	const request = dict(entry.request);
	const path = text(request.url) || text(request.path) || "/";
	if (/^https?:\/\//.test(path)) return path;
	const headers = dict(request.headers);
	const dst = dict(entry.dst);
	const host =
		text(headers.Host) ||
		text(headers[":authority"]) ||
		`${text(dst.ip)}:${text(dst.port)}`;
	return `${entry.tls === true ? "https" : "http"}://${host}${path}`;
}

/** null: it is no HTTP request. `body` is that of the request. */
export function toCurl(entry: Whole, body: Uint8Array | null): string | null {
	const request = dict(entry.request);
	const method = text(request.method);
	if (method === "" || text(request.url) + text(request.path) === "")
		return null;
	const words = ["curl"];
	const hasBody = body !== null && body.length > 0;
	if (method === "HEAD") words.push("--head");
	else if (method !== (hasBody ? "POST" : "GET"))
		words.push(`-X ${shellQuote(method)}`);
	words.push(shellQuote(target(entry)));
	for (const [name, value] of Object.entries(dict(request.headers)))
		if (!OWN.has(name.toLowerCase()) && !name.startsWith(":"))
			words.push(`-H ${shellQuote(`${name}: ${headerText(value)}`)}`);
	let before = "";
	if (hasBody) {
		const plain = asText(body, true);
		if (plain !== null) words.push(`--data-raw ${shellQuote(plain)}`);
		else {
			before = `printf %s ${base64(body)} | base64 -d | `;
			words.push("--data-binary @-");
		}
	}
	return before + words.join(" \\\n  ");
}

function headerText(value: Json): string {
	return Array.isArray(value) ? value.join(", ") : String(value);
}

function base64(bytes: Uint8Array): string {
	let out = "";
	for (const b of bytes) out += String.fromCharCode(b);
	return btoa(out);
}

/** The request's body as far as the entry has it. */
export function requestBody(entry: Whole): Uint8Array | null {
	const post = dict(dict(entry.request).postData);
	const body = text(post.text);
	if (body === "") return null;
	return text(post.encoding) === "base64"
		? fromBase64(body)
		: new TextEncoder().encode(body);
}
