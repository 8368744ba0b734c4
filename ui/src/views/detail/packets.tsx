// SPDX-License-Identifier: Apache-2.0
// The packets that carried a call, layer by layer.
import { Fragment } from "preact";
import { useMemo, useState } from "preact/hooks";
import { getJson } from "../../api/client";
import type { EntryDetail, Layer, Packet, PacketList } from "../../api/types";
import { zone } from "../../app/prefs";
import { bytes, count } from "../../model/format";
import { fromHex } from "../../model/hex";
import { clock } from "../../model/time";
import { Hex } from "../../widgets/hex";
import { Failed, Loading, State } from "../../widgets/state";
import { useLoad } from "../../widgets/use";

function Layers(props: { p: Packet; point: (l: Layer) => void }) {
	return (
		<div class="layers">
			{props.p.layers.map((l) => (
				<details
					key={`${l.name}${l.offset}`}
					class="section"
					style={{ marginTop: 0 }}
					onToggle={() => props.point(l)}
				>
					<summary>
						{l.name}{" "}
						<span class="n">
							{l.offset}, {bytes(l.length)}
						</span>
					</summary>
					<dl>
						{l.fields.map((f) => (
							<Fragment key={f.name}>
								<dt>{f.name}</dt>
								<dd>{f.value}</dd>
							</Fragment>
						))}
					</dl>
				</details>
			))}
		</div>
	);
}

function PacketView({ p, open }: { p: Packet; open: boolean }) {
	const [mark, setMark] = useState<Layer | null>(null);
	const [shown, show] = useState(open);
	const data = useMemo(() => fromHex(p.hex), [p.hex]);
	return (
		<details
			class="section packet"
			open={open}
			onToggle={(e) => show(e.currentTarget.open)}
		>
			<summary>
				<b>#{p.record}</b>
				<span class={`badge ${p.side === "request" ? "p1" : "p4"}`}>
					{p.side}
				</span>
				<span class="soft">{clock(p.time, zone.value)}</span>
				<span class="cut grow">
					{p.from} → {p.to}
				</span>
				<span class="n">
					{bytes(p.length)}
					{p.captured < p.length && `, ${bytes(p.captured)} captured`},{" "}
					{p.disposition}
				</span>
			</summary>
			{shown && (
				<div class="layer-grid">
					<Layers p={p} point={setMark} />
					<Hex
						bytes={data}
						mark={mark ?? p.payload}
						label={`Packet ${p.record} in hexadecimal`}
					/>
				</div>
			)}
		</details>
	);
}

export function Packets({ d }: { d: EntryDetail }) {
	const [limit, setLimit] = useState(20);
	const loaded = useLoad<PacketList>(`${d.row.id} ${limit}`, (signal) =>
		getJson(
			`entries/${encodeURIComponent(d.row.id)}/packets`,
			{ limit },
			signal,
		),
	);
	if (loaded.error !== null)
		return (
			<Failed
				what="The packets could not be read."
				error={loaded.error}
				retry={loaded.retry}
			/>
		);
	const list = loaded.data;
	if (list === null) return <Loading text="Reading the packets…" />;
	if (list.packets.length === 0)
		return <State icon="empty" title="No packet carried this." />;
	return (
		<>
			{list.packets.map((p, i) => (
				<PacketView
					key={`${p.source}:${p.record}:${p.side}`}
					p={p}
					open={i === 0}
				/>
			))}
			{list.next !== null && (
				<p>
					<button
						type="button"
						class="button"
						onClick={() => setLimit(limit * 5)}
					>
						More packets
					</button>
				</p>
			)}
			<p class="soft small">{count(list.packets.length)} packets.</p>
		</>
	);
}
