// SPDX-License-Identifier: Apache-2.0
// What people do, in a real browser, against the served sample.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	check,
	choose,
	done,
	journey,
	launch,
	note,
	result,
	same,
	serve,
	skipAll,
	stop,
	stopAll,
	until,
} from "./harness.mjs";
import {
	SAMPLE,
	rowsOf,
	ready,
	matches,
	counted,
	editor,
	write,
	applied,
	apply,
	q,
	param,
	panel,
	clipboard,
	expected,
} from "./page.mjs";
import { hostileCapture, longCapture, MARK } from "./capture.mjs";

const POST = 'http and request.method == "POST" and response.status == 201';

const POSTED = `?q=${encodeURIComponent(POST)}`;

const browser = await launch();
if (browser === null) skipAll("no Chromium here");
const scratch = mkdtempSync(join(tmpdir(), "e2e-"));
process.env.XDG_CACHE_HOME = scratch;
process.on("exit", () => {
	stopAll();
	rmSync(scratch, { recursive: true, force: true });
});

const given = process.env.BASE;
let served = given === undefined ? await serve(SAMPLE) : { url: given };
const base = served.url;
const at = (search = "") => `${base}/${search}`;
const asked = (q, more = "") => at(`?q=${encodeURIComponent(q)}${more}`);

const go = (name, url, run, options) => {
	const only = process.env.ONLY_JOURNEY;
	if (only === undefined || name.includes(only))
		return journey(browser, name, url, run, options);
};

// ---- the journeys ----

await go("open: calls, counts and completeness", at(), async (page) => {
	await ready(page);
	await counted(page, "");
	check(
		(await page.locator("#count").textContent()).endsWith(
			`of ${(await expected("")).toLocaleString("en-US")}`,
		),
		"how many there are in all",
	);
	const doubt = await page.locator(".counts .badge.warn").textContent();
	check(/not whole/.test(doubt) && /gaps/.test(doubt), `doubts: ${doubt}`);
	check((await rowsOf(page).count()) > 15, "rows");
	check((await page.locator(".chart .bar").count()) >= 3, "bars");
	same(await page.locator("header").getByText("sealed").count(), 1, "seal");
});

await go("keys only: filter by typing", at(), async (page) => {
	await ready(page);
	await apply(page, "response.status >= 500");
	await counted(page, "response.status >= 500");
	const status = await rowsOf(page).first().locator(".status").textContent();
	check(Number(status) >= 500, `status ${status}`);
});

await go("completion offers fields, operators, values", at(), async (page) => {
	await ready(page);
	await write(page, "src.na");
	const list = page.locator(".cm-tooltip-autocomplete li");
	await list.filter({ hasText: "src.name" }).first().waitFor();
	await page.keyboard.type("me ");
	await list.filter({ hasText: "==" }).first().waitFor();
	await page.keyboard.type("== ");
	await list.filter({ hasText: "checkout.shop" }).first().waitFor();
	await page.keyboard.type('"check');
	await until(
		async () => (await list.first().textContent()).includes("checkout.shop"),
		"only values that fit",
	);
	// The editor ignores keys for a moment after a list has opened, so that a
	// person who types on does not take what just appeared.
	await until(async () => {
		if ((await list.count()) === 0) await page.keyboard.press("Control+Space");
		await page.keyboard.press("ArrowDown");
		return (await list.and(page.locator("[aria-selected]")).count()) > 0;
	}, "the value is chosen");
	await page.keyboard.press("Enter");
	await list.first().waitFor({ state: "detached" });
	await page.keyboard.press("Enter");
	await until(
		async () => q(page) === 'src.name == "checkout.shop"',
		"filter from completion",
	);
});

await go("filter by clicking: add and exclude", at(), async (page) => {
	await ready(page);
	await rowsOf(page).first().locator(".badge").first().click({ button: "right" });
	await page.getByRole("menuitem", { name: "Add to filter" }).click();
	await applied(page, "http");
	await ready(page);
	const method = rowsOf(page).first().locator(".cell-method");
	await method.click({ button: "right" });
	await page.getByRole("menuitem", { name: "Exclude from filter" }).click();
	const wanted = 'http and !(request.method == "GET")';
	await applied(page, wanted);
	await counted(page, wanted);
	await page
		.getByRole("button", { name: 'Remove !(request.method == "GET")' })
		.click();
	await applied(page, "http");
});

