// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import type { Json } from "../api/types";
import { kafkaPartitions } from "./kafka";

const record = (n: number) => ({
	offsetDelta: n,
	timestampDelta: 5 * n,
	key: `k${n}`,
	value: "AAE=",
	valueEncoding: "base64",
	headers: [{ headerKey: "source", value: "checkout" }],
});

const batch = (baseOffset: number) => ({
	baseOffset,
	firstTimestamp: 1000,
	compression: "snappy",
	record: [record(0), record(1)],
});

describe("Kafka", () => {
	it("finds the records of a produce request, batch by batch", () => {
		const list = kafkaPartitions(
			{
				topicData: [
					{
						topic: "orders",
						partitions: {
							length: 2,
							partitionData: {
								index: 3,
								records: {
									recordBatch: batch(0),
									moreRecordBatches: [batch(10)],
								},
							},
							morePartitionData: [{ index: 4, records: {} }],
						},
					},
				],
			},
			"request.payload",
		);
		expect(list.map((p) => [p.topic, p.index, p.records.length])).toEqual([
			["orders", 3, 4],
			["orders", 4, 0],
		]);
		const at = "request.payload.topicData[0].partitions.partitionData";
		expect(list[0]?.indexPath).toBe(`${at}.index`);
		expect(list[0]?.compression).toBe("snappy");
		expect(list[0]?.records[3]).toEqual({
			path: `${at}.records.moreRecordBatches[0].record[1]`,
			offset: 11,
			time: 1005,
			key: "k1",
			keyBase64: false,
			value: "AAE=",
			valueBase64: true,
			headers: [["source", "checkout"]],
			control: "",
		});
	});

	it("finds fetched records, and what is told of partitions", () => {
		const [p] = kafkaPartitions(
			{
				responses: [
					{
						topic: "stock",
						partitionResponses: [
							{
								partition: 1,
								errorCode: 0,
								highWatermark: 17,
								abortedTransactions: [],
								recordSet: {
									messageSet: [{ offset: 9, timestamp: 7, value: "x" }],
								},
							},
						],
					},
				],
			},
			"response.payload",
		);
		expect(p?.facts).toEqual([
			["errorCode", 0],
			["highWatermark", 17],
		]);
		expect(p?.records[0]).toMatchObject({ offset: 9, time: 7, value: "x" });
	});

	it("reads topics whose partitions are plain", () => {
		const list = kafkaPartitions(
			{ topics: [{ name: "t", partitions: [{ partitionIndex: 0 }] }] },
			"response.payload",
		);
		expect(list).toMatchObject([
			{ topic: "t", topicPath: "response.payload.topics[0].name", index: 0 },
		]);
	});

	it("finds nothing where there is nothing, whatever the form", () => {
		const odds: (Json | undefined)[] = [
			undefined,
			null,
			{},
			[],
			{ topics: 3 },
			"x",
		];
		for (const payload of odds)
			expect(kafkaPartitions(payload, "p")).toEqual([]);
		expect(kafkaPartitions({ topics: [null, 1] }, "p")).toEqual([]);
		const odd = { topics: [{ partitions: [null, { records: 3 }] }] };
		expect(kafkaPartitions(odd, "p").map((p) => p.records)).toEqual([[], []]);
	});
});
