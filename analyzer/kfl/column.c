/* SPDX-License-Identifier: Apache-2.0 */
#include "analyzer/kfl/column.h"

#include <string.h>

#include "analyzer/entry/entry.h"
#include "analyzer/entry/field.h"
#include "analyzer/entry/position.h"

#define TEXT_VALUES     "text WHERE value"
#define ADDR_VALUES     "addr WHERE text"

#define REQUEST_ABSENT  ENTRY_NO_REQUEST
#define RESPONSE_ABSENT (ENTRY_NO_RESPONSE | ENTRY_ONE_WAY)
#define CUT             (ENTRY_SPANS_CUT | ENTRY_SUMMARY_CUT)
#define REQUEST_DOUBT   (ENTRY_REQ_CUT | ENTRY_REQ_GAP | CUT)
#define RESPONSE_DOUBT  (ENTRY_RES_CUT | ENTRY_RES_GAP | CUT)

/* What both sides of the entry's stream sent. */
#define STREAM_SUM(column)                                     \
	{                                                      \
		.kind = KFL_COL_INT, .tcp = true,              \
		.sql = "coalesce((SELECT " column "_0+" column \
		       "_1 FROM stream WHERE id=e.stream),0)"  \
	}

/* Fields of every entry. ENTRY_REVERSED is 8192. */
static const struct {
	const char *path;
	struct kfl_column column;
} always[] = {
	{ "id", { .kind = KFL_COL_FILE, .sql = "e.ordinal", .lossy = true } },
	{ "index", { .kind = KFL_COL_INT, .sql = "e.ordinal" } },
	{ "stream", { .kind = KFL_COL_FILE, .lossy = true } },
	/* 127.0.0.n, n counting the capture files: query/ids.h. */
	{ "node.ip",
	  { .kind = KFL_COL_EXPR,
	    .sql = "coalesce((SELECT node_ip FROM point WHERE id=e.point AND "
	           "node_ip<>''),'127.0.0.'||((e.stream>>45)%254+1))" } },
	{ "node.name",
	  { .kind = KFL_COL_TEXT,
	    .sql = "e.point",
	    .values = "point WHERE node" } },
	{ "tls", { .kind = KFL_COL_BOOL, .sql = "e.tls<>0" } },
	{ "src.ip",
	  { .kind = KFL_COL_TEXT,
	    .sql = "e.client",
	    .reversed = "e.server",
	    .values = ADDR_VALUES } },
	{ "dst.ip",
	  { .kind = KFL_COL_TEXT,
	    .sql = "e.server",
	    .reversed = "e.client",
	    .values = ADDR_VALUES } },
	{ "src.name", { .kind = KFL_COL_WHO, .sql = "0", .values = "name" } },
	{ "dst.name", { .kind = KFL_COL_WHO, .sql = "1", .values = "name" } },
	{ "namespace", { .kind = KFL_COL_WHO, .sql = "2", .values = "ns" } },
	{ "src.port",
	  { .kind = KFL_COL_PORT,
	    .sql = "CASE WHEN e.flags&8192 THEN e.server_port "
	           "ELSE e.client_port END" } },
	{ "dst.port",
	  { .kind = KFL_COL_PORT,
	    .sql = "CASE WHEN e.flags&8192 THEN e.client_port "
	           "ELSE e.server_port END" } },
	{ "outgoing", { .kind = KFL_COL_BOOL, .sql = "0" } },
	{ "timestamp", { .kind = KFL_COL_MS, .sql = "e.ts" } },
	{ "startTime", { .kind = KFL_COL_TIME, .sql = "e.ts" } },
	{ "requestSize", { .kind = KFL_COL_INT, .sql = "e.req_size" } },
	{ "responseSize", { .kind = KFL_COL_INT, .sql = "e.res_size" } },
	{ "elapsedTime", { .kind = KFL_COL_INT, .sql = "e.elapsed" } },
	{ "evidence.complete",
	  { .kind = KFL_COL_BOOL, .sql = "(e.flags&4159)=0" } },
	{ "evidence.reason", { .kind = KFL_COL_REASON, .sql = "e.flags" } },
	/* As outcome_of() says. */
	{ "evidence.outcome",
	  { .kind = KFL_COL_EXPR,
	    .sql = "CASE WHEN (e.flags&514)=2 THEN 'unanswered' "
	           "WHEN e.status>=500 THEN 'server_error' "
	           "WHEN e.status>=400 THEN 'client_error' "
	           "WHEN e.flags&256 THEN 'failed' "
	           "WHEN e.status>=300 THEN 'redirect' "
	           "ELSE 'success' END" } },
	{ "evidence.eid", { .kind = KFL_COL_ID, .sql = "e.id" } },
	{ "evidence.stream", { .kind = KFL_COL_ID, .sql = "e.stream" } },
	{ "evidence.lateJoin",
	  { .kind = KFL_COL_BOOL, .sql = "(e.flags&64)<>0" } },
	{ "evidence.roleGuessed",
	  { .kind = KFL_COL_BOOL, .sql = "(e.flags&128)<>0" } },
	{ "evidence.resynced",
	  { .kind = KFL_COL_BOOL, .sql = "(e.flags&2048)<>0" } },
	{ "timing.requestStart",
	  { .kind = KFL_COL_TIME,
	    .sql = "(e.ts-e.req_lead)",
	    .absent = REQUEST_ABSENT } },
	{ "timing.requestEnd",
	  { .kind = KFL_COL_TIME, .sql = "e.ts", .absent = REQUEST_ABSENT } },
	{ "timing.responseStart",
	  { .kind = KFL_COL_TIME,
	    .sql = "(e.ts+e.res_first)",
	    .absent = RESPONSE_ABSENT } },
	{ "timing.responseEnd",
	  { .kind = KFL_COL_TIME,
	    .sql = "(e.ts+e.res_last)",
	    .absent = RESPONSE_ABSENT } },
	{ "timing.requestMs",
	  { .kind = KFL_COL_REAL,
	    .sql = "CAST(e.req_lead AS REAL)/1e6",
	    .absent = REQUEST_ABSENT } },
	{ "timing.waitMs",
	  { .kind = KFL_COL_REAL,
	    .sql = "CAST(e.res_first AS REAL)/1e6",
	    .absent = REQUEST_ABSENT | RESPONSE_ABSENT } },
	{ "timing.responseMs",
	  { .kind = KFL_COL_REAL,
	    .sql = "CAST(e.res_last-e.res_first AS REAL)/1e6",
	    .absent = RESPONSE_ABSENT } },
	{ "tcp.retransmissions", STREAM_SUM("retransmissions") },
	{ "tcp.outOfOrder", STREAM_SUM("out_of_order") },
	{ "tcp.duplicateAcks", STREAM_SUM("duplicate_acks") },
	{ "tcp.zeroWindows", STREAM_SUM("zero_windows") },
	{ "tcp.gaps", STREAM_SUM("gaps") },
	{ "tcp.gapBytes", STREAM_SUM("gap_bytes") },
	{ "protocol.name", { .kind = KFL_COL_PROTO } },
	{ "protocol.version", { .kind = KFL_COL_PROTO } },
	{ "protocol.abbr", { .kind = KFL_COL_PROTO } },
	{ "protocol.longName", { .kind = KFL_COL_PROTO } },
	{ "protocol.macro", { .kind = KFL_COL_PROTO } },
	{ "protocol.backgroundColor", { .kind = KFL_COL_PROTO } },
	{ "protocol.foregroundColor", { .kind = KFL_COL_PROTO } },
	{ "protocol.fontSize", { .kind = KFL_COL_PROTO } },
	{ "protocol.referenceLink", { .kind = KFL_COL_PROTO } },
	{ "protocol.layer4", { .kind = KFL_COL_PROTO } },
	{ "protocol.priority", { .kind = KFL_COL_PROTO } },
};

