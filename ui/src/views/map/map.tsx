// SPDX-License-Identifier: Apache-2.0
// Who calls whom: a picture, or the same as a table.
import { useEffect, useMemo, useState } from "preact/hooks";
import { getJson } from "../../api/client";
import type { ServiceMap } from "../../api/types";
import { useCommands } from "../../app/commands";
import {
	announce,
	filterBy,
	generation,
	go,
	indexing,
	place,
	progress,
} from "../../app/state";
import { plural } from "../../model/format";
import {
	foldedAtFirst,
	graphOf,
	NODES_MAX,
	namespaces,
} from "../../model/topology";
import { Icon } from "../../widgets/icon";
import { Failed, Loading, State } from "../../widgets/state";
import { useLoad } from "../../widgets/use";
import { FilterBar } from "../traffic/filter-bar";
import { Picture } from "./picture";
import { EdgeTable } from "./table";

function Bar(props: {
	map: ServiceMap;
	folded: ReadonlySet<string>;
	setFolded: (folded: ReadonlySet<string>) => void;
}) {
	const all = namespaces(props.map);
	const asTable = place.value.as === "table";
	return (
		<div class="bar-row">
			<h1>Service map</h1>
			<span class="soft" id="map-count">
				{plural(props.map.nodes.length, "service")},{" "}
				{plural(props.map.edges.length, "connection")}
				{props.map.complete ? "" : "; not all was counted"}
			</span>
			<div class="grow" />
			<div class="seg" role="group" aria-label="Show as">
				<button
					type="button"
					aria-pressed={!asTable}
					onClick={() => go({ as: "" }, true)}
				>
					Picture
				</button>
				<button
					type="button"
					aria-pressed={asTable}
					onClick={() => go({ as: "table" }, true)}
				>
					Table
				</button>
			</div>
			{!asTable && all.length > 0 && (
				<>
					<button
						type="button"
						class="button"
						disabled={props.folded.size === all.length}
						onClick={() => props.setFolded(new Set(all))}
					>
						Fold namespaces
					</button>
					<button
						type="button"
						class="button"
						disabled={props.folded.size === 0}
						onClick={() => props.setFolded(new Set())}
					>
						Unfold
					</button>
				</>
			)}
		</div>
	);
}

function Content({ map }: { map: ServiceMap }) {
	const [folded, setFolded] = useState<ReadonlySet<string>>(() =>
		foldedAtFirst(map),
	);
	const graph = useMemo(() => graphOf(map, folded), [map, folded]);
	if (map.nodes.length === 0)
		return (
			<State
				icon="map"
				title="Nobody calls anybody here."
				actions={
					place.value.q !== "" && (
						<button type="button" class="button" onClick={() => go({ q: "" })}>
							Clear the filter
						</button>
					)
				}
			>
				<p>
					{indexing.value
						? "Indexing goes on; what is found will appear."
						: "No call matches the filter and the range."}
				</p>
			</State>
		);
	return (
		<>
			<Bar map={map} folded={folded} setFolded={setFolded} />
			{map.nodes.length > NODES_MAX && folded.size > 0 && (
				<div class="banner">
					<Icon name="map" />
					More than {NODES_MAX} services: namespaces are folded. Enter or a
					click on one unfolds it.
				</div>
			)}
			{place.value.as === "table" ? (
				<EdgeTable map={map} />
			) : (
				<Picture
					graph={graph}
					unfold={(ns) => {
						const next = new Set(folded);
						next.delete(ns);
						setFolded(next);
					}}
				/>
			)}
		</>
	);
}

export function ServiceMapView() {
	const { q, from, to, snapshot } = place.value;
	const version =
		progress.value?.state === "indexing" ? progress.value.version : 0;
	const loaded = useLoad<ServiceMap>(
		JSON.stringify([q, from, to, snapshot, generation.value, version]),
		(signal) => getJson("map", { q, from, to, snapshot, wait: 20_000 }, signal),
	);
	const map = loaded.data;
	useEffect(() => {
		if (map !== null)
			announce(
				`${plural(map.nodes.length, "service")}, ${plural(map.edges.length, "connection")}.`,
			);
	}, [map]);
	useCommands(
		() => [
			{
				id: "map-table",
				run: () => go({ as: place.value.as === "table" ? "" : "table" }, true),
			},
			{
				id: "map-filter",
				run: () => {
					const kfl = document
						.querySelector(".map-card [data-query]")
						?.getAttribute("data-query");
					if (kfl) filterBy(kfl, "add");
				},
			},
		],
		[],
	);
	return (
		<>
			<FilterBar />
			{loaded.error !== null ? (
				<Failed
					what="The map could not be made."
					error={loaded.error}
					retry={loaded.retry}
				/>
			) : map === null ? (
				<Loading text="Counting calls…" />
			) : (
				<Content map={map} />
			)}
		</>
	);
}
