// SPDX-License-Identifier: Apache-2.0
// A small server with the routes of docs/api.md, to develop the UI without the
// analyzer's own and to show states that are hard to bring about. Never part
// of the product.
//
//   node test/fixture.mjs SNAPSHOT [--port N] [--many N] [--indexing]
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { load } from "./data.mjs";

const run = promisify(execFile);
const args = process.argv.slice(2);
const option = (name, none) => {
	const at = args.indexOf(name);
	return at < 0 ? none : args[at + 1];
};
const bin = process.env.BIN ?? "../build/bin/analyzer";
const snapshot = args[0];
const port = Number(option("--port", 8899));
const many = Number(option("--many", 0));
const isIndexing = args.includes("--indexing");
const dist = process.env.UI_DIR ?? "dist";

const { entries, streams, diag } = load(bin, snapshot);
const byId = new Map(entries.map((x) => [x.row.id, x]));
const started = Date.now();
const matches = new Map();

/** Every row, or as many as asked for by repeating them a millisecond apart. */
function rowAt(list, i) {
	const x = list[i % list.length];
	if (i < list.length) return x.row;
	const time = new Date(Date.parse(list[0].row.time) + i).toISOString();
	return { ...x.row, id: `${x.row.id}.${i}`, time };
}

async function matching(q) {
	if (!q.trim()) return entries;
	if (!matches.has(q)) {
		const { stdout } = await run(bin, ["query", "--json", snapshot, ` ${q}`], {
			maxBuffer: 1 << 28,
		});
		const ids = new Set(
			stdout
				.split("\n")
				.filter((l) => l.startsWith("{"))
				.map((l) => JSON.parse(l).eid),
		);
		matches.set(
			q,
			entries.filter((x) => ids.has(x.row.id)),
		);
	}
	return matches.get(q);
}

function shown(list) {
	const share = isIndexing ? Math.min(1, (Date.now() - started) / 20_000) : 1;
	return list.slice(0, Math.max(1, Math.floor(list.length * share)));
}

function inRange(list, p) {
	const from = p.get("from");
	const to = p.get("to");
	return list.filter(
		({ row }) =>
			(!from || Date.parse(row.time) >= Date.parse(from)) &&
			(!to || Date.parse(row.time) < Date.parse(to)),
	);
}

const KEYS = {
	time: (r) => Date.parse(r.time),
	elapsed: (r) => r.elapsedMs ?? -1,
	status: (r) => r.status,
	requestSize: (r) => r.requestSize,
	responseSize: (r) => r.responseSize,
};

const whole = (n, more = {}) => ({
	scanned: n,
	matched: n,
	undecided: 0,
	complete: true,
	next: null,
	prev: null,
	...more,
});

async function listEntries(p) {
	let list = inRange(shown(await matching(p.get("q") ?? "")), p);
	const stream = p.get("stream");
	if (stream) list = list.filter((x) => x.row.stream === stream);
	const sort = p.get("sort") ?? "time";
	const key = KEYS[sort.replace("-", "")];
	const sign = sort.startsWith("-") ? -1 : 1;
	if (sort !== "time")
		list = [...list].sort((a, b) => sign * (key(a.row) - key(b.row)));
	const total = many > 0 && !stream && list.length > 0 ? many : list.length;
	const limit = Number(p.get("limit") ?? 100);
	const at = Number(p.get("after") ?? 0) + Number(p.get("skip") ?? 0);
	const end = Math.min(total, at + limit);
	const rows = [];
	for (let i = at; i < end; i++) rows.push(rowAt(list, i));
	return {
		entries: rows,
		...whole(rows.length, { next: end < total ? String(end) : null }),
	};
}

const quantile = (sorted, q) =>
	sorted.length === 0
		? null
		: sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];

