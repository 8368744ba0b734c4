#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Histogram, top values, service map, streams, identities, diag: the figures of
# /api/v1 agree with what the commands print.
set -u
. tests/api/api.sh

serve "$shop" "$tiny"
wait_ready
api="${front}api/v1"
"$analyzer" query --json "$shop" >"$tmp/base"
"$analyzer" query --json "$tiny" >>"$tmp/base"
"$analyzer" query --full "$shop" >"$tmp/full"
"$analyzer" streams --json "$shop" >"$tmp/streams"
all=$(wc -l <"$tmp/base")

page='(.scanned | type) == "number" and (.matched | type) == "number" and
	.undecided == 0 and has("next") and has("prev") and
	(.complete | type) == "boolean"'

# ---- histogram ----

get 'histogram' 200 "$api/histogram"
has 'is whole' "$page and .complete and .next == null"
has 'has all entries' ".all == $all and .matched == $all and
	(.buckets | map(.n) | add) == $all"
for class in $(jq -r '.buckets | map(.classes | keys) | add | unique[]' \
	"$tmp/out"); do
	is "as many $class as the filter finds" \
		"$(jq "[.buckets[].classes.$class // 0] | add" "$tmp/out")" \
		"$(curl -sG "$api/histogram" --data-urlencode \
			"q=evidence.outcome == \"$class\"" | jq .matched)"
done
has 'classes and protocols add up' '.buckets | all(.n ==
	(.classes | add) and .n == (.protocols | add))'
has 'at most 120 buckets, in order' '(.buckets | length) <= 120 and
	(.buckets | map(.i)) == (.buckets | map(.i) | sort)'
has 'percentiles in order' '.buckets | all(.p50 == null or
	(.p50 <= .p90 and .p90 <= .p99))'
is 'classes are those of the entries' \
	"$(jq -r '[.buckets[].classes | to_entries[]] | group_by(.key) |
		map("\(.[0].key) \(map(.value) | add)") | .[]' "$tmp/out")" \
	"$(for n in 1 2; do
		cursor=
		while :; do
			curl -s "$api/entries?snapshot=$n&limit=1000$cursor" \
				-o "$tmp/page"
			jq -r '.entries[].class' "$tmp/page"
			next=$(jq -r '.next // ""' "$tmp/page")
			[ -n "$next" ] || break
			cursor="&after=$next"
		done
	done | sort | uniq -c | awk '{ print $2, $1 }')"
get 'histogram of a query' 200 "$api/histogram?q=response.status%20%3E%3D%20500&buckets=3"
has 'counts matches' ".matched == $(jq -s 'map(select(.status >= 500 and
	.proto.name == "http")) | length' "$tmp/base") and .all == $all"
has 'in three buckets' '(.buckets | length) <= 3'
get 'one that reads packets' 200 \
	"$api/histogram?snapshot=1&wait=30000&q=request.headers%5B%22User-Agent%22%5D.startsWith(%22curl%22)"
has 'counts them' ".complete and .matched == $(jq -s 'map(select(
	.request.headers["User-Agent"]? // "" | startswith("curl"))) | length' \
	"$tmp/full")"
get 'no time at all' 200 \
	"$api/histogram?snapshot=1&wait=0&q=request.headers%5B%22User-Agent%22%5D.startsWith(%22curl%22)"
has 'goes on elsewhere' '(.complete | not) and (.next | type) == "string"'
get 'a range' 200 "$api/histogram?from=2026-11-22T23:49:10Z&to=2026-11-22T23:49:20Z"
has 'has its entries only' ".startMs == 1795391350000 and .matched == $(jq -s \
	'map(select(.timestamp >= 1795391350000 and .timestamp < 1795391360000
	)) | length' "$tmp/base")"
get 'an empty range' 200 "$api/histogram?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z"
has 'is empty' '.matched == 0 and .all == 0 and .buckets == [] and .complete'
get 'buckets out of range' 400 "$api/histogram?buckets=1001"
get 'a wrong query' 400 "$api/histogram?q=response.statsu"
get 'a wrong cursor' 400 "$api/histogram?after=x"

# ---- top ----

get 'top methods' 200 "$api/top?field=request.method&snapshot=1&q=http"
has 'as the entries have them' ".values == $(jq -sc 'map(select(.protocol.macro
	== "http" and .request != {}) | .request.method) | group_by(.) | map({
	value: .[0], count: length, query: "request.method == \"\(.[0])\""}) |
	sort_by(-.count, .value)' "$tmp/full")"
get 'top of a header' 200 \
	"$api/top?snapshot=1&wait=30000&field=request.headers%5B%22User-Agent%22%5D"
