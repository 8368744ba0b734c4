// SPDX-License-Identifier: Apache-2.0
// Line icons on a grid of 20; decoration only, so hidden from screen readers.

const PATHS = {
	traffic: "M3 6h9M3 10h14M3 14h11M15 4l2 2-2 2",
	streams: "M2 7c3 0 3-3 6-3s3 3 6 3 2-1 4-1M2 14c3 0 3-3 6-3s3 3 6 3 2-1 4-1",
	map: "M10 3v4M10 7L5 13M10 7l5 6M8.2 4.5a1.8 1.8 0 1 0 3.6 0 1.8 1.8 0 1 0-3.6 0M3.2 15a1.8 1.8 0 1 0 3.6 0 1.8 1.8 0 1 0-3.6 0M13.2 15a1.8 1.8 0 1 0 3.6 0 1.8 1.8 0 1 0-3.6 0",
	snapshot: "M3 6l7-3 7 3-7 3zM3 10l7 3 7-3M3 14l7 3 7-3",
	filter: "M3 4h14l-5.5 6.5V16l-3-1.5v-4z",
	search: "M9 4a5 5 0 1 0 0 10A5 5 0 0 0 9 4zM12.7 12.7L17 17",
	star: "M10 3l2.2 4.6 5 .7-3.6 3.5.8 5L10 14.4 5.6 16.8l.8-5L2.8 8.3l5-.7z",
	clock: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM10 6v4l3 2",
	x: "M5 5l10 10M15 5L5 15",
	sun: "M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7zM10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18M4.3 4.3l1.1 1.1M14.6 14.6l1.1 1.1M4.3 15.7l1.1-1.1M14.6 5.4l1.1-1.1",
	moon: "M16 11.5A6.5 6.5 0 0 1 8.5 4a6.5 6.5 0 1 0 7.5 7.5z",
	system: "M3 4h14v9H3zM7 17h6M10 13v4",
	help: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM8 8a2 2 0 1 1 2.8 1.8c-.6.3-.8.7-.8 1.4M10 13.7v.1",
	columns: "M3 4h14v12H3zM8 4v12M12.5 4v12",
	down: "M5 8l5 5 5-5",
	up: "M5 12l5-5 5 5",
	right: "M8 5l5 5-5 5",
	left: "M12 5l-5 5 5 5",
	copy: "M7 7h9v10H7zM13 7V3H4v10h3",
	link: "M8 12l4-4M7 9l-2 2a2.8 2.8 0 0 0 4 4l2-2M13 11l2-2a2.8 2.8 0 0 0-4-4L9 7",
	download: "M10 3v9M6 9l4 4 4-4M4 16h12",
	lock: "M5 9h10v8H5zM7 9V6.5a3 3 0 0 1 6 0V9",
	warn: "M10 3l8 14H2zM10 8v4M10 14.3v.1",
	shield:
		"M10 2.5l6 2.5v4.5c0 4-2.5 6.5-6 8-3.5-1.5-6-4-6-8V5zM7.5 10l2 2 3.5-4",
	plus: "M10 4v12M4 10h12",
	minus: "M4 10h12",
	fit: "M3 7V3h4M17 7V3h-4M3 13v4h4M17 13v4h-4",
	chart: "M4 16V9M8 16V4M12 16v-5M16 16V7",
	more: "M4 10h.1M10 10h.1M16 10h.1",
	table: "M3 4h14v12H3zM3 8h14M3 12h14M9 8v8",
	follow: "M10 3v11M6 10l4 4 4-4M4 17h12",
	empty: "M3 11l3-7h8l3 7v5H3zM3 11h4l1 2h4l1-2h4",
	check: "M4 10l4 4 8-9",
	plug: "M7 3v4M13 3v4M5 7h10v2a5 5 0 0 1-10 0zM10 14v4",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
	return (
		<svg class="icon" viewBox="0 0 20 20" aria-hidden="true">
			<path d={PATHS[name]} />
		</svg>
	);
}
