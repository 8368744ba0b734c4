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
	is "$name: nothing odd" \
		"$("$analyzer" diag "$here/$name.pcap${2-}")" \
		'Nothing is missing, refused or odd.'
	compare "$@"
}

# compare NAME [SUFFIX]
compare()
{
	name=$1
	"$analyzer" query "$here/$name.pcap${2-}" '' --full >"$tmp/$name.json"
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

is 'amqp: a return leads to its publish, and back' \
	"$(jq -s -r '(map({ (.evidence.eid): . }) | add) as $all | .[] |
		select(.request.method == "basic return") |
		$all[.evidence.publish] as $p |
		[$p.request.method, $p.response.replyCode,
		$p.evidence.returned == .evidence.eid,
		$p.request.routingKey == .request.routingKey,
		$p.request.body == .request.body] | join(" ")' \
		"$tmp/amqp.json")" 'basic publish 312 true true true'

check redis
jq -r 'select(.src.port != "6379") |
	select(.response.value | startswith("DataError: ERR unknown") | not) |
	.request.command' "$tmp/redis.json" | LC_ALL=C sort | uniq -c |
	awk '{ print $2 "\t" $1 }' >"$tmp/found"
same 'redis: as many of each command as the server counted' \
	"$tmp/found" "$here/redis.truth.tsv"

check cluster
jq -r '
	def said: .keyword as $k | if $k != "" then $k
		elif .reply then .reply[0] | tostring
		else .value | sub("^[A-Z]?[a-z]*DataError: "; "") |
			sub(" host: .*"; "") end;
	(.request.command // "" | ascii_downcase) as $c |
	if $c == "monitor" and .src.port == "6379" then
		[.src.port, "monitored " +
		(.request.value | capture("\\] \"(?<c>[a-z]*)\"").c), "-"]
	elif .response.keyword == "QUEUED" then
		[.dst.port, "transaction", "QUEUED"]
	elif $c == "exec" then
		(.response.reply[] | select(. != "OK") | tostring) as $r |
		["6379", "transaction", $r]
	else [.dst.port, $c, (.response | said)] end | @tsv' \
	"$tmp/cluster.json" >"$tmp/found"
jq -s -r 'map(select(.request.key // "" | startswith("pipe:"))) |
	["6379", "piped", "\(map(select(.response.type == "Error")) | length) " +
	"\(map(select(.response.keyword == "OK")) | length)"] | @tsv' \
	"$tmp/cluster.json" >>"$tmp/found"
is 'redis: what redis-cli printed: redirects, a queue, a transaction, ...' \
	"$(missing "$tmp/found" "$here/cluster.truth.tsv")" ''
is 'redis: a replica is handed over to' \
	"$("$analyzer" streams "$here/cluster.pcap" |
		grep -c "a replica's copy of the data and what changes it")" 1

check dns
jq -r '
	{"0": "NOERROR", "2": "SERVFAIL", "3": "NXDOMAIN", "5": "REFUSED"} as
		$names |
	[.request.id, $names[.response.rcode | tostring],
		(.protocol.layer4 | ascii_upcase)] | @tsv' "$tmp/dns.json" \
	>"$tmp/found"
cut -f 1-3 "$here/dns.truth.tsv" >"$tmp/truth"
is 'dns: every answer that dig had' "$(missing "$tmp/found" "$tmp/truth")" ''

# dig asks again over TCP when an answer is truncated, but for +ignore.
is 'dns: a truncated answer leads to the whole one, and back' \
	"$(jq -r '.evidence as $e | select($e.repeatedBy or $e.repeats) |
		[.protocol.layer4, .response.truncated,
		(.response.answers | length),
		if $e.repeatedBy then "then" else "before" end] | join(" ")' \
		"$tmp/dns.json"; jq -s -r '
		([.[] | .evidence | select(.repeatedBy) |
			[.eid, .repeatedBy]] | sort) ==
		([.[] | .evidence | select(.repeats) | [.repeats, .eid]] |
			sort), ([.[] | select(.response.truncated) |
			select(.evidence.repeatedBy | not)] | length)' \
		"$tmp/dns.json")" 'udp true 0 then
tcp false 9 before
udp true 0 then
tcp false 9 before
true
1'

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

check h2 .gz
# What was pushed is there as if the client had asked for it, and the upgraded
# request twice: as it was sent, and as stream 1.
jq -r '[.dst.port, .request.path, .response.status] | @tsv' "$tmp/h2.json" \
	>"$tmp/found"
cut -f 1,3,4 "$here/h2.truth.tsv" | LC_ALL=C sort >"$tmp/truth"
LC_ALL=C sort "$tmp/found" >"$tmp/found.sorted"
same 'h2: every request that nghttp made, and that nginx and apache2 logged' \
	"$tmp/found.sorted" "$tmp/truth"
is 'h2: and those that were pushed' "$("$analyzer" query --count \
	"$here/h2.pcap.gz" 'request.path == "/style.css" and dst.port == "8102"')" \
	"$(grep -c '^8102	\*' "$here/h2.truth.tsv")"
is 'h2: padding is no part of a body' "$(jq -r '
	select(.dst.port == "8102" and .request.path == "/big.txt") |
	.response.bodySize' "$tmp/h2.json" | sort -u)" 40000
is 'h2: an upload comes back byte by byte' "$(jq -r '
	select(.request.path == "/echo" and .request.bodySize == 40000) |
	.request.postData.text == (.response.content.text | @base64d)' \
	"$tmp/h2.json")" true
is 'h2: trailers of both sides' "$(jq -r '
	.request.trailers["X-End"] // empty, .response.trailers["X-Sum"] // empty' \
	"$tmp/h2.json" | sort | uniq -c | tr -s ' ' | paste -sd,)" \
	" 1 1, $(grep -c '^8102' "$here/h2.truth.tsv") 7"