has 'from the packets' ".complete and (.values | map({(.value): .count}) | add
	) == $(jq -sc 'map(.request.headers["User-Agent"]? // empty) |
	group_by(.) | map({(.[0]): length}) | add' "$tmp/full")"
get 'top names' 200 "$api/top?field=dst.name&snapshot=1&limit=3&prefix=CAT"
has 'that begin so' ".values | length == 1 and .[0].value == \"catalog.shop\"
	and .[0].count == $(jq -s 'map(select(.dst.name == "catalog.shop")) |
	length' "$tmp/full")"
query=$(jq -r '.values[0].query | @uri' "$tmp/out")
count=$(jq -r '.values[0].count' "$tmp/out")
get 'its query' 200 "$api/histogram?snapshot=1&q=$query"
has 'finds as many' ".matched == $count"

# walk PATH FILTER: FILTER of every part of a reply that is cut for time
walk()
{
	cursor=
	parts=0
	while [ "$parts" -lt 5000 ]; do
		curl -s "$1&wait=0$cursor" -o "$tmp/page"
		jq -c "$2" "$tmp/page"
		parts=$((parts + 1))
		next=$(jq -r '.next // ""' "$tmp/page")
		[ -n "$next" ] || break
		cursor="&after=$next"
	done
}

agent='request.headers%5B%22User-Agent%22%5D'
get 'top, all at once' 200 "$api/top?snapshot=1&wait=30000&field=$agent&q=http"
jq -c '[.values[] | {(.value): .count}] | add' "$tmp/out" >"$tmp/want"
walk "$api/top?snapshot=1&field=$agent&q=http" '.values[]' >"$tmp/parts"
ok 'cut for time' test "$parts" -gt 1
is 'its parts add up' "$(jq -sc 'group_by(.value) |
	map({(.[0].value): (map(.count) | add)}) | add' "$tmp/parts" | jq -S .)" \
	"$(jq -S . "$tmp/want")"
get 'top with a wrong cursor' 400 "$api/top?field=request.method&after=x"
get 'top of nothing' 400 "$api/top"
get 'top of no path' 400 "$api/top?field=%5B"

# ---- map ----

get 'map' 200 "$api/map"
has 'has all calls' "$page and .complete and
	(.edges | map(.count) | add) == $all"
has 'edges are between nodes' '(.nodes | map(.id)) as $ids | .edges |
	all([.from, .to] - $ids == [])'
has 'rates go with the seconds' '.seconds as $s | .edges |
	all((.rate * $s - .count) | fabs < 0.001)'
cp "$tmp/out" "$tmp/map"
for i in 0 3 7; do
	query=$(jq -r ".edges[$i].query | @uri" "$tmp/map")
	get "the query of edge $i" 200 "$api/map?wait=30000&q=$query"
	has 'finds that edge' ".edges == [$(jq -c ".edges[$i]" "$tmp/map")]"
done

query=$(echo 'request.headers["User-Agent"].startsWith("curl")' |
	jq -rR '@uri')
get 'a map, all at once' 200 "$api/map?snapshot=1&wait=30000&q=$query"
count=$(jq '.edges | map(.count) | add' "$tmp/out")
walk "$api/map?snapshot=1&q=$query" '.edges | map(.count) | add // 0' \
	>"$tmp/parts"
ok 'cut for time' test "$parts" -gt 1
is 'its parts add up' "$(jq -s add "$tmp/parts")" "$count"
get 'a map with a wrong cursor' 400 "$api/map?after=x"

# ---- streams ----

get 'streams' 200 "$api/streams?snapshot=1&limit=1000"
has 'has them all' "$page and .complete and (.streams | length) ==
	$(wc -l <"$tmp/streams")"
is 'as the command prints them' \
	"$(jq -r '.streams[] | [(.id | sub("1:"; "")), .protocol, .reason,
		.state, .entries, .client.packets + .server.packets,
		.client.bytes + .server.bytes] | @tsv' "$tmp/out" | sort)" \
	"$(jq -r '[.id, .protocol, .reason, .state, .entries,
		.packets_0 + .packets_1, .bytes_0 + .bytes_1] | @tsv' \
		"$tmp/streams" | sort)"
jq -c '.streams[]' "$tmp/out" >"$tmp/want"
for sort in time -bytes packets -retransmissions gapBytes -entries; do
	cursor=
	: >"$tmp/got"
	while :; do
		curl -s "$api/streams?limit=97&sort=$sort$cursor" -o "$tmp/page"
		jq -r '.streams[].id' "$tmp/page" >>"$tmp/got"
		next=$(jq -r '.next // ""' "$tmp/page")
		[ -n "$next" ] || break
		cursor="&after=$next"
	done
	cursor='&before=end'
	: >"$tmp/back"
	while :; do
		curl -s "$api/streams?limit=89&sort=$sort$cursor" -o "$tmp/page"
		jq -r '.streams[].id' "$tmp/page" | cat - "$tmp/back" >"$tmp/b"
		mv "$tmp/b" "$tmp/back"
		next=$(jq -r '.prev // ""' "$tmp/page")
		[ -n "$next" ] || break
		cursor="&before=$next"
	done
	is "by $sort: each once" "$(sort -u "$tmp/got" | wc -l)" \
		"$(wc -l <"$tmp/got")"
	same "by $sort: the same backwards" "$tmp/back" "$tmp/got"
done
streams=$(wc -l <"$tmp/got")
get 'how many there are' 200 "$api/streams?limit=1&wait=30000"
is 'are all of them' "$(jq .all "$tmp/out")" "$streams"
get 'how many with a text' 200 "$api/streams?limit=1&find=redis&wait=30000"
is 'are those with it' "$(jq .all "$tmp/out")" \
	"$(curl -s "$api/streams?limit=1000&find=redis" | jq '.streams | length')"
for sort in time -bytes; do
	jq -r '.streams[].id' <<-END >"$tmp/want"
	$(curl -s "$api/streams?limit=1000&sort=$sort")
	END
	get 'far into it' 200 "$api/streams?sort=$sort&skip=97&limit=50"
	is "by $sort: skipped" "$(jq -r '.streams[].id' "$tmp/out")" \
		"$(sed -n '98,147p' "$tmp/want")"
	prev=$(jq -r .prev "$tmp/out")
	next=$(jq -r .next "$tmp/out")
	get 'behind that' 200 "$api/streams?sort=$sort&after=$next&skip=3&limit=9"
	is "by $sort: behind it" "$(jq -r '.streams[].id' "$tmp/out")" \
		"$(sed -n '151,159p' "$tmp/want")"
	has 'not counted again' '.all == null'
	get 'before that' 200 "$api/streams?sort=$sort&before=$prev&limit=9"
	is "by $sort: before it" "$(jq -r '.streams[].id' "$tmp/out")" \
		"$(sed -n '89,97p' "$tmp/want")"
	get 'the end' 200 "$api/streams?sort=$sort&before=end&skip=2&limit=9"
	is "by $sort: from the end" "$(jq -r '.streams[].id' "$tmp/out")" \
		"$(tail -n 11 "$tmp/want" | head -n 9)"
	get 'behind all' 200 "$api/streams?sort=$sort&skip=$((streams + 1))"
	has 'is nothing' '.streams == [] and .complete'
	get 'far into one' 200 \
		"$api/streams?snapshot=1&sort=$sort&skip=97&limit=50"
	is "by $sort: skipped in one" "$(jq -r '.streams[].id' "$tmp/out")" \
		"$(grep '^1:' "$tmp/want" | sed -n '98,147p')"
done
get 'unhealthy ones' 200 "$api/streams?only=gaps"
has 'with gaps' '(.streams | length) == 1 and
	.streams[0].server.gapBytes + .streams[0].client.gapBytes > 0'
get 'found by a name' 200 "$api/streams?find=REDIS.data&limit=1000"
has 'with that name' '(.streams | length) > 0 and (.streams |
	all(.server.name == "redis.data" or .client.name == "redis.data"))'
