#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# What is found in the captures of tests/golden/recorded/, against what the
# clients and servers say that they did (NAME.truth.tsv), and every entry of
# them against the reviewed list (NAME.entries.tsv; BLESS=1 writes it anew).
set -u
. tests/cli/tap.sh

here=tests/golden/recorded

# One line an entry, in order: what lists show, and what came of it.
entries()
{
	jq -r '
	def text: if . == null then "-" else tostring end;
	[(if .evidence.complete then "whole" else .evidence.reason end),
		(.request.from // if (.src.port | tonumber) < 6400
			then "server" else "client" end),
		(.request.method // .request.command // .request.opCode //
			.request.opcode | text),
		(.request.exchange // .request.queue // .request.key //
			.request.questions[0].name //
			.request.graphql.operationName // .request.path | text),
		(.response.method // .response.type // .response.code | text),
		(.response.value // .response.replyText // "-" | .[:60]),
		.requestSize, .responseSize] | @tsv' "$1"
}

# Lines of $2 that are not in $1.
missing()
{
	LC_ALL=C sort "$1" >"$tmp/a"
	LC_ALL=C sort "$2" >"$tmp/b"
	LC_ALL=C comm -13 "$tmp/a" "$tmp/b"
}

check()
{
	name=$1
	"$analyzer" query "$here/$name.pcap" '' --full >"$tmp/$name.json"
	is "$name: nothing odd" "$("$analyzer" diag "$here/$name.pcap")" \
		'Nothing is missing, refused or odd.'
	# Ports, ids and times differ from recording to recording, sizes do not.
	entries "$tmp/$name.json" >"$tmp/$name.entries"
	[ -z "${BLESS-}" ] ||
		cp "$tmp/$name.entries" "$here/$name.entries.tsv"
	same "$name: the entries" "$tmp/$name.entries" "$here/$name.entries.tsv"
}

check amqp
jq -r '
	def bytes: (length / 4 * 3) - (capture("(?<p>=*)$").p | length);
	.request as $q | .response as $r |
	if $q.method == "basic publish" or $q.method == "basic deliver" then
		[$q.method, $q.exchange, $q.routingKey, ($q.body | bytes),
			$r.method // "-"]
	elif $q.method == "basic return" then
		[$q.method, $q.exchange, $q.routingKey, ($q.body | bytes),
			$q.replyText]
	elif $r.method == "basic get-ok" then
		[$r.method, $r.exchange, $r.routingKey, ($r.body | bytes), "-"]
	elif $r.method == "basic get-empty" then
		[$r.method, $q.queue, "", 0, "-"]
	elif ($r.method // "" | endswith(" close")) then
		["refused", $q.method, "", 0, $r.replyCode]
	else empty end | @tsv' "$tmp/amqp.json" | LC_ALL=C sort >"$tmp/found"
LC_ALL=C sort "$here/amqp.truth.tsv" >"$tmp/truth"
same 'amqp: all that pika and the tools did, and what became of it' \
	"$tmp/found" "$tmp/truth"

check redis
jq -r 'select(.src.port != "6379") |
	select(.response.value | startswith("DataError: ERR unknown") | not) |
	.request.command' "$tmp/redis.json" | LC_ALL=C sort | uniq -c |
	awk '{ print $2 "\t" $1 }' >"$tmp/found"
same 'redis: as many of each command as the server counted' \
	"$tmp/found" "$here/redis.truth.tsv"

check dns
jq -r '
	{"0": "NOERROR", "2": "SERVFAIL", "3": "NXDOMAIN", "5": "REFUSED"} as
		$names |
	[.request.id, $names[.response.rcode | tostring],
		(.protocol.layer4 | ascii_upcase)] | @tsv' "$tmp/dns.json" \
	>"$tmp/found"
cut -f 1-3 "$here/dns.truth.tsv" >"$tmp/truth"
is 'dns: every answer that dig had' "$(missing "$tmp/found" "$tmp/truth")" ''

# What the clients and servers of web_talk.js say, in any order.
agrees()
{
	LC_ALL=C sort "$tmp/found" >"$tmp/found.sorted"
	LC_ALL=C sort "$here/$2.truth.tsv" >"$tmp/truth"
	same "$1" "$tmp/found.sorted" "$tmp/truth"
}

check graphql
jq -r 'def all: if .batch then .batch[] else . end;
	select(.protocol.abbr == "GQL") | .request.graphql as $g |
	[.request.method, .response.status, $g.operationType,
		$g.operationName // "-", ($g.fields | join(",")),
		($g.variables | tojson),
		([.response.graphql // {} | all | .errors // [] | length] |
			add // 0)] | join("\t")' "$tmp/graphql.json" >"$tmp/found"
agrees 'graphql: every call that was made, and its errors' graphql
is 'graphql: what only looks like it is HTTP' \
	"$(jq -r 'select(.protocol.abbr == "HTTP") | .request.path' \
		"$tmp/graphql.json" | sort | uniq -c | tr -s ' ')" ' 3 /search'

# The same of a driver of the corpora: operation, name, whether it failed.
lab=${SHARED-}/corpora/lab/A/graphql
if [ -f "$lab.jsonl" ]; then
	"$analyzer" query --full "$lab.pod.pcap" gql | jq -r '
		.request.graphql | if .batch then "batch \(.batch | length)"
		else "\(.operationType) \(.operationName // "-")" end' |
		sort >"$tmp/found"
	jq -r 'select(.proto == "graphql" and .transport != "ws") |
		if .ops then "batch \(.ops)"
		else "\(.op) \(.name // "-")" end' "$lab.jsonl" |
		sort >"$tmp/truth"
	same 'graphql: every call of a driver of the corpora' \
		"$tmp/found" "$tmp/truth"
else
	skip 'no corpora here'
fi

for name in ws ws-late; do
	check "$name"
	jq -r 'select(.protocol.abbr == "WS") | .request |
		[.from, .opcode, .closeCode // .size,
			((if .opcode == "close" then .closeReason // ""
			else .text end) | .[:30] | tojson)] | join("\t")' \
		"$tmp/$name.json" >"$tmp/found"
	agrees "$name: every message that was sent" "$name"
done

done_testing
