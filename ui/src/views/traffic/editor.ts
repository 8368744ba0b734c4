// SPDX-License-Identifier: Apache-2.0
// The filter's editor. It lives in a shadow root, whose styles need no
// permission of the content security policy. Loaded after the first paint.
import {
	autocompletion,
	type Completion,
	type CompletionContext,
	type CompletionResult,
	closeBrackets,
	closeBracketsKeymap,
	closeCompletion,
	completionKeymap,
	completionStatus,
	insertCompletionText,
	pickedCompletion,
	selectedCompletion,
} from "@codemirror/autocomplete";
import {
	defaultKeymap,
	history,
	historyKeymap,
	standardKeymap,
} from "@codemirror/commands";
import {
	HighlightStyle,
	StreamLanguage,
	syntaxHighlighting,
} from "@codemirror/language";
import { type Diagnostic, setDiagnostics } from "@codemirror/lint";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, keymap, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { getJson } from "../../api/client";
import type { ErrorBody, Top } from "../../api/types";
import { history as past } from "../../app/prefs";
import { completing, draft, fields, place, protocols } from "../../app/state";
import {
	COMMON,
	fieldOf,
	JOINTS,
	nameOffers,
	type Offer,
	operatorOffers,
	placeAt,
	type Words,
} from "../../kfl/complete";
import { tokenAt } from "../../kfl/tokens";

const language = StreamLanguage.define({
	name: "kfl",
	token(stream) {
		const token = tokenAt(stream.string, stream.pos);
		stream.pos = token.end;
		const names: Partial<Record<typeof token.kind, string>> = {
			keyword: "keyword",
			constant: "atom",
			number: "number",
			string: "string",
			regexp: "regexp",
			operator: "operator",
		};
		return names[token.kind] ?? null;
	},
});

const colours = HighlightStyle.define([
	{ tag: tags.keyword, color: "var(--code-keyword)", fontWeight: "600" },
	{ tag: tags.atom, color: "var(--code-number)" },
	{ tag: tags.number, color: "var(--code-number)" },
	{ tag: tags.string, color: "var(--code-string)" },
	{ tag: tags.regexp, color: "var(--code-regexp)" },
	{ tag: tags.operator, color: "var(--code-operator)" },
]);

const look = EditorView.theme({
	"&": { fontSize: "13px", background: "transparent", color: "var(--text)" },
	"&.cm-focused": { outline: "none" },
	".cm-scroller": {
		fontFamily: "var(--mono)",
		fontVariantLigatures: "none",
		lineHeight: "20px",
	},
	".cm-content": { padding: "6px 0", caretColor: "var(--text)" },
	".cm-line": { padding: "0 8px" },
	".cm-cursor": { borderLeftColor: "var(--text)" },
	".cm-placeholder": {
		color: "var(--text-soft)",
		display: "inline-block",
		maxWidth: "100%",
		overflow: "hidden",
		textOverflow: "ellipsis",
		whiteSpace: "nowrap",
		verticalAlign: "top",
	},
	".cm-tooltip": {
		background: "var(--raised)",
		border: "1px solid var(--line)",
		borderRadius: "8px",
		boxShadow: "var(--shadow)",
		overflow: "hidden",
	},
	".cm-tooltip.cm-tooltip-autocomplete > ul": {
		fontFamily: "var(--mono)",
		fontSize: "12px",
		maxHeight: "19em",
		maxWidth: "min(640px, 90vw)",
		padding: "4px",
	},
	".cm-tooltip-autocomplete ul li[aria-selected]": {
		background: "var(--accent-soft)",
		color: "var(--text)",
	},
	".cm-tooltip.cm-tooltip-autocomplete > ul > li": {
		padding: "3px 8px",
		borderRadius: "5px",
	},
	".cm-completionDetail": {
		color: "var(--text-soft)",
		fontStyle: "normal",
		fontFamily: "var(--font)",
		marginLeft: "1em",
	},
	".cm-completionMatchedText": {
		textDecoration: "none",
		color: "var(--accent)",
		fontWeight: "600",
	},
	".cm-lintRange-error": {
		backgroundImage: "none",
		textDecoration: "underline wavy var(--server-error-fill)",
		textUnderlineOffset: "3px",
	},
	".cm-tooltip-lint": { display: "none" },
});

function words(): Words {
	return { fields: fields.value, protocols: protocols.value };
}

const BOOST: Partial<Record<Offer["kind"], number>> = { protocol: 2, field: 1 };
const COMMON_BOOST = 3;

function toCompletion(o: Offer): Completion {
	return {
		label: o.label,
		detail: o.detail,
		apply: o.insert ?? o.label,
		type: o.kind,
		boost: COMMON.has(o.label) ? COMMON_BOOST : (BOOST[o.kind] ?? 0),
	};
}

const VALUES_MS = 400;

/** The value, in place of the quote that the editor has closed as well. */
function putValue(
	view: EditorView,
	value: Completion,
	from: number,
	to: number,
): void {
	const text = value.label;
	const closed = text.endsWith('"') && view.state.sliceDoc(to, to + 1) === '"';
	view.dispatch({
		...insertCompletionText(view.state, text, from, closed ? to + 1 : to),
		annotations: pickedCompletion.of(value),
	});
}

