#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# /api/v1: entries, one entry, bodies, fields, protocols, checking queries.
set -u
. tests/api/api.sh

serve "$shop"
ok 'ready' wait_ready
api=${front}api/v1/
"$analyzer" query --json "$shop" | jq -r .eid >"$tmp/all"

# pages NAME QUERY-STRING PARAMETER CURSOR: follows the cursor to the end; the
# ids of all pages are in $tmp/ids, in the order of the pages
pages()
{
	: >"$tmp/ids"
	cursor=$4
	n=0
	while [ "$n" -lt 100 ] && [ "$cursor" != null ]; do
		curl -s "${api}entries?$2${cursor:+&$3=$cursor}" >"$tmp/out"
		case $3 in
		after)
			jq -r '.entries[].id' "$tmp/out" >>"$tmp/ids"
			cursor=$(jq -r .next "$tmp/out")
			;;
		before)
			jq -r '.entries[].id' "$tmp/out" | cat - "$tmp/ids" \
			    >"$tmp/more"
			mv "$tmp/more" "$tmp/ids"
			cursor=$(jq -r .prev "$tmp/out")
			;;
		esac
		n=$((n + 1))
	done
}

# ---- lists ----

get 'a page' 200 "${api}entries?limit=2"
has 'has rows of the contract' '.entries | length == 2 and all(
	(.id | test("^[0-9]+$")) and .snapshot == "1" and
	(.stream | test("^[0-9]+$")) and (.ordinal | type) == "number" and
	.protocol == "http" and .abbr == "HTTP" and .method == "GET" and
	.status == 200 and .class == "success" and
	(.time | test("^2026-11-22T23:49:05[.][0-9]+Z$")) and
	(.elapsedMs | type) == "number" and
	(.src | keys == ["ip", "name", "namespace", "port"]) and
	.dst.name == "storefront.shop" and .dst.namespace == "shop" and
	.node == "node-1" and .tls == false and .complete and .reason == "" and
	.queries.method == "request.method == \"GET\"")'
has 'and says how much it speaks of' '.matched == 2 and .scanned >= 2 and
	.undecided == 0 and .complete == false and
	(.next | type) == "string" and .prev == null'
pages 'forward' limit=1000 after ''
same 'all pages are all entries, in order' "$tmp/ids" "$tmp/all"
pages 'in small pages' 'limit=300' after ''
same 'whatever their size' "$tmp/ids" "$tmp/all"
pages 'backward' limit=1000 before end
same 'and from the end backwards' "$tmp/ids" "$tmp/all"
get 'with everything on the page' 200 "${api}entries?q=dns&limit=1000"
has 'it is complete' '.complete and .next == null and .prev == null and
	(.entries | length == 760)'
get 'skipping' 200 "${api}entries?skip=2000&limit=1"
is 'leads to the place' "$(jq -r '.entries[0].id' "$tmp/out")" \
	"$(sed -n 2001p "$tmp/all")"
get 'from the end' 200 "${api}entries?before=end&skip=700&limit=1"
is 'too' "$(jq -r '.entries[0].id' "$tmp/out")" \
	"$(tail -n 701 "$tmp/all" | head -n 1)"
get 'and before a cursor' 200 \
	"${api}entries?before=$(jq -r .prev "$tmp/out")&skip=300&limit=1"
is 'likewise' "$(jq -r '.entries[0].id' "$tmp/out")" \
	"$(tail -n 1002 "$tmp/all" | head -n 1)"
for sort in -time elapsed -responseSize; do
	get "sorted by $sort" 200 "${api}entries?q=redis&sort=$sort&limit=600"
	there=$(jq -r '.entries[500].id, .entries[501].id' "$tmp/out")
	get "skipping, sorted by $sort" 200 \
		"${api}entries?q=redis&sort=$sort&limit=2&skip=500"
	is 'leads to the same' "$(jq -r '.entries[].id' "$tmp/out")" "$there"
	get 'what follows' 200 \
		"${api}entries?q=redis&sort=$sort&limit=2&after=$(
			jq -r .next "$tmp/out")&skip=1"
	has 'was not passed over' '.matched == 3 and (.entries | length == 2)'
done
get 'behind the last' 200 "${api}entries?skip=99999&limit=1"
has 'there is nothing' '.entries == [] and .complete and .next == null'
get 'a query' 200 "${api}entries?limit=1000" -G \
	--data-urlencode 'q=response.status == 404'
is 'is what the command says' "$(jq '.entries | length' "$tmp/out")" \
	"$("$analyzer" query --count "$shop" 'response.status == 404')"
has 'with its class' 'all(.entries[]; .class == "client_error")'
get 'limit() in the query' 200 "${api}entries?limit=3" -G \
	--data-urlencode 'q=http and limit(5)'
