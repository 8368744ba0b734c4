// SPDX-License-Identifier: Apache-2.0
// A list of a million rows: how long is a frame without rows at most?
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import {
	check,
	done,
	journey,
	launch,
	note,
	skipAll,
	start,
	stop,
	stopAll,
	until,
} from "./harness.mjs";

const ROWS = 1_000_000;
const BLANK_MAX_MS = 100;

const browser = await launch();
if (browser === null) skipAll("no Chromium here");
const scratch = mkdtempSync(join(tmpdir(), "scroll-"));
process.on("exit", () => {
	stopAll();
	rmSync(scratch, { recursive: true, force: true });
});
// BASE=ADDRESS: of an analyzer that is served already, with its own rows.
const given = process.env.BASE;
const served = given !== undefined ? { url: given } : await start(process.execPath, [
	"ui/test/fixture.mjs",
	"samples/shop.tar.gz",
	"--port",
	"0",
	"--many",
	String(ROWS),
], { env: { BIN: resolve(process.env.BIN ?? "build/bin", "analyzer"), UI_DIR: "ui/dist", XDG_CACHE_HOME: scratch } });

/** Watches every frame: how long was there one without a single row? */
async function watching(page, act) {
	await page.evaluate(() => {
		const w = { longest: 0, frames: 0, slowest: 0, on: true };
		window.watch = w;
		let blank = 0;
		let last = performance.now();
		const frame = (now) => {
			const step = now - last;
			last = now;
			w.frames++;
			w.slowest = Math.max(w.slowest, step);
			const box = document.querySelector(".grid").getBoundingClientRect();
			const seen = [...document.querySelectorAll(".grid-row[data-id]")].some(
				(r) => {
					const b = r.getBoundingClientRect();
					return b.bottom > box.top && b.top < box.bottom;
				},
			);
			blank = seen ? 0 : blank + step;
			w.longest = Math.max(w.longest, blank);
			if (w.on) requestAnimationFrame(frame);
		};
		requestAnimationFrame(frame);
	});
	await act();
	return page.evaluate(() => {
		window.watch.on = false;
		return window.watch;
	});
}

/**
 * The figures are told. They fail nothing on a machine that does other things
 * as well, unless TIMES=1 asks for it; that rows come at all is a test always.
 */
async function smooth(page, name, act) {
	const w = await watching(page, act);
	note(
		`${name}: ${w.frames} frames, longest without rows ${w.longest.toFixed(0)} ms, slowest frame ${w.slowest.toFixed(0)} ms`,
	);
	if (process.env.TIMES === "1")
		check(w.longest < BLANK_MAX_MS, `${name}: ${w.longest} ms without rows`);
	await page.locator(".grid-row[data-id]").first().waitFor();
}

await journey(browser, "a million rows scroll", served.url, async (page) => {
	await page.locator(".grid-row[data-id]").first().waitFor();
	await until(
		async () =>
			/^[\d,]+$/.test((await page.locator("#count strong").textContent()).trim()),
		"a final count",
	);
	const rows = Number(
		(await page.locator("#count strong").textContent()).replaceAll(",", ""),
	);
	check(given !== undefined || rows === ROWS, `a million, not ${rows}`);
	const box = await page.locator(".grid").boundingBox();
	await page.mouse.move(box.x + 200, box.y + 200);
	await smooth(page, "wheel", async () => {
		for (let i = 0; i < 60; i++) {
			await page.mouse.wheel(0, 600);
			await page.waitForTimeout(25);
		}
	});
	await smooth(page, "scroll bar", async () => {
		for (let i = 1; i <= 30; i++) {
			await page.evaluate((share) => {
				const s = document.querySelector(".grid");
				s.scrollTop = share * (s.scrollHeight - s.clientHeight);
			}, (i * 7 % 30) / 30);
			await page.waitForTimeout(120);
		}
	});
	await smooth(page, "page keys", async () => {
		await page.locator(".grid").focus();
		for (let i = 0; i < 25; i++) {
			await page.keyboard.press("PageDown");
			await page.waitForTimeout(30);
		}
	});
	await page.keyboard.press("End");
	await until(
		async () =>
			(await page.locator(`[aria-rowindex="${rows + 1}"]`).count()) === 1,
		"the last row",
	);
	await page.keyboard.press("Home");
	await until(
		async () => (await page.locator('[aria-rowindex="2"]').count()) === 1,
		"the first row",
	);
});

if (served.child !== undefined) await stop(served);
await browser.close();
process.exitCode = done();
