#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The HTTP/1 calls that were found in the samples, against those that the
# clients and servers themselves logged (samples/*.http1.jsonl). A difference
# has to be in truth.tsv, with its reason.
set -u
. tests/cli/tap.sh

# One line an observation: node, client, server's port, method, target, status,
# bytes of the request's and the response's body as transferred. Bodies that
# are both chunked and compressed have no transferred length in an entry: "-".
truth()
{
	jq -r '. as $c | .seen[] | [.node, $c.src, .dport, $c.method, $c.path,
		$c.status, $c.request_body, $c.response_body] | @tsv' "$1" |
		LC_ALL=C sort
}

found()
{
	"$analyzer" query "$1" '' --full | jq -r '
	def coded: (.headers["Content-Encoding"] // "") != "";
	def request: if .bodySize >= 0 then .bodySize
		else .postData.text | length end;
	def response: if coded | not then .content.size // 0
		elif .headers["Content-Length"] then .bodySize else "-" end;
	select(.protocol.name == "http" and .protocol.version != "2.0") |
	[.node.name, .src.ip, .dst.port, .request.method, .request.url,
		.response.status // 0, (.request | request),
		(.response | response)] | @tsv' | LC_ALL=C sort
}

for name in tiny shop; do
	truth "samples/$name.http1.jsonl" >"$tmp/truth"
	found "samples/$name.tar.gz" >"$tmp/found"
	is "$name: as many as there were" "$(wc -l <"$tmp/found")" \
		"$(wc -l <"$tmp/truth")"
	{
		comm -23 "$tmp/truth" "$tmp/found" | sed 's/^/truth	/'
		comm -13 "$tmp/truth" "$tmp/found" | sed 's/^/found	/'
	} | uniq -c | sed 's/^ *\([0-9]*\) /\1	/' |
		LC_ALL=C sort >"$tmp/differences"
	grep "^$name	" tests/cli/truth.tsv | cut -f 2-11 |
		LC_ALL=C sort >"$tmp/explained"
	same "$name: every difference is explained" "$tmp/differences" \
		"$tmp/explained"
done
is 'every explanation says why' \
	"$(awk -F '\t' '!/^#/ && $12 == ""' tests/cli/truth.tsv)" ''

# The calls that were cut off, lost or refused are the ones that say so.
"$analyzer" query samples/shop.tar.gz '' --full |
	jq -r 'select(.protocol.name == "http") |
		select(.evidence.complete | not) |
		[.request.url, .evidence.reason] | @tsv' |
	LC_ALL=C sort -u >"$tmp/incomplete"
cat >"$tmp/want" <<END
/abort	the response does not end in the capture
/cut	the response does not end in the capture
/download?n=60000	bytes of the response are missing
/slow?s=600	the response was not seen
/strict	the request does not end in the capture
END
same 'incomplete entries say so, and why' "$tmp/incomplete" "$tmp/want"

# HTTP/2, gRPC, GraphQL and WebSockets, as the client's node saw them: what the
# programs counted themselves, in the same words.
"$analyzer" query samples/shop.tar.gz \
	'(http2 or grpc or gql or ws) and node.name == "node-1"' --full \
	>"$tmp/web"
of()
{
	jq -c --arg abbr "$1" 'select(.protocol.abbr == $abbr)' "$tmp/web"
}
told()
{
	jq -S "$1" samples/shop.truth.json
}
# counted EXPRESSION: how often each value of it is there
counted()
{
	jq -n -S "reduce (inputs | $1 | tostring) as \$k ({}; .[\$k] += 1)"
}

of HTTP/2 | counted '"\(.request.method) \(.response.status)"' >"$tmp/found"
told .http2.by_method_and_status >"$tmp/truth"
same 'HTTP/2: methods and statuses of the calls' "$tmp/found" "$tmp/truth"

of gRPC | counted .request.path >"$tmp/found"
told .grpc.by_path >"$tmp/truth"
same 'gRPC: the methods that were called' "$tmp/found" "$tmp/truth"
# Whose deadline has passed, hangs up: the server's word never came.
of gRPC | counted '.response.grpc.statusName // "DEADLINE_EXCEEDED"' \
	>"$tmp/found"
told .grpc.by_status >"$tmp/truth"
same 'gRPC: how they ended' "$tmp/found" "$tmp/truth"
is 'gRPC: one was given up, and says so' "$(of gRPC | jq -r \
	'select(.response.grpc.statusName | not) | .response.reset')" CANCEL
is 'gRPC: messages of the requests' \
	"$(of gRPC | jq -s 'map(.request.grpc.messageCount) | add')" \
	"$(told .grpc.request_messages)"
is 'gRPC: messages of the responses' \
	"$(of gRPC | jq -s 'map(.response.grpc.messageCount) | add')" \
	"$(told .grpc.response_messages)"

of GQL | counted '"\(if .response.graphql.errors then "graphql-error"
	elif .request.graphql.batch then "graphql-batch" else "graphql" end
	) \(.response.status)"' >"$tmp/found"
jq -c 'select(.kind | startswith("graphql"))' samples/shop.http1.jsonl |
	counted '"\(.kind) \(.status)"' >"$tmp/truth"
same 'GraphQL: calls, batches and errors' "$tmp/found" "$tmp/truth"

# websocket PATH KIND: what came of one connection, as in the truth of KIND
websocket()
{
	of WS | jq -s -S --arg path "$1" --argjson of "$(told ".websocket[\"$2\"]")" '
	def count(f): map(select(f)) | length;
	map(.request | select(.path == $path)) |
	{ messages_sent: count(.from == "client" and
			(.opcode == "text" or .opcode == "binary")),
		messages_echoed: count(.from == "server" and
			(.opcode == "text" or .opcode == "binary")),
		fragmented: count(.frames > 1), pings: count(.opcode == "ping"),
		closes: count(.opcode == "close") } |
	with_entries(select(.key | in($of)))' >"$tmp/found"
	told ".websocket[\"$2\"]" >"$tmp/truth"
	same "WebSocket, $2: messages, fragments, pings" "$tmp/found" "$tmp/truth"
}
websocket /live permessage-deflate
websocket /chat plain
is 'WebSocket: what was sent compressed was echoed, and can be read' \
	"$(of WS | jq -s 'map(.request | select(.path == "/live" and
		(.opcode == "text" or .opcode == "binary"))) |
		(map(select(.from == "client") | .text) | sort) ==
		(map(select(.from == "server") | .text) | sort) and
		all(.compressed and (.decodeError | not))')" true

done_testing