cursor=$(jq -r .next "$tmp/out")
get 'counts over pages' 200 "${api}entries?limit=3&after=$cursor" -G \
	--data-urlencode 'q=http and limit(5)'
has 'to its end' '(.entries | length) == 2 and .complete'
get 'a range of time' 200 "${api}entries?limit=1000&from=2026-11-22T23:49:10Z&to=2026-11-22T23:49:11Z"
has 'has its entries' '(.entries | length > 0) and all(.entries[];
	.time >= "2026-11-22T23:49:10" and .time < "2026-11-22T23:49:11")'
get 'the slowest' 200 "${api}entries?sort=-elapsed&limit=50"
has 'come first' '[.entries[] | .elapsedMs // 0 | round] |
	. == (sort | reverse)'
stream=$(jq -r '.entries[0].stream' "$tmp/out")
get 'the entries of a stream' 200 "${api}entries?stream=$stream"
has 'are those' '(.entries | length > 0) and
	all(.entries[]; .stream == "'"$stream"'")'
get 'redact()' 200 "${api}entries?limit=1" -G \
	--data-urlencode 'q=http and redact("request.path")'
has 'hides it in rows' '.entries[0].summary == "[REDACTED]" and
	.entries[0].method == "GET"'

# ---- mistakes ----

get 'a name that is none' 400 "${api}entries" -G \
	--data-urlencode 'q=http and response.statsu == 1'
has 'is shown with its place' '.error.code == "kfl_syntax" and
	.error.position == {line: 1, column: 10, start: 9, end: 24} and
	.error.suggestion == "response.status"'
get 'after letters of two units' 400 "${api}entries" -G \
	--data-urlencode 'q=request.path == "😀é" and foo'
has 'places count UTF-16 units' '.error.position.start == 26'
for bad in limit=0 limit=1001 limit=x after=x before=1_2 sort=colour from=now \
	'after=1_1_0_0&before=end' skip=-1 wait=99999999 snapshot=2 ; do
	get "$bad is refused" "$([ "$bad" = snapshot=2 ] && echo 404 ||
		echo 400)" "${api}entries?$bad"
done

# ---- one entry ----

id=$(head -n 1 "$tmp/all")
get 'one entry' 200 "${api}entries/$id"
has 'has all parts' '(.row.id == "'"$id"'") and
	.entry.request.method == "GET" and .entry.evidence.complete and
	(.representation.request[0] | .type == "table" and
		.data[0] == {name: "Method", value: "GET",
			selector: "request.method"}) and
	.bodies.request == null and
	.bodies.response == {mime: "text/html", size: 875, rawSize: 875,
		encoding: "", complete: true} and
	.protocol.name == "http" and .cut == 0 and .previous == null'
has 'without loss nothing was held up' '.stalls.request == {ms: 0, bytes: 0,
	missing: 0, times: 0, complete: true, spans: []} and
	.stalls.response == .stalls.request'
jq -S .entry "$tmp/out" >"$tmp/got"
"$analyzer" show --json "$shop" "$id" | jq -S . >"$tmp/want"
same 'and the entry is that of the command' "$tmp/got" "$tmp/want"
next=$(jq -r .following "$tmp/out")
get 'the one that follows' 200 "${api}entries/$next"
is 'leads back' "$(jq -r .previous "$tmp/out")" "$id"
get 'with short texts' 200 "${api}entries/$id?max=10"
has 'they are cut' '.cut > 0 and
	(.entry.response.content.text | length) == 10'
get 'redacted' 200 "${api}entries/$id" -G \
	--data-urlencode 'q=redact("request.headers", "response")'
has 'it hides that everywhere' '.entry.request.headers == "[REDACTED]" and
	.entry.response == "[REDACTED]" and
	.representation == {request: [], response: []} and
	.stalls == {request: null, response: null}'
