// SPDX-License-Identifier: Apache-2.0
// JSON whose numbers stay what was sent. An offset of Kafka or an int64 of
// protobuf has more digits than a number can hold; such whole numbers become
// bigints, so that no digit is made up.

const LONG = /\d{16}/;
const WHOLE = /^-?\d+$/;

/** What engines tell a reviver of a number's text; older ones do not. */
interface Context {
	source?: string;
}

function exact(_key: string, value: unknown, context?: Context): unknown {
	const source = context?.source;
	if (typeof value !== "number" || source === undefined) return value;
	return WHOLE.test(source) && !Number.isSafeInteger(value)
		? BigInt(source)
		: value;
}

/** Throws a SyntaxError as JSON.parse does. */
export function parseJson(text: string): unknown {
	return LONG.test(text) ? JSON.parse(text, exact) : JSON.parse(text);
}

/** JSON.stringify, which does not know bigints. */
export function jsonText(value: unknown): string {
	const big: string[] = [];
	const mark = "\u0001big";
	const text = JSON.stringify(value, (_key, v: unknown) => {
		if (typeof v !== "bigint") return v;
		big.push(String(v));
		return mark;
	});
	return big.length === 0
		? text
		: text.replaceAll(JSON.stringify(mark), () => big.shift() ?? "null");
}
