// SPDX-License-Identifier: Apache-2.0
// The sheet of keys and of the language.
import { signal } from "@preact/signals";
import { Dialog } from "../widgets/dialog";
import { CATALOGUE, type Named } from "./catalogue";
import { keyText } from "./commands";
import { applyFilter, go } from "./state";

export const helpOpen = signal(false);

const EXAMPLES: [string, string][] = [
	['http and request.method == "POST"', "calls of one method"],
	["response.status >= 500", "server errors"],
	['request.path == r"^/api/"', "a path, by regular expression"],
	['request.headers["User-Agent"].startsWith("curl")', "a header"],
	[
		'dst.name == "catalog.shop" and elapsedTime > 100',
		"slow calls of a service",
	],
	['!(dns) and src.name != ""', "all but DNS, from known workloads"],
	["evidence.complete == false", "what is not whole"],
	['response.content.text.json().state == "new"', "a member of a JSON body"],
];

/** All that have keys, also of views that are not open. */
function byGroup(): [string, Named[]][] {
	const groups = new Map<string, Named[]>();
	for (const c of Object.values(CATALOGUE))
		if (c.keys !== undefined)
			groups.set(c.group, [...(groups.get(c.group) ?? []), c]);
	return [...groups];
}

export function Help() {
	if (!helpOpen.value) return null;
	const close = () => {
		helpOpen.value = false;
	};
	return (
		<Dialog title="Keys and filters" close={close}>
			<div class="help-columns">
				{byGroup().map(([group, list]) => (
					<section key={group}>
						<h3>{group}</h3>
						<ul>
							{list.map((c) => (
								<li key={c.title}>
									<span>{c.title}</span>
									{c.keys?.map((k) => (
										<kbd key={k}>{keyText(k)}</kbd>
									))}
								</li>
							))}
						</ul>
					</section>
				))}
				<section>
					<h3>Filters, to try</h3>
					<ul>
						{EXAMPLES.map(([q, text]) => (
							<li key={q}>
								<span>
									<code>{q}</code>
									<span class="soft small">{text}</span>
								</span>
								<button
									type="button"
									class="button"
									aria-label={`Try: ${text}`}
									onClick={() => {
										close();
										go({ view: "traffic" });
										applyFilter(q);
									}}
								>
									Try
								</button>
							</li>
						))}
					</ul>
					<p class="soft small">
						Comparing with == is of texts, with &gt; and &lt; of numbers. A text
						r"…" is a regular expression. The second mouse button on any value
						adds it to the filter or excludes it.
					</p>
				</section>
			</div>
		</Dialog>
	);
}
