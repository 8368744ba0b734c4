// SPDX-License-Identifier: Apache-2.0
// The shapes of docs/api.md.

export type StatusClass =
	| "success"
	| "redirect"
	| "client_error"
	| "server_error"
	| "failed"
	| "unanswered";

export interface Position {
	line: number;
	column: number;
	start: number;
	end: number;
}

export interface ErrorBody {
	code: string;
	message: string;
	position?: Position | null;
	suggestion?: string | null;
}

export interface Listing {
	scanned: number;
	matched: number;
	undecided: number;
	complete: boolean;
	next: string | null;
	prev: string | null;
}

export interface Snapshot {
	id: string;
	name: string;
	state: "waiting" | "indexing" | "sealing" | "ready" | "failed";
	error: ErrorBody | null;
	seal: "sealed" | "unsealed" | "broken";
	digest: string;
	evidence: string;
	tool: string;
	cluster: string;
	from: string | null;
	to: string | null;
	bytes: number;
	files: number;
	captures: number;
	packets: number;
	streams: number;
	entries: number;
	incomplete: number;
	gapStreams: number;
	undecrypted: number;
	protocols: { abbr: string; macro: string; entries: number }[];
	problems: { information: number; loss: number; refused: number };
	nodes: string[];
}

export interface Source {
	id: number;
	name: string;
	format: string;
	bytes: number;
	sha256: string;
	node: string;
	nodeIp: string;
	label: string;
	packets: number;
	first: string | null;
	last: string | null;
	tls: boolean;
	dispositions: Record<string, number>;
}

export interface SnapshotDetail extends Snapshot {
	sources: Source[];
	interfaces: {
		source: string;
		interface: number;
		name: string;
		point: number | null;
		linktype: number;
		snaplen: number;
		packets: number;
		first: string | null;
		last: string | null;
		drops: number | null;
	}[];
	points: {
		id: number;
		node: string;
		ip: string;
		label: string;
		packets: number;
		first: string | null;
		last: string | null;
	}[];
	dispositions: {
		name: string;
		inStream: boolean;
		count: number;
		text: string;
	}[];
	limits: { name: string; count: number; text: string }[];
}

export interface Progress {
	version: number;
	state: "indexing" | "ready" | "failed";
	snapshots: {
		id: string;
		state: Snapshot["state"];
		bytes: number;
		bytesTotal: number | null;
		packets: number;
		streams: number;
		entries: number;
		elapsedMs: number;
		error: ErrorBody | null;
	}[];
}

export interface Peer {
	ip: string;
	port: number;
	name: string;
	namespace: string;
}

export interface Row {
	id: string;
	snapshot: string;
	stream: string;
	ordinal: number;
	protocol: string;
	abbr: string;
	method: string;
	summary: string;
	status: number;
	class: StatusClass;
	time: string;
	elapsedMs: number | null;
	requestSize: number;
	responseSize: number;
	src: Peer;
	dst: Peer;
	node: string;
	tls: boolean;
	complete: boolean;
	reason: string;
	queries: { method?: string; summary?: string; status?: string };
}

export interface EntryList extends Listing {
	entries: Row[];
}

/** A value of JSON whose shape the protocol decides. */
export type Json =
	| null
	| boolean
	| number
	/** A whole number with more digits than a number holds. */
	| bigint
	| string
	| Json[]
	| { [key: string]: Json };

export interface TableRow {
	name: string;
	value: Json;
	selector: string;
}

export interface Section {
	type: "table" | "body";
	title: string;
	/** Of a table its rows or their JSON text, of a body its text. */
	data: TableRow[] | string | null;
	encoding?: string;
	mimeType?: string;
	selector?: string;
}

export interface BodyInfo {
	mime: string;
	size: number | null;
	rawSize: number | null;
	encoding: string;
	complete: boolean;
}

export type Side = "request" | "response";

export interface Evidence {
	source: string;
	record: number;
	bytes: number;
	gap: boolean;
	cut: boolean;
}

export interface Whole {
	[key: string]: Json | undefined;
}

/** How long a side was held up because bytes were lost on the way. */
export interface Stall {
	ms: number;
	/** That came late, or again. */
	bytes: number;
	/** That were never captured. */
	missing: number;
	times: number;
	/** False: not all packets were looked at. */
	complete: boolean;
	/** The first ones. */
	spans: { from: string; to: string }[];
}

