// SPDX-License-Identifier: Apache-2.0
// A journey for each protocol, and several snapshots open at once.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	check,
	choose,
	done,
	journey,
	launch,
	result,
	same,
	serve,
	skipAll,
	stop,
	stopAll,
	until,
} from "./harness.mjs";
import {
	applied,
	counted,
	matches,
	panel,
	param,
	q,
	ready,
	rowsOf,
	SAMPLE,
} from "./page.mjs";
import { shopSchema } from "./schema.mjs";

const browser = await launch();
if (browser === null) skipAll("no Chromium here");
const scratch = mkdtempSync(join(tmpdir(), "e2e-"));
process.env.XDG_CACHE_HOME = scratch;
process.on("exit", () => {
	stopAll();
	rmSync(scratch, { recursive: true, force: true });
});

const schema = join(scratch, "stock.binpb");
writeFileSync(schema, shopSchema());

const VECTORS = "tests/golden/vectors";
const one = await serve(SAMPLE, { args: ["--proto-set", schema] });
const several = await serve([
	"samples/kafka.pcap",
	`${VECTORS}/grpc_ok.pcap`,
	`${VECTORS}/grpc_error.pcap`,
]);

const shop = (kfl, more = "") => `${one.url}/?q=${encodeURIComponent(kfl)}${more}`;
const other = (kfl, more = "") =>
	`${several.url}/?q=${encodeURIComponent(kfl)}${more}`;

const go = (name, url, run, options) => {
	const only = process.env.ONLY_JOURNEY;
	if (only === undefined || name.includes(only))
		return journey(browser, name, url, run, options);
};

/** Opens the nth call of the list. */
async function open(page, nth = 0) {
	await ready(page);
	await choose(page, rowsOf(page).nth(nth));
	await page.getByRole("tablist").waitFor();
}

const part = (page, title) =>
	panel(page).locator("details.section").filter({
		has: page.locator("summary", { hasText: title }),
	});

const tree = (page, name) => panel(page).getByRole("tree", { name, exact: true });

/** The first leaf of a tree whose line has this text goes into the filter. */
async function filterByLeaf(page, where, text) {
	await where
		.getByRole("treeitem")
		.filter({ hasText: text })
		.locator("[data-kfl]")
		.first()
		.click();
	await page.getByRole("menuitem", { name: "Only this" }).click();
}

const LIST = 'grpc and request.path == "/shop.v1.Stock/ListItems"';
await go("gRPC: messages as trees, with names", shop(LIST, "&tab=response"), async (page) => {
	await open(page);
	same(
		await tree(page, "Message 2").getByRole("treeitem").allTextContents(),
		[
			"number:1",
			'sku:"SKU-0001"',
			"stock:7",
			'text:"a sturdy thing of oak and steel a sturdy thing of oak and steel "',
		],
		"a message with the names of its fields",
	);
	same(await panel(page).locator(".messages li").count(), 25, "messages");
	check(
		(await part(page, "gRPC").first().textContent()).includes("server streaming"),
		"the kind of call",
	);
	await filterByLeaf(page, tree(page, "Message 2"), "SKU-0001");
	await applied(page, 'response.grpc.messages[1].data.sku == "SKU-0001"');
	same(await matches(page), 2, "which finds the call on both nodes");
});

await go("gRPC without a schema: numbers of fields", other("grpc"), async (page) => {
	await open(page);
	same(
		await tree(page, "Message 1").getByRole("treeitem").allTextContents(),
		['1:"abc"'],
		"the message",
	);
	await filterByLeaf(page, tree(page, "Message 1"), "abc");
	await applied(page, 'request.grpc.messages[0].data["1"] == "abc"');
	check((await matches(page)) > 0, "which finds the call");
});

await go("gRPC: an error says what went wrong", shop("grpc and response.grpc.status == 5", "&tab=response"), async (page) => {
	await open(page);
	const status = rowsOf(page).first().locator(".status");
	same(await status.textContent(), "failed", "in the list, too");
	same(
		await panel(page).locator(".note.failed").first().textContent(),
		"NOT_FOUND no item 404: café",
		"its name and message",
	);
});

