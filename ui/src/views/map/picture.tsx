// SPDX-License-Identifier: Apache-2.0
// The map drawn: nodes and edges can be reached by Tab and by pointer; the
// ground is dragged and zoomed.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { filterBy } from "../../app/state";
import { bytes, count, duration, percent, plural } from "../../model/format";
import { type Box, curve, type Point, placeLabels } from "../../model/lines";
import {
	edgeQuery,
	type Graph,
	type GraphEdge,
	type GraphNode,
} from "../../model/topology";
import { protocolClass } from "../../widgets/badge";
import { Icon } from "../../widgets/icon";
import { Failed, Loading } from "../../widgets/state";
import { useLoad, useSize } from "../../widgets/use";
import { type Layout, layOut, NODE_HEIGHT, nodeWidth } from "./layout";

interface Camera {
	x: number;
	y: number;
	zoom: number;
}

const ZOOM_MIN = 0.1;
const ZOOM_MAX = 3;

/** At first, names can be read; what does not fit then is dragged into sight. */
const ZOOM_READABLE = 0.62;
/** Left free for the buttons. */
const ASIDE = 44;

function fitting(
	l: Layout,
	size: { width: number; height: number },
	least: number,
): Camera {
	const zoom = Math.min(
		1.25,
		Math.max(
			least,
			Math.min((size.width - ASIDE) / l.width, size.height / l.height),
		),
	);
	return {
		zoom,
		x: ASIDE + (size.width - ASIDE - l.width * zoom) / 2,
		y: (size.height - l.height * zoom) / 2,
	};
}

/** A key that presses what is focused, as a button would. */
function press(run: () => void) {
	return (e: KeyboardEvent) => {
		if (e.key !== "Enter" && e.key !== " ") return;
		e.preventDefault();
		e.stopPropagation();
		run();
	};
}

function strokeOf(edge: GraphEdge): number {
	return Math.min(6, 1.2 + Math.log10(Math.max(1, edge.count)));
}

export function rateText(rate: number): string {
	return `${rate >= 10 ? count(Math.round(rate)) : rate.toPrecision(2)}/s`;
}

/** What stands on an edge; its name says it too. */
function edgeText(e: GraphEdge): string {
	const errors = e.errors > 0 ? ` · ${percent(e.errors, e.count)} errors` : "";
	return count(e.count) + errors;
}

/** From here on the whole edge is red, below only what is written on it. */
const MANY_ERRORS = 0.05;

function trouble(e: GraphEdge): string {
	if (e.errors === 0) return "";
	return e.errors / Math.max(1, e.count) >= MANY_ERRORS ? " errors" : " some";
}

function EdgeView(props: {
	edge: GraphEdge;
	layout: Layout;
	at: boolean;
	dim: boolean;
	label: string;
	choose: () => void;
}) {
	const { edge } = props;
	const points = props.layout.edges[edge.id] ?? [];
	const d = curve(points);
	if (d === "") return null;
	return (
		<g
			class={`edge${trouble(edge)}${props.at ? " at" : ""}${props.dim ? " dim" : ""}`}
			role="button"
			tabindex={0}
			aria-label={props.label}
			onClick={props.choose}
			onKeyDown={press(props.choose)}
		>
			<path class="hit" d={d} />
			<path
				class="stroke"
				d={d}
				stroke-width={strokeOf(edge)}
				marker-end="url(#arrow)"
			/>
		</g>
	);
}

/** Of the labels' letters, about. */
const LABEL = { letter: 6.1, around: 6, height: 17 };

function labelWidth(e: GraphEdge): number {
	return edgeText(e).length * LABEL.letter + LABEL.around;
}

function groupTitle(box: Box, name: string): Box {
	const width = name.length * 7.8 + 8;
	return {
		x: box.x - box.width / 2 + 12 + width / 2,
		y: box.y - box.height / 2,
		width,
		height: 16,
	};
}

