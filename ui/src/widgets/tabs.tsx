// SPDX-License-Identifier: Apache-2.0
// Tabs: one stop for the Tab key, arrows move between them.
import type { ComponentChildren } from "preact";

export interface Tab {
	id: string;
	title: ComponentChildren;
}

export function Tabs(props: {
	label: string;
	tabs: Tab[];
	at: string;
	choose: (id: string) => void;
}) {
	const press = (e: KeyboardEvent) => {
		const now = props.tabs.findIndex((t) => t.id === props.at);
		const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key];
		if (step === undefined) return;
		const to = props.tabs[(now + step + props.tabs.length) % props.tabs.length];
		if (to === undefined) return;
		e.preventDefault();
		e.stopPropagation();
		props.choose(to.id);
		document.getElementById(`tab-${to.id}`)?.focus();
	};
	return (
		<div class="tabs" role="tablist" aria-label={props.label} onKeyDown={press}>
			{props.tabs.map((t) => (
				<button
					key={t.id}
					id={`tab-${t.id}`}
					type="button"
					role="tab"
					aria-selected={t.id === props.at}
					aria-controls="tab-panel"
					tabIndex={t.id === props.at ? 0 : -1}
					onClick={() => props.choose(t.id)}
				>
					{t.title}
				</button>
			))}
		</div>
	);
}