async function histogram(p) {
	const all = inRange(shown(entries), p);
	const list = inRange(shown(await matching(p.get("q") ?? "")), p);
	const n = Number(p.get("buckets") ?? 120);
	const from = Date.parse(p.get("from") ?? entries[0].row.time);
	const to = Date.parse(p.get("to") ?? entries.at(-1).row.time) + 1;
	const bucketMs = Math.max(0.001, (to - from) / n);
	const buckets = new Map();
	for (const { row } of list) {
		const i = Math.floor((Date.parse(row.time) - from) / bucketMs);
		const b = buckets.get(i) ?? { i, n: 0, classes: {}, protocols: {}, ms: [] };
		b.n++;
		b.classes[row.class] = (b.classes[row.class] ?? 0) + 1;
		b.protocols[row.protocol] = (b.protocols[row.protocol] ?? 0) + 1;
		if (row.elapsedMs !== null) b.ms.push(row.elapsedMs);
		buckets.set(i, b);
	}
	const matched = many > 0 && list.length > 0 ? many : list.length;
	return {
		from: new Date(from).toISOString(),
		to: new Date(to).toISOString(),
		startMs: from,
		bucketMs,
		buckets: [...buckets.values()]
			.sort((a, b) => a.i - b.i)
			.map(({ ms, ...b }) => {
				ms.sort((x, y) => x - y);
				return {
					...b,
					p50: quantile(ms, 0.5),
					p90: quantile(ms, 0.9),
					p99: quantile(ms, 0.99),
				};
			}),
		all: many || all.length,
		incomplete: list.filter((x) => !x.row.complete).length,
		gapStreams: 1,
		...whole(matched),
	};
}

function memberOf(e, path) {
	return path.split(".").reduce((v, k) => v?.[k], e);
}

async function top(p) {
	const field = p.get("field");
	const counts = new Map();
	for (const { e } of inRange(await matching(p.get("q") ?? ""), p)) {
		const v = memberOf(e, field);
		if (v === undefined || (v !== null && typeof v === "object")) continue;
		const prefix = (p.get("prefix") ?? "").toLowerCase();
		if (!String(v).toLowerCase().startsWith(prefix)) continue;
		counts.set(v, (counts.get(v) ?? 0) + 1);
	}
	const values = [...counts]
		.sort((a, b) => b[1] - a[1])
		.map(([value, count]) => ({
			value,
			count,
			query: `${field} == ${JSON.stringify(value)}`,
		}));
	const n = values.reduce((sum, v) => sum + v.count, 0);
	return {
		field,
		values: values.slice(0, Number(p.get("limit") ?? 20)),
		distinct: values.length,
		...whole(n),
	};
}

async function map(p) {
	const nodes = new Map();
	const edges = new Map();
	const list = inRange(shown(await matching(p.get("q") ?? "")), p);
	const node = (peer) => {
		const id = peer.name ? `${peer.namespace}/${peer.name}` : peer.ip;
		const n = nodes.get(id) ?? {
			id,
			name: peer.name,
			namespace: peer.namespace,
			ips: [],
			entries: 0,
			query: peer.name
				? `src.name == "${peer.name}" or dst.name == "${peer.name}"`
				: `src.ip == "${peer.ip}" or dst.ip == "${peer.ip}"`,
		};
		n.entries++;
		if (!n.ips.includes(peer.ip)) n.ips.push(peer.ip);
		nodes.set(id, n);
		return id;
	};
	const side = (s, peer) =>
		peer.name ? `${s}.name == "${peer.name}"` : `${s}.ip == "${peer.ip}"`;
	for (const { row } of list) {
		const from = node(row.src);
		const to = node(row.dst);
		const id = `${from} ${to} ${row.protocol}`;
		const x = edges.get(id) ?? {
			from,
			to,
			protocol: row.protocol,
			abbr: row.abbr,
			count: 0,
			errors: 0,
			ms: [],
			requestBytes: 0,
			responseBytes: 0,
			query: `${row.protocol} and ${side("src", row.src)} and ${side("dst", row.dst)}`,
		};
		x.count++;
		if (!["success", "redirect"].includes(row.class)) x.errors++;
		if (row.elapsedMs !== null) x.ms.push(row.elapsedMs);
		x.requestBytes += row.requestSize;
		x.responseBytes += row.responseSize;
		edges.set(id, x);
	}
	const extra = Number(option("--services", 0));
	for (let i = 0; i < extra; i++) {
		const ns = `team-${i % 9}`;
		nodes.set(`x${i}`, {
			id: `x${i}`,
			name: `service-${i}.${ns}`,
			namespace: ns,
			ips: [],
			entries: i,
			query: "http",
		});
		if (i > 2)
			edges.set(`x${i}`, {
				from: `x${Math.floor(i / 3)}`,
				to: `x${i}`,
				protocol: "http",
				abbr: "HTTP",
				count: i,
				errors: i % 7,
				ms: [i],
				requestBytes: i,
				responseBytes: i,
				query: "http",
			});
	}
	return {
		nodes: [...nodes.values()],
		edges: [...edges.values()].map(({ ms, ...x }) => {
			ms.sort((a, b) => a - b);
			return {
				...x,
				rate: x.count / 39.64,
				p50: quantile(ms, 0.5),
				p90: quantile(ms, 0.9),
				p99: quantile(ms, 0.99),
			};
		}),
		seconds: 39.64,
		...whole(list.length),
	};
}

