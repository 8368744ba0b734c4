// SPDX-License-Identifier: Apache-2.0
// The body of a message, fetched by range from the evidence.
import { useState } from "preact/hooks";
import { url } from "../../api/client";
import type { BodyInfo, EntryDetail, Side } from "../../api/types";
import { bytes } from "../../model/format";
import { Failed, Loading } from "../../widgets/state";
import { useLoad } from "../../widgets/use";
import { download } from "../traffic/counts";
import { bodyPart, type Content, FIRST, SHOWN_MAX } from "./body-data";
import { BodyView } from "./body-views";

const SELECTOR: Record<Side, string> = {
	request: "request.postData.text",
	response: "response.content.text",
};

function describe(info: BodyInfo): string {
	const parts = [info.mime || "no type given"];
	if (info.size !== null) parts.push(bytes(info.size));
	if (info.encoding !== "" && info.rawSize !== null)
		parts.push(`${info.encoding}, ${bytes(info.rawSize)} sent`);
	return parts.join(", ");
}

export function MainBody(props: {
	d: EntryDetail;
	side: Side;
	info: BodyInfo;
	/** Not read until somebody opens it. */
	folded: boolean;
}) {
	const { d, side, info } = props;
	const [open, setOpen] = useState(!props.folded);
	const [form, setForm] = useState<"decoded" | "raw">("decoded");
	const [length, setLength] = useState(FIRST);
	const loaded = useLoad<Content>(
		open ? JSON.stringify([d.row.id, side, form, length]) : "",
		(signal) => bodyPart(d, side, form, length, signal),
	);
	const content = loaded.data;
	const coded = info.encoding !== "";
	return (
		<details
			class="section"
			open={open}
			data-body={side}
			onToggle={(e) => setOpen(e.currentTarget.open)}
		>
			<summary>
				<span
					data-kfl={`${SELECTOR[side]} == r".*"`}
					data-copy={SELECTOR[side]}
				>
					Body
				</span>{" "}
				<span class="n">{describe(info)}</span>
			</summary>
			{loaded.error !== null && (
				<Failed
					what="The body could not be read."
					error={loaded.error}
					retry={loaded.retry}
				/>
			)}
			{content === null && loaded.error === null && open && (
				<Loading text="Reading the evidence…" />
			)}
			{content !== null && !content.complete && (
				<div class="note warn">
					Bytes of this body are missing in the evidence, or it could not be
					decoded to its end.
				</div>
			)}
			{content !== null && (
				<BodyView
					bytes={content.bytes}
					size={content.size}
					mime={info.mime}
					selector={SELECTOR[side]}
					label={`Body of the ${side}`}
					more={
						content.bytes.length < content.size && length < SHOWN_MAX
							? () => setLength(Math.min(SHOWN_MAX, length * 8))
							: undefined
					}
					tools={
						<>
							{coded && (
								<button
									type="button"
									class={`button${form === "raw" ? " on" : ""}`}
									aria-pressed={form === "raw"}
									onClick={() => setForm(form === "raw" ? "decoded" : "raw")}
								>
									As sent
								</button>
							)}
							<button
								type="button"
								class="button"
								onClick={() =>
									download(
										url(
											`entries/${encodeURIComponent(d.row.id)}/body/${side}`,
											{
												form,
											},
										),
									)
								}
							>
								Save
							</button>
						</>
					}
				/>
			)}
		</details>
	);
}