await go("fix a wrong query with what is suggested", at(), async (page) => {
	await ready(page);
	await write(page, "response.statsu == 404");
	await page.keyboard.press("Escape");
	const problem = page.locator("#filter-problem");
	await problem.waitFor();
	check(
		(await problem.textContent()).includes("response.status"),
		"the suggestion",
	);
	check(
		await page.getByRole("button", { name: "Apply" }).isDisabled(),
		"a wrong filter cannot be applied",
	);
	check((await rowsOf(page).count()) > 0, "rows stay");
	await problem.getByRole("button").click();
	await problem.waitFor({ state: "detached" });
	await page.getByRole("button", { name: "Apply" }).click();
	await applied(page, "response.status == 404");
	await counted(page, "response.status == 404");
});

await go("brush a time range, and leave it", at(), async (page) => {
	await ready(page);
	const all = await matches(page);
	const plot = page.locator(".chart svg");
	await plot.waitFor();
	const box = await plot.boundingBox();
	await page.mouse.move(box.x + 2, box.y + 30);
	await page.mouse.down();
	await page.mouse.move(box.x + box.width / 4, box.y + 30, { steps: 4 });
	await page.mouse.up();
	await page.locator("#range").waitFor();
	await until(async () => (await matches(page)) < all, "fewer in the range");
	check(param(page, "from") !== null, "the range is in the address");
	await page.getByRole("button", { name: "All times" }).click();
	await until(async () => (await matches(page)) === all, "all again");
	await page.goBack();
	await page.locator("#range").waitFor();
});

await go("keys only: a time range", at(), async (page) => {
	await ready(page);
	await page.locator(".chart svg").waitFor();
	await page.keyboard.press("t");
	for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight");
	for (let i = 0; i < 6; i++) await page.keyboard.press("Shift+ArrowRight");
	await page.keyboard.press("Enter");
	await page.locator("#range").waitFor();
	await page.keyboard.press("Escape");
	await page.locator(".grid").focus();
	await page.keyboard.press("Backspace");
	await page.locator("#range").waitFor({ state: "detached" });
});