/** Values seen so far, from what the filter applied at the moment shows. */
async function valuesOf(
	field: string,
	prefix: string,
	signal: AbortSignal,
): Promise<Completion[]> {
	const { snapshot, from, to } = place.value;
	const top = await getJson<Top>(
		"top",
		{ field, prefix, snapshot, from, to, limit: 20, wait: VALUES_MS },
		signal,
	);
	return top.values.map((v) => ({
		label: typeof v.value === "string" ? `"${v.value}"` : String(v.value),
		detail: `${v.count} times`,
		type: "value",
		boost: v.count,
		apply: putValue,
	}));
}

async function complete(
	context: CompletionContext,
): Promise<CompletionResult | null> {
	const at = placeAt(context.state.doc.toString(), context.pos);
	if (at.kind === "none") return null;
	const simple = (offers: Offer[]): CompletionResult => ({
		from: at.from,
		options: offers.map(toCompletion),
		validFor: /^[\w.]*$/,
	});
	if (at.kind === "name") {
		if (at.prefix === "" && !context.explicit && context.pos > 0) return null;
		return simple(nameOffers(words(), at.prefix));
	}
	if (at.kind === "joint") return simple(JOINTS);
	if (at.kind === "operator") {
		const isWord = protocols.value.some((p) => p.macro === at.field);
		return simple(isWord ? JOINTS : operatorOffers(fieldOf(words(), at.field)));
	}
	// Fields only, and what may be below one: others the server refuses.
	const known = fields.value.fields.some(
		(f) => f.path === at.field || (f.open && at.field.startsWith(f.path)),
	);
	if (!known) return null;
	const control = new AbortController();
	context.addEventListener("abort", () => control.abort());
	try {
		const options = await valuesOf(at.field, at.prefix, control.signal);
		return { from: at.from, options, filter: at.prefix !== "" };
	} catch {
		return null;
	}
}

export interface Editor {
	focus: () => void;
	isFocused: () => boolean;
	set: (text: string) => void;
	show: (error: ErrorBody | null) => void;
	destroy: () => void;
}

/** Walks through past filters; -1 is what was being written. */
function recall(step: number) {
	let at = -1;
	let written = "";
	return (view: EditorView, by: number): boolean => {
		const doc = view.state.doc;
		const line = doc.lineAt(view.state.selection.main.head).number;
		if (by > 0 ? line !== 1 : line !== doc.lines) return false;
		if (completionStatus(view.state) !== null) return false;
		if (at >= 0 && doc.toString() !== past.value[at]) at = -1;
		if (at === -1) written = doc.toString();
		const next = at + by * step;
		if (next < -1 || next >= past.value.length) return false;
		at = next;
		const text = at === -1 ? written : (past.value[at] ?? "");
		view.dispatch({
			changes: { from: 0, to: doc.length, insert: text },
			selection: { anchor: text.length },
		});
		return true;
	};
}

export function mount(
	host: HTMLElement,
	apply: (text: string) => void,
): Editor {
	const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
	const walk = recall(1);
	const keys = Prec.high(
		keymap.of([
			{
				key: "Enter",
				run: (view) => {
					if (selectedCompletion(view.state) !== null) return false;
					closeCompletion(view);
					apply(view.state.doc.toString());
					// On to the list: its keys are letters.
					view.contentDOM.blur();
					return true;
				},
			},
			{
				key: "Mod-Enter",
				run: (view) => {
					closeCompletion(view);
					apply(view.state.doc.toString());
					return true;
				},
			},
			{ key: "ArrowUp", run: (view) => walk(view, 1) },
			{ key: "ArrowDown", run: (view) => walk(view, -1) },
			{
				key: "Escape",
				run: (view) => {
					if (completionStatus(view.state) !== null) return false;
					view.contentDOM.blur();
					return true;
				},
			},
		]),
	);
	const view = new EditorView({
		root,
		parent: root,
		state: EditorState.create({
			doc: draft.value,
			extensions: [
				keys,
				Prec.highest(keymap.of(completionKeymap)),
				keymap.of([
					...closeBracketsKeymap,
					...historyKeymap,
					...standardKeymap,
					...defaultKeymap,
				]),
				history(),
				closeBrackets(),
				language,
				syntaxHighlighting(colours),
				autocompletion({
					override: [complete],
					icons: false,
					defaultKeymap: false,
					activateOnTyping: true,
					selectOnOpen: false,
				}),
				EditorView.lineWrapping,
				EditorView.contentAttributes.of({ "aria-label": "Filter (KFL)" }),
				placeholder("Filter: http and response.status >= 500"),
				look,
				EditorView.updateListener.of((update) => {
					if (update.docChanged) draft.value = update.state.doc.toString();
					completing.value = completionStatus(update.state) === "active";
				}),
			],
		}),
	});
	return {
		focus: () => view.focus(),
		isFocused: () => view.hasFocus,
		set(text) {
			if (view.state.doc.toString() === text) return;
			view.dispatch({
				changes: { from: 0, to: view.state.doc.length, insert: text },
				selection: { anchor: text.length },
			});
		},
		show(error) {
			const list: Diagnostic[] = [];
			const at = error?.position;
			const end = view.state.doc.length;
			if (error !== null && at !== null && at !== undefined && end > 0) {
				const from = Math.min(at.start, end - 1);
				const to = Math.max(from + 1, Math.min(at.end, end));
				list.push({ from, to, severity: "error", message: error.message });
			}
			view.dispatch(setDiagnostics(view.state, list));
		},
		destroy() {
			completing.value = false;
			view.destroy();
		},
	};
}
