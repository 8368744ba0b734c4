// SPDX-License-Identifier: Apache-2.0
//
// web_talk.js graphql | ws | late: talks GraphQL or WebSocket with servers of its
// own on the loopback interface, and prints what it did, one line a call or
// message. `late` connects, says "ready", and goes on when its input ends.
//
// The servers are graphql-http on ports 8080 and, over HTTP/2, 8085, graphql-yoga
// on 8081, and ws on 8082 (permessage-deflate with takeover), 8083 (without) and
// 8084 (no extension).
"use strict";

const http = require("http");
const http2 = require("http2");

function say(...words) {
	console.log(words.join("\t"));
}

// --- GraphQL ---------------------------------------------------------------

const SCHEMA = `
	type Item { id: ID! name: String price(in: String): Float }
	type Query { hello: String items(first: Int): [Item] broken: String }
	type Mutation { rename(id: ID!, name: String!): Item }
`;

const ROOT = {
	hello: () => "world",
	items: ({ first }) => Array.from({ length: first || 2 }, (_, i) => ({
		id: i, name: "item " + i, price: 1.5 * i,
	})),
	broken: () => { throw new Error("out of stock"); },
	rename: ({ id, name }) => ({ id, name }),
};

function graphqlServers() {
	const { buildSchema } = require("graphql");
	const { createHandler } = require("graphql-http/lib/use/http");
	const { createYoga, createSchema } = require("graphql-yoga");
	const resolvers = { Query: {}, Mutation: {} };

	for (const type of ["hello", "items", "broken"])
		resolvers.Query[type] = (_, args) => ROOT[type](args);
	resolvers.Mutation.rename = (_, args) => ROOT.rename(args);
	return Promise.all([
		listen(http.createServer(createHandler({
			schema: buildSchema(SCHEMA), rootValue: ROOT,
		})), 8080),
		listen(http.createServer(createYoga({
			schema: createSchema({ typeDefs: SCHEMA, resolvers }),
			batching: true, logging: false, maskedErrors: false,
		})), 8081),
		listen(http2.createServer(require("graphql-http/lib/use/http2")
			.createHandler({ schema: buildSchema(SCHEMA),
				rootValue: ROOT })), 8085),
	]);
}

function listen(server, port) {
	return new Promise((done) =>
		server.listen(port, "127.0.0.1", () => done(server)));
}

function call(port, method, path, headers, body) {
	return new Promise((done, fail) => {
		const ask = http.request({
			host: "127.0.0.1", port, method, path,
			headers: body === undefined ? headers : {
				"Content-Length": Buffer.byteLength(body), ...headers,
			},
		}, (answer) => {
			let text = "";

			answer.setEncoding("utf8");
			answer.on("data", (part) => { text += part; });
			answer.on("end", () => done({ status: answer.statusCode, text }));
		});

		ask.on("error", fail);
		ask.end(body);
	});
}

let session;

function call2(headers, body) {
	return new Promise((done, fail) => {
		const stream = session.request(headers);
		let text = "", status;

		stream.setEncoding("utf8");
		stream.on("response", (h) => { status = h[":status"]; });
		stream.on("data", (part) => { text += part; });
		stream.on("end", () => done({ status, text }));
		stream.on("error", fail);
		stream.end(body);
	});
}

// Over HTTP/2 when the port is that server's.
function send(port, method, path, headers, body) {
	if (port !== 8085)
		return call(port, method, path, headers, body);
	return call2({ ":method": method, ":path": path, ...headers }, body);
}

function count(text) {
	const all = [].concat(JSON.parse(text));

	return all.reduce((n, one) => n + (one.errors || []).length, 0);
}

// What a call asks for is told by hand: the parser is not asked.
async function ask(port, type, name, fields, query, variables) {
	const said = { query };

	if (name)
		said.operationName = name;
	if (variables)
		said.variables = variables;
	const got = await send(port, "POST", "/graphql", {
		"Content-Type": "application/json",
		"Accept": "application/graphql-response+json, application/json",
	}, JSON.stringify(said));

	say("POST", got.status, type, name || "-", fields || "-",
		JSON.stringify(variables || null), count(got.text));
}