function labelPlaces(graph: Graph, layout: Layout): Map<string, Point> {
	const taken: Box[] = [];
	for (const n of graph.nodes) {
		const at = layout.nodes[n.id];
		if (at === undefined) continue;
		taken.push({ ...at, width: nodeWidth(n) + 4, height: NODE_HEIGHT + 4 });
	}
	for (const name of graph.groups) {
		const box = layout.groups[name];
		if (box !== undefined) taken.push(groupTitle(box, name));
	}
	const labels = graph.edges.map((e) => ({
		id: e.id,
		points: e.from === e.to ? [] : (layout.edges[e.id] ?? []),
		width: labelWidth(e),
		height: LABEL.height,
	}));
	const loops = new Map<string, Point>();
	for (const e of graph.edges) {
		const top = e.from === e.to ? layout.edges[e.id]?.[2] : undefined;
		if (top === undefined) continue;
		const at = { x: top.x, y: top.y - LABEL.height / 2 };
		loops.set(e.id, at);
		taken.push({ ...at, width: labelWidth(e), height: LABEL.height });
	}
	return new Map([...loops, ...placeLabels(labels, taken)]);
}

/** Above everything, so that nothing crosses it out. */
function EdgeLabel(props: {
	edge: GraphEdge;
	at: Point | undefined;
	dim: boolean;
}) {
	const { edge, at } = props;
	if (at === undefined) return null;
	const width = labelWidth(edge);
	return (
		<g
			class={`edge-label${trouble(edge)}${props.dim ? " dim" : ""}`}
			aria-hidden="true"
		>
			<rect
				x={at.x - width / 2}
				y={at.y - LABEL.height / 2}
				width={width}
				height={LABEL.height}
				rx="4"
			/>
			<text x={at.x} y={at.y + 4.5} text-anchor="middle">
				{edgeText(edge)}
			</text>
		</g>
	);
}

function NodeView(props: {
	node: GraphNode;
	layout: Layout;
	at: boolean;
	dim: boolean;
	choose: () => void;
}) {
	const { node } = props;
	const at = props.layout.nodes[node.id];
	if (at === undefined) return null;
	const width = nodeWidth(node);
	const sub = node.folded
		? plural(node.size, "service")
		: plural(node.entries, "call");
	const most = Math.floor((width - 24) / 7.8);
	const label =
		node.label.length > most ? `${node.label.slice(0, most - 1)}…` : node.label;
	return (
		<g
			class={`node${node.folded ? " folded" : ""}${props.at ? " at" : ""}${props.dim ? " dim" : ""}`}
			role="button"
			tabindex={0}
			aria-label={`${label} ${sub}${node.group === "" ? "" : `, namespace ${node.group}`}`}
			transform={`translate(${at.x - width / 2} ${at.y - NODE_HEIGHT / 2})`}
			onClick={props.choose}
			onKeyDown={press(props.choose)}
		>
			<rect width={width} height={NODE_HEIGHT} rx="9" />
			<text x="14" y="20">
				{label}
			</text>{" "}
			<text class="sub" x="14" y="36">
				{sub}
			</text>
		</g>
	);
}

type Chosen = { node: GraphNode } | { edge: GraphEdge } | null;

function Numbers({ rows }: { rows: [string, string][] }) {
	return (
		<table class="pairs">
			<tbody>
				{rows.map(([name, value]) => (
					<tr key={name}>
						<th scope="row">{name}</th>
						<td>{value}</td>
					</tr>
				))}
			</tbody>
		</table>
	);
}

function EdgeCard({
	edge,
	names,
}: {
	edge: GraphEdge;
	names: [string, string];
}) {
	return (
		<>
			<h2>
				{names[0]} → {names[1]}
			</h2>
			<p class="badges">
				{edge.parts.map((p) => (
					<span
						key={p.protocol + p.from + p.to}
						class={`badge ${protocolClass(p.protocol)}`}
					>
						{p.abbr} {count(p.count)}
					</span>
				))}
			</p>
			<Numbers
				rows={[
					["Calls", count(edge.count)],
					["Rate", rateText(edge.rate)],
					[
						"Errors",
						`${count(edge.errors)} (${percent(edge.errors, edge.count)})`,
					],
					["Median", duration(edge.p50)],
					["99 %", duration(edge.p99)],
					["Bytes", bytes(edge.bytes)],
				]}
			/>
		</>
	);
}