await go("a call with a JSON body", asked(POST), async (page) => {
	await ready(page);
	await choose(page, rowsOf(page).first());
	await page.getByRole("tab", { name: "Request" }).waitFor();
	const tree = panel(page).getByRole("tree");
	await tree.waitFor();
	check((await tree.textContent()).includes("customer"), "the body's member");
	await panel(page).getByRole("button", { name: "Text", exact: true }).click();
	check(
		(await panel(page).locator(".text-body code").textContent()).startsWith("{"),
		"the body as text",
	);
	const code = panel(page).locator(".text-body code");
	const laid = await code.textContent();
	check(/^\{\n {2}"/.test(laid), `laid out: ${laid}`);
	same(
		(await panel(page).locator(".lines").textContent()).split("\n").length,
		laid.split("\n").length,
		"a number a line",
	);
	await panel(page).getByRole("button", { name: "Pretty" }).click();
	await until(
		async () => !(await code.textContent()).includes("\n"),
		"as it was sent",
	);
	same(
		(await code.textContent()).replace(/\s/g, ""),
		laid.replace(/\s/g, ""),
		"nothing but white space differs",
	);
	await panel(page).getByRole("button", { name: "Hex", exact: true }).click();
	check(
		(await panel(page).locator(".hex").first().textContent()).includes("7b 22"),
		"the body in hexadecimal",
	);
	await panel(page).getByRole("button", { name: "Tree", exact: true }).click();
	await tree.focus();
	await page.keyboard.press("ArrowDown");
	await page.keyboard.press("Enter");
	await page.getByRole("menuitem", { name: "Only this" }).click();
	await until(
		async () => /\.json\(\)\.customer == /.test(q(page) ?? ""),
		"a filter from a member of the body",
	);
	check((await matches(page)) > 0, "which finds the call");
});

await go("copy as curl: a shell reads what was sent", asked(POST), async (page) => {
	await ready(page);
	await choose(page, rowsOf(page).first());
	await page.locator("#copy-curl").click();
	await page.getByText("Command copied.").waitFor();
	const text = await clipboard(page);
	const words = execFileSync(
		"sh",
		["-c", `curl() { printf '%s\\0' "$@"; }\n${text}`],
		{ encoding: "utf8" },
	).split("\0");
	check(words[0].startsWith("http://") || words[2]?.startsWith("http://"), text);
	check(words.includes("--data-raw"), "the body");
	const body = JSON.parse(words[words.indexOf("--data-raw") + 1]);
	check("items" in body, "the body's members");
	check(
		words.some((w) => w === "Content-Type: application/json"),
		"headers",
	);
});

await go("follow a stream to its other calls", asked("http"), async (page) => {
	await ready(page);
	await choose(page, rowsOf(page).first());
	await page.getByRole("tab", { name: "Stream" }).click();
	const others = panel(page).getByRole("link");
	await others.nth(1).waitFor();
	const first = param(page, "e");
	const stream = await rowsOf(page).first().getAttribute("data-id");
	same(stream, first, "the selected");
	await others.nth(1).click();
	await until(async () => param(page, "e") !== first, "another call");
	await until(async () => {
		await page.keyboard.press("[");
		return param(page, "e") === first;
	}, "and back by key");
	await until(async () => {
		await page.keyboard.press("o");
		return param(page, "v") === "streams";
	}, "the streams view");
	await page.getByRole("button", { name: "Its calls in the traffic" }).click();
	await until(
		async () => (q(page) ?? "").startsWith("evidence.stream =="),
		"its calls",
	);
	check((await matches(page)) > 1, "several calls");
});

await go("keys only: an investigation", at(), async (page) => {
	await ready(page);
	await apply(page, "response.status == 404");
	await page.keyboard.press("g");
	await page.keyboard.press("g");
	await until(async () => param(page, "e") !== null, "first selected");
	const first = param(page, "e");
	await page.keyboard.press("j");
	await until(async () => param(page, "e") !== first, "next selected");
	await page.keyboard.press("k");
	await until(async () => param(page, "e") === first, "previous selected");
	await page.getByRole("tablist").waitFor();
	for (const [key, tab] of [
		["s", "response"],
		["w", "timing"],
		["x", "packets"],
		["p", "proof"],
		["r", "request"],
	]) {
		// Keys are about the call that is shown, which may still be on its way.
		await until(async () => {
			await page.keyboard.press(key);
			return param(page, "tab") === tab;
		}, `tab ${tab}`);
	}
	await page.keyboard.press("Enter");
	await until(
		() => page.evaluate(() => document.activeElement?.id === "tab-panel"),
		"the detail has the focus",
	);
	await page.keyboard.press("f");
	await page.getByRole("menuitem", { name: "response.status == 404" }).waitFor();
	await page.keyboard.press("ArrowDown");
	await page.keyboard.press("Enter");
	await page.getByRole("menuitem", { name: "Add to filter" }).waitFor();
	await page.keyboard.press("Enter");
	await applied(page, 'response.status == 404 and request.method == "GET"');
	await page.keyboard.press("Escape");
	await until(async () => param(page, "e") === null, "closed");
	await page.keyboard.press("Shift+Backspace");
	await until(async () => q(page) === null, "filter cleared");
	await page.keyboard.press("G");
	await until(async () => param(page, "e") !== null, "the last selected");
	await until(
		async () =>
			(await page.locator('[aria-selected="true"][role=row]').count()) === 1,
		"one row is selected",
	);
});

await go(
	"timing: what retransmissions cost",
	asked('request.path == "/orders/82" and elapsedTime > 400', "&tab=timing"),
	async (page) => {
		await ready(page);
		await choose(page, rowsOf(page).first());
		const phases = panel(page).getByRole("list", { name: "Phases" });
		await phases.waitFor();
		check(
			/Wait4\d\d ms/.test(await phases.textContent()),
			"a call that waited long",
		);
		check(
			/Request held up4\d\d ms/.test(await phases.textContent()),
			"because its request was lost",
		);
		const why = panel(page).locator("[data-stall=request]");
		check(
			(await why.textContent()).includes("140 B came late or again"),
			"how much was sent again",
		);
		check(
			/not held up/.test(
				await panel(page).locator("[data-stall=response]").textContent(),
			),
			"and the response was not",
		);
	},
);

await go("packets and proof", asked(POST), async (page) => {
	await ready(page);
	await choose(page, rowsOf(page).first());
	await page.getByRole("tab", { name: "Packets" }).click();
	await panel(page).locator(".packet").nth(1).waitFor();
	check(
		(await panel(page).locator(".hex").first().textContent()).includes("POST"),
		"the packet's bytes",
	);
	await page.getByRole("tab", { name: "Proof" }).click();
	await until(
		async () => /[0-9a-f]{64}/.test(await panel(page).textContent()),
		"a digest",
	);
	await panel(page).getByRole("button", { name: "Copy the proof" }).click();
	await page.getByText("Proof copied.").waitFor();
	check(/SHA-256 [0-9a-f]{64}/.test(await clipboard(page)), "copied digest");
});

await go("map: filter from an edge", at("?v=map"), async (page) => {
	const edge = page.getByRole("button", { name: /calls orders\.shop/ }).first();
	await edge.waitFor();
	await edge.focus();
	await page.keyboard.press("Enter");
	await page.locator(".map-card").waitFor();
	await page.getByRole("button", { name: "Show the calls" }).click();
	await until(
		async () => (q(page) ?? "").includes('dst.name == "orders.shop"'),
		"the edge's calls",
	);
	check((await matches(page)) > 0, "which are there");
});

await go("keys only: the map as a table", at(), async (page) => {
	await ready(page);
	await page.keyboard.press("m");
	await page.locator(".map .node").first().waitFor();
	await page.keyboard.press("v");
	const table = page.locator("section[aria-label=Connections] table");
	await table.waitFor();
	const counts = (await table.locator("tbody tr td:nth-child(4)").allTextContents())
		.map((t) => Number(t.replaceAll(",", "")));
	same(counts, [...counts].sort((a, b) => b - a), "sorted by calls");
	await table.getByRole("button", { name: "Median" }).focus();
	await page.keyboard.press("Enter");
	await table.locator('th[aria-sort="descending"]', { hasText: "Median" }).waitFor();
	await page.keyboard.press("v");
	await page.locator(".map .node").first().waitFor();
});

await go("the same map twice", at("?v=map"), async (page) => {
	await page.locator(".map .node").first().waitFor();
	const places = () =>
		page.locator(".map .node").evaluateAll((all) =>
			all.map((n) => n.getAttribute("transform")),
		);
	const before = await places();
	await page.reload();
	await page.locator(".map .node").first().waitFor();
	same(await places(), before, "places");
});

await go("a link opens the same sight", asked("response.status == 404", "&sort=-elapsed"), async (page) => {
	await ready(page);
	await choose(page, rowsOf(page).nth(2));
	await page.getByRole("tab", { name: "Response" }).click();
	await page.keyboard.press("u");
	const title = await page.locator(".detail-title h2").textContent();
	const link = page.url();
	const context = await browser.newContext();
	const other = await context.newPage();
	await other.goto(link);
	await other.locator(".detail-title h2").waitFor();
	same(await other.locator(".detail-title h2").textContent(), title, "the call");
	same(
		await other.getByRole("tab", { selected: true }).textContent(),
		"Response",
		"the tab",
	);
	await other.locator('[aria-selected="true"][role=row]').waitFor();
	same(
		await other.locator('[aria-selected="true"][role=row]').getAttribute("id"),
		"row-2",
		"its place in the order",
	);
	await context.close();
});

await go("themes: system, light, dark, remembered", at(), async (page) => {
	await ready(page);
	const ground = () =>
		page.evaluate(() => getComputedStyle(document.body).backgroundColor);
	const light = await ground();
	await page.locator("#theme").click();
	await page.locator("#theme").click();
	const dark = await ground();
	check(light !== dark, "the ground changes");
	await page.reload();
	await ready(page);
	same(await ground(), dark, "after a reload");
	same(
		await page.evaluate(() => document.documentElement.dataset.theme),
		"dark",
		"the choice",
	);
});

await go("dark as the system wants it", at(), async (page) => {
	await ready(page);
	const [r] = (
		await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
	).match(/\d+/g);
	check(Number(r) < 40, "dark ground");
}, { colorScheme: "dark" });

await go("export what the filter shows", asked("http and response.status == 502"), async (page) => {
	await ready(page);
	for (const [name, test] of [
		["Packets (pcapng)", (b) => b.readUInt32BE(0) === 0x0a0d0d0a],
		["HTTP archive (HAR)", (b) => JSON.parse(b).log.version === "1.2"],
		["Table (CSV)", (b) => b.toString().includes("502")],
	]) {
		await page.getByRole("button", { name: "Export" }).click();
		const waiting = page.waitForEvent("download");
		await page.getByRole("menuitem", { name, exact: true }).click();
		const file = await (await waiting).path();
		check(test(readFileSync(file)), name);
	}
});

await go("the palette finds commands", at(), async (page) => {
	await ready(page);
	await page.keyboard.press("Control+k");
	const box = page.getByRole("combobox", { name: "Command" });
	await box.waitFor();
	await page.keyboard.type("go snap");
	await page.keyboard.press("Enter");
	await page.getByRole("heading", { name: "shop.tar.gz" }).waitFor();
	await page.keyboard.press("?");
	await page.getByRole("heading", { name: "Keys and filters" }).waitFor();
	await page.keyboard.press("Escape");
	await page
		.getByRole("heading", { name: "Keys and filters" })
		.waitFor({ state: "detached" });
});

await go("the keys of every view, whatever is open", at(), async (page) => {
	await ready(page);
	await page.keyboard.press("?");
	const sheet = page.getByRole("dialog");
	await sheet.waitFor();
	for (const text of [
		"Next entry", "Copy as curl", "Next stream", "As a table, or as a picture",
	])
		await sheet.getByText(text, { exact: true }).waitFor();
});

await go("keys only: open the first call, its headers and body", asked(POST), async (page) => {
	await ready(page);
	await page.keyboard.press("Enter");
	await until(async () => param(page, "e") !== null, "the first is opened");
	await page.getByRole("tablist").waitFor();
	const focused = () =>
		page.evaluate(() => document.activeElement?.textContent ?? "");
	await page.keyboard.press("h");
	await until(async () => /^Headers/.test(await focused()), "the headers");
	await page.keyboard.press("b");
	await until(async () => /^Body/.test(await focused()), "the body");
});

await go("saved filters and history", at(), async (page) => {
	await ready(page);
	await apply(page, "dns");
	await page.getByRole("button", { name: "Saved filters" }).click();
	await page.getByRole("menuitem", { name: /^Save/ }).click();
	await apply(page, "redis");
	await page.reload();
	await ready(page);
	await page.getByRole("button", { name: "Saved filters" }).click();
	await page.getByRole("menuitem", { name: "dns", exact: true }).click();
	await applied(page, "dns");
	await editor(page).waitFor();
	await page.keyboard.press("/");
	await page.keyboard.press("ArrowUp");
	await page.keyboard.press("ArrowUp");
	same((await editor(page).textContent()).trim(), "redis", "the one before");
});

await go("a link to what is far down shows its row", at(), async (page) => {
	await ready(page);
	await until(async () => {
		await page.keyboard.press("End");
		return param(page, "e") !== null;
	}, "the last one");
	const link = page.url();
	await page.goto("about:blank");
	await page.goto(link);
	const chosen = page.locator('.grid-row[aria-selected="true"]');
	await chosen.waitFor();
	const id = param(page, "e");
	same(await chosen.getAttribute("data-id"), id, "the call");
	await page.getByRole("tablist").waitFor();
	await until(async () => {
		await page.keyboard.press("o");
		return param(page, "v") === "streams";
	}, "its stream");
	await chosen.waitFor();
	same(await chosen.getAttribute("data-id"), param(page, "stream"), "the stream");
});

await go("by mouse: from the outcomes to a failing call", at(), async (page) => {
	await ready(page);
	const failed = page.locator(".legend button", { hasText: "server error" });
	await failed.waitFor();
	const n = Number((await failed.textContent()).match(/\d+/)[0]);
	await failed.click();
	await applied(page, 'evidence.outcome == "server_error"');
	await counted(page, 'evidence.outcome == "server_error"');
	same(await matches(page), n, "as many as the outcomes said");
	await choose(page, rowsOf(page).first());
	await page.getByRole("tab", { name: "Response" }).click();
	await panel(page).getByText("Status", { exact: true }).first().waitFor();
});

await go("sort and choose columns", at(), async (page) => {
	await ready(page);
	const head = page.getByRole("columnheader", { name: "Latency" });
	await head.getByRole("button").click();
	await until(async () => param(page, "sort") === "-elapsed", "sort");
	await page.locator('[aria-sort="descending"]').waitFor();
	await until(
		async () =>
			/ s$/.test(
				await rowsOf(page).first().locator(".latency-bar").textContent(),
			),
		"the slowest first",
	);
	await page.getByRole("button", { name: "Columns" }).click();
	await page.getByRole("menuitemcheckbox", { name: "Node" }).click();
	await page
		.getByRole("columnheader", { name: "Node" })
		.waitFor({ state: "detached" });
});

await go("keys only: sort, and filter by a value of the row", at(), async (page) => {
	await ready(page);
	await page.keyboard.press("S");
	await page.getByRole("menu", { name: "Sort by" }).waitFor();
	await page.getByRole("menuitemcheckbox", { name: "Latency, descending" }).focus();
	await page.keyboard.press("Enter");
	await until(
		async () =>
			/ s$/.test(
				await rowsOf(page).first().locator(".latency-bar").textContent(),
			),
		"the slowest first",
	);
	const slowest = await rowsOf(page).first().getAttribute("data-id");
	await until(async () => {
		await page.keyboard.press("g");
		await page.keyboard.press("g");
		return param(page, "e") === slowest;
	}, "the slowest is chosen");
	await page.keyboard.press("f");
	await page.getByRole("menuitem").first().waitFor();
	await page.keyboard.press("Escape");
	await rowsOf(page).nth(2).getByRole("button", { name: /^Filter by/ }).click();
	await page.getByRole("menuitem", { name: /^elapsedTime >= / }).click();
	await page.getByRole("menuitem", { name: "Only this" }).click();
	await until(async () => /^elapsedTime >= /.test(q(page) ?? ""), "the filter");
});

await go("commonest values of a field", asked("http"), async (page) => {
	await ready(page);
	await choose(page, rowsOf(page).first());
	await panel(page).locator("[data-field='request.method']").first().click();
	await page
		.getByRole("menuitem", { name: /Commonest values of request\.method/ })
		.click();
	const dialog = page.getByRole("dialog");
	await dialog.getByText("POST").waitFor();
	await dialog
		.getByRole("row", { name: /POST/ })
		.getByRole("button", { name: "Filter" })
		.click();
	await applied(page, 'http and request.method == "POST"');
});

await go("the same from a value in the list", at(), async (page) => {
	await ready(page);
	await rowsOf(page).first().locator(".badge").first().click({ button: "right" });
	await page
		.getByRole("menuitem", { name: "Commonest values of protocol.abbr" })
		.click();
	const rows = page.getByRole("dialog").getByRole("row");
	await rows.filter({ hasText: "REDIS" }).waitFor();
	await rows.filter({ hasText: "DNS" }).getByRole("button").click();
	await applied(page, 'protocol.abbr == "DNS"');
	await counted(page, 'protocol.abbr == "DNS"');
});

await go("nothing matches: said, with a way out", asked('request.path == "/no"'), async (page) => {
	await page.getByText("Nothing matches.").waitFor();
	await page.getByRole("button", { name: "Clear the filter" }).last().click();
	await ready(page);
});

await go("streams: the undissected with the reason", at("?v=streams&only=undissected"), async (page) => {
	const rows = rowsOf(page);
	await rows.first().waitFor();
	check((await rows.first().locator(".cell-reason").textContent()) !== "", "reason");
	await page.keyboard.press("j");
	await page.locator(".detail-body").getByText("Retransmissions").waitFor();
	await page.getByRole("button", { name: "With gaps" }).click();
	await until(async () => (await rows.count()) === 1, "the stream with a gap");
	check((await rows.first().textContent()).includes("1 gap"), "its gap");
});

await go("streams: a list of any length, sorted, to a call", at("?v=streams"), async (page) => {
	const list = page.getByRole("grid", { name: "Streams" });
	await rowsOf(page).first().waitFor();
	same(await page.locator("#stream-count strong").textContent(), "801", "streams");
	check((await rowsOf(page).count()) < 100, "only those in sight are drawn");
	await page.keyboard.press("End");
	await until(
		async () => (await list.locator('[aria-selected="true"]').getAttribute("aria-rowindex")) === "802",
		"the last one",
	);
	const last = param(page, "stream");
	await page.keyboard.press("PageUp");
	await until(async () => param(page, "stream") !== last, "a page up");
	await page.getByRole("columnheader", { name: "Calls" }).getByRole("button").click();
	await until(async () => param(page, "order") === "-entries", "sorted");
	await until(async () => {
		await page.keyboard.press("Home");
		return (await list.locator('[aria-rowindex="2"][aria-selected="true"]').count()) === 1;
	}, "the first one");
	const calls = await list.locator('[aria-selected="true"]').textContent();
	await page.keyboard.press("o");
	await until(async () => param(page, "v") === null, "the traffic");
	const n = await matches(page);
	check(n > 1 && calls.includes(String(n)), `${n} calls of ${calls}`);
});

await go("snapshot: packets sum up, findings have places", at("?v=snapshot"), async (page) => {
	const packets = page.getByRole("region", { name: "Packets" });
	await packets.waitFor();
	const numbers = (await packets.locator("tr td:nth-child(2)").allTextContents())
		.map((t) => Number(t.replaceAll(",", "")));
	same(numbers.reduce((a, b) => a + b, 0), 11322, "the sum");
	const found = page.getByRole("region", { name: "Findings" });
	await found.getByText("bytes of the stream are missing").first().waitFor();
	check((await found.textContent()).includes("#3418"), "its place");
	await page.getByLabel("Find identities").fill("promo-blue");
	await page.getByRole("button", { name: "promo-blue" }).first().waitFor();
});

await go("times in UTC and local", at(), async (page) => {
	await ready(page);
	const time = () => rowsOf(page).first().locator(".cell-time").textContent();
	const utc = await time();
	await page.locator("#zone").click();
	await until(async () => (await time()) !== utc, "another hour");
	await page.keyboard.press("u");
	await until(async () => (await time()) === utc, "and back");
}, { timezoneId: "Asia/Tokyo" });

/** What stands in a view once it has something to show. */
const SIGNS = {
	traffic: "[aria-label=Traffic] .grid-row[data-id]",
	streams: "[aria-label=Streams] .grid-row[data-id]",
	map: ".map .node",
	snapshot: ".panel tbody tr",
};

for (const [name, width, height] of [
	["1280x720", 1280, 720],
	["2560 wide", 2560, 1300],
	["200 % zoom", 640, 450],
])
	await go(`room for everything: ${name}`, asked("http"), async (page) => {
		await ready(page);
		await choose(page, rowsOf(page).first());
		await page.getByRole("tablist").waitFor();
		for (const [i, [v, sign]] of Object.entries(SIGNS).entries()) {
			await page.getByRole("navigation").getByRole("link").nth(i).click();
			await page.locator(sign).first().waitFor({ state: "attached" });
			const wide = await page.evaluate(
				() => document.documentElement.scrollWidth - innerWidth,
			);
			check(wide <= 0, `${v} is ${wide} px too wide`);
		}
		check(await page.locator("#theme").isVisible(), "tools are in sight");
	}, { viewport: { width, height } });

// ---- states that need a server of their own ----

if (given === undefined) {
	const file = join(scratch, "evil.pcap");
	writeFileSync(file, hostileCapture());
	const evil = await serve(file);
	await go("hostile payload is shown as text", `${evil.url}/`, async (page) => {
		await ready(page);
		await choose(page, rowsOf(page).first());
		await panel(page).getByText("X-Evil").waitFor();
		check((await panel(page).textContent()).includes(MARK), "request as text");
		await page.keyboard.press("s");
		await panel(page).getByRole("button", { name: "Text", exact: true }).click();
		check(
			(await panel(page).locator(".text-body").textContent()).includes(MARK),
			"body as text",
		);
		for (const [tab, sign] of [
			["Stream", "table.data tbody tr"],
			["Packets", ".packet"],
			["Proof", "tbody tr"],
			["Timing", ".timeline"],
		]) {
			await page.getByRole("tab", { name: tab }).click();
			await panel(page).locator(sign).first().waitFor();
		}
		for (const [i, sign] of Object.values(SIGNS).entries()) {
			await page.getByRole("navigation").getByRole("link").nth(i).click();
			await page.locator(sign).first().waitFor();
		}
		same(await page.evaluate(() => window.pwned ?? null), null, "nothing ran");
		same(await page.locator("img[src=x], iframe").count(), 0, "no markup");
	});
	await stop(evil);

	const got = [];
	const listener = createServer((socket) => {
		socket.on("data", (bytes) => got.push(bytes));
		socket.on("error", () => {});
	});
	await new Promise((ready) => listener.listen(0, "127.0.0.1", ready));
	const free = await serve(SAMPLE, { args: ["--allow-replay"] });
	const replay = async (page) => {
		await ready(page);
		await choose(page, rowsOf(page).first());
		await page.getByRole("tab", { name: "Stream" }).click();
		await panel(page).getByRole("button", { name: "Replay…" }).click();
		const form = page.getByRole("dialog");
		await form.getByLabel("Port").fill(String(listener.address().port));
		await form.getByRole("button", { name: "Replay" }).click();
		return form;
	};
	await go("replay a stream to this machine", `${free.url}/${POSTED}`, async (page) => {
		const form = await replay(page);
		await form.waitFor({ state: "detached" });
		await until(
			() => Buffer.concat(got).toString().startsWith("POST /api/orders"),
			"what the client sent",
		);
	});
	await stop(free);
	await go("replay needs leave", at(POSTED), async (page) => {
		const form = await replay(page);
		await form.getByRole("alert").filter({ hasText: "--allow-replay" }).waitFor();
	}, { mayFail: true });
	listener.close();

	const CALLS = 200_000;
	const long = join(scratch, "long.pcap");
	writeFileSync(long, longCapture(CALLS));
	const slow = await serve(long);
	await go("progress while indexing, then all", `${slow.url}/`, async (page) => {
		await page.locator("#indexing").waitFor();
		await ready(page);
		check(
			(await page.locator("#indexing").count()) === 1,
			"rows while it goes on",
		);
		// The first row that is wholly in sight, and how far down it is.
		const top = () =>
			page.evaluate(() => {
				const under = document.querySelector(".grid-head").getBoundingClientRect().bottom;
				for (const row of document.querySelectorAll(".grid-row[data-id]")) {
					const y = Math.round(row.getBoundingClientRect().top - under);
					if (y >= 0) return [row.dataset.id, y];
				}
				return null;
			});
		const start = await top();
		const before = await until(async () => {
			await page.locator(".grid").evaluate((grid) => {
				grid.scrollTop = 700;
			});
			const now = await top();
			return now !== null && now[0] !== start[0] && now;
		}, "a place further down");
		await page
			.locator("#indexing")
			.waitFor({ state: "detached", timeout: 90_000 });
		await until(async () => (await matches(page)) === CALLS, "all entries");
		same(await top(), before, "the row stays where it was");
	});
	await stop(slow);

	const port = Number(new URL(base).port);
	await go("the server goes, and comes back", at(), async (page) => {
		await ready(page);
		await stop(served);
		await page.getByText("The analyzer does not answer.").first().waitFor();
		check((await rowsOf(page).count()) > 10, "rows stay in sight");
		served = await serve(SAMPLE, { port });
		await page
			.getByRole("alert")
			.waitFor({ state: "detached", timeout: 15_000 });
		await choose(page, rowsOf(page).nth(3));
		await page.getByRole("tablist").waitFor();
	}, { mayFail: true });
}

// ---- styles ----

// Every other journey fails when the console tells of a breach of the policy,
// as it does here.
await go("a style in the page is refused", at(), async (page) => {
	await ready(page);
	const color = await page.evaluate(() => {
		const p = document.createElement("p");
		p.setAttribute("style", "color: rgb(1, 2, 3)");
		document.body.append(p);
		return getComputedStyle(p).color;
	});
	check(color !== "rgb(1, 2, 3)", "the style counts");
	await until(
		() => page.errors.some((text) => /style-src/.test(text)),
		"the console tells of it",
	);
}, { mayFail: true });

// ---- how fast ----

/** From Enter to the first other row, sorted. */
async function filterTimes(page) {
	const took = [];
	for (const kfl of ["dns", "redis", "http", "response.status == 404", "dns"]) {
		await write(page, kfl);
		await page.evaluate(() => {
			window.took = new Promise((done) => {
				const old = document.querySelector(".grid-row[data-id]");
				const oldId = old?.getAttribute("data-id");
				const look = (start) => {
					const row = document.querySelector(".grid-row[data-id]");
					if (row !== null && row.getAttribute("data-id") !== oldId)
						done(performance.now() - start);
					else requestAnimationFrame(() => look(start));
				};
				addEventListener("keydown", () => look(performance.now()), {
					once: true,
					capture: true,
				});
			});
		});
		await page.keyboard.press("Enter");
		took.push(await page.evaluate(() => window.took));
	}
	await write(page, "http");
	await page.keyboard.press("Enter");
	await counted(page, "http");
	return took.sort((a, b) => a - b);
}

await go("first rows after Enter, timed", at(), async (page) => {
	await ready(page);
	await editor(page).waitFor();
	const took = await filterTimes(page);
	note(`filter to rows, ms: ${took.map((t) => t.toFixed(0)).join(" ")}`);
	// Told, and a failure only where nothing else runs (TIMES=1).
	if (process.env.TIMES === "1")
		check(took[Math.floor(took.length / 2)] < 150, "the median");
});

result(true, "all journeys were walked");
if (served.child !== undefined) await stop(served);
await browser.close();
process.exitCode = done();
