// SPDX-License-Identifier: Apache-2.0
// The descriptor set of the sample's gRPC service, as protoc would make it of
//
//   package shop.v1;
//   message Which { int64 number = 1; }
//   message Item { int64 number = 1; string sku = 2; int64 stock = 3;
//                  string text = 4; }
//   service Stock { rpc GetItem(Which) returns (Item); ... }

const INT64 = 3;
const STRING = 9;
const OPTIONAL = 1;

const text = (number, value) => bytes(number, Buffer.from(value));
const small = (number, value) => Buffer.from([number << 3, value]);

function bytes(number, value) {
	if (value.length > 0x3fff) throw new Error("two bytes of length are all");
	const length =
		value.length < 0x80
			? [value.length]
			: [(value.length & 0x7f) | 0x80, value.length >> 7];
	return Buffer.concat([Buffer.from([(number << 3) | 2, ...length]), value]);
}

const field = (name, number, type) =>
	bytes(
		2,
		Buffer.concat([
			text(1, name),
			small(3, number),
			small(4, OPTIONAL),
			small(5, type),
		]),
	);

const message = (name, ...fields) =>
	bytes(4, Buffer.concat([text(1, name), ...fields]));

const method = (name, client, server) =>
	bytes(
		2,
		Buffer.concat([
			text(1, name),
			text(2, ".shop.v1.Which"),
			text(3, ".shop.v1.Item"),
			small(5, client),
			small(6, server),
		]),
	);

export function shopSchema() {
	const file = Buffer.concat([
		text(1, "stock.proto"),
		text(2, "shop.v1"),
		message("Which", field("number", 1, INT64)),
		message(
			"Item",
			field("number", 1, INT64),
			field("sku", 2, STRING),
			field("stock", 3, INT64),
			field("text", 4, STRING),
		),
		bytes(
			6,
			Buffer.concat([
				text(1, "Stock"),
				method("GetItem", 0, 0),
				method("ListItems", 0, 1),
				method("PutItems", 1, 0),
				method("Watch", 1, 1),
			]),
		),
		text(12, "proto3"),
	]);
	return bytes(1, file);
}
