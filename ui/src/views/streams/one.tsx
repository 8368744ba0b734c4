// SPDX-License-Identifier: Apache-2.0
// The stream that is looked at: its health, its calls, its packets.
import { getJson, url } from "../../api/client";
import type { Stream } from "../../api/types";
import { useCommands } from "../../app/commands";
import { filterBy, go } from "../../app/state";
import { plural } from "../../model/format";
import { Icon } from "../../widgets/icon";
import { Failed, Loading } from "../../widgets/state";
import { useLoad } from "../../widgets/use";
import { Calls } from "../detail/stream";
import { peerName } from "../traffic/columns";
import { download } from "../traffic/counts";
import { callsQuery, Spoken } from "./columns";
import { Health } from "./health";

export function One({ id }: { id: string }) {
	const loaded = useLoad<Stream>(id, (signal) =>
		getJson(`streams/${encodeURIComponent(id)}`, {}, signal),
	);
	const s = loaded.data;
	useCommands(
		() => [
			{
				id: "stream-traffic",
				when: () => s !== null && s.entries > 0,
				run: () => s !== null && filterBy(callsQuery(s), "only"),
			},
		],
		[s],
	);
	if (loaded.error !== null)
		return (
			<Failed
				what="The stream could not be read."
				error={loaded.error}
				retry={loaded.retry}
			/>
		);
	if (s === null) return <Loading text="Reading the stream…" />;
	return (
		<>
			<div class="detail-head">
				<div class="detail-title">
					<h2 class="grow">
						{s.protocol !== "" && <Spoken s={s} />} {peerName(s.client)} →{" "}
						{peerName(s.server)}
					</h2>
					<button
						type="button"
						class="tool"
						aria-label="Close the stream"
						onClick={() => go({ stream: "" })}
					>
						<Icon name="x" />
					</button>
				</div>
				<div class="body-tools" style={{ marginTop: "6px" }}>
					<button
						type="button"
						class="button"
						disabled={s.entries === 0}
						onClick={() => filterBy(callsQuery(s), "only")}
					>
						<Icon name="traffic" /> Its calls in the traffic
					</button>
					<button
						type="button"
						class="button"
						onClick={() =>
							download(url("export", { format: "pcapng", stream: s.id }))
						}
					>
						<Icon name="download" /> Packets
					</button>
				</div>
			</div>
			<section class="detail-body" tabIndex={0} aria-label="Stream">
				<Health s={s} />
				<details class="section" open>
					<summary>
						Calls <span class="n">{plural(s.entries, "call")}</span>
					</summary>
					<Calls stream={s.id} />
				</details>
			</section>
		</>
	);
}