is 'h2: forty thousand bytes of fields, a table of 64 KiB' "$(jq -r '
	select(.request.headers["X-24"]) | [.request.headers |
		.["X-First"], .["X-2"], .["X-24"] | length] | join(" ")' \
	"$tmp/h2.json" | uniq -c | tr -s ' ')" ' 4 2000 1900 1900'
is 'h2: a table of no size' "$(jq -r '.request.headers["X-None"] // empty' \
	"$tmp/h2.json" | uniq -c | tr -s ' ')" ' 3 kept'

is 'h2: interim responses' "$(jq -c '.response | select(.interim) |
	[.interim[] | .status, .headers.Link]' "$tmp/h2.json" | sort)" \
	'[100,null]
[103,"</style.css>;rel=preload;as=style"]
[103,"</style.css>;rel=preload;as=style"]'

is 'h2: what flow control stopped' "$(jq -r '.response.stalls // empty |
	. > 0' "$tmp/h2.json" | uniq -c | tr -s ' ')" ' 4 true'

is 'h2-many: ten thousand calls on one connection' "$("$analyzer" query --full \
	"$here/h2-many.pcap.gz" '' | jq -r 'select(.evidence.complete and
		.request.path == "/tiny" and .response.content.text == "b2s=") |
		.response.status' | uniq -c | awk '{ print $2 "\t" $1 }')" \
	"$(cat "$here/h2-many.truth.tsv")"
is 'h2-many: nothing odd' "$("$analyzer" diag "$here/h2-many.pcap.gz")" \
	'Nothing is missing, refused or odd.'