function streamOf(s) {
	const iso = (ns) => new Date(ns / 1e6).toISOString();
	const side = (i) => ({
		ip: s[`addr_${i}`],
		port: s[`port_${i}`],
		name: s[`name_${i}`],
		namespace: s[`name_${i}`].split(".")[1] ?? "",
		packets: s[`packets_${i}`],
		bytes: s[`bytes_${i}`],
		payload: s[`payload_${i}`],
		retransmissions: s[`retransmissions_${i}`],
		outOfOrder: s[`out_of_order_${i}`],
		duplicateAcks: s[`duplicate_acks_${i}`],
		zeroWindows: s[`zero_windows_${i}`],
		gaps: s[`gaps_${i}`],
		gapBytes: s[`gap_bytes_${i}`],
		flags: s[`tcp_flags_${i}`].split(" ").filter(Boolean),
	});
	return {
		id: s.id,
		snapshot: "1",
		l4: s.l4 === 6 ? "tcp" : "udp",
		state: s.state,
		node: s.node,
		protocol: s.protocol,
		reason: s.reason,
		entries: s.entries,
		tls: s.tls,
		undecrypted: s.tls_wire,
		lateJoin: s.late_join,
		roleGuessed: s.role_guessed,
		first: iso(s.first_ts),
		last: iso(s.last_ts),
		handshakeMs: s.handshake_rtt < 0 ? null : s.handshake_rtt / 1e6,
		client: side(s.client),
		server: side(1 - s.client),
	};
}

function listStreams(p) {
	const only = p.get("only");
	const find = (p.get("find") ?? "").toLowerCase();
	const list = streams.map(streamOf).filter((s) => {
		const sum = (k) => s.client[k] + s.server[k];
		if (only === "undissected" && s.protocol !== "") return false;
		if (only === "gaps" && sum("gaps") === 0) return false;
		if (only === "undecrypted" && !s.undecrypted) return false;
		if (only === "unhealthy" && sum("gaps") + sum("retransmissions") === 0)
			return false;
		return find === "" || JSON.stringify(s).toLowerCase().includes(find);
	});
	const sort = (p.get("sort") ?? "time").replace("-", "");
	if (sort !== "time")
		list.sort(
			(a, b) =>
				(b[sort] ?? b.client[sort] + b.server[sort]) -
				(a[sort] ?? a.client[sort] + a.server[sort]),
		);
	const at = Number(p.get("after") ?? 0) + Number(p.get("skip") ?? 0);
	const end = at + Number(p.get("limit") ?? 100);
	const page = list.slice(at, end);
	return {
		streams: page,
		all: p.has("after") ? null : list.length,
		...whole(page.length, { next: end < list.length ? String(end) : null }),
	};
}

