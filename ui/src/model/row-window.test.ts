// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { type Ask, PAGE, type Piece, RowWindow } from "./row-window";

interface Row {
	id: string;
}

/** A server with `total` rows that gives at most `chunk` at a time. */
function server(total: number, chunk = PAGE) {
	const asked: Ask[] = [];
	const fetcher = async (ask: Ask): Promise<Piece<Row>> => {
		asked.push(ask);
		const at = Number(ask.after ?? 0) + (ask.skip ?? 0);
		const end = Math.min(total, at + Math.min(ask.limit, chunk));
		const rows: Row[] = [];
		for (let i = at; i < end; i++) rows.push({ id: `r${i}` });
		return {
			rows,
			scanned: rows.length,
			undecided: 0,
			next: end < total ? String(end) : null,
		};
	};
	return { asked, fetcher };
}

async function settle(): Promise<void> {
	for (let i = 0; i < 50; i++) await Promise.resolve();
}

describe("the window", () => {
	it("asks for what is in sight, once", async () => {
		const s = server(1000);
		const w = new RowWindow<Row>(s.fetcher, () => {});
		w.want(0, 40);
		w.want(0, 40);
		await settle();
		expect(s.asked).toEqual([{ limit: PAGE }]);
		expect(w.row(0)?.id).toBe("r0");
		expect(w.row(PAGE)).toBeUndefined();
		expect(w.find("r7")).toBe(7);
	});

	it("goes on from the cursor that is nearest", async () => {
		const s = server(100_000);
		const w = new RowWindow<Row>(s.fetcher, () => {});
		w.want(0, 1);
		await settle();
		w.want(50 * PAGE, 50 * PAGE);
		await settle();
		expect(s.asked[1]).toEqual({
			limit: PAGE,
			after: String(PAGE),
			skip: 49 * PAGE,
		});
		expect(w.row(50 * PAGE + 3)?.id).toBe(`r${50 * PAGE + 3}`);
		w.want(51 * PAGE, 51 * PAGE);
		await settle();
		expect(s.asked[2]).toEqual({ limit: PAGE, after: String(51 * PAGE) });
	});

	it("fills a page that comes in pieces", async () => {
		const s = server(250, 30);
		const w = new RowWindow<Row>(s.fetcher, () => {});
		w.want(0, 0);
		await settle();
		expect(w.row(PAGE - 1)?.id).toBe(`r${PAGE - 1}`);
		expect(s.asked.length).toBe(4);
	});

	it("knows the end when it is reached", async () => {
		const s = server(PAGE + 20);
		const w = new RowWindow<Row>(s.fetcher, () => {});
		w.want(0, 0);
		await settle();
		expect(w.exact).toBe(false);
		expect(w.total).toBe(PAGE + 1);
		w.want(PAGE, PAGE);
		await settle();
		expect(w.exact).toBe(true);
		expect(w.total).toBe(PAGE + 20);
	});

	it("believes who has counted", () => {
		const w = new RowWindow<Row>(server(5).fetcher, () => {});
		w.setTotal(1000, false);
		expect([w.total, w.exact]).toEqual([1000, false]);
		w.setTotal(900, true);
		expect([w.total, w.exact]).toEqual([900, true]);
	});

	it("believes a page that tells how many there are", async () => {
		const s = server(1000);
		const fetcher = async (ask: Ask) => ({
			...(await s.fetcher(ask)),
			all: ask.after === undefined ? 1000 : null,
		});
		const w = new RowWindow<Row>(fetcher, () => {});
		w.want(0, PAGE);
		await settle();
		expect([w.total, w.exact]).toEqual([1000, true]);
	});

	it("shows the end of a growing list, and moves no row", async () => {
		let total = PAGE + 20;
		const fetcher = (ask: Ask) => server(total).fetcher(ask);
		const w = new RowWindow<Row>(fetcher, () => {});
		w.want(0, PAGE);
		await settle();
		total = 2 * PAGE;
		w.grown(total);
		expect(w.row(5)?.id).toBe("r5");
		w.want(PAGE, PAGE + 10);
		await settle();
		expect(w.row(2 * PAGE - 1)?.id).toBe(`r${2 * PAGE - 1}`);
		expect(w.row(5)?.id).toBe("r5");
	});

	it("begins where another one is looked at", async () => {
		const old = new RowWindow<Row>(server(100_000).fetcher, () => {});
		old.setTotal(100_000, true);
		old.want(50 * PAGE, 50 * PAGE + 9);
		await settle();
		const s = server(100_001);
		const w = new RowWindow<Row>(s.fetcher, () => {});
		expect(old.anchor).toBe(50 * PAGE + 6);
		w.follow(old, 3 * PAGE);
		expect([w.total, w.exact]).toEqual([100_000, false]);
		await settle();
		expect(s.asked).toEqual([{ limit: PAGE, skip: 53 * PAGE }]);
		expect(w.find(`r${53 * PAGE}`)).toBe(53 * PAGE);
	});

	it("keeps a count that is final when it follows another one", () => {
		const old = new RowWindow<Row>(server(50).fetcher, () => {});
		old.setTotal(50, true);
		const w = new RowWindow<Row>(server(60).fetcher, () => {});
		w.setTotal(60, true);
		w.follow(old, 0);
		expect([w.total, w.exact]).toEqual([60, true]);
	});

	it("lets go of pages nobody looks at", async () => {
		const s = server(1_000_000);
		const w = new RowWindow<Row>(s.fetcher, () => {});
		for (let p = 0; p < 80; p++) {
			w.want(p * PAGE, p * PAGE);
			await settle();
		}
		expect(w.row(0)).toBeUndefined();
		expect(w.find("r0")).toBe(-1);
		expect(w.row(79 * PAGE)?.id).toBe(`r${79 * PAGE}`);
	});

	it("tells what went wrong, and cancels what is out of sight", async () => {
		let aborted = 0;
		const never = (_: Ask, signal: AbortSignal) =>
			new Promise<Piece<Row>>((_done, fail) => {
				signal.addEventListener("abort", () => {
					aborted++;
					fail(new DOMException("", "AbortError"));
				});
			});
		const w = new RowWindow<Row>(never, () => {});
		w.want(0, 0);
		w.want(40 * PAGE, 40 * PAGE);
		expect(aborted).toBe(1);
		w.dispose();
		await settle();
		expect(aborted).toBe(2);
		expect(w.error).toBeNull();

		const bad = new RowWindow<Row>(
			() => Promise.reject(new Error("damaged")),
			() => {},
		);
		bad.want(0, 0);
		await settle();
		expect(bad.error?.message).toBe("damaged");
	});
});