function Card(props: { chosen: Chosen; graph: Graph; close: () => void }) {
	const { chosen, graph } = props;
	if (chosen === null) return null;
	const label = (id: string) =>
		graph.nodes.find((n) => n.id === id)?.label ?? id;
	const query = "edge" in chosen ? edgeQuery(chosen.edge) : chosen.node.query;
	return (
		<section class="map-card" aria-label="What is chosen">
			<div class="card-close">
				<button
					type="button"
					class="tool"
					aria-label="Close"
					onClick={props.close}
				>
					<Icon name="x" />
				</button>
			</div>
			{"edge" in chosen ? (
				<EdgeCard
					edge={chosen.edge}
					names={[label(chosen.edge.from), label(chosen.edge.to)]}
				/>
			) : (
				<>
					<h2>{chosen.node.label}</h2>
					<p class="soft small">
						{chosen.node.group !== "" && `namespace ${chosen.node.group}; `}
						{chosen.node.ips.join(", ")}
					</p>
					<Numbers rows={[["Calls", count(chosen.node.entries)]]} />
				</>
			)}
			<div class="body-tools">
				<button
					type="button"
					class="button primary"
					data-query={query}
					onClick={() => filterBy(query, "add")}
				>
					Show the calls
				</button>
				<button
					type="button"
					class="button"
					onClick={() => filterBy(query, "exclude")}
				>
					Exclude
				</button>
			</div>
		</section>
	);
}

function useCamera(
	layout: Layout | null,
	size: { width: number; height: number },
) {
	const [camera, set] = useState<Camera>({ x: 0, y: 0, zoom: 1 });
	const ready = size.width > 0;
	useEffect(() => {
		if (layout !== null && ready) set(fitting(layout, size, ZOOM_READABLE));
	}, [layout, ready]);
	const zoomAt = (by: number, x: number, y: number) =>
		set((c) => {
			const zoom = Math.min(ZOOM_MAX, Math.max(ZOOM_MIN, c.zoom * by));
			const k = zoom / c.zoom;
			return { zoom, x: x - (x - c.x) * k, y: y - (y - c.y) * k };
		});
	const move = (dx: number, dy: number) =>
		set((c) => ({ ...c, x: c.x + dx, y: c.y + dy }));
	const fit = () => layout !== null && set(fitting(layout, size, ZOOM_MIN));
	return { camera, zoomAt, move, fit };
}

type Moves = ReturnType<typeof useCamera>;

/** What gets the focus by key comes into sight. */
function bringIn(e: FocusEvent, moves: Moves): void {
	const svg = e.currentTarget as SVGSVGElement;
	const target = e.target as Element;
	if (target === svg || !target.matches(":focus-visible")) return;
	const box = svg.getBoundingClientRect();
	const at = target.getBoundingClientRect();
	const by = (from: number, to: number, low: number, high: number) =>
		to < low || from > high ? (low + high - from - to) / 2 : 0;
	const dx = by(at.left, at.right, box.left + ASIDE, box.right);
	const dy = by(at.top, at.bottom, box.top, box.bottom);
	if (dx !== 0 || dy !== 0) moves.move(dx, dy);
}

function drag(e: PointerEvent, moves: Moves, click: () => void): void {
	const svg = e.currentTarget as SVGSVGElement;
	if ((e.target as Element).closest("[tabindex]") !== null) return;
	svg.setPointerCapture(e.pointerId);
	svg.classList.add("dragging");
	let moved = 0;
	const move = (m: PointerEvent) => {
		moved += Math.abs(m.movementX) + Math.abs(m.movementY);
		moves.move(m.movementX, m.movementY);
	};
	const up = () => {
		svg.removeEventListener("pointermove", move);
		svg.classList.remove("dragging");
		if (moved < 4) click();
	};
	svg.addEventListener("pointermove", move);
	svg.addEventListener("pointerup", up, { once: true });
}

function edgeLabel(e: GraphEdge, graph: Graph): string {
	const label = (id: string) =>
		graph.nodes.find((n) => n.id === id)?.label ?? id;
	return `${label(e.from)} calls ${label(e.to)}: ${edgeText(e)}, median ${duration(e.p50)}`;
}

