#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# analyzer serve --proto-set: the API decodes messages of gRPC with the names
# of a descriptor set, and its queries know them.
set -u
. tests/api/api.sh

call=tests/golden/vectors/grpc_ok.pcap
# package pkg; message Word { string text = 1; }
# service Svc { rpc Method(Word) returns (Word); }
printf '%b' '\0012N\0012\0012word.proto\0022\0003pkg\0042\0024\0012\0004Word' \
	'\0022\0014\0012\0004text\0030\0001\0040\0001(\0011' \
	'2\0045\0012\0003Svc\0022\0036\0012\0006Method' \
	'\0022\0011.pkg.Word\0032\0011.pkg.Word' >"$tmp/word.binpb"

# ask NAME DATA: the first message of the only call
ask()
{
	get "$1: the list" 200 "${front}api/v1/entries"
	id=$(jq -r '.entries[0].id' "$tmp/out")
	get "$1: the call" 200 "${front}api/v1/entries/$id"
	is "$1: its message" "$(jq -c '[.. | .grpc? // empty |
		.messages[0].data] | first' "$tmp/out")" "$2"
	is "$1: in the section, too" "$(jq -r '[.. | objects |
		select(.title == "gRPC Messages") | .data | fromjson |
		.[0].data | tojson] | first' "$tmp/out")" "$2"
}

serve "$call"
ok 'a server without a set' wait_ready
ask 'numbers' '{"1":"abc"}'
stop

serve --proto-set "$tmp/word.binpb" "$call"
ok 'a server with one' wait_ready
ask 'names' '{"text":"abc"}'
is 'a call is unary, because the set says so' "$(jq -r '[.. | .grpc? // empty |
	.kind] | first' "$tmp/out")" unary
get 'a query by a name' 200 "${front}api/v1/entries" -G \
	--data-urlencode 'q=request.grpc.messages[0].data.text == "abc"'
is '... finds it' "$(jq '.entries | length' "$tmp/out")" 1
get 'a query by the number' 200 "${front}api/v1/entries" -G \
	--data-urlencode 'q=request.grpc.messages[0].data["1"] == "abc"'
is '... does not' "$(jq '.entries | length' "$tmp/out")" 0
ok 'every reply was as the document says' conform
stop

echo 'not a set' >"$tmp/bad"
serve --proto-set "$tmp/bad" "$call"
stop
is 'a file that is no set: no server' "$server_status" 3
ok '... and what makes one' grep -q protoc "$tmp/server.log"

done_testing