_Static_assert(ENTRY_REVERSED == 8192 && ENTRY_LATE_JOIN == 64 &&
                   ENTRY_ROLE_GUESSED == 128 && ENTRY_RESYNCED == 2048 &&
                   ENTRY_NO_RESPONSE == 2 && ENTRY_FAILED == 256 &&
                   ENTRY_ONE_WAY == 512,
               "the table above has these numbers in its SQL");
_Static_assert(POSITION_RECORD_BITS + POSITION_SEQ_BITS == 45,
               "and this one of a source in an id");
_Static_assert((ENTRY_NO_REQUEST | ENTRY_NO_RESPONSE | ENTRY_REQ_CUT |
                ENTRY_RES_CUT | ENTRY_REQ_GAP | ENTRY_RES_GAP |
                ENTRY_PAIR_DOUBT) == 4159,
               "so it has those that entry_reason() looks at");

/* Columns that dissectors fill, by the name in their field tables. */
static const struct {
	const char *column;
	enum field_type type;
	enum kfl_column_kind kind;
	const char *sql;
} filled[] = {
	{ "method", FIELD_STRING, KFL_COL_TEXT, "e.method" },
	{ "target", FIELD_STRING, KFL_COL_TEXT, "e.target" },
	{ "host", FIELD_STRING, KFL_COL_TEXT, "e.host" },
	{ "status", FIELD_NUMBER, KFL_COL_INT, "e.status" },
};

struct kfl_column
kfl_column_of(const struct field *f)
{
	struct kfl_column none = { .kind = KFL_COL_NONE };
	struct str path = str_from_c(f->path);
	bool request = str_starts(path, STR("request."));

	for (size_t i = 0; i < ARRAY_LEN(always); i++) {
		if (str_eq(path, str_from_c(always[i].path)))
			return always[i].column;
	}
	if (f->column == NULL ||
	    (!request && !str_starts(path, STR("response."))))
		return none;
	for (size_t i = 0; i < ARRAY_LEN(filled); i++) {
		if (strcmp(f->column, filled[i].column) != 0 ||
		    f->type != filled[i].type)
			continue;
		return (struct kfl_column){
			.kind = filled[i].kind,
			.sql = filled[i].sql,
			.values = TEXT_VALUES,
			.absent = request ? REQUEST_ABSENT : RESPONSE_ABSENT,
			.doubt = request ? REQUEST_DOUBT : RESPONSE_DOUBT,
		};
	}
	return none;
}
