#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# analyzer query, show, streams, diag, open: what they answer.
set -u
. tests/cli/tap.sh

shop=samples/shop.tar.gz
tiny=samples/tiny.tar.gz

# ---- query ----

status 'query --json' 0 "$analyzer" query --json "$shop"
ok 'each line is a BaseEntry with eid' jq -es 'all(
	(.id | type) == "string" and (.proto.abbr | type) == "string" and
	(.timestamp | type) == "number" and (.src.ip | type) == "string" and
	(.latency >= 0) and (.eid | test("^[0-9]+$")))' "$tmp/out"
ok 'in order of time, then id' jq -es \
	'map([.timestamp, (.eid | tonumber)] | .[0]) | . == sort' "$tmp/out"
ok 'ids are unique' jq -es '(map(.eid) | unique | length) == length' "$tmp/out"
cp "$tmp/out" "$tmp/all"
status 'the macro http' 0 "$analyzer" query --json "$shop" http
grep '"abbr":"HTTP",' "$tmp/all" >"$tmp/want"
same 'matches every HTTP entry' "$tmp/out" "$tmp/want"
status 'with blanks around it' 0 "$analyzer" query --count "$shop" '  http '
is 'and --count' "$(cat "$tmp/out")" 825

# More alternatives than SQLite's parser can keep open, one in the other.
query='response.status == 404'
n=1000
while [ "$n" -lt 1040 ]; do
	query="$query or response.status == $n"
	n=$((n + 1))
done
is 'forty alternatives' "$("$analyzer" query --count "$shop" "$query")" \
	"$("$analyzer" query --count "$shop" 'response.status == 404')"

status 'the macro gql' 0 "$analyzer" query --json "$shop" gql
grep '"abbr":"GQL",' "$tmp/all" >"$tmp/want"
same 'matches every GraphQL entry' "$tmp/out" "$tmp/want"
is 'WebSocket messages as sent and echoed, on both nodes' \
	"$("$analyzer" query --count "$shop" 'ws and request.path == "/live" and
		(request.opcode == "text" or request.opcode == "binary")')" \
	"$(jq '.websocket["permessage-deflate"] |
		2 * (.messages_sent + .messages_echoed)' \
		samples/shop.truth.json)"
is 'inflated, with those before them' \
	"$("$analyzer" query --count "$shop" \
		'ws and request.compressed == true and
		request.text.contains("SKU-0017")')" 4
is 'a member that only GraphQL has' "$("$analyzer" query --count "$shop" \
	'gql and request.graphql.operationName == "AddToCart"')" 2
for kfl in 'response.status == 404' 'response.status >= 500' \
	'http and request.method == "POST"' \
	'request.path.startsWith("/products")' \
	'!(response.status == 200) and request.method == "GET"'; do
	"$analyzer" query --json --full "$shop" "$kfl" >"$tmp/out"
	"$analyzer" query --count "$shop" "$kfl" >"$tmp/count"
	is "KFL: $kfl" "$(wc -l <"$tmp/out")" "$(cat "$tmp/count")"
done
"$analyzer" query --full "$shop" >"$tmp/full"
is 'a status is found as the entries have it' \
	"$("$analyzer" query --count "$shop" 'response.status == 404')" \
	"$(jq -s 'map(select(.response.status == 404)) | length' "$tmp/full")"
is 'a header too, which only the packets know' \
	"$("$analyzer" query --count "$shop" \
		'request.headers["User-Agent"].startsWith("curl")')" \
	"$(jq -s 'map(select(.request.headers["User-Agent"] // "" |
		startswith("curl"))) | length' "$tmp/full")"
is 'and what only a body knows' \
	"$("$analyzer" query --count "$shop" 'response.content.size > 0')" \
	"$(jq -s 'map(select((.response.content.size // 0) > 0)) | length' \
		"$tmp/full")"
is 'limit() in the query counts matches' \
	"$("$analyzer" query --count "$shop" 'response.status == 200 and limit(3)')" 3
is '--lenient lets an unknown name match nothing' \
	"$("$analyzer" query --lenient --count "$shop" 'response.stats == 200')" 0
ok 'redact() alters what is shown' jq -es \
	'length == 1 and .[0].request.path == "[REDACTED]"' /dev/fd/0 <<EOF
