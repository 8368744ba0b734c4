#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# analyzer export: files that other programs read, with exactly what was asked.
set -u
. tests/cli/tap.sh

shop=samples/shop.tar.gz
mkdir "$tmp/shop"
tar xzf "$shop" -C "$tmp/shop"
kfl='http and response.status >= 400'

export_as()
{
	"$analyzer" export "$shop" "$@" 2>"$tmp/err"
}

# packets FILE: when, how long and what, one line a packet
packets()
{
	tshark -n -r "$1" -T fields -e frame.time_epoch -e frame.len -e ip.id \
		-e ip.src -e ip.dst -e tcp.seq_raw -e tcp.ack_raw \
		-e udp.srcport -e udp.checksum 2>/dev/null |
		sed 's/^\([0-9]*\.[0-9]\{6\}\)[0-9]*/\1/' | LC_ALL=C sort
}

# ---- every format ----

for format in pcap pcapng har jsonl csv archive; do
	status "$format" 0 "$analyzer" export "$shop" "$kfl" --to $format \
		-o "$tmp/out.$format"
	ok "$format to standard output is the same" sh -c "
		'$analyzer' export '$shop' '$kfl' --to $format -o - |
		cmp - '$tmp/out.$format'"
done
is 'no temporary file is left' "$(find "$tmp" -name '*.part-*')" ''
export_as -o "$tmp/by-name.har" "$kfl"
same 'the format is told by the name' "$tmp/by-name.har" "$tmp/out.har"
n=$("$analyzer" query --count "$shop" "$kfl")

# ---- what cannot be done ----

echo keep >"$tmp/keep.csv"
hide='http and redact("request.path")'
status 'redact() and a table' 2 "$analyzer" export "$shop" "$hide" \
	-o "$tmp/keep.csv"
is 'the file that was there is kept' "$(cat "$tmp/keep.csv")" keep
status 'redact() and packets' 2 "$analyzer" export "$shop" "$hide" \
	-o "$tmp/keep.pcap"
status 'a wrong query' 2 "$analyzer" export "$shop" 'request.methd == "GET"' \
	-o "$tmp/keep.pcap"
says '... is explained' "$tmp/err" 'request.methd'
ok 'nothing was written' test ! -e "$tmp/keep.pcap"
status 'no output' 2 "$analyzer" export "$shop" --to csv
status 'no format' 2 "$analyzer" export "$shop" -o "$tmp/keep"
status 'an unknown format' 2 "$analyzer" export "$shop" --to xml -o -
status 'a folder as output' 3 "$analyzer" export "$shop" --to csv -o "$tmp"
status 'a folder that is not there' 3 "$analyzer" export "$shop" --to csv \
	-o "$tmp/none/x.csv"
status 'a stream that is not there' 3 "$analyzer" export "$shop" --stream 7 \
	-o "$tmp/keep.pcap"
status 'a stream and a table' 2 "$analyzer" export "$shop" --stream 49152 \
	-o "$tmp/keep2.csv"
status 'more packets than allowed' 3 "$analyzer" export "$shop" \
	--limit export-packets=100 -o "$tmp/keep.pcap"
says '... names the limit' "$tmp/err" 'export-packets=100'

# ---- entries ----

ok 'jsonl: entries of the schema, as query prints them' sh -c "
	'$analyzer' query --full '$shop' '$kfl' >'$tmp/full' &&
	jq -c 'select(.schemaVersion == 1) | del(.schemaVersion)' \
		'$tmp/out.jsonl' >'$tmp/a' &&
	jq -c . '$tmp/full' | cmp - '$tmp/a'"
export_as "$hide" -o "$tmp/hidden.jsonl"
ok 'jsonl: redact() hides' jq -es 'all(.request.path == "[REDACTED]" or
	.request == {})' "$tmp/hidden.jsonl"
