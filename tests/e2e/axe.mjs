// SPDX-License-Identifier: Apache-2.0
// axe-core on every view and state, in both themes.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	axePath,
	done,
	launch,
	open,
	result,
	serve,
	skipAll,
	stop,
	stopAll,
} from "./harness.mjs";

const browser = await launch();
if (browser === null) skipAll("no Chromium here");
const scratch = mkdtempSync(join(tmpdir(), "axe-"));
process.env.XDG_CACHE_HOME = scratch;
process.on("exit", () => {
	stopAll();
	rmSync(scratch, { recursive: true, force: true });
});
const given = process.env.BASE;
const served =
	given === undefined ? await serve("samples/shop.tar.gz") : { url: given };
const axe = readFileSync(axePath, "utf8");

const POST = encodeURIComponent(
	'http and request.method == "POST" and response.status == 201',
);

async function selectFirst(page) {
	await page.locator(".grid-row[data-id]").first().click();
	await page.getByRole("tablist").waitFor();
}

const tab = (name) => async (page) => {
	await selectFirst(page);
	await page.getByRole("tab", { name }).click();
	await page.locator("#tab-panel > *").first().waitFor();
};

const rows = ".grid-row[data-id]";

// name, address, what is waited for, what is done then
const STATES = [
	["traffic", "", rows],
	["a wrong filter", "", rows, async (page) => {
		await page.locator(".cm-content").waitFor();
		await page.keyboard.press("/");
		await page.keyboard.type("response.statsu == 4");
		await page.keyboard.press("Escape");
		await page.locator("#filter-problem").waitFor();
	}],
	["filter parts, sorted", `?q=${POST}&sort=-elapsed`, ".chip"],
	["nothing matches", "?q=request.path%20%3D%3D%20%22%2Fno%22", ".state h2"],
	["request", `?q=${POST}`, rows, tab("Request")],
	["response", `?q=${POST}`, rows, tab("Response")],
	["timing", "?q=http", rows, tab("Timing")],
	["stream of a call", "?q=http", rows, tab("Stream")],
	["packets", "?q=http", rows, tab("Packets")],
	["proof", "?q=http", rows, tab("Proof")],
	["GraphQL", "?q=gql", rows, tab("Request")],
	["GraphQL errors", "?q=gql%20and%20response.status%20%3E%3D%20400", rows, tab("Response")],
	["WebSocket conversation", "?q=ws", rows, async (page) => {
		await tab("Conversation")(page);
		await page.locator(".talk-server").first().waitFor();
	}],
	["Redis", '?q=redis%20and%20request.command%20%3D%3D%20"HGETALL"', rows, tab("Response")],
	["AMQP", '?q=amqp%20and%20request.method%20%3D%3D%20"basic deliver"', rows, tab("Request")],
	["Kafka", '?q=kafka%20and%20request.apiKeyName%20%3D%3D%20"Produce"', rows, tab("Request")],
	["DNS", "?q=dns%20and%20response.rcode%20%3D%3D%203", rows, tab("Response")],
	["HTTP/2", "?q=http2", rows, tab("Response")],
	["a menu", "", rows, async (page) => {
		await page.locator(".badge").nth(3).click({ button: "right" });
		await page.getByRole("menu").waitFor();
	}],
	["streams", "?v=streams", rows],
	["a stream", "?v=streams&only=gaps", rows, async (page) => {
		await page.keyboard.press("j");
		await page.getByRole("heading", { level: 2 }).first().waitFor();
	}],
	["map", "?v=map", ".map .node"],
	["an edge of the map", "?v=map", ".map .edge", async (page) => {
		await page.locator(".map .edge").first().focus();
		await page.keyboard.press("Enter");
		await page.locator(".map-card").waitFor();
	}],
	["map as table", "?v=map&as=table", "tbody tr"],
	["snapshot", "?v=snapshot", ".panel"],
	["help", "", rows, async (page) => {
		await page.keyboard.press("?");
		await page.getByRole("dialog").waitFor();
	}],
	["palette", "", rows, async (page) => {
		await page.keyboard.press("Control+k");
		await page.getByRole("combobox", { name: "Command" }).waitFor();
	}],
];

function describe(v) {
	const nodes = v.nodes
		.slice(0, 3)
		.map((n) => `  ${n.html.slice(0, 160)}\n  ${n.failureSummary?.split("\n")[1] ?? ""}`);
	return `${v.id} (${v.impact}): ${v.help}\n${nodes.join("\n")}`;
}

/** One page a theme: what a state leaves behind, the next address clears. */
async function look(page, name, search, wait, act) {
	await page.goto(`${served.url}/${search}`);
	await page.locator(wait).first().waitFor();
	await act?.(page);
	await page.evaluate(axe);
	const { violations } = await page.evaluate(() =>
		window.axe.run(document, {
			resultTypes: ["violations"],
			runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
		}),
	);
	result(violations.length === 0, name, violations.map(describe).join("\n"));
}

for (const colorScheme of ["light", "dark"]) {
	const page = await open(browser, "about:blank", {
		colorScheme,
		// axe is put into the page, which the policy forbids.
		bypassCSP: true,
		reducedMotion: "reduce",
	});
	for (const [name, search, wait, act] of STATES) {
		const title = `${name}, ${colorScheme}`;
		await look(page, title, search, wait, act).catch((error) =>
			result(false, title, error.message),
		);
	}
	await page.context().close();
}

if (served.child !== undefined) await stop(served);
await browser.close();
process.exitCode = done();
