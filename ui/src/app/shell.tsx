// SPDX-License-Identifier: Apache-2.0
// The frame: what is open, where one is, and how the server is doing.
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Snapshot } from "../api/types";
import { bytes, count, plural } from "../model/format";
import { VIEWS, type View, writeUrl } from "../model/url-state";
import { Icon, type IconName } from "../widgets/icon";
import { type At, below, Menu } from "../widgets/menu";
import { type Does, useCommands } from "./commands";
import { Help, helpOpen } from "./help";
import { Palette, paletteOpen } from "./palette";
import { density, theme, zone } from "./prefs";
import {
	announcement,
	copy,
	failure,
	go,
	indexing,
	offline,
	place,
	progress,
	snapshots,
	toasts,
} from "./state";
import { TopDialog } from "./top";
import { ValueMenu } from "./value-menu";

const TITLES: Record<View, string> = {
	traffic: "Traffic",
	streams: "Streams",
	map: "Map",
	snapshot: "Snapshot",
};

const ICONS: Record<View, IconName> = {
	traffic: "traffic",
	streams: "streams",
	map: "map",
	snapshot: "snapshot",
};

function Rail() {
	return (
		<nav class="rail" aria-label="Views">
			{VIEWS.map((v) => (
				<a
					key={v}
					href={writeUrl({ ...place.value, view: v })}
					aria-current={place.value.view === v ? "page" : undefined}
					aria-label={TITLES[v]}
					title={TITLES[v]}
					onClick={(e) => {
						if (e.ctrlKey || e.metaKey || e.shiftKey) return;
						e.preventDefault();
						go({ view: v });
					}}
				>
					<Icon name={ICONS[v]} />
					<span>{TITLES[v]}</span>
				</a>
			))}
		</nav>
	);
}

const SEAL_TEXT: Record<Snapshot["seal"], string> = {
	sealed: "Every member is as the manifest says.",
	unsealed: "There is no manifest that could vouch for the members.",
	broken: "The members are not those that the manifest names.",
};

export function Seal({ seal }: { seal: Snapshot["seal"] }) {
	const look = { sealed: "success", unsealed: "warn", broken: "server_error" };
	return (
		<span class={`badge ${look[seal]}`} title={SEAL_TEXT[seal]}>
			{seal}
		</span>
	);
}

function Chooser({ list }: { list: Snapshot[] }) {
	const [at, open] = useState<At | null>(null);
	const chosen = list.find((s) => s.id === place.value.snapshot);
	const one = list.length === 1 ? list[0] : chosen;
	const name = one?.name ?? plural(list.length, "snapshot");
	return (
		<div class="snap">
			{list.length > 1 ? (
				<button
					type="button"
					class="tool"
					aria-haspopup="menu"
					aria-label={`Snapshot: ${name}`}
					onClick={(e) => open(below(e.currentTarget))}
				>
					<b class="cut">{name}</b>
					<Icon name="down" />
				</button>
			) : (
				<b class="cut" title={name}>
					{name}
				</b>
			)}
			{one?.state === "ready" && <Seal seal={one.seal} />}
			{at !== null && (
				<Menu
					at={at}
					label="Snapshot"
					close={() => open(null)}
					items={[
						{
							text: "All together",
							checked: chosen === undefined,
							run: () => go({ snapshot: "", entry: "" }),
						},
						...list.map((s) => ({
							text: s.name,
							checked: s === chosen,
							run: () => go({ snapshot: s.id, entry: "" }),
						})),
					]}
				/>
			)}
		</div>
	);
}

function Indexing() {
	const p = progress.value;
	if (p === null || p.state !== "indexing") return null;
	const done = p.snapshots.reduce((sum, s) => sum + s.bytes, 0);
	const all = p.snapshots.reduce(
		(sum: number | null, s) =>
			sum === null || s.bytesTotal === null ? null : sum + s.bytesTotal,
		0,
	);
	const entries = p.snapshots.reduce((sum, s) => sum + s.entries, 0);
	const share = all === null || all === 0 ? null : Math.min(1, done / all);
	return (
		<div class="snap" id="indexing">
			<div
				class={`meter${share === null ? " unsure" : ""}`}
				role="progressbar"
				aria-label="Indexing"
				aria-valuenow={share === null ? undefined : Math.round(share * 100)}
				aria-valuemin={0}
				aria-valuemax={100}
			>
				<i style={share === null ? {} : { width: `${share * 100}%` }} />
			</div>
			<span class="small soft hide-narrow">
				indexing {bytes(done)}, {count(entries)} entries
			</span>
		</div>
	);
}