async function graphql() {
	const servers = await graphqlServers();
	const get = (text) => "/graphql?query=" + encodeURIComponent(text);

	session = http2.connect("http://127.0.0.1:8085");
	for (const port of [8080, 8081, 8085]) {
		await ask(port, "query", "", "hello", "{ hello }");
		await ask(port, "query", "Items", "items",
			"query Items($n: Int = 3) {\n  items(first: $n) { ...F }\n}\n" +
			"fragment F on Item { id name price(in: \"EUR\") }", { n: 2 });
		await ask(port, "mutation", "Ren", "rename",
			"mutation Ren($id: ID!, $name: String!) " +
			"{ done: rename(id: $id, name: $name) { id name } }",
			{ id: "7", name: "na\u00efve \"quoted\" \u{1f600}" });
		await ask(port, "query", "B", "hello,items",
			"query A { broken } query B { hello items { id } }");
		await ask(port, "query", "Broken", "broken", "query Broken { broken }");
		await ask(port, "query", "Bad", "nosuch", "query Bad { nosuch }");
		const got = await send(port, "GET", get("query Q { hello }"), {
			"Accept": "application/json" });

		say("GET", got.status, "query", "Q", "hello", "null", count(got.text));
	}
	const batch = await call(8081, "POST", "/graphql", {
		"Content-Type": "application/json", "Accept": "application/json",
	}, JSON.stringify([{ query: "{ hello }" }, { query: "query X { broken }" }]));

	say("POST", batch.status, "query", "-", "hello", "null", count(batch.text));
	// None of these is GraphQL; the servers refuse them.
	for (const body of ["{\"query\":\"chairs\"}", "{\"query\":\"\"}", "[]"])
		await call(8081, "POST", "/search", {
			"Content-Type": "application/json" }, body);
	session.close();
	for (const s of servers) {
		if (s.closeAllConnections)
			s.closeAllConnections();
		s.close();
	}
}

// --- WebSocket -------------------------------------------------------------

function tell(from, opcode, payload) {
	const bytes = Buffer.from(payload);
	const text = opcode === "binary" ? bytes.toString("base64")
		: bytes.toString();

	say(from, opcode, bytes.length, JSON.stringify(text.slice(0, 30)));
}

function wsServer(port, deflate) {
	const { WebSocketServer } = require("ws");

	return new Promise((done) => {
		const server = new WebSocketServer({
			host: "127.0.0.1", port, perMessageDeflate: deflate,
			handleProtocols: (set) => set.has("echo") ? "echo" : false,
		}, () => done(server));

		server.on("connection", (sock) => {
			sock.on("message", (data, binary) => {
				sock.send(data, { binary });
				tell("server", binary ? "binary" : "text", data);
			});
			sock.on("ping", (data) => tell("server", "pong", data));
		});
	});
}

function reply(sock) {
	return new Promise((done) => sock.once("message", done));
}

async function say1(sock, data) {
	const back = reply(sock);

	tell("client", typeof data === "string" ? "text" : "binary", data);
	sock.send(data);
	await back;
}

async function conversation(port, code, reason, protocols) {
	const { WebSocket } = require("ws");
	const sock = new WebSocket("ws://127.0.0.1:" + port + "/live?x=1",
		protocols, { perMessageDeflate: { threshold: 0 } });

	await new Promise((done) => sock.once("open", done));
	for (let i = 0; i < 5; i++)
		await say1(sock, JSON.stringify({ type: "stock", sku: "SKU-" + i,
			name: "a chair that is the same each time" }));
	await say1(sock, "h\u00e9llo \u{1f600}");
	await say1(sock, Buffer.from(Array.from({ length: 256 }, (_, i) => i)));
	await say1(sock, "many words, and the same again; ".repeat(2100));
	await say1(sock, "");
	const pong = new Promise((done) => sock.once("pong", done));

	tell("client", "ping", "still there");
	sock.ping("still there");
	await pong;
	const back = reply(sock);

	tell("client", "text", "one two three");
	sock.send("one ", { fin: false });
	sock.send("two ", { fin: false });
	sock.send("three", { fin: true });
	await back;
	const closed = new Promise((done) =>
		sock.once("close", (c, why) => done([c, why.toString()])));

	say("client", "close", code, JSON.stringify(reason));
	sock.close(code, reason);
	const [c, why] = await closed;

	say("server", "close", c, JSON.stringify(why));
}

async function ws() {
	const servers = [
		await wsServer(8082, { threshold: 0 }),
		await wsServer(8083, { threshold: 0, serverNoContextTakeover: true,
			clientNoContextTakeover: true }),
		await wsServer(8084, false),
	];

	await conversation(8082, 1000, "done", ["soap", "echo"]);
	await conversation(8083, 4001, "gone", []);
	await conversation(8084, 1000, "", []);
	servers.forEach((s) => s.close());
}

async function late() {
	const { WebSocket } = require("ws");
	const server = await wsServer(8084, false);
	const sock = new WebSocket("ws://127.0.0.1:8084/late");

	await new Promise((done) => sock.once("open", done));
	console.error("ready");
	await new Promise((done) => process.stdin.resume().once("end", done));
	for (let i = 0; i < 3; i++)
		await say1(sock, "text number " + i + ", which nobody announced");
	sock.terminate();
	server.close();
}

if (!(process.argv[2] in { graphql, ws, late }))
	throw new Error("graphql, ws or late?");
({ graphql, ws, late })[process.argv[2]]().catch((e) => {
	console.error(e);
	process.exit(1);
});
