#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# run.sh: times `analyzer index` beside the tools that people know, on the same
# generated capture and in turns, and compares the ratios with the budgets.
# `make bench` calls it; README.md beside it says what is measured and why.
#
#   SIZE=100M   bytes of packets (SIZE=1G for the figures that are published)
#   RUNS=3      how often each command runs; medians are reported
#   TSHARK=0    leave tshark out; TSHARK=all: give it all of a large capture,
#               not a tenth (a minute for each GB)
#   BIN, BUILD  where the programs and the generators are
#   BENCH       where captures are kept (default build/bench)
#
# Exits 0 whatever the figures are: a machine that is busy with something else
# must not break a build. It exits 1 when a command does not work.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
size=${SIZE:-100M}
runs=${RUNS:-3}
bin=${BIN:-$root/build/bin}
gen=${BUILD:-$root/build/release}/tests/gen
bench=${BENCH:-$root/build/bench}
results=$bench/results-$size
archive=$bench/bench-$size.tar.gz
folder=$bench/bench-$size
truth=$folder.json

fail()
{
	echo "bench: $*" >&2
	exit 1
}

# The number behind "KEY": in a JSON object of numbers on standard input.
json_number()
{
	tr ',{}' '\n\n\n' | sed -n "s/^ *\"$1\": *\([0-9.]*\).*/\1/p" | head -n 1
}

megabytes()
{
	case $1 in
	*G) echo $((${1%G} * 1024)) ;;
	*M) echo "${1%M}" ;;
	*) fail "SIZE=$1: use a number and M or G, such as 100M" ;;
	esac
}

# make_capture SIZE: the folder bench-SIZE and its archive, unless they exist.
make_capture()
{
	made=$bench/bench-$1
	[ ! -s "$made.tar.gz" ] || return 0
	echo "Making a capture of $1..."
	rm -rf "$made" "$made.part"
	"$gen/mkbench" "$made.part" "$1" >"$made.json"
	mv "$made.part" "$made"
	gzip=gzip
	! command -v pigz >/dev/null 2>&1 || gzip=pigz
	# In order of names, as a snapshot is: then a node's captures follow
	# each other and connections go on from one to the next.
	(cd "$made" && tar --sort=name --owner=0 --group=0 -cf - node-*) |
	    $gzip -6 >"$made.tar.gz.part"
	mv "$made.tar.gz.part" "$made.tar.gz"
}

# timed NAME COMMAND...: one line of results; output goes to $bench/out. What others
# wrote goes to the disk first: no command pays for the one before.
timed()
{
	name=$1
	shift
	sync
	line=$("$gen/measure" -o "$bench/out" "$@" 2>"$bench/err")
	status=${line##* }
	# 4: the analyzer finished, but ran into one of its limits.
	if [ "$status" -eq 4 ] && [ -s "$bench/out" ]; then
		limited=yes
	elif [ "$status" -ne 0 ]; then
		cat "$bench/err" >&2
		fail "$name: exit status $status: $*"
	fi
	echo "$name $line" >>"$results"
	printf '.' >&2
}

index()
{
	rm -rf "$bench/workspace"
	timed "$1" "$bin/analyzer" index --json --workspace "$bench/workspace" \
	    "$2"
	tail -n 1 "$bench/out" >"$bench/$1.json"
	tr ',' '\n' <"$bench/$1.json" | grep '"digest"' >"$bench/$1.digest"
}

unpack()
{
	rm -rf "$bench/unpacked"
	mkdir "$bench/unpacked"
	if command -v bsdtar >/dev/null 2>&1; then
		timed unpack bsdtar -xf "$archive" -C "$bench/unpacked"
	else
		timed unpack tar -xzf "$archive" -C "$bench/unpacked"
	fi
	rm -rf "$bench/unpacked"
}

one_round()
{
	timed gzip gzip -dc "$archive"
	index archive "$archive"
	unpack
	index folder "$folder"
	timed capinfos capinfos -c -M "$folder"/node-*/*.pcap
}

# Once: it takes longer than everything else together.
run_tshark()
{
	mergecap -w "$bench/merged.pcap" "$bench/bench-$1"/node-*/*.pcap
	timed tshark tshark -r "$bench/merged.pcap" \
	    -Y 'http.response.code==500'
	rm -f "$bench/merged.pcap"
	found_500=$(wc -l <"$bench/out")
	made_500=$(json_number http1_500 <"$bench/bench-$1.json")
}

mkdir -p "$bench"
for program in "$gen/mkbench" "$gen/measure" "$bin/analyzer"; do
	[ -x "$program" ] || fail "$program is missing; run make bench"
done
mb=$(megabytes "$size")
make_capture "$size"
# tshark gets a tenth of a large capture; its time grows with the packets.
tenth=$size
tenths=1
found_500=0
made_500=0
limited=no
if [ "$mb" -gt 200 ] && [ "${TSHARK:-1}" = 1 ]; then
	tenth=$((mb / 10))M
	make_capture "$tenth"
	tenths=$(awk -v a="$(json_number packets <"$truth")" \
	    -v b="$(json_number packets <"$bench/bench-$tenth.json")" \
	    'BEGIN { print a / b }')
fi

# One run that does not count: the page cache is warm afterwards, and memory
# that the machine has never used is slow the first time.
rm -f "$results"
index archive "$archive"
rm -f "$results"
round=0
while [ "$round" -lt "$runs" ]; do
	one_round
	round=$((round + 1))
done
[ "${TSHARK:-1}" = 0 ] || run_tshark "$tenth"
echo >&2

same=0
cmp -s "$bench/archive.digest" "$bench/folder.digest" || same=1

stat()
{
	[ ! -s "$1" ] || wc -c <"$1"
}

awk -v size="$size" -v runs="$runs" -v tenths="$tenths" \
    -v archive="$(stat "$archive")" \
    -v calls="$(json_number http1_calls <"$truth")" \
    -v packets="$(json_number packets <"$truth")" \
    -v bytes="$(json_number bytes <"$truth")" \
    -v found="$(json_number HTTP <"$bench/archive.json")" \
    -v taken="$(json_number total <"$bench/archive.json")" \
    -v index_bytes="$(json_number index_bytes <"$bench/archive.json")" \
    -v limited="$limited" \
    -v found_500="$found_500" -v made_500="$made_500" \
    -v same="$same" \
    -f "$root/tests/bench/report.awk" "$results"
RUNS=$runs BIN=$bin BUILD=${gen%/tests/gen} \
    "$root/tests/bench/query.sh" "$folder" "$bench/workspace"
RUNS=$runs BIN=$bin BUILD=${gen%/tests/gen} \
    "$root/tests/bench/serve.sh" "$folder" "$bench/workspace"
rm -rf "$bench/workspace"