# calls NAME: a line for each call, as grpc_talk.py has them
calls()
{
	jq -r '.request.grpc as $q | .response.grpc as $r |
	[.request.path, $q.messageCount // 0, $r.messageCount // 0,
		(if [$q.messages[]?, $r.messages[]? | .compressed] | any then "-"
		else ($q.messageBytes // 0) + ($r.messageBytes // 0) end),
		$r.statusName // "-", $r.message // "-"] | map(tostring) |
	join("\t")' "$tmp/$1.json" >"$tmp/found"
}

check grpc
calls grpc
agrees 'grpc: every call, its messages and how it ended' grpc
is 'grpc: two were given up by the client, and say so' "$(jq -r '
	.evidence.reason | select(. != "")' "$tmp/grpc.json" | sort | uniq -c |
	tr -s ' ')" ' 2 the client gave up before a response'
is 'grpc: the details of an error, which were sent as they are' "$(jq -c '
	.response.grpc.details // empty' "$tmp/grpc.json")" \
'{"1":9,"2":"the depot is closed","3":{"1":"type.googleapis.com/recorded.v1.Hours","2":{"1":"08:00","2":"17:00"}}}'
is 'grpc: what was compressed can be read' "$(jq -c '
	select(.request.grpc.encoding) | [.request.grpc.encoding,
		[.request.grpc.messages[] | [.compressed, .decodeError,
			(.data["2"] | length)]]]' "$tmp/grpc.json" | sort | uniq)" \
'["deflate",[[true,null,240],[true,null,240],[true,null,240]]]
["deflate",[[true,null,240]]]
["gzip",[[true,null,240],[true,null,240],[true,null,240]]]
["gzip",[[true,null,240]]]'
is 'grpc: deadlines' "$(jq -c '.request.grpc.timeoutMs // empty |
	. > 290 and . < 21000' "$tmp/grpc.json" | uniq -c | tr -s ' ')" ' 2 true'

# Joined late, the tables of both sides are not known: nor is what refers to
# them, but all else is, and nothing is wrong.
compare grpc-late
calls grpc-late
cut -f 2-4 "$tmp/found" >"$tmp/late"
cut -f 2-4 "$here/grpc-late.truth.tsv" >"$tmp/truth"
same 'grpc-late: calls are calls, with all of their messages' "$tmp/late" \
	"$tmp/truth"
is 'grpc-late: the path that was new, and the others' \
	"$(cut -f 1 "$tmp/found" | paste -sd,)" \
	'(unknown),(unknown),(unknown),/recorded.v1.Depot/Put,(unknown)'
is 'grpc-late: they say why' "$(jq -r .evidence.reason "$tmp/grpc-late.json" |
	uniq)" \
	'header fields refer to bytes from before the capture or in a gap'
is 'grpc-late: the connection was ended by force' "$("$analyzer" diag --json \
	"$here/grpc-late.pcap" | jq -r .text)" \
	'GOAWAY for an error: INTERNAL_ERROR'

check more
jq -r 'select(.protocol.abbr == "gRPC") | ["grpc", .dst.port, .request.path,
	.request.grpc.messageCount, .response.grpc.messageCount,
	.response.grpc.statusName] | @tsv' "$tmp/more.json" >"$tmp/found"
jq -r 'select(.protocol.abbr == "GQL") | .request.graphql as $g |
	["graphql", $g.operationType, $g.operationName, ($g.fields | join(",")),
	.response.status, .response.headers["Content-Type"] |
		tostring | split(";")[0]] | @tsv' "$tmp/more.json" >>"$tmp/found"
grep -v '^ws' "$here/more.truth.tsv" | LC_ALL=C sort >"$tmp/truth"
LC_ALL=C sort "$tmp/found" >"$tmp/found.sorted"
same 'more: gRPC-Web of connect, uploads and results in parts of yoga' \
	"$tmp/found.sorted" "$tmp/truth"
is 'more: an upload is the request that it has, with its variables' "$(jq -c '
	select(.request.graphql.operationName == "Keep") |
	[.request.graphql.variables, (.request.postData.params[] |
		.fileName // empty)]' \
	"$tmp/more.json")" '[{"file":null},"a.txt"]'
is 'more: results in parts' "$(jq -c '.response.graphql // empty |
	[.delivery, .parts, (.errors // [] | length)]' "$tmp/more.json")" \
	'["multipart/mixed",2,0]
["text/event-stream",3,0]
["multipart/mixed",1,1]'

compare grpc-loss
calls grpc-loss
jq -r 'if .evidence.complete then 1 else 0 end' "$tmp/grpc-loss.json" |
	paste - "$tmp/found" | sed -n 's/^1	//p' >"$tmp/whole"
is 'grpc-loss: what is called whole is what was done' \
	"$(missing "$here/grpc-loss.truth.tsv" "$tmp/whole")" ''
is 'grpc-loss: some calls are' "$([ "$(wc -l <"$tmp/whole")" -gt 4 ] &&
	echo some)" some
is 'grpc-loss: the others say what they lack' "$(jq -r 'select(.evidence |
	.complete or .reason != "" | not) | .id' "$tmp/grpc-loss.json")" ''
is 'grpc-loss: nearly all of them are there' "$([ "$(wc -l <"$tmp/found")" -gt \
	180 ] && echo nearly)" nearly

done_testing
