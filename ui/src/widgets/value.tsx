// SPDX-License-Identifier: Apache-2.0
// A value that may go into the filter. Anything with data-kfl has the same
// menu: value-menu.tsx listens at the top.
import type { ComponentChildren } from "preact";
import type { Json } from "../api/types";
import { equals } from "../model/compose";
import { valueText } from "../model/sections";

export function Value(props: {
	kfl: string | null | undefined;
	/** Path of the field, for its commonest values. */
	field?: string | undefined;
	copy?: string;
	children: ComponentChildren;
	class?: string;
}) {
	return (
		<button
			type="button"
			class={`val ${props.class ?? ""}`}
			data-kfl={props.kfl ?? ""}
			data-field={props.field}
			data-copy={props.copy}
		>
			{props.children}
		</button>
	);
}

/** The value of a member of the entry, with the condition that selects it. */
export function Member(props: { path: string; value: Json; text?: string }) {
	const scalar = typeof props.value !== "object" ? props.value : null;
	return (
		<Value
			kfl={equals(props.path, scalar)}
			field={props.path || undefined}
			copy={valueText(props.value)}
		>
			{props.text ?? valueText(props.value)}
		</Value>
	);
}
