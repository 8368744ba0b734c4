// SPDX-License-Identifier: Apache-2.0
// Bytes in hexadecimal; only the lines in sight are drawn.
import { useState } from "preact/hooks";
import { HEX_WIDTH, hexLine, hexLines, hexParts } from "../model/hex";
import { useSize } from "./use";

const LINE = 19;
const SPARE = 20;
/** Whole lines of 16 bytes and their letters take that many pixels. */
const ROOM = 560;

export function Hex(props: {
	bytes: Uint8Array;
	/** Bytes to point out. */
	mark?: { offset: number; length: number } | null;
	label: string;
}) {
	const [top, setTop] = useState(0);
	const [ref, size] = useSize<HTMLElement>();
	const width = size.width > 0 && size.width < ROOM ? HEX_WIDTH / 2 : HEX_WIDTH;
	const total = hexLines(props.bytes, width);
	const first = Math.max(0, Math.floor(top / LINE) - SPARE);
	const last = Math.min(total, first + 60 + 2 * SPARE);
	const mark = props.mark ?? { offset: 0, length: 0 };
	const rows = [];
	for (let i = first; i < last; i++) {
		const line = hexLine(props.bytes, i, width);
		const [before, inside, behind] = hexParts(line, mark, width);
		rows.push(
			<div key={i} style={{ height: `${LINE}px` }}>
				<span class="o">{line.offset.toString(16).padStart(6, "0")} </span>
				{before}
				{inside !== "" && <span class="hl">{inside}</span>}
				{behind}
				<span class="soft"> {line.text}</span>
			</div>,
		);
	}
	return (
		<section
			class="hex"
			ref={ref}
			tabIndex={0}
			aria-label={props.label}
			onScroll={(e) => setTop(e.currentTarget.scrollTop)}
		>
			<div style={{ height: `${first * LINE}px` }} />
			{rows}
			<div style={{ height: `${(total - last) * LINE}px` }} />
		</section>
	);
}
