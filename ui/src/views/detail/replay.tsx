// SPDX-License-Identifier: Apache-2.0
// Sends again what a stream's client sent, to this machine, where the server
// was started with leave to.
import { useState } from "preact/hooks";
import type { EntryDetail } from "../../api/types";
import { toast } from "../../app/state";
import { dict, text } from "../../model/curl";
import { sentence } from "../../model/format";
import { Dialog } from "../../widgets/dialog";

interface Form {
	host: string;
	port: string;
	count: string;
	delay: string;
}

const FIELDS: [keyof Form, string, string][] = [
	["host", "To", "a loopback address"],
	["port", "Port", ""],
	["count", "How often", "1 to 1,000"],
	["delay", "Pauses", "µs; longer ones are kept, up to 10 s each"],
];

/** What went wrong, or null. */
async function send(d: EntryDetail, form: Form): Promise<string | null> {
	const path = [text(d.entry.worker), text(d.entry.stream)].map(
		encodeURIComponent,
	);
	const query = new URLSearchParams({ ...form });
	try {
		const reply = await fetch(`/pcaps/replay/${path.join("/")}?${query}`);
		if (reply.ok) return null;
		const body = dict(await reply.json().catch(() => null));
		return text(body.msg) || `the server answered ${reply.status}`;
	} catch {
		return "the analyzer does not answer";
	}
}

export function Replay(props: { d: EntryDetail; close: () => void }) {
	const { d, close } = props;
	const [form, setForm] = useState<Form>({
		host: "127.0.0.1",
		port: String(d.row.dst.port),
		count: "1",
		delay: "100",
	});
	const [busy, setBusy] = useState(false);
	const [wrong, setWrong] = useState("");
	const submit = async () => {
		setBusy(true);
		setWrong("");
		const failed = await send(d, form);
		setBusy(false);
		if (failed !== null) return setWrong(sentence(failed));
		toast("The stream was replayed.");
		close();
	};
	return (
		<Dialog title="Replay the stream" close={close}>
			<form
				class="form"
				onSubmit={(e) => {
					e.preventDefault();
					void submit();
				}}
			>
				<p>
					Sends what the client of stream {d.row.stream} sent to {d.row.dst.ip}:
					{d.row.dst.port}, seen on {d.row.node || "its node"}, again in the
					rhythm of its packets.
				</p>
				{FIELDS.map(([key, title, hint]) => (
					<label key={key}>
						<span>{title}</span>
						<input
							class="field"
							value={form[key]}
							inputMode={key === "host" ? "text" : "numeric"}
							pattern={key === "host" ? undefined : "[0-9]+"}
							required
							onInput={(e) =>
								setForm({ ...form, [key]: e.currentTarget.value })
							}
						/>
						<span class="soft small">{hint}</span>
					</label>
				))}
				{wrong !== "" && (
					<div class="note server_error" role="alert">
						{wrong}
					</div>
				)}
				<div class="body-tools">
					<button type="submit" class="button primary" disabled={busy}>
						{busy ? "Replaying…" : "Replay"}
					</button>
					<button type="button" class="button" onClick={close}>
						Cancel
					</button>
				</div>
			</form>
		</Dialog>
	);
}
