// SPDX-License-Identifier: Apache-2.0
// The view of the address. All but the first are loaded when they are needed.
import type { FunctionComponent } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { View as Name } from "../model/url-state";
import { Traffic } from "../views/traffic/traffic";
import { Failed, Loading } from "../widgets/state";
import { place } from "./state";

type Load = () => Promise<FunctionComponent>;

const LATER: Record<Exclude<Name, "traffic">, Load> = {
	streams: async () => (await import("../views/streams/streams")).Streams,
	map: async () => (await import("../views/map/map")).ServiceMapView,
	snapshot: async () =>
		(await import("../views/snapshot/snapshot")).SnapshotView,
};

const IDLE_MS = 1500;

/** They should be there when the analyzer is not any more. */
function loadAll(): () => void {
	const timer = setTimeout(() => {
		// What does not come now is asked for again when it is needed.
		for (const load of Object.values(LATER)) load().catch(() => {});
	}, IDLE_MS);
	return () => clearTimeout(timer);
}

function Later({ load }: { load: Load }) {
	const [part, set] = useState<{ Part: FunctionComponent } | null>(null);
	const [error, fail] = useState<Error | null>(null);
	useEffect(() => {
		load().then((Part) => set({ Part }), fail);
	}, [load]);
	if (error !== null)
		return (
			<Failed
				what="This view could not be loaded."
				error={error}
				retry={() => location.reload()}
			/>
		);
	if (part === null) return <Loading text="Loading…" />;
	return <part.Part />;
}

export function View() {
	const name = place.value.view;
	useEffect(loadAll, []);
	if (name === "traffic") return <Traffic />;
	return <Later key={name} load={LATER[name]} />;
}
