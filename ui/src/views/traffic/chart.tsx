// SPDX-License-Identifier: Apache-2.0
// The time histogram: counts by outcome above, latency below. Dragging, or the
// arrow keys with Shift, choose a range.
import { useState } from "preact/hooks";
import type { Bucket, Histogram } from "../../api/types";
import { type Does, useCommands } from "../../app/commands";
import { chartShown, zone } from "../../app/prefs";
import { announce, go, place } from "../../app/state";
import { count, duration } from "../../model/format";
import {
	band,
	bars,
	bucketAt,
	bucketStart,
	length,
	tallest,
} from "../../model/histogram";
import { CLASS_NAME, CLASSES } from "../../model/status";
import { clock, fromMs, tick, ticks, toMs } from "../../model/time";
import { useSize } from "../../widgets/use";
import { histogram } from "./session";

const BARS = 58;
const BAND = 26;
const AXIS = 18;
const GAP = 5;

interface Brush {
	from: number;
	to: number;
}

function chooseRange(h: Histogram, brush: Brush): void {
	const [a, b] = [
		Math.min(brush.from, brush.to),
		Math.max(brush.from, brush.to),
	];
	go({
		from: fromMs(bucketStart(h, a)),
		to: fromMs(bucketStart(h, b + 1)),
		entry: "",
	});
}

export function clearRange(): void {
	go({ from: "", to: "" });
}

function Tip(props: { h: Histogram; index: number; x: number; width: number }) {
	const b: Bucket | undefined = bucketAt(props.h, props.index);
	const left = props.x > props.width - 200 ? props.x - 190 : props.x + 24;
	const start = bucketStart(props.h, props.index);
	return (
		<div class="tip" style={{ left: `${left}px`, top: "4px" }}>
			<div class="soft">
				{clock(start, zone.value)} + {duration(props.h.bucketMs)}
			</div>
			<table>
				<tbody>
					{CLASSES.filter((c) => (b?.classes[c] ?? 0) > 0).map((c) => (
						<tr key={c}>
							<td>
								<i class={`swatch ${c}`} />
								{CLASS_NAME[c]}
							</td>
							<td class="num">{count(b?.classes[c] ?? 0)}</td>
						</tr>
					))}
					{b?.p50 != null && (
						<tr>
							<td class="soft">p50, p90, p99</td>
							<td class="num">
								{duration(b.p50)}, {duration(b.p90)}, {duration(b.p99)}
							</td>
						</tr>
					)}
					{b === undefined && (
						<tr>
							<td class="soft">nothing</td>
						</tr>
					)}
				</tbody>
			</table>
		</div>
	);
}

function Axis(props: { h: Histogram; width: number; y: number }) {
	const to = bucketStart(props.h, length(props.h));
	const from = props.h.startMs;
	const { step, at } = ticks(from, to, Math.max(2, props.width / 110));
	return (
		<g>
			<line class="axis" x1="0" x2={props.width} y1={props.y} y2={props.y} />
			{at.map((t) => {
				const x = ((t - from) / (to - from)) * props.width;
				if (x > props.width - 40) return null;
				return (
					<g key={t}>
						<line class="axis" x1={x} x2={x} y1={props.y} y2={props.y + 4} />
						<text x={x + 3} y={props.y + 13}>
							{tick(t, step, zone.value)}
						</text>
					</g>
				);
			})}
		</g>
	);
}

function describe(h: Histogram, at: number): string {
	const b = bucketAt(h, at);
	const when = clock(bucketStart(h, at), zone.value);
	return `${when}: ${count(b?.n ?? 0)} entries`;
}

