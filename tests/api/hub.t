#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The original hub's routes, each with its shape: see docs/api.md.
set -u
. tests/api/api.sh

client=${BUILD:-build/release}/tests/gen/wsclient

# ws [MESSAGE [SECONDS [ORIGIN]]]: frames are lines of $tmp/frames
ws()
{
	"$client" 127.0.0.1 "$port" /ws "$@" >"$tmp/frames"
}

serve "$shop"
ok 'ready' wait_ready
port=$(echo "$hub" | grep -oE '[0-9]+/$' | tr -d /)

# ---- small ones ----

get 'GET /echo' 200 "${hub}echo"
is 'is text' "$(cat "$tmp/out")" "It's running."
is 'without CORS' "$(grep -ci '^access-control' "$tmp/head")" 0
get 'GET /metadata/version' 200 "${hub}metadata/version"
is 'has ver' "$(cat "$tmp/out")" '{"ver":"0.0.1"}'
get 'GET /version' 200 "${hub}version"
for field in 'Origin: [*]' 'Credentials: true' \
	'Methods: POST, OPTIONS, GET, PUT, DELETE' \
	'Headers: Content-Type, Content-Length, Accept-Encoding, X-CSRF-Token, Authorization, accept, origin, Cache-Control, X-Requested-With, x-session-token'; do
	says "CORS: ${field%%:*}" "$tmp/head" \
		"^Access-Control-Allow-$field"
done
says 'a name of a download can be read' "$tmp/head" \
	'^Access-Control-Expose-Headers: Content-Disposition'
get 'OPTIONS' 204 "${hub}pcaps/merge" -X OPTIONS \
	-H 'Origin: http://localhost:8899'
is 'is empty' "$(cat "$tmp/out")" ''
get 'a page of somebody else' 403 "${hub}metadata/version" \
	-H 'Origin: https://attacker.example'
get 'an unknown route' 404 "${hub}nothing"
is 'is told in its words' "$(cat "$tmp/out")" '404 page not found'
get 'the same on the front port' 200 "${front}metadata/version"

# ---- queries ----

get 'GET /query/validate' 200 "${hub}query/validate" -G \
	--data-urlencode 'q=http and request.method == "GET"'
is 'valid' "$(cat "$tmp/out")" '{"valid":true,"message":""}'
get 'of a wrong one' 200 "${hub}query/validate" -G \
	--data-urlencode 'q=a.b = 5'
is 'has its message' "$(cat "$tmp/out")" \
	'{"valid":false,"message":"1:7: unexpected token \"5\" (expected \"=\")"}'
get 'a name that is none' 200 "${hub}query/validate?q=foo.bar"
is 'is valid there' "$(cat "$tmp/out")" '{"valid":true,"message":""}'
get 'nor is a bad expression wrong' 200 "${hub}query/validate" -G \
	--data-urlencode 'q=a == r"("'
is 'before it runs' "$(cat "$tmp/out")" '{"valid":true,"message":""}'

# ---- entries as they are found ----

ok 'GET /ws' ws '' 1
is 'sends every entry' "$(wc -l <"$tmp/frames")" \
	"$("$analyzer" query --count "$shop")"
ok 'as a BaseEntry' jq -es 'all(
	(.id | test("^[0-9.]+:8897/[0-9]{12}(_tls|_dns)?[.]pcap-[0-9]+$")) and
	(.stream | test("[.]pcap$")) and (.worker | test(":8897$")) and
	(.proto | has("macro") and has("abbr") and has("longName")) and
	(.tls | type) == "boolean" and (.status | type) == "number" and
	(.statusQuery | type) == "string" and
	(.timestamp | type) == "number" and (.latency | type) == "number" and
	(.src | keys) == ["ip", "name", "port"] and
	(.dst | keys) == ["ip", "name", "port"] and
	.outgoing == false and (keys == keys_unsorted))' "$tmp/frames"
is 'ids are unique' "$(jq -r .id "$tmp/frames" | sort -u | wc -l)" \
	"$(wc -l <"$tmp/frames")"
