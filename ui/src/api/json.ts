// SPDX-License-Identifier: Apache-2.0
// JSON whose numbers stay what was sent. An offset of Kafka or an int64 of
// protobuf has more digits than a number can hold; such whole numbers become
// bigints, so that no digit is made up.

/** Sixteen digits that are not behind a point; most texts have none. */
const LONG = /(?:^|[^.\d])\d{16}/;
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;
const WHOLE = /^-?\d+$/;

/** Throws a SyntaxError as JSON.parse does. */
export function parseJson(text: string): unknown {
	if (!LONG.test(text)) return JSON.parse(text);
	// Unlike anything in the text, whoever wrote that.
	const mark = `${Math.random()}:`;
	const marked = text.replace(TOKEN, (token) =>
		WHOLE.test(token) && !Number.isSafeInteger(Number(token))
			? `"${mark}${token}"`
			: token,
	);
	return JSON.parse(marked, (_key, value: unknown) =>
		typeof value === "string" && value.startsWith(mark)
			? BigInt(value.slice(mark.length))
			: value,
	);
}

/** JSON.stringify, which does not know bigints. */
export function jsonText(value: unknown): string {
	const big: string[] = [];
	const mark = `${Math.random()}`;
	const text = JSON.stringify(value, (_key, v: unknown) => {
		if (typeof v !== "bigint") return v;
		big.push(String(v));
		return mark;
	});
	return big.length === 0
		? text
		: text.replaceAll(`"${mark}"`, () => big.shift() ?? "null");
}