export interface EntryDetail {
	row: Row;
	entry: Whole;
	representation: { request: Section[] | null; response: Section[] | null };
	bodies: Record<Side, BodyInfo | null>;
	stalls: Record<Side, Stall | null>;
	protocol: Protocol;
	cut: number;
	previous: string | null;
	following: string | null;
}

export interface Layer {
	name: string;
	offset: number;
	length: number;
	fields: { name: string; value: string }[];
}

export interface Packet {
	side: Side;
	source: string;
	record: number;
	offset: number;
	time: string;
	length: number;
	captured: number;
	disposition: string;
	from: string;
	to: string;
	layers: Layer[];
	payload: { offset: number; length: number } | null;
	hex: string;
	sha256: string;
}

export interface PacketList extends Listing {
	packets: Packet[];
	digest: Partial<Record<Side, string | null>>;
}

export interface StreamPeer extends Peer {
	packets: number;
	bytes: number;
	payload: number;
	retransmissions: number;
	outOfOrder: number;
	duplicateAcks: number;
	zeroWindows: number;
	gaps: number;
	gapBytes: number;
	flags: string[];
}

export interface Stream {
	id: string;
	snapshot: string;
	l4: "tcp" | "udp";
	state: string;
	node: string;
	protocol: string;
	reason: string;
	entries: number;
	tls: boolean;
	undecrypted: boolean;
	lateJoin: boolean;
	roleGuessed: boolean;
	first: string;
	last: string;
	handshakeMs: number | null;
	client: StreamPeer;
	server: StreamPeer;
}

export interface StreamList extends Listing {
	streams: Stream[];
	/** How many there are in all; null where a cursor was given. */
	all: number | null;
}

export interface Bucket {
	i: number;
	n: number;
	classes: Partial<Record<StatusClass, number>>;
	protocols: Record<string, number>;
	p50: number | null;
	p90: number | null;
	p99: number | null;
}

export interface Histogram extends Listing {
	from: string | null;
	to: string | null;
	startMs: number;
	bucketMs: number;
	buckets: Bucket[];
	all: number;
	incomplete: number;
	gapStreams: number;
}

export interface Top extends Listing {
	field: string;
	values: { value: Json; count: number; query: string }[];
	distinct: number;
}

export interface MapNode {
	id: string;
	name: string;
	namespace: string;
	ips: string[];
	entries: number;
	query: string;
}

export interface MapEdge {
	from: string;
	to: string;
	protocol: string;
	abbr: string;
	count: number;
	errors: number;
	rate: number;
	p50: number | null;
	p90: number | null;
	p99: number | null;
	requestBytes: number;
	responseBytes: number;
	query: string;
}

export interface ServiceMap extends Listing {
	nodes: MapNode[];
	edges: MapEdge[];
	seconds: number;
}

export interface Identity {
	ip: string;
	port: number | null;
	node: string;
	name: string;
	namespace: string;
	from: string;
	to: string | null;
	early: boolean;
}

export interface IdentityList extends Listing {
	identities: Identity[];
}

export interface Diag {
	kind: string;
	severity: "information" | "loss" | "refused";
	source: string | null;
	record: number | null;
	stream: string | null;
	side: number | null;
	offset: number | null;
	length: number | null;
	time: string | null;
	name: string | null;
	text: string;
}

export interface DiagList extends Listing {
	diag: Diag[];
	kinds: {
		kind: string;
		severity: Diag["severity"];
		count: number;
		text: string;
	}[];
}

export interface Field {
	path: string;
	type: "string" | "number" | "bool" | "time" | "object" | "array";
	open: boolean;
	indexed: boolean;
	protocols: string[];
	text: string;
}

export interface Helper {
	name: string;
	arguments: string;
	of: string;
	text: string;
}

export interface FieldList {
	fields: Field[];
	helpers: Helper[];
}

export interface Protocol {
	name: string;
	version: string;
	abbr: string;
	longName: string;
	macro: string;
	referenceLink: string;
	layer4: string;
	entries?: number;
	text?: string;
}

export interface Check {
	valid: boolean;
	normal: string;
	redacts: boolean;
	limit: number | null;
	parts: { text: string; start: number; end: number }[];
	error: ErrorBody | null;
}

export interface Explain {
	normal: string;
	exact: boolean;
	over: string;
	under: string;
	fields: string[];
	text: string[];
}