async function check(p) {
	const q = p.get("q") ?? "";
	try {
		await run(bin, ["query", "--count", snapshot, ` ${q}`]);
		const parts = [];
		let at = 0;
		for (const text of q.split(/\s+and\s+/)) {
			const start = q.indexOf(text, at);
			at = start + text.length;
			parts.push({ text, start, end: at });
		}
		return {
			valid: true,
			normal: q,
			redacts: false,
			limit: null,
			parts,
			error: null,
		};
	} catch (error) {
		const found = /(?:^|\n)[^\n]*?1:(\d+): ([^\n]*)\n[^\n]*\n(\s*)(\^+)/.exec(
			error.stderr,
		);
		const message = found?.[2] ?? error.stderr.split("\n")[0];
		const column = Number(found?.[1] ?? 1) - 1;
		return {
			valid: false,
			normal: "",
			redacts: false,
			limit: null,
			parts: [],
			error: {
				code: "kfl_syntax",
				message,
				position: {
					line: 1,
					column: column,
					start: column - 1,
					end: column - 1 + (found?.[4].length ?? 1),
				},
				suggestion: /did you mean ([^?]+)\?/.exec(message)?.[1] ?? null,
			},
		};
	}
}

function table(title, prefix, object) {
	return {
		type: "table",
		title,
		data: JSON.stringify(
			Object.entries(object).map(([name, value]) => ({
				name,
				value,
				selector: `${prefix}.${name}`,
			})),
		),
	};
}

function sections(e, side) {
	const message = e[side] ?? {};
	const flat = {};
	const list = [];
	for (const [k, v] of Object.entries(message)) {
		if (k === "headers" || k === "cookies")
			list.push(table(k, `${side}.${k}`, v));
		else if (k === "queryString")
			list.push(table("query", `${side}.queryString`, v));
		else if (v === null || typeof v !== "object") flat[k] = v;
		else if (k !== "content" && k !== "postData") flat[k] = JSON.stringify(v);
	}
	return [table("Details", side, flat), ...list];
}

function bodyBytes(e, side) {
	const post = side === "request" ? e.request?.postData : e.response?.content;
	if (!post?.text) return null;
	return {
		mime: post.mimeType ?? "",
		bytes: Buffer.from(
			post.text,
			post.encoding === "base64" ? "base64" : "utf8",
		),
	};
}

function entry(id) {
	const x = byId.get(id.split(".")[0]);
	if (x === undefined) return null;
	const info = (side) => {
		const b = bodyBytes(x.e, side);
		return (
			b && {
				mime: b.mime,
				size: b.bytes.length,
				rawSize: b.bytes.length,
				encoding: "",
				complete: true,
			}
		);
	};
	const same = entries.filter((o) => o.row.stream === x.row.stream);
	const at = same.indexOf(x);
	return {
		row: { ...x.row, id },
		entry: x.e,
		representation: {
			request: sections(x.e, "request"),
			response: sections(x.e, "response"),
		},
		bodies: { request: info("request"), response: info("response") },
		protocol: x.e.protocol,
		stalls: { request: null, response: null },
		cut: 0,
		previous: same[at - 1]?.row.id ?? null,
		following: same[at + 1]?.row.id ?? null,
	};
}

function packets(id) {
	const x = byId.get(id.split(".")[0]);
	const list = ["request", "response"].flatMap((side) => {
		const e = x.e.evidence[side];
		if (!e) return [];
		const text = Buffer.from(
			`${side} of ${x.row.method} ${x.row.summary} `.repeat(6),
		);
		const hex = Buffer.concat([Buffer.alloc(54, 7), text]).toString("hex");
		return {
			side,
			source: e.source,
			record: e.record,
			offset: e.record * 200,
			time: x.row.time,
			length: hex.length / 2,
			captured: hex.length / 2,
			disposition: "data",
			from: `${x.row.src.ip}:${x.row.src.port}`,
			to: `${x.row.dst.ip}:${x.row.dst.port}`,
			layers: [
				{
					name: "Ethernet",
					offset: 0,
					length: 14,
					fields: [{ name: "type", value: "IPv4" }],
				},
				{
					name: "IPv4",
					offset: 14,
					length: 20,
					fields: [
						{ name: "source", value: x.row.src.ip },
						{ name: "destination", value: x.row.dst.ip },
					],
				},
				{
					name: "TCP",
					offset: 34,
					length: 20,
					fields: [{ name: "source port", value: String(x.row.src.port) }],
				},
			],
			payload: { offset: 54, length: text.length },
			hex,
			sha256: "0".repeat(64),
		};
	});
	return {
		packets: list,
		digest: { request: "a".repeat(64), response: "b".repeat(64) },
		...whole(list.length),
	};
}

