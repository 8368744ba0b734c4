// SPDX-License-Identifier: Apache-2.0
// Two panes and a handle between them, moved by pointer or arrow keys.
import type { Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";

const LEAST = 0.25;
const MOST = 0.75;
const STEP = 0.03;

export function Split(props: {
	share: Signal<number>;
	left: ComponentChildren;
	/** Nothing: the left one has it all. */
	right: ComponentChildren | null;
}) {
	const box = useRef<HTMLDivElement>(null);
	const set = (share: number) => {
		props.share.value = Math.min(MOST, Math.max(LEAST, share));
	};
	const drag = (e: PointerEvent) => {
		const handle = e.currentTarget as HTMLElement;
		handle.setPointerCapture(e.pointerId);
		const move = (m: PointerEvent) => {
			const area = box.current?.getBoundingClientRect();
			if (area !== undefined) set((m.clientX - area.left) / area.width);
		};
		handle.addEventListener("pointermove", move);
		handle.addEventListener(
			"pointerup",
			() => handle.removeEventListener("pointermove", move),
			{ once: true },
		);
	};
	const press = (e: KeyboardEvent) => {
		const step = { ArrowLeft: -STEP, ArrowRight: STEP }[e.key];
		if (step === undefined) return;
		e.preventDefault();
		e.stopPropagation();
		set(props.share.value + step);
	};
	const both = props.right !== null;
	return (
		<div class={`split${both ? " both" : ""}`} ref={box}>
			<div class="pane" style={{ flex: both ? props.share.value : 1 }}>
				{props.left}
			</div>
			{both && (
				<>
					<div
						class="handle"
						role="separator"
						aria-orientation="vertical"
						aria-label="Width of the list"
						aria-valuenow={Math.round(props.share.value * 100)}
						aria-valuemin={LEAST * 100}
						aria-valuemax={MOST * 100}
						tabIndex={0}
						onPointerDown={drag}
						onKeyDown={press}
						onDblClick={() => set(0.54)}
					/>
					<div class="pane" style={{ flex: 1 - props.share.value }}>
						{props.right}
					</div>
				</>
			)}
		</div>
	);
}
