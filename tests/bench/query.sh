#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# query.sh SNAPSHOT WORKSPACE: times `analyzer query` on an index that is there.
# run.sh calls it; by hand it can be given any snapshot. The budgets are those
# of an index of a million entries and count the start of the program in.
# Prints CPU time, which is the time it takes when nothing else runs.
#
#   RUNS=3      how often each query runs; medians are reported
#   BIN, BUILD  where the programs and the generators are
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
analyzer=${BIN:-$root/build/bin}/analyzer
measure=${BUILD:-$root/build/release}/tests/gen/measure
runs=${RUNS:-3}
snapshot=$1
workspace=$2
out=$(mktemp)
trap 'rm -f "$out" "$out".times' EXIT

ask()
{
	"$measure" -o "$out" "$analyzer" query --workspace "$workspace" \
	    "$snapshot" "$@"
}

# seconds ARGUMENT...: the median of the CPU seconds of a query, user and system:
# it is one thread, and a busy machine makes it wait.
seconds()
{
	: >"$out.times"
	n=0
	while [ "$n" -lt "$runs" ]; do
		ask "$@" | awk '{ print $2 + $3 }' >>"$out.times"
		n=$((n + 1))
	done
	sort -n "$out.times" | sed -n "$(((runs + 1) / 2))p"
}

# verdict WHAT VALUE UNIT SIGN BUDGET
verdict()
{
	awk -v what="$1" -v v="$2" -v unit="$3" -v sign="$4" -v budget="$5" '
	BEGIN {
		good = sign == "<=" ? v <= budget : v >= budget
		printf "  %-36s %10.0f%-5s %s %8g%-5s%s\n", what, v, unit,
		    sign, budget, unit, good ? "PASS" : "MISS"
	}'
}

# milliseconds ARGUMENT...
milliseconds()
{
	seconds "$@" | awk '{ print $1 * 1000 }'
}

# rate QUERY: entries read from their packets, in a second
rate()
{
	cpu=$(seconds --explain --json "$1")
	read_entries=$(sed -n 's/.*"read":\([0-9]*\).*/\1/p' "$out")
	awk -v n="$read_entries" -v s="$cpu" 'BEGIN {
		print (s > 0 ? n / s : 0)
	}'
}

ask --count >"$out.times"
printf '\nQueries on %s entries, medians of %d, CPU time\n\n' "$(cat "$out")" "$runs"
verdict 'first page, everything' "$(milliseconds -n 100)" ' ms' '<=' 50
verdict 'first page, a status' \
    "$(milliseconds -n 100 'response.status == 500')" ' ms' '<=' 50
verdict 'first page, a protocol' "$(milliseconds -n 100 http)" ' ms' '<=' 50
verdict 'count, a protocol' "$(milliseconds --count http)" ' ms' '<=' 500
verdict 'count, a status' \
    "$(milliseconds --count 'response.status == 500')" ' ms' '<=' 500
verdict 'count, the beginning of a path' \
    "$(milliseconds --count 'request.path.startsWith("/api")')" ' ms' '<=' 500
verdict 'count, a name as of the time' \
    "$(milliseconds --count 'dst.name.contains("stock")')" ' ms' '<=' 500
verdict 'Redis values, entries a second' \
    "$(rate 'redis and response.value == "nothing like it"')" '/s' '>=' 200000
verdict 'HTTP headers, entries a second' \
    "$(rate 'http and request.headers["Host"] == "nowhere"')" '/s' '>=' 100000
