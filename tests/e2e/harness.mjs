// SPDX-License-Identifier: Apache-2.0
// What the journeys share: TAP, Chromium, a served snapshot.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const require = createRequire(resolve("ui/package.json"));
export const { chromium } = require("playwright-core");
export const axePath = require.resolve("axe-core/axe.min.js");

export const analyzer = join(process.env.BIN ?? "build/bin", "analyzer");
export const shots = resolve(process.env.BUILD ?? "build", "e2e");
mkdirSync(shots, { recursive: true });

const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser"];

export async function launch() {
	const executablePath =
		process.env.CHROMIUM ?? BROWSERS.find((path) => existsSync(path));
	if (executablePath === undefined) return null;
	return chromium.launch({
		executablePath,
		args: [
			"--no-sandbox",
			"--disable-gpu",
			"--disable-quic",
			"--no-first-run",
			"--disable-background-networking",
			"--disable-component-update",
			"--disable-sync",
		],
	});
}

/** Long, for machines that do other things meanwhile; nothing waits for it. */
const PATIENCE_MS = 25_000;

// ---- processes ----

const running = new Set();

export function stopAll() {
	for (const child of running) child.kill("SIGTERM");
}

/** Starts a program and waits for its first line with an address. */
export function start(command, args, options = {}) {
	const child = spawn(command, args, {
		stdio: ["ignore", "pipe", "pipe"],
		env: { ...process.env, ...options.env },
	});
	running.add(child);
	child.ended = new Promise((done) => {
		child.on("exit", () => {
			running.delete(child);
			done();
		});
	});
	return new Promise((done, fail) => {
		let text = "";
		const timer = setTimeout(
			() => fail(new Error(`no address from ${command}: ${text}`)),
			60_000,
		);
		const read = (data) => {
			text += data;
			const found = /http:\/\/127\.0\.0\.1:\d+/.exec(text);
			if (found === null) return;
			clearTimeout(timer);
			done({ child, url: found[0] });
		};
		child.stdout.on("data", read);
		child.stderr.on("data", read);
		child.on("exit", (code) => {
			clearTimeout(timer);
			fail(new Error(`${command} ended with ${code}: ${text}`));
		});
	});
}

/** One snapshot or several; options: port, args. */
export function serve(snapshots, options = {}) {
	return start(
		analyzer,
		[
			"serve",
			"--front-port",
			String(options.port ?? 0),
			"--hub-port",
			"0",
			"--ui-dir",
			"ui/dist",
			...(options.args ?? []),
			...[snapshots].flat(),
		],
		options,
	);
}

export async function stop(served) {
	served.child.kill("SIGTERM");
	await served.child.ended;
}

// ---- TAP ----

let number = 0;
let bad = 0;

export function result(ok, name, notes = "") {
	number++;
	if (!ok) bad++;
	console.log(`${ok ? "ok" : "not ok"} ${number} - ${name}`);
	if (notes !== "") console.log(notes.replace(/^/gm, "# "));
}

export function note(text) {
	console.log(text.replace(/^/gm, "# "));
}

export function done() {
	console.log(`1..${number}`);
	return bad === 0 ? 0 : 1;
}

export function skipAll(why) {
	console.log(`1..0 # SKIP ${why}`);
	process.exit(0);
}

export function same(got, want, what) {
	if (JSON.stringify(got) !== JSON.stringify(want))
		throw new Error(
			`${what}: got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`,
		);
}

export function check(truth, what) {
	if (!truth) throw new Error(what);
}

/** Until f() is true, or the time is over. */
export async function until(f, what, ms = PATIENCE_MS) {
	const end = Date.now() + ms;
	for (;;) {
		const got = await f();
		if (got) return got;
		if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
		await new Promise((again) => setTimeout(again, 30));
	}
}

// ---- pages ----

/** A page that fails the journey when the console has an error. */
export async function open(browser, url, options = {}) {
	const context = await browser.newContext({
		viewport: { width: 1440, height: 900 },
		permissions: ["clipboard-read", "clipboard-write"],
		...options,
	});
	const page = await context.newPage();
	page.setDefaultTimeout(PATIENCE_MS);
	page.errors = [];
	page.on("pageerror", (e) => page.errors.push(e.message));
	page.on("console", (m) => {
		// 429 and 503 ask to come again, which the page does.
		if (m.type() === "error" && !/status of (429|503)/.test(m.text()))
			page.errors.push(m.text());
	});
	await page.goto(url);
	return page;
}

export async function journey(browser, name, url, run, options = {}) {
	let page = null;
	try {
		page = await open(browser, url, options);
		await run(page);
		if (!options.mayFail) same(page.errors, [], "console");
		result(true, name);
	} catch (error) {
		const file = join(shots, `${name.replace(/\W+/g, "-")}.png`);
		await page?.screenshot({ path: file }).catch(() => {});
		result(false, name, `${error.message.slice(0, 600)}\nscreenshot: ${file}`);
	}
	await page?.context().close();
}

/**
 * Clicks on a row until it is the chosen one: what is above the list may still
 * be on its way, and a list that moves under the pointer takes no click.
 */
export async function choose(page, row) {
	const chosen = () => new URL(page.url()).searchParams.get("e") !== null;
	await until(async () => {
		await row.click();
		return until(chosen, "the URL names it", 2000).catch(() => false);
	}, "a row is chosen");
}
