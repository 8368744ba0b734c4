// SPDX-License-Identifier: Apache-2.0
//
// more_talk.js: what web_talk.js and grpc_talk.py cannot say. Servers and clients
// of their own on the loopback interface; prints a line for each call or message.
//
// gRPC-Web with connect-node, over HTTP/1.1 on port 8120 and HTTP/2 on 8121;
// GraphQL with graphql-yoga on 8122, a file uploaded and results in parts;
// WebSocket over HTTP/2 (RFC 8441) on 8123, with the frames of ws.
"use strict";

const http = require("http");
const http2 = require("http2");

function say(...words) {
	console.log(words.join("\t"));
}

function listen(server, port) {
	return new Promise((done) =>
		server.listen(port, "127.0.0.1", () => done(server)));
}

// --- gRPC-Web ----------------------------------------------------------------

const { create, createFileRegistry } = require("@bufbuild/protobuf");
const { FileDescriptorSetSchema } = require("@bufbuild/protobuf/wkt");

// package web.v1; message Word { string text = 1; }
// service Echo { rpc Say(Word) returns (Word);
//                rpc Spell(Word) returns (stream Word); }
const SET = create(FileDescriptorSetSchema, { file: [{
	name: "echo.proto", package: "web.v1", syntax: "proto3",
	messageType: [{ name: "Word", field: [{
		name: "text", number: 1, type: 9, label: 1, jsonName: "text",
	}] }],
	service: [{ name: "Echo", method: [
		{ name: "Say", inputType: ".web.v1.Word",
			outputType: ".web.v1.Word" },
		{ name: "Spell", inputType: ".web.v1.Word",
			outputType: ".web.v1.Word", serverStreaming: true },
	] }],
}] });

async function grpcWeb() {
	const { Code, ConnectError, createClient } =
		require("@connectrpc/connect");
	const { connectNodeAdapter, createGrpcWebTransport } =
		require("@connectrpc/connect-node");
	const echo = createFileRegistry(SET).getService("web.v1.Echo");
	const handler = connectNodeAdapter({ routes(router) {
		router.service(echo, {
			say(word) {
				if (word.text === "hush")
					throw new ConnectError("not a word",
						Code.PermissionDenied);
				return { text: word.text };
			},
			async *spell(word) {
				for (const letter of word.text)
					yield { text: letter };
			},
		});
	} });
	const servers = [await listen(http.createServer(handler), 8120),
		await listen(http2.createServer(handler), 8121)];

	for (const [version, port] of [["1.1", 8120], ["2", 8121]]) {
		const client = createClient(echo, createGrpcWebTransport({
			baseUrl: "http://127.0.0.1:" + port, httpVersion: version,
		}));
		let n = 0;

		await client.say({ text: "hello" });
		say("grpc", port, "/web.v1.Echo/Say", 1, 1, "OK");
		for await (const letter of client.spell({ text: "letters" }))
			n += letter.text.length;
		say("grpc", port, "/web.v1.Echo/Spell", 1, n, "OK");
		await client.say({ text: "hush" }).catch(() => 0);
		say("grpc", port, "/web.v1.Echo/Say", 1, 0, "PERMISSION_DENIED");
	}
	return servers;
}

// --- GraphQL -----------------------------------------------------------------

const SCHEMA = `
	scalar File
	type Slow { word: String }
	type Query { hello: String slow: Slow }
	type Mutation { keep(file: File!, note: String): Int }
	type Subscription { ticks(n: Int!): Int }
`;

const RESOLVERS = {
	Query: { hello: () => "world", slow: () => ({}) },
	Slow: { word: () => new Promise((done) =>
		setTimeout(() => done("at last"), 100)) },
	Mutation: { keep: async (_, { file }) => (await file.text()).length },
	Subscription: { ticks: { async *subscribe(_, { n }) {
		for (let i = 0; i < n; i++)
			yield { ticks: i };
	} } },
};

async function ask(type, body) {
	const got = await fetch("http://127.0.0.1:8122/graphql", {
		method: "POST", body,
		headers: type ? { "Content-Type": "application/json",
			"Accept": type } : { "Accept": "application/json" },
	});

	await got.text();
	return got;
}

function kind(got) {
	return got.headers.get("content-type").split(";")[0];
}