id=$(jq -r '.streams[0].id' "$tmp/out")
jq -c '.streams[0]' "$tmp/out" >"$tmp/want"
get 'one stream' 200 "$api/streams/$id"
is 'is the one of the list' "$(jq -c . "$tmp/out")" "$(cat "$tmp/want")"
get 'no stream' 404 "$api/streams/1:5"
get 'a wrong order' 400 "$api/streams?sort=size"

# ---- identities, diag ----

get 'identities' 200 "$api/identities?snapshot=1&limit=1000"
has 'with names' "$page and .complete and (.identities | length > 100) and
	(.identities | all((.name | length > 0) and (.early | type) ==
	\"boolean\"))"
n=$(jq '.identities | length' "$tmp/out")
cursor=
: >"$tmp/got"
while :; do
	curl -s "$api/identities?snapshot=1&limit=13$cursor" -o "$tmp/page"
	jq -c '.identities[]' "$tmp/page" >>"$tmp/got"
	next=$(jq -r '.next // ""' "$tmp/page")
	[ -n "$next" ] || break
	cursor="&after=$next"
done
is 'page by page they are the same' "$(wc -l <"$tmp/got")" "$n"
get 'who was it then' 200 \
	"$api/identities?ip=10.244.2.20&at=2026-11-22T23:49:42Z&snapshot=1"
has 'another than before' '.identities | length > 0 and
	all(.ip == "10.244.2.20" and (.name | startswith("recommend")))'
get 'no address' 400 "$api/identities?ip=nobody"
get 'diag' 200 "$api/diag?snapshot=1"
is 'as the command prints it' \
	"$(jq -r '.diag[] | [.kind, .source, .record, .offset, .length] |
		@tsv' "$tmp/out")" \
	"$("$analyzer" diag --json "$shop" | jq -r '[.kind, .source, .record,
		.off, .len] | @tsv')"
has 'with what the kinds mean' '.kinds | all((.text | length > 0) and
	.count > 0)'
get 'diag of a severity' 200 "$api/diag?severity=refused"
has 'has no other' '.diag == [] and (.kinds | length) > 0'
get 'no such severity' 400 "$api/diag?severity=fatal"
get 'no such kind' 400 "$api/diag?kind=gaps"

# ---- packets of an entry ----

entry=$(jq -sr 'map(select(.method == "GET" and .proto.name == "http"))[0].eid' \
	"$tmp/base")
get 'packets' 200 "$api/entries/1:$entry/packets"
has 'of both sides' "$page"' and (.packets | map(.side) | unique) ==
	["request", "response"]'
has 'whose bytes are there' '.packets | all((.hex | length) == 2 * .captured
	and (.layers | map(.name)) == ["Ethernet", "IPv4", "TCP"] and
	.payload.offset + .payload.length <= .captured)'