function summary() {
	const share = isIndexing ? Math.min(1, (Date.now() - started) / 20_000) : 1;
	return {
		id: "1",
		name: snapshot.split("/").pop(),
		state: share < 1 ? "indexing" : "ready",
		error: null,
		seal: "sealed",
		digest: share < 1 ? "" : "e31a93b253cfa55f39a9056288c93ad0",
		evidence: "6e1a45935c17884bce63ebca4313cedd",
		tool: "fixture",
		cluster: "shop",
		from: entries[0].row.time,
		to: entries.at(-1).row.time,
		bytes: 5_800_000,
		files: 9,
		captures: 4,
		packets: 11_322,
		streams: streams.length,
		entries: many || shown(entries).length,
		incomplete: entries.filter((x) => !x.row.complete).length,
		gapStreams: 1,
		undecrypted: 2,
		protocols: [{ abbr: "HTTP", macro: "http", entries: 849 }],
		problems: { information: 0, loss: 1, refused: 0 },
		nodes: ["node-1", "node-2", "node-3"],
	};
}

function detail() {
	const source = (id, name, node) => ({
		id,
		name,
		format: "pcap",
		bytes: 1_400_000,
		sha256: "0".repeat(64),
		node,
		nodeIp: "10.0.0.5",
		label: "",
		packets: 3000,
		first: entries[0].row.time,
		last: entries.at(-1).row.time,
		tls: false,
		dispositions: { data: 2000 },
	});
	return {
		...summary(),
		sources: [
			source(0, "node-1/1.pcap", "node-1"),
			source(1, "node-2/1.pcap", "node-2"),
		],
		interfaces: [
			{
				source: "node-1/1.pcap",
				interface: 0,
				name: "any",
				point: 0,
				linktype: 113,
				snaplen: 262144,
				packets: 5935,
				first: entries[0].row.time,
				last: entries.at(-1).row.time,
				drops: 0,
			},
		],
		points: [
			{
				id: 0,
				node: "node-1",
				ip: "10.0.0.5",
				label: "any",
				packets: 5935,
				first: entries[0].row.time,
				last: entries.at(-1).row.time,
			},
		],
		dispositions: [
			{
				name: "data",
				inStream: true,
				count: 5738,
				text: "all of its payload was new",
			},
			{ name: "control", inStream: true, count: 3986, text: "no payload" },
			{ name: "datagram", inStream: true, count: 1509, text: "UDP payload" },
		],
		limits: [],
	};
}

function fields() {
	const text = [
		"request.method",
		"request.path",
		"src.name",
		"dst.name",
		"src.ip",
		"dst.ip",
		"namespace",
		"node.name",
		"evidence.reason",
		"request.headers",
	];
	const number = [
		"response.status",
		"elapsedTime",
		"requestSize",
		"responseSize",
		"timestamp",
	];
	const make = (type) => (path) => ({
		path,
		type,
		open: path.endsWith("headers"),
		indexed: true,
		protocols: [],
		text: path.split(".").join(" "),
	});
	return {
		fields: [
			...text.map(make("string")),
			...number.map(make("number")),
			make("bool")("evidence.complete"),
		],
		helpers: [
			{
				name: "startsWith",
				arguments: '"text"',
				of: "field",
				text: "begins with",
			},
			{ name: "minutes", arguments: "n", of: "", text: "minutes from now" },
		],
	};
}

