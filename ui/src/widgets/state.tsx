// SPDX-License-Identifier: Apache-2.0
// What is shown instead of content: nothing there, on its way, gone wrong.
import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon";

export function State(props: {
	icon: IconName;
	title: string;
	bad?: boolean;
	children?: ComponentChildren;
	actions?: ComponentChildren;
}) {
	return (
		<div class={`state${props.bad ? " bad" : ""}`}>
			<Icon name={props.icon} />
			<h2>{props.title}</h2>
			{props.children}
			{props.actions && <div class="actions">{props.actions}</div>}
		</div>
	);
}

export function Loading({ text }: { text: string }) {
	return (
		<div class="state" aria-busy="true">
			<div class="spin" />
			<p>{text}</p>
		</div>
	);
}

export function Failed(props: {
	what: string;
	error: Error;
	retry: () => void;
}) {
	return (
		<State
			icon="warn"
			bad
			title={props.what}
			actions={
				<button type="button" class="button" onClick={props.retry}>
					Try again
				</button>
			}
		>
			<p>{props.error.message}</p>
		</State>
	);
}
