#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# serve.sh SNAPSHOT WORKSPACE: times the server's replies on an index that is
# there. run.sh calls it; by hand it can be given any snapshot. The budgets are
# those of an index of a million entries.
#
# Requests come one after the other through HTTP. What is compared is the
# processor time that the server spends on each, which is the time it takes when
# nothing else runs; the time that passed is told beside it.
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

"$analyzer" serve --json --workspace "$2" --front-port 0 --hub-port 0 "$1" \
    >"$tmp/served" 2>"$tmp/log" &
server=$!
while [ ! -s "$tmp/served" ]; do
	kill -0 "$server"
	sleep 0.1
done
front=$(jq -r .front "$tmp/served")
port=${front##*:}
port=${port%/}
until curl -sf -o "$tmp/ready" "${front}readyz"; do
	kill -0 "$server"
	sleep 0.2
done

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
	echo "histogram $api/histogram"
	echo "histogram-of-a-protocol $api/histogram?wait=30000&q=http"
	echo "histogram-of-a-status $api/histogram?wait=30000&q=response.status%20%3D%3D%20500"
	echo "histogram-of-a-name $api/histogram?wait=30000&q=dst.name.contains(%22stock%22)"
	echo "map $api/map?wait=30000"
	echo "map-of-a-protocol $api/map?wait=30000&q=http"
	echo "top-methods $api/top?wait=30000&field=request.method"
	echo "top-names $api/top?wait=30000&field=dst.name"
	echo "streams $api/streams?sort=-bytes"
} >"$tmp/lines"
"$load" 127.0.0.1 "$port" -n "$runs" -p "$server" <"$tmp/lines" >"$tmp/figures"

printf '\nReplies of the server, %s times each, ms\n\n' "$runs"
awk '
BEGIN {
	# Of what is a page of a list the 95th percentile counts, else the
	# median.
	budget["histogram"] = 150
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
