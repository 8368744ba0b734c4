// SPDX-License-Identifier: Apache-2.0
// What is missing or odd about a message, in words that need no RFC.
import type { EntryDetail, Json, Side } from "../api/types";
import { dict, text } from "./curl";
import { bytes, plural } from "./format";

function number(value: Json | undefined): number {
	return typeof value === "number" ? value : 0;
}

const WHO: Record<Side, string> = { request: "client", response: "server" };

const RESET: Record<string, string> = {
	CANCEL: "it did not want the call any more",
	REFUSED_STREAM: "it did not begin to work on it; the call may be made again",
	INTERNAL_ERROR: "something went wrong inside it",
	FLOW_CONTROL_ERROR: "more was sent than it allowed",
	STREAM_CLOSED: "something came after the end",
	NO_ERROR: "it had answered and needs no more",
	ENHANCE_YOUR_CALM: "it was asked for too much",
};

function unknownFields(m: { [key: string]: Json }, late: boolean): string[] {
	const n = number(m.unknownFields);
	if (n === 0) return [];
	const why = late
		? "they refer to a table that was built before the capture began"
		: "they refer to a table that is not whole, since bytes are missing";
	return [
		`${plural(n, "header field")} could not be read: ${why}. What is shown was read for certain; “(unknown)” stands for a path or method among them.`,
	];
}

/** One a note, in order of weight. */
export function notes(d: EntryDetail, side: Side): string[] {
	const m = dict(d.entry[side]);
	const late = dict(d.entry.evidence).lateJoin === true;
	const list = unknownFields(m, late);
	const reset = text(m.reset);
	if (reset !== "") {
		const why = RESET[reset];
		list.push(
			`The ${WHO[side]} reset the stream with ${reset}${why === undefined ? "" : `: ${why}`}.`,
		);
	}
	const rejected = text(m.rejected);
	if (rejected !== "")
		list.push(
			`The server's GOAWAY (${rejected}) says that it did not work on this; it may be asked again on another connection.`,
		);
	if (number(m.missing) > 0)
		list.push(`${bytes(number(m.missing))} of it are not in the evidence.`);
	if (m.malformed === true)
		list.push("Its bytes do not have the form that the protocol wants.");
	if (m.truncated === true)
		list.push(
			text(m.opCode) !== "" || m.rcode !== undefined
				? "Cut to fit a datagram (TC): the client is to ask again over TCP."
				: "Not all of it is there.",
		);
	if (text(m.decodeError) !== "")
		list.push(`It could not be decoded: ${text(m.decodeError)}.`);
	if (number(m.undecoded) > 0)
		list.push(
			`The last ${bytes(number(m.undecoded))} are of a version or kind that is not known.`,
		);
	if (dict(m.grpc).truncated === true)
		list.push("Some of the messages are missing in the evidence.");
	return list;
}
