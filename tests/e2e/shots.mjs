// SPDX-License-Identifier: Apache-2.0
// Pictures of every view and state, for people to look at: `make screenshots`
// puts those of the list PUBLISHED into docs/screenshots, all into OUT.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { hostileCapture, longCapture } from "./capture.mjs";
import { launch, note, open, serve, shots, stop, stopAll } from "./harness.mjs";
import { SAMPLE } from "./page.mjs";
import { shopSchema } from "./schema.mjs";

const browser = await launch();
if (browser === null) throw new Error("no Chromium here");
const scratch = mkdtempSync(join(tmpdir(), "shots-"));
process.env.XDG_CACHE_HOME = scratch;
process.on("exit", () => {
	stopAll();
	rmSync(scratch, { recursive: true, force: true });
});

const OUT = resolve(process.env.OUT ?? join(shots, "shots"));
const DOCS = "docs/screenshots";
mkdirSync(OUT, { recursive: true });

const PUBLISHED = new Set([
	"traffic-light", "call-dark", "grpc-light", "graphql-dark", "websocket-light",
	"redis-dark", "amqp-light", "kafka-dark", "dns-light", "packets-dark",
	"timing-light", "streams-light", "map-light", "map-dark", "map-table-light",
	"snapshot-dark", "palette-dark", "help-light", "filter-error-light",
	"nothing-dark", "indexing-light", "disconnected-dark", "hostile-light",
	"narrow-light", "zoomed-dark", "wide-light",
]);

const schema = join(scratch, "stock.binpb");
writeFileSync(schema, shopSchema());
const file = (name, bytes) => {
	const path = join(scratch, name);
	writeFileSync(path, bytes);
	return path;
};

const rows = ".grid-row[data-id]";
const kfl = (text, more = "") => `?q=${encodeURIComponent(text)}${more}`;

async function choose(page) {
	await page.locator(rows).first().click();
	await page.locator("#tab-panel > *").first().waitFor();
}

const SIZES = {
	"": { width: 1280, height: 800 },
	narrow: { width: 390, height: 844 },
	zoomed: { width: 640, height: 400 },
	wide: { width: 2560, height: 1300 },
};

// name, address, what is waited for, what is done then, size
const SIGHTS = [
	["traffic", "", rows],
	["call", kfl('http and request.method == "POST" and response.status == 201'), rows, choose],
	["grpc", kfl('grpc and request.path == "/shop.v1.Stock/Watch"', "&tab=response"), rows, choose],
	["grpc-error", kfl("grpc and response.grpc.status == 5", "&tab=response"), rows, choose],
	["http2", kfl("http2", "&tab=response"), rows, choose],
	["graphql", kfl("gql"), rows, choose],
	["websocket", kfl("ws", "&tab=talk"), rows, async (page) => {
		await choose(page);
		await page.locator(".talk-server").first().waitFor();
	}],
	["redis", kfl('redis and request.command == "HGETALL"', "&tab=response"), rows, choose],
	["amqp", kfl('amqp and request.method == "basic deliver"'), rows, choose],
	["kafka", kfl('kafka and request.apiKeyName == "Produce"'), rows, choose],
	["dns", kfl('dns and request.questions[0].type == "SRV"', "&tab=response"), rows, choose],
	["timing", kfl('request.path == "/orders/82"', "&tab=timing"), rows, choose],
	["replay", kfl("http", "&tab=stream"), rows, async (page) => {
		await choose(page);
		await page.getByRole("button", { name: "Replay…" }).click();
	}],
	["stream", kfl("http", "&tab=stream"), rows, choose],
	["packets", kfl("http", "&tab=packets"), rows, async (page) => {
		await choose(page);
		await page.locator(".packet").first().waitFor();
	}],
	["proof", kfl("http", "&tab=proof"), rows, choose],
	["streams", "?v=streams", rows],
	["map", "?v=map", ".map .node"],
	["map-table", "?v=map&as=table", "tbody tr"],
	["snapshot", "?v=snapshot", ".panel"],
	["palette", "", rows, (page) => page.keyboard.press("Control+k")],
	["help", "", rows, (page) => page.keyboard.press("?")],
	["nothing", kfl('request.path == "/no"'), ".state h2"],
	["filter-error", "", rows, async (page) => {
		await page.locator(".cm-content").waitFor();
		await page.keyboard.press("/");
		await page.keyboard.type("response.statsu == 404");
		await page.keyboard.press("Escape");
		await page.locator("#filter-problem").waitFor();
	}],
	["narrow", kfl("http"), rows, null, "narrow"],
	["narrow-call", kfl("gql"), rows, choose, "narrow"],
	["zoomed", kfl("http"), rows, null, "zoomed"],
	["wide", kfl("http"), rows, choose, "wide"],
];

async function picture(page, name) {
	// Whatever is on its way has come, and nothing moves.
	if (!name.startsWith("indexing"))
		await page.locator(".spin").first().waitFor({ state: "detached" });
	await page.waitForTimeout(500);
	const path = join(OUT, `${name}.png`);
	await page.screenshot({ path });
	if (!PUBLISHED.has(name)) return;
	const to = join(DOCS, `${name}.png`);
	try {
		execFileSync("pngquant", ["--force", "--strip", "--quality=70-95",
			"--output", to, path]);
	} catch {
		copyFileSync(path, to);
	}
}

async function sights(base, list, colorScheme) {
	for (const [name, search, wait, act, size = ""] of list) {
		const page = await open(browser, `${base}/${search}`, {
			colorScheme,
			reducedMotion: "reduce",
			viewport: SIZES[size],
		});
		await page.locator(wait).first().waitFor();
		await act?.(page);
		await picture(page, `${name}-${colorScheme}`);
		await page.context().close();
	}
}

const shop = await serve(SAMPLE, { args: ["--proto-set", schema] });
for (const theme of ["light", "dark"]) await sights(shop.url, SIGHTS, theme);

const evil = await serve(file("hostile.pcap", hostileCapture()));
await sights(evil.url, [["hostile", "?tab=response", rows, choose]], "light");
await stop(evil);

const long = await serve(file("long.pcap", longCapture(200_000)));
await sights(long.url, [["indexing", "", "#indexing"]], "light");
await stop(long);

const page = await open(browser, `${shop.url}/`, {
	colorScheme: "dark",
	viewport: SIZES[""],
});
await page.locator(rows).first().waitFor();
await stop(shop);
await page.getByText("The analyzer does not answer.").first().waitFor();
await picture(page, "disconnected-dark");

note(`pictures: ${OUT}`);
await browser.close();