"$analyzer" export "$shop" 'http and response.status == 201 and
	request.headers["User-Agent"] != "secret" and
	redact("request.headers")' -o "$tmp/hidden.har"
ok 'har: nor does the comment tell what the query hides' jq -e '.log |
	(.entries | length > 0) and (has("comment") | not)' "$tmp/hidden.har"
is 'nor anything else' "$(grep -c secret "$tmp/hidden.har")" 0
is 'csv: a line an entry, and the header' "$(wc -l <"$tmp/out.csv")" $((n + 1))
is 'csv: as many columns in each' "$(sed 's/"[^"]*"//g' "$tmp/out.csv" |
	tr -cd ',\n' | sort -u | wc -l)" 1
ok 'har: what the format asks for' jq -e '.log.version == "1.2" and
	(.log.creator | .name == "analyzer" and (.version | length > 0)) and
	(.log.entries | all(
		(.startedDateTime | test("^20[0-9-]+T[0-9:.]+Z$")) and
		(.time >= 0) and (.request.url | test("^https?://[^/]+/")) and
		(.request.headers | all(has("name") and has("value"))) and
		(.response.content | has("size") and has("mimeType")) and
		(.timings | .send >= 0 and .wait >= 0 and .receive >= 0)))' \
	"$tmp/out.har"
is 'har: all HTTP entries' "$(jq '.log.entries | length' "$tmp/out.har")" "$n"
is 'har: their statuses' "$(jq -c '[.log.entries[].response.status]' \
	"$tmp/out.har")" "$(jq -sc 'map(.response.status)' "$tmp/full")"
is 'har: their bodies' "$(jq -c '[.log.entries[].response.content.text]' \
	"$tmp/out.har")" "$(jq -sc 'map(.response.content.text)' "$tmp/full")"
export_as -o "$tmp/all.har"
is 'har: others are passed over' \
	"$(jq '.log.entries | length' "$tmp/all.har")" \
	"$("$analyzer" query --full "$shop" | jq -s 'map(select(
		.protocol.name == "http" and .request != {})) | length')"
says '... and counted' "$tmp/err" '^analyzer: [0-9]+ entries have no HTTP'

# ---- archives ----

export_as --to archive -o "$tmp/again.tar.gz"
status 'an archive opens again' 0 "$analyzer" query --json "$tmp/again.tar.gz"
jq -cS 'del(.id, .eid, .stream)' "$tmp/out" >"$tmp/a"
"$analyzer" query --json "$shop" | jq -cS 'del(.id, .eid, .stream)' >"$tmp/b"
same '... with the same entries' "$tmp/a" "$tmp/b"
# layout FILE: its members, whatever their numbers are
layout()
{
	tar tzf "$1" | sed -n 's/[0-9]*\.pcap$/N.pcap/; /\//p' | sort -u
}
is 'it has the original layout' "$(layout "$tmp/again.tar.gz")" \
	"$(layout "$shop")"
status 'a folder that is read where it is, too' 0 \
	"$analyzer" export --workspace "$tmp/inplace" "$tmp/shop" \
	--to archive -o "$tmp/folder.tar.gz"
is '... with its histories' "$(layout "$tmp/folder.tar.gz")" \
	"$(layout "$shop")"
export_as "$kfl" --to archive -o "$tmp/part.tar.gz"
is 'part of a snapshot has the same entries' \
	"$("$analyzer" query --json "$tmp/part.tar.gz" "$kfl" |
		jq -cS 'del(.id, .eid, .stream)')" \
	"$("$analyzer" query --json "$shop" "$kfl" |
		jq -cS 'del(.id, .eid, .stream)')"

# ---- packets, as tshark sees them ----

if ! command -v tshark >/dev/null 2>&1; then
	skip 'tshark is not installed'
	done_testing
	exit
fi

# What tshark itself finds of the same conversations in the evidence.
"$analyzer" query --full "$shop" "$kfl" | jq -r '.evidence.stream' |
	sort -u >"$tmp/ids"
