// SPDX-License-Identifier: Apache-2.0
// Captures made up for a journey: one HTTP call whose every part tries to be
// markup, and very many small ones.

export const MARK = "<img src=x onerror=window.pwned=1><script>window.pwned=1</script>";

const SERVER = [10, 9, 9, 2];
/** So many ports a client uses before the next client comes. */
const PORTS = 60_000;

function checksum(bytes) {
	let sum = 0;
	for (let i = 0; i < bytes.length; i += 2)
		sum += (bytes[i] << 8) | (bytes[i + 1] ?? 0);
	while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

function segment(nth, fromClient, seq, ack, flags, payload) {
	const port = 1024 + (nth % PORTS);
	const client = [10, 9, 8, 1 + Math.floor(nth / PORTS)];
	const tcp = Buffer.alloc(20);
	tcp.writeUInt16BE(fromClient ? port : 80, 0);
	tcp.writeUInt16BE(fromClient ? 80 : port, 2);
	tcp.writeUInt32BE(seq, 4);
	tcp.writeUInt32BE(ack, 8);
	tcp[12] = 5 << 4;
	tcp[13] = flags;
	tcp.writeUInt16BE(65535, 14);
	const ip = Buffer.alloc(20);
	ip[0] = 0x45;
	ip.writeUInt16BE(40 + payload.length, 2);
	ip[8] = 64;
	ip[9] = 6;
	Buffer.from(fromClient ? client : SERVER).copy(ip, 12);
	Buffer.from(fromClient ? SERVER : client).copy(ip, 16);
	ip.writeUInt16BE(checksum(ip), 10);
	return Buffer.concat([ip, tcp, payload]);
}

const SYN = 2;
const ACK = 16;
const PUSH = 24;
const FIN = 17;
const NONE = Buffer.alloc(0);

function call(nth, request, response) {
	const asked = 101 + request.length;
	return [
		segment(nth, true, 100, 0, SYN, NONE),
		segment(nth, false, 500, 101, SYN | ACK, NONE),
		segment(nth, true, 101, 501, ACK, NONE),
		segment(nth, true, 101, 501, PUSH, request),
		segment(nth, false, 501, asked, PUSH, response),
		segment(nth, true, asked, 501 + response.length, FIN, NONE),
	];
}

function pcap(packets) {
	const head = Buffer.alloc(24);
	head.writeUInt32LE(0xa1b2c3d4, 0);
	head.writeUInt16LE(2, 4);
	head.writeUInt16LE(4, 6);
	head.writeUInt32LE(262144, 16);
	head.writeUInt32LE(101, 20);
	const records = packets.flatMap((p, i) => {
		const r = Buffer.alloc(16);
		r.writeUInt32LE(1_700_000_000 + Math.floor(i / 1000), 0);
		r.writeUInt32LE((i % 1000) * 1000, 4);
		r.writeUInt32LE(p.length, 8);
		r.writeUInt32LE(p.length, 12);
		return [r, p];
	});
	return Buffer.concat([head, ...records]);
}

export function hostileCapture() {
	const body = Buffer.from(JSON.stringify({ name: MARK, [MARK]: [MARK] }));
	const request = Buffer.from(
		`GET /x?q=${MARK.replaceAll(" ", "+")} HTTP/1.1\r\nHost: evil.example\r\nX-Evil: ${MARK}\r\nCookie: a=${MARK}\r\n\r\n`,
	);
	const head = Buffer.from(
		`HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Evil: javascript:window.pwned=1\r\nContent-Length: ${body.length}\r\n\r\n`,
	);
	return pcap(call(0, request, Buffer.concat([head, body])));
}

/** As many calls as take a while to index. */
export function longCapture(calls) {
	const request = Buffer.from("GET /again HTTP/1.1\r\nHost: a.example\r\n\r\n");
	const response = Buffer.from(
		"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
	);
	const packets = [];
	for (let i = 0; i < calls; i++)
		packets.push(...call(i, request, response));
	return pcap(packets);
}