jq -cS . "$tmp/frames" | sort >"$tmp/got"
"$analyzer" query --json "$shop" | jq -cS . | sort >"$tmp/want"
same 'the same as the command has' "$tmp/got" "$tmp/want"
ws 'response.status == 404' 0.5
is 'a query' "$(wc -l <"$tmp/frames")" \
	"$("$analyzer" query --count "$shop" 'response.status == 404')"
ok 'limit() ends it' ws 'http and limit(3)' 30
is 'after so many' "$(wc -l <"$tmp/frames")" 3
ok 'a wrong query ends it' ws 'http and (' 30
is 'without a word' "$(wc -c <"$tmp/frames")" 0
ok 'redact()' ws 'http and redact("request.path") and limit(1)' 5
is 'is applied' "$(jq -r .summary "$tmp/frames")" '[REDACTED]'
ws '' 0.2 http://localhost:8899
is 'a page of ours' "$?" 0
ws '' 1 https://attacker.example
is 'a page of somebody else' "$?" 1
says 'is refused' "$tmp/frames" '403'
get 'no handshake' 400 "${hub}ws"
get 'half of one' 400 "${hub}ws" -H 'Upgrade: websocket' \
	-H 'Connection: Upgrade' -H 'Sec-WebSocket-Version: 13' \
	-H 'Sec-WebSocket-Key: short'
n=0
while [ "$n" -lt 20 ]; do
	ws '' -1
	n=$((n + 1))
done
get 'clients that leave without a word' 200 "${hub}echo"

# ---- one entry ----

ws 'response.status == 201 and limit(1)' 5
id=$(jq -r .id "$tmp/frames")
eid=$(jq -r .eid "$tmp/frames")
get 'GET /item' 200 "${hub}item/$id"
has 'has four members' 'keys_unsorted ==
	["base", "data", "protocol", "representation"]'
has 'base is what /ws sent' '.base.id == "'"$id"'"'
has 'data is the entry' '.data.id == "'"$id"'" and
	.data.request.method == "POST" and .data.response.status == 201 and
	(.data | [has("id", "index", "stream", "worker", "node", "protocol",
		"tls", "src", "dst", "namespace", "outgoing", "timestamp",
		"startTime", "request", "response", "requestSize",
		"responseSize", "elapsedTime")] | all)'
has 'representation is JSON within' '.representation | fromjson |
	(.request[0] | .type == "table" and .title == "Details" and
		(.data | fromjson | .[0].selector == "request.method")) and
	(.response | length > 0)'
has 'protocol is that of the list' '.protocol == .base.proto'
jq -S .data "$tmp/out" >"$tmp/got"
"$analyzer" show --json "$shop" "$eid" | jq -S . >"$tmp/want"
same 'data is what the command shows' "$tmp/got" "$tmp/want"
get 'one member' 200 "${hub}item/$id?field=base"
has 'comes alone' '.id == "'"$id"'"'
get 'an unknown member' 400 "${hub}item/$id?field=nothing"
has 'gives all' 'has("base") and has("data")'
get 'redacted' 200 "${hub}item/$id" -G \
	--data-urlencode 'q=redact("request.path")'
has 'base is, data is not' '.base.summary == "[REDACTED]" and
	.data.request.path != "[REDACTED]"'
worker=${id%%/*}
get 'no index' 500 "${hub}item/$worker/000000000004.pcap"
is 'is malformed, in base64' "$(jq -r . "$tmp/out" | base64 -d)" \
	'{"msg":"Malformed ID!"}'
get 'a bad index' 500 "${hub}item/$worker/000000000004.pcap-x"
is 'is told' "$(jq -r . "$tmp/out" | base64 -d)" \
	'{"msg":"strconv.ParseInt: parsing \"x\": invalid syntax"}'
get 'an index past the end' 404 "${hub}item/${id%-*}-99999"
get 'no such file' 404 "${hub}item/$worker/999999999999.pcap-0"
get 'no such worker' 500 "${hub}item/10.9.9.9:8897/${id#*/}"
has 'has a msg' '.msg | type == "string"'
get 'nor such a snapshot' 500 "${hub}item/10.0.0.5:8898/${id#*/}"

# ---- pods ----

