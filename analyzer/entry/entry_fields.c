/* SPDX-License-Identifier: Apache-2.0 */
/* The names of field.h that every entry has. */
#include "analyzer/entry/field.h"

#include <stddef.h>

#define F(path, type, column, doc)                     \
	{                                              \
		path, FIELD_##type, false, column, doc \
	}
#define OPEN(path, type, column, doc)                 \
	{                                             \
		path, FIELD_##type, true, column, doc \
	}

/* clang-format off */
const struct field entry_fields[] = {
	F("id", STRING, "id", "worker, stream and index of the entry"),
	F("eid", STRING, "id", "id made from the first packet's position"),
	F("index", NUMBER, "ordinal", "n-th entry of its stream, from 0"),
	F("stream", STRING, "stream", "stream of the entry"),
	F("worker", STRING, NULL, "worker that saw the packets"),
	OPEN("node", OBJECT, NULL, "node that saw the packets"),
	F("node.ip", STRING, NULL, "address of the node"),
	F("node.name", STRING, NULL, "name of the node"),
	OPEN("protocol", OBJECT, "proto", "protocol of the entry"),
	F("protocol.name", STRING, "proto", "family: http, amqp, dns, ..."),
	F("protocol.version", STRING, "proto", "version: 1.1, 0-9-1, ..."),
	F("protocol.abbr", STRING, "proto", "abbreviation shown in lists"),
	F("protocol.longName", STRING, "proto", "name in words"),
	F("protocol.macro", STRING, "proto", "word that selects it in a query"),
	F("protocol.backgroundColor", STRING, "proto", "colour in lists"),
	F("protocol.foregroundColor", STRING, "proto", "colour of its text"),
	F("protocol.fontSize", NUMBER, "proto", "size of its text"),
	F("protocol.referenceLink", STRING, "proto", "specification"),
	OPEN("protocol.ports", ARRAY, "proto", "usual ports, as text"),
	F("protocol.layer4", STRING, "proto", "tcp or udp"),
	F("protocol.priority", NUMBER, "proto", "order among protocols"),
	F("tls", BOOL, "tls", "was encrypted on the wire"),
	OPEN("src", OBJECT, NULL, "the client"),
	F("src.ip", STRING, "client_ip", "address of the client"),
	F("src.port", STRING, "client_port", "port of the client, as text"),
	F("src.name", STRING, "client_name", "workload of the client"),
	OPEN("dst", OBJECT, NULL, "the server"),
	F("dst.ip", STRING, "server_ip", "address of the server"),
	F("dst.port", STRING, "server_port", "port of the server, as text"),
	F("dst.name", STRING, "server_name", "workload of the server"),
	F("namespace", STRING, "namespace", "namespace of the workloads"),
	F("outgoing", BOOL, NULL, "seen where it left; false offline"),
	F("timestamp", NUMBER, "ts", "end of the request, ms since 1970"),
	F("startTime", TIME, "ts", "the same instant, RFC 3339"),
	OPEN("request", OBJECT, NULL, "the request, by protocol"),
	OPEN("response", OBJECT, NULL, "the response, by protocol"),
	F("requestSize", NUMBER, "req_size", "bytes of the request"),
	F("responseSize", NUMBER, "res_size", "bytes of the response"),
	F("elapsedTime", NUMBER, "elapsed", "request to response, ms"),
	OPEN("evidence", OBJECT, NULL, "how good the evidence is"),
	F("evidence.complete", BOOL, "flags", "both sides are whole"),
	F("evidence.reason", STRING, "flags", "why they are not"),
	OPEN("timing", OBJECT, NULL, "packet times of both sides"),
	F("timing.requestStart", TIME, "req_first", "first request packet"),
	F("timing.requestEnd", TIME, "req_last", "last request packet"),
	F("timing.responseStart", TIME, "res_first", "first response packet"),
	F("timing.responseEnd", TIME, "res_last", "last response packet"),
	OPEN("tcp", OBJECT, NULL, "health of the connection"),
	{ NULL, FIELD_STRING, false, NULL, NULL },
};
/* clang-format on */