$("$analyzer" query --full "$shop" \
	'response.status == 404 and redact("request.path") and limit(1)')
EOF
is '--count of everything' "$("$analyzer" query "$shop" --count)" \
	"$(wc -l <"$tmp/all")"
is '--count stops at --limit' "$("$analyzer" query "$shop" -n 5 --count)" 5
"$analyzer" query --json --limit 7 "$shop" '' >"$tmp/out"
head -n 7 "$tmp/all" >"$tmp/want"
same '--limit gives the first' "$tmp/out" "$tmp/want"
is '--limit 0 gives nothing' "$("$analyzer" query --limit=0 "$shop")" ''
status '--full' 0 "$analyzer" query --full --limit 3 "$shop"
ok 'has requests, responses and evidence' jq -es 'length == 3 and all(
	.request.method == "GET" and .response.status == 200 and
	.evidence.complete and (.timing.requestStart | type) == "string" and
	.tcp.gaps == 0)' "$tmp/out"
is 'and the same ids' "$(jq -r .evidence.eid "$tmp/out")" \
	"$(head -n 3 "$tmp/all" | jq -r .eid)"
status 'a table for people' 0 "$analyzer" query --limit 2 "$shop"
is 'has a header, a day and the rows' "$(wc -l <"$tmp/out")" 4
says 'names instead of addresses' "$tmp/out" '-> storefront\.shop:80'

# ---- redact() in lists ----

"$analyzer" query --json "$shop" 'http and redact("nothing.here")' >"$tmp/out"
"$analyzer" query --json "$shop" http >"$tmp/want"
same 'redact() of nothing leaves the list as it is' "$tmp/out" "$tmp/want"
"$analyzer" query --json -n 5 "$shop" \
	'http and redact("request.path", "src.ip", "response.status")' >"$tmp/out"
ok 'columns that show what was redacted are hidden' jq -es 'length == 5 and all(
	.summary == "[REDACTED]" and (has("summaryQuery") | not) and
	.src.ip == "[REDACTED]" and (.dst.ip | test("^[0-9]")) and
	.status == 0 and .statusQuery == "" and .method == "GET")' "$tmp/out"
"$analyzer" query -n 5 "$shop" \
	'http and redact("request.url", "request.path", "dst.name")' >"$tmp/out"
is 'in the table as well' "$(grep -c '\[REDACTED\].*-> \[REDACTED\]' \
	"$tmp/out")" 5
"$analyzer" query --json -n 3 "$shop" 'dns and redact("request.questions")' \
	>"$tmp/out"
ok 'also below what was redacted' jq -es \
	'length == 3 and all(.summary == "[REDACTED]")' "$tmp/out"

# ---- scripts ----

status '--fail-if-found, found' 1 "$analyzer" query --fail-if-found --count \
	"$shop" 'response.status == 404'
status '--fail-if-found, not found' 0 "$analyzer" query --fail-if-found \
	"$shop" 'response.status == 499'
status '--fail-if-empty, not found' 1 "$analyzer" query --fail-if-empty \
	"$shop" 'response.status == 499'
status '--fail-if-empty, found' 0 "$analyzer" query --fail-if-empty -n 1 \
	"$shop" 'response.status == 404'
printf '// what was not there\nhttp and\n\tresponse.status == 404\n' \
	>"$tmp/404.kfl"
is 'a query in a file' "$("$analyzer" query --count "$shop" "@$tmp/404.kfl")" 10
is 'and on standard input' \
	"$("$analyzer" query --count "$shop" @- <"$tmp/404.kfl")" 10
status 'a file that is not there' 2 "$analyzer" query "$shop" "@$tmp/405.kfl"
says 'is told' "$tmp/err" '405\.kfl: no such file'
printf 'http\000or dns' >"$tmp/404.kfl"
status 'a file that is no text' 2 "$analyzer" query "$shop" "@$tmp/404.kfl"
is 'now() is the end of the snapshot' "$("$analyzer" query --count "$shop" \
	'timestamp > now()')" 0
is 'or what --now says' "$("$analyzer" query --count "$shop" \
	--now 2020-01-01T00:00:00Z 'timestamp > now()')" \
	"$(wc -l <"$tmp/all")"
status '--now that is no time' 2 "$analyzer" query --now yesterday "$shop"

