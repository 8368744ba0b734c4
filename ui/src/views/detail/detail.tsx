// SPDX-License-Identifier: Apache-2.0
// One call: what was said, when, on what connection, and where it is proved.
import { useRef } from "preact/hooks";
import { getJson, url } from "../../api/client";
import type { EntryDetail, Side } from "../../api/types";
import type { CommandId } from "../../app/catalogue";
import { type Does, useCommands } from "../../app/commands";
import { sideBySide, zone } from "../../app/prefs";
import { copy, generation, go, place, toast } from "../../app/state";
import { equals } from "../../model/compose";
import { requestBody, toCurl } from "../../model/curl";
import { bytes, duration } from "../../model/format";
import { full } from "../../model/time";
import { ProtocolBadge, StatusBadge } from "../../widgets/badge";
import { Icon } from "../../widgets/icon";
import { Failed, Loading } from "../../widgets/state";
import { type Tab, Tabs } from "../../widgets/tabs";
import { useLoad } from "../../widgets/use";
import { Value } from "../../widgets/value";
import { download } from "../traffic/counts";
import { wholeBody } from "./body-data";
import { Packets } from "./packets";
import { PeerFacts } from "./peer";
import { Proof } from "./proof";
import { Talk } from "./protocols/talk";
import { Sections } from "./sections";
import { StreamTab } from "./stream";
import { Timing } from "./timing";

const TABS: Tab[] = [
	{ id: "request", title: "Request" },
	{ id: "response", title: "Response" },
	{ id: "timing", title: "Timing" },
	{ id: "stream", title: "Stream" },
	{ id: "packets", title: "Packets" },
	{ id: "proof", title: "Proof" },
];

function Both({ d }: { d: EntryDetail }) {
	return (
		<div class="sides">
			<section aria-label="Request">
				<h3>Request</h3>
				<Sections d={d} side="request" />
			</section>
			<section aria-label="Response">
				<h3>Response</h3>
				<Sections d={d} side="response" />
			</section>
		</div>
	);
}

/** A WebSocket message is its own entry, and has no response. */
const TALK_TABS: Tab[] = [
	{ id: "request", title: "Message" },
	{ id: "talk", title: "Conversation" },
	...TABS.slice(2),
];

const PANELS: Record<
	string,
	(props: { d: EntryDetail }) => preact.JSX.Element
> = {
	both: Both,
	request: ({ d }) => <Sections d={d} side="request" />,
	response: ({ d }) => <Sections d={d} side="response" />,
	talk: Talk,
	timing: Timing,
	stream: StreamTab,
	packets: Packets,
	proof: Proof,
};

function tabsOf(d: EntryDetail): Tab[] {
	if (d.row.protocol === "ws") return TALK_TABS;
	return sideBySide.value
		? [{ id: "both", title: "Request and response" }, ...TABS.slice(2)]
		: TABS;
}

function tabAt(d: EntryDetail): string {
	const tab = place.value.tab;
	const list = tabsOf(d);
	if (list.some((t) => t.id === tab)) return tab;
	return list[0]?.id ?? "request";
}

async function copyCurl(d: EntryDetail): Promise<void> {
	let body = requestBody(d.entry);
	try {
		if (d.bodies.request !== null) body = await wholeBody(d, "request");
	} catch (error) {
		toast(`The body could not be read: ${(error as Error).message}`, true);
		return;
	}
	const text = toCurl(d.entry, body);
	if (text === null) toast("This is no HTTP request.", true);
	else await copy(text, "Command");
}

function Actions({ d }: { d: EntryDetail }) {
	const isHttp = toCurl(d.entry, null) !== null;
	return (
		<div class="body-tools">
			{isHttp && (
				<button
					type="button"
					class="button"
					id="copy-curl"
					onClick={() => void copyCurl(d)}
				>
					<Icon name="copy" /> curl
				</button>
			)}
			<button
				type="button"
				class="button"
				onClick={() => void copy(location.href, "Link")}
			>
				<Icon name="link" /> Link
			</button>
			<button
				type="button"
				class="button"
				title="Packets of the whole stream"
				onClick={() =>
					download(url("export", { format: "pcapng", stream: d.row.stream }))
				}
			>
				<Icon name="download" /> Stream
			</button>
			<button
				type="button"
				class="button"
				title="Packets of just this call"
				onClick={() =>
					download(
						url("export", { format: "pcapng", entry: d.row.id, exact: 1 }),
					)
				}
			>
				<Icon name="download" /> Call
			</button>
			{isHttp && (
				<button
					type="button"
					class="button"
					title="HTTP archive of this call"
					onClick={() =>
						download(url("export", { format: "har", entry: d.row.id }))
					}
				>
					<Icon name="download" /> HAR
				</button>
			)}
			<div class="grow" />
			<button
				type="button"
				class={`tool${sideBySide.value ? " on" : ""}`}
				aria-pressed={sideBySide.value}
				aria-label="Request and response side by side"
				title="Request and response side by side"
				onClick={() => {
					sideBySide.value = !sideBySide.value;
				}}
			>
				<Icon name="columns" />
			</button>
			<button
				type="button"
				class="tool"
				aria-label="Previous call of the stream"
				title="Previous call of the stream ( [ )"
				disabled={d.previous === null}
				onClick={() => go({ entry: d.previous ?? "" }, true)}
			>
				<Icon name="left" />
			</button>
			<button
				type="button"
				class="tool"
				aria-label="Next call of the stream"
				title="Next call of the stream ( ] )"
				disabled={d.following === null}
				onClick={() => go({ entry: d.following ?? "" }, true)}
			>
				<Icon name="right" />
			</button>
		</div>
	);
}