await go("HTTP/2: a call with trailers", other("grpc", "&tab=response"), async (page) => {
	await open(page);
	const trailers = part(page, "Trailers");
	await trailers.waitFor();
	check((await trailers.textContent()).includes("Grpc-Status"), "its trailers");
	check(
		!(await part(page, "Headers").textContent()).includes("Grpc-Status"),
		"they are not told twice",
	);
	await trailers.locator(".val").first().click();
	await page.getByRole("menuitem", { name: "Only this" }).click();
	await until(
		async () => (q(page) ?? "").startsWith("response.trailers["),
		"a filter from a trailer",
	);
	check((await matches(page)) > 0, "which finds the call");
});

await go("GraphQL: operation, variables, errors", shop("gql"), async (page) => {
	await open(page);
	const operation = part(page, "GraphQL");
	await operation.waitFor();
	const text = await operation.textContent();
	check(text.includes("Products") && text.includes("query"), "name and type");
	check(text.includes("fragment Card"), "the document");
	await filterByLeaf(page, tree(page, "Variables"), "first");
	await applied(page, "request.graphql.variables.first == 1");
	await page.goto(shop("gql and response.status == 200", "&tab=response"));
	await ready(page);
	await choose(page, rowsOf(page).filter({ hasText: "failed" }).first());
	await part(page, "Errors").waitFor();
	check((await part(page, "Errors").locator(".note").count()) > 0, "an error");
});

await go("WebSocket: a conversation", shop("ws"), async (page) => {
	await open(page);
	await page.getByRole("tab", { name: "Conversation" }).click();
	const talk = panel(page).getByRole("list", { name: "Conversation" });
	await talk.waitFor();
	await talk.getByText("HTTP GET /chat").waitFor();
	const asked = talk.locator(".talk-client").first();
	check((await asked.textContent()).includes("where is order 0?"), "a question");
	check((await talk.locator(".talk-server").count()) > 2, "answers");
	await talk.getByText("close 1000").first().waitFor();
	// Through the messages, without losing the place.
	const before = param(page, "e");
	await talk.locator(".talk-server button").first().click();
	await until(async () => param(page, "e") !== before, "another message");
	await talk.locator('.talk-server [aria-current="true"]').waitFor();
	same(param(page, "tab"), "talk", "the tab stays");
	await page.getByRole("tab", { name: "Message" }).click();
	check((await panel(page).textContent()).includes("server"), "who sent it");
});

await go("Redis: arguments and reply as trees", shop('redis and request.command == "HGETALL"'), async (page) => {
	await open(page);
	same(
		await tree(page, "Arguments").getByRole("treeitem").allTextContents(),
		['0:"product:7"'],
		"arguments",
	);
	await page.keyboard.press("s");
	await tree(page, "Reply").waitFor();
	check(
		(await tree(page, "Reply").textContent()).includes("Oak chair"),
		"the reply's elements",
	);
	await filterByLeaf(page, tree(page, "Reply"), "Oak chair");
	await applied(page, 'response.reply[1] == "Oak chair"');
	await counted(page, 'response.reply[1] == "Oak chair"');
	await page.goto(shop('redis and response.type == "Error"', "&tab=response"));
	await open(page);
	check(
		/ERR|WRONGTYPE|MOVED/.test(
			await panel(page).locator(".note.failed").first().textContent(),
		),
		"an error in words",
	);
});

const DELIVER = 'amqp and request.method == "basic deliver"';
await go("AMQP: properties and field tables", shop(DELIVER), async (page) => {
	await open(page);
	const properties = part(page, "Properties");
	await properties.waitFor();
	check((await properties.textContent()).includes("2 persistent"), "set ones");
	check((await properties.textContent()).includes("Not set:"), "and the others");
	const headers = tree(page, "Headers");
	check((await headers.textContent()).includes("deep"), "a table in a table");
	await filterByLeaf(page, headers, "attempt");
	await until(
		async () => (q(page) ?? "").startsWith("request.properties.headers.attempt"),
		"a filter from a field table",
	);
	check((await matches(page)) > 0, "which finds messages");
});