# ---- --explain ----

status '--explain' 0 "$analyzer" query --explain "$shop" \
	'src.port == 6379 and src.ip == r"^10"'
cat >"$tmp/want" <<'EOF'
query       src.port == 6379 and src.ip == r"^10"
sure        0
candidates  ((CASE WHEN e.flags&8192 THEN e.server_port ELSE e.client_port END)=6379)
evaluated   src.ip == r"^10"
index       SCAN e USING INDEX entry_ts
scanned     12 candidates
read        12 of them, from their packets
matched     12
EOF
same 'tells how a query is answered' "$tmp/out" "$tmp/want"
"$analyzer" query --explain --json "$shop" \
	'http and timestamp > 0 and src.ip == r"^10"' >"$tmp/out"
ok 'as JSON too' jq -e '
	(.query | startswith("(protocol.macro == \"http\") and")) and
	(.exact | not) and (.redacts | not) and .limit == 0 and
	.residual == [{"text": "src.ip == r\"^10\"", "offset": 27,
		"length": 16, "doubt": false}] and
	(.over.values[-1] == 1000000) and .under.sql == "0" and
	(.index[0] | contains("entry_ts (ts>?)")) and
	.work.scanned > 700 and .work.read == .work.scanned and
	.work.matched <= .work.scanned and .work.undecided == 0' "$tmp/out"
"$analyzer" query --explain --json "$shop" 'dst.name == "storefront.shop"' \
	>"$tmp/out"
ok 'a name is answered by the index alone' jq -e \
	'.exact and .residual == [] and .work.read == 0 and .work.matched > 0' \
	"$tmp/out"
is 'and is the name that entries have' "$(jq .work.matched "$tmp/out")" \
	"$(jq -s 'map(select(.dst.name == "storefront.shop")) | length' \
		"$tmp/all")"
status '--explain of two snapshots' 0 "$analyzer" query --explain --json \
	"$tiny" "$shop" http
is 'is two of them' "$(wc -l <"$tmp/out")" 2

# ---- several snapshots ----

cp "$tiny" "$tmp/http"
status 'two snapshots' 0 "$analyzer" query --json "$tiny" "$shop"
ok 'are merged by time' jq -es '(map(.timestamp) | . == sort)' "$tmp/out"
both=$(($("$analyzer" query --count "$tiny") + $(wc -l <"$tmp/all")))
is 'and none is lost' "$(wc -l <"$tmp/out")" "$both"
ok 'ids have the number of the snapshot' jq -es '
	(map(.eid) | all(test("^[12]:[0-9]+$"))) and
	(map(select(.eid | startswith("1:"))) | length) == 28' "$tmp/out"
eid=$(jq -r 'select(.eid | startswith("2:")) | .eid' "$tmp/out" | head -n 1)
status 'show takes such an id' 0 "$analyzer" show --json "$tiny" "$shop" "$eid"
is 'and finds the entry' "$(jq -r .evidence.eid "$tmp/out")" "$eid"
status 'a last argument that names a file' 0 \
	sh -c "cd '$tmp' && '$(realpath "$analyzer")' query --count \
	'$(realpath "$shop")' http"
is 'is a snapshot' "$(cat "$tmp/out")" "$both"
status 'with a blank in front' 0 \
	sh -c "cd '$tmp' && '$(realpath "$analyzer")' query --count \
	'$(realpath "$shop")' ' http'"
is 'it is the query' "$(cat "$tmp/out")" 825

# ---- show ----

id=$(jq -r 'select(.method == "POST") | .eid' "$tmp/all" | head -n 1)
status 'show' 0 "$analyzer" show "$shop" "$id"
says 'the headline' "$tmp/out" '^HTTP POST /'
says 'headers' "$tmp/out" '^    Content-Type: '
says 'the packets that carried it' "$tmp/out" \
	'carried by node-1_10\.0\.0\.5/[0-9]+\.pcap packets [0-9]+'
status 'show --json' 0 "$analyzer" show --json "$shop" "$id"
cp "$tmp/out" "$tmp/entry"
is 'is the whole entry' "$(jq -r .evidence.eid "$tmp/entry")" "$id"
status 'show --body request' 0 "$analyzer" show --body request "$shop" "$id"
is 'writes the body and nothing else' "$(cat "$tmp/out")" \
	"$(jq -r .request.postData.text "$tmp/entry")"