async function graphql() {
	const { createYoga, createSchema } = require("graphql-yoga");
	const { useDeferStream } = require("@graphql-yoga/plugin-defer-stream");
	const server = await listen(http.createServer(createYoga({
		schema: createSchema({ typeDefs: SCHEMA, resolvers: RESOLVERS }),
		plugins: [useDeferStream()], logging: false,
	})), 8122);
	const form = new FormData();
	const upload = { operationName: "Keep", query: "mutation Keep" +
		"($file: File!) { keep(file: $file, note: \"n\") }",
		variables: { file: null } };

	form.append("operations", JSON.stringify(upload));
	form.append("map", JSON.stringify({ 0: ["variables.file"] }));
	form.append("0", new Blob(["a file's text"], { type: "text/plain" }),
		"a.txt");
	let got = await ask(null, form);

	say("graphql", "mutation", "Keep", "keep", got.status, kind(got));
	got = await ask("multipart/mixed", JSON.stringify({
		query: "query Later { hello slow { ... @defer { word } } }" }));
	say("graphql", "query", "Later", "hello,slow", got.status, kind(got));
	got = await ask("text/event-stream", JSON.stringify({
		query: "subscription Ticks { ticks(n: 3) }" }));
	say("graphql", "subscription", "Ticks", "ticks", got.status, kind(got));
	got = await ask("multipart/mixed", JSON.stringify({
		query: "query Wrong { hello nosuch }" }));
	say("graphql", "query", "Wrong", "hello,nosuch", got.status, kind(got));
	return [server];
}

// --- WebSocket over HTTP/2 -----------------------------------------------------

const { Receiver, Sender } = require("ws");
// Not among its exports: found beside what is.
const Deflate = require(require("path").join(
	require.resolve("ws"), "../lib/permessage-deflate.js"));

// One end of a WebSocket in a stream of HTTP/2: `heard` gets each message.
function end(stream, server, packed, heard) {
	const extensions = {};

	if (packed) {
		const deflate = new Deflate({ threshold: 0 }, server);

		deflate.accept([{}]);
		extensions[Deflate.extensionName] = deflate;
	}
	const receiver = new Receiver({ isServer: server, extensions,
		binaryType: "nodebuffer" });

	// What the sender needs of a socket.
	stream.cork = stream.cork.bind(stream);
	receiver.on("message", (data, binary) =>
		heard(binary ? "binary" : "text", data));
	receiver.on("conclude", (code, why) => heard("close", code, why));
	stream.on("data", (part) => receiver.write(part));
	const sender = new Sender(stream, extensions);
	const options = (binary) => ({ binary, compress: packed, fin: true,
		mask: !server });

	return {
		send: (data, binary) => sender.send(data, options(binary)),
		close: (code, why) => sender.close(code, why, !server),
	};
}

function told(from, opcode, data, why) {
	say("ws", from, opcode, opcode === "close" ? data : data.length,
		JSON.stringify((opcode === "close" ? why : data).toString()
			.slice(0, 20)));
}

async function conversation(session, packed) {
	const headers = { ":method": "CONNECT", ":protocol": "websocket",
		":path": packed ? "/packed" : "/plain", ":scheme": "http",
		":authority": "127.0.0.1:8123", "sec-websocket-version": "13" };
	let back;

	if (packed)
		headers["sec-websocket-extensions"] = "permessage-deflate";
	const stream = session.request(headers, { endStream: false });

	await new Promise((done) => stream.once("response", done));
	const me = end(stream, false, packed, (...what) => back(what));

	for (const text of ["one", "the same words again and again",
		"the same words again and again", "long ".repeat(9000)]) {
		const heard = new Promise((done) => { back = done; });

		told("client", "text", text);
		me.send(text, false);
		await heard;
	}
	const heard = new Promise((done) => { back = done; });

	told("client", "close", 1000, "enough");
	me.close(1000, "enough");
	await heard;
	await new Promise((done) => { stream.once("close", done); stream.end(); });
}

async function websocket() {
	const server = http2.createServer({
		settings: { enableConnectProtocol: true } });

	server.on("stream", (stream, headers) => {
		const packed = headers[":path"] === "/packed";

		stream.respond(packed ? { ":status": 200,
			"sec-websocket-extensions": "permessage-deflate" }
			: { ":status": 200 });
		const me = end(stream, true, packed, (what, data, why) => {
			told("server", what, data, why);
			if (what !== "close")
				return me.send(data, what === "binary");
			me.close(data, why);
			stream.end();
		});
	});
	await listen(server, 8123);
	const session = http2.connect("http://127.0.0.1:8123");

	await new Promise((done) => session.once("remoteSettings", done));
	for (const packed of [false, true])
		await conversation(session, packed);
	session.close();
	return [server];
}

async function main() {
	for (const part of [grpcWeb, graphql, websocket]) {
		for (const server of await part())
			server.close();
	}
	process.exit(0);
}

main().catch((e) => {
	console.error(e);
	process.exit(1);
});