get 'GET /pods/targeted' 200 "${hub}pods/targeted"
is 'nothing is' "$(cat "$tmp/out")" '{"targets":[]}'
get 'its other name' 200 "${hub}pods/targetted"
get 'POST /pods/worker' 200 "${hub}pods/worker" -d '{"spec":{"nodeName":"n"},
	"status":{"podIP":"10.1.2.3","phase":"Running",
	"containerStatuses":[{"ready":true}]}}'
is 'added' "$(cat "$tmp/out")" \
	'{"msg":"Added a new worker host.","host":"10.1.2.3:8897"}'
get 'one that is not ready' 200 "${hub}pods/worker" \
	-d '{"status":{"podIP":"10.1.2.3","phase":"Pending"}}'
has 'is removed' '.msg == "Removed a worker host."'
get 'POST /pods/targeted' 200 "${hub}pods/targeted" -d '[{},{}]'
is 'counts' "$(cat "$tmp/out")" '{"pods":2}'
get 'POST /pods/targetted' 200 "${hub}pods/targetted" -d '[{}]'
is 'counts, too' "$(cat "$tmp/out")" '{"pods":1}'
get 'POST /pods/regex' 200 "${hub}pods/regex" \
	-d '{"regex":".*","namespaces":["default"]}'
get 'what is no JSON' 400 "${hub}pods/targeted" -d '{'
get 'POST /pcaps/set-storage-limit' 200 "${hub}pcaps/set-storage-limit" \
	-d '{"limit":200000000}'
is 'is echoed' "$(cat "$tmp/out")" '{"limit":200000000}'

# ---- licence and scripts, of newer clients ----

get 'POST /license' 200 "${hub}license" -d '{"license":"abc"}'
is 'is not said back' "$(cat "$tmp/out")" ''
get 'a licence that is no text' 400 "${hub}license" -d '{"license":1}'
get 'POST /scripts/env' 200 "${hub}scripts/env" -d '{"A":"1"}'
get 'that is no object' 400 "${hub}scripts/env" -d '[]'
get 'POST /scripts' 200 "${hub}scripts" -d '{"title":"a","code":"b"}'
is 'gives a number' "$(cat "$tmp/out")" '{"index":0}'
get 'a second one' 200 "${hub}scripts" -d '{"title":"a","code":"b"}'
is 'has another' "$(cat "$tmp/out")" '{"index":1}'
get 'one without code' 400 "${hub}scripts" -d '{"title":"a"}'
get 'PUT /scripts/1' 200 "${hub}scripts/1" -X PUT -d '{"title":"a","code":"c"}'
is 'keeps its number' "$(cat "$tmp/out")" '{"index":1}'
get 'DELETE /scripts/1' 200 "${hub}scripts/1" -X DELETE
get 'a number of nobody' 404 "${hub}scripts/2" -X DELETE
has 'has a msg' '.msg | type == "string"'
get 'no number' 404 "${hub}scripts/x" -X PUT -d '{"title":"a","code":"c"}'
get 'POST /scripts/done' 200 "${hub}scripts/done" -X POST
get 'another method' 405 "${hub}scripts/1"
get 'GET /scripts/logs without a handshake' 400 "${hub}scripts/logs"
"$client" 127.0.0.1 "$port" /scripts/logs '' 0.3 >"$tmp/frames"
is 'GET /scripts/logs' "$?" 0
is 'is silent' "$(wc -c <"$tmp/frames")" 0

# ---- captures ----

get 'GET /pcaps/total-tcp-streams' 200 "${hub}pcaps/total-tcp-streams"
is 'counts streams with entries' "$(jq .total "$tmp/out")" \
	"$("$analyzer" streams --json "$shop" |
		jq -s 'map(select(.entries > 0)) | length')"
