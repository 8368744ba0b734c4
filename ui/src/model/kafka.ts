// SPDX-License-Identifier: Apache-2.0
// Topics, partitions and records of a Kafka message, whichever API it is of.
import type { Json } from "../api/types";
import { dict, text } from "./curl";

type Dict = { [key: string]: Json };

export interface KafkaRecord {
	/** In KFL. */
	path: string;
	/** Absolute where the batch tells, or in its batch. */
	offset: number | null;
	/** Milliseconds since 1970. */
	time: number | null;
	key: string;
	keyBase64: boolean;
	value: string;
	valueBase64: boolean;
	headers: [string, string][];
	/** "commit", "abort" and the like; "" of an ordinary record. */
	control: string;
}

export interface KafkaPartition {
	topic: string;
	topicPath: string;
	index: number | null;
	indexPath: string;
	/** What else the message says of it, without lists. */
	facts: [string, Json][];
	compression: string;
	records: KafkaRecord[];
	/** Why there may be fewer records than were sent, "" otherwise. */
	problem: string;
}

function list(value: Json | undefined): Json[] {
	return Array.isArray(value) ? value : [];
}

function number(value: Json | undefined): number | null {
	return typeof value === "number" ? value : null;
}

function recordOf(r: Dict, path: string, batch: Dict): KafkaRecord {
	const base = number(batch.baseOffset);
	const first = number(batch.firstTimestamp);
	const delta = number(r.offsetDelta);
	const later = number(r.timestampDelta);
	return {
		path,
		offset:
			number(r.offset) ??
			(base === null || delta === null ? null : base + delta),
		time:
			number(r.timestamp) ??
			(first === null || later === null ? null : first + later),
		key: text(r.key),
		keyBase64: text(r.keyEncoding) === "base64",
		value: text(r.value),
		valueBase64: text(r.valueEncoding) === "base64",
		headers: list(r.headers).map((h) => [
			text(dict(h).headerKey),
			text(dict(h).value),
		]),
		control: text(r.control),
	};
}

interface Set {
	records: KafkaRecord[];
	compression: string;
	problem: string;
}

function setOf(value: Json | undefined, path: string): Set {
	const set = dict(value);
	const batches: [Dict, string][] = [
		[dict(set.recordBatch), `${path}.recordBatch`],
		...list(set.moreRecordBatches).map((b, i): [Dict, string] => [
			dict(b),
			`${path}.moreRecordBatches[${i}]`,
		]),
	];
	const codecs = batches.map(([b]) => text(b.compression));
	return {
		records: [
			...batches.flatMap(([b, at]) =>
				list(b.record).map((r, i) =>
					recordOf(dict(r), `${at}.record[${i}]`, b),
				),
			),
			...list(set.messageSet).map((m, i) =>
				recordOf(dict(m), `${path}.messageSet[${i}]`, {}),
			),
		],
		compression: [...new Set(codecs.filter((c) => c !== ""))].join(", "),
		problem: batches.map(([b]) => text(b.decodeError)).find((t) => t) ?? "",
	};
}

const TOPICS = ["topicData", "responses", "topics"];
const PARTITIONS = ["partitions", "partitionResponses"];
const OWN = new Set(["index", "partition", "partitionIndex"]);

/** Partitions are a list, or, of Produce, an object of the first and others. */
function partitionsOf(topic: Dict, path: string): [Dict, string][] {
	for (const key of PARTITIONS) {
		const value = topic[key];
		if (Array.isArray(value))
			return value.map((p, i) => [dict(p), `${path}.${key}[${i}]`]);
		const first = dict(value).partitionData;
		if (first === undefined) continue;
		return [
			[dict(first), `${path}.${key}.partitionData`],
			...list(dict(value).morePartitionData).map((p, i): [Dict, string] => [
				dict(p),
				`${path}.${key}.morePartitionData[${i}]`,
			]),
		];
	}
	return [];
}

function partitionOf(
	p: Dict,
	path: string,
	topic: string,
	topicPath: string,
): KafkaPartition {
	const indexKey = [...OWN].find((key) => key in p) ?? "index";
	const set =
		"recordSet" in p
			? setOf(p.recordSet, `${path}.recordSet`)
			: setOf(p.records, `${path}.records`);
	return {
		topic,
		topicPath,
		index: number(p[indexKey]),
		indexPath: `${path}.${indexKey}`,
		facts: Object.entries(p).filter(
			([key, value]) =>
				!OWN.has(key) && value !== null && typeof value !== "object",
		),
		...set,
	};
}

/** All partitions that a payload is about; `path` is the payload's in KFL. */
export function kafkaPartitions(
	payload: Json | undefined,
	path: string,
): KafkaPartition[] {
	const all = dict(payload);
	for (const key of TOPICS)
		if (Array.isArray(all[key]))
			return list(all[key]).flatMap((value, i) => {
				const topic = dict(value);
				const at = `${path}.${key}[${i}]`;
				const nameKey = ["topic", "name", "topicID"].find(
					(name) => text(topic[name]) !== "",
				);
				return partitionsOf(topic, at).map(([p, pAt]) =>
					partitionOf(
						p,
						pAt,
						nameKey === undefined ? "" : text(topic[nameKey]),
						`${at}.${nameKey ?? "topic"}`,
					),
				);
			});
	return [];
}