lost=$("$analyzer" query --json "$shop" 'request.path == "/orders/82" and
	elapsedTime > 400' | jq -r .eid)
get 'a request that was sent again' 200 "${api}entries/$lost"
has 'was held up for nearly all of its time' '.stalls.request |
	.ms > 400 and .ms < 414 and .times == 1 and .bytes == 140 and .complete and
	(.spans | length) == 1 and .spans[0].from < .spans[0].to'
torn=$("$analyzer" query --json "$shop" 'evidence.response.gap == true' |
	jq -r .eid | tail -n 1)
get 'a response with a gap' 200 "${api}entries/$torn"
has 'has bytes missing' '.stalls.response.missing == 2896'
dns=$("$analyzer" query --json "$shop" dns | jq -r .eid | head -n 1)
get 'over UDP' 200 "${api}entries/$dns"
has 'there is no such thing' '.stalls == {request: null, response: null}'
get 'one that is not there' 404 "${api}entries/7"
get 'nor can be' 404 "${api}entries/none"

# ---- bodies ----

get 'a body' 200 "${api}entries/$id/body/response"
says 'is a download' "$tmp/head" '^Content-Type: application/octet-stream'
says 'and nothing else' "$tmp/head" '^Content-Disposition: attachment'
says 'with its size' "$tmp/head" '^X-Body-Size: 875'
says 'and type' "$tmp/head" '^X-Body-Mime: text/html'
says 'and that it is whole' "$tmp/head" '^X-Body-Complete: true'
"$analyzer" show --body response "$shop" "$id" >"$tmp/want"
same 'it is that of the command' "$tmp/out" "$tmp/want"
get 'a range of it' 200 "${api}entries/$id/body/response?offset=10&length=5"
is 'is just that' "$(cat "$tmp/out")" "$(dd if="$tmp/want" bs=1 skip=10 \
	count=5 2>/dev/null)"
gz=$("$analyzer" query --full "$shop" \
	'response.headers["Content-Encoding"] == "gzip"' |
	jq -r .evidence.eid | head -n 1)
get 'raw' 200 "${api}entries/$gz/body/response?form=raw"
is 'it is as it was sent' "$(gzip -dc "$tmp/out" | sha256sum)" \
	"$("$analyzer" show --body response "$shop" "$gz" | sha256sum)"
get 'no side' 404 "${api}entries/$id/body/middle"
get 'no form' 400 "${api}entries/$id/body/response?form=cooked"
get 'an empty body' 200 "${api}entries/$id/body/request"
is 'has nothing' "$(cat "$tmp/out")" ''

# ---- caching ----

get 'what depends on the index' 200 "${api}entries?limit=2"
tag=$(sed -n 's/^ETag: \(.*\)/\1/p' "$tmp/head" | tr -d '\r')
get 'is not sent twice' 304 "${api}entries?limit=2" -H "If-None-Match: $tag"
is 'not even a byte' "$(cat "$tmp/out")" ''
get 'another tag' 200 "${api}entries?limit=2" -H 'If-None-Match: "x"'

# ---- the language ----

get 'fields' 200 "${api}fields"
has 'of all protocols' '(.fields | length > 100) and all(.fields[];
	keys == ["indexed", "open", "path", "protocols", "text", "type"]) and
	any(.fields[]; .path == "request.method" and
		(.protocols | index("http"))) and
	any(.helpers[]; .name == "startsWith" and .of == "field")'
get 'protocols' 200 "${api}protocols"
has 'with their entries' 'any(.protocols[]; .abbr == "DNS" and
	.entries == 760 and .layer4 == "udp")'
get 'a right query' 200 "${api}kfl/check" -G \
	--data-urlencode 'q=http and  response.status==200 and limit(3)'
has 'in parts' '.valid and .limit == 3 and .redacts == false and
	.error == null and
	(.parts | map(.text) == ["http", "response.status==200", "limit(3)"])
	and .parts[1].start == 10 and .parts[1].end == 30'
get 'a wrong one' 200 "${api}kfl/check?q=http+and"
has 'is no failure' '.valid == false and .error.code == "kfl_syntax" and
	.error.position.line == 1'
get 'a long one' 200 "${api}kfl/check" --data-raw 'http and foo'
has 'in the body' '.valid == false and .error.position.start == 9'
stop

# ---- several snapshots ----

serve "$tiny" "$shop"
ok 'ready' wait_ready
api=${front}api/v1/
"$analyzer" query --json "$tiny" "$shop" | jq -r .eid >"$tmp/all"
pages 'several' limit=1000 after ''
same 'several are merged by time' "$tmp/ids" "$tmp/all"
pages 'backward' limit=1000 before end
same 'both ways' "$tmp/ids" "$tmp/all"
get 'one of them alone' 200 "${api}entries?snapshot=1&limit=1000"
has 'has its entries' '(.entries | length == 28) and
	all(.entries[]; .snapshot == "1" and (.id | startswith("1:")))'
id=$(jq -r '.entries[0].id' "$tmp/out")
stream=$(jq -r '.entries[0].stream' "$tmp/out")
get 'an id leads to the right one' 200 "${api}entries/$id"
is 'of both' "$(jq -r .row.id "$tmp/out")" "$id"
get 'without a number it leads nowhere' 404 "${api}entries/${id#1:}"
get 'a stream too' 200 "${api}entries?stream=$stream"
has 'is one of one snapshot' '(.entries | length > 0) and
	all(.entries[]; .stream == "'"$stream"'")'
ok 'every reply was as the document says' conform
stop

done_testing
