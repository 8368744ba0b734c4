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
	F("id", STRING, "stream", "worker, stream and index of the entry"),
	F("index", NUMBER, "ordinal", "n-th exchange of its stream, from 0"),
	F("stream", STRING, "stream", "stream of the entry"),
	F("worker", STRING, NULL, "worker that saw the packets"),
	F("node", OBJECT, NULL, "node that saw the packets"),
	F("node.ip", STRING, "point", "address of the node"),
	F("node.name", STRING, "point", "name of the node"),
	F("protocol", OBJECT, "proto", "protocol of the entry"),
	F("protocol.name", STRING, "proto", "family: http, amqp, dns, ..."),
	F("protocol.version", STRING, "proto", "version: 1.1, 0-9-1, ..."),
	F("protocol.abbr", STRING, "proto", "abbreviation shown in lists"),
	F("protocol.longName", STRING, "proto", "name in words"),
	F("protocol.macro", STRING, "proto", "word that selects it"),
	F("protocol.backgroundColor", STRING, "proto", "colour in lists"),
	F("protocol.foregroundColor", STRING, "proto", "colour of its text"),
	F("protocol.fontSize", NUMBER, "proto", "size of its text"),
	F("protocol.referenceLink", STRING, "proto", "specification"),
	OPEN("protocol.ports", ARRAY, "proto", "usual ports, as text"),
	F("protocol.layer4", STRING, "proto", "tcp or udp"),
	F("protocol.priority", NUMBER, "proto", "order among protocols"),
	F("tls", BOOL, "tls", "was encrypted on the wire"),
	F("src", OBJECT, NULL, "the client"),
	F("src.ip", STRING, "client", "address of the client"),
	F("src.port", STRING, "client_port", "port of the client, as text"),
	F("src.name", STRING, "client", "workload of the client"),
	F("dst", OBJECT, NULL, "the server"),
	F("dst.ip", STRING, "server", "address of the server"),
	F("dst.port", STRING, "server_port", "port of the server, as text"),
	F("dst.name", STRING, "server", "workload of the server"),
	F("namespace", STRING, "server", "namespace of the server, or the client"),
	F("outgoing", BOOL, NULL, "seen where it left; always false here"),
	F("timestamp", NUMBER, "ts", "end of the request, ms since 1970"),
	F("startTime", TIME, "ts", "the same instant, RFC 3339"),
	OPEN("request", OBJECT, NULL, "the request, by protocol"),
	OPEN("response", OBJECT, NULL, "the response, by protocol"),
	F("requestSize", NUMBER, "req_size", "bytes of the request"),
	F("responseSize", NUMBER, "res_size", "bytes of the response"),
	F("elapsedTime", NUMBER, "elapsed", "request to response, ms"),
	F("evidence", OBJECT, NULL, "how good the evidence is"),
	F("evidence.complete", BOOL, "flags", "both sides are whole"),
	F("evidence.reason", STRING, "flags", "why they are not, or empty"),
	F("evidence.outcome", STRING, "flags",
	  "success, redirect, client_error, server_error, failed or unanswered"),
	F("evidence.eid", STRING, "id",
	  "id made from the first packet's place"),
	F("evidence.stream", STRING, "stream", "id of the stream"),
	F("evidence.lateJoin", BOOL, "flags", "the stream began before"),
	F("evidence.roleGuessed", BOOL, "flags", "the client was inferred"),
	F("evidence.resynced", BOOL, "flags", "found by searching after a gap"),
	F("evidence.repeatedBy", STRING, NULL,
	  "entry with all of an answer that was truncated"),
	F("evidence.repeats", STRING, NULL,
	  "entry with the truncated answer that this one makes whole"),
	F("evidence.publish", STRING, NULL,
	  "entry of the publish that this AMQP return is about"),
	F("evidence.returned", STRING, NULL,
	  "entry of the return of this AMQP publish"),
	OPEN("evidence.names", OBJECT, NULL, "how sure the names are"),
	OPEN("evidence.request", OBJECT, NULL, "where the request is"),
	OPEN("evidence.response", OBJECT, NULL, "where the response is"),
	F("timing", OBJECT, NULL, "packet times of both sides"),
	F("timing.requestStart", TIME, "req_lead", "first request packet"),
	F("timing.requestEnd", TIME, "ts", "last request packet"),
	F("timing.responseStart", TIME, "res_first", "first response packet"),
	F("timing.responseEnd", TIME, "res_last", "last response packet"),
	F("timing.requestMs", NUMBER, "req_lead", "time the request took, ms"),
	F("timing.waitMs", NUMBER, "res_first",
	  "request's end to response's start, ms"),
	F("timing.responseMs", NUMBER, "res_last", "time the response took, ms"),
	F("tcp", OBJECT, NULL, "health of the connection"),
	F("tcp.handshakeRttMs", NUMBER, NULL, "SYN to acknowledgement, ms"),
	F("tcp.retransmissions", NUMBER, "stream", "segments sent again"),
	F("tcp.outOfOrder", NUMBER, "stream", "segments that came out of order"),
	F("tcp.duplicateAcks", NUMBER, "stream", "duplicate acknowledgements"),
	F("tcp.zeroWindows", NUMBER, "stream", "times a window was closed"),
	F("tcp.gaps", NUMBER, "stream", "holes in the stream"),
	F("tcp.gapBytes", NUMBER, "stream", "bytes missing in them"),
	{ NULL, FIELD_STRING, false, NULL, NULL },
};
/* clang-format on */