stream=${id#*/}
stream=${stream%-*}
get 'GET /pcaps/download' 200 "${hub}pcaps/download/$worker/$stream"
for field in 'Content-Description: File Transfer' \
	'Content-Transfer-Encoding: binary' \
	'Content-Disposition: attachment; filename=kubeshark_[0-9]+[.]tar[.]gz' \
	'Content-Type: application/octet-stream'; do
	says "${field%%:*}" "$tmp/head" "^$field"
done
cp "$tmp/out" "$tmp/one.tar.gz"
tar -tzf "$tmp/one.tar.gz" | sort >"$tmp/names"
says 'has the stream at its root' "$tmp/names" '^[0-9]+(_[a-z]+)?[.]pcap$'
says 'and the names' "$tmp/names" '^name_resolution_history[.]json$'
is 'opens again' "$("$analyzer" query --json "$tmp/one.tar.gz" |
	jq -s 'map(.status) | index(201) != null')" true
# Whoever has tshark reads what was downloaded, packet for packet.
if command -v tshark >/dev/null 2>&1; then
	mkdir "$tmp/one"
	tar -xzf "$tmp/one.tar.gz" -C "$tmp/one"
	get 'the same stream as an export' 200 "${front}api/v1/export" -G \
		-d format=pcap -d "stream=$("$analyzer" show --json "$shop" "$eid" |
			jq -r .evidence.stream)"
	cp "$tmp/out" "$tmp/one.pcap"
	for capture in "$tmp/one.pcap" "$tmp"/one/*.pcap; do
		tshark -n -r "$capture" -T fields -e frame.time_epoch -e ip.id \
			-e tcp.seq_raw -e tcp.len >"$capture.txt" 2>"$tmp/tshark.log"
		is 'tshark reads it' "$?" 0
	done
	ok 'there are packets' test -s "$tmp/one.pcap.txt"
	cat "$tmp"/one/*.pcap.txt >"$tmp/got"
	same 'the download has the packets of the export' "$tmp/got" \
		"$tmp/one.pcap.txt"
else
	skip 'tshark is not installed'
fi
get 'a stream that is not there' 404 \
	"${hub}pcaps/download/$worker/999999999999.pcap"
get 'POST /pcaps/merge' 200 "${hub}pcaps/merge" \
	-d '{"query":"response.status == 404","pcaps":{"'"$worker"'":[]}}'
cp "$tmp/out" "$tmp/many.tar.gz"
tar -tzf "$tmp/many.tar.gz" >"$tmp/names"
says 'has a folder a node' "$tmp/names" '^node-1_10[.]0[.]0[.]5/[0-9]+[.]pcap$'
ip=${worker%:*}
is 'opens again, with what that worker saw of what matches' \
	"$("$analyzer" query --count "$tmp/many.tar.gz" 'response.status == 404')" \
	"$("$analyzer" query --count "$shop" \
		"response.status == 404 and node.ip == \"$ip\"")"
"$analyzer" verify "$tmp/many.tar.gz" >"$tmp/verified"
says 'is sealed' "$tmp/verified" ': sealed'
get 'without workers' 200 "${hub}pcaps/merge" \
	-d '{"query":"response.status == 404","pcaps":{}}'
cp "$tmp/out" "$tmp/all.tar.gz"
is 'all of them are asked' \
	"$("$analyzer" query --count "$tmp/all.tar.gz" 'response.status == 404')" \
	"$("$analyzer" query --count "$shop" 'response.status == 404')"
get 'without a query' 200 "${hub}pcaps/merge" \
	-d '{"query":"","pcaps":{"'"$worker"'":["'"$stream"'"]}}'
cp "$tmp/out" "$tmp/node.tar.gz"
is 'lists are not looked at' "$("$analyzer" query --count "$tmp/node.tar.gz")" \
	"$("$analyzer" query --count "$shop" "node.ip == \"$ip\"")"
get 'of listed streams' 200 "${hub}pcaps/merge" -d '{"query":"http","pcaps":{
	"'"$worker"'":["'"$stream"'","999999999999.pcap","nonsense"]}}'
cp "$tmp/out" "$tmp/listed.tar.gz"
is 'has those that are there, and no other' \
	"$("$analyzer" streams --json "$tmp/listed.tar.gz" | wc -l)" 1
get 'no such worker' 500 "${hub}pcaps/merge" \
	-d '{"query":"","pcaps":{"10.0.0.5:9999":[]}}'
get 'no JSON' 400 "${hub}pcaps/merge" -d x
get 'a wrong query' 500 "${hub}pcaps/merge" -d '{"query":"("}'

# ---- replay ----

replay=${hub}pcaps/replay/$worker/$stream
get 'replay without a host' 400 "$replay?port=80"
is 'says so' "$(cat "$tmp/out")" '{"host":"","msg":"Destination host is empty. Set `host` query parameter."}'
get 'without a port' 400 "$replay?host=127.0.0.1"
is 'says so' "$(cat "$tmp/out")" '{"msg":"Destination port is empty. Set `port` query parameter.","port":""}'
get 'without leave' 500 "$replay?host=127.0.0.1&port=1"
has 'says how' '.msg | test("--allow-replay")'
stop

serve --allow-replay "$shop"
ok 'ready' wait_ready
replay=${hub}pcaps/replay/$worker/$stream
get 'elsewhere' 500 "$replay?host=192.0.2.1&port=80"
target=$(echo "$front" | grep -oE '[0-9]+/$' | tr -d /)
get 'to a loopback address' 200 "$replay?host=127.0.0.1&port=$target&count=2"
is 'is done' "$(cat "$tmp/out")" '{"status":"200 OK"}'
# A stream whose requests came in the course of half a second or more.
slow=$("$analyzer" query --json "$shop" http | jq -rs '
	group_by(.worker + "/" + .stream) | map(select(length > 1) | {
	name: (.[0].worker + "/" + .[0].stream),
	ms: ((map(.timestamp) | max) - (map(.timestamp) | min))} |
	select(.ms >= 500 and .ms < 2000)) | .[0].name')
from=$(date +%s%N)
get 'in its own time' 200 \
	"${hub}pcaps/replay/$slow?host=127.0.0.1&port=$target"
took=$((($(date +%s%N) - from) / 1000000))
ok 'takes as long as it took' test "$took" -ge 400
get 'without pauses' 200 \
	"${hub}pcaps/replay/$slow?host=127.0.0.1&port=$target&pauses=off"
get 'where nobody listens' 500 "$replay?host=127.0.0.1&port=1"
stop

# ---- several, strictly, and while they are made ----

serve --hub-strict "$tiny" "$shop"
ok 'ready' wait_ready
port=$(echo "$hub" | grep -oE '[0-9]+/$' | tr -d /)
ws '' 1
ok 'workers of two snapshots differ' jq -es '
	map(.worker | split(":")[1]) | unique == ["8897", "8898"]' "$tmp/frames"
is 'incomplete entries are left out' "$(wc -l <"$tmp/frames")" \
	"$("$analyzer" query --count "$tiny" "$shop" \
		'evidence.complete == true')"
id=$(jq -r 'select(.worker | endswith("8898")) | .id' "$tmp/frames" |
	head -n 1)
get 'the archive of all snapshots' 200 "${hub}pcaps/merge" \
	-d '{"query":"dns","pcaps":{}}'
cp "$tmp/out" "$tmp/both.tar.gz"
is 'has what both have' "$("$analyzer" query --count "$tmp/both.tar.gz" dns)" \
	"$("$analyzer" query --count "$tiny" "$shop" dns)"
tar -tzf "$tmp/both.tar.gz" >"$tmp/names"
says 'in folders of their own' "$tmp/names" '^snapshot-1/node-1_10[.]0[.]0[.]5/'
says 'for both' "$tmp/names" '^snapshot-2/node-1_10[.]0[.]0[.]5/'
get 'an id leads to its snapshot' 200 "${hub}item/$id"
has 'and is that' '.base.id == "'"$id"'"'
stop

rm -rf "$XDG_CACHE_HOME/kubeshark"
serve "$shop"
port=$(echo "$hub" | grep -oE '[0-9]+/$' | tr -d /)
ws '' 4
is 'nothing is sent twice or lost while indexing' \
	"$(jq -r .id "$tmp/frames" | sort | uniq -d | wc -l) $(wc -l <"$tmp/frames")" \
	"0 $("$analyzer" query --count "$shop")"
ws '' 0.1 &
ok 'every reply was as the document says' conform
stop
is 'and a stop ends the sockets too' "$server_status" 0

done_testing