status 'show --body response' 0 "$analyzer" show --body=response "$shop" "$id"
jq -j .response.content.text "$tmp/entry" | base64 -d >"$tmp/want"
same 'writes the other one' "$tmp/out" "$tmp/want"
# A body in every coding decodes to the same catalogue.
"$analyzer" query --full "$shop" |
	jq -r 'select(.request.url == "/catalogue.json") | .evidence.eid' |
	while read -r one; do
		"$analyzer" show --body response "$shop" "$one" | sha256sum
	done | sort -u >"$tmp/out"
is 'bodies are decoded, whatever the coding' "$(wc -l <"$tmp/out")" 1

# The numbers are those of the capture: the packets hold the request.
"$analyzer" query --json "$tiny" | head -n 1 | jq -r .eid >"$tmp/eid"
"$analyzer" show "$tiny" "$(cat "$tmp/eid")" >"$tmp/out"
says 'one packet carried the first request' "$tmp/out" \
	'^  carried by [^ ]+ packets [0-9]+$'

# ---- streams ----

status 'streams --json' 0 "$analyzer" streams --json "$shop"
ok 'every packet of a stream is counted' jq -es \
	'(map(.packets_0 + .packets_1) | add) == 11262' "$tmp/out"
is 'and so is every entry' "$(jq -s 'map(.entries) | add' "$tmp/out")" \
	"$(wc -l <"$tmp/all")"
ok 'the columns are those of the index' jq -e '
	(.id | test("^[0-9]+$")) and (.l4 == 6 or .l4 == 17) and
	(.state | type) == "string" and (.addr_0 | type) == "string" and
	(.port_1 | type) == "number" and (.client == 0 or .client == 1) and
	(.late_join | type) == "boolean" and (.first_ts <= .last_ts) and
	has("handshake_rtt") and has("gap_bytes_1") and has("tcp_flags_0") and
	has("protocol") and has("reason")' "$tmp/out"
ok 'a stream without a dissector has a reason' jq -es '
	map(select(.protocol == "")) | length > 0 and all(.reason != "")' \
	"$tmp/out"
is 'undecrypted TLS is told' \
	"$(jq -s 'map(select(.tls_wire)) | length > 0' "$tmp/out")" true
status 'streams' 0 "$analyzer" streams "$shop"
is 'a line each, and a header' "$(wc -l <"$tmp/out")" \
	"$(($("$analyzer" streams --json "$shop" | wc -l) + 1))"

# ---- diag, open ----

status 'diag --json' 0 "$analyzer" diag --json "$shop"
is 'the bytes that were cut out' \
	"$(jq -r 'select(.kind == "gap") |
	    [.kind, .severity, .source, .len] | @csv' "$tmp/out")" \
	'"gap","loss","node-1_10.0.0.5/1795391387.pcap",2896'
# librdkafka's mock refuses ApiVersions 3 in a form that no version has.
is 'and what is odd: ten answers of a mock' \
	"$(jq -r 'select(.kind != "gap") | .kind' "$tmp/out" | uniq -c |
	    tr -s ' ')" ' 10 malformed'
is 'which a query finds, and nothing that is cut' \
	"$("$analyzer" query --count "$shop" 'response.malformed == true') \
$("$analyzer" query --count "$shop" 'kafka and response.truncated == true')" \
	'10 0'
status 'diag' 0 "$analyzer" diag "$shop"
says 'under its heading' "$tmp/out" '^Evidence that is missing:$'
status 'diag of what is whole' 0 "$analyzer" diag "$tiny"
is 'says so' "$(cat "$tmp/out")" 'Nothing is missing, refused or odd.'

status 'a snapshot that is not there' 2 \
	"$analyzer" query "$tiny" "$tmp/none.pcap"
says 'might have been meant' "$tmp/err" 'and no file is called .*none\.pcap'
status 'open' 0 "$analyzer" open "$tiny"
says 'shows what is in it' "$tmp/out" '^  entries +28: DNS 4, HTTP 24$'
says 'and the first calls' "$tmp/out" ' GET +/catalogue.json +200 '
says 'and that there are more' "$tmp/out" 'and 8 more'

done_testing