const THEMES = ["system", "light", "dark"] as const;
const THEME_ICON: Record<(typeof THEMES)[number], IconName> = {
	system: "system",
	light: "sun",
	dark: "moon",
};

function nextTheme(): void {
	const now = THEMES.indexOf(theme.value);
	theme.value = THEMES[(now + 1) % THEMES.length] ?? "system";
}

function otherZone(): void {
	zone.value = zone.value === "utc" ? "local" : "utc";
}

function Tools() {
	return (
		<>
			<button
				type="button"
				class="tool"
				title="Search commands (Ctrl K)"
				onClick={() => {
					paletteOpen.value = true;
				}}
			>
				<Icon name="search" />
				<span class="hide-narrow small">Commands</span>
				<kbd class="hide-narrow">Ctrl K</kbd>
			</button>
			<button
				type="button"
				class="tool small"
				id="zone"
				title="Times in UTC or in your own time zone"
				onClick={otherZone}
			>
				<Icon name="clock" />
				{zone.value === "utc" ? "UTC" : "Local"}
			</button>
			<button
				type="button"
				class="tool"
				id="theme"
				title={`Theme: ${theme.value}`}
				aria-label={`Theme: ${theme.value}`}
				onClick={nextTheme}
			>
				<Icon name={THEME_ICON[theme.value]} />
			</button>
			<button
				type="button"
				class="tool"
				title="Help (?)"
				aria-label="Help"
				onClick={() => {
					helpOpen.value = true;
				}}
			>
				<Icon name="help" />
			</button>
		</>
	);
}

function Banners() {
	const broken = snapshots.value?.filter((s) => s.state === "failed") ?? [];
	return (
		<>
			{offline.value && (
				<div class="banner" role="alert">
					<Icon name="plug" />
					<span>
						The analyzer does not answer. What you see stays; it goes on by
						itself when the analyzer is back.
					</span>
				</div>
			)}
			{failure.value !== null && (
				<div class="banner bad" role="alert">
					<Icon name="warn" />
					<span>{failure.value.message}</span>
				</div>
			)}
			{broken.map((s) => (
				<div key={s.id} class="banner bad" role="alert">
					<Icon name="warn" />
					<span>
						{s.name}: {s.error?.message ?? "could not be indexed."}
					</span>
				</div>
			))}
		</>
	);
}

function frameCommands(): Does[] {
	return [
		{
			id: "palette",
			run: () => {
				paletteOpen.value = true;
			},
		},
		{
			id: "help",
			run: () => {
				helpOpen.value = true;
			},
		},
		...VIEWS.map(
			(v): Does => ({ id: `view-${v}`, run: () => go({ view: v }) }),
		),
		{ id: "link", run: () => void copy(location.href, "Link") },
		{ id: "theme", run: nextTheme },
		{ id: "zone", run: otherZone },
		{
			id: "density",
			run: () => {
				density.value = density.value === "compact" ? "roomy" : "compact";
			},
		},
	];
}

export function Shell({ children }: { children: ComponentChildren }) {
	useCommands(frameCommands);
	useEffect(() => {
		document.title = `${TITLES[place.value.view]} – Kubeshark Analyzer`;
	});
	const list = snapshots.value;
	return (
		<div class="shell">
			<header class="top">
				<div class="brand">
					<img src="/icon.svg" alt="" />
					Kubeshark <span>Analyzer</span>
				</div>
				{list !== null && list.length > 0 && <Chooser list={list} />}
				{indexing.value && <Indexing />}
				<div class="grow" />
				<Tools />
			</header>
			<Rail />
			<main class="view">
				<Banners />
				{children}
				<ValueMenu />
			</main>
			<div class="toasts" role="status">
				{toasts.value.map((t) => (
					<div key={t.id} class={`toast${t.bad ? " bad" : ""}`}>
						{t.text}
					</div>
				))}
			</div>
			<div class="hidden" role="status" aria-live="polite" id="live">
				{announcement.value}
			</div>
			<Palette />
			<Help />
			<TopDialog />
		</div>
	);
}