await go("Kafka: topics, partitions, records", shop('kafka and request.apiKeyName == "Produce"'), async (page) => {
	await open(page);
	const records = part(page, "Records of orders, partition 0");
	await records.waitFor();
	check((await records.textContent()).includes("order-4"), "a key");
	check((await records.textContent()).includes("source: checkout"), "headers");
	same(await records.locator("tbody tr").count(), 14, "records");
	await page.keyboard.press("s");
	await part(page, "Topics and partitions").getByText("Base offset").waitFor();
	await page.goto(other('kafka and request.apiKeyName == "Fetch"', "&tab=response"));
	await open(page, 3);
	check(
		(await part(page, "Records of stock").textContent()).includes("zstd 1 is in stock"),
		"records that were compressed",
	);
});

await go("DNS: questions and answers", shop('dns and request.questions[0].type == "SRV"'), async (page) => {
	await open(page);
	check((await part(page, "Questions").textContent()).includes("SRV"), "asked");
	await page.keyboard.press("s");
	const answers = part(page, "Answers");
	await answers.waitFor();
	const cells = await answers.locator("tbody td").allTextContents();
	same(cells[4], "10 5 80 orders.shop.svc.cluster.local.", "the answer's data");
	await answers.locator("tbody .val").last().click();
	await page.getByRole("menuitem", { name: "Only this" }).click();
	await until(
		async () => (q(page) ?? "").startsWith("response.answers[0].data =="),
		"a filter from an answer",
	);
	check((await matches(page)) > 0, "which finds calls");
	await page.goto(shop("dns and response.rcode == 3", "&tab=response"));
	await open(page);
	await panel(page).locator(".note.failed").waitFor();
});

await go("several snapshots: as one, and one of them", `${several.url}/`, async (page) => {
	await ready(page);
	const all = await matches(page);
	const ids = await rowsOf(page).evaluateAll((list) =>
		list.map((row) => row.getAttribute("data-id")),
	);
	check(ids.every((id) => /^[123]:\d+$/.test(id)), `ids: ${ids.slice(0, 3)}`);
	await page.getByRole("button", { name: "Snapshot: 3 snapshots" }).click();
	await page.getByRole("menuitemcheckbox", { name: "grpc_ok.pcap" }).click();
	await until(async () => param(page, "s") === "2", "one is chosen");
	await until(async () => (await matches(page)) === 1, "only its calls");
	await page.locator("#count").getByText("of 1", { exact: true }).waitFor();
	await choose(page, rowsOf(page).first());
	await page.getByRole("tablist").waitFor();
	check(/^2:\d+$/.test(param(page, "e")), "an id with the snapshot's number");
	for (const [tab, text] of [
		["Stream", "this one"],
		["Packets", "2 packets."],
		["Proof", "grpc_ok.pcap"],
	]) {
		await page.getByRole("tab", { name: tab }).click();
		await panel(page).getByText(text).first().waitFor();
	}
	// A link to a call of one of them opens just that.
	const title = await page.locator(".detail-title h2").textContent();
	await page.reload();
	await page.locator(".detail-title h2").waitFor();
	same(await page.locator(".detail-title h2").textContent(), title, "the call");
	await page.keyboard.press("4");
	await page.getByRole("heading", { name: "grpc_ok.pcap" }).waitFor();
	await page.keyboard.press("1");
	await page.getByRole("button", { name: "Snapshot: grpc_ok.pcap" }).click();
	await page.getByRole("menuitemcheckbox", { name: "All together" }).click();
	await until(async () => (await matches(page)) === all, "all again");
});

await go("two pages at once, neither refused", shop("http"), async (page) => {
	const context = await browser.newContext();
	const second = await context.newPage();
	const wrong = [];
	second.on("pageerror", (error) => wrong.push(error.message));
	await second.goto(shop("dns"));
	await Promise.all([open(page), open(second)]);
	for (let i = 0; i < 25; i++)
		await Promise.all([page, second].map((p) => p.keyboard.press("j")));
	for (const p of [page, second]) {
		await until(
			async () =>
				(await p.locator(".detail-title h2").textContent()) ===
				(await p.evaluate(() => {
					const row = document.querySelector('[role=row][aria-selected="true"]');
					const text = (name) => row?.querySelector(name)?.textContent ?? "";
					return `${text(".cell-method")} ${text(".cell-summary")}`;
				})),
			"the detail of the row that was reached last",
		);
		same(await p.locator(".state.bad").count(), 0, "failures in sight");
	}
	same(wrong, [], "errors of the second page");
	await context.close();
});

result(true, "all journeys were walked");
await stop(one);
await stop(several);
await browser.close();
process.exitCode = done();
