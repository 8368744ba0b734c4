// SPDX-License-Identifier: Apache-2.0
// What journeys say to the page, and ask it.
import { execFileSync } from "node:child_process";
import { analyzer, until } from "./harness.mjs";

export const SAMPLE = "samples/shop.tar.gz";

export const rowsOf = (page) => page.locator(".grid-row[data-id]");
export const ready = (page) => rowsOf(page).first().waitFor();
export const countText = (page) =>
	page.locator("#count strong").textContent();

/** The number of matches once all are counted. */
export async function matches(page) {
	const text = await until(async () => {
		const t = (await countText(page)).trim();
		return /^[\d,]+$/.test(t) ? t : "";
	}, "a final count");
	return Number(text.replaceAll(",", ""));
}

/** The counts are those of this filter; those before it may stay a moment. */
export async function counted(page, kfl) {
	const want = await expected(kfl);
	let got = -1;
	await until(async () => {
		got = await matches(page);
		return got === want;
	}, `${want} matches of ${kfl}`).catch((error) => {
		throw new Error(`${error.message}, not ${got}`);
	});
}

export const editor = (page) => page.locator(".cm-content");

export async function write(page, text) {
	await editor(page).waitFor();
	await page.keyboard.press("/");
	await page.keyboard.press("Control+A");
	await page.keyboard.press("Delete");
	await page.keyboard.type(text);
}

export async function applied(page, q) {
	await until(
		async () => new URL(page.url()).searchParams.get("q") === q,
		`filter ${q}`,
	);
}

export async function apply(page, q) {
	await write(page, q);
	await page.keyboard.press("Enter");
	await applied(page, q);
}

export const q = (page) => new URL(page.url()).searchParams.get("q");
export const param = (page, name) => new URL(page.url()).searchParams.get(name);
export const panel = (page) => page.locator("#tab-panel");
export const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());

export async function expected(kfl) {
	const text = execFileSync(analyzer, ["query", "--count", SAMPLE, ` ${kfl}`], {
		encoding: "utf8",
	});
	return Number(text);
}
