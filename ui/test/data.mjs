// SPDX-License-Identifier: Apache-2.0
// Entries of a snapshot in the shapes of docs/api.md, made from what the
// analyzer prints. For the fixture server and unit tests only.
import { execFileSync } from "node:child_process";

const MAX = 512 * 1024 * 1024;

function lines(bin, ...args) {
	const text = execFileSync(bin, args, { maxBuffer: MAX, encoding: "utf8" });
	return text
		.split("\n")
		.filter((l) => l.startsWith("{"))
		.map((l) => JSON.parse(l));
}

function classOf(e) {
	const status = e.response?.status ?? 0;
	if (Object.keys(e.response ?? {}).length === 0) return "unanswered";
	if (status >= 500) return "server_error";
	if (status >= 400) return "client_error";
	if ((e.response.rcode ?? 0) !== 0) return "failed";
	return status >= 300 ? "redirect" : "success";
}

function peer(p, namespaces) {
	return {
		ip: p.ip,
		port: Number(p.port),
		name: p.name,
		namespace: namespaces.get(p.name) ?? p.name.split(".")[1] ?? "",
	};
}

export function rowOf(base, e) {
	const none = new Map();
	return {
		id: base.eid,
		snapshot: "1",
		stream: e.evidence.stream,
		ordinal: e.index,
		protocol: e.protocol.macro,
		abbr: e.protocol.abbr,
		method: base.method ?? "",
		summary: base.summary ?? "",
		status: base.status,
		class: classOf(e),
		time: e.startTime,
		elapsedMs:
			e.timing.waitMs === undefined
				? null
				: e.timing.waitMs + (e.timing.responseMs ?? 0),
		requestSize: e.requestSize,
		responseSize: e.responseSize,
		src: peer(e.src, none),
		dst: peer(e.dst, none),
		node: e.node.name,
		tls: e.tls,
		complete: e.evidence.complete,
		reason: e.evidence.reason,
		queries: {
			method: base.methodQuery || undefined,
			summary: base.summaryQuery || undefined,
			status: base.statusQuery || undefined,
		},
	};
}

export function load(bin, snapshot, q = "") {
	const bases = lines(bin, "query", "--json", snapshot, q || " ");
	const full = lines(bin, "query", "--full", snapshot, q || " ");
	const entries = full.map((e, i) => ({ e, row: rowOf(bases[i], e) }));
	return {
		entries,
		streams: lines(bin, "streams", "--json", snapshot),
		diag: lines(bin, "diag", "--json", snapshot),
	};
}
