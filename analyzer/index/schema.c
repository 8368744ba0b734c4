/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/index/schema.h"

#include <stddef.h>

/* Laid out by hand: a table reads as one. */
/* clang-format off */

/* The numbers are SCHEMA_APPLICATION and SCHEMA_VERSION. */
const char schema_pragmas[] =
	"PRAGMA page_size=8192;"
	"PRAGMA synchronous=OFF;"
	"PRAGMA wal_autocheckpoint=4000;"
	"PRAGMA cache_size=-32768;"
	"PRAGMA temp_store=FILE;"
	"PRAGMA application_id=1263749464;"
	"PRAGMA user_version=4;";

const char schema_log[] = "PRAGMA journal_mode=WAL;";
const char schema_no_log[] = "PRAGMA journal_mode=OFF;";

#define INT(name) name " INTEGER NOT NULL"
#define TXT(name) name " TEXT NOT NULL"
#define BIN(name) name " BLOB NOT NULL"

/* What one side of a stream sent. */
#define SIDE(n) \
	INT("packets_" n) "," INT("bytes_" n) "," INT("payload_" n) "," \
	INT("retransmissions_" n) "," INT("out_of_order_" n) "," \
	INT("duplicate_acks_" n) "," INT("zero_windows_" n) "," \
	INT("gaps_" n) "," INT("gap_bytes_" n) "," INT("tcp_flags_" n)

const char *const schema_tables[] = {
	"CREATE TABLE meta("
	"key TEXT PRIMARY KEY" "," TXT("value")
	") STRICT",

	"CREATE TABLE source("
	"id INTEGER PRIMARY KEY" "," TXT("name") "," TXT("path") ","
	TXT("sha256") "," TXT("format") "," INT("point") "," INT("bytes") ","
	INT("inode") "," INT("mtime") "," INT("records") ","
	INT("first_ts") "," INT("last_ts") "," INT("tls")
	") STRICT",

	"CREATE TABLE iface("
	INT("source") "," INT("iface") "," INT("point") "," TXT("name") ","
	INT("linktype") "," INT("snaplen") "," INT("records") ","
	INT("first_ts") "," INT("last_ts") "," INT("drops") ","
	"PRIMARY KEY(source,iface)"
	") STRICT",

	"CREATE TABLE packet_count("
	INT("source") "," INT("disposition") "," INT("n") ","
	"PRIMARY KEY(source,disposition)"
	") STRICT,WITHOUT ROWID",

	"CREATE TABLE point("
	"id INTEGER PRIMARY KEY" "," TXT("node") "," TXT("node_ip") ","
	TXT("label")
	") STRICT",

	"CREATE TABLE text("
	"id INTEGER PRIMARY KEY" "," TXT("value")
	") STRICT",

	"INSERT INTO text VALUES(0,'')",

	"CREATE TABLE addr("
	"id INTEGER PRIMARY KEY" "," BIN("ip") "," TXT("text")
	") STRICT",

	"CREATE TABLE protocol("
	"id INTEGER PRIMARY KEY" "," TXT("key") "," TXT("abbr") ","
	TXT("name") "," INT("entries")
	") STRICT",

	"CREATE TABLE identity("
	INT("addr") "," INT("port") "," INT("node") "," INT("from_ts") ","
	INT("to_ts") "," INT("early") "," INT("name") "," INT("ns") ","
	INT("origin")
	") STRICT",

	"CREATE TABLE stream("
	"id INTEGER PRIMARY KEY" "," INT("point") "," INT("l4") ","
	INT("state") "," INT("addr_0") "," INT("port_0") "," INT("addr_1") ","
	INT("port_1") "," INT("client") "," INT("flags") ","
	INT("first_ts") "," INT("last_ts") "," INT("handshake_rtt") ","
	SIDE("0") "," SIDE("1") "," INT("entries") "," INT("protocol") ","
	INT("reason")
	") STRICT",

	"CREATE TABLE stream_part("
	INT("stream") "," INT("part") "," INT("first_packet") ","
	INT("off_0") "," INT("off_1") "," BIN("packets") ","
	BIN("map_0") "," BIN("map_1")
	") STRICT",

	"CREATE TABLE entry("
	"id INTEGER PRIMARY KEY" "," INT("stream") "," INT("ordinal") ","
	INT("proto") "," INT("flags") "," INT("status") "," INT("method") ","
	INT("target") "," INT("host") "," INT("ts") "," INT("elapsed") ","
	INT("req_lead") "," INT("res_first") "," INT("res_last") ","
	INT("req_size") "," INT("res_size") "," INT("client") ","
	INT("client_port") "," INT("server") "," INT("server_port") ","
	INT("point") "," INT("tls") "," BIN("place")
	") STRICT",

	/* What messages keep; most keep nothing. */
	"CREATE TABLE kept("
	"id INTEGER PRIMARY KEY" "," BIN("bytes")
	") STRICT",

	"INSERT INTO kept VALUES(0,x'')",

	"CREATE TABLE diag("
	"id INTEGER PRIMARY KEY" "," INT("kind") "," INT("severity") ","
	INT("source") "," INT("record") "," INT("stream") "," INT("side") ","
	INT("off") "," INT("len") "," INT("ts") "," TXT("name") ","
	TXT("text")
	") STRICT",

	"CREATE TABLE chart(id INTEGER PRIMARY KEY," INT("n") ","
	INT("min_ts") "," INT("max_ts") "," BIN("points") ") STRICT",

	NULL,
};
/* clang-format on */

const char schema_parts[] =
    "CREATE UNIQUE INDEX IF NOT EXISTS part_key ON stream_part(stream,part);";

/*
 * An index ends with the row's id, which is the order among equals. Rows are
 * sorted in runs of the cache's size while more are read, by threads of
 * SQLite's own (sqlite.org/pragma.html#pragma_threads).
 */
const char schema_indexes[] =
    "PRAGMA cache_size=-4096;"
    "PRAGMA threads=2;"
    "CREATE INDEX entry_ts ON entry(ts);"
    "CREATE INDEX entry_stream ON entry(stream,ordinal);";
