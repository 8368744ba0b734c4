#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# serve.sh SNAPSHOT WORKSPACE: times the server's replies on an index that is
# there, and then on one that grows. run.sh calls it; by hand it can be given any
# snapshot. The budgets are those of an index of a million entries.
#
# Requests come one after the other through HTTP. What is compared is the
# processor time that the server spends on each, which is the time it takes when
# nothing else runs; the time that passed is told beside it. Of a filter "anew"
# each request has another one, so that nothing is known about it. While an
# index grows the time that passed is all there is: the indexing takes the
# processors, too.
#
#   RUNS=5      how often each is asked
#   BIN, BUILD  where the programs and the generators are
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
analyzer=${BIN:-$root/build/bin}/analyzer
load=${BUILD:-$root/build/release}/tests/gen/load
runs=${RUNS:-5}
tmp=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$tmp"' EXIT

for program in curl jq; do
	command -v "$program" >/dev/null 2>&1 || {
		echo "The server is not timed: there is no $program."
		exit 0
	}
done

# start WORKSPACE SNAPSHOT: until it answers
start()
{
	: >"$tmp/served"
	"$analyzer" serve --json --workspace "$1" --front-port 0 --hub-port 0 \
	    "$2" >"$tmp/served" 2>"$tmp/log" &
	server=$!
	while [ ! -s "$tmp/served" ]; do
		kill -0 "$server"
		sleep 0.01
	done
	front=$(jq -r .front "$tmp/served")
	port=${front##*:}
	port=${port%/}
}

start "$2" "$1"
until curl -sf -o "$tmp/ready" "${front}readyz"; do
	kill -0 "$server"
	sleep 0.2
done
# What is kept in memory is read when the index is ready.
sleep 2

api=/api/v1
# pages NAME PARAMETERS: a name and path for each of 20 pages that follow
pages()
{
	cursor=
	n=0
	while [ "$n" -lt 20 ]; do
		echo "$1 $api/entries?$2$cursor"
		next=$(curl -s "${front}api/v1/entries?$2$cursor" |
			jq -r '.next // ""')
		[ -n "$next" ] || break
		cursor="&after=$next"
		n=$((n + 1))
	done
}

{
	pages list-by-time 'limit=100'
	pages list-of-a-protocol 'q=http'
	pages list-of-a-status 'q=response.status%20%3D%3D%20500'
	pages list-from-the-end 'sort=-time'
	echo "list-the-last $api/entries?before=end"
	for skip in 1000 250000 500000 900000; do
		echo "list-a-jump $api/entries?skip=$skip"
	done
	for sort in elapsed -elapsed -status -requestSize responseSize; do
		echo "list-sorted $api/entries?sort=$sort"
	done
	pages list-sorted-of-a-protocol 'sort=-elapsed&q=http'
	for n in 1 2 3 4 5; do
		echo "list-sorted-anew $api/entries?sort=elapsed&q=response.status%20%3D%3D%2040$n"
		echo "list-sorted-anew $api/entries?sort=-responseSize&q=http%20and%20elapsedTime%20%3E%2040$n"
	done
	echo "histogram $api/histogram"
	for n in 1 2 3 4 5; do
		echo "histogram-anew $api/histogram?q=response.status%20%3D%3D%2041$n"
		echo "histogram-anew $api/histogram?q=http%20and%20elapsedTime%20%3E%2041$n"
	done
	echo "histogram-of-a-protocol $api/histogram?wait=30000&q=http"
	echo "histogram-of-a-status $api/histogram?wait=30000&q=response.status%20%3D%3D%20500"
	echo "histogram-of-a-name $api/histogram?wait=30000&q=dst.name.contains(%22stock%22)"
	echo "map $api/map?wait=30000"
	echo "map-of-a-protocol $api/map?wait=30000&q=http"
	echo "top-methods $api/top?wait=30000&field=request.method"
	echo "top-paths $api/top?wait=30000&field=request.path"
	echo "top-names $api/top?wait=30000&field=dst.name"
	echo "streams $api/streams?sort=-bytes"
} >"$tmp/lines"
# A second time, nothing would be new.
grep -- '-anew ' "$tmp/lines" >"$tmp/anew"
grep -v -- '-anew ' "$tmp/lines" >"$tmp/again"
{
	"$load" 127.0.0.1 "$port" -p "$server" <"$tmp/anew"
	"$load" 127.0.0.1 "$port" -n "$runs" -p "$server" <"$tmp/again"
} >"$tmp/figures"

printf '\nReplies of the server, %s times each, ms\n\n' "$runs"
awk '
BEGIN {
	# Of what is a page of a list the 95th percentile counts, else the
	# median.
	budget["histogram"] = budget["histogram-anew"] = 150
	budget["histogram-of-a-protocol"] = budget["histogram-of-a-status"] = 150
	printf "  %-28s %9s %9s %9s %9s\n", "", "CPU p50", "CPU p95", \
	    "wall p50", "wall p95"
}
{
	name = $1
	gsub("-", " ", name)
	page = name ~ /^list/
	limit = page ? 50 : budget[$1]
	value = page ? $6 : $5
	verdict = limit == "" ? "" : \
	    sprintf("<= %4d  %s", limit, value <= limit ? "PASS" : "MISS")
	printf "  %-28s %9.1f %9.1f %9.1f %9.1f   %s\n", name, $5, $6, $3, \
	    $4, verdict
}' "$tmp/figures"

# ---- an index that grows ----

kill "$server"
wait "$server" || true
mkdir "$tmp/fresh"
begun=$(date +%s%N)
start "$tmp/fresh" "$1"
until curl -s "${front}api/v1/entries?limit=1" | grep -q '"id"'; do
	kill -0 "$server"
	sleep 0.01
done
first=$((($(date +%s%N) - begun) / 1000000))
while ! curl -sf -o "$tmp/ready" "${front}readyz"; do
	kill -0 "$server"
	for page in 'entries' 'entries?before=end' 'entries?q=http' \
	    'entries?sort=-elapsed' 'histogram'; do
		curl -sf -o "$tmp/page" -w "$page %{time_total}\n" \
		    "${front}api/v1/$page" >>"$tmp/growing"
		sleep 0.05
	done
done
printf '\nWhile the index is made: the first entry after %s ms   <= 1000  %s\n\n' \
    "$first" "$([ "$first" -le 1000 ] && echo PASS || echo MISS)"
sort -k1,1 -k2,2n "$tmp/growing" | awk '
function tell() {
	if (n > 0)
		printf "  %-28s %9.1f %9.1f %9.1f   of %d\n", name, \
		    ms[int((n + 1) / 2)], ms[int(n * 0.95 + 0.5)], ms[n], n
}
BEGIN {
	printf "  %-28s %9s %9s %9s\n", "", "wall p50", "wall p95", "most"
}
$1 != name {
	tell()
	n = 0
	name = $1
}
{ ms[++n] = 1000 * $2 }
END { tell() }'