function Drawing(props: {
	graph: Graph;
	layout: Layout;
	chosen: Chosen;
	choose: (c: Chosen) => void;
	unfold: (ns: string) => void;
}) {
	const { graph, layout, chosen } = props;
	const places = useMemo(() => labelPlaces(graph, layout), [graph, layout]);
	const edgeAt = chosen !== null && "edge" in chosen ? chosen.edge.id : "";
	const nodeAt = chosen !== null && "node" in chosen ? chosen.node.id : "";
	const touches = (e: GraphEdge) =>
		edgeAt !== "" ? e.id === edgeAt : e.from === nodeAt || e.to === nodeAt;
	const near = new Set(
		graph.edges.filter(touches).flatMap((e) => [e.from, e.to]),
	);
	return (
		<>
			{graph.groups.map((name) => {
				const box = layout.groups[name];
				if (box === undefined) return null;
				return (
					<g class="group" key={name} aria-hidden="true">
						<rect
							x={box.x - box.width / 2}
							y={box.y - box.height / 2}
							width={box.width}
							height={box.height}
							rx="12"
						/>
						<text x={box.x - box.width / 2 + 16} y={box.y - box.height / 2 + 4}>
							{name}
						</text>
					</g>
				);
			})}
			{graph.edges.map((e) => (
				<EdgeView
					key={e.id}
					edge={e}
					layout={layout}
					at={e.id === edgeAt}
					dim={chosen !== null && !touches(e)}
					label={edgeLabel(e, graph)}
					choose={() => props.choose({ edge: e })}
				/>
			))}
			{graph.nodes.map((n) => (
				<NodeView
					key={n.id}
					node={n}
					layout={layout}
					at={n.id === nodeAt}
					dim={chosen !== null && n.id !== nodeAt && !near.has(n.id)}
					choose={() =>
						n.folded ? props.unfold(n.label) : props.choose({ node: n })
					}
				/>
			))}
			{graph.edges.map((e) => (
				<EdgeLabel
					key={e.id}
					edge={e}
					at={places.get(e.id)}
					dim={chosen !== null && !touches(e)}
				/>
			))}
		</>
	);
}

export function Picture(props: { graph: Graph; unfold: (ns: string) => void }) {
	const { graph } = props;
	const loaded = useLoad<Layout>(graph.key, (signal) => layOut(graph, signal));
	const [ref, size] = useSize<HTMLDivElement>();
	const [chosen, choose] = useState<Chosen>(null);
	const moves = useCamera(loaded.data, size);
	const svg = useRef<SVGSVGElement>(null);
	useEffect(() => choose(null), [graph]);
	const latest = useRef(moves);
	latest.current = moves;
	useEffect(() => {
		const element = svg.current;
		const wheel = (e: WheelEvent) => {
			e.preventDefault();
			latest.current.zoomAt(Math.exp(-e.deltaY / 500), e.offsetX, e.offsetY);
		};
		element?.addEventListener("wheel", wheel, { passive: false });
		return () => element?.removeEventListener("wheel", wheel);
	}, [loaded.data === null]);
	const { camera } = moves;
	const middle: [number, number] = [size.width / 2, size.height / 2];
	return (
		<div
			class="map"
			ref={ref}
			onKeyDown={(e) => {
				if (e.key !== "Escape" || chosen === null) return;
				e.stopPropagation();
				choose(null);
			}}
		>
			{loaded.error !== null && (
				<Failed
					what="The map could not be laid out."
					error={loaded.error}
					retry={loaded.retry}
				/>
			)}
			{loaded.data === null && loaded.error === null && (
				<Loading text="Laying out…" />
			)}
			{loaded.data !== null && (
				<svg
					ref={svg}
					role="group"
					aria-label="Service map. The same as a table: key v."
					onPointerDown={(e) => drag(e, moves, () => choose(null))}
					onFocusIn={(e) => bringIn(e, moves)}
				>
					<defs>
						<marker
							id="arrow"
							viewBox="0 0 8 8"
							refX="7"
							refY="4"
							markerWidth="9"
							markerHeight="9"
							markerUnits="userSpaceOnUse"
							orient="auto"
						>
							<path d="M0 0L8 4L0 8z" />
						</marker>
					</defs>
					<g
						transform={`translate(${camera.x} ${camera.y}) scale(${camera.zoom})`}
					>
						<Drawing
							graph={graph}
							layout={loaded.data}
							chosen={chosen}
							choose={choose}
							unfold={props.unfold}
						/>
					</g>
				</svg>
			)}
			<div class="map-zoom">
				<button
					type="button"
					class="tool"
					aria-label="Nearer"
					onClick={() => moves.zoomAt(1.3, ...middle)}
				>
					<Icon name="plus" />
				</button>
				<button
					type="button"
					class="tool"
					aria-label="Farther"
					onClick={() => moves.zoomAt(1 / 1.3, ...middle)}
				>
					<Icon name="minus" />
				</button>
				<button
					type="button"
					class="tool"
					aria-label="All in sight"
					onClick={moves.fit}
				>
					<Icon name="fit" />
				</button>
			</div>
			<Card chosen={chosen} graph={graph} close={() => choose(null)} />
		</div>
	);
}
