// SPDX-License-Identifier: Apache-2.0
// KFL cut into tokens, for colours and for completion. Whether a query is
// right is the server's to say.

export type TokenKind =
	| "space"
	| "keyword"
	| "constant"
	| "name"
	| "number"
	| "string"
	| "regexp"
	| "operator"
	| "bracket"
	| "dot"
	| "other";

export interface Token {
	kind: TokenKind;
	text: string;
	start: number;
	end: number;
}

const RULES: [TokenKind, RegExp][] = [
	["space", /\s+/y],
	["regexp", /r"(?:[^"\\]|\\.)*"?/y],
	["string", /"(?:[^"\\]|\\.)*"?|'[^']*'?|`[^`]*`?/y],
	["number", /\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?/y],
	["name", /[A-Za-z_][A-Za-z0-9_]*/y],
	["operator", /==|!=|>=|<=|>|<|!|-|\*/y],
	["bracket", /[()[\],]/y],
	["dot", /\.\.?/y],
];

const KEYWORDS = new Set(["and", "or"]);
const CONSTANTS = new Set(["true", "false", "nil"]);

function kindOf(kind: TokenKind, text: string): TokenKind {
	if (kind !== "name") return kind;
	if (KEYWORDS.has(text)) return "keyword";
	return CONSTANTS.has(text) ? "constant" : "name";
}

export function tokenAt(text: string, start: number): Token {
	for (const [kind, rule] of RULES) {
		rule.lastIndex = start;
		const found = rule.exec(text);
		if (found !== null)
			return {
				kind: kindOf(kind, found[0]),
				text: found[0],
				start,
				end: start + found[0].length,
			};
	}
	const c = text.slice(start, start + 1);
	return { kind: "other", text: c, start, end: start + 1 };
}

export function tokens(text: string): Token[] {
	const out: Token[] = [];
	let at = 0;
	while (at < text.length) {
		const token = tokenAt(text, at);
		out.push(token);
		at = token.end;
	}
	return out;
}