"$analyzer" streams --json "$shop" | jq -rs --rawfile ids "$tmp/ids" '
	($ids | split("\n")) as $want | map(select(.id as $i | $want |
	index($i))) | .[] | "\(.node) (ip.addr==\(.addr_0) && ip.addr==\(.addr_1
	) && tcp.port==\(.port_0) && tcp.port==\(.port_1))"' >"$tmp/filters"
for node in node-1 node-2 node-3; do
	filter=$(sed -n "s/^$node //p" "$tmp/filters" | paste -sd '|' |
		sed 's/|/ || /g')
	[ -n "$filter" ] || continue
	for capture in "$tmp/shop/${node}"_*/*.pcap; do
		tshark -n -r "$capture" -Y "$filter" -w "$tmp/part.pcap" \
			-F pcap 2>/dev/null
		packets "$tmp/part.pcap"
	done
done | LC_ALL=C sort >"$tmp/want"
packets "$tmp/out.pcap" >"$tmp/got"
same 'pcap: exactly the packets of the streams' "$tmp/got" "$tmp/want"
packets "$tmp/out.pcapng" >"$tmp/got"
same 'pcapng: the same' "$tmp/got" "$tmp/want"
ok 'there are some' test -s "$tmp/want"
is 'pcapng: comments are the ids of the entries' \
	"$(tshark -n -r "$tmp/out.pcapng" -Y frame.comment -T fields \
		-e frame.comment 2>/dev/null | tr ',' '\n' | sort)" \
	"$(jq -r '"entry " + .evidence.eid' "$tmp/full" | sort)"
tshark -q -z hosts -r "$tmp/out.pcapng" >"$tmp/hosts" 2>/dev/null
says 'pcapng: names of addresses' "$tmp/hosts" \
	'^10.244.1.10[[:space:]]storefront.shop'

# ---- exactly the messages ----

one='http and request.path == "/nothing-here" and limit(1)'
export_as "$one" --exact -o "$tmp/one.pcap"
export_as "$one" --to jsonl -o "$tmp/one.jsonl"
is '--exact: the bytes of the message, and no other' \
	"$(tshark -n -r "$tmp/one.pcap" -T fields -e tcp.len 2>/dev/null |
		paste -sd + | sed 's/^$/0/' | xargs -I{} sh -c 'echo $(({}))')" \
	"$(jq '.requestSize + .responseSize' "$tmp/one.jsonl")"
export_as "$kfl" --exact -o "$tmp/exact.pcap"
packets "$tmp/exact.pcap" >"$tmp/got"
packets "$tmp/out.pcap" >"$tmp/want"
ok '--exact: some of the packets of the streams' sh -c "
	test -s '$tmp/got' && ! cmp -s '$tmp/got' '$tmp/want' &&
	test -z \"\$(LC_ALL=C comm -23 '$tmp/got' '$tmp/want')\""

# ---- from pcapng ----

export_as --to pcapng -o "$tmp/all.pcapng"
# A file is one capture point: what two nodes saw is seen there once.
calls()
{
	"$analyzer" query --json "$1" | jq -r '[.proto.abbr, .method, .summary,
		.status] | @csv' | sort -u
}
is 'a pcapng file is a snapshot, too' "$(calls "$tmp/all.pcapng")" \
	"$(calls "$shop")"
"$analyzer" export "$tmp/all.pcapng" "$kfl" -o "$tmp/second.pcap"
packets "$tmp/second.pcap" >"$tmp/got"
same 'packets of one are found again' "$tmp/got" "$tmp/want"
"$analyzer" export "$tmp/all.pcapng" --to archive -o "$tmp/second.tar.gz"
is 'its interfaces become captures of their own' \
	"$(tar tzf "$tmp/second.tar.gz" | grep -c pcap)" 3
is '... with the same calls' "$(calls "$tmp/second.tar.gz")" "$(calls "$shop")"

done_testing
