// SPDX-License-Identifier: Apache-2.0
// Requests to /api/v1: typed, cancellable, with errors that say what happened.
import { parseJson } from "./json";
import type { ErrorBody } from "./types";

export type Params = Record<string, string | number | null | undefined>;

/** What went wrong. `code` is the server's, or "offline" without an answer. */
export class ApiError extends Error {
	constructor(
		readonly status: number,
		readonly body: ErrorBody,
	) {
		super(body.message);
	}

	get code(): string {
		return this.body.code;
	}

	get offline(): boolean {
		return this.body.code === "offline";
	}
}

export function url(path: string, params: Params = {}): string {
	const query = new URLSearchParams();
	for (const [key, value] of Object.entries(params))
		if (value !== null && value !== undefined && value !== "")
			query.set(key, String(value));
	const text = query.toString();
	return `/api/v1/${path}${text === "" ? "" : `?${text}`}`;
}

async function errorOf(reply: Response): Promise<ApiError> {
	const plain = {
		code: "internal",
		message: `The server answered ${reply.status}.`,
	};
	try {
		const body = (await reply.json()) as { error?: ErrorBody };
		return new ApiError(reply.status, body.error ?? plain);
	} catch {
		return new ApiError(reply.status, plain);
	}
}

export function isAbort(error: unknown): boolean {
	return error instanceof DOMException && error.name === "AbortError";
}

const BUSY = new Set([429, 503]);
const BUSY_TRIES = 10;
const BUSY_MS = 200;
const BUSY_MOST_MS = 1000;

/** Comes again when the server has too much to do at the moment. */
async function patiently(
	address: string,
	init: RequestInit,
): Promise<Response> {
	for (let tries = 1; ; tries++) {
		const reply = await fetch(address, init);
		if (!BUSY.has(reply.status) || tries === BUSY_TRIES) return reply;
		const ms = Math.min(BUSY_MS * tries, BUSY_MOST_MS);
		await new Promise((done) => setTimeout(done, ms));
	}
}

export async function fetchApi(
	path: string,
	params: Params = {},
	init: RequestInit = {},
): Promise<Response> {
	let reply: Response;
	try {
		reply = await patiently(url(path, params), init);
	} catch (error) {
		if (isAbort(error)) throw error;
		throw new ApiError(0, {
			code: "offline",
			message: "The analyzer does not answer.",
		});
	}
	if (!reply.ok) throw await errorOf(reply);
	return reply;
}

export async function getJson<T>(
	path: string,
	params: Params = {},
	signal?: AbortSignal,
): Promise<T> {
	const init: RequestInit = signal === undefined ? {} : { signal };
	return parseJson(await (await fetchApi(path, params, init)).text()) as T;
}

export interface Bytes {
	bytes: Uint8Array;
	/** Of the whole body, not only of these bytes. */
	size: number;
	complete: boolean;
}

export async function getBody(
	id: string,
	side: string,
	params: { form: "decoded" | "raw"; offset: number; length: number },
	signal?: AbortSignal,
): Promise<Bytes> {
	const reply = await fetchApi(
		`entries/${encodeURIComponent(id)}/body/${side}`,
		params,
		signal === undefined ? {} : { signal },
	);
	const bytes = new Uint8Array(await reply.arrayBuffer());
	const size = Number(reply.headers.get("X-Body-Size") ?? bytes.length);
	return {
		bytes,
		size,
		complete: reply.headers.get("X-Body-Complete") !== "false",
	};
}