is 'they say what was said' "$(jq -r '.packets[0] | .hex[2 * .payload.offset:]' \
	"$tmp/out" | sed 's/\(..\)/\\x\1/g' | xargs -0 printf | head -n 1 |
	cut -d ' ' -f 1)" GET
is 'the digest is of these bytes' "$(jq -r .digest.request "$tmp/out")" \
	"$(jq -r '[.packets[] | select(.side == "request") | .hex[2 *
		.payload.offset:2 * (.payload.offset + .payload.length)]] |
		join("")' "$tmp/out" | tr -d '\n' | sed 's/\(..\)/\\x\1/g' |
		xargs -0 printf '%b' | sha256sum | cut -d ' ' -f 1)"
get 'of one side' 200 "$api/entries/1:$entry/packets?side=response&limit=1"
has 'only' '.packets | length == 1 and .[0].side == "response"'
get 'of no side' 400 "$api/entries/1:$entry/packets?side=left"
get 'of no entry' 404 "$api/entries/1:7/packets"

# ---- export ----

for format in har jsonl csv pcap pcapng archive; do
	"$analyzer" export "$shop" 'response.status >= 500' --to "$format" \
		-o "$tmp/want"
	get "export to $format" 200 \
		"$api/export?snapshot=1&format=$format&q=response.status%20%3E%3D%20500"
	case $format in
	har | pcapng) # with another comment
		ok "$format is like the command's" test \
			"$(wc -c <"$tmp/out")" -gt 1000 ;;
	jsonl) # with ids of several snapshots
		is 'jsonl is what the command writes' \
			"$(sed 's/"1:/"/g; s/:889[0-9]//g' "$tmp/out")" \
			"$(sed 's/:889[0-9]//g' "$tmp/want")" ;;
	csv)
		sed 's/^1://; s/,1:\([0-9]*\)\(.\)$/,\1\2/' "$tmp/out" >"$tmp/got"
		same 'csv is what the command writes' "$tmp/got" "$tmp/want" ;;
	*) ok "$format is what the command writes" \
		cmp "$tmp/out" "$tmp/want" ;;
	esac
	says "... as a download" "$tmp/head" \
		"[Aa]ttachment; filename=\"shop.tar.gz.(pcapng|$format|tar.gz)\""
done
get 'one entry' 200 "$api/export?format=jsonl&entry=1:$entry"
has 'is that entry' ".evidence.eid == \"1:$entry\""
get 'packets of a stream' 200 "$api/export?format=pcap&stream=$id"
get 'an unknown format' 400 "$api/export?format=xml"
for format in har jsonl csv pcap pcapng archive; do
	"$analyzer" export "$shop" "$tiny" dns --to "$format" -o "$tmp/want"
	get "several snapshots to $format" 200 "$api/export?format=$format&q=dns"
	case $format in
	har) has 'har is one' '.log.version == "1.2"' ;;
	pcapng) ok "$format has both" test "$(wc -c <"$tmp/out")" -gt \
		"$(wc -c <"$tmp/want" | awk '{ print int($1 * 9 / 10) }')" ;;
	*) ok "$format is what the command writes" \
		cmp "$tmp/out" "$tmp/want" ;;
	esac
done
says 'as a download' "$tmp/head" 'filename="snapshots.tar.gz"'
get 'one of them' 200 "$api/export?format=csv&q=dns&snapshot=2"
is 'has no rows of the other' "$(tail -n +2 "$tmp/out" | grep -cv '^2:')" 0
get 'hidden parts in packets' 400 \
	"$api/export?snapshot=1&format=pcap&q=redact(%22request.path%22)"
ok 'every reply was as the document says' conform

done_testing