function Plot({ h, width }: { h: Histogram; width: number }) {
	const [brush, setBrush] = useState<Brush | null>(null);
	const [at, setAt] = useState<number | null>(null);
	const n = length(h);
	const step = width / Math.max(1, n);
	const latency = band(h, { width, height: BAND });
	const bottom = BARS + (latency === null ? 0 : GAP + BAND);
	const indexOf = (e: PointerEvent) => {
		const box = (e.currentTarget as Element).getBoundingClientRect();
		const i = Math.floor((e.clientX - box.left) / step);
		return Math.min(n - 1, Math.max(0, i));
	};
	const press = (e: KeyboardEvent) => {
		const now = at ?? brush?.to ?? 0;
		const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[
			e.key
		];
		if (by !== undefined) {
			const to = Math.min(n - 1, Math.max(0, now + by));
			setAt(to);
			setBrush(e.shiftKey ? { from: brush?.from ?? now, to } : null);
			announce(describe(h, to));
		} else if (e.key === "Enter" && (brush !== null || at !== null)) {
			chooseRange(h, brush ?? { from: now, to: now });
			setBrush(null);
		} else if (e.key === "Escape" && (brush !== null || at !== null)) {
			setBrush(null);
			setAt(null);
		} else return;
		e.preventDefault();
		e.stopPropagation();
	};
	const lo = brush === null ? 0 : Math.min(brush.from, brush.to);
	const hi = brush === null ? 0 : Math.max(brush.from, brush.to);
	return (
		<>
			<svg
				height={bottom + AXIS}
				class="focus"
				role="application"
				aria-label={`Entries over time: ${count(h.matched)}. Arrow keys walk, with Shift they choose a range, Enter takes it.`}
				tabindex={0}
				onKeyDown={press}
				onPointerDown={(e) => {
					if (e.button !== 0) return;
					e.currentTarget.setPointerCapture(e.pointerId);
					setBrush({ from: indexOf(e), to: indexOf(e) });
				}}
				onPointerMove={(e) => {
					const i = indexOf(e);
					setAt(i);
					if (brush !== null && e.buttons === 1)
						setBrush({ from: brush.from, to: i });
				}}
				onPointerUp={(e) => {
					if (brush === null) return;
					chooseRange(h, { from: brush.from, to: indexOf(e) });
					setBrush(null);
				}}
				onPointerLeave={() => setAt(null)}
				onBlur={() => setAt(null)}
			>
				{[...bars(h, { width, height: BARS })].map(([name, d]) => (
					<path key={name} class={`bar ${name}`} d={d} />
				))}
				<Axis h={h} width={width} y={bottom} />
				{latency !== null && (
					<g transform={`translate(0 ${BARS + GAP})`}>
						<path class="area" d={latency.area} />
						<path class="p99" d={latency.line} />
						<text class="scale" x={width} y={9} text-anchor="end">
							p50–p90, p99; top {duration(latency.top)}
						</text>
					</g>
				)}
				<text class="scale" x={width} y={9} text-anchor="end">
					{count(tallest(h))} in {duration(h.bucketMs)}
				</text>
				{brush !== null && (
					<rect
						class="brush"
						x={lo * step}
						width={(hi - lo + 1) * step}
						y={0}
						height={bottom}
					/>
				)}
				{at !== null && (
					<line
						class="cursor"
						x1={(at + 0.5) * step}
						x2={(at + 0.5) * step}
						y1={0}
						y2={bottom}
					/>
				)}
			</svg>
			{at !== null && <Tip h={h} index={at} x={at * step} width={width} />}
		</>
	);
}

function chartCommands(): Does[] {
	return [
		{
			id: "chart",
			run: () => {
				chartShown.value = true;
				setTimeout(() =>
					document.querySelector<SVGElement>(".chart svg")?.focus(),
				);
			},
		},
		{
			id: "chart-hide",
			run: () => {
				chartShown.value = !chartShown.value;
			},
		},
		{
			id: "range-clear",
			when: () => place.value.from !== "" || place.value.to !== "",
			run: clearRange,
		},
	];
}

/** "23:49:05.000 – 23:49:10.000" */
export function rangeText(): string {
	const { from, to } = place.value;
	const text = (t: string) => (t === "" ? "…" : clock(toMs(t), zone.value));
	return `${text(from)} – ${text(to)}`;
}

export function Chart() {
	useCommands(chartCommands);
	const [ref, size] = useSize<HTMLDivElement>();
	const h = histogram.value;
	if (!chartShown.value) return null;
	const width = Math.max(0, size.width - 24);
	return (
		<div
			class="chart"
			ref={ref}
			style={{ minHeight: `${BARS + GAP + BAND + AXIS}px` }}
		>
			{h !== null && h.buckets.length > 0 && width > 0 && (
				<Plot h={h} width={width} />
			)}
		</div>
	);
}
