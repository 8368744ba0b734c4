#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# --proto-set: messages of gRPC with the names of a descriptor set, and files
# that are none.
set -u
. tests/cli/tap.sh

call=tests/golden/vectors/grpc_ok.pcap
# package pkg; message Word { string text = 1; }
# service Svc { rpc Method(Word) returns (Word); }
printf '%b' '\0012N\0012\0012word.proto\0022\0003pkg\0042\0024\0012\0004Word' \
	'\0022\0014\0012\0004text\0030\0001\0040\0001(\0011' \
	'2\0045\0012\0003Svc\0022\0036\0012\0006Method' \
	'\0022\0011.pkg.Word\0032\0011.pkg.Word' >"$tmp/word.binpb"

data()
{
	"$analyzer" query "$call" 'grpc' --full "$@" |
		jq -c '.request.grpc.messages[0].data'
}

is "numbers without a schema" "$(data)" '{"1":"abc"}'
is "names with one" "$(data --proto-set "$tmp/word.binpb")" '{"text":"abc"}'
is "a query by that name" "$("$analyzer" query "$call" --count \
	--proto-set "$tmp/word.binpb" \
	'request.grpc.messages[0].data.text == "abc"')" 1
is "the kind is the method's" "$("$analyzer" query "$call" '' --full \
	--proto-set "$tmp/word.binpb" | jq -r .request.grpc.kind)" unary

"$analyzer" query "$call" '' --proto-set "$tmp/nothing" >/dev/null 2>"$tmp/err"
is "a file that is not there: status" $? 3
ok "... and its name" grep -q -- "--proto-set .*nothing: cannot be read" \
	"$tmp/err"
echo "not a set" >"$tmp/bad"
"$analyzer" query "$call" '' --proto-set "$tmp/bad" >/dev/null 2>"$tmp/err"
is "a file that is no descriptor set: status" $? 3
ok "... and what makes one" grep -q "protoc" "$tmp/err"
done_testing