function Head({ d }: { d: EntryDetail }) {
	const { row } = d;
	return (
		<div class="detail-head">
			<div class="detail-title">
				<span title={d.protocol.longName}>
					<ProtocolBadge abbr={row.abbr} macro={row.protocol} />
				</span>
				<StatusBadge row={row} />
				<h2 class="grow">
					{row.method} {row.summary}
				</h2>
				<button
					type="button"
					class="tool"
					aria-label="Close the detail"
					title="Close (Esc)"
					onClick={() => go({ entry: "" })}
				>
					<Icon name="x" />
				</button>
			</div>
			<div class="facts">
				<span>
					<PeerFacts side="src" peer={row.src} />
					<span class="soft"> → </span>
					<PeerFacts side="dst" peer={row.dst} />
				</span>
				{row.dst.namespace !== "" && (
					<span>
						in{" "}
						<Value kfl={equals("namespace", row.dst.namespace)}>
							{row.dst.namespace}
						</Value>
					</span>
				)}
				{row.node !== "" && (
					<span>
						seen on{" "}
						<Value kfl={equals("node.name", row.node)}>{row.node}</Value>
					</span>
				)}
				{row.elapsedMs !== null && (
					<span>
						<b>{duration(row.elapsedMs)}</b>
					</span>
				)}
				<span>
					<b>{bytes(row.requestSize)}</b> sent
					{row.responseSize > 0 && (
						<>
							, <b>{bytes(row.responseSize)}</b> back
						</>
					)}
				</span>
				<span>{full(row.time, zone.value)}</span>
			</div>
			{!row.complete && (
				<div class="note warn">
					<Icon name="warn" /> Not whole: {row.reason || "see the proof"}.
				</div>
			)}
			<Actions d={d} />
			<Tabs
				label="Parts of the call"
				tabs={tabsOf(d)}
				at={tabAt(d)}
				choose={(tab) => go({ tab }, true)}
			/>
		</div>
	);
}

/** Goes to a part of one side, on whatever tab that is. */
function openSection(side: Side, selector: string): void {
	go({ tab: sideBySide.value ? "both" : side }, true);
	setTimeout(() => {
		const heading = document.querySelector<HTMLElement>(
			`[data-side="${side}"] ${selector} > summary`,
		);
		heading?.scrollIntoView({ block: "nearest" });
		heading?.focus();
	});
}

function detailCommands(latest: { current: EntryDetail | null }) {
	const side = (d: EntryDetail) =>
		tabAt(d) === "response" ? "response" : "request";
	const make = (id: CommandId, run: (d: EntryDetail) => void): Does => ({
		id,
		// What is shown may still be the call before.
		when: () => latest.current?.row.id === place.value.entry,
		run: () => latest.current !== null && run(latest.current),
	});
	const tab = (name: string) => () => go({ tab: name }, true);
	return [
		make("request", tab("request")),
		make("response", tab("response")),
		make("headers", (d) => openSection(side(d), "[data-title*=eaders]")),
		make("body", (d) => openSection(side(d), `[data-body="${side(d)}"]`)),
		make("talk", (d) => {
			if (d.row.protocol === "ws") go({ tab: "talk" }, true);
		}),
		make("timing", tab("timing")),
		make("packets", tab("packets")),
		make("proof", tab("proof")),
		make("previous", (d) => {
			if (d.previous !== null) go({ entry: d.previous }, true);
		}),
		make("following", (d) => {
			if (d.following !== null) go({ entry: d.following }, true);
		}),
		make("curl", (d) => void copyCurl(d)),
		make("to-stream", (d) => go({ view: "streams", stream: d.row.stream })),
		make("open", () => document.getElementById("tab-panel")?.focus()),
	];
}

export function Detail({ id }: { id: string }) {
	const loaded = useLoad<EntryDetail>(
		`${id} ${place.value.q.includes("redact") ? place.value.q : ""} ${generation.value}`,
		(signal) =>
			getJson(
				`entries/${encodeURIComponent(id)}`,
				{ q: place.value.q.includes("redact") ? place.value.q : "" },
				signal,
			),
	);
	const d = loaded.data;
	const latest = useRef(d);
	latest.current = d;
	useCommands(() => detailCommands(latest));
	if (loaded.error !== null)
		return (
			<Failed
				what="This call could not be opened."
				error={loaded.error}
				retry={loaded.retry}
			/>
		);
	if (d === null) return <Loading text="Reading the evidence…" />;
	const tab = tabAt(d);
	const Panel = PANELS[tab] ?? Both;
	// A conversation stays while its messages are looked at.
	const key = tab === "talk" ? d.row.stream : d.row.id;
	return (
		<>
			<Head d={d} />
			<div
				class="detail-body"
				id="tab-panel"
				role="tabpanel"
				aria-labelledby={`tab-${tab}`}
				tabIndex={0}
				aria-busy={loaded.busy}
			>
				<Panel key={key} d={d} />
			</div>
		</>
	);
}