const wait = (ms) => new Promise((done) => setTimeout(done, ms));

async function api(path, p) {
	const [head, id, part, side] = path;
	const s = summary();
	if (head === "snapshots") return id ? detail() : { snapshots: [s] };
	if (head === "progress") {
		const share = isIndexing ? Math.min(1, (Date.now() - started) / 20_000) : 1;
		const version = Math.floor(share * 40) + 1;
		if (p.get("since") === String(version))
			await wait(Math.min(500, Number(p.get("wait"))));
		return {
			version,
			state: s.state,
			snapshots: [
				{
					id: "1",
					state: s.state,
					bytes: 2_009_976 * share,
					bytesTotal: 2_009_976,
					packets: 1,
					streams: 1,
					entries: s.entries,
					elapsedMs: Date.now() - started,
					error: null,
				},
			],
		};
	}
	if (head === "entries" && !id) return listEntries(p);
	if (head === "entries" && part === "packets") return packets(id);
	if (head === "entries" && part === "body")
		return bodyBytes(byId.get(id.split(".")[0]).e, side);
	if (head === "entries") return entry(id);
	if (head === "streams")
		return id ? streamOf(streams.find((x) => x.id === id)) : listStreams(p);
	if (head === "histogram") return histogram(p);
	if (head === "top") return top(p);
	if (head === "map") return map(p);
	if (head === "identities")
		return {
			identities: [
				{
					ip: "10.244.2.20",
					port: null,
					node: "node-1",
					name: "promo-blue",
					namespace: "shop",
					from: entries[0].row.time,
					to: entries[900].row.time,
					early: true,
				},
			],
			...whole(1),
		};
	if (head === "diag")
		return {
			diag: diag.map((d) => ({ ...d, offset: d.off, length: d.len })),
			kinds: [
				{
					kind: "gap",
					severity: "loss",
					count: 1,
					text: "bytes of a stream are missing",
				},
			],
			...whole(1),
		};
	if (head === "fields") return fields();
	if (head === "protocols")
		return {
			protocols: [
				...new Map(
					entries.map((x) => [x.e.protocol.macro, x.e.protocol]),
				).values(),
			],
		};
	if (head === "kfl") return check(p);
	return null;
}

const TYPES = {
	".html": "text/html",
	".js": "text/javascript",
	".css": "text/css",
	".svg": "image/svg+xml",
};

async function file(reply, path) {
	const name = path === "/" ? "/index.html" : path;
	try {
		const data = await readFile(join(dist, name));
		reply.writeHead(200, {
			"Content-Type": TYPES[extname(name)] ?? "application/octet-stream",
			"Content-Security-Policy":
				"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; worker-src 'self'; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
		});
		reply.end(data);
	} catch {
		reply.writeHead(404).end();
	}
}

const server = createServer(async (ask, reply) => {
	const url = new URL(ask.url, "http://localhost");
	if (!url.pathname.startsWith("/api/v1/")) return file(reply, url.pathname);
	const path = url.pathname.slice(8).split("/").map(decodeURIComponent);
	try {
		const found = await api(path, url.searchParams);
		if (found === null) throw new Error("There is no such thing.");
		if (path[2] === "body") {
			const o = Number(url.searchParams.get("offset") ?? 0);
			const n = Number(url.searchParams.get("length") ?? found.bytes.length);
			reply.writeHead(200, {
				"X-Body-Size": found.bytes.length,
				"X-Body-Complete": "true",
			});
			reply.end(found.bytes.subarray(o, o + n));
			return;
		}
		reply.writeHead(200, { "Content-Type": "application/json" });
		reply.end(JSON.stringify(found));
	} catch (error) {
		reply.writeHead(404, { "Content-Type": "application/json" });
		reply.end(
			JSON.stringify({
				error: { code: "not_found", message: error.message, position: null },
			}),
		);
	}
});

server.listen(port, "127.0.0.1", () =>
	console.log(`http://127.0.0.1:${server.address().port}`),
);
